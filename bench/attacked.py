"""What others' attacks cost whoever works: the 99th percentile of a reading while forged tokens, guessed passwords and hostile files come in.

Limits are those of an installation as it comes. The attackers pause for nothing; one of them is a member, whose token lets its files in up to
the screening. Everything they send is refused: one success ends the benchmark.
"""

import asyncio
import sys
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from random import Random

import httpx

sys.path.insert(0, str(Path(__file__).parents[1]))

from row import Row
from tests.attacks import rich
from tests.growth import BLOCK, Grown, plant
from tests.plumbing import hostile
from tests.plumbing.hostile_evidence import HOSTILE
from tests.plumbing.test_tokens import FORGED, Forge
from tests.world import World

from ashiato import app as composition
from ashiato.cli.serving import database, serving
from ashiato.gateways.rest.desk import cursor
from ashiato.plumbing.settings import Settings
from reads import CONNECTIONS, PROCESSES, Bench, free_port

GOAL = 2  # times the percentile without an attack
PARTS = {"tiny": 1_000, "small": 10_000, "full": 100_000}
SECONDS = {"tiny": 1.0, "small": 8.0, "full": 40.0}
CLIENTS, PAUSE = 4, 0.04  # of those who work: a hundred requests a second together
ATTACKERS = 8
_LARGEST = 200_000  # bytes of a hostile workbook: larger ones are refused unread


def rows(size: str, random: Random) -> Iterator[Row]:
    """The one row."""
    with ExitStack() as stack:
        home = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        chosen = Settings(home=home, port=free_port(), log_level="error", processes=PROCESSES, pool_size=CONNECTIONS // PROCESSES)
        owner_url = stack.enter_context(database(chosen))
        token = asyncio.run(_begin(chosen, owner_url))
        bench = Bench(chosen, owner_url, random)
        stack.enter_context(serving(chosen, home / "log"))
        grown = plant(owner_url, f"{random.getrandbits(32):08x}", companies=10, parts=PARTS[size])
        attacks = [*_strangers(bench, home), *_files(bench, token)]
        random.shuffle(attacks)
        yield _row(bench, grown, attacks, SECONDS[size])


def _row(bench: Bench, grown: Grown, attacks: list[str], seconds: float) -> Row:
    places = [f"P-{bench.random.randrange(grown.parts - BLOCK):08}" for _ in range(100)]
    reading = {"kind": "http", "clients": CLIENTS, "pause": PAUSE, "jobs": [bench.get(grown, f"/parts?after={cursor(place)}") for place in places]}
    alone = bench.measure(**reading, seconds=seconds)
    attackers = bench.begin(kind="attack", clients=ATTACKERS, seconds=seconds + 2, jobs=attacks)
    meanwhile = bench.measure(**reading, seconds=seconds)
    told = bench.measured(attackers)["told"]
    if any(status.startswith("2") for status in told):
        raise RuntimeError(f"an attack succeeded: {told}")
    counted = ", ".join(f"{count} × {status}" for status, count in sorted(told.items()))
    detail = f"({meanwhile['p99_ms']:.1f} ms, {alone['p99_ms']:.1f} ms; the attackers were told {counted})"
    what = f"{len(attacks)} attacks, {ATTACKERS} attackers at once, {grown.parts:,} parts"
    return Row("list of parts, p99, while others attack", "without an attack", what, meanwhile["p99_ms"] / alone["p99_ms"], GOAL, detail=detail)


def _strangers(bench: Bench, home: Path) -> Iterator[str]:
    forge = Forge(home)
    for make in FORGED.values():
        token = make(forge)
        if isinstance(token, str) and token.isascii() and token.isprintable():
            yield f"GET /api/v1/parts HTTP/1.1\r\nHost: {bench.chosen.host}\r\nAuthorization: Bearer {token}\r\n\r\n"
    for number in range(20):
        yield _posted(bench, "/sessions", f'{{"email": "a{number}@b.test", "password": "guess number {number}"}}'.encode(), "application/json")
        yield _posted(bench, "/imports", b"[" * 50_000, "application/json")


def _files(bench: Bench, token: str) -> Iterator[str]:
    for name, kind, content in (make() for make in HOSTILE.values()):
        yield _posted(bench, "/evidence", *_form(name.encode("ascii", "replace").decode(), kind, content), token)
    for content in (make() for make, _ in hostile.REFUSED.values()):
        if len(content) < _LARGEST:
            yield _posted(bench, "/imports", *_form("parts.xlsx", "application/octet-stream", content), token)


def _form(name: str, kind: str, content: bytes) -> tuple[bytes, str]:
    head = f'--edge\r\nContent-Disposition: form-data; name="file"; filename="{name}"\r\nContent-Type: {kind}\r\n\r\n'
    return head.encode() + content + b"\r\n--edge--\r\n", "multipart/form-data; boundary=edge"


def _posted(bench: Bench, path: str, body: bytes, kind: str, token: str = "") -> str:
    head = f"POST /api/v1{path} HTTP/1.1\r\nHost: {bench.chosen.host}\r\nAuthorization: Bearer {token}\r\nContent-Type: {kind}\r\n"
    return (f"{head}Content-Length: {len(body)}\r\n\r\n".encode() + body).decode("utf-8", "surrogateescape")


async def _begin(chosen: Settings, owner_url: str) -> str:
    """Companies whose texts the grown ones carry, and the token of a member that attacks."""
    async with composition.tools(chosen, owner_url) as tools:
        transport = httpx.ASGITransport(composition.build(tools))
        async with httpx.AsyncClient(transport=transport, base_url="http://testserver") as client:
            world = await World.begin(tools, client)
            await rich.build(world)
            return (await world.company("Hostile Works")).token
