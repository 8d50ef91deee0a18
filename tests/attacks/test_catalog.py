"""The second wall, read from the catalog: every table closed, nothing owned by who serves requests, no key that tells of others.

Each allowed exception stands here with its reason; a new one fails until it is written down.
"""

import re
from collections.abc import Iterator
from uuid import UUID, uuid4

import psycopg
import pytest
from psycopg import sql
from tests import assurance, chain_world
from tests.attacks.rich import Rich

from ashiato.domain.leaving import contents
from ashiato.gateways.rest import Tools
from ashiato.plumbing.db import APPLICATION_ROLE, SCHEMA, Viewpoint
from ashiato.plumbing.unit_of_work import Work

ROLES = [APPLICATION_ROLE, *(viewpoint.value for viewpoint in Viewpoint)]
NO_COMPANYS_DATA = {"schema_migration": "the schema's history: names of steps, which every server process compares with its own"}
KEYS_WITHOUT_OWNER = {
    "company_corporate_number_key": "a public register's number; that a company is a member is public",
    "company_global_id": "a public number of the company, which the Japanese interface demands to be no other company's",
    **dict.fromkeys(("company_lei", "company_duns", "company_bpn"), "a public register's number; that a company is a member is public"),
    "log_leaf_pkey": "one sequence of all companies; how many facts there are is public, who owns a leaf stands in a salted hash that the follower alone resolves",
}
LINKS_WITHOUT_OWNER = {
    "data_grant_grantee_id_fkey": "whom something is granted to: that a member exists is public",
    "access_record_reader_id_fkey": "who read: that a member exists is public",
    "verification_room_verifier_id_fkey": "whom a room is opened for: that a verifier exists is public",
    "verification_note_other_id_fkey": "whom a note is for: that a company exists is public",
    "verification_opinion_other_id_fkey": "whom an opinion is about: that a member exists is public",
    "request_message_supplier_id_fkey": "whom is asked: that a member exists is public",
    "request_supplier_id_fkey": "whom is asked: that a member exists is public",
    "request_link_buyer_id_request_id_fkey": "a supplier's link hangs on the buyer's request; its policy demands that the request is addressed to the supplier",
    "request_progress_buyer_id_request_id_fkey": "a supplier's counts hang on the buyer's request; its policy demands that the request is addressed to the supplier",
    "notice_buyer_id_request_id_fkey": "a notice hangs on a request; its policy demands that sender and recipient are the request's parties",
    "probe_supplier_id_fkey": "whom a question goes to: that a member exists is public",
    "probe_asker_id_fkey": "who asked first: that a member exists is public",
    "path_name_asker_id_fkey": "to whom a name is told: that a member exists is public",
    "grievance_mediation_mediator_id_fkey": "who mediates: that a member exists is public",
    "probe_answer_buyer_id_probe_id_fkey": "an answer hangs on the buyer's question; its policy demands that the question is addressed to the supplier",
    "exchange_partner_partner_id_fkey": "whose system is called: that a member exists is public",
    "exchange_event_recipient_id_fkey": "whom an event is sent to: that a member exists is public",
    "exchange_inquiry_buyer_id_fkey": "who asked: that a member exists is public",
    "exchange_delivery_partner_id_fkey": "whom something is delivered to: that a member exists is public",
    "received_footprint_partner_id_fkey": "whose system sent it: that a member exists is public",
    "register_entry_concerned_id_fkey": "whom an entry of the operator's concerns: that a company exists is public",
    "break_glass_concerned_id_fkey": "whom an access of the operator's concerns: that a company exists is public",
    "membership_member_id_fkey": "whom an association asks: that a member exists is public",
    "contribution_association_id_survey_id_fkey": "a figure hangs on a survey of an association that the company is a member of; its policy demands an open one",
    "adoption_association_id_publication_id_fkey": "an adoption hangs on what an association offers to its members",
    "answer_buyer_id_request_id_fkey": "a supplier's answer hangs on the buyer's request; its policy demands that the request is addressed to the supplier",
}
OPEN_TO_MEMBERS = {
    "company": "the directory of members that are admitted: names and corporate numbers are public among them",
    "signing_key": "public keys",
    "transparency_report": "what the operator has published",
    "register_entry": "what the operator entered for everybody to see",
    "log_checkpoint": "the transparency log's signed states",
    "log_leaf": "salted hashes of all facts; whose they are stands in columns that members cannot read",
    "log_node": "hashes of hashes",
    "log_cosignature": "members' words on checkpoints, under keys of their own",
}
POLICIES_WITHOUT_TENANT = {
    ("company", "gate"), ("person", "gate"), ("session", "gate"), ("client", "gate"), ("application", "gate"),  # finding out who asks
    ("candidacy", "gate"), ("invitation", "gate"), ("identity_provider", "gate"), ("sign_on", "gate"), ("person_identity", "gate"),
    ("request", "look_up"),  # the one row that the operator names by its identifier
    ("company", "supervise"), ("company", "move"), ("standing", "supervise"),
    ("candidacy", "supervise"), ("acceptance", "supervise"), ("admission_check", "supervise"), ("control_proof", "supervise"), ("invitation", "first"),  # the operator's, to whom no other table speaks
    ("outbox", "follow"), ("notice", "follow"), ("exchange_event", "follow"), ("exchange_delivery", "follow"),
    ("notification_delivery", "follow"),
     ("log_leaf", "follow"), ("log_node", "follow"), ("log_checkpoint", "follow"),  # the follower's
    ("company", "follow"),  # who is admitted
    ("signing_key", "public"), ("published_declaration", "public"), ("published_report", "public"), ("log_checkpoint", "public"),
    ("log_leaf", "public"), ("log_node", "public"), ("log_cosignature", "public"),  # public by nature
    ("evidence_file", "follow"),  # digests and sizes, to find lost files
    ("evidence_item", "follow"),
    ("transparency_report", "public"), ("probe_sample", "follow"), ("restore_drill", "follow"), ("standing", "follow"),
    ("survey", "aggregate"), ("contribution", "aggregate"), ("survey_result", "aggregate"), ("published_cell", "aggregate"),  # the aggregator's
    ("support_request", "supervise"), ("support_word", "supervise"),  # what companies wrote to the operator
    ("bundle", "follow"), ("departure", "follow"),  # the follower's: that a job waits
}  # fmt: skip
SECRET_COLUMNS = {
    ("person", "password_hash"),
    ("client", "secret_hash"),
    ("session", "token_hash"),
    ("signing_secret", "sealed"),
    ("evidence_item", "sealed_key"),
    ("application", "secret_hash"),
    ("candidacy", "token_hash"),
    ("second_factor", "sealed"),
    ("identity_provider", "sealed"),
    ("invitation", "token_hash"),
    ("exchange_partner", "sealed"),
    ("bundle", "sealed_key"),
    ("exchange_endpoint", "token_address"),
    ("webhook", "sealed"),
}
READ_BY = {
    ("person", "password_hash"): {APPLICATION_ROLE},
    ("client", "secret_hash"): {APPLICATION_ROLE},
    ("application", "secret_hash"): {APPLICATION_ROLE},
    ("candidacy", "token_hash"): {APPLICATION_ROLE},
    ("identity_provider", "sealed"): {APPLICATION_ROLE},
    ("second_factor", "sealed"): {"ashiato_member", "ashiato_operator"},  # sealed under a key that the database does not hold
    ("invitation", "token_hash"): {APPLICATION_ROLE},
    ("session", "token_hash"): {APPLICATION_ROLE, "ashiato_member", "ashiato_operator"},  # a hash of a random secret; needed to end the own session
    ("bundle", "sealed_key"): {"ashiato_member"},  # sealed under a key that the database does not hold
    ("webhook", "sealed"): {"ashiato_member"},  # likewise
    ("exchange_partner", "sealed"): {"ashiato_member"},  # likewise
    ("exchange_endpoint", "token_address"): {"ashiato_member"},  # an address, no secret
    ("signing_secret", "sealed"): {"ashiato_member"},  # sealed under a key that the database does not hold
    ("evidence_item", "sealed_key"): {"ashiato_member"},  # likewise
}
OF_APPLICANTS = ("company", "standing", "candidacy", "acceptance", "admission_check", "control_proof")
FROZEN = {"footprint", "support_word", "release", "release_snapshot", "declaration", "published_declaration", "answer", "access_record", "import_record", "idempotency",
          "standing", "candidacy", "acceptance", "admission_check", "log_leaf", "log_node", "log_checkpoint", "log_cosignature", "request_message", "request_part", "request_item", "release_quality", "track", "evidence_link", "assessment", "diligence_statement", "diligence_snapshot",
          "risk_step", "probe", "probe_root", "grievance_reporter",
          "grievance_step", "grievance_mediation", "mediation_note", "verification", "diligence_report", "published_report",
          "transparency_report", "probe_sample", "restore_drill", "survey", "survey_result", "published_cell", "publication", "adoption"}  # fmt: skip
