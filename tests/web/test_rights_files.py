"""Due diligence as files: a minerals template dropped anywhere, given back marked; evidence for customs; long lists."""

import io
import json
import re
import zipfile
from collections.abc import Callable

from tests.chain_world import assessed, chain
from tests.web.browser import SITE, Browser
from tests.web.test_rights import at, emrt, handed
from tests.world import PART_HEADER, World, workbook

from ashiato.plumbing import spreadsheet
from ashiato.web import lists

Browse = Callable[..., Browser]


async def test_a_minerals_template_that_is_handed_in_anywhere_leads_to_its_product(world: World, browse: Browse) -> None:
    member = await world.company("Dropping Works")
    await member.import_tables(parts=[PART_HEADER, *[[number, "Sulfate", "kg", "", "", "", ""] for number in ("SULFATE", "OTHER")]])
    browser = await at(browse, member, "/imports", "ja")
    said = {"Origin": SITE, "Sec-Fetch-Site": "same-origin", "Referer": f"{SITE}/parts"}

    async def dropped(**sheets: list[list[str]]) -> str:
        """Where a page's script is told to go with a workbook that was dropped on it."""
        told = workbook(**{"Declaration": [["Extended Minerals Reporting Template"]], "Smelter List": [["x"]], **sheets})
        answer = await browser.client.post("/imports", files={"file": ("emrt.xlsx", told)}, headers=said | {"Accept": "application/x-ndjson"})
        return str(json.loads(answer.text.splitlines()[-1])["address"])

    part = await member.part_id("SULFATE")
    listed = [["Manufacturer's Product Number (*)", "Manufacturer's Product Name"], ["SULFATE", "Sulfate"]]
    assert await dropped(**{"Product List": [["List"], *listed]}) == f"/parts/{part}/minerals?led=yes"
    await browser.get(f"/parts/{part}/minerals?led=yes")
    assert "鉱物報告テンプレート（EMRT・CMRT）のファイルです" in browser.page.text
    for sheets in ({}, {"Product List": [*listed, ["OTHER", "Sulfate"]]}, {"Product List": [listed[0], ["UNKNOWN", ""]]}):
        assert await dropped(**sheets) == "/chains?led=yes"
    await browser.get("/chains?led=yes")
    assert f"/parts/{part}/minerals?led=yes" in browser.page.links
    await browser.get("/imports")
    assert "emrt.xlsx" not in browser.page.text, "it waits nowhere"


async def test_a_minerals_template_comes_back_with_its_bad_cells_marked(world: World, browse: Browse) -> None:
    member = await world.company("Marking Works")
    await member.import_tables(parts=[PART_HEADER, ["SULFATE", "Sulfate", "kg", "", "", "", ""]])
    path = f"/parts/{await member.part_id('SULFATE')}/minerals"
    browser = await at(browse, member, path, "ja")
    bad = emrt(["Cobalt", "Wakasa", "JP", "CID 3255", "Mutanda", "CD"])
    await handed(browser, path, bad, marked="yes")
    assert browser.response.headers["content-disposition"].endswith("emrt-marked.xlsx")
    sheets = {sheet.name: sheet.rows for sheet in spreadsheet.read(browser.response.content)}
    assert sheets["Smelter List"][1][:4] == ["Cobalt", "Wakasa", "JP", "CID 3255"], "nothing of it is changed"
    with zipfile.ZipFile(io.BytesIO(browser.response.content)) as book:
        (comments,) = [book.read(name).decode() for name in book.namelist() if "comments" in name]
    assert re.findall(r'<comment ref="(\w+)"', comments) == ["D2"]
    assert "CIDと6桁の数字" in comments
    await handed(browser, path, workbook(Notes=[["x"]]), marked="yes")
    with zipfile.ZipFile(io.BytesIO(browser.response.content)) as book:
        names = book.read("xl/workbook.xml").decode()
    assert "Smelter List" in names, "a sheet that is missing is told where it would be"


