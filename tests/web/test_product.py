"""From a product's page: whom to ask next, its tables as files, its structure level by level, what two versions differ in, receipts."""

import csv
import io
import re
from collections.abc import Callable
from decimal import Decimal

import psycopg
from tests.web.browser import Browser, Page
from tests.web.chain import cell_maker, pack_maker
from tests.world import INVENTORY_HEADER, METHOD, PART_HEADER, STRUCTURE_HEADER, World

from ashiato import verifier, worker
from ashiato.plumbing import spreadsheet

Browse = Callable[..., Browser]


async def test_from_the_figure_to_a_sent_request_in_two_clicks(world: World, browse: Browse) -> None:
    cells = await cell_maker(world)
    packs = await pack_maker(world, cells)
    await packs.compute("PACK-1")
    path, bought = f"/parts/{await packs.part_id('PACK-1')}", await packs.part_id("CELL-B")
    browser = browse()
    await browser.log_in(packs.email)
    await browser.get(path)
    assert "Ask suppliers for their own data (1)" in browser.page.text
    assert f"Cell, bought CELL-B {cells.name} 87.4 %" in browser.page.text, "whom to ask has a name"
    assert browser.page.form(f"{path}/ask").fields == {"part": bought}, "what is proposed is chosen already"
    await browser.get(f"{path}/ask?part={bought}")
    assert f"Cell, bought CELL-B {cells.name} CELL-1 Carbon footprint per kg" in browser.page.text
    await browser.submit(f"{path}/ask", message="please by autumn")
    assert browser.address == path
    assert "average, not asked" not in browser.page.text
    (received,) = (await cells.get("/requests", params={"direction": "received"}))["items"]
    assert received["message"] == "please by autumn"
    await browser.get(f"{path}/ask?part={bought}")
    assert "asked, no answer yet" in browser.page.text
    assert [form.method for form in browser.page.forms if form.action == f"{path}/ask"] == [], "nobody is asked twice"


async def test_a_long_inventory_is_folded_and_credits_are_explained(world: World, browse: Browse) -> None:
    packs = await pack_maker(world)
    names = [f"step {place}" for place in range(13)]
    await packs.import_tables(
        parts=[PART_HEADER, ["LONG", "Long", "kg", "", "", "", ""]],
        inventory=[
            INVENTORY_HEADER,
            *(["LONG", "production", name, "1", "kg", "AL", "own", "input"] for name in names),
            ["LONG", "end_of_life", "recovered aluminium", "-0.5", "kg", "AL", "own", "credit"],
        ],
    )
    await packs.compute("LONG")
    browser = browse()
    await browser.log_in(packs.email)
    await browser.get(f"/parts/{await packs.part_id('LONG')}")
    assert "14 lines" in browser.page.text
    assert "What is credited stands with a minus." in browser.page.text
    assert "What is taken off, such as credits, is dashed" in browser.page.text
    html = browser.response.text
    (row,) = [line for line in html.splitlines() if 'data-credit="1"' in line]
    assert '<th scope="row">recovered aluminium</th>' in row, "beside the aluminium of the same factor that emits"
    assert '<td class="n">-5</td>' in row
    assert html.count("<line y1") == 2, "of the contributions and of the stages one is striped"
    assert "step 1 LONG own own activity" in browser.page.text, "a tier is told in words"
    await browser.get(f"/parts/{await packs.part_id('PACK-1')}")
    assert " lines" not in browser.page.text
    assert "What is credited" not in browser.page.text
    assert "is dashed" not in browser.page.text
    assert "<line y1" not in browser.response.text


async def test_what_is_anothers_or_made_is_not_asked_about(world: World, browse: Browse) -> None:
    packs = await pack_maker(world)
    other = await pack_maker(world, name="Mino Packs")
    path = f"/parts/{await packs.part_id('PACK-1')}"
    browser = browse()
    await browser.log_in(packs.email)
    await browser.get(f"{path}/ask?part={await other.part_id('CELL-B')}&part={await packs.part_id('PACK-1')}")
    assert "Nothing is chosen." in browser.page.text
    for place in (f"{path}/difference?earlier={{0}}&later={{0}}", f"{path}?footprint={{0}}"):
        theirs = await other.compute("PACK-1")
        assert (await browser.get(place.format(theirs["footprint_id"]))).status_code == 404
    for place in ("structure", "components", "flows.csv", "ask?part="):
        assert (await browser.get(f"/parts/{await other.part_id('PACK-1')}/{place}")).status_code in (404, 422), place


