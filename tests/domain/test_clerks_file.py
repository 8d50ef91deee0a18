"""A Japanese clerk's file: the same table whichever program saved it, in cp932, with full-width digits, eras and merged headings."""

import io
import zipfile
from collections.abc import Callable
from html import escape
from pathlib import Path
from string import ascii_uppercase
from typing import Any

import pytest
from tests.world import Member, World

HEADER = ["係数コード", "係数名", "値", "係数単位", "年", "地域", "出典", "引用", "ライセンス", "区分", "電力区分", "TeR", "GeR", "TiR"]
_MAIN = 'xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"'
_OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_TYPES = "application/vnd.openxmlformats-officedocument.spreadsheetml."
Cells = list[list[Any]]
Shape = Callable[[str, Any], str]


def clerks_rows(code: str) -> Cells:
    """One factor as a clerk writes it: a figure that is typed, an era's year, and one with full-width digits."""
    rest = ["GLO", "社内", "https://example.org/factor", "CC0", "published", "", 2, 2, 2]
    return [
        HEADER,
        [f"{code}-A", "正極材①", 12.5, "kg CO2e/kg", "令和６年", *rest],
        [f"{code}-B", "髙純度負極", "１，２００．５", "ｋｇ CO2e/kg", "2024年度", *rest],
    ]


def by_excel(where: str, value: Any) -> str:
    """Texts stand in one table for all (here kept by the sheet's maker), figures in the cell; every cell is styled."""
    return f'<c r="{where}" s="0" t="s"><v>{value}</v></c>' if isinstance(value, Shared) else f'<c r="{where}" s="0"><v>{value}</v></c>'


def by_libreoffice(where: str, value: Any) -> str:
    """Figures come from formulas, with what they came to beside them."""
    return by_excel(where, value) if isinstance(value, Shared) else f'<c r="{where}" s="0"><f aca="false">{value}*1</f><v>{value}</v></c>'


def by_a_program(where: str, value: Any) -> str:
    """Texts stand in the cell, as openpyxl's writer of long files puts them, and no cell says where it stands."""
    return f'<c t="inlineStr"><is><t>{escape(value)}</t></is></c>' if isinstance(value, str) else f"<c><v>{value}</v></c>"


class Shared(int):
    """A text's place in the table of texts."""


