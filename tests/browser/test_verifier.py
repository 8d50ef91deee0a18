"""A verification in a real browser, from both sides, in both languages and themes: a room in two clicks, a total traced a click a step, an opinion."""

from collections.abc import Awaitable, Callable
from pathlib import Path

import pytest
from tests.browser.furnished import Furnished
from tests.browser.looking import Clicks, Sight, Way
from tests.world import FACTOR_HEADER, INVENTORY_HEADER, PART_HEADER, STRUCTURE_HEADER, Member, factor

Look = Callable[..., Awaitable[Sight]]
Counter = Callable[[Sight], Clicks]
WAYS = [Way("en", "light", 1280), Way("ja", "dark", 360)]
READING = b"The meter of hall 2 reads 3 kWh a cell."


async def measured(furnished: Furnished, number: str) -> Member:
    """A maker of a pack of modules of cells, with a reading of a meter behind the cells' electricity; its footprint is computed."""
    maker = await furnished.world.company(f"Hikari {number}")
    await maker.import_tables(
        factors=[FACTOR_HEADER, factor("GRID", "0.5", "kg CO2e/kWh", basis="consumption_mix")],
        parts=[PART_HEADER, *([each, f"Part {each}", "kg", "", "", "", ""] for each in ("PACK", "MODULE", "CELL"))],
        structure=[STRUCTURE_HEADER, ["PACK", "MODULE", "1", "kg"], ["MODULE", "CELL", "1", "kg"]],
        inventory=[INVENTORY_HEADER, ["CELL", "production", "電力 electricity", "3", "kWh", "GRID", "own", "energy"]],
    )
    await maker.compute("PACK")
    evidence = (await maker.post("/evidence", files={"file": ("meter.txt", READING)}))["evidence_id"]
    subject = {"subject_kind": "inventory_line", "subject_id": await maker.part_id("CELL"), "line": 1}
    await maker.post(f"/evidence/{evidence}/links", subject)
    furnished.people[maker.number] = maker
    return maker


def note(kind: str) -> str:
    """The button of a form that notes something of this kind."""
    return f"#main form:has(input[name=kind][value={kind}]) button"


@pytest.mark.parametrize("way", WAYS, ids=str)
async def test_a_total_is_traced_to_the_meter_and_an_opinion_signed(furnished: Furnished, look: Look, clicks: Counter, way: Way) -> None:  # noqa: PLR0915 — one journey
    maker = await measured(furnished, way.language)
    verifier = await furnished.world.company(f"みらい保証 {way.language}", "verifier")
    furnished.people[verifier.number] = verifier
    owner = await look(maker.number, f"/parts/{await maker.part_id('PACK')}", way)
    opening = clicks(owner)
    await opening.on("#main a[href^='/rooms/new']")
    await owner.page.select_option("select[name=verifier]", label=f"みらい保証 {way.language} · {'日本' if way.language == 'ja' else 'Japan'} (JP)")
    await owner.page.fill("input[name=title]", "FY 2026")
    await opening.on("#main button.p")
    assert opening.count == 2, "a bounded room is granted in two clicks"

    sight = await look(verifier.number, "/", way)
    page, hand = sight.page, clicks(sight)
    await sight.picture(f"journey-verifier-first-{way}")
    await sight.sound()
    await hand.on("#main th a[href^='/rooms/']")  # what has to be done leads into the room
    for step in ("#main a[href*='/footprints/']:not(.btn)", "#main h2 a[href$='at=MODULE']", "#main h2 a[href$='at=CELL']"):
        await hand.on(step)
    assert "3 kWh × 0.5 kg CO₂e/kWh" in await page.inner_text("#main")
    async with page.expect_download() as download:
        hand.count += 1
        await page.click("#main a[download]")
    assert Path(await (await download.value).path()).read_bytes() == READING  # noqa: ASYNC240 — a file of a few bytes
    assert hand.count == 5, "from what has to be done to the meter's reading, one click a step"

    for kind, button in (("question", note("question")), ("finding", note("finding"))):
        asking = clicks(sight)
        await asking.on("#main details summary")
        await page.locator(f"#main form:has(input[value={kind}]) input[name=words]").first.fill(f"{kind}: どの計器ですか。")
        await asking.on(button)
        assert asking.count == 2
    replying = await look(maker.number, "/", way)
    answer = clicks(replying)
    await answer.on("#main a.btn[href^='/rooms/']")  # the question stands among what has to be done
    await answer.on("#main a[href*='/footprints/']:not(.btn)")
    for step in ("#main h2 a[href$='at=MODULE']", "#main h2 a[href$='at=CELL']"):
        await answer.on(step)
    await replying.page.fill("#main input[name=words]", "ホール2の計器です。")
    await answer.on(note("reply"))
    await page.reload()
    assert await page.input_value("select[name=conclusion]") == "", "nothing is proposed while a point is open"
    await sight.picture(f"journey-verifier-open-{way}")
    await sight.sound()
    await replying.sound()
    settling = clicks(sight)
    await settling.on(note("tick"))
    assert settling.count == 1
    signing = clicks(sight)
    await page.select_option("select[name=level]", "reasonable")
    await signing.on("#main form[action$='/opinions'] button")
    assert signing.count == 1
    assert await page.locator("#main a[href^='/opinions/']").count() == 1
    await sight.picture(f"journey-verifier-room-{way}")
    await sight.sound()
    assert (await verifier.get("/duties"))["items"] == []
    assert (await maker.get("/duties"))["items"] == []
