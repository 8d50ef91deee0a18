"""Lists: what narrows them stands in their address, they go on where they ended, and a file holds what the screen shows."""

import csv
import io
from collections.abc import Callable

import pytest
from tests.web.browser import Browser
from tests.web.chain import cell_maker, due, pack_maker
from tests.world import PART_HEADER, STRUCTURE_HEADER, Member, World, fresh_corporate_number

from ashiato.plumbing.spreadsheet import read

Browse = Callable[..., Browser]
NAMES = ["角形セル １号", "Cathode Ａ", "anode foil", "=SUM(1)"]


def rows(browser: Browser) -> list[list[str]]:
    """The cells of a .csv file."""
    assert browser.response.headers["content-type"] == "text/csv; charset=utf-8"
    assert browser.response.content.startswith(b"\xef\xbb\xbf"), "Excel knows it as UTF-8"
    return list(csv.reader(io.StringIO(browser.response.content.decode("utf-8-sig"))))


def numbers(browser: Browser) -> set[str]:
    """The part numbers on the page."""
    return {word for word in browser.page.text.split() if word.startswith("P-")}


def onward(browser: Browser) -> str | None:
    """Where the list goes on."""
    return next((link for link in browser.page.links if "after=" in link and "lang=" not in link and "theme=" not in link), None)


@pytest.fixture(scope="module")
async def many(world: World) -> Member:
    """A company with 120 parts, half of them bought; the first four have names of their own."""
    member = await world.company("Many Parts")
    number = fresh_corporate_number()
    lines = [
        [f"P-{place:03}", NAMES[place] if place < len(NAMES) else f"Part {place}", "kg", "", number if place % 2 else "", "", ""]
        for place in range(120)
    ]
    await member.import_tables(parts=[PART_HEADER, *lines])
    return member


async def test_a_list_goes_on_where_it_ended_and_begins_again(many: Member, browse: Browse) -> None:
    browser = browse()
    await browser.log_in(many.email)
    await browser.get("/parts")
    assert browser.page.flaws == []
    assert len(numbers(browser)) == 50
    await browser.get(onward(browser))
    assert "P-050" in browser.page.text
    assert "P-049" not in browser.page.text
    assert "/parts" in browser.page.links, "back to the first page"
    await browser.get(onward(browser))
    assert len(numbers(browser)) == 20
    assert onward(browser) is None
    await browser.get("/parts?sort=-number")
    assert browser.page.text.index("P-119") < browser.page.text.index("P-118")
    await browser.get(onward(browser))
    assert "P-069" in browser.page.text
    assert "P-070" not in browser.page.text


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("q=セル", {"P-000"}), ("q=1号", {"P-000"}), ("q=%EF%BC%91号", {"P-000"}), ("q=cathode a", {"P-001"}), ("q=ANODE", {"P-002"}), ("q=p-11", {f"P-11{last}" for last in range(10)}),
        ("q=%25", set()), ("q=_", set()), ("numbers=P-007%0D%0AP-003%09P-007%0Anothing", {"P-003", "P-007"}), ("numbers=P-007%0AP-004&sourcing=made", {"P-004"}),
        ("supplier=7000012050002", set()),
    ],
)  # fmt: skip
async def test_what_narrows_a_list(many: Member, browse: Browse, query: str, found: set[str]) -> None:
    browser = browse()
    await browser.log_in(many.email)
    await browser.get(f"/parts.csv?{query}")
    assert {line[1] for line in rows(browser)[1:]} == found
    await browser.get(f"/parts?{query}")
    assert browser.page.flaws == []
    assert ("Nothing matches." in browser.page.text) == (not found)


async def test_a_file_holds_what_the_screen_shows(many: Member, browse: Browse) -> None:
    browser = browse("ja")
    await browser.log_in(many.email)
    await browser.get("/parts?sourcing=bought&sort=-number")
    shown = [cell for cell in browser.page.text.split() if cell.startswith("P-")]
    links = browser.page.links
    await browser.get(next(link for link in links if link.startswith("/parts.csv")))
    lines = rows(browser)
    assert [line[1] for line in lines[1:51]] == shown
    assert len(lines) == 61, "and all that follows"
    assert lines[0][:2] == ["品名", "部品番号"]
    await browser.get(next(link for link in links if link.startswith("/parts.xlsx")))
    (sheet,) = read(browser.response.content)
    assert [row[1] for row in sheet.rows] == [row[1] for row in lines]
    assert sheet.rows[-2][0] == "=SUM(1)", "text is text"
    assert lines[-2][0] == "'=SUM(1)"


