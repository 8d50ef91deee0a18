"""With every check of the application left out: SQL by hand, as the application's own role, still shows nobody another's rows."""

from typing import LiteralString
from uuid import UUID, uuid4

import psycopg
import pytest
from psycopg import sql
from tests.attacks.rich import Rich
from tests.attacks.test_catalog import columns, readable, tables

from ashiato.gateways.rest import Tools
from ashiato.plumbing.db import SCHEMA, Viewpoint
from ashiato.plumbing.unit_of_work import Work

_OF_ITS_ASSOCIATIONS: LiteralString = (
    "company_id IN (SELECT m.company_id FROM ashiato.membership m WHERE m.member_id = %(me)s AND m.state = 'confirmed')"
)

# what of another company's a member may see, besides nothing: (predicate over the row, reason)
SEEN_OF_OTHERS: dict[str, tuple[LiteralString, str]] = {
    "company": ("kind IN ('member', 'verifier', 'association') AND state IN ('admitted', 'suspended', 'left')", "the directory of members"),
    "signing_key": ("true", "public keys"),
    "request": ("supplier_id = %(me)s", "what it is asked"),
    "verification_note": ("other_id = %(me)s", "what the other party of a verifier's room notes for it"),
    "verification_opinion": ("other_id = %(me)s", "what a verifier signed about its own footprint"),
    "register_entry": ("disclosed AND (concerned_id IS NULL OR concerned_id = %(me)s)", "what the operator entered about it, or about everybody"),
    "transparency_report": ("true", "what the operator has published"),
    "membership": ("member_id = %(me)s", "which associations asked it"),
    "survey": (_OF_ITS_ASSOCIATIONS, "what its associations ask"),
    "survey_result": (_OF_ITS_ASSOCIATIONS, "what was published of its associations' surveys"),
    "publication": (_OF_ITS_ASSOCIATIONS, "what its associations offer"),
    "answer": ("buyer_id = %(me)s", "what it was answered"),
    "data_grant": ("grantee_id = %(me)s", "what was granted to it"),
    "access_record": ("reader_id = %(me)s", "what it read itself"),
    "request_message": ("supplier_id = %(me)s", "what it was asked, as the buyer signed it"),
    "request_item": ("supplier_id = %(me)s", "what it is asked about, as the buyer shows it"),
    "request_progress": ("buyer_id = %(me)s", "how far its own requests have come"),
    "notice": ("recipient_id = %(me)s", "what it was told"),
    "exchange_event": ("recipient_id = %(me)s", "what was sent to it"),
    "exchange_endpoint": (
        "company_id IN (SELECT partner_id FROM ashiato.exchange_partner WHERE exchange_partner.company_id = %(me)s)",
        "where the systems of its partners stand",
    ),
    "release_quality": ("release_id = ANY(%(granted)s)", "what is granted to it now"),
    "certificate": ("part_id = ANY(%(granted)s)", "what is granted to it now"),
    "evidence_item": ("evidence_id = ANY(%(granted)s)", "what is granted to it now"),
    "certificate_file": ("part_id = ANY(%(granted)s)", "what is granted to it now"),
    "outbox": ("coalesce(%(me)s::text IN (SELECT value FROM jsonb_each_text(subject)), false)", "facts of others that name it"),
    "log_cosignature": ("true", "members' words on public checkpoints"),
    "diligence_snapshot": ("statement_id = ANY(%(granted)s)", "what is granted to it now"),
    "path_name": ("root_id = ANY(%(granted)s)", "names on its own path, once all have consented"),
    "probe": ("supplier_id = %(me)s", "what it is asked for a buyer's chain"),
    "probe_answer": ("buyer_id = %(me)s", "what its own questions were answered"),
    "grievance_mediation": ("mediator_id = %(me)s", "what it was asked to mediate"),
    "mediation_note": ("mediator_id = %(me)s", "what it was told and said as a mediator"),
    "release_snapshot": ("release_id = ANY(%(granted)s)", "what is granted to it now"),
    "break_glass": ("concerned_id = %(me)s", "what the operator asks to read of its own"),
}


