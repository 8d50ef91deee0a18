"""What stands in a structure or an inventory is a part of the company's own, whoever writes and however others write at the same time."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from uuid import UUID, uuid4

import psycopg
import pytest
from psycopg import IsolationLevel, errors
from psycopg.conninfo import make_conninfo

from ashiato.plumbing import migrations, postgres
from ashiato.plumbing.db import app_url
from ashiato.plumbing.settings import Settings

SERIALIZABLE, COMMITTED, REPEATABLE = IsolationLevel.SERIALIZABLE, IsolationLevel.READ_COMMITTED, IsolationLevel.REPEATABLE_READ
WRITTEN = ("company", "part", "part_structure", "inventory_line", "structure_number", "structure_change", "structure_moment")
MANY = 6_000  # rows of one statement, which are compared in another way than few
LINK = "INSERT INTO part_structure (company_id, parent_id, child_id, amount, unit) VALUES (%s, %s, %s, 1, 'kg')"
LINE = (
    "INSERT INTO inventory_line (company_id, part_id, line, stage, activity, amount, unit, flow, data_source)"
    " SELECT %s, %s, n, 'production', 'power', 1, 'kWh', 'energy', 'own' FROM generate_series(1, %s) AS n"
)
AWAY = "DELETE FROM part WHERE company_id = %s AND part_id = %s"
Connect = Callable[..., psycopg.Connection]


@dataclass(frozen=True)
class Company:
    """A company of this database, and how it makes parts."""

    company_id: UUID
    owner: str

    def part(self) -> UUID:
        part_id = uuid4()
        with psycopg.connect(self.owner) as connection:
            connection.execute(
                "INSERT INTO part (company_id, part_id, part_number, name, declared_unit, sourcing, registered_at)"
                " VALUES (%s, %s, %s, 'P', 'kg', 'made', now())",
                [self.company_id, part_id, str(part_id)],
            )
        return part_id


@pytest.fixture(scope="module")
def owner(chosen: Settings) -> Iterator[str]:
    """A database of its own, in which the owning role may write companies' rows."""
    with postgres.running(chosen) as url:
        with psycopg.connect(url, autocommit=True) as connection:
            connection.execute("DROP DATABASE IF EXISTS ashiato_keys")
            connection.execute("CREATE DATABASE ashiato_keys")
        ours = make_conninfo(url, dbname="ashiato_keys", options="-c search_path=ashiato")
        migrations.migrate(chosen, ours)
        with psycopg.connect(ours) as connection:
            for table in WRITTEN:
                connection.execute(f"ALTER TABLE {table} NO FORCE ROW LEVEL SECURITY")
        yield ours
        with psycopg.connect(url, autocommit=True) as connection:
            connection.execute("DROP DATABASE ashiato_keys")


@pytest.fixture
def company(owner: str) -> Company:
    company_id = uuid4()
    with psycopg.connect(owner) as connection:
        connection.execute(
            "INSERT INTO company (company_id, kind, name, country, contact_email, state, applied_at)"
            " VALUES (%s, 'member', 'C', 'JP', 'c@c.example', 'admitted', now())",
            [company_id],
        )
    return Company(company_id, owner)


@pytest.fixture
def connect(owner: str) -> Iterator[Connect]:
    """Connections of the owning role, whose waiting for another ends with a failure."""
    opened: list[psycopg.Connection] = []

    def one(isolation: IsolationLevel = SERIALIZABLE) -> psycopg.Connection:
        connection = psycopg.connect(owner)
        connection.isolation_level = isolation
        connection.execute("SET lock_timeout = '2s'")
        connection.commit()
        opened.append(connection)
        return connection

    yield one
    for connection in opened:
        connection.close()


@pytest.mark.parametrize("isolation", [SERIALIZABLE, REPEATABLE, COMMITTED])
def test_a_link_that_names_no_part_is_refused(company: Company, connect: Connect, isolation: IsolationLevel) -> None:
    part, child, connection = company.part(), company.part(), connect(isolation)
    connection.execute(LINK, [company.company_id, part, child])
    connection.commit()
    for parent, component in ((part, uuid4()), (uuid4(), part)):
        with pytest.raises(errors.ForeignKeyViolation):
            connection.execute(LINK, [company.company_id, parent, component])
        connection.rollback()