NEVER_DELETED = FROZEN | {"identity_provider", "person_identity", "control_proof", "invitation", "company", "person", "client", "site", "part", "battery_model", "emission_factor", "request", "request_link", "data_grant",
                          "signing_key", "signing_secret", "outbox", "application", "request_progress", "notice", "disclosure", "evidence_file", "evidence_item", "evidence_link",
                          "exchange_event", "exchange_inquiry", "exchange_delivery", "received_footprint", "risk", "probe_answer", "path_consent", "path_name", "grievance", "membership", "register_entry", "criterion_state", "break_glass", "support_request"}  # fmt: skip


def defects(connection: psycopg.Connection, schema: str) -> set[tuple[str, str]]:
    """(what is wrong, with what) of every table, key, view and function of a schema."""
    return {(check, name) for check, query in CHECKS.items() for (name,) in connection.execute(query, {"schema": schema, "roles": ROLES})}


_TABLES = "SELECT c.* FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace WHERE n.nspname = %(schema)s AND c.relkind IN ('r', 'p')"
_OWNED = f"({_TABLES} AND EXISTS (SELECT FROM pg_attribute a WHERE a.attrelid = c.oid AND a.attname = 'company_id' AND NOT a.attisdropped))"
CHECKS = {
    "row-level security is off": f"SELECT relname FROM ({_TABLES}) t WHERE NOT relrowsecurity",
    "row-level security is not forced": f"SELECT relname FROM ({_TABLES}) t WHERE NOT relforcerowsecurity",
    "no policy": f"SELECT relname FROM ({_TABLES}) t WHERE NOT EXISTS (SELECT FROM pg_policy p WHERE p.polrelid = t.oid)",
    "no primary key": f"SELECT relname FROM ({_TABLES}) t WHERE NOT EXISTS (SELECT FROM pg_index i WHERE i.indrelid = t.oid AND i.indisprimary)",
    "owned by who serves requests": f"SELECT relname FROM ({_TABLES}) t WHERE pg_get_userbyid(relowner) = ANY(%(roles)s)",
    "a unique key without its owner": f"""
        SELECT i.indexrelid::regclass::text FROM pg_index i JOIN {_OWNED} t ON t.oid = i.indrelid
        WHERE i.indisunique AND NOT EXISTS (
            SELECT FROM pg_attribute a WHERE a.attrelid = i.indrelid AND a.attname = 'company_id' AND a.attnum = ANY(i.indkey))""",
    "a link without its owner": f"""
        SELECT k.conname FROM pg_constraint k JOIN {_OWNED} t ON t.oid = k.conrelid JOIN {_OWNED} target ON target.oid = k.confrelid
        WHERE k.contype = 'f' AND NOT EXISTS (
            SELECT FROM pg_attribute a WHERE a.attrelid = k.conrelid AND a.attname = 'company_id' AND a.attnum = ANY(k.conkey))""",
    "a view with its owner's eyes": """
        SELECT c.relname FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
        WHERE n.nspname = %(schema)s
          AND (c.relkind = 'm' OR (c.relkind = 'v' AND NOT coalesce(c.reloptions, '{}') && ARRAY['security_invoker=true', 'security_invoker=on', 'security_invoker=1']))""",
    "a function with its owner's rights": """
        SELECT p.proname FROM pg_proc p JOIN pg_namespace n ON n.oid = p.pronamespace WHERE n.nspname = %(schema)s AND p.prosecdef""",
    "a function that everybody may call": """
        SELECT p.proname FROM pg_proc p JOIN pg_namespace n ON n.oid = p.pronamespace
        WHERE n.nspname = %(schema)s AND (p.proacl IS NULL OR EXISTS (SELECT FROM aclexplode(p.proacl) e WHERE e.grantee = 0))""",
    "a right that everybody has": """
        SELECT c.relname FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace, aclexplode(c.relacl) e
        WHERE n.nspname = %(schema)s AND e.grantee = 0""",
    "a sequence that tells of others": """
        SELECT c.relname FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace, unnest(%(roles)s::text[]) role
        WHERE n.nspname = %(schema)s AND c.relkind = 'S' AND CASE WHEN c.relkind = 'S' THEN has_sequence_privilege(role, c.oid, 'SELECT, USAGE') ELSE false END""",
    "a right to empty, to hang on or to trigger": f"""
        SELECT relname FROM ({_TABLES}) t, unnest(%(roles)s::text[]) role WHERE has_table_privilege(role, t.oid, 'TRUNCATE, REFERENCES, TRIGGER')""",
}  # fmt: skip
ALLOWED = {
    **{("row-level security is off", name): reason for name, reason in NO_COMPANYS_DATA.items()},
    **{("row-level security is not forced", name): reason for name, reason in NO_COMPANYS_DATA.items()},
    **{("no policy", name): reason for name, reason in NO_COMPANYS_DATA.items()},
    **{("a unique key without its owner", name): reason for name, reason in KEYS_WITHOUT_OWNER.items()},
    **{("a link without its owner", name): reason for name, reason in LINKS_WITHOUT_OWNER.items()},
}


