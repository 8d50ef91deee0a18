"""Files through the page: result first, suggestions, good rows only, the marked workbook, two people at one file, the same file twice."""

import io
import json
import zipfile
from collections.abc import Callable
from typing import Any
from urllib.parse import urlencode
from xml.etree import ElementTree as ET

import httpx
from tests.web.browser import SITE, Browser, Page
from tests.world import FACTOR_HEADER, INVENTORY_HEADER, PART_HEADER, PASSWORD, Member, World, factor, workbook

from ashiato.plumbing.spreadsheet import read

Browse = Callable[..., Browser]
AS_BROWSERS = {"Origin": SITE, "Sec-Fetch-Site": "same-origin", "Referer": SITE, "Content-Type": "application/x-www-form-urlencoded"}


async def hand_in(browser: Browser, content: bytes, name: str = "book.xlsx", **headers: str) -> httpx.Response:
    """Sends the form with the file, and opens the page that it leads to."""
    said = {"Origin": SITE, "Sec-Fetch-Site": "same-origin", "Referer": SITE + browser.address} | headers
    answer = await browser.client.post("/imports", files={"file": (name, io.BytesIO(content))}, headers=said)
    if answer.status_code == 303:
        await browser.get(answer.headers["location"])
    return answer


def notes(book: bytes) -> tuple[dict[str, str], list[str]]:
    """The comments of a workbook's commented sheet by cell, and its cells that look different from the others."""
    main = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"
    with zipfile.ZipFile(io.BytesIO(book)) as archive:
        comments = ET.fromstring(archive.read("xl/comments1.xml")).iter(f"{main}comment")
        cells = ET.fromstring(archive.read("xl/worksheets/sheet1.xml")).iter(f"{main}c")
        return {one.get("ref", ""): "".join(one.itertext()) for one in comments}, [cell.get("r", "") for cell in cells if cell.get("s")]


def flawed(**more: Any) -> bytes:
    """Three parts, their factor and inventory, with a letter for a digit, a misspelled unit and a misspelled part."""
    return workbook(
        factors=[FACTOR_HEADER, factor("POWER", "0.5", "kg CO2e/kWh", basis="consumption_mix")],
        parts=[PART_HEADER, ["A-0771", "Cell", "kgs", "", "", "", ""], ["A-0772", "Pack", "kgg", "", "", "", ""]],
        inventory=[
            INVENTORY_HEADER,
            ["A-0771", "production", "power", "1,2O0", "kWh", "POWER", "own", "energy"],
            ["A-0O72", "production", "power", "3", "kWh", "POWER", "own", "energy"],
        ],
        **more,
    )


async def member_browser(world: World, browse: Browse, name: str) -> tuple[Member, Browser]:
    member = await world.company(name)
    browser = browse()
    await browser.log_in(member.email)
    return member, browser


async def test_suggestions_are_taken_with_one_click_and_everything_is_registered(world: World, browse: Browse) -> None:
    member, browser = await member_browser(world, browse, "Kamo Import")
    answer = await hand_in(browser, flawed())
    assert answer.status_code == 303
    text = browser.page.text
    assert "of 5 rows can be registered" in text
    assert "Nothing is saved yet" in text
    for told in ("inventory!D2", "1,2O0", "parts!C3", "kgg", "inventory!A3"):
        assert told in text
    assert (await member.get("/parts"))["items"] == [], "looking saves nothing"
    path = browser.address
    form = next(form for form in browser.page.forms if form.fields.get("way") == "suggestions")
    sent = await browser.send(form.action, form.fields)
    assert sent.status_code == 303
    await browser.get(sent.headers["location"])
    assert "5 of 5 rows are registered" in browser.page.text
    assert {part["part_number"] for part in (await member.get("/parts"))["items"]} == {"A-0771", "A-0772"}
    lines = (await member.get(f"/parts/{await member.part_id('A-0771')}/inventory"))["lines"]
    assert [line["amount"] for line in lines] == ["1200"]
    again = await browser.send(form.action, form.fields)
    assert again.status_code == 303, "the back button after sending: the same form has one effect"
    await browser.get(path)
    assert "are registered" in browser.page.text


