"""No confidential value reaches the operator without break-glass: one of a kind planted in every confidential column, sought wherever it can look.

Its pages, routes, metrics, logs, spans, reports and papers, what its commands print, its database account, the letters, the home folder and the
backups. Whoever holds the machine's own secrets (`secrets/`, the database server's superuser) reads what they open: no rule of a program can
keep that from them, and docs/how-to/run.md says whose they have to be.
"""

import asyncio
import io
import re
import time
import zipfile
from collections.abc import AsyncIterator, Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from uuid import UUID, uuid4

import psycopg
import pytest
from psycopg import sql
from tests.attacks.rich import Company, bodies
from tests.attacks.sown import BARE, KINDS, NO_VALUES, Sown, installed
from tests.attacks.test_catalog import readable
from tests.attacks.test_governance import words_of
from tests.attacks.test_page_matrix import NOWHERE, _walk
from tests.attacks.test_routes import OPERATIONS, send
from tests.cli.conftest import Shell
from tests.cli.test_program import commands
from tests.plumbing.test_tracing import Collector
from typer.main import get_command

from ashiato import app as composition
from ashiato import worker
from ashiato.cli import app
from ashiato.cli.serving import serving
from ashiato.kernel.errors import Refusal
from ashiato.plumbing import backups, tracing
from ashiato.plumbing.db import SCHEMA, Viewpoint
from ashiato.plumbing.sealed_stream import opened
from ashiato.plumbing.unit_of_work import Work

BEFORE_WHO_ASKS_IS_KNOWN = {
    "person",
    "client",
    "identity_provider",
    "sign_on",
    "person_identity",
}  # what a log-in is judged by; test_catalog holds which
STATISTICS = ("pg_stats", "pg_stats_ext", "pg_stat_activity")  # where a database quotes values by itself


@pytest.fixture(scope="module")
async def sown(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Sown]:
    async with installed(tmp_path_factory.mktemp("sown")) as found:
        yield found


def test_every_confidential_column_is_sown(sown: Sown) -> None:
    """Which took nothing is told with the reason; a new column that takes nothing fails until it is looked at."""
    assert len(sown.canaries) > 190
    assert {column: reason for column, reason in sown.bare.items() if column not in BARE} == {}
    assert BARE - sown.bare.keys() == set(), "these take one now"
    assert sown.kinds == {*KINDS} | NO_VALUES.keys(), "a column of a new kind: sow it, or say why it holds no value"


async def shown(sown: Sown, companies: Iterable[Company]) -> AsyncIterator[tuple[str, bytes]]:
    """Whatever the operator is shown over its routes and pages, whichever company's things it names."""
    operator = sown.world.operator
    for company in companies:
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
    async for line, content in shown(sown, (sown.rich.buyer, sown.rich.supplier, sown.rich.rival)):
        seen += 1
        if told := sown.found_in(content):
            found[line] = told
    assert seen > 600
    assert found == {}
    logged = capfd.readouterr()
    assert [line for line in (logged.out + logged.err).splitlines() if sown.found_in(line)] == []


async def test_a_suspended_company_opens_nothing_either(sown: Sown, capfd: pytest.CaptureFixture[str]) -> None:
    """Whoever is shut out must not be laid open by it."""
    await sown.world.move(sown.rich.supplier.member, "suspended")
    try:
        found = {line: told async for line, content in shown(sown, [sown.rich.supplier]) if (told := sown.found_in(content))}
        assert found == {}
        assert await rows(sown, Viewpoint.OPERATOR) == {}
    finally:
        await sown.world.move(sown.rich.supplier.member, "admitted")
    logged = capfd.readouterr()
    assert [line for line in (logged.out + logged.err).splitlines() if sown.found_in(line)] == []


