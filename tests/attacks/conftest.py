"""Two companies that have done everything once, for all attacks."""

import pytest
from tests.attacks import rich
from tests.attacks.rich import Rich
from tests.world import World


@pytest.fixture(scope="session")
async def two_companies(world: World) -> Rich:
    return await rich.build(world)
