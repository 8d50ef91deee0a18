"""Correcting cells of a file that was read: what a person typed, or what was suggested (pure)."""

import re
from collections.abc import Iterable
from dataclasses import dataclass

from ashiato.domain.imports.report import RowError
from ashiato.domain.imports.tables import Table

LONGEST_VALUE = 2_000
MOST_CORRECTIONS = 5_000
_CELL = re.compile(r"([A-Z]{1,3})([1-9][0-9]{0,6})")


@dataclass(frozen=True, slots=True)
class Correction:
    """What is to stand in a cell instead; the cell is named as spreadsheets show it."""

    sheet: str
    cell: str
    value: str


def suggested(errors: Iterable[RowError]) -> list[Correction]:
    """The corrections that the errors suggest, one a cell; an error without a cell or a suggestion suggests none."""
    found: dict[tuple[str, str], Correction] = {}
    for error in errors:
        if error.cell and error.suggestion is not None:
            found.setdefault((error.sheet, error.cell), Correction(error.sheet, error.cell, error.suggestion))
    return list(found.values())


def together(earlier: Iterable[Correction], later: Iterable[Correction]) -> list[Correction]:
    """Both, of two for the same cell the later one."""
    found = {(one.sheet, one.cell): one for one in earlier}
    found |= {(one.sheet, one.cell): one for one in later}
    return list(found.values())


def correct(tables: Iterable[Table], corrections: Iterable[Correction]) -> int:
    """Writes corrections into the tables of a file; how many cells changed. What names no cell of a known column is passed over."""
    by_sheet = {table.sheet: table for table in tables}
    rows = {sheet: dict(zip(table.numbers, range(len(table)), strict=True)) for sheet, table in by_sheet.items()}
    columns = {sheet: {letter: field for field, letter in table.letters.items()} for sheet, table in by_sheet.items()}
    changed = 0
    for one in corrections:
        place = _CELL.fullmatch(one.cell)
        table = by_sheet.get(one.sheet)
        if place is None or table is None:
            continue
        field, row = columns[one.sheet].get(place[1]), rows[one.sheet].get(int(place[2]))
        if field is None or row is None or table.columns[field][row] == one.value.strip():
            continue
        table.columns[field][row] = one.value.strip()
        changed += 1
    return changed
