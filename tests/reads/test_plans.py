"""No route walks through a company table: the plan of every statement that the readings and an answer send, on a large platform.

What is sent is taken from the pool, and planned again under row-level security, both for these parameters and for any. What reads
is also carried out: an index may hold what a plan looks for and still be walked from end to end, or a policy read all grants.
"""

import re
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import psycopg
import pytest
from psycopg import sql
from psycopg.conninfo import make_conninfo
from tests.attacks import rich
from tests.attacks.test_routes import OPERATIONS, QUERY, address
from tests.growth import Grown, plant
from tests.reads.recorder import Noted, recording
from tests.world import World

from ashiato import app as composition
from ashiato.gateways.rest import Tools
from ashiato.plumbing import migrations, postgres
from ashiato.plumbing.db import Viewpoint, app_url, pool
from ashiato.plumbing.settings import Settings

PARTS = {"make test": (100_000, 20), "make test-long": (1_000_000, 200)}
QUERIES = {
    "GET /requests": [
        {"direction": side, **({"state": "asked"} if open_only else {})} for side in ("sent", "received") for open_only in (False, True)
    ],
    "GET /log/consistency": [{"first": "1", "second": "1"}],
    "GET /log/receipts": [{"size": "1"}],
    "GET /data-uses": [{"direction": "given"}, {"direction": "received"}],
    "GET /parts": [{}, {"sourcing": "bought"}, {"part_number": "P-00000007"}],
}
WHOLE_CATALOGUE = {"GET /drafts", "GET /catalogue.xlsx"}  # all that the company has: its own rows, every one of them
UNKEPT = {"GET /evidence/{evidence_id}/content": (503,)}  # planted files have rows and no bytes
MOST = 2_000  # rows that an index may hand over at once: a company has 50,000 parts here
FEW = 1_000  # rows of a table that nothing here fills
PAGES = 100  # that a scan may turn over beyond those of the rows that it finds
Statement = tuple[str, dict[str, Any]]


@dataclass
class Platform:
    """What the readings of the first company of a large platform sent, by route, and what plans it."""

    grown: Grown
    sent: dict[str, list[Statement]]
    url: str
    few: set[str]

    async def walked(self, statement: Statement) -> set[str]:
        """The tables and indices that a statement would walk through, with these parameters or with any.

        A table that holds few rows even here is walked by every plan: there it counts that no index would serve if it were large.
        """
        async with pool(self.url, 1) as connections, connections.connection() as connection:
            named = await self._in_both_modes(connection, statement, seqscan=True)
            if not named & self.few:
                return named
            return named - self.few | await self._in_both_modes(connection, statement, seqscan=False) & self.few

    async def _in_both_modes(self, connection: psycopg.AsyncConnection[Any], statement: Statement, *, seqscan: bool) -> set[str]:
        modes = ("force_custom_plan", "force_generic_plan")
        return {table for mode in modes for table in await self._walked(connection, statement, mode, seqscan=seqscan)}

    async def _walked(self, connection: psycopg.AsyncConnection[Any], statement: Statement, mode: str, *, seqscan: bool) -> set[str]:
        query, params = _numbered(*statement)
        literals = sql.SQL(", ").join(params)
        async with connection.transaction(force_rollback=True):
            await connection.execute(
                "SELECT set_config('ashiato.tenant', %s, true), set_config('role', %s, true), set_config('plan_cache_mode', %s, true), "
                "set_config('enable_seqscan', %s, true)",
                [str(self.grown.named("company", 0)), Viewpoint.MEMBER, mode, "on" if seqscan else "off"],
            )
            await connection.execute(f"PREPARE probe AS {query}".encode())
            told = sql.SQL("ANALYZE, FORMAT JSON" if query.split()[0] in ("SELECT", "WITH") and " INTO " not in query else "FORMAT JSON")
            run = sql.SQL("EXPLAIN ({}) EXECUTE probe ({})") if params else sql.SQL("EXPLAIN ({}) EXECUTE probe{}")
            found = await (await connection.execute(run.format(told, literals))).fetchone()
            await connection.execute("DEALLOCATE probe")
        assert found is not None
        walks = _walks if seqscan else _cannot_but_walk
        return {node.get("Relation Name") or node["Index Name"] for node in _nodes(found[0][0]["Plan"]) if walks(node)}