def test_anothers_part_is_none(company: Company, owner: str, connect: Connect) -> None:
    mine, connection = company.part(), connect()
    other = Company(uuid4(), owner)
    connection.execute("INSERT INTO company SELECT (jsonb_populate_record(c, jsonb_build_object('company_id', %s::uuid))).* FROM company c"
                       " WHERE company_id = %s", [other.company_id, company.company_id])  # fmt: skip
    connection.commit()
    theirs = other.part()
    for statement, params in ((LINK, [company.company_id, mine, theirs]), (LINE, [company.company_id, theirs, 1])):
        with pytest.raises(errors.ForeignKeyViolation):
            connection.execute(statement, params)
        connection.rollback()


@pytest.mark.parametrize("count", [1, MANY])
@pytest.mark.parametrize("isolation", [SERIALIZABLE, COMMITTED])
def test_a_line_of_no_part_is_refused(company: Company, connect: Connect, isolation: IsolationLevel, count: int) -> None:
    part, connection = company.part(), connect(isolation)
    connection.execute(LINE, [company.company_id, part, count])
    connection.commit()
    with pytest.raises(errors.ForeignKeyViolation):
        connection.execute(LINE, [company.company_id, uuid4(), count])


@pytest.mark.parametrize("stray", ["parent_id", "child_id", None])
def test_one_stray_among_very_many_links_is_found(company: Company, connect: Connect, stray: str | None) -> None:
    connection = connect()
    connection.execute(
        "INSERT INTO part (company_id, part_id, part_number, name, declared_unit, sourcing, registered_at)"
        " SELECT %s, gen_random_uuid(), 'N-' || n, 'P', 'kg', 'made', now() FROM generate_series(0, %s) AS n",
        [company.company_id, MANY],
    )
    links = f"""
        INSERT INTO part_structure (company_id, parent_id, child_id, amount, unit)
        SELECT p.company_id, {"CASE WHEN n = 3000 THEN gen_random_uuid() ELSE p.part_id END" if stray == "parent_id" else "p.part_id"},
               {"CASE WHEN n = 3000 THEN gen_random_uuid() ELSE c.part_id END" if stray == "child_id" else "c.part_id"}, 1, 'kg'
        FROM generate_series(1, %(many)s) AS n
        JOIN part AS p ON p.company_id = %(me)s AND p.part_number = 'N-' || n JOIN part AS c ON c.company_id = %(me)s AND c.part_number = 'N-0'
    """
    params = {"me": company.company_id, "many": MANY}
    if stray is None:
        assert connection.execute(links, params).rowcount == MANY
    else:
        with pytest.raises(errors.ForeignKeyViolation):
            connection.execute(links, params)


def test_what_names_a_part_is_never_changed(company: Company, connect: Connect) -> None:
    parent, child, connection = company.part(), company.part(), connect()
    connection.execute(LINK, [company.company_id, parent, child])
    connection.execute(LINE, [company.company_id, parent, 1])
    connection.execute("UPDATE part_structure SET child_id = child_id, amount = 2")
    connection.commit()
    for statement in (
        "UPDATE part_structure SET parent_id = gen_random_uuid()", "UPDATE part_structure SET child_id = gen_random_uuid()",
        "UPDATE inventory_line SET part_id = gen_random_uuid()", "UPDATE part SET part_id = gen_random_uuid()",
    ):  # fmt: skip
        with pytest.raises(errors.RestrictViolation):
            connection.execute(statement)
        connection.rollback()
    with pytest.raises(errors.RestrictViolation):
        connection.execute("TRUNCATE part CASCADE")


