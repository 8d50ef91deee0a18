"""The first page of a member: what to do, what was asked, parts with their figures, declarations."""

from collections.abc import Callable
from typing import NoReturn

import pytest
from tests.web.browser import Browser
from tests.web.chain import cell_maker, declared, due, pack_maker
from tests.world import METHOD, PART_HEADER, STRUCTURE_HEADER, Member, World, fresh_corporate_number

from ashiato.domain import footprint
from ashiato.kernel.errors import Flaw, conflict

Browse = Callable[..., Browser]


async def test_received_requests_come_first_the_late_ones_marked(world: World, browse: Browse) -> None:
    cells = await cell_maker(world)
    packs = await pack_maker(world, cells)
    request = await packs.ask("CELL-B", **due(-2))
    other = await pack_maker(world, cells, "Mino Packs")
    timely = await other.ask("CELL-B", **due(9))
    browser = browse()
    await browser.log_in(cells.email)
    text = browser.page.text
    assert "To answer 2 ! 1 late" in text
    assert text.index("Hikari Packs") < text.index("Mino Packs"), "the late one first"
    assert text.count("! Late") == 1
    assert f"/requests/{request['request_id']}" in browser.page.links
    assert f"/requests/{timely['request_id']}" in browser.page.links
    assert 'datetime="' in browser.response.text


async def test_sent_requests_show_their_state_and_why_one_was_rejected(world: World, browse: Browse) -> None:
    cells = await cell_maker(world)
    packs = await pack_maker(world, cells)
    request = await packs.ask("CELL-B")
    browser = browse()
    await browser.log_in(packs.email)
    assert "Answers from suppliers 0 of 1" in browser.page.text
    await cells.post(f"/requests/{request['request_id']}/rejection", {"reason": "Ask our <distributor> & partner"})
    await browser.get("/")
    assert "! Rejected Ask our <distributor> & partner" in browser.page.text
    assert "<distributor>" not in browser.response.text, "what others write is text"


async def asked_late(world: World, name: str, count: int) -> tuple[Member, Member]:
    """A supplier that so many requests of a buyer have waited for since yesterday, and the buyer."""
    many, buyer = await world.company(f"Kamo {name}"), await world.company(f"Hikari {name}")
    await many.import_tables(parts=[PART_HEADER, ["S-0", "Own", "kg", "", "", "", ""]])
    bought = [[f"B-{place}", "Bought", "kg", "", many.number, f"S-{place}", ""] for place in range(count)]
    await buyer.import_tables(
        parts=[PART_HEADER, ["TOP", "Product", "kg", "", "", "", ""], *bought],
        structure=[STRUCTURE_HEADER, *(["TOP", row[0], "0.001", "kg"] for row in bought)],
    )
    await buyer.post(f"/parts/{await buyer.part_id('TOP')}/requests", {"method": METHOD} | due(-1))
    return many, buyer


async def test_of_more_than_is_listed_it_says_how_many_there_are(world: World, browse: Browse) -> None:
    many, buyer = await asked_late(world, "Many", 230)
    browser = browse()
    await browser.log_in(many.email)
    assert "To answer 230 ! 230 late" in browser.page.text
    assert "All 230 things to do" in browser.page.text
    assert sum(link.startswith("/requests/") for link in set(browser.page.links)) == 10, "the first of them"
    await browser.get("/?all=true")
    assert "130 more to answer" in browser.page.text
    assert "/requests?state=open" in browser.page.links
    assert sum(link.startswith("/requests/") for link in set(browser.page.links)) == 100
    side = browse()
    await side.log_in(buyer.email)
    assert "Answers from suppliers 0 of 230" in side.page.text
    assert "All 230 requests to suppliers" in side.page.text
    assert sum(link.startswith("/requests/") for link in set(side.page.links)) <= 16, "ten to chase, six of all"
    await side.get("/?all=true")
    assert "130 more overdue or declined by suppliers" in side.page.text


async def test_a_flood_of_one_kind_hides_no_other_kind(world: World, browse: Browse) -> None:
    """What has no day comes last by urgency; its first line is shown all the same."""
    many, _ = await asked_late(world, "Flood", 30)
    support = await many.post("/support-requests", {"subject": "A file that is not read", "words": "It says nothing."})
    await world.operator.post(f"/support-requests/{support['support_id']}/words", {"words": "Which file?"})
    browser = browse()
    await browser.log_in(many.email)
    assert "A file that is not read" in browser.page.text
    assert f"/support/{support['support_id']}" in browser.page.links
    assert "All 31 things to do" in browser.page.text
    assert sum(link.startswith(("/requests/", "/support/")) for link in set(browser.page.links)) == 10