@pytest.fixture(scope="module")
def sound(owner_url: str, world: object) -> Iterator[set[str]]:
    """The checks that found nothing but what has a reason, and whose planted defect was caught."""
    with psycopg.connect(owner_url) as connection:
        size = f"{len(tables(connection))} tables, {len(CHECKS)} kinds of defect"
    line = assurance.Outcome(
        "catalogue lint", size, None, f"0 defects; {len(ALLOWED)} exceptions, each with its reason", "each kind of defect, planted"
    )
    with assurance.all_of(["the schema", *CHECKS], line) as found:
        yield found


@pytest.fixture
def catalog(owner_url: str, world: object) -> Iterator[psycopg.Connection]:
    with psycopg.connect(owner_url) as connection:
        connection.execute(sql.SQL("SET LOCAL search_path = {}").format(sql.Identifier(SCHEMA)))
        yield connection
        connection.rollback()


def tables(connection: psycopg.Connection) -> list[str]:
    return sorted(name for (name,) in connection.execute(f"SELECT relname FROM ({_TABLES}) t", {"schema": SCHEMA}))


def columns(connection: psycopg.Connection, table: str) -> list[str]:
    query = "SELECT attname FROM pg_attribute WHERE attrelid = %s::regclass AND attnum > 0 AND NOT attisdropped ORDER BY attnum"
    return [name for (name,) in connection.execute(query, [f"{SCHEMA}.{table}"])]


