"""Two companies that have done everything once, and a clock that a test can move, for all attacks."""

from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import UTC, datetime

import httpx
import pytest
from tests.attacks import rich
from tests.attacks.rich import Rich
from tests.world import World

from ashiato import app as composition
from ashiato.gateways.rest import Tools
from ashiato.plumbing.clock import FrozenClock


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
