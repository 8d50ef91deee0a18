"""No confidential value reaches the operator without break-glass: one of a kind planted in every confidential column, sought wherever it can look.

A world that has done everything through the real doors is sown, column by column, in a database of its own: which columns there are is read from
the catalogue, so that a new one is confidential until a reason stands here. The operator's pages, routes, metrics, logs, reports
and its database account are then searched; that a backup is sealed, tests/cli/test_backups.py shows.
"""

import contextlib
import re
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from uuid import UUID, uuid4

import httpx
import psycopg
import pytest
from psycopg import sql
from psycopg.conninfo import make_conninfo
from pydantic import SecretStr
from tests.attacks import rich
from tests.attacks.rich import Company, Rich, bodies
from tests.attacks.test_catalog import readable
from tests.attacks.test_page_matrix import NOWHERE, _walk
from tests.attacks.test_routes import OPERATIONS, send
from tests.world import World

from ashiato import app as composition
from ashiato.plumbing import migrations
from ashiato.plumbing.db import SCHEMA, Viewpoint, app_password
from ashiato.plumbing.settings import Settings
from ashiato.plumbing.unit_of_work import Work

# Tables that are not sown as a whole, each with its reason. All others are confidential, every text, number and document of them.
OPEN = {
    **dict.fromkeys(("company", "standing", "candidacy", "acceptance", "admission_check", "control_proof", "invitation", "application"),
                    "what a company states in order to be admitted, and what was decided"),
    **dict.fromkeys(("register_entry", "transparency_report", "criterion_state", "break_glass"), "the operator's own words"),
    **dict.fromkeys(("published_declaration", "published_report", "signing_key"), "published by the company itself"),
    **dict.fromkeys(("log_leaf", "log_cosignature", "outbox"), "hashes, and facts: codes and identifiers, which test_facts holds"),
    **dict.fromkeys(("grievance_mediation", "mediation_note"), "what is handed to the mediator that was asked"),
    **dict.fromkeys(("session", "idempotency"), "credentials, by hash; answers to the very asker"),
    **dict.fromkeys(("survey", "survey_result", "publication", "published_cell"), "what an association shows to all its members"),
}  # fmt: skip
# Where nothing can be sown: the value follows from others, is one of few codes, names something by its key, or the world has no such row.
BEFORE_WHO_ASKS_IS_KNOWN = {
    "person",
    "client",
    "identity_provider",
    "sign_on",
    "person_identity",
}  # what a log-in is judged by; test_catalog holds which
KINDS = ("text", "numeric", "jsonb", "text[]", "numeric[]")
NUMBER = "0.7193{:04d}"
WORDS = "Kanarienvogel{:04d}"


@dataclass
class Sown:
    """What was planted: by canary, the column that holds it. `bare`: columns that took nothing, and why."""

    world: World
    rich: Rich
    url: str
    settings: Settings
    canaries: dict[str, str] = field(default_factory=dict)
    bare: dict[str, str] = field(default_factory=dict)

    def found_in(self, text: str | bytes) -> set[str]:
        """The columns whose canaries a text holds."""
        told = text if isinstance(text, str) else text.decode("utf-8", "replace")
        return {self.canaries[each] for each in set(re.findall(r"Kanarienvogel\d{4}|7193\d{4}", told)) if each in self.canaries}


def sow(found: Sown) -> None:
    """Plants a canary in one row of every confidential column."""
    query = """
        SELECT c.relname, a.attname, format_type(a.atttypid, NULL) FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid
        WHERE c.relnamespace = 'ashiato'::regnamespace AND c.relkind = 'r' AND a.attnum > 0 AND NOT a.attisdropped AND a.attgenerated = ''
          AND EXISTS (SELECT FROM pg_attribute o WHERE o.attrelid = c.oid AND o.attname = 'company_id') ORDER BY 1, 2"""
    with psycopg.connect(found.url) as owner:
        owner.execute("SET search_path = ashiato")
        every = owner.execute(query).fetchall()
        columns = [each for each in every if each[0] not in OPEN and each[2] in KINDS]
        for table in {table for table, _, _ in every}:  # triggers write to others too
            owner.execute(sql.SQL("ALTER TABLE {} NO FORCE ROW LEVEL SECURITY").format(sql.Identifier(table)))
        for number, (table, column, kind) in enumerate(columns):
            plant(owner, found, number, table, column, kind)
        for table in {table for table, _, _ in every}:
            owner.execute(sql.SQL("ALTER TABLE {} FORCE ROW LEVEL SECURITY").format(sql.Identifier(table)))