def test_the_schema_has_no_defect_but_those_with_a_reason(catalog: psycopg.Connection, sound: set[str]) -> None:
    found = defects(catalog, SCHEMA)
    assert found - set(ALLOWED) == set()
    assert set(ALLOWED) - found == set(), "a reason for what is no longer there"
    sound.add("the schema")


PLANTED = {
    "row-level security is off": ("CREATE TABLE bad (company_id uuid PRIMARY KEY)", "bad"),
    "row-level security is not forced": ("CREATE TABLE bad (company_id uuid PRIMARY KEY); ALTER TABLE bad ENABLE ROW LEVEL SECURITY", "bad"),
    "no policy": ("CREATE TABLE bad (company_id uuid PRIMARY KEY); ALTER TABLE bad ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY", "bad"),
    "no primary key": ("CREATE TABLE bad (company_id uuid)", "bad"),
    "owned by who serves requests": ("CREATE ROLE scratch_role; GRANT scratch_role TO CURRENT_USER; GRANT ALL ON SCHEMA scratch_lint TO scratch_role; CREATE TABLE bad (company_id uuid PRIMARY KEY); ALTER TABLE bad OWNER TO scratch_role", "bad"),
    "a unique key without its owner": ("CREATE TABLE bad (company_id uuid, code text UNIQUE, PRIMARY KEY (company_id, code))", "bad_code_key"),
    "a link without its owner": ("CREATE TABLE target (company_id uuid, id uuid UNIQUE, PRIMARY KEY (company_id, id)); CREATE TABLE bad (company_id uuid, id uuid CONSTRAINT bad_link REFERENCES target (id), PRIMARY KEY (company_id, id))", "bad_link"),
    "a view with its owner's eyes": ("CREATE TABLE t (company_id uuid PRIMARY KEY); CREATE VIEW bad AS SELECT * FROM t", "bad"),
    "a function with its owner's rights": ("CREATE FUNCTION bad() RETURNS int LANGUAGE sql SECURITY DEFINER RETURN 1", "bad"),
    "a function that everybody may call": ("CREATE FUNCTION bad() RETURNS int LANGUAGE sql RETURN 1", "bad"),
    "a right that everybody has": ("CREATE TABLE bad (company_id uuid PRIMARY KEY); GRANT SELECT ON bad TO PUBLIC", "bad"),
    "a sequence that tells of others": ("CREATE SEQUENCE bad; GRANT USAGE ON bad TO ashiato_member", "bad"),
    "a right to empty, to hang on or to trigger": ("CREATE TABLE bad (company_id uuid PRIMARY KEY); GRANT TRUNCATE ON bad TO ashiato_member", "bad"),
}  # fmt: skip


