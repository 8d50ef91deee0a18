"""Reading and answering over HTTP against the same statements over psycopg alone, and how reading grows with the platform.

The server runs as `ashiato serve` starts it, with one process a core. Who asks is found out at every request.
"""

import asyncio
import json
import os
import socket
import subprocess
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
from tests.attacks import rich
from tests.growth import BLOCK, Grown, plant
from tests.world import World

from ashiato import app as composition
from ashiato.cli.serving import database, serving
from ashiato.domain.products import store as products
from ashiato.gateways.rest.desk import cursor
from ashiato.plumbing.db import app_url
from ashiato.plumbing.settings import Settings

STAGES = {"tiny": ((500, 5), (1_000, 10)), "small": ((2_000, 10), (60_000, 100)), "full": ((10_000, 10), (100_000, 100), (1_000_000, 1_000))}
SECONDS = {"tiny": 0.3, "small": 3.0, "full": 10.0}
ANSWERS = {"tiny": 20, "small": 300, "full": 3_000}
PROCESSES = min(2, os.cpu_count() or 1)  # one a core, as a server is set up
CONNECTIONS = 10  # together, and of the peer
_MEMBER = "set_config('role', 'ashiato_member', true)"


@dataclass
class Bench:
    """A running installation with its grown companies, and what to send it."""

    chosen: Settings
    owner_url: str
    random: Random

    def begin(self, **job: Any) -> subprocess.Popen[str]:
        """The load generator, working in a process of its own."""
        spelled = {"host": self.chosen.host, "port": self.chosen.port, "url": app_url(self.chosen, self.owner_url), "once": False} | job
        command = [sys.executable, str(Path(__file__).parent / "load.py")]
        generator = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        assert generator.stdin is not None
        generator.stdin.write(json.dumps(spelled, default=str))
        generator.stdin.close()
        generator.stdin = None
        return generator

    def measure(self, **job: Any) -> dict[str, float]:
        """What the load generator measures, once it is done."""
        return self.measured(self.begin(**job))

    def measured(self, generator: subprocess.Popen[str]) -> dict[str, Any]:
        """What a load generator has measured, once it is done."""
        told, _ = generator.communicate()
        if generator.returncode:
            raise RuntimeError("the load generator failed")
        found: dict[str, Any] = json.loads(told)
        if found["wrong"]:
            raise RuntimeError(f"{found['wrong']} of {found['done']} were not answered with success")
        return found

    def get(self, grown: Grown, path: str) -> str:
        """A reading of the company's administrator."""
        return f"GET /api/v1{path} HTTP/1.1\r\nHost: {self.chosen.host}\r\nAuthorization: Bearer {grown.secret}\r\n\r\n"

    def post(self, grown: Grown, path: str, body: object) -> str:
        """A writing of the company's administrator, protected against being sent twice."""
        text = json.dumps(body, default=str)
        key = f"{self.random.getrandbits(128):x}"
        head = f"POST /api/v1{path} HTTP/1.1\r\nHost: {self.chosen.host}\r\nAuthorization: Bearer {grown.secret}\r\nIdempotency-Key: {key}\r\n"
        return f"{head}Content-Type: application/json\r\nContent-Length: {len(text)}\r\n\r\n{text}"


def rows(size: str, random: Random) -> Iterator[Row]:
    """Each row, the platform growing in between."""
    with ExitStack() as stack:
        home = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        share = CONNECTIONS // PROCESSES
        chosen = Settings(home=home, port=free_port(), log_level="error", processes=PROCESSES, pool_size=share, requests_per_minute=0)
        owner_url = stack.enter_context(database(chosen))
        asyncio.run(begin(chosen, owner_url))
        bench = Bench(chosen, owner_url, random)
        stack.enter_context(serving(chosen, home / "log"))
        latency: list[dict[str, float]] = []
        for place, (parts, companies) in enumerate(STAGES[size]):
            last = place == len(STAGES[size]) - 1
            linked = 2 * ANSWERS[size] if last else 0
            grown = plant(owner_url, f"{random.getrandbits(32):08x}", companies=companies, parts=parts, linked=linked, partners=False)
            latency.append(_latency(bench, grown, SECONDS[size]))
            if last:
                yield from _list_of_parts(bench, grown, SECONDS[size])
                yield _answering(bench, grown, ANSWERS[size])
        yield from _growth(latency, STAGES[size])