async def leaks(work: Work, me: UUID, granted: list[UUID]) -> dict[str, int]:
    """How many rows of others each company table shows beyond what is meant to be seen."""
    found = {}
    for table in await company_tables(work):
        if "company_id" not in await readable(work, table):
            continue
        allowed = SEEN_OF_OTHERS.get(table, ("false", ""))[0]
        query = sql.SQL("SELECT count(*) FROM {} WHERE company_id <> %(me)s AND NOT ({})").format(sql.Identifier(SCHEMA, table), sql.SQL(allowed))
        (count,) = await (await work.connection.execute(query, {"me": me, "granted": granted})).fetchone()
        if count:
            found[table] = count
    return found


async def company_tables(work: Work) -> list[str]:
    cursor = await work.connection.execute(
        "SELECT c.relname FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid AND a.attname = 'company_id' "
        "WHERE c.relnamespace = 'ashiato'::regnamespace AND c.relkind = 'r' ORDER BY 1"
    )
    return [name for (name,) in await cursor.fetchall()]


async def as_member(tools: Tools, company_id: str, query: LiteralString, **params: object) -> list[tuple]:
    async def verb(work: Work) -> list[tuple]:
        await work.pin(Viewpoint.MEMBER, UUID(company_id))
        cursor = await work.connection.execute(query, params)
        return await cursor.fetchall() if cursor.description else [(cursor.rowcount,)]

    return await tools.works.run(verb)


async def granted_to(tools: Tools, company_id: str) -> list[UUID]:
    """What is granted to a company now, from the grants themselves."""
    query: LiteralString = "SELECT subject_id FROM data_grant WHERE grantee_id = %(me)s AND revoked_at IS NULL"
    return [subject for (subject,) in await as_member(tools, company_id, query, me=company_id)]


async def all_leaks(tools: Tools, company_id: str) -> dict[str, int]:
    granted = await granted_to(tools, company_id)

    async def verb(work: Work) -> dict[str, int]:
        await work.pin(Viewpoint.MEMBER, UUID(company_id))
        return await leaks(work, UUID(company_id), granted)

    return await tools.works.run(verb)


@pytest.mark.parametrize("name", ["buyer", "supplier", "rival"])
async def test_no_row_of_another_company_is_visible_unless_granted(two_companies: Rich, tools: Tools, name: str) -> None:
    company = getattr(two_companies, name)
    assert await all_leaks(tools, company.member.company_id) == {}


async def test_a_table_left_open_would_be_noticed(two_companies: Rich, tools: Tools, owner_url: str) -> None:
    """The canary: the same look, while one table has no row-level security."""
    with psycopg.connect(owner_url, autocommit=True) as connection:
        connection.execute("ALTER TABLE ashiato.inventory_line DISABLE ROW LEVEL SECURITY")
        try:
            assert set(await all_leaks(tools, two_companies.buyer.member.company_id)) == {"inventory_line"}
        finally:
            connection.execute("ALTER TABLE ashiato.inventory_line ENABLE ROW LEVEL SECURITY")
    assert await all_leaks(tools, two_companies.buyer.member.company_id) == {}


async def test_a_policy_too_wide_would_be_noticed(two_companies: Rich, tools: Tools, owner_url: str) -> None:
    """The canary: a policy that forgets whose rows they are."""
    with psycopg.connect(owner_url, autocommit=True) as connection:
        connection.execute("CREATE POLICY planted ON ashiato.part FOR SELECT TO ashiato_member USING (true)")
        try:
            assert set(await all_leaks(tools, two_companies.rival.member.company_id)) == {"part"}
        finally:
            connection.execute("DROP POLICY planted ON ashiato.part")


async def test_no_row_of_another_company_can_be_changed_or_deleted(two_companies: Rich, tools: Tools, owner_url: str) -> None:
    me, other = UUID(two_companies.rival.member.company_id), UUID(two_companies.buyer.member.company_id)
    with psycopg.connect(owner_url) as connection:
        listed = {table: columns(connection, table) for table in tables(connection)}

    for table, names in listed.items():
        if "company_id" not in names:
            continue
        for statement in (
            *(
                sql.SQL("UPDATE {} SET {} = {} WHERE company_id = %(other)s").format(sql.Identifier(SCHEMA, table), *[sql.Identifier(name)] * 2)
                for name in names
            ),
            sql.SQL("DELETE FROM {} WHERE company_id = %(other)s").format(sql.Identifier(SCHEMA, table)),
        ):
            assert await touched(tools, me, statement, {"other": other}) in (None, 0), f"{table}: {statement.as_string(None)}"


