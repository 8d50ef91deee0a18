"""Tables of text from .xlsx and .csv files, read in a child process, and written as .xlsx."""

import io
import json
import subprocess
import sys
from dataclasses import dataclass
from datetime import datetime

import xlsxwriter

from ashiato.kernel.errors import Flaw, Refusal, invalid

_WALL_SECONDS = 10


@dataclass(frozen=True, slots=True)
class Sheet:
    """A sheet's cells as text; `rows[0]` is the row that Excel numbers 1. A .csv file is one sheet without a name."""

    name: str
    rows: list[list[str]]


def read(content: bytes) -> list[Sheet]:
    """The sheets of a file. Numbers are spelled exactly, dates as ISO 8601.

    Refuses (`invalid`, within ten seconds and 512 MB) what is no workbook or text, what is damaged, protected or too large, and
    what is built to harm: archives that unpack beyond measure, XML with a document type.
    """
    try:
        child = subprocess.run(
            [sys.executable, "-I", "-m", "ashiato.plumbing.spreadsheet_child"],
            input=content,
            capture_output=True,
            timeout=_WALL_SECONDS,
            check=False,
        )
    except subprocess.TimeoutExpired as error:
        raise _unreadable("file.too_large", "The file takes longer to read than one import may.") from error
    if child.returncode != 0:
        raise _unreadable("file.too_large", "The file needs more time or memory than one import may use.")
    told = json.loads(child.stdout)
    if "code" in told:
        raise _unreadable(told["code"], told["message"])
    return [Sheet(sheet["name"], sheet["rows"]) for sheet in told["sheets"]]


def _unreadable(code: str, message: str) -> Refusal:
    return invalid(code, message, "Nothing was saved.", Flaw("file", code, message))


def cell_name(row: int, column: int) -> str:
    """The name of a cell as spreadsheets show it; both numbers start at 1: (1, 28) is AB1."""
    letters = ""
    while column:
        column, digit = divmod(column - 1, 26)
        letters = chr(ord("A") + digit) + letters
    return f"{letters}{row}"


def write(sheets: list[Sheet], numeric: frozenset[str] = frozenset(), made_at: datetime | None = None) -> bytes:
    """A workbook with these sheets, the first row of each in bold; columns whose header is in `numeric` hold numbers.

    Text is written as text, never as a formula. With `made_at` the same sheets give the same bytes.
    """
    output = io.BytesIO()
    book = xlsxwriter.Workbook(output, {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False})
    book.set_properties({"created": made_at} if made_at else {})
    bold = book.add_format({"bold": True, "bottom": 1})
    for sheet in sheets:
        page = book.add_worksheet(sheet.name or "Sheet1")
        header = sheet.rows[0] if sheet.rows else []
        for row, cells in enumerate(sheet.rows):
            for column, text in enumerate(cells):
                if row == 0:
                    page.write_string(row, column, text, bold)
                elif text and column < len(header) and header[column] in numeric:
                    page.write_number(row, column, float(text))
                elif text:
                    page.write_string(row, column, text)
        page.freeze_panes(1, 0)
        page.autofit()
    book.close()
    return output.getvalue()