async def papers(sown: Sown) -> dict[str, set[str]]:
    """A transparency report is drawn up: by form in which the operator gives it away, what it shows."""
    operator, today = sown.world.operator, datetime.now(UTC).date().isoformat()
    report = await operator.post("/transparency-reports", {"period_start": today, "period_end": today})
    found = {"data": sown.found_in(str(report))}
    for language in ("en", "ja"):
        paper = await operator.call("GET", f"/transparency-reports/{report['report_id']}/document", params={"lang": language})
        found[f"paper, {language}"] = sown.found_in(words_of(paper.content))
        page = await sown.world.client.get(f"/transparency/{report['report_id']}", headers={"Accept-Language": language})
        assert page.status_code == 200
        found[f"page, {language}"] = sown.found_in(page.content)
        binder = await operator.call("GET", "/certification-binder/document", params={"lang": language})
        found[f"binder, {language}"] = sown.found_in(words_of(binder.content))
    binder = await operator.call("GET", "/certification-binder.zip")
    with zipfile.ZipFile(io.BytesIO(binder.content)) as archive:
        found["binder"] = sown.found_in(b"".join(archive.read(name) for name in archive.namelist()))
    return found


async def test_reports_papers_and_the_binder_show_none(sown: Sown) -> None:
    """As data, as a page, as PDF in both languages, as .zip."""
    assert {form: told for form, told in (await papers(sown)).items() if told} == {}


async def test_what_is_refused_logs_none(sown: Sown, capfd: pytest.CaptureFixture[str]) -> None:
    """A member sends canaries where they are refused, and a program makes the database itself refuse one."""
    member = sown.rich.buyer.member
    told = next(iter(sown.canaries))
    await member.call("POST", "/parts", json={"part_number": told})
    await member.call("GET", "/parts", params={"part_number": told})
    await member.call("POST", "/requests", json={"part_id": str(uuid4()), "method": told, "due_at": told})

    async def verb(work: Work) -> None:
        await work.pin(Viewpoint.MEMBER, UUID(member.company_id))
        await work.connection.execute("SELECT CAST(%s AS text)::numeric", [told])

    with pytest.raises(Refusal, match="cannot be stored"):
        await sown.world.tools.works.run(verb)
    logged = capfd.readouterr()
    assert [line for line in (logged.out + logged.err).splitlines() if sown.found_in(line)] == []
    assert sown.found_in((sown.settings.home / "postgres" / "server.log").read_bytes()) == set()


async def test_spans_tell_none(sown: Sown, monkeypatch: pytest.MonkeyPatch) -> None:
    """Of requests with canaries in addresses and bodies, and of the worker's rounds over what was sown; one that is told is found."""
    collector, told = Collector(), next(iter(sown.canaries))
    monkeypatch.setenv("OTEL_EXPORTER_OTLP_ENDPOINT", collector.address)
    monkeypatch.delenv("OTEL_TRACES_SAMPLER", raising=False)
    tracing.configure("server")
    try:
        member, tools = sown.rich.buyer.member, sown.world.tools
        for path in ("/parts", "/requests", "/factors", "/facts", f"/parts/{told}/structure"):
            await member.call("GET", path, params={"part_number": told})
        await member.call("POST", "/requests", json={"part_id": told})
        async for _ in shown(sown, [sown.rich.buyer]):
            pass
        await worker.follow_once(tools.works, tools.log_key)
        await worker.pass_on_once(tools.works, tools.seal)
        await asyncio.to_thread(tracing.close)
        assert len(collector.spans()) > 300
        assert sown.found_in(b"".join(body for _, body in collector.received)) == set()
        tracing.configure("server")
        with tracing.request({}), tracing.inside("transaction", leak=told):
            pass
        await asyncio.to_thread(tracing.close)
        assert sown.found_in(b"".join(body for _, body in collector.received)) != set()
    finally:
        tracing.close()
        collector.server.shutdown()
        collector.server.server_close()


async def test_a_backup_shows_none_without_its_key(sown: Sown, tmp_path: Path) -> None:
    """The key is in the installation's secrets and in no backup. With it the canaries are found, so that the search means something."""
    folder = tmp_path / "backup"
    shell = Shell("", sown.settings.home)
    await asyncio.to_thread(shell, "backup", "--output", folder)
    assert sown.found_under(folder) == {}
    key = sown.settings.home / "secrets" / backups.KEY
    assert key.stat().st_mode & 0o077 == 0
    with (folder / "base.sealed").open("rb") as file:
        held = b"".join(opened(file, key.read_bytes(), "base"))
    assert len(sown.found_in(held)) > 100
    sealed = b"".join(path.read_bytes() for path in folder.iterdir())
    with (folder / "home.sealed").open("rb") as file:
        assert key.read_bytes() not in b"".join(opened(file, key.read_bytes(), "home")) + sealed


