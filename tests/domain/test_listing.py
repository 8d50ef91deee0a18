"""Every list of the interface as a table: the same rows as page by page, whatever stands in them, and never a formula."""

import csv
import io
import json
import zipfile
from typing import Any

import pytest
from tests.world import FACTOR_HEADER, METHOD, PART_HEADER, Member, World, factor

from ashiato import app as composition
from ashiato import worker
from ashiato.plumbing.spreadsheet import read

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
NASTY = ["=1+1", "@SUM(A1)", "+cmd", "-2+3", 'with "quotes", and commas', "二行\u3000目", "-5", "'plain"]
DESCRIBED = composition.build().openapi()
LISTS = sorted(
    path.removeprefix("/api/v1")
    for path, item in DESCRIBED["paths"].items()
    if "get" in item
    and "{" not in path
    and "Page_" in json.dumps(item["get"]["responses"].get("200", {}))
    and path not in ("/api/v1/methods", "/api/v1/questionnaires")
)
PARAMS = {"/requests": {"direction": "sent"}, "/drafts": {"method": METHOD}, "/log/receipts": {"size": 1}}


@pytest.fixture(scope="module")
async def lister(world: World) -> Member:
    member = await world.company("Listing Works")
    supplier = await world.company("Listed Supplier")
    rows = [[f"P-{n}", name, "kg", "", supplier.number, "", "F-1"] for n, name in enumerate(NASTY)]
    await member.import_tables(factors=[FACTOR_HEADER, *(factor(f"F-{n}", n + 1) for n in range(4))], parts=[PART_HEADER, *rows])
    for n in range(3):
        await member.ask(f"P-{n}")
    while await worker.follow_once(world.tools.works, world.tools.log_key):  # receipts are listed up to a checkpoint
        pass
    return member


async def by_pages(member: Member, path: str, **params: Any) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = []
    after = None
    while True:
        page = await member.get(path, params=params | ({"after": after} if after else {}))
        found += page["items"]
        after = page["next"]
        if after is None:
            return found


def spelled(value: object) -> str:
    return "" if value is None else value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)


def test_there_are_lists() -> None:
    assert {"/parts", "/factors", "/requests", "/declarations", "/grants", "/facts", "/imports", "/drafts", "/accesses", "/sites"} <= set(LISTS)


@pytest.mark.parametrize("path", LISTS)
async def test_a_list_as_a_table_has_the_rows_of_all_its_pages(lister: Member, world: World, path: str) -> None:
    member = world.operator if path in ("/companies", "/applications", "/criteria") else lister
    params = PARAMS.get(path, {})
    short = params | ({"limit": "2"} if path not in ("/drafts", "/people", "/clients", "/sites", "/accesses") else {})
    items = await by_pages(member, path, **short)
    wanted = [[spelled(value) for value in item.values()] for item in items]
    book = await member.call("GET", path, params=short, headers={"Accept": XLSX})
    assert book.headers["content-type"].startswith(XLSX)
    (sheet,) = read(book.content)
    assert [row + [""] * (len(sheet.rows[0]) - len(row)) for row in sheet.rows[1:]] == wanted
    text = await member.call("GET", path, params=short, headers={"Accept": "text/csv"})
    header, *rows = csv.reader(io.StringIO(text.content.decode(), newline=""))
    assert header == sheet.rows[0]
    assert [[cell.removeprefix("'") for cell in row] for row in rows] == [[cell.removeprefix("'") for cell in row] for row in wanted]
    assert not items or header == list(items[0])


async def test_no_cell_is_a_formula(lister: Member) -> None:
    book = await lister.call("GET", "/parts", headers={"Accept": XLSX})
    with zipfile.ZipFile(io.BytesIO(book.content)) as archive:
        assert b"<f>" not in b"".join(archive.read(name) for name in archive.namelist())
    rows = list(csv.reader(io.StringIO((await lister.call("GET", "/parts", headers={"Accept": "text/csv"})).text, newline="")))
    names = [row[rows[0].index("name")] for row in rows[1:]]
    assert names == ["'=1+1", "'@SUM(A1)", "'+cmd", "'-2+3", *NASTY[4:]]


async def test_a_csv_file_can_be_marked_as_utf_8(lister: Member) -> None:
    plain, marked = [(await lister.call("GET", "/parts", params=params, headers={"Accept": "text/csv"})).content for params in ({}, {"bom": "true"})]
    assert marked == b"\xef\xbb\xbf" + plain


async def test_a_stranger_gets_no_table(lister: Member) -> None:
    assert (await lister.client.get("/api/v1/parts", headers={"Accept": "text/csv"})).status_code == 401