def plant(owner: psycopg.Connection, found: Sown, number: int, table: str, column: str, kind: str) -> None:
    words, figure = WORDS.format(number), NUMBER.format(number)
    value = {"text": words, "numeric": figure, "jsonb": f'"{words}"', "text[]": [words], "numeric[]": [figure]}[kind]
    names = {"table": sql.Identifier(table), "column": sql.Identifier(column), "kind": sql.SQL(kind)}
    query = sql.SQL(
        "UPDATE {table} SET {column} = %s::{kind} WHERE ctid = (SELECT ctid FROM {table} WHERE company_id <> %s ORDER BY {column} NULLS LAST LIMIT 1)"
    )
    try:
        with owner.transaction():
            changed = owner.execute(query.format(**names), [value, found.world.operator.company_id]).rowcount
    except psycopg.Error as error:
        found.bare[f"{table}.{column}"] = type(error).__name__
        return
    if changed:
        found.canaries[figure[2:] if kind.startswith("numeric") else words] = f"{table}.{column}"
    else:
        found.bare[f"{table}.{column}"] = "empty"


@pytest.fixture(scope="module")
async def sown(chosen: Settings, owner_url: str, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Sown]:
    secret = SecretStr(app_password(chosen))  # two installations on one server share its roles
    settings = Settings(home=tmp_path_factory.mktemp("sown"), public_url="http://testserver", log_level="info", database_app_password=secret,
                        strangers_per_minute=0)  # fmt: skip
    with psycopg.connect(owner_url, autocommit=True) as connection:
        connection.execute("DROP DATABASE IF EXISTS ashiato_sown")
        connection.execute("CREATE DATABASE ashiato_sown")
    url = make_conninfo(owner_url, dbname="ashiato_sown")
    migrations.migrate(settings, url)
    async with contextlib.AsyncExitStack() as stack:
        tools = await stack.enter_async_context(composition.tools(settings, url))
        transport = httpx.ASGITransport(composition.build(tools), raise_app_exceptions=False)
        client = await stack.enter_async_context(httpx.AsyncClient(transport=transport, base_url="http://testserver"))
        world = await World.begin(tools, client)
        found = Sown(world, await rich.build(world), url, settings)
        sow(found)
        yield found


def test_every_confidential_column_is_sown(sown: Sown) -> None:
    """Which took nothing is told with the reason; a new column that takes nothing fails until it is looked at."""
    assert len(sown.canaries) > 180
    assert {column: reason for column, reason in sown.bare.items() if column not in BARE} == {}
    assert BARE - sown.bare.keys() == set(), "these take one now"


async def shown(sown: Sown) -> AsyncIterator[tuple[str, bytes]]:
    """Whatever the operator is shown over its routes and pages, whichever company's things it names."""
    operator = sown.world.operator
    for company in (sown.rich.buyer, sown.rich.supplier, sown.rich.rival):
        asker = Company(operator, company.owns, cosignature=company.cosignature)
        for operation in OPERATIONS:
            if operation.startswith(("DELETE", "PATCH")) or "/sessions" in operation or operation.endswith("/state"):
                continue
            answer = await send(operator.client, operation, company.owns, bodies(asker).get(operation), {"Authorization": f"Bearer {operator.token}"})
            yield operation, answer.content
        for line in sorted(set(_walk(composition.build().routes))):
            method, path = line.split(" ")
            if method != "GET" or path == "/login/sso/callback":
                continue
            address = re.sub(r"\{(\w+)\}", lambda name: {"kind": "csv"}.get(name[1]) or company.owns.get(name[1]) or NOWHERE, path)  # noqa: B023
            answer = await operator.client.get(address, headers={"Cookie": f"ashiato_session={operator.token}", "Accept": "text/html"})
            yield line, answer.content


async def test_no_page_route_metric_or_log_shows_one(sown: Sown, capfd: pytest.CaptureFixture[str]) -> None:
    found: dict[str, set[str]] = {}
    seen = 0
    async for line, content in shown(sown):
        seen += 1
        if told := sown.found_in(content):
            found[line] = told
    assert seen > 600
    assert found == {}
    logged = capfd.readouterr()
    assert sown.found_in(logged.out + logged.err) == set()


async def test_reports_and_the_binder_show_none(sown: Sown) -> None:
    operator, today = sown.world.operator, datetime.now(UTC).date().isoformat()
    report = await operator.post("/transparency-reports", {"period_start": today, "period_end": today})
    assert sown.found_in(str(report)) == set()
    assert sown.found_in((await operator.call("GET", "/certification-binder.zip")).content) == set()


