"""The empty workbook: every table that can be imported, and a sheet that explains the columns, each with what could stand in it."""

import json
from importlib import resources

from ashiato.domain.imports.tables import TABLES
from ashiato.plumbing.spreadsheet import Sheet, write

SHEETS_JA = {
    "sites": "事業所一覧", "factors": "係数一覧", "parts": "部品一覧", "structure": "部品構成", "batteries": "電池モデル",
    "inventory": "インベントリ", "circularity": "循環性",
}  # fmt: skip
_WORDS = json.loads((resources.files(__package__) / "template.json").read_text(encoding="utf-8"))
ABOUT_JA: dict[str, str] = _WORDS["about"]
EXAMPLE: dict[str, dict[str, str]] = _WORDS["example"]
"""One row of each table, by field; together they can be registered, once a pack is added that the cell goes into."""


def empty_workbook(*, japanese: bool = False) -> bytes:
    """The workbook's bytes: one sheet a table with its headers in the language, and a sheet of notes in front."""
    titles = {kind: SHEETS_JA.get(kind, kind) if japanese else kind.value for kind in TABLES}
    header = ["シート", "見出し", "必須", "説明", "記入例"] if japanese else ["Sheet", "Heading", "Required", "Explanation", "Example"]
    notes = [header]
    sheets = []
    for kind, columns in TABLES.items():
        headings = [column.headers[min(int(japanese), len(column.headers) - 1)] for column in columns]
        sheets.append(Sheet(titles[kind], [headings]))
        for heading, column in zip(headings, columns, strict=True):
            required = ("必須" if japanese else "yes") if column.required else ""
            about = ABOUT_JA.get(column.about, column.about) if japanese else column.about
            notes.append([titles[kind], heading, required, about, EXAMPLE[kind].get(column.field, "")])
    return write([Sheet("説明" if japanese else "Notes", notes), *sheets])