async def test_the_same_file_twice_changes_nothing_and_says_so(world: World, browse: Browse) -> None:
    _, browser = await member_browser(world, browse, "Kamo Twice")
    content = workbook(parts=[PART_HEADER, ["P-1", "Cell", "kg", "", "", "", ""]])
    for round_ in range(2):
        await hand_in(browser, content)
        assert ("The very same file was registered before" in browser.page.text) == bool(round_)
        form = next(form for form in browser.page.forms if form.fields.get("way") == "all")
        await browser.get((await browser.send(form.action, form.fields)).headers["location"])
    assert "These 1 rows were registered before. Nothing has changed." in browser.page.text
    await browser.get("/imports")
    assert browser.page.text.count("book.xlsx") == 1, "what changed nothing is no history"


async def test_good_rows_alone_and_the_marked_workbook(world: World, browse: Browse) -> None:
    member, browser = await member_browser(world, browse, "Kamo Good")
    rows = [["P-1", "Cell", "kg", "", "", "", ""], ["00123", "", "kg", "1,5x", "", "", ""]]
    await hand_in(browser, workbook(parts=[PART_HEADER, *rows], mine=[["a note"]]), "部品.xlsx")
    assert "1 of 2 rows can be registered" in browser.page.text
    marked = await browser.client.get(f"{browser.address}/marked.xlsx")
    assert "%E9%83%A8%E5%93%81-marked.xlsx" in marked.headers["content-disposition"]
    (parts,) = [sheet for sheet in read(marked.content) if sheet.name == "parts"]
    assert parts.rows[2][0] == "00123", "no leading zero is lost"
    commented, coloured = notes(marked.content)
    assert set(commented) == set(coloured) == {"B3", "D3"}
    assert "not a number" in commented["D3"]
    assert "必須" in notes((await browser.client.get(f"{browser.address}/marked.xlsx?lang=ja")).content)[0]["B3"]
    form = next(form for form in browser.page.forms if form.fields.get("way") == "good")
    await browser.get((await browser.send(form.action, form.fields)).headers["location"])
    assert "1 of 2 rows are registered" in browser.page.text
    assert [part["part_number"] for part in (await member.get("/parts"))["items"]] == ["P-1"]


async def test_a_cell_is_mended_on_the_page(world: World, browse: Browse) -> None:
    _, browser = await member_browser(world, browse, "Kamo Mends")
    await hand_in(browser, workbook(parts=[PART_HEADER, ["P-1", "Cell", "kg", "", "", "", ""], ["P-2", "", "kg", "", "", "", ""]]))
    form = next(form for form in browser.page.forms if form.action.endswith("/corrections"))
    assert form.fields["cell"] == "parts!B3"
    answer = await browser.send(form.action, form.fields | {"value": "Module"})
    await browser.get(answer.headers["location"])
    assert "2 of 2 rows can be registered" in browser.page.text
    await browser.get("/imports")
    assert "book.xlsx" in browser.page.text, "the file waits for whoever goes on with it"


async def test_one_suggestion_is_taken_and_what_was_typed_elsewhere_is_kept(world: World, browse: Browse) -> None:
    _, browser = await member_browser(world, browse, "Kamo Takes")
    rows = [["P-1", "Cell", "kgg", "", "", "", ""], ["P-2", "Module", "kgg", "", "", "", ""], ["P-3", "", "kg", "", "", "", ""]]
    await hand_in(browser, workbook(parts=[PART_HEADER, *rows]))
    assert "Use kg (parts!C2)" in browser.page.text
    form = next(form for form in browser.page.forms if form.action.endswith("/corrections"))
    fields = {name: value for name, value in form.fields.items() if name not in ("cell", "value", "offered")}
    assert browser.response.text.count('name="offered" value="kg"') == 2
    cells = [("parts!C2", "kg", "kg"), ("parts!C3", "kg", "kg"), ("parts!B4", "Pack", "")]
    sent = [*fields.items(), *((name, each) for cell in cells for name, each in zip(("cell", "value", "offered"), cell, strict=True))]
    answer = await browser.client.post(form.action, content=urlencode([*sent, ("take", "parts!C2")]), headers=AS_BROWSERS)
    assert answer.status_code == 303
    await browser.get(answer.headers["location"])
    assert "2 of 3 rows can be registered" in browser.page.text
    assert "parts!C3" in browser.page.text, "the suggestion beside was not taken"
    assert "parts!B4" not in browser.page.text, "what was typed was"