@pytest.mark.parametrize("check", CHECKS)
def test_a_planted_defect_is_caught(catalog: psycopg.Connection, sound: set[str], check: str) -> None:
    """The canary, once for every check."""
    statement, name = PLANTED[check]
    catalog.execute("CREATE SCHEMA scratch_lint")
    catalog.execute("SET LOCAL search_path = scratch_lint")
    assert defects(catalog, "scratch_lint") == set()
    catalog.execute(statement)
    roles = [*ROLES, "scratch_role"] if "scratch_role" in statement else ROLES
    found = {row[0] for row in catalog.execute(CHECKS[check], {"schema": "scratch_lint", "roles": roles})}
    assert name in {text.removeprefix("scratch_lint.") for text in found}
    sound.add(check)


@pytest.mark.parametrize("role", ROLES)
def test_who_serves_requests_has_no_rights_beyond_its_grants(catalog: psycopg.Connection, role: str) -> None:
    powers = catalog.execute(
        "SELECT rolsuper, rolbypassrls, rolcreaterole, rolcreatedb, rolreplication, rolinherit, rolcanlogin FROM pg_roles WHERE rolname = %s", [role]
    ).fetchone()
    assert powers == (False, False, False, False, False, False, role == APPLICATION_ROLE)
    member_of = {name for (name,) in catalog.execute(
        "SELECT r.rolname FROM pg_auth_members m JOIN pg_roles r ON r.oid = m.roleid JOIN pg_roles u ON u.oid = m.member WHERE u.rolname = %s", [role])}  # fmt: skip
    assert member_of == (set(ROLES) - {APPLICATION_ROLE} if role == APPLICATION_ROLE else set())
    assert not catalog.execute("SELECT has_schema_privilege(%s, %s, 'CREATE')", [role, SCHEMA]).fetchone()[0]
    assert not catalog.execute("SELECT has_database_privilege(%s, current_database(), 'CREATE')", [role]).fetchone()[0]


def test_a_role_with_too_many_rights_would_be_seen(catalog: psycopg.Connection) -> None:
    """The canary of the roles."""
    catalog.execute("CREATE ROLE scratch_powers CREATEDB")
    assert catalog.execute("SELECT rolcreatedb FROM pg_roles WHERE rolname = 'scratch_powers'").fetchone() == (True,)


def test_every_policy_asks_for_the_tenant_but_those_with_a_reason(catalog: psycopg.Connection) -> None:
    found = set()
    query = """
        SELECT c.relname, p.polname, coalesce(pg_get_expr(p.polqual, p.polrelid), '') || coalesce(pg_get_expr(p.polwithcheck, p.polrelid), '')
        FROM pg_policy p JOIN pg_class c ON c.oid = p.polrelid JOIN pg_namespace n ON n.oid = c.relnamespace WHERE n.nspname = %s"""
    for table, policy, text in catalog.execute(query, [SCHEMA]):
        if not re.search(r"\btenant\(\)", text):
            found.add((table, policy))
    assert found == POLICIES_WITHOUT_TENANT


