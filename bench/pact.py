"""Footprints served over PACT against the same reading over psycopg alone: a page of the list, and one footprint.

One supplier has released a footprint of each of its products to one customer, whose system asks. What is served is read through the
customer's grants, told as PACT spells it, and counts as read. The peer reads the same grants and releases, and makes nothing of them.
"""

import asyncio
import sys
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from random import Random
from typing import Any
from uuid import UUID

import httpx

sys.path.insert(0, str(Path(__file__).parents[1]))

from row import Row
from tests import pact_world
from tests.world import World

from ashiato import app as composition
from ashiato.cli.serving import database, serving
from ashiato.domain.footprint import store as footprints
from ashiato.domain.sharing import Selection, SubjectKind
from ashiato.domain.sharing import store as grants
from ashiato.plumbing.db import Question
from ashiato.plumbing.settings import Settings
from reads import CONNECTIONS, PROCESSES, SECONDS, Bench, free_port

PRODUCTS = {"tiny": 6, "small": 60, "full": 300}
PAGE, CLIENTS = 20, 16
GOALS = {"list": 1 / 30, "get": 1 / 5}  # at least this share of the peer's rate


@dataclass(frozen=True, slots=True)
class Sides:
    """Who serves whom, with which token, and what there is."""

    supplier: str
    customer: str
    token: str
    served: list[str]


def rows(size: str, random: Random) -> Iterator[Row]:
    """The list, then one footprint."""
    with ExitStack() as stack:
        home, port = Path(stack.enter_context(tempfile.TemporaryDirectory())), free_port()
        chosen = Settings(
            home=home, port=port, public_url=f"http://127.0.0.1:{port}", log_level="error", processes=PROCESSES, pool_size=CONNECTIONS // PROCESSES,
            requests_per_minute=0, forwarded_hops=1,
        )  # fmt: skip
        owner_url = stack.enter_context(database(chosen))
        sides = asyncio.run(_begin(chosen, owner_url, PRODUCTS[size]))
        stack.enter_context(serving(chosen, home / "log"))
        bench = Bench(chosen, owner_url, random)
        every = footprints.released_by(UUID(sides.supplier))
        pages = [f"?limit={PAGE}&offset={start}" for start in range(0, len(sides.served), PAGE)]
        what = f"{len(sides.served)} footprints, {CLIENTS} clients"
        yield _row(bench, sides, f"PACT: page of {PAGE} footprints", "list", what, pages, [every], SECONDS[size])
        each = [Selection.of(SubjectKind.FOOTPRINT_RELEASE, [UUID(one)]) for one in sides.served]
        yield _row(bench, sides, "PACT: one footprint", "get", what, [f"/{one}" for one in sides.served], each, SECONDS[size])


def _row(bench: Bench, sides: Sides, work: str, goal: str, size: str, paths: list[str], read: list[Selection], seconds: float) -> Row:
    http = bench.measure(kind="http", clients=CLIENTS, seconds=seconds, jobs=[_get(bench, sides, path) for path in paths])
    jobs = [[_asked(question) for question in (grants.live_grants(one, datetime.now(UTC)), footprints.snapshots(one))] for one in read]
    pin = f"SELECT set_config('ashiato.tenant', '{sides.customer}', true), set_config('role', 'ashiato_member', true)"
    alone = bench.measure(kind="sql", clients=CLIENTS, seconds=seconds, jobs=jobs, pool=CONNECTIONS, pin=pin)
    told = f"({http['per_second']:.0f}/s, {alone['per_second']:.0f}/s)"
    ratio = http["per_second"] / alone["per_second"]
    return Row(f"{work} over HTTP", "the same grants and releases over psycopg alone", size, ratio, GOALS[goal], at_most=False, detail=told)


def _asked(question: Question[Any]) -> tuple[str, dict[str, Any]]:
    return question.query, dict(question.params)


def _get(bench: Bench, sides: Sides, path: str) -> str:
    """A reading of the customer's system, behind a proxy that keeps the certificate."""
    head = f"GET /pact/{sides.supplier}/3/footprints{path} HTTP/1.1\r\nHost: {bench.chosen.host}\r\nX-Forwarded-Proto: https\r\n"
    return f"{head}Authorization: Bearer {sides.token}\r\n\r\n"


async def _begin(chosen: Settings, owner_url: str, products: int) -> Sides:
    """A supplier and a customer with a footprint of each product between them, made through the real doors."""
    async with composition.tools(chosen, owner_url) as tools:
        transport = httpx.ASGITransport(composition.build(tools))
        async with httpx.AsyncClient(transport=transport, base_url="https://testserver") as client:
            world = await World.begin(tools, client)
            supplier, customer = await pact_world.traded(world, "Bench", *[f"P-{number:03}" for number in range(products)])
            door = await pact_world.caller(world, customer, supplier)
            served = [str(one["id"]) for one in await door.footprints()]
            while len(served) < products:
                served += [str(one["id"]) for one in await door.footprints(offset=len(served))]
            return Sides(supplier.company_id, customer.company_id, door.token, served)
