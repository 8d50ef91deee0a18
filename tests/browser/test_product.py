"""A product's page in a real browser: how many clicks each question costs, a picture that can be read, a tree that opens by keyboard."""

from collections.abc import Awaitable, Callable

import pytest
from tests.browser.furnished import Furnished
from tests.browser.looking import Clicks, Sight, Way
from tests.world import FACTOR_HEADER, INVENTORY_HEADER, PART_HEADER, STRUCTURE_HEADER, Member, factor

Look = Callable[..., Awaitable[Sight]]
Hand = Callable[[Sight], Clicks]
MODULES, CELLS = 6, 9
LABELS = """() => [...document.querySelectorAll('#sankey svg text')].map((text) => ({ text: text.textContent, ...text.getBoundingClientRect().toJSON() }))"""
FRAME = "() => document.querySelector('#sankey svg').getBoundingClientRect().toJSON()"


@pytest.fixture(scope="module")
async def maker(furnished: Furnished) -> Member:
    """A maker of everything: a product of modules of cells, each with electricity of its own, computed twice; a bought part besides."""
    made = await furnished.world.company("深い構成の会社")
    modules = [f"MOD-{n}" for n in range(MODULES)]
    cells = [(module, f"{module}-CELL-{n}") for module in modules for n in range(CELLS)]
    supplier = furnished.people["supplier"].number
    await made.import_tables(
        factors=[FACTOR_HEADER, factor("GRID", "0.5", "kg CO2e/kWh", basis="consumption_mix"), *(factor(f"M{n}", str(n + 1)) for n in range(CELLS))],
        parts=[PART_HEADER, ["TOP", "深い電池パック・長い名前の製品", "kg", "", "", "", ""],
               *([module, f"Module with a rather long name {module}", "kg", "", "", "", ""] for module in modules),
               *([cell, f"Cell {cell}", "kg", "", "", "", ""] for _, cell in cells), ["NI", "Nickel sulphate", "kg", "", supplier, "CELL-1", "M8"]],
        structure=[STRUCTURE_HEADER, *(["TOP", module, "0.2", "kg"] for module in modules), *([module, cell, "0.1", "kg"] for module, cell in cells),
                   ["TOP", "NI", "0.1", "kg"]],
        inventory=[INVENTORY_HEADER, *([cell, "production", "electricity", "3", "kWh", "GRID", "own", "energy"] for _, cell in cells),
                   *([cell, "raw_materials", f"material {cell[-1]}", "1", "kg", f"M{cell[-1]}", "own", "input"] for _, cell in cells)],
    )  # fmt: skip
    await made.compute("TOP")
    await made.import_tables(inventory=[INVENTORY_HEADER, ["MOD-0", "production", "electricity", "1", "kWh", "GRID", "own", "energy"]])
    await made.compute("TOP")
    furnished.people["maker"], furnished.known["deep"] = made, await made.part_id("TOP")
    return made


def apart(boxes: list[dict[str, float]]) -> list[tuple[object, object]]:
    """Pairs of boxes that overlap."""
    return [
        (one["text"], other["text"])
        for place, one in enumerate(boxes)
        for other in boxes[place + 1 :]
        if one["left"] < other["right"] - 1
        and other["left"] < one["right"] - 1
        and one["top"] < other["bottom"] - 1
        and other["top"] < one["bottom"] - 1
    ]


@pytest.mark.parametrize("way", [Way("en", "light", 1280), Way("ja", "dark", 1280)], ids=str)
async def test_every_label_of_the_picture_can_be_read(look: Look, maker: Member, way: Way) -> None:
    sight = await look("maker", "/parts/{deep}", way)
    await sight.page.wait_for_selector("#sankey svg text")
    await sight.picture(f"sankey-{way}")
    labels, frame = await sight.page.evaluate(LABELS), await sight.page.evaluate(FRAME)
    assert len(labels) > MODULES
    assert apart(labels) == []
    assert all(frame["left"] <= box["left"] and box["right"] <= frame["right"] + 1 for box in labels), "no label is cut off"
    assert all(frame["top"] <= box["top"] and box["bottom"] <= frame["bottom"] + 1 for box in labels)
    rows = await sight.page.locator('table[data-island="sankey"] tbody tr').count()
    named = {text.strip() for text in await sight.page.locator('table[data-island="sankey"] tbody th').all_text_contents()}
    assert rows <= 100, "whatever the structure is, little is drawn"
    drawn = " ".join(box["text"] for box in labels)
    assert all(name.split("…")[0][:6] in drawn for name in named), "every row of the table is in the picture"