def test_every_grant_counts_until_it_is_withdrawn_or_ends(catalog: psycopg.Connection) -> None:
    query = """
        SELECT c.relname, pg_get_expr(p.polqual, p.polrelid)
        FROM pg_policy p JOIN pg_class c ON c.oid = p.polrelid JOIN pg_namespace n ON n.oid = c.relnamespace
        WHERE n.nspname = %s AND pg_get_expr(p.polqual, p.polrelid) LIKE '%%data_grant%%'"""
    asking = dict(catalog.execute(query, [SCHEMA]).fetchall())
    assert {"release_snapshot", "diligence_snapshot", "certificate"} <= asking.keys()
    for text in asking.values():
        for condition in ("data_grant.grantee_id = ", "data_grant.revoked_at IS NULL", "data_grant.valid_until > now()"):
            assert condition in text


def test_no_policy_speaks_to_everybody(catalog: psycopg.Connection) -> None:
    query = """
        SELECT c.relname, p.polname FROM pg_policy p JOIN pg_class c ON c.oid = p.polrelid JOIN pg_namespace n ON n.oid = c.relnamespace
        WHERE n.nspname = %s AND (0 = ANY(p.polroles) OR NOT p.polpermissive)"""
    assert catalog.execute(query, [SCHEMA]).fetchall() == []


def test_no_tenant_is_nobody(catalog: psycopg.Connection) -> None:
    (text,) = catalog.execute("SELECT pg_get_functiondef('ashiato.tenant()'::regprocedure)").fetchone()
    assert "NULLIF(current_setting('ashiato.tenant'" in text
    for value in (None, ""):
        if value is not None:
            catalog.execute("SELECT set_config('ashiato.tenant', %s, true)", [value])
        assert catalog.execute("SELECT ashiato.tenant()").fetchone() == (None,)


@pytest.mark.parametrize(("table", "column"), sorted(SECRET_COLUMNS))
def test_secrets_are_read_by_whom_they_concern(catalog: psycopg.Connection, table: str, column: str) -> None:
    readers = {
        role
        for role in ROLES
        if catalog.execute("SELECT has_column_privilege(%s, %s, %s, 'SELECT')", [role, f"{SCHEMA}.{table}", column]).fetchone()[0]
    }
    assert readers == READ_BY[table, column]


def test_what_looks_like_a_secret_is_listed(catalog: psycopg.Connection) -> None:
    listed = {
        (table, column)
        for table in tables(catalog)
        for column in columns(catalog, table)
        if re.search("password|secret|sealed|token|private", column)
    }
    assert listed == SECRET_COLUMNS


def test_what_is_frozen_cannot_be_changed_or_deleted(catalog: psycopg.Connection) -> None:
    for table in tables(catalog):
        for role in set(ROLES) - {Viewpoint.LEAVER.value}:  # see below
            may = {right for right in ("UPDATE", "DELETE") if catalog.execute("SELECT has_any_column_privilege(%s, %s, 'UPDATE')" if right == "UPDATE" else "SELECT has_table_privilege(%s, %s, 'DELETE')", [role, f"{SCHEMA}.{table}"]).fetchone()[0]}  # fmt: skip
            if table in FROZEN:
                assert may == set(), f"{role} may {may} {table}"
            if table in NEVER_DELETED:
                assert "DELETE" not in may, f"{role} may delete from {table}"


def test_every_company_table_is_taken_along_or_left_out_with_a_reason(catalog: psycopg.Connection) -> None:
    """Who adds a table of companies' data says in `domain/leaving/contents.py` what becomes of it when a company takes its data along or leaves."""
    owned = {table for table in tables(catalog) if "company_id" in columns(catalog, table)}
    forgotten = owned - contents.CONTENTS.keys() - contents.LEFT_OUT.keys()
    assert not forgotten, f"{sorted(forgotten)}: add them to CONTENTS (what a record is, one line) or to LEFT_OUT (the reason) in contents.py"
    assert (contents.CONTENTS.keys() | contents.LEFT_OUT.keys()) - owned == set(), "named and gone"
    assert not contents.CONTENTS.keys() & contents.LEFT_OUT.keys()
    assert all(reason for reason in contents.LEFT_OUT.values())
    assert contents.STAYS.keys() <= contents.LEFT_OUT.keys()
    for table, column in contents.OMITTED:
        assert column in columns(catalog, table)
    for table in contents.CONTENTS:
        assert catalog.execute("SELECT has_column_privilege('ashiato_member', %s, 'company_id', 'SELECT')", [f"{SCHEMA}.{table}"]).fetchone()[0], (
            table
        )