def free_port() -> int:
    with socket.socket() as trial:
        trial.bind(("127.0.0.1", 0))
        return int(trial.getsockname()[1])


async def begin(chosen: Settings, owner_url: str) -> None:
    """Companies with a real release, whose texts the grown ones carry."""
    async with composition.tools(chosen, owner_url) as tools:
        transport = httpx.ASGITransport(composition.build(tools))
        async with httpx.AsyncClient(transport=transport, base_url="http://testserver") as client:
            await rich.build(await World.begin(tools, client))


def _pin(grown: Grown) -> str:
    return f"SELECT set_config('ashiato.tenant', '{grown.named('company', 0)}', true), {_MEMBER}"


def _list_of_parts(bench: Bench, grown: Grown, seconds: float) -> Iterator[Row]:
    places = [f"P-{bench.random.randrange(grown.parts - BLOCK):08}" for _ in range(300)]
    http = bench.measure(kind="http", clients=32, seconds=seconds, jobs=[bench.get(grown, f"/parts?after={cursor(place)}") for place in places])
    questions = [products.parts(None, None, place, 50) for place in places]
    jobs = [[(question.query, question.params)] for question in questions]
    alone = bench.measure(kind="sql", clients=32, seconds=seconds, jobs=jobs, pool=CONNECTIONS, pin=_pin(grown))
    work, against, size = "list of 50 parts over HTTP, 32 clients", "the same query over psycopg alone, same pool", f"{grown.parts:,} parts"
    told = f"({http['per_second']:.0f}/s, {alone['per_second']:.0f}/s)"
    yield Row(f"{work}, throughput", against, size, http["per_second"] / alone["per_second"], 1 / 3, at_most=False, detail=told)
    told = f"({http['p99_ms']:.1f} ms, {alone['p99_ms']:.1f} ms)"
    yield Row(f"{work}, p99", against, size, http["p99_ms"] / alone["p99_ms"], 3, detail=told)


def _answering(bench: Bench, grown: Grown, answers: int) -> Row:
    requests = list(range(answers))
    jobs = [bench.post(grown, "/answers", {"footprint_id": grown.named("footprint", i), "requests": [grown.named("received", i)]}) for i in requests]
    http = bench.measure(kind="http", clients=16, seconds=600, jobs=jobs, once=True)
    rows = [_answer_rows(bench, grown, i) for i in range(answers, 2 * answers)]
    alone = bench.measure(kind="sql", clients=16, seconds=600, jobs=rows, once=True, pool=CONNECTIONS, pin=_pin(grown))
    told = f"({http['per_second']:.0f}/s, {alone['per_second']:.0f}/s; {http['busy']} times told to come back)"
    work, against = "write one answer over HTTP, durable, 16 clients", "the same rows inserted over psycopg, as durable"
    return Row(work, against, f"{answers:,} answers", http["per_second"] / alone["per_second"], 1 / 3, at_most=False, detail=told)