async def test_what_is_refused_logs_none(sown: Sown, capfd: pytest.CaptureFixture[str]) -> None:
    """A member sends canaries where they are refused."""
    member = sown.rich.buyer.member
    told = next(iter(sown.canaries))
    await member.call("POST", "/parts", json={"part_number": told})
    await member.call("GET", "/parts", params={"part_number": told})
    await member.call("POST", "/requests", json={"part_id": str(uuid4()), "method": told, "due_at": told})
    logged = capfd.readouterr()
    assert sown.found_in(logged.out + logged.err) == set()


async def rows(sown: Sown, viewpoint: Viewpoint | None) -> dict[str, set[str]]:
    """In which tables the operator's database account reads a canary."""

    async def verb(work: Work) -> dict[str, set[str]]:
        if viewpoint is not None:
            await work.pin(viewpoint, UUID(sown.world.operator.company_id))
        names = await (
            await work.connection.execute("SELECT relname FROM pg_class WHERE relnamespace = 'ashiato'::regnamespace AND relkind = 'r'")
        ).fetchall()
        found = {}
        for (table,) in names:
            columns = await readable(work, table)
            if columns:
                query = sql.SQL("SELECT {} FROM {}").format(sql.SQL(", ").join(map(sql.Identifier, columns)), sql.Identifier(SCHEMA, table))
                told = sown.found_in(str(await (await work.connection.execute(query)).fetchall()))
                found |= {table: told} if told else {}
        return found if viewpoint else {table: told for table, told in found.items() if table not in BEFORE_WHO_ASKS_IS_KNOWN}

    return await sown.world.tools.works.run(verb, read_only=True)


@pytest.mark.parametrize("viewpoint", [Viewpoint.OPERATOR, Viewpoint.VISITOR, None])
async def test_the_database_account_reads_none(sown: Sown, viewpoint: Viewpoint | None) -> None:
    assert await rows(sown, viewpoint) == {}


LEAKS: dict[str, str] = {
    "a policy too wide": "CREATE POLICY leak ON inventory_line TO ashiato_operator USING (true); GRANT SELECT ON inventory_line TO ashiato_operator",
    "a right on who is looked up": "CREATE POLICY leak ON part TO ashiato_app USING (true); GRANT SELECT ON part TO ashiato_app",
}


@pytest.mark.parametrize(("leak", "viewpoint"), [("a policy too wide", Viewpoint.OPERATOR), ("a right on who is looked up", None)])
async def test_a_leak_in_the_database_would_be_found(sown: Sown, leak: str, viewpoint: Viewpoint | None) -> None:
    """The canary's canary."""
    table = LEAKS[leak].split(" ON ")[1].split(" ")[0]
    role = "ashiato_operator" if viewpoint else "ashiato_app"
    with psycopg.connect(sown.url, autocommit=True, options="-c search_path=ashiato") as owner:
        owner.execute(LEAKS[leak])
        try:
            assert table in await rows(sown, viewpoint)
        finally:
            owner.execute(sql.SQL("DROP POLICY leak ON {0}; REVOKE SELECT ON {0} FROM {1}").format(sql.Identifier(table), sql.Identifier(role)))


async def test_a_leak_on_a_page_would_be_found(sown: Sown) -> None:
    """One canary that the operator is told by a register entry of its own."""
    told, column = next(iter(sown.canaries.items()))
    await sown.world.operator.post("/register-entries", {"kind": "incident", "title": told, "details": "x"})
    found = {line: seen async for line, content in shown(sown) if (seen := sown.found_in(content))}
    assert found["GET /register-entries"] == {column}
    assert found["GET /oversight"] == {column}


OF_FEW_CODES = """
assessment.subject_kind bundle.direction bundle.state carried_record.origin circular_material.data_source circular_material.terms client.roles
departure.state emission_factor.standing evidence_link.subject_kind exchange_delivery.kind exchange_delivery.state exchange_event.kind grievance.state
grievance_step.by_whom import_draft.state inventory_line.data_source inventory_line.flow inventory_line.stage material_origin.refiner_cid
material_origin.refiner_country membership.state notice.kind notification_delivery.state notification_preference.language part.sourcing
path_consent.decision person.roles probe.kind probe_answer.answer probe_root.kind received_footprint.state release_approval.state
release_policy.action release_quality.main_quality release_quality.pre_quality request.state request.subject_kind risk.kind
risk.likelihood risk.severity risk.state saved_view.list second_factor.kind secondary_factor.stage site.country stated_footprint.main_quality
stated_footprint.pre_quality verification_note.kind
"""
OTHERWISE = {
    "release_policy.margin": "never below a tenth of what was planted",
    "secondary_factor.factor_code": "names a factor, whose code is sown",
    "signing_secret.key_id": "names a public key",
}
BARE = {*OF_FEW_CODES.split(), *OTHERWISE}
