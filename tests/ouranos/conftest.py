"""One application's key, and companies that use it."""

from collections.abc import Awaitable, Callable

import pytest
from tests import ouranos_world
from tests.ouranos_world import Company
from tests.world import World

Found = Callable[[str], Awaitable[Company]]


@pytest.fixture(scope="session")
async def key(world: World) -> str:
    return await ouranos_world.issue_key(world)


@pytest.fixture
def found(world: World, key: str) -> Found:
    """A fresh company by its name."""
    return lambda name: ouranos_world.company(world, key, name)