async def touched(tools: Tools, me: UUID, statement: sql.Composed, params: dict[str, object]) -> int | None:
    """How many rows a statement changed, taken back at once; None where it is not permitted."""

    class Back(Exception):
        pass

    count: int | None = None

    async def verb(work: Work) -> None:
        nonlocal count
        await work.pin(Viewpoint.MEMBER, me)
        count = (await work.connection.execute(statement, params)).rowcount
        raise Back

    try:
        await tools.works.run(verb)
    except (Back, psycopg.errors.InsufficientPrivilege, psycopg.errors.GeneratedAlways):
        return count
    return count


async def test_own_rows_can_be_changed_by_the_same_statement(two_companies: Rich, tools: Tools) -> None:
    """The canary: the statement that touches nothing of another's touches what is one's own."""
    me = UUID(two_companies.buyer.member.company_id)
    statement = sql.SQL("UPDATE ashiato.part SET name = name WHERE company_id = %(other)s")
    assert await touched(tools, me, statement, {"other": me}) == 7, (
        "two of its workbook, two each of two requests over the Japanese interface, one that its system asked about"
    )


FOREIGN_INSERTS: dict[str, LiteralString] = {
    "part": "INSERT INTO part (company_id, part_id, part_number, name, declared_unit, sourcing, registered_at) VALUES (%(other)s, %(id)s, 'X', 'X', 'kg', 'made', now())",
    "site": "INSERT INTO site (company_id, site_id, code, name, country) VALUES (%(other)s, %(id)s, 'X', 'X', 'JP')",
    "data_grant": "INSERT INTO data_grant (company_id, grant_id, grantee_id, subject_kind, subject_id, purpose, granted_at) "
                  "VALUES (%(other)s, %(id)s, %(me)s, 'footprint_release', %(release)s, 'product_footprint', now())",
    "request_progress": "INSERT INTO request_progress (company_id, buyer_id, request_id, trades, completed, tiers, terminated, trades_changed_at, completed_changed_at) "
                        "VALUES (%(me)s, %(other)s, %(request)s, 1, 1, 1, true, now(), now())",
    "notice": "INSERT INTO notice (company_id, notice_id, recipient_id, kind, buyer_id, request_id, noted_at) "
              "VALUES (%(me)s, %(id)s, %(other)s, 'answered', %(other)s, %(request)s, now())",
    "stated_footprint": "INSERT INTO stated_footprint (company_id, part_id, statement_id, unit, pre_quality, main_quality, stated_at) "
                        "VALUES (%(other)s, %(part)s, %(id)s, 'kg', '{NULL,NULL,NULL}', '{NULL,NULL,NULL}', now())",
    "disclosure": "INSERT INTO disclosure (company_id, part_id, recipient_id, figures) VALUES (%(other)s, %(part)s, %(me)s, true)",
    "probe_answer": "INSERT INTO probe_answer (company_id, buyer_id, probe_id, answer, asked, answered, answered_at) "
                    "SELECT %(me)s, %(other)s, %(id)s, 'yes', 1, 1, now()",
    "path_name": "INSERT INTO path_name (company_id, root_id, asker_id, depth, content) VALUES (%(other)s, %(id)s, %(me)s, 1, '{}')",
    "risk": "INSERT INTO risk (company_id, risk_id, kind, category, severity, likelihood, title, description, source, state, opened_at, changed_at) "
            "VALUES (%(other)s, %(id)s, 'finding', 'air', 'low', 'rare', 'X', '', '', 'identified', now(), now())",
    "grievance_mediation": "INSERT INTO grievance_mediation (company_id, grievance_id, mediator_id, asked_at) VALUES (%(other)s, %(id)s, %(me)s, now())",
    "mediation_note": "INSERT INTO mediation_note (company_id, grievance_id, mediator_id, note_id, by_whom, words, written_at) "
                      "VALUES (%(other)s, %(id)s, %(other)s, %(id)s, 'mediator', 'X', now())",
    "track": "INSERT INTO track (company_id, track_id, accepted_at, succeeded) VALUES (%(other)s, 'x', now(), true)",
    "answer": "INSERT INTO answer (company_id, buyer_id, request_id, ordinal, subject_id, answered_at) VALUES (%(me)s, %(other)s, %(request)s, 99, %(id)s, now())",
    "request_link": "INSERT INTO request_link (company_id, buyer_id, request_id, part_id, linked_at) VALUES (%(me)s, %(other)s, %(request)s, %(part)s, now())",
    "signing_key": "INSERT INTO signing_key (company_id, key_id, public_jwk, created_at) VALUES (%(other)s, 'X', '{}', now())",
    "person": "INSERT INTO person (company_id, person_id, email, display_name, password_hash, roles) VALUES (%(other)s, %(id)s, 'x@x', 'X', 'X', '{clerk}')",
    "client": "INSERT INTO client (company_id, client_id, name, secret_hash, roles, registered_at) VALUES (%(other)s, %(id)s, 'X', '', '{clerk}', now())",
    "outbox": "INSERT INTO outbox (company_id, fact_id, kind, subject, recorded_at) VALUES (%(other)s, %(id)s, 'x', '{}', now())",
    "idempotency": "INSERT INTO idempotency (company_id, key, request_digest, status, body, kept_at) VALUES (%(other)s, 'x', '', 200, '', now())",
    "footprint": "INSERT INTO footprint (company_id, footprint_id, part_id, method, package, package_digest, result, computed_at) "
                 "VALUES (%(other)s, %(id)s, %(part)s, 'm', '', '', '', now())",
    "access_record": "INSERT INTO access_record (company_id, subject_kind, subject_id, reader_id, first_read_at) VALUES (%(other)s, 'x', %(id)s, %(other)s, now())",
    "company": "INSERT INTO company (company_id, kind, name, country, contact_email, state, applied_at) VALUES (%(id)s, 'member', 'X', 'JP', 'x', 'admitted', now())",
}  # fmt: skip