async def test_the_second_of_two_people_is_told_who_was_faster_and_loses_nothing(world: World, browse: Browse) -> None:
    member, first = await member_browser(world, browse, "Kamo Pair")
    clerk = {"email": f"mei@{member.number}.test", "display_name": "Mei Clerk", "password": PASSWORD, "roles": ["clerk"]}
    await member.post("/people", clerk)
    second = browse("ja")
    await second.log_in(clerk["email"])
    await hand_in(first, workbook(parts=[PART_HEADER, ["P-1", "", "kg", "", "", "", ""], ["P-2", "", "kg", "", "", "", ""]]))
    await second.get(first.address)
    forms = [next(form for form in each.page.forms if form.action.endswith("/corrections")) for each in (second, first)]
    assert (await second.send(forms[0].action, forms[0].fields | {"cell": "parts!B2", "value": "Cell"})).status_code == 303
    late = await first.send(forms[1].action, forms[1].fields | {"cell": "parts!B3", "value": "My own words"})
    assert late.status_code == 409
    assert "Mei Clerk has corrected this file meanwhile" in late.text
    assert 'value="My own words"' in late.text, "what was typed is still there"
    assert "parts!B2" not in late.text, "and the colleague's correction counts"


async def test_what_is_no_table_is_told_before_it_is_kept(world: World, browse: Browse) -> None:
    _, browser = await member_browser(world, browse, "Kamo Junk")
    for content, words in ((b"\x00\x01\x02", "no workbook and no .csv"), (b"", "The file is empty")):
        answer = await hand_in(browser, content, "junk.bin")
        assert answer.status_code == 422
        assert words in answer.text
    await browser.get("/imports")
    assert "Files that wait" not in browser.page.text


async def test_another_companys_file_is_as_absent_as_none(world: World, browse: Browse) -> None:
    _, browser = await member_browser(world, browse, "Kamo Own")
    await hand_in(browser, flawed())
    path = browser.address
    _, rival = await member_browser(world, browse, "Rival Own")
    theirs, none = await rival.client.get(path), await rival.client.get("/imports/00000000-0000-4000-8000-000000000000")
    assert theirs.status_code == none.status_code == 404
    assert (await rival.client.get(f"{path}/marked.xlsx")).status_code == 404


async def test_a_script_is_told_where_the_file_waits_and_that_nobody_is_logged_in(world: World, browse: Browse) -> None:
    _, browser = await member_browser(world, browse, "Kamo Script")
    answer = await hand_in(browser, flawed(), Accept="application/x-ndjson")
    assert answer.status_code == 200
    last = json.loads(answer.text.splitlines()[-1])
    assert (await browser.client.get(last["address"])).status_code == 200
    unread = await hand_in(browser, b"PK, and no workbook", Accept="application/x-ndjson")
    assert json.loads(unread.text.splitlines()[-1]) == {"status": 422}
    stranger = browse()
    refused = await stranger.client.post("/imports", files={"file": ("a.csv", b"x")}, headers={"Origin": SITE, "Accept": "application/x-ndjson"})
    assert refused.status_code == 401


