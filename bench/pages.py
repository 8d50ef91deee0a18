"""Pages of one large company over HTTP, as its people's browsers ask for them; and a clerk's answers to many requests with one workbook.

The server runs as `ashiato serve` starts it, with one process a core; what is measured is when the whole answer is there.
"""

import asyncio
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from random import Random
from typing import Any

import httpx

sys.path.insert(0, str(Path(__file__).parents[1]))

from row import Row
from tests.growth import BLOCK, Grown, plant
from tests.world import FACTOR_HEADER, INVENTORY_HEADER, METHOD, PART_HEADER, STRUCTURE_HEADER, Member, World, factor

from ashiato import app as composition
from ashiato.cli.serving import database, serving
from ashiato.plumbing.settings import Settings
from ashiato.plumbing.spreadsheet import Sheet, read, write
from reads import CONNECTIONS, PROCESSES, Bench, begin, free_port

LIMIT_MS = 200  # at the 95th percentile
PARTS = {"tiny": 1_000, "small": 20_000, "full": 200_000}  # of the platform; the company that is looked at has half of them
CLIENTS = 4
SECONDS = {"tiny": 0.3, "small": 3.0, "full": 10.0}
COMPONENTS = {"tiny": 60, "small": 1_000, "full": 10_000}  # of a product that is made and computed as any other
ANSWERS, LIMIT_S = {"tiny": 10, "small": 500, "full": 500}, 5  # seconds of the server's time


def rows(size: str, random: Random) -> Iterator[Row]:
    """Each list, filtered and not."""
    with ExitStack() as stack:
        home = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        chosen = Settings(
            home=home, port=free_port(), log_level="error", processes=PROCESSES, pool_size=CONNECTIONS // PROCESSES, requests_per_minute=0
        )
        owner_url = stack.enter_context(database(chosen))
        asyncio.run(begin(chosen, owner_url))
        bench = Bench(chosen, owner_url, random)
        stack.enter_context(serving(chosen, home / "log"))
        grown = plant(owner_url, f"{random.getrandbits(32):08x}", companies=10, parts=PARTS[size])
        for work, paths in _pages(grown, random).items():
            yield _row(bench, grown, work, paths, SECONDS[size])
        maker, pages = asyncio.run(_product(chosen, owner_url, COMPONENTS[size]))
        for work, paths in pages.items():
            yield _of_product(bench, maker, work, paths, SECONDS[size], COMPONENTS[size])
        yield asyncio.run(_answering(chosen, owner_url, ANSWERS[size]))


def _pages(grown: Grown, random: Random) -> dict[str, list[str]]:
    """What is asked for; a text that one part alone holds is looked for in all of them."""
    numbers = [f"{random.randrange(grown.parts - BLOCK):08}" for _ in range(50)]
    column = "%0A".join(f"P-{random.randrange(grown.parts):08}" for _ in range(500))
    return {
        "first page of parts": ["/parts"],
        "a page of parts somewhere": [f"/parts?after=P-{number}" for number in numbers],
        "parts by a text that one of them holds": [f"/parts?q={number}" for number in numbers],
        "parts by a column of 500 numbers": [f"/parts?numbers={column}"],
        "requests received": ["/requests", "/requests?state=open", "/requests?late=1"],
        "requests sent, by a partner's name": [f"/requests?side=sent&q=company+{1 + place}" for place in range(9)],
        "declarations": ["/declarations"],
        "search": [f"/search?q={number}" for number in numbers],
    }


async def _world(chosen: Settings, owner_url: str, client: httpx.AsyncClient) -> World:
    async with composition.tools(chosen, owner_url) as tools:
        return await World.begin(tools, client)