@pytest.mark.parametrize("hangs", ["parent", "child", "line"])
def test_a_part_that_is_named_stays(company: Company, connect: Connect, hangs: str) -> None:
    part, other, connection = company.part(), company.part(), connect()
    link = [company.company_id, *((part, other) if hangs == "parent" else (other, part))]
    connection.execute(*((LINE, [company.company_id, part, 1]) if hangs == "line" else (LINK, link)))
    connection.commit()
    with pytest.raises(errors.ForeignKeyViolation):
        connection.execute(AWAY, [company.company_id, part])
    connection.rollback()
    connection.execute("DELETE FROM part_structure WHERE company_id = %s", [company.company_id])
    connection.execute("DELETE FROM inventory_line WHERE company_id = %s", [company.company_id])
    connection.execute("DELETE FROM structure_change WHERE company_id = %s", [company.company_id])
    assert connection.execute(AWAY, [company.company_id, part]).rowcount == 1


def unlisted(company: Company) -> UUID:
    """A part that nothing else hangs on."""
    part = company.part()
    with psycopg.connect(company.owner) as connection:
        connection.execute("DELETE FROM structure_change WHERE company_id = %s", [company.company_id])
    return part


@pytest.mark.parametrize("isolation", [COMMITTED, REPEATABLE])
def test_parts_are_taken_away_in_serializable_transactions_only(company: Company, connect: Connect, isolation: IsolationLevel) -> None:
    part = unlisted(company)
    with pytest.raises(errors.ObjectNotInPrerequisiteState):
        connect(isolation).execute(AWAY, [company.company_id, part])
    assert connect(isolation).execute(AWAY, [company.company_id, uuid4()]).rowcount == 0, "nothing goes: nothing to refuse"


def orphans(company: Company) -> int:
    query = "SELECT count(*) FROM inventory_line AS l WHERE company_id = %s AND NOT EXISTS (SELECT FROM part WHERE part.part_id = l.part_id)"
    with psycopg.connect(company.owner) as connection:
        return connection.execute(query, [company.company_id]).fetchone()[0]


@pytest.mark.parametrize("isolation", [SERIALIZABLE, REPEATABLE, COMMITTED])
@pytest.mark.parametrize("first", ["who names it", "who takes it away"])
def test_of_who_names_a_part_and_who_takes_it_away_one_fails(company: Company, connect: Connect, isolation: IsolationLevel, first: str) -> None:
    """Neither sees what the other does: each began before the other was done."""
    part = unlisted(company)
    names, takes = connect(isolation), connect(SERIALIZABLE)
    for connection in (names, takes):
        connection.execute("SELECT count(*) FROM part WHERE company_id = %s", [company.company_id])
    steps = {
        "who names it": lambda: (names.execute(LINE, [company.company_id, part, 1]), names.commit()),
        "who takes it away": lambda: (takes.execute(AWAY, [company.company_id, part]), takes.commit()),
    }
    steps.pop(first)()
    with pytest.raises((errors.SerializationFailure, errors.ForeignKeyViolation)):
        next(iter(steps.values()))()
    names.rollback()
    takes.rollback()
    assert orphans(company) == 0


@pytest.mark.parametrize("isolation", [SERIALIZABLE, REPEATABLE, COMMITTED])
@pytest.mark.parametrize("first", ["who names it", "who takes it away"])
def test_of_two_at_once_one_fails(company: Company, connect: Connect, isolation: IsolationLevel, first: str) -> None:
    """Both write before either is done."""
    part = unlisted(company)
    names, takes = connect(isolation), connect(SERIALIZABLE)
    steps = [lambda: names.execute(LINE, [company.company_id, part, 1]), lambda: takes.execute(AWAY, [company.company_id, part])]

    def both() -> None:
        for step in steps if first == "who names it" else reversed(steps):
            step()
        names.commit()
        takes.commit()

    with pytest.raises((errors.SerializationFailure, errors.ForeignKeyViolation, errors.LockNotAvailable)):
        both()
    for connection in (names, takes):
        if connection.info.transaction_status is psycopg.pq.TransactionStatus.INTRANS:
            connection.commit()
    assert orphans(company) == 0