NOT_RUN = {
    "login",
    "logout",
    "serve",
    "migrate",
    "demo",
    "leave announce",
    "leave cancel",
    "version",
    "openapi",
}  # they begin or end something, or have nothing to do with what is kept
SHOWS = {"show", "message", "package", "preview", "behind", "question", "mediation", "mediations", "read", "receipt", "trace", "structure"}


def lines_of(company: Company) -> list[list[str]]:
    """Every command that only tells something, about a company's things where it wants to be told which."""
    found = []
    for path, command in commands(get_command(app)):
        wanted = [each.name for each in command.params if each.required]
        if (not wanted or path[-1] in SHOWS) and " ".join(path) not in NOT_RUN:
            found.append([*path, *(company.owns.get(name, "PACK") for name in wanted), "--json"])
    return [*found, ["company", "admission", company.owns["company_id"]]]


@dataclass(frozen=True)
class Terminal:
    """What the operator's terminal showed, by command, and the log of the processes that ran meanwhile."""

    printed: dict[str, str]
    log: Path


@pytest.fixture(scope="module")
async def terminal(sown: Sown, tmp_path_factory: pytest.TempPathFactory) -> Terminal:
    """The installation ran as `ashiato serve` runs it, until its worker had written letters, with somebody at the operator's terminal."""
    found = Terminal({}, tmp_path_factory.mktemp("terminal") / "serving.log")

    def run() -> None:
        with serving(sown.settings, found.log) as url:
            shell = Shell(url, sown.settings.home)
            shell("login", "--email", sown.world.operator.email)
            for line in [*lines_of(sown.rich.buyer), ["doctor"], ["fsck"], ["company", "list"]]:
                result = shell(*line, code=None)
                found.printed[" ".join(line)] = result.stdout + result.stderr
            deadline = time.monotonic() + 60
            while not list((sown.settings.home / "mail").glob("*.eml")) and time.monotonic() < deadline:
                time.sleep(0.2)

    await asyncio.to_thread(run)
    return found


NAMES_OF_FILES = {"evidence_item.stored", "evidence_file.digest"}  # digests of sealed bytes; fsck tells which are missing


async def test_no_command_of_the_operators_prints_one(sown: Sown, terminal: Terminal) -> None:
    """At a terminal of the operator's machine, with its session and its home: doctor, fsck, lists, and what names a company's things."""
    printed = dict(terminal.printed)
    assert len(printed) > 80
    assert sown.rich.buyer.member.name in printed["company list"]
    assert sown.found_in(printed.pop("fsck")) | sown.found_in(printed.pop("fsck --json")) <= NAMES_OF_FILES
    assert {line: told for line, text in printed.items() if (told := sown.found_in(text))} == {}


async def test_what_servers_and_workers_log_holds_none(sown: Sown, terminal: Terminal) -> None:
    """Of the processes as they are started: what was sown made some of the worker's deliveries fail, and failures are told without values."""
    told = terminal.log.read_text(encoding="utf-8")
    assert '"route": "/api/v1/companies"' in told
    assert sown.found_in(told) == set()


OF_LETTERS = {
    "person.email", "person.display_name",  # to whom
    "verification_room.title", "received_footprint.footprint_id", "request.item", "part.part_number", "evidence_item.name", "assessment.questionnaire",
    "assessment.subject_id", "risk.title", "grievance.category", "verification.scheme", "material_origin.refiner", "probe.subject",  # what there is to do
}  # fmt: skip


