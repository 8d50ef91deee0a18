"""One server, one furnished world and one browser for all tests that look at pages."""

import warnings
from collections.abc import AsyncIterator, Awaitable, Callable

import pytest
from playwright.async_api import async_playwright
from tests.browser.furnished import Furnished, furnish
from tests.browser.looking import CHROMIUM, Clicks, Lookers, Sight, Way
from tests.serving import serving
from tests.world import World

from ashiato.plumbing.settings import Settings

DESK = Way("en", "light", 1280)
FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking", "--disable-component-update",
         "--disable-sync"]  # fmt: skip


@pytest.fixture(scope="session")
async def furnished(world: World, chosen: Settings, owner_url: str) -> AsyncIterator[Furnished]:
    if not CHROMIUM.exists():
        warnings.warn(f"ABSENT: {CHROMIUM}: no page was looked at in a real browser. Install it (apt-get install chromium).", stacklevel=1)
        pytest.skip(f"ABSENT: {CHROMIUM}: no page was looked at in a real browser")
    environment = {"DATABASE_URL": owner_url, "ASHIATO_HOME": str(chosen.home), "ASHIATO_PUBLIC_URL": chosen.public_url, "ASHIATO_LOG_LEVEL": "error"}
    with serving("ashiato.server:create", environment, "/livez") as address:
        yield await furnish(world, address)


@pytest.fixture(scope="session")
async def lookers(furnished: Furnished) -> AsyncIterator[Lookers]:
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        yield Lookers(browser, furnished)
        await browser.close()


@pytest.fixture
async def look(lookers: Lookers) -> AsyncIterator[Callable[..., Awaitable[Sight]]]:
    """Opens pages: `await look("supplier", "/", Way("ja", "dark", 360))`."""
    opened: list[Sight] = []

    async def look(who: str, path: str, way: Way = DESK) -> Sight:
        opened.append(await lookers.open(who, path, way))
        return opened[-1]

    yield look
    for sight in opened:
        await sight.page.close()


@pytest.fixture
def clicks() -> Callable[[Sight], Clicks]:
    """The counter of what a hand does on a page: `hand = clicks(sight); await hand.on("text=Send"); assert hand.count <= 3`."""
    return lambda sight: Clicks(sight.page)