@pytest.mark.parametrize(
    "path",
    ["/parts?sourcing=stolen", "/parts?method=none", "/requests?after=x", "/requests?state=x", "/parts?numbers=" + "%0A".join(map(str, range(501)))],
)
async def test_what_no_list_understands_is_refused_as_a_page(many: Member, browse: Browse, path: str) -> None:
    browser = browse()
    await browser.log_in(many.email)
    assert (await browser.get(path)).status_code == 422
    assert browser.page.flaws == []


async def test_500_pasted_numbers_fit_into_an_address(many: Member, browse: Browse) -> None:
    browser = browse()
    await browser.log_in(many.email)
    pasted = "%0D%0A".join(["P-001", *(f"X-{number:030}" for number in range(499))])
    assert (await browser.get(f"/parts?numbers={pasted}")).status_code == 200
    assert "P-001" in browser.page.text


async def test_requests_stand_in_the_order_of_their_due_dates(world: World, browse: Browse) -> None:
    cells = await cell_maker(world)
    buyers = [await pack_maker(world, cells, f"Buyer {letter}") for letter in "ABC"]
    asked = [await buyer.ask("CELL-B", **due(days)) for buyer, days in zip(buyers, (9, -2, 4), strict=True)]
    await cells.post(f"/requests/{asked[2]['request_id']}/rejection", {"reason": "Ask <others>"})
    browser = browse()
    await browser.log_in(cells.email)
    await browser.get("/requests")
    text = browser.page.text
    assert browser.page.flaws == []
    assert text.index("Buyer B") < text.index("Buyer C") < text.index("Buyer A")
    assert "Ask <others>" in text
    assert text.count("Cell, bought Carbon footprint") == 3, "what is asked for is told beside what of"
    for query, names in (
        ("state=open", {"A", "B"}), ("late=1", {"B"}), ("state=rejected&late=1", set()), ("q=buyer a", {"A"}), ("q=ｃｅｌｌ－1", {"A", "B", "C"}), ("side=sent", set()),
        (f"numbers={asked[0]['request_id']}%0A{asked[1]['request_id']}", {"A", "B"}), ("numbers=CELL-1", {"A", "B", "C"}), ("numbers=CELL", set()),
        (f"partner={buyers[2].company_id}", {"C"}), ("sort=-due", {"A", "B", "C"}),
    ):  # fmt: skip
        await browser.get(f"/requests.csv?{query}")
        assert {line[2][-1] for line in rows(browser)[1:]} == names, query
    assert [line[2][-1] for line in rows(browser)[1:]] == ["A", "C", "B"]
    sender = browse()
    await sender.log_in(buyers[0].email)
    await sender.get("/requests?side=sent")
    assert sender.page.text.count("Kamo Cells") == 1
    await sender.get("/requests")
    assert "Nobody has asked you yet." in sender.page.text


async def test_a_list_of_requests_goes_on_where_it_ended(world: World, browse: Browse) -> None:
    packs = await world.company("Buyer of much")
    cells = await cell_maker(world)
    lines = [[f"B-{place:03}", "Cell", "kg", "", cells.number, f"S-{place:03}", ""] for place in range(55)]
    await packs.import_tables(parts=[PART_HEADER, *lines])
    for place in range(55):
        await packs.ask(f"B-{place:03}", **due(7 - place % 5))
    browser = browse()
    await browser.log_in(cells.email)
    await browser.get("/requests")
    first = {word for word in browser.page.text.split() if word.startswith("S-")}
    await browser.get(onward(browser))
    rest = {word for word in browser.page.text.split() if word.startswith("S-")}
    assert len(first) == 50
    assert len(rest) == 5
    assert not first & rest


async def test_the_first_page_of_a_large_house_shows_its_products_and_leads_to_the_list(world: World, browse: Browse) -> None:
    maker = await world.company("Large House")
    lines = [[f"L-{place:03}", f"Part {place}", "kg", "", "", "", ""] for place in range(230)]
    links = [["L-000", f"L-{place:03}", "1", "kg"] for place in range(1, 228)]
    await maker.import_tables(parts=[PART_HEADER, *lines], structure=[STRUCTURE_HEADER, *links])
    browser = browse()
    await browser.log_in(maker.email)
    await browser.get("/")
    shown = {word for word in browser.page.text.split() if word.startswith("L-")}
    assert shown == {"L-000", "L-228", "L-229"}
    assert browser.page.flaws == []
    assert "parts in all" not in browser.page.text


