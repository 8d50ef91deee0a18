"""Where an installation wants a second factor of everybody: the first log-in leads to setting one up, and nothing else opens before."""

import itertools
from collections.abc import AsyncIterator
from datetime import UTC, datetime

import pytest
from tests.attacks.rich import totp
from tests.browser.furnished import Furnished
from tests.browser.looking import Lookers, Sight, Way
from tests.serving import serving
from tests.world import PASSWORD

from ashiato.plumbing.settings import Settings

USUAL = (Way("en", "light", 1280), Way("ja", "dark", 360))
WAYS = [
    pytest.param(way, marks=() if way in USUAL else pytest.mark.long)
    for way in itertools.starmap(Way, itertools.product(("en", "ja"), ("light", "dark"), (1280, 360)))
]


@pytest.fixture(scope="module")
def strict(furnished: Furnished, chosen: Settings, owner_url: str) -> AsyncIterator[str]:
    """The installation as one that lets nobody in by a password alone."""
    environment = {"DATABASE_URL": owner_url, "ASHIATO_HOME": str(chosen.home), "ASHIATO_SECOND_FACTOR": "everybody", "ASHIATO_LOG_LEVEL": "error"}
    with serving("ashiato.server:create", environment, "/livez") as address:
        yield address


@pytest.mark.parametrize("way", WAYS, ids=str)
async def test_the_first_log_in_leads_to_the_second_factor_and_through_it(strict: str, furnished: Furnished, lookers: Lookers, way: Way) -> None:
    member = await furnished.world.company("Strict Works")
    context = await lookers.browser.new_context(
        viewport={"width": way.width, "height": 800},
        locale="ja-JP" if way.language == "ja" else "en-GB",
        color_scheme=way.theme,
        reduced_motion="reduce",
    )
    sight = Sight(await context.new_page(), strict)
    sight.watch()
    page = sight.page
    await page.goto(strict + "/login", wait_until="networkidle")
    await page.fill("input[name=email]", member.email)
    await page.fill("input[name=password]", PASSWORD)
    async with page.expect_navigation(wait_until="networkidle"):
        await page.click("#main button.p")
    assert page.url.partition("?")[0] == strict + "/login/set-up"
    assert await page.get_attribute("html", "lang") == way.language
    assert await sight.violations() == []
    assert await sight.overflow() == []
    assert await sight.reached_by_keyboard("#main button.p")
    await sight.picture(f"visitor-login-set-up-{way}")
    await page.goto(strict + "/parts", wait_until="networkidle")
    assert "/login" in page.url, "the password alone opens nothing"
    await page.goto(strict + "/login/set-up", wait_until="networkidle")
    secret = "".join(((await page.locator("#main code").first.text_content()) or "").split())
    await page.fill("input[name=code]", totp(secret, datetime.now(UTC)))
    async with page.expect_navigation(wait_until="networkidle"):
        await page.click("#main button.p")
    assert await sight.violations() == []
    await page.goto(strict + "/parts", wait_until="networkidle")
    assert page.url == strict + "/parts"
    assert sight.trouble == []
    await context.close()
