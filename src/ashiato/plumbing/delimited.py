"""Rows as .csv text that no spreadsheet takes for formulas."""

import csv
import io
from collections.abc import Iterable, Sequence

BOM = "\ufeff"  # by which Excel knows that a file is UTF-8
_LIKE_A_FORMULA = ("=", "+", "-", "@", "\t", "\r")


def csv_lines(rows: Iterable[Sequence[str]]) -> str:
    """Rows as csv; what a spreadsheet would take for a formula is preceded by an apostrophe, unless it is a number."""
    text = io.StringIO()
    csv.writer(text).writerows([_harmless(cell) for cell in row] for row in rows)
    return text.getvalue()


def _harmless(cell: str) -> str:
    return f"'{cell}" if cell.startswith(_LIKE_A_FORMULA) and not _number(cell) else cell


def _number(cell: str) -> bool:
    return cell[1:].replace(".", "", 1).isdigit() and cell[0] in "+-"