async def test_tables_of_the_page_are_files_with_the_same_figures(world: World, browse: Browse) -> None:
    packs = await pack_maker(world)
    await packs.compute("PACK-1")
    path = f"/parts/{await packs.part_id('PACK-1')}"
    browser = browse("ja")
    await browser.log_in(packs.email)
    shown = (await browser.get(path)).text
    for name in ("flows", "contribution", "stages", "gaps"):
        answer = await browser.get(f"{path}/{name}.csv")
        rows = list(csv.reader(io.StringIO(answer.content.decode("utf-8-sig"))))
        (sheet,) = spreadsheet.read((await browser.get(f"{path}/{name}.xlsx")).content)
        assert len(rows) == len(sheet.rows) > (1 if name == "gaps" else 2)
        assert rows[0] == sheet.rows[0]
        assert all(row[0] in shown for row in rows[1:]), "what is in the file is on the page"
    flows = list(csv.reader(io.StringIO((await browser.get(f"{path}/flows.csv")).content.decode("utf-8-sig"))))
    assert [row[:2] for row in flows[1:]] == [
        ["その他（1 件）", "Traction battery"],
        ["housing", "Traction battery"],
        ["Cell, bought", "Traction battery"],
    ]
    assert sum(Decimal(row[2]) for row in flows[1:]) == Decimal("18.3")
    assert sum(Decimal(row[3]) for row in flows[1:]).quantize(Decimal("1e-9")) == 1


async def test_the_structure_opens_level_by_level_and_is_searched(world: World, browse: Browse) -> None:
    packs = await pack_maker(world)
    await packs.import_tables(
        parts=[PART_HEADER, ["MOD-1", "Module", "kg", "", "", "", ""], *([f"SCREW-{n:03}", "Screw", "kg", "", "", "", ""] for n in range(120))],
        structure=[STRUCTURE_HEADER, ["PACK-1", "MOD-1", "1", "kg"], *(["MOD-1", f"SCREW-{n:03}", "0.001", "kg"] for n in range(120))],
    )
    top, module = await packs.part_id("PACK-1"), await packs.part_id("MOD-1")
    browser = browse()
    await browser.log_in(packs.email)
    await browser.get(f"/parts/{top}")
    assert "1 kg Module MOD-1 · made · 120 components" in browser.page.text
    assert "SCREW-" not in browser.page.text, "nothing below the first level is loaded"
    assert f"/parts/{module}/structure" in browser.page.links, "without a script, its components are a page"
    piece = await browser.get(f"/parts/{module}/components?depth=2")
    assert "<html" not in piece.text
    assert Page(piece.text).flaws == []
    assert piece.text.count("SCREW-") == 102, "a hundred, and where the next begin"
    rest = await browser.get(f"/parts/{module}/structure?after=SCREW-099")
    assert rest.text.count("SCREW-1") == 20
    await browser.get(f"/parts/{top}/structure?find=screw-11")
    assert "Screw SCREW-110" in browser.page.text
    assert "Screw SCREW-120" not in browser.page.text
    assert f"/parts/{module}/structure" in browser.page.links, "what it goes into"
    await browser.get(f"/parts/{top}/structure?find=%EF%BC%B3%EF%BC%A3%EF%BC%B2%EF%BC%A5%EF%BC%B7-11")
    assert "Screw SCREW-110" in browser.page.text, "full-width letters are letters"
    await browser.get(f"/parts/{top}/structure?find=100%25")
    assert "No part with these words goes into it." in browser.page.text, "a percent sign is a percent sign"


async def test_a_page_tells_the_same_from_the_package_as_from_what_is_kept_beside_it(world: World, browse: Browse, owner_url: str) -> None:
    cells = await cell_maker(world)
    packs = await pack_maker(world, cells)
    computed = await packs.compute("PACK-1")
    path = f"/parts/{await packs.part_id('PACK-1')}"
    browser = browse()
    await browser.log_in(packs.email)
    kept = [(await browser.get(f"{path}{rest}")).text for rest in ("", "/flows.csv", "/contribution.csv")]
    assert kept[0].count("data-weight") > 1
    for left in (None, '{"of":"another version"}'):
        with psycopg.connect(owner_url, options="-c search_path=ashiato") as owner:
            owner.execute("ALTER TABLE footprint NO FORCE ROW LEVEL SECURITY")
            changed = owner.execute("UPDATE footprint SET breakdown = %s WHERE footprint_id = %s", [left, computed["footprint_id"]])
            owner.execute("ALTER TABLE footprint FORCE ROW LEVEL SECURITY")
        assert changed.rowcount == 1
        again = [(await browser.get(f"{path}{rest}")).text for rest in ("", "/flows.csv", "/contribution.csv")]
        assert [_once(text) for text in again] == [_once(text) for text in kept]