def test_every_column_that_names_another_company_is_known_to_who_moves(catalog: psycopg.Connection) -> None:
    """Elsewhere companies are called otherwise: an identifier that is not mapped would name nobody there, or somebody else."""
    query = f"""
        SELECT t.relname, a.attname FROM pg_constraint k JOIN {_OWNED} t ON t.oid = k.conrelid
        JOIN LATERAL unnest(k.conkey, k.confkey) AS pair (own, theirs) ON true
        JOIN pg_attribute a ON a.attrelid = k.conrelid AND a.attnum = pair.own JOIN pg_attribute b ON b.attrelid = k.confrelid AND b.attnum = pair.theirs
        WHERE k.contype = 'f' AND b.attname = 'company_id' AND a.attname <> 'company_id'"""
    found = {(table, column) for table, column in catalog.execute(query, {"schema": SCHEMA}) if table in contents.CONTENTS}
    assert ("answer", "buyer_id") in found
    assert {(table, column) for table, column in found if column not in contents.PARTY_COLUMNS} == set(), "add it to PARTY_COLUMNS in contents.py"


def test_a_table_that_was_forgotten_would_be_noticed(catalog: psycopg.Connection) -> None:
    """The canary."""
    catalog.execute("CREATE TABLE ashiato.forgotten (company_id uuid PRIMARY KEY)")
    with pytest.raises(AssertionError, match="forgotten"):
        test_every_company_table_is_taken_along_or_left_out_with_a_reason(catalog)


def test_who_takes_away_may_take_what_is_not_kept_and_only_of_who_has_left(catalog: psycopg.Connection) -> None:
    """New tables are open to it by themselves; one whose records are to stay takes the right back in its migration."""
    deletes = {table for table in tables(catalog) if catalog.execute("SELECT has_table_privilege('ashiato_leaver', %s, 'DELETE')", [f"{SCHEMA}.{table}"]).fetchone()[0]}  # fmt: skip
    goes = {table for table, content in contents.CONTENTS.items() if content.remains is not contents.Remains.KEPT} - {
        "company",
        "evidence_item",
        "part_structure",
    }
    assert deletes == goes | (contents.LEFT_OUT.keys() - contents.STAYS.keys())
    query = """
        SELECT c.relname, pg_get_expr(p.polqual, p.polrelid) FROM pg_policy p JOIN pg_class c ON c.oid = p.polrelid
        WHERE 'ashiato_leaver'::regrole = ANY(p.polroles) AND c.relnamespace = 'ashiato'::regnamespace AND c.relname <> 'departure'"""
    policies = dict(catalog.execute(query).fetchall())
    assert deletes <= policies.keys()
    assert all("departed()" in text and "tenant()" in text for text in policies.values())


def test_the_migrations_history_is_the_owners_to_write(catalog: psycopg.Connection) -> None:
    """A server process reads it at its start, to see that the schema is the one it was written for."""
    for role in ROLES:
        for right in ("SELECT", "INSERT", "UPDATE", "DELETE"):
            may = catalog.execute("SELECT has_table_privilege(%s, 'ashiato.schema_migration', %s)", [role, right]).fetchone()[0]
            assert may == (right == "SELECT" and role == APPLICATION_ROLE), f"{role}: {right}"


async def readable(work: Work, table: str) -> list[str]:
    """The columns of a table that the present role may read; in the table's order."""
    cursor = await work.connection.execute(
        """
        SELECT attname FROM pg_attribute
        WHERE attrelid = %s::regclass AND attnum > 0 AND NOT attisdropped AND has_column_privilege(attrelid, attname, 'SELECT') ORDER BY attnum
        """,
        [f"{SCHEMA}.{table}"],
    )
    return [name for (name,) in await cursor.fetchall()]


async def count(work: Work, table: str) -> int | None:
    """How many rows the present role sees; None where it may read no column."""
    names = await readable(work, table)
    if not names:
        return None
    query = sql.SQL("SELECT count(({})) FROM {}").format(sql.SQL(", ").join(map(sql.Identifier, names[:1])), sql.Identifier(SCHEMA, table))
    return (await (await work.connection.execute(query)).fetchone())[0]


