"""The frame around every page: the side bar, light and dark, what is sent once and kept."""

from collections.abc import Callable
from pathlib import Path
from uuid import uuid4

import pytest
from tests.web.browser import Browser
from tests.web.chain import cell_maker
from tests.world import World

import ashiato
from ashiato.domain.participants import Actor, CompanyKind, Role
from ashiato.kernel.ids import CompanyId
from ashiato.web import icons, navigation

Browse = Callable[..., Browser]
PAGES = Path(ashiato.__file__).parent / "web"


@pytest.mark.parametrize("kind", list(CompanyKind))
def test_nobody_has_more_than_eight_lines_and_none_is_there_twice(kind: CompanyKind) -> None:
    items = navigation.items_for(Actor(CompanyId(uuid4()), kind, frozenset(Role)))
    assert items
    assert len(items) <= navigation.MOST
    assert len({item.key for item in items}) == len({item.address for item in items}) == len(items)


def test_every_line_has_its_icon_and_its_address_here() -> None:
    for item in navigation.ITEMS:
        assert "<path" in icons.icon(item.icon) or "<rect" in icons.icon(item.icon)
        assert item.address.startswith("/")


@pytest.mark.parametrize(
    ("path", "key"),
    [("/", "todo"), ("/parts", "parts"), ("/parts/x", "parts"), ("/requests/6f1e", "requests"), ("/partsx", None), ("/elsewhere", None)],
)
def test_a_page_below_a_line_marks_it(path: str, key: str | None) -> None:
    items = navigation.items_for(Actor(CompanyId(uuid4()), CompanyKind.MEMBER, frozenset(Role)))
    found = navigation.present(items, path)
    assert (found.key if found else None) == key


async def test_the_theme_is_chosen_in_the_address_and_remembered(world: World, browse: Browse) -> None:
    browser = browse()
    await browser.log_in((await cell_maker(world)).email)
    assert "data-theme" not in browser.response.text, "as the system has it"
    await browser.get("/?theme=dark")
    assert '<html lang="en" data-theme="dark">' in browser.response.text
    assert "/?theme=light" in browser.page.links
    await browser.get("/")
    assert 'data-theme="dark"' in browser.response.text, "the choice is kept"
    await browser.get("/?theme=system")
    await browser.get("/")
    assert "data-theme" not in browser.response.text
    await browser.get("/?theme=%22%3E")
    assert "data-theme" not in browser.response.text


async def test_the_present_page_is_marked(world: World, browse: Browse) -> None:
    cells = await cell_maker(world)
    browser = browse()
    await browser.log_in(cells.email)
    assert '<a href="/" aria-current="page">' in browser.response.text
    await browser.get(f"/parts/{await cells.part_id('CELL-1')}")
    assert browser.response.text.count('aria-current="page"') == 1
    assert '<a href="/" aria-current="page">' not in browser.response.text


def test_islands_stand_alone() -> None:
    """An island's address changes with its content; one that imported another would keep the old one."""
    for island in (PAGES / "static/islands").glob("*.js"):
        written = island.read_text(encoding="utf-8")
        assert "import " not in written, island.name
        assert "eval(" not in written, island.name
        assert "innerHTML" not in written, f"{island.name}: text of others is never markup"
