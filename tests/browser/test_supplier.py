"""What a supplier's clerk does, in a real browser and both languages, with every click counted against facts of the field (three for 500 answers)."""

import asyncio
import base64
from collections.abc import Awaitable, Callable
from pathlib import Path

import pytest
from tests.browser.furnished import Furnished
from tests.browser.looking import Clicks, Sight, Way
from tests.web.chain import cell_maker, due, pack_maker
from tests.world import FACTOR_HEADER, INVENTORY_HEADER, METHOD, PART_HEADER, PASSWORD, STRUCTURE_HEADER, Member, factor, log_in, workbook

from ashiato.plumbing.spreadsheet import Sheet, read, write

Look = Callable[..., Awaitable[Sight]]
Counter = Callable[[Sight], Clicks]
WAYS = [Way("en", "dark", 1280), Way("ja", "light", 1280)]
DROP = """([name, content]) => {
    const bytes = Uint8Array.from(atob(content), letter => letter.charCodeAt(0)), held = new DataTransfer();
    held.items.add(new File([bytes], name));
    for (const kind of ['dragenter', 'dragover', 'drop'])
        document.body.dispatchEvent(new DragEvent(kind, {dataTransfer: held, bubbles: true, cancelable: true}));
}"""


async def drop(hand: Clicks, content: bytes, name: str) -> None:
    """A file that is let fall on the page, wherever one is."""
    hand.count += 1
    await hand.page.evaluate(DROP, [name, base64.b64encode(content).decode()])
    await hand.page.wait_for_url("**/imports/*")


@pytest.fixture
async def supplier(furnished: Furnished) -> Member:
    """A supplier of its own, whom three buyers ask."""
    cells = await cell_maker(furnished.world, "Kamo Hands")
    furnished.people[cells.number] = cells
    return cells


@pytest.mark.parametrize("way", WAYS, ids=str)
async def test_all_answers_in_three_clicks(furnished: Furnished, supplier: Member, look: Look, clicks: Counter, way: Way) -> None:
    buyers = [await pack_maker(furnished.world, supplier, name) for name in ("Hikari", "Mino", "Tama")]
    asked = [(buyer, (await buyer.ask("CELL-B", **due(9)))["request_id"]) for buyer in buyers]
    sight = await look(supplier.number, "/", way)
    hand = clicks(sight)
    async with sight.page.expect_download() as download:
        hand.count += 1
        await sight.page.click("#main a[download]")
    (sheet,) = read(await asyncio.to_thread(Path(await (await download.value).path()).read_bytes))
    column = sheet.rows[0].index("自社部品番号" if way.language == "ja" else "Own part number")
    rows = [row + [""] * (len(sheet.rows[0]) - len(row)) for row in sheet.rows]
    for row in rows[1:]:
        row[column] = "CELL-1"
    await drop(hand, write([Sheet("answers", rows)]), "answers.xlsx")
    await sight.picture(f"journey-answers-{way}")
    assert await sight.violations() == []
    await hand.on("#main button.p:has-text('3')")
    assert hand.count <= 3
    assert "3" in await sight.page.inner_text("h1")
    for buyer, request_id in asked:
        assert (await buyer.get(f"/requests/{request_id}/answer"))["release"]["product"]["part_number"] == "CELL-1"
    assert sight.trouble == []


