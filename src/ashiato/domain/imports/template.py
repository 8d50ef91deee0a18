"""The workbook to fill in: every table that can be imported, and a sheet that explains the columns, each with what could stand in it."""

import json
from collections.abc import Mapping, Sequence
from importlib import resources

from ashiato.domain import products, trade
from ashiato.domain.imports.tables import TABLES, Column, TableKind
from ashiato.domain.participants import Actor, Deed, require
from ashiato.domain.products import Sourcing
from ashiato.domain.trade import RequestState, SubjectKind
from ashiato.plumbing.spreadsheet import Sheet, write
from ashiato.plumbing.unit_of_work import Work

SHEETS_JA = {
    "sites": "事業所一覧", "factors": "係数一覧", "parts": "部品一覧", "structure": "部品構成", "batteries": "電池モデル",
    "inventory": "インベントリ", "circularity": "循環性",
}  # fmt: skip
_WORDS = json.loads((resources.files(__package__) / "template.json").read_text(encoding="utf-8"))
ABOUT_JA: dict[str, str] = _WORDS["about"]
EXAMPLE: dict[str, dict[str, str]] = _WORDS["example"]
"""One row of each table, by field; together they can be registered, once a pack is added that the cell goes into."""


BEGINS: dict[TableKind, frozenset[str]] = {
    TableKind.FACTORS: frozenset({"electricity_basis"}),
    TableKind.INVENTORY: frozenset({"factor", "ter", "ger", "tir"}),
}
"""What a first figure needs beside the required columns: a factor for each line, electricity's kind, and ratings of own data."""
_MOST_ASKED = 1_000  # open requests that the workbook looks at


async def asked_parts(work: Work, actor: Actor) -> list[dict[str, str]]:
    """Rows of the table of parts, by field: what open requests name by the company's own part number and is not registered yet.

    The request says all of it, so nobody has to type it: number, name, unit, and the mass where the unit is a kilogram.
    """
    require(actor, Deed.READ)
    views = await trade.requests(work, actor, sent=False, states=[RequestState.ASKED], after=None, limit=_MOST_ASKED)
    named = [view.request for view in views if view.request.subject_kind == SubjectKind.FOOTPRINT and view.request.item_number]
    first = {one.item_number: one for one in reversed(named)}
    known = await products.parts_by_number(work, list(first))
    return [
        {"part_number": number, "name": one.item, "declared_unit": one.declared_unit, "mass_kg": "1" if one.declared_unit == "kg" else "",
         "sourcing": Sourcing.MADE.value}
        for number, one in sorted(first.items()) if number not in known
    ]  # fmt: skip


def empty_workbook(*, japanese: bool = False, asked: Sequence[Mapping[str, str]] = ()) -> bytes:
    """The workbook's bytes: one sheet a table with its headers in the language, and a sheet of notes in front.

    Headings of the columns that a first figure needs are marked by colour. `asked` are parts that stand in their sheet already, by field.
    """
    titles = {kind: SHEETS_JA.get(kind, kind) if japanese else kind.value for kind in TABLES}
    header = ["シート", "見出し", "必須", "説明", "記入例"] if japanese else ["Sheet", "Heading", "Required", "Explanation", "Example"]
    notes = [header]
    sheets = []
    for kind, columns in TABLES.items():
        headings = [_heading(column, japanese) for column in columns]
        rows = [[part.get(column.field, "") for column in columns] for part in asked] if kind == TableKind.PARTS else []
        needed = [column for column in columns if column.required or column.field in BEGINS.get(kind, ())]
        sheets.append(Sheet(titles[kind], [headings, *rows], frozenset(_heading(column, japanese) for column in needed)))
        for heading, column in zip(headings, columns, strict=True):
            required = ("必須" if japanese else "yes") if column.required else ""
            about = ABOUT_JA.get(column.about, column.about) if japanese else column.about
            notes.append([titles[kind], heading, required, about, EXAMPLE[kind].get(column.field, "")])
    return write([Sheet("説明" if japanese else "Notes", notes), *sheets])


def _heading(column: Column, japanese: bool) -> str:
    return column.headers[min(int(japanese), len(column.headers) - 1)]
