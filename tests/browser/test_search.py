"""The palette: from everywhere by a key, chosen and opened without a mouse."""

from collections.abc import Awaitable, Callable

import pytest
from tests.browser.looking import Clicks, Sight, Way

Look = Callable[..., Awaitable[Sight]]


@pytest.mark.parametrize("way", [Way("en", "light", 1280), Way("ja", "dark", 360)], ids=str)
async def test_a_part_is_found_and_opened_with_the_keyboard_alone(look: Look, clicks: Callable[[Sight], Clicks], way: Way) -> None:
    sight = await look("supplier", "/", way)
    hand, page = clicks(sight), sight.page
    await page.keyboard.press("/")
    assert await page.evaluate("() => document.activeElement.name") == "q"
    await page.keyboard.type("ＰＲＩＳＭ")
    await page.wait_for_selector("dialog .hits a")
    assert await sight.violations() == []
    assert await sight.overflow() == []
    await sight.picture(f"palette-{way}")
    await page.keyboard.press("ArrowDown")
    await hand.press("Enter")
    await page.wait_for_url("**/parts/*")
    assert "Prismatic cell" in await page.inner_text("h1")
    assert hand.count <= 3
    assert sight.trouble == []


async def test_escape_closes_it_and_what_is_typed_into_a_field_stays_there(look: Look) -> None:
    sight = await look("supplier", "/parts")
    page = sight.page
    await page.keyboard.press("Control+k")
    assert await page.is_visible("dialog.palette")
    await page.keyboard.press("Escape")
    assert not await page.is_visible("dialog.palette")
    await page.focus("main input[name=q]")
    await page.keyboard.type("a/b")
    assert await page.input_value("main input[name=q]") == "a/b"
    assert not await page.is_visible("dialog.palette")


async def test_without_a_script_the_same_link_leads_to_a_page(look: Look) -> None:
    sight = await look("supplier", "/")
    assert await sight.page.get_attribute("a[data-opens=palette]", "href") == "/search"