def _once(page: str) -> str:
    """A page without what is fresh in each: keys against sending twice."""
    return re.sub(r'name="once" value="[^"]+"', "", page)


async def test_two_versions_differ_in_what_was_changed(world: World, browse: Browse) -> None:
    packs = await pack_maker(world)
    first = await packs.compute("PACK-1")
    await packs.import_tables(inventory=[INVENTORY_HEADER, ["PACK-1", "production", "electricity", "2", "kWh", "ELEC", "own", "energy"],
                                         ["PACK-1", "production", "housing", "0.2", "kg", "AL", "own", "input"]])  # fmt: skip
    second = await packs.compute("PACK-1")
    path = f"/parts/{await packs.part_id('PACK-1')}"
    browser = browse()
    await browser.log_in(packs.email)
    await browser.get(path)
    await browser.get(f"{path}/difference?earlier={first['footprint_id']}&later={second['footprint_id']}")
    text = browser.page.text
    assert browser.page.flaws == []
    assert "Traction battery PACK-1 electricity amount: 3 kWh → 2 kWh 0.3 0.2 -0.1 (-33.3 %)" in text
    assert "housing" not in text, "what did not change is not told"
    assert "Total 18.3 18.2 -0.1" in text
    answer = await browser.get(f"{path}/difference.csv?earlier={first['footprint_id']}&later={second['footprint_id']}")
    assert "3 kWh → 2 kWh" in answer.content.decode("utf-8-sig")


async def test_where_only_the_period_changed_it_says_so(world: World, browse: Browse) -> None:
    packs = await pack_maker(world, name="Hikari Periods")
    first, part_id = await packs.compute("PACK-1"), await packs.part_id("PACK-1")
    later = {"method": METHOD, "period_start": "2025-01-01", "period_end": "2025-12-31"}
    second = await packs.post(f"/parts/{part_id}/footprints", later)
    browser = browse()
    await browser.log_in(packs.email)
    query = f"earlier={first['footprint_id']}&later={second['footprint_id']}"
    await browser.get(f"/parts/{part_id}/difference?{query}")
    told = "The period changed: 1 Apr 2025 – 31 Mar 2026 → 1 Jan 2025 – 31 Dec 2025"
    assert told in browser.page.text
    assert "No input changed." in browser.page.text
    rows = list(csv.reader(io.StringIO((await browser.get(f"/parts/{part_id}/difference.csv?{query}")).content.decode("utf-8-sig"))))
    assert rows[1][:3] == ["PACK-1", "", "The period changed: 2025-04-01/2026-03-31 → 2025-01-01/2025-12-31"]
    await browser.get(f"/parts/{part_id}/difference?earlier={first['footprint_id']}&later={first['footprint_id']}")
    assert "The period changed" not in browser.page.text


async def test_a_figures_receipt_leads_to_what_proves_it(world: World, browse: Browse) -> None:
    packs = await pack_maker(world)
    await packs.compute("PACK-1")
    browser = browse()
    await browser.log_in(packs.email)
    await browser.get(f"/parts/{await packs.part_id('PACK-1')}")
    (receipt,) = [link for link in browser.page.links if link.startswith("/receipts/")]
    assert "receipt, not in the log yet" in browser.page.text
    while await worker.follow_once(world.tools.works, world.tools.log_key):
        pass
    await browser.get(f"/parts/{await packs.part_id('PACK-1')}")
    assert "receipt no. " in browser.page.text
    await browser.get(receipt)
    assert f"{packs.name} computed a footprint." in browser.page.text
    assert "Hash of the leaf" in browser.page.text
    content = (await browser.get(f"{receipt}.json")).json()
    assert verifier.verify_bundle(content, verifier.Trust((world.tools.log_key.verifier_key,))) == [], "what proves it holds without any server"
    stranger = await pack_maker(world, name="Mino Packs")
    other = browse()
    await other.log_in(stranger.email)
    assert (await other.get(receipt)).status_code == 404