async def test_500_answers_in_three_clicks(furnished: Furnished, look: Look, clicks: Counter) -> None:
    """The first acceptance test of the field: not more for 500 parts than for one."""
    many, buyer = await furnished.world.company("Kamo Many"), await furnished.world.company("Hikari Many")
    furnished.people[many.number] = many
    numbers = [f"S-{place:03}" for place in range(500)]
    await many.import_tables(
        factors=[FACTOR_HEADER, factor("FE", "2")],
        parts=[PART_HEADER, *([number, f"Own {number}", "kg", "", "", "", ""] for number in numbers)],
        inventory=[INVENTORY_HEADER, *([number, "production", "iron", "1", "kg", "FE", "own", "input"] for number in numbers)],
    )
    await buyer.import_tables(
        parts=[
            PART_HEADER,
            ["TOP", "Product", "kg", "", "", "", ""],
            *([f"B-{number}", "Bought", "kg", "", many.number, number, ""] for number in numbers),
        ],
        structure=[STRUCTURE_HEADER, *(["TOP", f"B-{number}", "0.001", "kg"] for number in numbers)],
    )
    await buyer.post(f"/parts/{await buyer.part_id('TOP')}/requests", {"method": METHOD} | due(9))
    sight = await look(many.number, "/", WAYS[1])
    hand = clicks(sight)
    async with sight.page.expect_download() as download:
        hand.count += 1
        await sight.page.click("#main a[download]")
    (sheet,) = read(await asyncio.to_thread(Path(await (await download.value).path()).read_bytes))
    column, theirs = sheet.rows[0].index("自社部品番号"), next(place for place, cell in enumerate(sheet.rows[1]) if cell.startswith("S-"))
    rows = [row + [""] * (len(sheet.rows[0]) - len(row)) for row in sheet.rows]
    assert len(rows) == 501
    for row in rows[1:]:
        row[column] = row[theirs]
    await drop(hand, write([Sheet("answers", rows)]), "answers.xlsx")
    await hand.on("#main button.p:has-text('500')")
    assert hand.count == 3
    assert "500" in await sight.page.inner_text("h1")
    assert len(await buyer.every("/requests", direction="sent", state="answered")) == 500
    assert sight.trouble == []


@pytest.mark.parametrize("way", WAYS, ids=str)
async def test_a_wrong_file_is_mended_by_its_suggestions(supplier: Member, look: Look, clicks: Counter, way: Way) -> None:
    wrong = workbook(
        parts=[PART_HEADER, ["A-0771", "Cell", "kgs", "", "", "", ""]],
        inventory=[INVENTORY_HEADER, ["A-0771", "production", "power", "1,2O0", "kWh", "ELEC", "own", "energy"]],
    )
    sight = await look(supplier.number, f"/parts/{await supplier.part_id('CELL-1')}", way)
    hand = clicks(sight)
    await drop(hand, wrong, "wrong.xlsx")
    assert "inventory!D2" in await sight.page.inner_text("#main")
    await sight.picture(f"journey-wrong-file-{way}")
    assert await sight.violations() == []
    assert await sight.overflow() == []
    await hand.on("#main form:has(input[value=suggestions]) button")
    assert hand.count == 2
    assert "A-0771" in {part["part_number"] for part in (await supplier.get("/parts"))["items"]}
    await sight.picture(f"journey-registered-{way}")
    assert sight.trouble == []


async def test_one_answer_with_approval_and_the_same_to_others(furnished: Furnished, supplier: Member, look: Look, clicks: Counter) -> None:
    await supplier.put("/release-policy", {"margin": "0.1", "action": "warn", "second_person": True})
    email = f"boss@{supplier.number}.test"
    await supplier.post("/people", {"email": email, "display_name": "Ren Boss", "password": PASSWORD, "roles": ["approver"]})
    boss = Member(supplier.client, supplier.name, supplier.number, supplier.company_id, email)
    await log_in(boss)
    furnished.people[email] = boss
    buyer, other = [await pack_maker(furnished.world, supplier, name) for name in ("Hikari", "Mino")]
    path = f"/requests/{(await buyer.ask('CELL-B', **due(9)))['request_id']}"
    also = (await other.ask("CELL-B", **due(9)))["request_id"]
    first = await look(supplier.number, path)
    hand = clicks(first)
    await hand.on(f"form[action='{path}/link'] button")
    await hand.on(f"form[action='{path}/footprint'] button")
    await hand.on(f"form[action='{path}/approval'] button")
    assert hand.count == 3
    second = await look(email, path, WAYS[1])
    await second.picture("journey-approval-ja")
    assert await second.violations() == []
    approving = clicks(second)
    await approving.on(f"form[action='{path}/approval/release'] button")
    assert approving.count == 1
    assert (await buyer.get(f"{path}/answer"))["digest"]
    await supplier.put("/release-policy", {"margin": "0.1", "action": "warn", "second_person": False})
    third = await look(email, path, WAYS[1])
    same = clicks(third)
    await same.on(f"a[href='{path}/others']")
    await third.picture("journey-others-ja")
    assert await third.violations() == []
    await same.on("#main button.p")
    assert same.count == 2
    assert (await other.get(f"/requests/{also}/answer"))["digest"]
    assert first.trouble == second.trouble == third.trouble == []
