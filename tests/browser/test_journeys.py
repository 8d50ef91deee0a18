"""The shorter ways of a sustainability team, in a real browser: declare, narrow by a column of identifiers and keep it, prove, try out, withdraw.

With the journeys beside this file every job of the field's study has its clicks counted; `docs/how-to/workspace.md` has them in one table.
"""

from collections.abc import Awaitable, Callable
from pathlib import Path

import pytest
from tests.browser.furnished import Furnished
from tests.browser.looking import Clicks, Sight, Way
from tests.web.chain import cell_maker, pack_maker
from tests.world import PART_HEADER, Member

Look = Callable[..., Awaitable[Sight]]
Counter = Callable[[Sight], Clicks]
WAYS = [Way("en", "dark", 1280), Way("ja", "light", 360)]


@pytest.fixture
async def chain(furnished: Furnished) -> tuple[Member, Member]:
    """A cell maker and a pack maker of their own; the pack rests on the cell's answer and is ready to be declared."""
    cells = await cell_maker(furnished.world, "Kamo Ways")
    packs = await pack_maker(furnished.world, cells, "Hikari Ways")
    await cells.answer((await packs.ask("CELL-B"))["request_id"], "CELL-1")
    await packs.compute("PACK-1")
    furnished.people |= {cells.number: cells, packs.number: packs}
    return cells, packs


@pytest.mark.parametrize("way", WAYS, ids=str)
async def test_a_battery_is_declared_in_two_clicks_and_its_pdf_is_one_more(
    chain: tuple[Member, Member], look: Look, clicks: Counter, way: Way
) -> None:
    _, packs = chain
    sight = await look(packs.number, f"/parts/{await packs.part_id('PACK-1')}", way)
    hand = clicks(sight)
    await hand.on("#main .title a[href$='/declaration']")
    await sight.sound()
    await hand.on("#main form[method=post] button.p")
    assert hand.count == 2
    await sight.sound()
    async with sight.page.expect_response("**/declarations/*.pdf*") as paper:
        hand.count += 1
        await sight.page.locator(f"#main a[href$='.pdf?lang={way.language}']").first.click()
    assert (await (await paper.value).all_headers())["content-type"] == "application/pdf"
    assert hand.count == 3


@pytest.mark.parametrize("way", WAYS, ids=str)
async def test_a_pasted_column_narrows_a_list_and_is_kept_under_a_name(furnished: Furnished, look: Look, clicks: Counter, way: Way) -> None:
    many = await furnished.world.company("Hikari Columns")
    furnished.people[many.number] = many
    await many.import_tables(parts=[PART_HEADER, *([f"P-{place:03}", f"部品 {place}", "kg", "", "", "", ""] for place in range(520))])
    sight = await look(many.number, "/parts", way)
    page, hand = sight.page, clicks(sight)
    await hand.on("details.paste summary")
    await page.fill("textarea[name=numbers]", "\n".join(f"P-{place:03}" for place in range(500)))
    await hand.on("form.filters button.p")
    assert hand.count == 2
    assert await page.locator("table.list tbody tr").count() == 50, "a page of them, and where they go on"
    assert "P-499" not in await page.inner_text("#main table")
    await hand.on("section.views summary")
    await page.fill("section.views input[name=name]", "今週の500点")
    await hand.on("section.views button.btn")
    assert hand.count == 4
    again = await look(many.number, "/parts", way)
    once = clicks(again)
    await once.on("section.views nav a")
    assert once.count == 1
    assert "P-500" not in await again.page.inner_text("#main table")
    await again.sound()


@pytest.mark.parametrize("way", WAYS, ids=str)
async def test_a_file_proves_a_line_and_a_change_is_tried_out(
    chain: tuple[Member, Member], look: Look, clicks: Counter, way: Way, tmp_path: Path
) -> None:
    _, packs = chain
    paper = tmp_path / "検針票.txt"
    paper.write_text("3 kWh", encoding="utf-8")
    sight = await look(packs.number, "/evidence", way)
    hand = clicks(sight)
    await hand.drop("#main input[type=file]", paper)
    await hand.on("#main button.p")
    assert hand.count == 2
    assert "検針票.txt" in await sight.page.inner_text("#main table")
    await sight.sound()
    tried = await look(packs.number, f"/parts/{await packs.part_id('PACK-1')}", way)
    trying = clicks(tried)
    await trying.on("#main a[href$='/what-if']")
    await tried.page.locator("#main input[type=text], #main input:not([type])").first.fill("1")
    await trying.on("#main form button:visible")
    assert trying.count == 2
    assert await tried.page.locator("#main .big").count() == 2, "now, and what it would be"
    await tried.sound()


@pytest.mark.parametrize("way", WAYS, ids=str)
async def test_who_sees_what_is_a_sentence_and_ends_in_two_clicks(chain: tuple[Member, Member], look: Look, clicks: Counter, way: Way) -> None:
    cells, packs = chain
    (request,) = (await packs.get("/requests", params={"direction": "sent"}))["items"]
    sight = await look(cells.number, "/sharing", way)
    assert "Hikari Ways" in await sight.page.inner_text("#main table")
    hand = clicks(sight)
    await hand.on("#main table a.btn")
    await sight.sound()
    await hand.on("#main form[action$='/withdrawal'] button")
    assert hand.count == 2
    assert (await packs.call("GET", f"/requests/{request['request_id']}/answer")).status_code == 404