async def test_a_list_is_kept_as_a_view_found_again_and_forgotten(many: Member, browse: Browse) -> None:
    browser = browse("ja")
    await browser.log_in(many.email)
    await browser.get("/parts")
    assert not [form for form in browser.page.forms if form.action == "/views"], "nothing is narrowed yet"
    await browser.get("/parts?q=セル&sourcing=made")
    await browser.submit("/views", name="自社のセル")
    assert browser.response.url.path == "/parts"
    assert "P-000" in browser.page.text
    assert "P-001" not in browser.page.text, "the list is as it was"
    await browser.get("/requests")
    assert "自社のセル" not in browser.page.text, "it is a view of another list"
    await browser.get("/search")
    link = next(link for link in browser.page.links if link.startswith("/parts?"))
    await browser.get("/search/found?q=自社の")
    assert link in browser.page.links
    await browser.get(link)
    assert browser.page.flaws == []
    assert "P-000" in browser.page.text
    removal = next(form.action for form in browser.page.forms if form.action.endswith("/removal"))
    await browser.submit(removal)
    assert "自社のセル" not in browser.page.text
    assert "P-000" in browser.page.text


async def test_every_other_list_is_a_file_too(world: World, browse: Browse) -> None:
    packs = await pack_maker(world, name="Hikari Files")
    verifier, computed = await world.company("Hikari Files Assurance", "verifier"), await packs.compute("PACK-1")
    risk = {
        "kind": "finding",
        "category": "water",
        "severity": "high",
        "likelihood": "likely",
        "title": "Spill",
        "description": "At the =river",
        "material": "cobalt",
    }
    await packs.post("/risks", risk | {"part_id": await packs.part_id("PACK-1")})
    await packs.post("/evidence", files={"file": ("meter.txt", b"3 kWh")})
    await packs.post("/support-requests", {"subject": "A file is refused", "words": "Which?"})
    await packs.post(
        "/rooms", {"verifier": verifier.number, "title": "FY 2025", "footprints": [computed["footprint_id"]], "until": due(30)["due_at"]}
    )
    browser = browse()
    await browser.log_in(packs.email)
    for path, told in (
        ("/risks", "Spill"), ("/evidence", "meter.txt"), ("/support", "A file is refused"), ("/rooms", "FY 2025"), ("/imports", "book"),
    ):  # fmt: skip
        await browser.get(path)
        links = [link for link in browser.page.links if link.startswith(f"{path}.")]
        assert [link.removeprefix(f"{path}.").partition("?")[0] for link in links] == ["csv", "xlsx"]
        shown = browser.page.text
        await browser.get(links[0])
        (heading, first, *_) = lines = rows(browser)
        assert told in first[0]
        assert first[0] in shown
        assert len(heading) == len(first) == len(set(heading))
        (sheet,) = read((await browser.get(links[1])).content)
        assert [line[0] for line in sheet.rows] == [line[0] for line in lines]
    await browser.get("/risks.csv?lang=ja")
    heading, entry = rows(browser)
    said = dict(zip(heading, entry, strict=True))
    assert (said["件名"], said["重み"], said["部品"], said["説明"]) == ("Spill", "9", "PACK-1", "At the =river")
    await browser.get("/risks.csv?state=closed")
    assert len(rows(browser)) == 1, "the file is narrowed as the page is"
    for path in ("/grievances.csv", "/consents.csv", "/exchange/arrived.csv", "/exchange/deliveries.csv"):
        await browser.get(path)
        assert len(rows(browser)) == 1, path
    assert (await browser.get("/companies.csv")).status_code == 403
    operator = browse()
    await operator.log_in(world.operator.email)
    await operator.get("/?state=admitted")
    await operator.get(next(link for link in operator.page.links if link.startswith("/companies.csv")))
    assert [packs.name, "Member", "Admitted", "JP", packs.number] in [line[:5] for line in rows(operator)]
    await operator.get("/support.csv")
    assert ["A file is refused", packs.name] in [line[:2] for line in rows(operator)]