@pytest.mark.parametrize("table", FOREIGN_INSERTS)
async def test_nothing_can_be_slipped_to_another_company(two_companies: Rich, tools: Tools, table: str) -> None:
    rival, buyer = two_companies.rival, two_companies.buyer
    params = {"me": UUID(rival.member.company_id), "other": UUID(buyer.member.company_id), "id": uuid4(), "release": uuid4(),
              "request": UUID(buyer.owns["request_id"]), "part": UUID(rival.owns["part_id"])}  # fmt: skip
    with pytest.raises(psycopg.errors.InsufficientPrivilege):
        await as_member(tools, rival.member.company_id, FOREIGN_INSERTS[table], **params)


async def test_an_own_row_cannot_hang_on_anothers(two_companies: Rich, tools: Tools) -> None:
    """A foreign key holds the owner: another's part is no part for a row of one's own."""
    rival, buyer = two_companies.rival, two_companies.buyer
    query: LiteralString = "INSERT INTO battery_model (company_id, part_id, category, chemistry) VALUES (%(me)s, %(part)s, 'M1', 'NMC')"
    with pytest.raises(psycopg.errors.ForeignKeyViolation):
        await as_member(tools, rival.member.company_id, query, me=UUID(rival.member.company_id), part=UUID(buyer.owns["part_id"]))


async def test_an_equal_number_at_another_company_is_no_collision(two_companies: Rich, tools: Tools) -> None:
    """No unique key tells that another company has the same part number: both have PACK already."""
    for company in (two_companies.buyer, two_companies.rival):
        assert await as_member(tools, company.member.company_id, "SELECT count(*) FROM part WHERE part_number = 'PACK'") == [(1,)]