async def test_evidence_for_customs_is_signed_and_saved_on_a_page(world: World, browse: Browse) -> None:
    built = await chain(world)
    packs = built.packs
    paper = (await packs.call("POST", "/evidence", files={"file": ("bill.txt", b"Bill of lading")})).json()["evidence_id"]
    left = (await packs.call("POST", "/evidence", files={"file": ("other.txt", b"Other")})).json()["evidence_id"]
    path = f"/parts/{await packs.part_id('PACK')}/evidence-bundle"
    browser = await at(browse, packs, path, "ja")
    assert "bill.txt" in browser.page.text
    chosen = {"paper": [paper, left], "kind": ["transport", ""], "about": ["CELL", "PACK"]}
    answer = await browser.client.post(path, data=chosen, headers={"Origin": SITE, "Sec-Fetch-Site": "same-origin"})
    with zipfile.ZipFile(io.BytesIO(answer.content)) as book:
        names = set(book.namelist())
        parties, index = [json.loads(book.read(name)) for name in ("parties.json", "papers.json")]
        assert book.read(f"papers/transport/{paper}-bill.txt") == b"Bill of lading"
    assert {"manifest.json", "manifest.json.sig", "origins.json", "quantities.json", "parts.json"} <= names
    assert [one["about"] for one in index] == ["CELL"]
    assert {one["name"] for one in parties} == {packs.name, built.cells.name}, "nobody beyond the direct suppliers"
    for wrong in ({"kind": ["", "transport"], "about": ["x", " "]}, {"kind": ["love", ""]}, {"kind": ["transport"]}):
        refused = await browser.client.post(path, data=chosen | wrong, headers={"Origin": SITE, "Sec-Fetch-Site": "same-origin"})
        assert (refused.status_code, "書類の種類" in refused.text) == (422, True), wrong


async def test_every_figure_of_a_report_leads_on_its_page_to_what_its_company_may_see_and_nobody_else(world: World, browse: Browse) -> None:
    built = await chain(world)
    await assessed(built.packs)
    report = (await built.packs.post("/reports", {"year": 2026, "parts": [await built.packs.part_id("PACK")]}))["report_id"]
    owner = await at(browse, built.packs, f"/reports/{report}")
    shown = owner.page.html.partition("<main")[2].partition("</main>")[0]
    behind = sorted({*re.findall(r'href="(/(?:parts|requests|assessments|risks|evidence|grievances)/[^"]+)"', shown)})
    assert {link.split("/")[1] for link in behind} >= {"parts", "requests", "assessments"}
    others = [await at(browse, member, "/") for member in (built.cells, built.refiner)]
    for link in behind:
        assert (await owner.get(link)).status_code == 200, link
        allowed = [(await other.get(link)).status_code for other in others]
        assert allowed == [200 if link.startswith("/requests/") else 404, 404], f"{link}: the supplier sees its own answer, nobody anything else"
    assert [(await other.get(f"/reports/{report}")).status_code for other in others] == [404, 404]


async def test_the_register_goes_on_gravest_first_and_products_by_number(world: World, browse: Browse) -> None:
    member = await world.company("Very Busy Works")
    risk = {"kind": "finding", "category": "child_labour", "description": "x"}
    grave = [("severe", "likely")] + [("low", "rare")] * lists.PER_PAGE
    for number, (severity, likelihood) in enumerate(grave):
        await member.post("/risks", risk | {"title": f"Risk {number:03}.", "severity": severity, "likelihood": likelihood})
    browser = await at(browse, member, "/risks")
    titles = re.findall(r"Risk \d{3}\.</a>", browser.page.html)[: lists.PER_PAGE]
    assert titles[0] == "Risk 000.</a>", "the oldest, but the gravest"
    (more,) = [link for link in browser.page.links if link.startswith("/risks?state=open&after=")]
    await browser.get(more)
    register = browser.page.html.partition('id="changes"')[0]
    assert re.findall(r"Risk \d{3}\.", register) == ["Risk 001."], "each once, whatever the number of pages"
    for path in ("/risks?after=x", "/risks?after=3/x"):
        assert (await browser.get(path)).status_code == 422

    numbers = [f"P-{number:03}" for number in range(lists.PER_PAGE + 1)]
    await member.import_tables(parts=[PART_HEADER, *[[number, f"Product {number}", "kg", "", "", "", ""] for number in numbers]])
    for path, more in (("/chains", "/chains?after=P-049"), ("/reports", "/reports?product=P-049")):
        await browser.get(path)
        assert "P-049" in browser.page.text
        assert "P-050" not in browser.page.text
        assert more in browser.page.links
        await browser.get(more)
        assert "P-050" in browser.page.text
        assert "P-049" not in browser.page.text