async def test_of_ten_thousand_bad_rows_the_page_says_what_recurs_and_how_often(world: World, browse: Browse) -> None:
    _, browser = await member_browser(world, browse, "Kamo Flood")
    rows = "\n".join(f"FLOOD-{number},,kgg" if number % 4 == 0 else f"FLOOD-{number},Part,kgg" for number in range(10_000))
    await hand_in(browser, f"Part number,Part name,Declared unit\n{rows}".encode(), name="flood.csv")
    text = " ".join(browser.page.text.split())
    assert "Declared unit 10,000 “kgg” is not a known unit." in text
    assert "Part name 2,500 Something must be written here." in text
    assert text.index("10,000") < text.index("2,500"), "the most frequent first"
    assert len(browser.page.html) < 200_000


async def test_what_can_be_done_stands_before_a_hundred_fields_and_below_a_few(world: World, browse: Browse) -> None:
    _, browser = await member_browser(world, browse, "Kamo Keys")
    for rows, above in ((3, False), (120, True)):
        bad = "\n".join(f"K-{number},Part,kgg" for number in range(rows))
        await hand_in(browser, f"Part number,Part name,Declared unit\nGOOD,Part,kg\n{bad}".encode(), name=f"{rows}.csv")
        html = browser.page.html
        assert (html.index('value="good"') < html.index('name="value"')) == above
        assert browser.page.flaws == []


async def test_a_large_file_that_waits_is_read_behind_a_page_that_says_so(world: World, browse: Browse) -> None:
    _, browser = await member_browser(world, browse, "Kamo Large")
    rows = "\n".join(f"LARGE-{number},A part with a name of some length,kg" for number in range(15_000))
    answer = await hand_in(browser, f"Part number,Part name,Declared unit\n{rows}".encode(), name="large.csv")
    assert "rows can be registered" not in browser.page.text
    whole = next(link for link in browser.page.links if link.startswith(browser.address) and "whole" in link)
    assert f"0; url={whole}" in browser.page.html, "without a script it leads on by itself"
    told = await browser.client.get(whole, headers={"Accept": "application/x-ndjson"})
    *lines, last = [json.loads(line) for line in told.text.splitlines()]
    assert {"reading", "checking"} >= {line["stage"] for line in lines}
    assert last["status"] == 200
    await browser.get(whole)
    assert "15000 of 15000 rows can be registered" in browser.page.text.replace(",", "")
    assert browser.page.text.split("Nothing is saved")[0].split()[-8:] == Page(last["page"]).text.split("Nothing is saved")[0].split()[-8:]
    form = next(form for form in browser.page.forms if form.fields.get("way") == "all")
    await browser.get((await browser.send(form.action, form.fields)).headers["location"])
    assert "are registered" in browser.page.text, "what came of it is shown at once"
    stranger = browse()
    assert (await stranger.client.get(answer.headers["location"], headers={"Accept": "application/x-ndjson"})).status_code == 401


async def test_registering_is_told_row_by_row_and_the_form_that_follows_leads_on_without_doing_it_twice(world: World, browse: Browse) -> None:
    member, browser = await member_browser(world, browse, "Kamo Counted")
    rows = "\n".join(f"COUNTED-{number},Part,kg" for number in range(20_000))
    await hand_in(browser, f"Part number,Part name,Declared unit\n{rows}".encode(), name="many.csv")
    form = next(form for form in browser.page.forms if form.fields.get("way") == "all")
    told = await browser.send(form.action, form.fields, Accept="application/x-ndjson")
    *lines, last = [json.loads(line) for line in told.text.splitlines()]
    assert last == {"status": 303, "address": browser.address}
    assert {"registering"} <= {line["stage"] for line in lines} <= {"reading", "checking", "registering"}
    assert all(0 <= line["done"] <= line["whole"] for line in lines)
    assert max(line["done"] for line in lines if line["stage"] == "registering") > 0
    assert (await browser.send(form.action, form.fields)).status_code == 303
    await browser.get(browser.address)
    assert "20000 of 20000 rows are registered" in browser.page.text.replace(",", "")
    assert len((await member.get("/imports"))["items"]) == 1
