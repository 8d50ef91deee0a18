"""Every page in a real browser: nothing that shuts people out, nothing from elsewhere, nothing that breaks, on large and small screens."""

import re
from collections.abc import Awaitable, Callable
from itertools import product

import pytest
from tests.browser.looking import Sight, Way
from tests.browser.pages import PAGES, PageToSee

Look = Callable[..., Awaitable[Sight]]
MARKUP = re.compile(r"</?(time|a|span|code|strong|li|p)\b")
USUAL = (Way("en", "light", 1280), Way("ja", "dark", 360))
EVERY = tuple(Way(*way) for way in product(("en", "ja"), ("light", "dark"), (1280, 360)))


async def check(sight: Sight, seen: PageToSee, way: Way) -> None:
    await sight.picture(f"{seen.name}-{way}")
    assert sight.status == seen.status
    assert await sight.page.get_attribute("html", "lang") == way.language
    assert MARKUP.search(await sight.page.inner_text("body")) is None, "markup is read as text"
    assert await sight.violations() == []
    assert await sight.overflow() == []
    assert sight.trouble == []


@pytest.mark.parametrize("way", USUAL, ids=str)
@pytest.mark.parametrize("seen", PAGES, ids=lambda seen: seen.name)
async def test_a_page_is_good_to_look_at(look: Look, seen: PageToSee, way: Way) -> None:
    sight = await look(seen.who, seen.address, way)
    await check(sight, seen, way)
    if way is USUAL[0]:
        assert await sight.reached_by_keyboard(seen.deed), f"{seen.deed} is not reached by pressing Tab"


@pytest.mark.long
@pytest.mark.parametrize("way", [way for way in EVERY if way not in USUAL], ids=str)
@pytest.mark.parametrize("seen", PAGES, ids=lambda seen: seen.name)
async def test_a_page_is_good_to_look_at_in_every_way(look: Look, seen: PageToSee, way: Way) -> None:
    await check(await look(seen.who, seen.address, way), seen, way)


def test_no_page_is_listed_twice() -> None:
    assert len({seen.name for seen in PAGES}) == len(PAGES)


async def test_what_is_wrong_with_a_page_would_be_seen(look: Look) -> None:
    """The canary: each thing that is looked for, planted on a sound page."""
    sight = await look("visitor", "/login")
    assert await sight.violations() == []
    await sight.page.evaluate(
        """() => { const box = document.createElement('div'); box.style.width = '3000px'; box.style.height = '1px';
        const input = document.createElement('input'); document.querySelector('main').append(box, input);
        const picture = new Image(); picture.src = 'http://127.0.0.1:9/x.png'; console.error('planted'); setTimeout(() => { throw Error('planted') }) }"""
    )
    await sight.page.wait_for_timeout(200)
    assert any(one.startswith("label: ") for one in await sight.violations())
    assert await sight.overflow() != []
    assert {one.split(":")[0] for one in sight.trouble} >= {"console", "error"}
    assert await sight.reached_by_keyboard("button.p")
    assert not await sight.reached_by_keyboard(".brand:not(a)")


async def test_what_can_be_done_with_a_hundred_bad_cells_comes_before_their_fields(look: Look) -> None:
    sight = await look("supplier", "/imports/{flood}")
    for deed in ("a[href*='marked.xlsx']", "form[action$='/discarding'] button", "#corrections button"):
        assert await sight.reached_by_keyboard(f"#main {deed}", presses=40), deed
    assert not await sight.reached_by_keyboard("#main #corrections tr:last-child input", presses=40), "there are no hundred fields"


async def test_on_a_small_screen_the_menu_opens_without_script(look: Look) -> None:
    sight = await look("supplier", "/", Way("en", "light", 360))
    assert not await sight.page.is_visible("#menu nav")
    await sight.page.click("button.menu")
    assert await sight.page.is_visible("#menu nav a")
    assert await sight.overflow() == []
    assert await sight.violations() == []
    await sight.page.keyboard.press("Escape")
    assert not await sight.page.is_visible("#menu nav")


async def test_light_and_dark_can_be_chosen_against_the_system(look: Look) -> None:
    sight = await look("supplier", "/", Way("en", "dark", 1280))
    ground = "() => getComputedStyle(document.body).backgroundColor"
    assert await sight.page.evaluate(ground) == "rgb(20, 23, 26)"
    await sight.page.click("text=Light")
    assert await sight.page.evaluate(ground) == "rgb(250, 249, 246)"
    await sight.page.click("text=Auto")
    assert await sight.page.evaluate(ground) == "rgb(20, 23, 26)"


async def test_japanese_is_read_where_the_system_knows_none(look: Look) -> None:
    """A cut of our own stands behind the system's fonts, in both weights; Latin letters need none of it."""
    sight = await look("supplier", "/", Way("ja", "light", 1280))
    load = """([letters, weight]) => document.fonts.load(`${weight} 16px "BIZ UDPGothic of ours"`, letters).then((faces) => faces.map((one) => one.status))"""
    for weight in (400, 700):
        assert set(await sight.page.evaluate(load, ["回答は賀茂から", weight])) == {"loaded"}
        assert await sight.page.evaluate(load, ["Kamo Cells", weight]) == []
    families = "() => ['code', 'pre', 'body'].map((name) => getComputedStyle(document.body.appendChild(document.createElement(name))).fontFamily)"
    assert all("BIZ UDPGothic of ours" in family for family in await sight.page.evaluate(families))
    assert sight.trouble == []