_ROWS = (
    "INSERT INTO release VALUES (%(me)s, %(release_id)s, %(part_id)s, %(footprint_id)s, 1, %(now)s)",
    "INSERT INTO release_snapshot VALUES (%(me)s, %(release_id)s, %(text)s, %(digest)s, '{}')",
    "INSERT INTO answer VALUES (%(me)s, %(buyer_id)s, %(request_id)s, 1, %(release_id)s, %(now)s)",
    "UPDATE request SET state = 'answered', settled_at = %(now)s WHERE company_id = %(buyer_id)s AND request_id = %(request_id)s",
    "INSERT INTO data_grant VALUES (%(me)s, %(grant_id)s, %(buyer_id)s, 'footprint_release', %(release_id)s, 'product_footprint', %(now)s)",
    "INSERT INTO outbox (company_id, fact_id, kind, subject, recorded_at) VALUES (%(me)s, gen_random_uuid(), 'fact', '{}', %(now)s)",
    "INSERT INTO outbox (company_id, fact_id, kind, subject, recorded_at) VALUES (%(me)s, gen_random_uuid(), 'fact', '{}', %(now)s)",
    "INSERT INTO outbox (company_id, fact_id, kind, subject, recorded_at) VALUES (%(me)s, gen_random_uuid(), 'fact', '{}', %(now)s)",
    "INSERT INTO notice VALUES (%(me)s, gen_random_uuid(), %(buyer_id)s, 'answered', %(buyer_id)s, %(request_id)s, %(now)s)",
    "INSERT INTO request_progress VALUES (%(me)s, %(buyer_id)s, %(request_id)s, NULL, 1, 1, 1, true, %(now)s, %(now)s)",
    "INSERT INTO notice VALUES (%(me)s, gen_random_uuid(), %(buyer_id)s, 'progressed', %(buyer_id)s, %(request_id)s, %(now)s)",
    "INSERT INTO idempotency VALUES (%(me)s, %(digest)s, %(digest)s, 201, %(text)s, %(now)s)",
)


def _answer_rows(bench: Bench, grown: Grown, number: int) -> list[tuple[str, dict[str, Any]]]:
    params = {
        "me": grown.named("company", 0), "buyer_id": grown.named("company", grown.partner(number)), "now": datetime.now(UTC),
        "part_id": grown.named("part/0", number), "footprint_id": grown.named("footprint", number), "request_id": grown.named("received", number),
        "release_id": UUID(int=bench.random.getrandbits(128)), "grant_id": UUID(int=bench.random.getrandbits(128)),
        "digest": f"{bench.random.getrandbits(256):064x}", "text": "x" * 900,
    }  # fmt: skip
    return [(row, {name: value for name, value in params.items() if f"({name})" in row}) for row in _ROWS]


_READINGS = ("list of 50 parts", "a part with its structure", "open requests", "a released footprint")


def _latency(bench: Bench, grown: Grown, seconds: float) -> dict[str, float]:
    """Median milliseconds of each reading, one client."""
    draw = bench.random.randrange
    jobs = {
        "list of 50 parts": [f"/parts?after={cursor(f'P-{draw(grown.parts - BLOCK):08}')}" for _ in range(100)],
        "a part with its structure": [f"/parts/{grown.named('part/0', BLOCK * draw(grown.parts // BLOCK))}/structure" for _ in range(100)],
        "open requests": [f"/requests?direction={side}&state=asked&state=linked" for side in ("sent", "received")],
        "a released footprint": [f"/requests/{grown.named('sent', 20 * draw(grown.sent // 20))}/answer" for _ in range(100)],
    }
    return {
        reading: bench.measure(kind="http", clients=1, seconds=seconds / 2, jobs=[bench.get(grown, path) for path in paths])["median_ms"]
        for reading, paths in jobs.items()
    }


def _growth(latency: list[dict[str, float]], stages: tuple[tuple[int, int], ...]) -> Iterator[Row]:
    smallest, largest = stages[0], stages[-1]
    for reading in _READINGS:
        told = "(" + ", ".join(f"{found[reading]:.2f}" for found in latency) + " ms)"
        size = f"{smallest[0]:,} → {largest[0]:,} parts, {smallest[1]} → {largest[1]:,} companies"
        yield Row(f"{reading}: latency at the largest size", "at the smallest", size, latency[-1][reading] / latency[0][reading], 2, detail=told)