def test_without_the_look_both_would_succeed(company: Company, connect: Connect) -> None:
    """The canary: the same without the triggers leaves a line without its part."""
    part = unlisted(company)
    with psycopg.connect(company.owner) as connection:
        connection.execute("ALTER TABLE inventory_line DISABLE TRIGGER names_parts")
        connection.execute("ALTER TABLE part DISABLE TRIGGER is_let_go")
    try:
        names, takes = connect(), connect()
        names.execute(LINE, [company.company_id, part, 1])
        takes.execute(AWAY, [company.company_id, part])
        names.commit()
        takes.commit()
        assert orphans(company) == 1
    finally:
        with psycopg.connect(company.owner) as connection:
            connection.execute("ALTER TABLE inventory_line ENABLE TRIGGER names_parts")
            connection.execute("ALTER TABLE part ENABLE TRIGGER is_let_go")


def test_who_sees_parts_and_not_what_hangs_on_them_takes_none_away(company: Company, connect: Connect) -> None:
    part, connection = unlisted(company), connect()
    connection.execute("ALTER TABLE inventory_line FORCE ROW LEVEL SECURITY")
    with pytest.raises(errors.InsufficientPrivilege, match="must see"):
        connection.execute(AWAY, [company.company_id, part])


def test_a_table_that_a_caller_puts_before_ours_is_not_looked_at(company: Company, connect: Connect) -> None:
    connection, stray = connect(), uuid4()
    connection.execute("CREATE TEMPORARY TABLE part (company_id uuid, part_id uuid, registered_at timestamptz)")
    connection.execute("INSERT INTO pg_temp.part VALUES (%s, %s, now())", [company.company_id, stray])
    with pytest.raises(errors.ForeignKeyViolation):
        connection.execute(LINE, [company.company_id, stray, 1])


def test_a_member_names_its_own_parts(chosen: Settings, company: Company, owner: str) -> None:
    """As the application's role, whose eyes row-level security narrows."""
    part, child = company.part(), company.part()
    with psycopg.connect(app_url(chosen, owner)) as connection:
        connection.isolation_level = SERIALIZABLE
        connection.execute("SELECT set_config('ashiato.tenant', %s, true), set_config('role', 'ashiato_member', true)", [str(company.company_id)])
        connection.execute(LINK, [company.company_id, part, child])
        connection.execute(LINE, [company.company_id, part, MANY])
        with pytest.raises(errors.ForeignKeyViolation):
            connection.execute(LINK, [company.company_id, part, uuid4()])


def test_whoever_may_take_parts_away_sees_what_hangs_on_them(owner: str) -> None:
    """The same policies stand on the parts and on what names them, for every role that may delete parts."""
    query = """
        SELECT role.rolname, c.relname, array_agg(pg_get_expr(p.polqual, p.polrelid) ORDER BY 1)
        FROM pg_roles AS role CROSS JOIN pg_class AS c JOIN pg_policy AS p ON p.polrelid = c.oid AND role.oid = ANY(p.polroles) AND p.polcmd IN ('*', 'r')
        WHERE c.oid IN ('part'::regclass, 'part_structure'::regclass, 'inventory_line'::regclass) AND NOT role.rolsuper
          AND has_table_privilege(role.oid, 'part', 'DELETE') GROUP BY role.rolname, c.relname
    """
    with psycopg.connect(owner) as connection:
        found = {(role, table): policies for role, table, policies in connection.execute(query)}
        assert {role for role, _ in found} == {"ashiato_leaver"}
        for role, _ in found:
            assert found[role, "part"] == found[role, "part_structure"] == found[role, "inventory_line"]
        connection.execute("DROP POLICY leave_behind ON inventory_line")
        connection.execute("CREATE POLICY leave_behind ON inventory_line TO ashiato_leaver USING (false)")
        found = {(role, table): policies for role, table, policies in connection.execute(query)}
        assert found["ashiato_leaver", "part"] != found["ashiato_leaver", "inventory_line"], "the canary"
        connection.rollback()