async def seen(tools: Tools, names: list[str], viewpoint: Viewpoint | None, tenant: UUID | None) -> dict[str, int | None]:
    async def verb(work: Work) -> dict[str, int | None]:
        if viewpoint is not None:
            await work.pin(viewpoint, tenant)
        return {table: await count(work, table) for table in names}

    return await tools.works.run(verb, read_only=True)


async def test_without_a_tenant_a_member_sees_nothing(two_companies: Rich, tools: Tools, catalog: psycopg.Connection) -> None:
    names = tables(catalog)
    nobody = await seen(tools, names, Viewpoint.MEMBER, None)
    assert {table for table, rows in nobody.items() if rows} == set(OPEN_TO_MEMBERS)
    stranger = await seen(tools, names, Viewpoint.MEMBER, uuid4())
    assert stranger == nobody, "a tenant that does not exist sees as little"


async def test_the_tables_that_show_nothing_are_not_empty(two_companies: Rich, tools: Tools, catalog: psycopg.Connection) -> None:
    """The canary: to their owners the same tables do show rows."""
    request_id = await chain_world.asked(two_companies.buyer.member, "CELL")  # others may have withdrawn the standing consent
    await chain_world.answered(two_companies.supplier.member, request_id, "S-CELL")
    names = tables(catalog)
    own = [await seen(tools, names, Viewpoint.MEMBER, UUID(company.member.company_id)) for company in (two_companies.buyer, two_companies.supplier)]
    follower = await seen(tools, names, Viewpoint.FOLLOWER, None)
    operator = await seen(tools, names, Viewpoint.OPERATOR, UUID(two_companies.world.operator.company_id))
    aggregator = await seen(tools, names, Viewpoint.AGGREGATOR, None)
    empty = [table for table in names if not any(view[table] for view in (*own, follower, operator, aggregator))]
    assert empty == ["grievance_reporter", "schema_migration"], "who complained is seen by whoever holds the code alone"


async def test_before_it_is_known_who_asks_only_credentials_can_be_looked_up(two_companies: Rich, tools: Tools, catalog: psycopg.Connection) -> None:
    names = tables(catalog)
    unpinned = await seen(tools, names, None, None)
    assert {table for table, rows in unpinned.items() if rows is not None} == {
        "company",
        "person",
        "session",
        "client",
        "application",
        "candidacy",
        "invitation",
        "identity_provider",
        "sign_on",
        "person_identity",
        "schema_migration",
    }


async def test_the_operator_sees_no_companys_values(two_companies: Rich, tools: Tools, catalog: psycopg.Connection) -> None:
    names = tables(catalog)
    operator = await seen(tools, names, Viewpoint.OPERATOR, UUID(two_companies.world.operator.company_id))
    assert {table for table, rows in operator.items() if rows is not None} == {
        "company",
        "standing",
        "candidacy",
        "acceptance",
        "admission_check",
        "control_proof",
        "invitation",
        "second_factor",
        "recovery_code",
        "request",  # none but the one that it names
        "person",
        "session",
        "idempotency",
        "outbox",
        "log_checkpoint",
        "log_leaf",
        "log_node",
        "log_cosignature",
        "application",
        "grievance_mediation",
        "mediation_note",
        "break_glass",
        "data_grant",  # its own, while two of its persons agreed
        "release_snapshot",  # identifiers of what such an access is about; none without
        "register_entry",
        "support_request",
        "support_word",
        "transparency_report",
        "criterion_state",
    }, "of grievances it sees what it is asked to mediate and what is handed to it"
    assert not operator["release_snapshot"], "no access is open"


async def test_a_visitor_sees_what_is_published(two_companies: Rich, tools: Tools, catalog: psycopg.Connection) -> None:
    names = tables(catalog)
    visitor = await seen(tools, names, Viewpoint.VISITOR, None)
    assert {table for table, rows in visitor.items() if rows is not None} == {
        "signing_key", "published_declaration", "log_checkpoint", "log_leaf", "log_node", "log_cosignature", "published_report", "transparency_report",
        "grievance", "grievance_reporter", "grievance_step", "grievance_mediation", "mediation_note", *OF_APPLICANTS,
    }  # fmt: skip
    hidden = ("grievance", "grievance_reporter", "grievance_step", "grievance_mediation", "mediation_note", *OF_APPLICANTS)
    assert not any(visitor[table] for table in hidden), "without a code or a link"