@pytest.mark.parametrize("way", [Way("en", "light", 1280), Way("ja", "dark", 360)], ids=str)
async def test_what_is_credited_is_drawn_apart(furnished: Furnished, look: Look, way: Way) -> None:
    made = await furnished.world.company(f"アルミを戻す会社 {way.language}")
    await made.import_tables(
        factors=[FACTOR_HEADER, factor("AL", "10"), factor("GRID", "0.5", "kg CO2e/kWh", basis="consumption_mix")],
        parts=[PART_HEADER, ["CASE", "Housing", "kg", "", "", "", ""]],
        inventory=[
            INVENTORY_HEADER,
            ["CASE", "production", "aluminium sheet", "1.2", "kg", "AL", "own", "input"],
            ["CASE", "production", "electricity", "4", "kWh", "GRID", "own", "energy"],
            ["CASE", "end_of_life", "recovered aluminium", "-0.5", "kg", "AL", "own", "credit"],
        ],
    )
    await made.compute("CASE")
    furnished.people[made.number] = made
    sight = await look(made.number, f"/parts/{await made.part_id('CASE')}", way)
    await sight.page.wait_for_selector("#sankey svg text")
    await sight.picture(f"sankey-credit-{way}")
    dashed = await sight.page.evaluate(
        "() => [...document.querySelectorAll('#sankey svg path[stroke-dasharray]')].map((one) => one.getAttribute('stroke'))"
    )
    credit = await sight.page.evaluate(
        "() => { const one = document.createElement('span'); one.style.color = 'var(--credit)'; document.body.append(one); return getComputedStyle(one).color }"
    )
    assert dashed == [credit], "what is taken off, and nothing else"
    drawn = [box["text"] for box in await sight.page.evaluate(LABELS)]
    assert any(text.endswith(" -5") for text in drawn), "with its sign"
    assert ("-5" in drawn) == (way.width > 640), "on the flow too, where there is room"
    await sight.sound()


async def test_questions_cost_as_few_clicks_as_promised(look: Look, maker: Member, clicks: Hand) -> None:
    """ux.md 1.2: what is it, how sure: 0-1; where is the carbon: the same page; whom to ask next: 1 and send; compare versions: 1."""
    sight = await look("maker", "/parts/{deep}")
    hand = clicks(sight)
    text = await sight.page.inner_text("main")
    assert "from own data" in text
    assert "Where the carbon comes from" in text
    assert "Whom to ask next" in text
    assert hand.count == 0
    await hand.on("#history ~ form button")
    assert "What changed" in await sight.page.title()
    assert hand.count == 1
    sight = await look("maker", "/parts/{deep}")
    hand = clicks(sight)
    await hand.on("#ask ~ form button")
    assert "Nickel sulphate" in await sight.page.inner_text("main")
    assert hand.count == 1
    await hand.on("main form button.p")
    assert hand.count == 2
    assert "Asked" in await sight.page.inner_text("#ask ~ form")
    assert sight.trouble == []


async def test_the_tree_opens_by_keyboard_and_loads_only_what_it_shows(look: Look, maker: Member) -> None:
    sight = await look("maker", "/parts/{deep}/structure")
    page = sight.page
    assert "MOD-1-CELL-0" not in await page.content()
    await page.locator(".tree summary").first.focus()
    await page.keyboard.press("ArrowRight")
    await page.wait_for_selector("text=MOD-0-CELL-8")
    assert "MOD-1-CELL-0" not in await page.content()
    await page.keyboard.press("ArrowDown")
    assert await page.evaluate("() => document.activeElement.textContent") == "Cell MOD-0-CELL-0"
    await page.keyboard.press("ArrowLeft")
    await page.keyboard.press("ArrowLeft")
    assert not await page.locator("text=MOD-0-CELL-8").first.is_visible()
    assert sight.trouble == []