async def test_a_revoked_grant_closes_the_row_at_once(two_companies: Rich, tools: Tools) -> None:
    """The same statement in the next transaction, whoever looked before; and nothing of what was computed with it changes."""
    buyer, supplier = two_companies.buyer, two_companies.supplier
    query: LiteralString = "SELECT count(*) FROM release_snapshot WHERE company_id = %(owner)s"
    owner = UUID(supplier.member.company_id)
    assert await as_member(tools, buyer.member.company_id, query, owner=owner) == [(3,)], "one over REST, two over the Japanese interface"
    asked = await buyer.member.ask("CELL")
    await supplier.member.answer(asked["request_id"], "S-CELL")
    live = [grant for grant in (await supplier.member.get("/grants"))["items"] if grant["revoked_at"] is None]
    before = await buyer.member.compute("PACK")
    for grant in live:
        await supplier.member.delete(f"/grants/{grant['grant_id']}")
    assert await as_member(tools, buyer.member.company_id, query, owner=owner) == [(0,)]
    assert await as_member(tools, supplier.member.company_id, query, owner=owner) != [(0,)], "its owner still has it"
    assert (await buyer.member.call("GET", f"/requests/{asked['request_id']}/answer")).status_code == 404
    kept = await buyer.member.get(f"/footprints/{before['footprint_id']}")
    assert kept["result"] == before["result"]
    assert kept["stale"] == ["CELL"]
    again = await buyer.member.compute("PACK")
    assert [gap["reason"] for gap in again["result"]["gaps"]] == ["the answer was withdrawn"]
    await supplier.member.answer(asked["request_id"], "S-CELL")
    assert await as_member(tools, buyer.member.company_id, query, owner=owner) == [(1,)], "and granting it again opens it"


async def test_the_member_cannot_read_the_log_or_the_secrets(two_companies: Rich, tools: Tools) -> None:
    for statement in ("SELECT company_id FROM log_leaf", "SELECT fact_id FROM log_leaf", "SELECT password_hash FROM person", "SELECT secret_hash FROM client",
                      "SELECT contact_email FROM company", "SELECT logged_at FROM outbox", "SELECT * FROM schema_migration"):  # fmt: skip
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            await as_member(tools, two_companies.buyer.member.company_id, statement)


@pytest.mark.parametrize("escape", ["SET ROLE ashiato_owner", "SET ROLE postgres", "SET SESSION AUTHORIZATION postgres", "ALTER TABLE part DISABLE ROW LEVEL SECURITY",
                                    "CREATE TABLE mine (x int)", "CREATE FUNCTION f() RETURNS int LANGUAGE sql RETURN 1", "DROP POLICY own ON part",
                                    "COPY part TO '/tmp/stolen'", "COPY part TO PROGRAM 'cat'", "SELECT pg_read_file('/etc/passwd')", "SELECT lo_import('/etc/passwd')",
                                    "ALTER ROLE ashiato_app BYPASSRLS", "CREATE EXTENSION dblink", "TRUNCATE part"])  # fmt: skip
async def test_there_is_no_way_out_of_the_role(two_companies: Rich, tools: Tools, escape: LiteralString) -> None:
    with pytest.raises((psycopg.errors.InsufficientPrivilege, psycopg.errors.InvalidParameterValue, psycopg.errors.UndefinedFile)):
        await as_member(tools, two_companies.buyer.member.company_id, escape)


async def test_there_is_no_way_out_of_the_connections_own_role_either(two_companies: Rich, tools: Tools) -> None:
    async def verb(work: Work) -> None:
        await work.pin(Viewpoint.MEMBER, UUID(two_companies.buyer.member.company_id))
        await work.connection.execute("RESET ROLE")
        await work.connection.execute("SET SESSION AUTHORIZATION postgres")

    with pytest.raises((psycopg.errors.InsufficientPrivilege, psycopg.errors.InvalidParameterValue)):
        await tools.works.run(verb)


async def test_what_was_granted_cannot_be_handed_on(two_companies: Rich, tools: Tools) -> None:
    me = two_companies.buyer.member.company_id
    await as_member(tools, me, "GRANT SELECT ON part TO ashiato_visitor")  # PostgreSQL warns, and grants nothing
    assert await as_member(tools, me, "SELECT has_table_privilege('ashiato_visitor', 'part', 'SELECT')") == [(False,)]


async def test_statistics_tell_nothing_of_others(two_companies: Rich, tools: Tools) -> None:
    """The planner's samples hold values of all companies: no role that serves requests may read them of closed tables."""
    rows = await as_member(tools, two_companies.rival.member.company_id, "SELECT tablename FROM pg_stats WHERE schemaname = 'ashiato'")
    assert rows == []