def saved(rows: Cells, cell: Shape, *, absolute: bool = False, trailing: int = 0, merged: str = "") -> bytes:
    """A workbook of one sheet. `absolute`: its parts are named from the root; `trailing`: so many empty rows follow, as Google leaves them."""
    texts: list[str] = []

    def shared(value: Any) -> Any:
        if not isinstance(value, str) or cell is by_a_program:
            return value
        texts.append(value)
        return Shared(len(texts) - 1)

    lines = [
        f'<row r="{number}">' + "".join(cell(f"{ascii_uppercase[place]}{number}", shared(value)) for place, value in enumerate(row)) + "</row>"
        for number, row in enumerate(rows, 1)
    ]
    lines += [f'<row r="{len(rows) + number}"><c r="A{len(rows) + number}" s="0"/></row>' for number in range(1, trailing + 1)]
    merges = f'<mergeCells count="1"><mergeCell ref="{merged}"/></mergeCells>' if merged else ""
    root = "/xl/" if absolute else ""
    parts = {
        "[Content_Types].xml": '<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types">'
        '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/><Default Extension="xml" '
        f'ContentType="application/xml"/><Override PartName="/xl/workbook.xml" ContentType="{_TYPES}sheet.main+xml"/>'
        f'<Override PartName="/xl/worksheets/sheet1.xml" ContentType="{_TYPES}worksheet+xml"/>'
        f'<Override PartName="/xl/sharedStrings.xml" ContentType="{_TYPES}sharedStrings+xml"/></Types>',
        "_rels/.rels": _relations([("officeDocument", f"{'/' if absolute else ''}xl/workbook.xml")]),
        "xl/_rels/workbook.xml.rels": _relations([("worksheet", f"{root}worksheets/sheet1.xml"), ("sharedStrings", f"{root}sharedStrings.xml")]),
        "xl/workbook.xml": f'<workbook {_MAIN} xmlns:r="{_OFFICE}"><sheets><sheet name="係数" sheetId="1" r:id="r0"/></sheets></workbook>',
        "xl/worksheets/sheet1.xml": f"<worksheet {_MAIN}><sheetData>{''.join(lines)}</sheetData>{merges}</worksheet>",
        "xl/sharedStrings.xml": f"<sst {_MAIN}>{''.join(f'<si><t>{escape(text)}</t></si>' for text in texts)}</sst>",
    }
    written = io.BytesIO()
    with zipfile.ZipFile(written, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in parts.items():
            archive.writestr(name, '<?xml version="1.0" encoding="UTF-8"?>' + content)
    return written.getvalue()


def _relations(targets: list[tuple[str, str]]) -> str:
    each = "".join(f'<Relationship Id="r{place}" Type="{_OFFICE}/{kind}" Target="{target}"/>' for place, (kind, target) in enumerate(targets))
    return f'<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">{each}</Relationships>'


def as_csv(rows: Cells) -> bytes:
    """As Japanese Excel saves it: cp932, each text that holds a comma in quotes."""
    lines = [",".join(f'"{value}"' if "," in str(value) else str(value) for value in row) for row in rows]
    return ("\r\n".join(lines) + "\r\n").encode("cp932")


def under_headings(rows: Cells) -> Cells:
    """The same below a title and with headings that are merged over two rows and over two columns."""
    upper = [*HEADER[:2], "排出量", "", *HEADER[4:]]
    lower = ["", "", *HEADER[2:4], *[""] * (len(HEADER) - 4)]
    return [["2026年度 係数表"], upper, lower, *rows[1:]]


FILES: dict[str, Callable[[str], tuple[str, bytes]]] = {
    "EXCEL": lambda code: ("係数.xlsx", saved(clerks_rows(code), by_excel)),
    "WEB": lambda code: ("係数.xlsx", saved(clerks_rows(code), by_excel, absolute=True)),
    "GOOGLE": lambda code: ("係数.xlsx", saved(clerks_rows(code), by_excel, trailing=998)),
    "LIBRE": lambda code: ("係数.xlsx", saved(clerks_rows(code), by_libreoffice, trailing=3)),
    "PROGRAM": lambda code: ("係数.xlsx", saved(clerks_rows(code), by_a_program)),
    "CSV": lambda code: ("係数.csv", as_csv(clerks_rows(code))),
    "MERGED": lambda code: ("係数.xlsx", saved(under_headings(clerks_rows(code)), by_excel, merged="C2:D2")),
}


@pytest.fixture(scope="module")
async def clerk(world: World) -> Member:
    return await world.company("株式会社カモ電池")


@pytest.mark.parametrize("program", FILES)
async def test_the_same_table_is_read_whichever_program_saved_it(clerk: Member, program: str) -> None:
    name, content = FILES[program](program)
    report = await clerk.send_file(content, name)
    assert report["saved"], report["errors"]
    found = {one["code"]: one for one in await clerk.every("/factors") if one["code"].startswith(f"{program}-")}
    assert {code: (one["name"], one["kg_co2e"], one["per_unit"], one["year"]) for code, one in found.items()} == {
        f"{program}-A": ("正極材①", "12.5", "kg", 2024), f"{program}-B": ("髙純度負極", "1200.5", "kg", 2024),
    }  # fmt: skip
    again = await clerk.send_file(content, name)
    assert again["changes"]["factors"] == {"new": 0, "changed": 0, "unchanged": 2, "removed": 0}, "the same file twice changes nothing"


@pytest.mark.parametrize("name", ["libreoffice.xlsx", "libreoffice-cp932.csv"])
async def test_what_libreoffice_itself_saved_is_read(clerk: Member, name: str) -> None:
    """The rows of `clerks_rows("REAL")`, read and saved by LibreOffice 7.4.7 as a workbook and, in Shift_JIS, as text."""
    report = await clerk.send_file((Path(__file__).parent / "files" / name).read_bytes(), name)
    assert report["saved"], report["errors"]
    found = {one["code"]: one for one in await clerk.every("/factors") if one["code"].startswith("REAL-")}
    assert {code: (one["name"], one["kg_co2e"], one["per_unit"], one["year"]) for code, one in found.items()} == {
        "REAL-A": ("正極材①", "12.5", "kg", 2024), "REAL-B": ("髙純度負極", "1200.5", "kg", 2024),
    }  # fmt: skip


async def test_a_letter_for_a_digit_is_told_in_japanese_with_the_cell_that_is_seen(clerk: Member) -> None:
    rows = under_headings(clerks_rows("WRONG"))
    rows[3][2] = "1,2O0"
    report = await clerk.send_file(saved(rows, by_excel, merged="C2:D2"), "係数.xlsx")
    assert [(error["cell"], error["suggestion"]) for error in report["errors"]] == [("C4", "1200")]
    assert not report["saved"]
