"""Due diligence by mouse: origins and a supplier's workbook, a finding handled, a grievance of somebody without an account; in both languages."""

import re
from collections.abc import Awaitable, Callable
from pathlib import Path

from tests.browser.furnished import Furnished
from tests.browser.looking import Sight, Way
from tests.world import PART_HEADER, workbook

Look = Callable[..., Awaitable[Sight]]
HEADINGS = ["Metal", "Smelter Name", "Smelter Country", "Smelter Identification"]


def emrt(folder: Path, number: str) -> Path:
    """A supplier's template with one smelter of this number."""
    declared = [["Company Name (*)", "Kamo"], ["Have you identified all of the smelters?", "Answer"], ["Cobalt", "Yes"]]
    path = folder / f"{number}.xlsx"
    path.write_bytes(workbook(**{"Declaration": declared, "Smelter List": [HEADINGS, ["Cobalt", "若狭製錬", "JP", number]]}))
    return path


async def test_a_material_is_stated_and_its_origins_are_taken_from_a_workbook(look: Look, furnished: Furnished, tmp_path: Path) -> None:
    supplier = furnished.people["supplier"]
    await supplier.import_tables(parts=[PART_HEADER, ["CO-1", "硫酸コバルト", "kg", "", "", "", ""]])
    part = await supplier.part_id("CO-1")
    sight = await look("supplier", f"/parts/{part}/diligence", Way("ja", "light", 1280))
    page = sight.page
    await page.get_by_text("材料を登録する").click()
    form = page.locator(f'form[action="/parts/{part}/contents"]')
    await form.locator('[name="material"]').select_option("cobalt")
    await form.locator('[name="mass_kg"]').fill("0.21")
    await form.get_by_role("button").click()
    await page.locator(f'a[href="/parts/{part}/minerals"]').click()
    for number, told in (("CID 32", "Smelter List!D2"), ("CID003255", "登録される原産地：1件")):
        await page.locator('input[type="file"]').set_input_files(emrt(tmp_path, number))
        await page.locator("#main button.p").click()
        assert told in await page.locator("#main").inner_text()
        assert await sight.violations() == []
        assert await sight.overflow() == []
        if number == "CID 32":
            await page.locator("#main a.btn.p").click()
    await page.locator("#main button.p").click()
    assert "若狭製錬" in await page.locator("section[aria-labelledby=held]").inner_text()
    assert [line["refiner_cid"] for line in (await supplier.get(f"/parts/{part}/materials"))["origins"]] == ["CID003255"]
    assert sight.trouble == []


async def test_a_finding_is_assessed_and_mitigated_until_it_is_closed(look: Look, furnished: Furnished) -> None:
    buyer = furnished.people["buyer"]
    found = {"kind": "finding", "category": "water", "severity": "high", "likelihood": "likely", "title": "Spill at the wash"}
    risk = (await buyer.post("/risks", found))["risk_id"]
    sight = await look("buyer", "/risks", Way("en", "dark", 360))
    await sight.page.get_by_role("link", name="Spill at the wash").first.click()
    for state, fields in (
        ("assessed", {"note": "Seen on site."}),
        ("mitigating", {"note": "Ordered.", "owner": "Head of site", "plan": "A second wall", "deadline": "2099-01-31"}),
        ("closed", {"note": "Measured again: clean."}),
    ):
        for name, words in fields.items():
            await sight.page.locator(f'[name="{name}"]').fill(words)
        await sight.page.locator(f'button[name="state"][value="{state}"]').click()
        await sight.page.get_by_text(fields["note"]).wait_for()
    assert (await buyer.get(f"/risks/{risk}"))["state"] == "closed"
    assert await sight.overflow() == []
    assert sight.trouble == []


async def test_somebody_without_an_account_complains_and_follows_by_the_code(look: Look, furnished: Furnished) -> None:
    supplier = furnished.people["supplier"]
    sight = await look("visitor", f"/grievances/new?company={supplier.number}", Way("ja", "light", 360))
    page, words = sight.page, "夜勤の換気が止まっています。"
    await page.locator('[name="category"]').select_option("health_and_safety")
    await page.locator('[name="words"]').fill(words)
    await page.locator("button.p").click()
    code = re.sub(r"\s", "", await page.locator(".code").inner_text())
    (filed,) = [each for each in await supplier.every("/received-grievances") if each["category"] == "health_and_safety"]
    step = {"state": "acknowledged", "words": "今夜、測定します。"}
    await supplier.post(f"/received-grievances/{filed['grievance_id']}/steps", step)
    await page.locator("a.btn.p").click()
    await page.locator('[name="code"]').fill(code.lower())
    await page.locator("button.p").click()
    told = await page.locator("body").inner_text()
    assert words in told
    assert step["words"] in told
    assert code not in page.url
    assert await sight.violations() == []
    assert sight.trouble == []
