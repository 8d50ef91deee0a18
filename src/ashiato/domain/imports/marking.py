"""The file as it was handed in, corrected as far as it was, with every bad cell coloured and its reason in a comment beside it."""

import re
from collections.abc import Iterable
from itertools import islice

from ashiato.domain.imports.mending import Correction
from ashiato.domain.imports.report import RowError
from ashiato.domain.imports.service import File
from ashiato.domain.imports.tables import ANSWERS, TABLES
from ashiato.plumbing import spreadsheet

HELD_BACK = "row.held_back"  # such a row waits for another one; nothing is wrong with its cells
_MOST_MARKS = 5_000
_CELL = re.compile(r"([A-Z]{1,3})([1-9][0-9]{0,6})")
_NUMERIC = {column.field for columns in (*TABLES.values(), *ANSWERS.values()) for column in columns if column.numeric}


def marked(file: File, content: bytes, corrections: Iterable[Correction], errors: Iterable[RowError], *, japanese: bool = False) -> bytes:
    """A workbook (.xlsx) of the file's sheets; the first sheet with a bad cell is in front. May take seconds.

    Columns of numbers are written as numbers, everything else as the text that it was, so that no leading zero is lost.
    """
    notes = _notes(errors, japanese)
    instead: dict[str, dict[tuple[int, int], str]] = {}
    for one in corrections:
        if place := _place(one.cell):
            instead.setdefault(one.sheet, {})[place] = one.value
    numeric = {
        table.sheet: frozenset(_column(letters) for field, letters in table.letters.items() if field in _NUMERIC) for table in file.every_table
    }
    with spreadsheet.MarkedBook() as book:
        for name, rows in spreadsheet.scan(content):
            book.add(name, rows, numeric.get(name, frozenset()), notes.get(name, {}), instead.get(name, {}))
    return book.content


def marked_cells(content: bytes, told: Iterable[tuple[str, str, str]]) -> bytes:
    """A workbook (.xlsx) of the sheets of one in another form, all as text, with these cells (sheet, cell, reason) marked. May take seconds."""
    notes: dict[str, dict[tuple[int, int], str]] = {}
    for sheet, cell, reason in islice(told, _MOST_MARKS):
        said, place = notes.setdefault(sheet, {}), _place(cell) or (1, 1)
        said[place] = f"{said[place]}\n{reason}" if place in said else reason
    with spreadsheet.MarkedBook() as book:
        for name, rows in spreadsheet.scan(content):
            book.add(name, rows, frozenset(), notes.pop(name, {}), {})
        for name, said in notes.items():  # a sheet that is missing
            book.add(name, [], frozenset(), said, {})
    return book.content


def _notes(errors: Iterable[RowError], japanese: bool) -> dict[str, dict[tuple[int, int], str]]:
    """What is said of each bad cell, by sheet and by row and column; what is wrong with a whole row is said at its first cell."""
    notes: dict[str, dict[tuple[int, int], str]] = {}
    count = 0
    for error in errors:
        if error.code == HELD_BACK or count >= _MOST_MARKS:
            continue
        place = _place(error.cell) or (max(error.row, 1), 1)
        said = notes.setdefault(error.sheet, {})
        told = error.message_ja if japanese else error.message + (f" Suggestion: {error.suggestion}" if error.suggestion else "")
        said[place] = f"{said[place]}\n{told}" if place in said else told
        count += 1
    return notes


def _place(cell: str) -> tuple[int, int] | None:
    found = _CELL.fullmatch(cell)
    return (int(found[2]), _column(found[1])) if found else None


def _column(letters: str) -> int:
    number = 0
    for letter in letters:
        number = number * 26 + ord(letter) - ord("A") + 1
    return number