def _numbered(query: str, params: dict[str, Any]) -> tuple[str, list[sql.Literal]]:
    """The statement with its parameters by number, and their values in this order."""
    names = list(dict.fromkeys(re.findall(r"%\((\w+)\)s", query)))
    for place, name in enumerate(names, 1):
        query = query.replace(f"%({name})s", f"${place}")
    return query.replace("%%", "%"), [sql.Literal(params[name]) for name in names]


def _walks(node: dict[str, Any]) -> bool:
    if node["Node Type"] == "Seq Scan" or (node["Node Type"] == "Bitmap Index Scan" and node["Plan Rows"] > MOST):
        return True
    if "Actual Rows" not in node or not ("Index Name" in node or "Relation Name" in node):
        return False
    loops = node["Actual Loops"]
    rows = loops * node["Actual Rows"]
    return bool(rows > MOST or node["Shared Hit Blocks"] + node["Shared Read Blocks"] > PAGES + 5 * max(rows, loops))


def _cannot_but_walk(node: dict[str, Any]) -> bool:
    """Whether a table is read from end to end although the planner was told to avoid it."""
    return node["Node Type"] == "Seq Scan" or ("Relation Name" in node and "Index Name" in node and "Index Cond" not in node)


def _nodes(plan: dict[str, Any]) -> Iterator[dict[str, Any]]:
    yield plan
    for below in plan.get("Plans", ()):
        yield from _nodes(below)


def ids_of(grown: Grown) -> dict[str, str]:
    """The identifiers of one of each thing of the first company."""
    kinds = {"part_id": "part/0", "request_id": "sent", "footprint_id": "footprint", "declaration_id": "declaration",
             "evidence_id": "evidence", "company_id": "company"}  # fmt: skip
    return {name: str(grown.named(kind, 0)) for name, kind in kinds.items()}


@pytest.fixture(scope="module", params=["make test", pytest.param("make test-long", marks=[pytest.mark.long, pytest.mark.timeout(1200)])])
async def platform(request: pytest.FixtureRequest, chosen: Settings, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Platform]:
    """In a database of its own: other tests neither see its companies nor change what the planner knows."""
    with postgres.running(chosen) as url:
        with psycopg.connect(url, autocommit=True) as connection:
            connection.execute("DROP DATABASE IF EXISTS ashiato_growth")
            connection.execute("CREATE DATABASE ashiato_growth")
        ours = make_conninfo(url, dbname="ashiato_growth")
        migrations.migrate(chosen, ours)
        parts, companies = PARTS[request.param]
        async with composition.tools(chosen, ours) as tools:
            transport = httpx.ASGITransport(composition.build(tools))
            async with httpx.AsyncClient(transport=transport, base_url="http://testserver") as client:
                await rich.build(await World.begin(tools, client))
            grown = plant(ours, f"{parts:08x}", companies=companies, parts=parts, linked=10)
            with psycopg.connect(ours) as connection:
                few = connection.execute("SELECT relname FROM pg_class WHERE relkind = 'r' AND reltuples < %s", [FEW]).fetchall()
            sent = await _sent(tools, ours, grown, tmp_path_factory.mktemp("trace") / "messages")
            yield Platform(grown, sent, app_url(chosen, ours), {name for (name,) in few})
        with psycopg.connect(url, autocommit=True) as connection:
            connection.execute("DROP DATABASE ashiato_growth")