async def test_parts_show_their_present_and_their_computed_figures(world: World, browse: Browse) -> None:
    cells = await cell_maker(world)
    browser = browse()
    await browser.log_in(cells.email)
    assert "Prismatic cell CELL-1 · Product 14 kg 28.6 % 2" in browser.page.text
    await cells.compute("CELL-1")
    await browser.get("/")
    assert "Prismatic cell CELL-1 · Product 14 kg 28.6 % 2 14 ✓ Ready" in browser.page.text


async def test_a_bought_part_without_any_value_is_marked_incomplete(world: World, browse: Browse) -> None:
    packs = await world.company("Hikari Packs")
    await packs.import_tables(parts=[PART_HEADER, ["CELL-B", "Cell, bought", "kg", "", fresh_corporate_number(), "", ""]])
    browser = browse()
    await browser.log_in(packs.email)
    assert "! incomplete" in browser.page.text


async def test_a_newer_answer_asks_for_computing_again(world: World, browse: Browse) -> None:
    cells = await cell_maker(world)
    packs = await pack_maker(world, cells)
    request = await packs.ask("CELL-B")
    await packs.compute("PACK-1")
    browser = browse()
    await browser.log_in(packs.email)
    assert "Nothing waits for you" in browser.page.text
    await cells.answer(request["request_id"], "CELL-1")
    await browser.get("/")
    assert "! Newer answers Traction battery Compute again" in browser.page.text
    await packs.compute("PACK-1")
    await browser.get("/")
    assert "Nothing waits for you" in browser.page.text


async def test_figures_that_cannot_be_computed_do_not_hide_the_rest(world: World, browse: Browse, monkeypatch: pytest.MonkeyPatch) -> None:
    cells = await cell_maker(world)
    packs = await pack_maker(world, cells)
    await packs.ask("CELL-B")

    async def unknown(*_: object) -> NoReturn:
        flaw = Flaw("OLD-1", "factor.unknown", "There is no factor OLD-1.")
        raise conflict("factor.unknown", "1 factors are not registered.", "Import them, or correct the inventory.", flaw)

    monkeypatch.setattr(footprint.drafts, "drafts", unknown)
    browser = browse()
    await browser.log_in(cells.email)
    for path in ("/", f"/parts/{await cells.part_id('CELL-1')}"):
        assert (await browser.get(path)).status_code == 200
        assert "! The present figures cannot be computed yet." in browser.page.text
        assert "There is no factor OLD-1." in browser.page.text
        assert "Prismatic cell" in browser.page.text
        assert browser.page.flaws == []


async def test_figures_are_shown_under_a_known_method(world: World, browse: Browse) -> None:
    cells = await cell_maker(world)
    browser = browse()
    await browser.log_in(cells.email)
    await browser.get("/", params={"method": "no such method"})
    assert browser.response.status_code == 422
    await browser.get("/", params={"method": "DA-EV-draft-2024-04"})
    assert browser.response.status_code == 200
    assert "Prismatic cell CELL-1 · Product 14 kg" in browser.page.text


async def test_declarations_lead_to_their_public_pages(world: World, browse: Browse) -> None:
    packs = await pack_maker(world)
    declaration_id = await declared(packs)
    browser = browse()
    await browser.log_in(packs.email)
    assert f"/declarations/{declaration_id}" in browser.page.links
    assert "0.122/kWh" in browser.page.text


async def test_the_page_speaks_the_language_that_was_chosen_last(world: World, browse: Browse) -> None:
    cells = await cell_maker(world)
    browser = browse("ja-JP,ja;q=0.9,en;q=0.8")
    await browser.log_in(cells.email)
    assert browser.page.language == "ja"
    assert "やること" in browser.page.text
    await browser.get("/?lang=en")
    assert browser.page.language == "en"
    await browser.get("/")
    assert browser.page.language == "en", "the choice is kept"
    await browser.get("/?lang=tlh")
    assert browser.page.language == "en"
    assert "/?lang=ja" in browser.page.links


async def test_of_many_parts_the_first_are_shown_and_the_rest_stands_in_their_list(world: World, browse: Browse) -> None:
    maker = await world.company("Many Parts")
    await maker.import_tables(parts=[PART_HEADER, *([f"P-{number:03}", f"Part {number}", "kg", "", "", "", ""] for number in range(60))])
    browser = browse()
    await browser.log_in(maker.email)
    assert "P-005" in browser.page.text
    assert "P-006" not in browser.page.text
    assert "All 60 products and parts" in browser.page.text
    assert "/parts" in browser.page.links