async def test_the_home_folder_holds_none_and_letters_nothing_but_titles(sown: Sown, terminal: Terminal) -> None:
    """Files, bundles, counters, the database's log: all but its data and the secrets. Letters are their readers' own post; they hold no figure."""
    assert list((sown.settings.home / "mail").glob("*.eml"))
    assert list((sown.settings.home / "bundles").iterdir())
    assert sown.found_under(sown.settings.home, "data", "secrets", "mail") == {}
    assert set().union(*sown.found_under(sown.settings.home / "mail").values()) <= OF_LETTERS


async def rows(sown: Sown, viewpoint: Viewpoint | None) -> dict[str, set[str]]:
    """In which tables, and in which of the database's own statistics, the operator's database account reads a canary."""

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
        for view in STATISTICS:
            told = sown.found_in(str(await (await work.connection.execute(sql.SQL("SELECT * FROM {}").format(sql.Identifier(view)))).fetchall()))
            found |= {view: told} if told else {}
        return found if viewpoint else {table: told for table, told in found.items() if table not in BEFORE_WHO_ASKS_IS_KNOWN}

    return await sown.world.tools.works.run(verb, read_only=True)


@pytest.mark.parametrize("viewpoint", [Viewpoint.OPERATOR, Viewpoint.VISITOR, None])
async def test_the_database_account_reads_none(sown: Sown, viewpoint: Viewpoint | None) -> None:
    assert await rows(sown, viewpoint) == {}


async def test_the_operators_account_is_more_than_that_to_nobody(sown: Sown) -> None:
    """The role can do nothing but what it was granted: no superuser, no log-in, no wall to step over, nothing of its own, member of no other."""
    query = """
        SELECT rolsuper, rolbypassrls, rolcanlogin, rolcreaterole, rolcreatedb, rolreplication,
               (SELECT count(*)::int FROM pg_auth_members WHERE member = pg_roles.oid), (SELECT count(*)::int FROM pg_class WHERE relowner = pg_roles.oid)
        FROM pg_roles WHERE rolname = %s"""
    with psycopg.connect(sown.url) as owner:
        assert owner.execute(query, [Viewpoint.OPERATOR.value]).fetchone() == (False, False, False, False, False, False, 0, 0)


LEAKS: dict[str, str] = {
    "a policy too wide": "CREATE POLICY leak ON inventory_line TO ashiato_operator USING (true); GRANT SELECT ON inventory_line TO ashiato_operator",
    "a right on who is looked up": "CREATE POLICY leak ON part TO ashiato_app USING (true); GRANT SELECT ON part TO ashiato_app",
}


def executed(sown: Sown, query: sql.SQL | sql.Composed) -> None:
    with psycopg.connect(sown.url, autocommit=True, options="-c search_path=ashiato -c lock_timeout=20s") as owner:
        owner.execute(query)


@pytest.mark.parametrize(("leak", "viewpoint"), [("a policy too wide", Viewpoint.OPERATOR), ("a right on who is looked up", None)])
async def test_a_leak_in_the_database_would_be_found(sown: Sown, leak: str, viewpoint: Viewpoint | None) -> None:
    """The canary's canary."""
    table = LEAKS[leak].split(" ON ")[1].split(" ")[0]
    role = "ashiato_operator" if viewpoint else "ashiato_app"
    await asyncio.to_thread(executed, sown, sql.SQL(LEAKS[leak]))
    try:
        assert table in await rows(sown, viewpoint)
    finally:
        undone = sql.SQL("DROP POLICY leak ON {0}; REVOKE SELECT ON {0} FROM {1}").format(sql.Identifier(table), sql.Identifier(role))
        await asyncio.to_thread(executed, sown, undone)


async def test_what_the_operator_is_told_would_be_found_everywhere(sown: Sown) -> None:
    """The same on pages, routes and papers: a canary that stands in a register entry of its own for everybody to see."""
    told, column = next(iter(sown.canaries.items()))
    await sown.world.operator.post("/register-entries", {"kind": "incident", "title": told, "details": "x"})
    found = {line: seen async for line, content in shown(sown, [sown.rich.buyer]) if (seen := sown.found_in(content))}
    assert found["GET /register-entries"] == {column}
    assert found["GET /oversight"] == {column}
    assert set(map(frozenset, (await papers(sown)).values())) == {frozenset({column})}
