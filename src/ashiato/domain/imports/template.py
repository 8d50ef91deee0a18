"""The empty workbook: every table that can be imported, and a sheet that explains the columns."""

from ashiato.domain.imports.tables import TABLES
from ashiato.plumbing.spreadsheet import Sheet, write

SHEETS_JA = {
    "sites": "事業所一覧", "factors": "係数一覧", "parts": "部品一覧", "structure": "部品構成", "batteries": "電池モデル",
    "inventory": "インベントリ", "circularity": "循環性",
}  # fmt: skip


def empty_workbook(*, japanese: bool = False) -> bytes:
    """The workbook's bytes: one sheet a table with its headers in the language, and a sheet of notes in front."""
    titles = {kind: SHEETS_JA.get(kind, kind) if japanese else kind.value for kind in TABLES}
    header = ["シート", "見出し", "必須", "説明"] if japanese else ["Sheet", "Heading", "Required", "Explanation"]
    notes = [header]
    sheets = []
    for kind, columns in TABLES.items():
        headings = [column.headers[min(int(japanese), len(column.headers) - 1)] for column in columns]
        sheets.append(Sheet(titles[kind], [headings]))
        for heading, column in zip(headings, columns, strict=True):
            required = ("必須" if japanese else "yes") if column.required else ""
            notes.append([titles[kind], heading, required, column.about])
    return write([Sheet("説明" if japanese else "Notes", notes), *sheets])
