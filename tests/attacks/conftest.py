"""Two companies that have done everything once, a clock that a test can move, and a whole installation on a socket, for all attacks."""

from collections.abc import AsyncIterator, Iterator
from dataclasses import replace
from datetime import UTC, datetime

import httpx
import pytest
from tests.attacks import rich
from tests.attacks.rich import Rich
from tests.serving import free_port
from tests.serving import serving as server
from tests.world import World

from ashiato import app as composition
from ashiato.cli.serving import serving
from ashiato.gateways.rest import PREFIX, Tools
from ashiato.plumbing.clock import FrozenClock
from ashiato.plumbing.settings import Settings


@pytest.fixture(scope="session")
async def two_companies(world: World) -> Rich:
    return await rich.build(world)


@pytest.fixture
def clock() -> FrozenClock:
    return FrozenClock(datetime.now(UTC))


@pytest.fixture
async def frozen(tools: Tools, clock: FrozenClock) -> AsyncIterator[httpx.AsyncClient]:
    """The same installation under a clock that a test can move."""
    app = composition.build(replace(tools, works=replace(tools.works, clock=clock)))
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://testserver") as opened:
        yield opened


@pytest.fixture(scope="module")
def address(chosen: Settings, owner_url: str, tools: Tools) -> Iterator[str]:
    """Where a server process of its own serves the tests' installation."""
    environment = {"DATABASE_URL": owner_url, "ASHIATO_HOME": str(chosen.home), "ASHIATO_PUBLIC_URL": chosen.public_url, "ASHIATO_LOG_LEVEL": "error"}
    with server("ashiato.server:create", environment, f"{PREFIX}/methods") as opened:
        yield opened


@pytest.fixture(scope="session")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Settings]:
    """A whole installation, as `serve` starts it."""
    home = tmp_path_factory.mktemp("running")
    chosen = Settings(home=home, port=free_port(), database_url=None, log_level="error", pool_size=2, probe_seconds=0, strangers_per_minute=0)
    with serving(chosen, home / "log"):
        yield chosen