async def _product(chosen: Settings, owner_url: str, components: int) -> tuple[Member, dict[str, list[str]]]:
    """Somebody with a computed product of so many components, seven to a parent, each with electricity of its own; and its pages."""
    async with httpx.AsyncClient(base_url=f"http://{chosen.host}:{chosen.port}", timeout=600) as client:
        maker = await (await _world(chosen, owner_url, client)).company("Maker of much")
        names = [f"C-{place:05}" for place in range(components)]
        await maker.import_tables(
            factors=[FACTOR_HEADER, factor("GRID", "0.5", "kg CO2e/kWh", basis="consumption_mix"), factor("FE", "2")],
            parts=[PART_HEADER, *([name, f"Component {name}", "kg", "", "", "", ""] for name in names)],
            structure=[STRUCTURE_HEADER, *([names[(place - 1) // 7], names[place], "0.1", "kg"] for place in range(1, components))],
            inventory=[INVENTORY_HEADER, *([name, "production", "electricity", str(1 + place % 9), "kWh", "GRID", "own", "energy"]
                                           for place, name in enumerate(names))],
        )  # fmt: skip
        await maker.compute(names[0])
        root, below = await maker.part_id(names[0]), await maker.part_id(names[1])
    return maker, {
        "a product with its Sankey": [f"/parts/{root}"],
        "a product's structure": [f"/parts/{root}/structure"],
        "a level of the tree": [f"/parts/{below}/components?depth=2"],
        "a component found in the structure": [f"/parts/{root}/structure?find={name}" for name in names[-20:]],
    }


def _of_product(bench: Bench, maker: Member, work: str, paths: list[str], seconds: float, components: int) -> Row:
    jobs = [_asked(bench, maker.token, path) for path in paths]
    return _against_limit(f"page: {work}, p95", f"{components:,} components", bench.measure(kind="http", clients=CLIENTS, seconds=seconds, jobs=jobs))


async def _answering(chosen: Settings, owner_url: str, answers: int) -> Row:
    """The clerk's three clicks: fetch the workbook, drop it filled in, register."""
    async with httpx.AsyncClient(base_url=f"http://{chosen.host}:{chosen.port}", timeout=600) as client:
        world = await _world(chosen, owner_url, client)
        supplier, buyer = await world.company("Supplier of many"), await world.company("Buyer of many")
        await supplier.import_tables(
            factors=[FACTOR_HEADER, factor("FE", "2")],
            parts=[PART_HEADER, *([f"S-{place}", f"Own {place}", "kg", "", "", "", ""] for place in range(answers))],
            inventory=[
                INVENTORY_HEADER,
                *([f"S-{place}", "production", "iron", str(1 + place), "kg", "FE", "own", "input"] for place in range(answers)),
            ],
        )
        await buyer.import_tables(
            parts=[PART_HEADER, ["TOP", "Product", "kg", "", "", "", ""],
                   *([f"B-{place}", f"Bought {place}", "kg", "", supplier.number, f"S-{place}", ""] for place in range(answers))],
            structure=[STRUCTURE_HEADER, *(["TOP", f"B-{place}", "0.001", "kg"] for place in range(answers))],
        )  # fmt: skip
        await buyer.post(f"/parts/{await buyer.part_id('TOP')}/requests", {"method": METHOD, "due_at": "2099-01-01T00:00:00Z"})
        taken = await _three_clicks(client, supplier)
        answered = await buyer.every("/requests", direction="sent", state="answered")
    if len(answered) != answers:
        raise RuntimeError(f"{len(answered)} of {answers} requests were answered")
    told = f"({' + '.join(f'{each:.2f}' for each in taken)} s: workbook, dropped, registered)"
    return Row("page: answers from one workbook, server's time", f"{LIMIT_S} s", f"{answers} requests", sum(taken) / LIMIT_S, 1, detail=told)


async def _three_clicks(client: httpx.AsyncClient, supplier: Member) -> list[float]:
    """Seconds that each of them takes."""
    headers = {"Cookie": f"ashiato_session={supplier.token}", "Accept": "application/json"}
    start = time.perf_counter()
    fetched = (await client.get("/imports/answers.xlsx", headers=headers)).raise_for_status()
    moments = [time.perf_counter() - start]
    (sheet,) = read(fetched.content)
    own = sheet.rows[0].index("Own part number")
    rows = [sheet.rows[0], *([*row, *[""] * (len(sheet.rows[0]) - len(row))] for row in sheet.rows[1:])]
    theirs = next(place for place, cell in enumerate(rows[1]) if cell.startswith("S-"))
    for row in rows[1:]:
        row[own] = row[theirs]
    filled = write([Sheet("answers", rows)])
    start = time.perf_counter()
    draft = await supplier.hand_in(filled, "answers.xlsx")
    moments.append(time.perf_counter() - start)
    form: dict[str, Any] = {"revision": "0", "way": "all", "once": "a" * 32, "start": "2025-04-01", "end": "2026-03-31"}
    start = time.perf_counter()
    done = await client.post(f"/imports/{draft}/registration", data=form, headers={"Cookie": headers["Cookie"], "Accept": "text/html"})
    moments.append(time.perf_counter() - start)
    if done.status_code != httpx.codes.SEE_OTHER:
        raise RuntimeError(f"{done.status_code}: {done.text[:400]}")
    return moments


def _row(bench: Bench, grown: Grown, work: str, paths: list[str], seconds: float) -> Row:
    found = bench.measure(kind="http", clients=CLIENTS, seconds=seconds, jobs=[_get(bench, grown, path) for path in paths])
    size = f"{grown.parts:,} parts, {grown.received:,} requests either way"
    return _against_limit(f"page: {work}, p95", size, found)


def _against_limit(work: str, size: str, found: dict[str, float]) -> Row:
    told = f"(p95 {found['p95_ms']:.1f} ms, median {found['median_ms']:.1f} ms, {found['per_second']:.0f}/s with {CLIENTS} clients)"
    return Row(work, f"{LIMIT_MS} ms", size, found["p95_ms"] / LIMIT_MS, 1, detail=told)


def _get(bench: Bench, grown: Grown, path: str) -> str:
    return _asked(bench, grown.secret, path)


def _asked(bench: Bench, session: str, path: str) -> str:
    return f"GET {path} HTTP/1.1\r\nHost: {bench.chosen.host}\r\nCookie: ashiato_session={session}\r\nAccept: text/html\r\n\r\n"
