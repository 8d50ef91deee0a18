"""The page of one part."""

from collections.abc import Callable

from tests.web.browser import Browser
from tests.web.chain import cell_maker, pack_maker
from tests.world import World

Browse = Callable[..., Browser]


async def test_a_part_goes_from_a_present_figure_to_a_computed_one(world: World, browse: Browse) -> None:
    cells = await cell_maker(world)
    path = f"/parts/{await cells.part_id('CELL-1')}"
    browser = browse()
    await browser.log_in(cells.email)
    await browser.get(path)
    assert "14 kg CO₂e/kg Present figure 28.6 % from own data" in browser.page.text
    assert "secret nickel" in browser.page.text, "it is the company's own"
    await browser.submit(f"{path}/footprints", method="JRC-CFB-EV-2023-06", start="2025-04-01", end="2026-03-31")
    text = browser.page.text
    assert "14 kg CO₂e/kg ✓ Ready Computed" in text
    assert "JRC-CFB-EV-2023-06" in text
    assert "Raw material acquisition and pre-processing 10 0 10 71.4 %" in text
    assert "Total 14 0 14 100 %" in text
    assert text.index("Raw material acquisition") < text.index("Main product production") < text.index("End of life")


async def test_a_draft_says_why(world: World, browse: Browse) -> None:
    cells = await cell_maker(world, standing="estimate")
    await cells.compute("CELL-1")
    browser = browse("ja")
    await browser.log_in(cells.email)
    await browser.get(f"/parts/{await cells.part_id('CELL-1')}")
    text = browser.page.text
    assert "! 暫定" in text
    assert "CELL-1 1 ! 推定値" in text


async def test_a_product_shows_gaps_coverage_structure_and_what_is_newer(world: World, browse: Browse) -> None:
    cells = await cell_maker(world)
    packs = await pack_maker(world, cells)
    path = f"/parts/{await packs.part_id('PACK-1')}"
    request = await packs.ask("CELL-B")
    first = await packs.compute("PACK-1")
    browser = browse()
    await browser.log_in(packs.email)
    await browser.get(path)
    text = browser.page.text
    assert "0.122 kg CO₂e/kWh 18.3 kg CO₂e/kg" in text
    assert "CELL-B no answer yet CELL-AVG 87.4 %" in text
    assert "Tier 1 1 0" in text
    assert "0.8 kg Cell, bought CELL-B · bought" in text
    assert f"/parts/{await packs.part_id('CELL-B')}" in browser.page.links

    await cells.answer(request["request_id"], "CELL-1")
    await browser.get(path)
    assert "! Newer answers" in browser.page.text
    await browser.submit(f"{path}/footprints", start="2025-04-01", end="2026-03-31")
    assert "Newer answers" not in browser.page.text
    assert "None: every bought part rests on its supplier’s answer." in browser.page.text
    assert "Tier 1 1 1" in browser.page.text
    assert "Kamo Cells CELL-B tier 1 and beyond supplier’s answer 11.2" in browser.page.text
    await browser.get(f"{path}?footprint={first['footprint_id']}")
    assert "An earlier one" in browser.page.text
    assert "0.122 kg CO₂e/kWh" in browser.page.text
    await browser.get(f"/parts/{await packs.part_id('CELL-B')}")
    assert f"/requests/{request['request_id']}" in browser.page.links
    assert "Until the supplier answers, the factor CELL-AVG stands in." in browser.page.text


async def test_a_footprint_is_shown_under_its_own_part_only(world: World, browse: Browse) -> None:
    cells = await cell_maker(world)
    other = await cell_maker(world, "Other Cells")
    ours, theirs = await cells.compute("CELL-1"), await other.compute("CELL-1")
    browser = browse()
    await browser.log_in(cells.email)
    for part, footprint in (("CELL-2", ours["footprint_id"]), ("CELL-1", theirs["footprint_id"]), ("CELL-1", "6f1e2d3c-0000-4000-8000-000000000000")):
        answer = await browser.get(f"/parts/{await cells.part_id(part)}?footprint={footprint}")
        assert answer.status_code == 404


async def test_a_refused_computation_names_what_is_missing(world: World, browse: Browse) -> None:
    cells = await cell_maker(world)
    path = f"/parts/{await cells.part_id('CELL-1')}"
    browser = browse()
    await browser.log_in(cells.email)
    for fields, words in (
        ({"start": "2026-03-31", "end": "2025-04-01"}, "The period ends before it starts"),
        ({"start": "0001-01-01", "end": "9999-12-31"}, "Something in the form is not right"),
        ({"method": "none"}, "There is no method none."),
    ):
        await browser.get(path)
        answer = await browser.submit(f"{path}/footprints", **fields)
        assert answer.status_code == 422
        assert words in browser.page.text
        assert path in browser.page.links, "a way back"