async def _sent(tools: Tools, owner_url: str, grown: Grown, trace: Path) -> dict[str, list[Statement]]:
    noted, sent = Noted(trace), {}
    async with recording(tools, owner_url, noted) as client:
        for operation in OPERATIONS:
            if operation.startswith("GET ") and operation not in WHOLE_CATALOGUE:
                noted.clear()
                for params in QUERIES.get(operation, [QUERY.get(operation, {})]):
                    after: dict[str, str] = {}
                    for _ in range(2):  # the first page and the next
                        headers = {"Authorization": f"Bearer {grown.secret}"}
                        response = await client.request(*address(operation, ids_of(grown)), params={**params, **after}, headers=headers)
                        assert response.status_code in (200, 403, 404, *UNKEPT.get(operation, ())), f"{operation}: {response.text}"
                        told = response.json() if "json" in response.headers["content-type"] else None
                        after = {"after": told["next"]} if isinstance(told, dict) and told.get("next") else {}
                sent[operation] = _statements(noted)
        noted.clear()
        answer = {"footprint_id": str(grown.named("footprint", 0)), "requests": [str(grown.named("received", 0))]}
        told = await client.post("/api/v1/answers", json=answer, headers={"Authorization": f"Bearer {grown.secret}", "Idempotency-Key": "plans"})
        assert told.status_code == 201, told.text
        sent["POST /answers"] = _statements(noted)
    return sent


def _statements(noted: Noted) -> list[Statement]:
    return [each for each in noted.statements if each[0].split()[0] not in ("BEGIN", "COMMIT", "SET")]


async def company_tables(platform: Platform) -> set[str]:
    """Every table whose rows belong to companies."""
    async with await psycopg.AsyncConnection.connect(platform.url) as connection:
        query = "SELECT relname FROM pg_class JOIN pg_attribute ON attrelid = pg_class.oid WHERE relkind = 'r' AND attname = 'company_id'"
        return {name for (name,) in await (await connection.execute(query)).fetchall()} - SMALL


CONSENTS = "SELECT 'consent' AS kind"  # passes over the paths on which the company has spoken: as many as it was ever asked, by their days
SMALL = {
    "company",  # joined for a name: a page or two even here
    "register_entry", "transparency_report", "standing",  # the operator's own lists, and when each company was admitted
    "publication", "membership", "survey", "survey_result",  # as many as associations publish
    "verification_room",  # a few a year for each company; read through its policy, from both sides
}  # fmt: skip


async def test_no_route_walks_through_a_company_table(platform: Platform) -> None:
    tables, others = await company_tables(platform), SMALL | {"log_checkpoint", "log_leaf", "log_cosignature"}
    assert {"part", "part_structure", "request", "answer", "data_grant", "release_snapshot", "footprint", "outbox"} <= tables
    looked = {statement[0]: statement for statements in platform.sent.values() for statement in statements}
    assert len(looked) > 25
    walks = {query: await platform.walked(statement) - others for query, statement in looked.items() if CONSENTS not in query}
    assert not {query: walked for query, walked in walks.items() if walked}


async def test_a_reading_that_names_no_tenant_would_be_caught(platform: Platform) -> None:
    """The canary: row-level security decides what is seen, not how it is found."""
    nameless = "SELECT release_id FROM release_snapshot WHERE digest = %(digest)s"
    assert await platform.walked((nameless, {"digest": "x"})) == {"release_snapshot"}


async def test_an_index_walked_from_end_to_end_would_be_caught(platform: Platform) -> None:
    """The canary of what only carrying out can tell: the index begins with the tenant, and the request is looked for in all of it."""
    bitmap = "SELECT request_id FROM request WHERE company_id = (SELECT tenant()) AND state > '' AND request_id = %(request_id)s OFFSET 0"
    found = await platform.walked((f"SELECT * FROM ({bitmap}) AS found", {"request_id": platform.grown.named("sent", 0)}))
    assert found <= {"request", "request_sent_in_state"}
