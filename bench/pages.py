"""First bytes of lists in one large company, over HTTP, as its people's browsers ask for them.

The server runs as `ashiato serve` starts it, with one process a core; what is measured is when the whole answer is there.
"""

import asyncio
import sys
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from random import Random

sys.path.insert(0, str(Path(__file__).parents[1]))

from row import Row
from tests.growth import BLOCK, Grown, plant

from ashiato.cli.serving import database, serving
from ashiato.plumbing.settings import Settings
from reads import CONNECTIONS, PROCESSES, Bench, begin, free_port

LIMIT_MS = 200  # at the 95th percentile
PARTS = {"tiny": 1_000, "small": 20_000, "full": 200_000}  # of the platform; the company that is looked at has half of them
CLIENTS = 4
SECONDS = {"tiny": 0.3, "small": 3.0, "full": 10.0}


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


def _row(bench: Bench, grown: Grown, work: str, paths: list[str], seconds: float) -> Row:
    found = bench.measure(kind="http", clients=CLIENTS, seconds=seconds, jobs=[_get(bench, grown, path) for path in paths])
    size = f"{grown.parts:,} parts, {grown.received:,} requests either way"
    told = f"(p95 {found['p95_ms']:.1f} ms, median {found['median_ms']:.1f} ms, {found['per_second']:.0f}/s with {CLIENTS} clients)"
    return Row(f"page: {work}, p95", f"{LIMIT_MS} ms", size, found["p95_ms"] / LIMIT_MS, 1, detail=told)


def _get(bench: Bench, grown: Grown, path: str) -> str:
    return f"GET {path} HTTP/1.1\r\nHost: {bench.chosen.host}\r\nCookie: ashiato_session={grown.secret}\r\nAccept: text/html\r\n\r\n"
