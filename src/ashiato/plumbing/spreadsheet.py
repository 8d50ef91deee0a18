"""Tables of text from .xlsx and .csv files, read in a child process, and written as .xlsx."""

import base64
import io
import itertools
import json
import subprocess
import sys
import tempfile
import threading
from array import array
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any, BinaryIO, NamedTuple, Self

import xlsxwriter

from ashiato.kernel.errors import Flaw, Refusal, invalid
from ashiato.kernel.quantity import PLAIN
from ashiato.plumbing import spreadsheet_child

PACKED = b"PK"  # how a workbook begins, and no table of text
_ROWS_OF_A_SHEET = 500_000
_WALL_SECONDS = 10.0
_BYTES_A_SECOND = 1_000_000  # worked through where a file needs longer than that
_AT_ONCE = 2**16  # bytes, as many as a pipe holds
_WAITING = 4  # times as long on the clock: the child also waits for its turn, and for who takes its rows


@dataclass(frozen=True, slots=True)
class Sheet:
    """A sheet's cells as text; `rows[0]` is the row that Excel numbers 1. A .csv file is one sheet without a name.

    `needed` headings are coloured when it is written: their columns are to be filled in.
    """

    name: str
    rows: list[list[str]]
    needed: frozenset[str] = frozenset()


class Told(NamedTuple):
    """What a block tells of a column: of its texts, which are numbered as they come, the first so many that came `before` still count,
    `fresh` ones follow, and each row has the number of its text; -1 where it has no cell.
    """

    before: int
    fresh: list[str]
    numbers: "array[int]"  # of 32 bits


class Block(NamedTuple):
    """Some rows of a sheet, column by column."""

    rows: int
    columns: list[Told]


def scan(content: bytes) -> Iterator[tuple[str, Iterator[list[str]]]]:
    """The sheets of a file, one after the other, each with its rows as they are read; rows that are not fetched are passed over.

    Numbers are spelled exactly, dates as ISO 8601. Refuses (`invalid`, within 512 MB and ten seconds, or as many seconds of work as
    the file has megabytes) what is no workbook or text, what is damaged, protected or too large, and what is built to harm: archives
    that unpack beyond measure, XML with a document type. What came before a refusal is not to be used.
    """
    for name, found in scan_blocks(content):
        yield name, rows_of(found)


def scan_blocks(content: bytes) -> Iterator[tuple[str, Iterator[Block]]]:
    """The sheets of a file as `scan` tells them, each with its rows in blocks, for very many rows."""
    for (_, name), found in itertools.groupby(_batches(content), key=lambda batch: batch[:2]):
        yield name, (block for _, _, block in found if block is not None)


def blocks(rows: Iterable[list[str]]) -> Iterator[Block]:
    """Rows in blocks."""
    return map(_block, spreadsheet_child.by_columns(spreadsheet_child.batches(rows)))


def rows_of(blocks: Iterable[Block]) -> Iterator[list[str]]:
    """The rows that blocks tell, each as long as it is."""
    known: list[list[str | None]] = []
    for block in blocks:
        known += [[] for _ in range(len(block.columns) - len(known))]
        across = []
        for texts, told in zip(known, block.columns, strict=False):
            texts[told.before :] = [*told.fresh, None]  # the last one stands for no cell
            across.append(list(map(texts.__getitem__, told.numbers.tolist())))
            texts.pop()
        for cells in zip(*across, strict=True) if across else [()] * block.rows:
            yield [text for text in cells if text is not None]


def _block(told: Any) -> Block:
    rows, columns = told
    each_next = array("i", range(rows))
    told_of = ((before, fresh, array("i", base64.b64decode(numbers)) if numbers else each_next) for before, fresh, numbers in columns)
    return Block(rows, list(itertools.starmap(Told, told_of)))


def _batches(content: bytes) -> Iterator[tuple[int, str, Block | None]]:
    long = len(content) / _BYTES_A_SECOND
    seconds = max(_WALL_SECONDS, _WAITING * long)
    command = [sys.executable, "-I", "-m", "ashiato.plumbing.spreadsheet_child", str(max(1, int(max(_WALL_SECONDS, long)) - 1))]
    with tempfile.TemporaryFile() as given:
        given.write(content)
        given.seek(0)
        with subprocess.Popen(command, _AT_ONCE, stdin=given, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL) as child:
            late = threading.Timer(seconds, child.kill)
            late.start()
            try:
                yield from _told(child.stdout or ())
            finally:
                late.cancel()
                child.kill()


def _told(lines: Iterable[bytes]) -> Iterator[tuple[int, str, Block | None]]:
    place, name = 0, ""
    for line in lines:
        match json.loads(line) if line.endswith(b"\n") else None:  # a child that was ended may have been in the middle of a line
            case str() as name:
                place += 1
                yield place, name, None
            case list() as rows:
                yield place, name, _block(rows)
            case {"code": code, "message": message}:
                raise _unreadable(code, message)
            case {}:
                return
    raise _unreadable("file.too_large", "The file needs more time or memory than one import may use.")


def read(content: bytes) -> list[Sheet]:
    """The sheets of a small file, all at once. Refuses what `scan` refuses."""
    return [Sheet(name, list(rows)) for name, rows in scan(content)]


def _unreadable(code: str, message: str) -> Refusal:
    return invalid(code, message, "Nothing was saved.", Flaw("file", code, message))


def column_name(column: int) -> str:
    """The letters of a column as spreadsheets show them; the first is 1: 28 is AB."""
    letters = ""
    while column:
        column, digit = divmod(column - 1, 26)
        letters = chr(ord("A") + digit) + letters
    return letters


def cell_name(row: int, column: int) -> str:
    """The name of a cell as spreadsheets show it; both numbers start at 1: (1, 28) is AB1."""
    return f"{column_name(column)}{row}"


def write(sheets: list[Sheet], numeric: frozenset[str] = frozenset(), made_at: datetime | None = None) -> bytes:
    """A workbook with these sheets, the first row of each in bold; columns whose header is in `numeric` hold numbers.

    Text is written as text, never as a formula. With `made_at` the same sheets give the same bytes.
    """
    output = io.BytesIO()
    book = xlsxwriter.Workbook(output, {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False})
    book.set_properties({"created": made_at} if made_at else {})
    bold = book.add_format({"bold": True, "bottom": 1})
    needed = book.add_format({"bold": True, "bottom": 1, "bg_color": "#FBE7B2"})
    for sheet in sheets:
        page = book.add_worksheet(sheet.name or "Sheet1")
        header = sheet.rows[0] if sheet.rows else []
        for row, cells in enumerate(sheet.rows):
            for column, text in enumerate(cells):
                if row == 0:
                    page.write_string(row, column, text, needed if text in sheet.needed else bold)
                elif text and column < len(header) and header[column] in numeric:
                    page.write_number(row, column, float(text))
                elif text:
                    page.write_string(row, column, text)
        page.freeze_panes(1, 0)
        page.autofit()
    book.close()
    return output.getvalue()


class LongBook:
    """A workbook of any length, written row after row to a file: memory does not grow with the rows.

    Text is written as text, never as a formula or a link. A sheet that is full is continued on another.
    """

    def __init__(self, file: BinaryIO) -> None:
        file.seek(0)  # what an earlier attempt wrote is written anew
        file.truncate()
        options = {"constant_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
        self._book = xlsxwriter.Workbook(file, options)
        self._bold = self._book.add_format({"bold": True, "bottom": 1})

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._book.close()

    def sheet(self, name: str, header: list[str]) -> "LongSheet":
        """A further sheet with this header."""
        return LongSheet(self._book, self._bold, name, header)


class LongSheet:
    """A sheet of a `LongBook`, with its continuations."""

    def __init__(self, book: Any, bold: Any, name: str, header: list[str]) -> None:
        self._book, self._bold, self._name, self._header = book, bold, name, header
        self._sheets = 0
        self._open()

    def _open(self) -> None:
        self._sheets += 1
        self._page = self._book.add_worksheet(self._name if self._sheets == 1 else f"{self._name} {self._sheets}")
        for column, text in enumerate(self._header):
            self._page.write_string(0, column, text, self._bold)
        self._page.freeze_panes(1, 0)
        self._rows = 0

    def add(self, rows: list[list[str]]) -> None:
        """Writes rows of text; nothing is written for an empty one."""
        for cells in rows:
            if self._rows == _ROWS_OF_A_SHEET:
                self._open()
            self._rows += 1
            for column, text in enumerate(cells):
                if text:
                    self._page.write_string(self._rows, column, text)


class MarkedBook:
    """A workbook in which some cells are coloured and carry a comment. Its bytes are `content`, once the block has ended."""

    def __init__(self) -> None:
        self._output = io.BytesIO()
        self._book = xlsxwriter.Workbook(self._output, {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False})
        self._mark = self._book.add_format({"bg_color": "#F8D7C8", "font_color": "#7A2F0B", "border": 1, "border_color": "#A3481A"})
        self._marked = False
        self.content = b""

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._book.close()
        self.content = self._output.getvalue()

    def add(
        self, name: str, rows: Iterable[list[str]], numeric: frozenset[int], notes: Mapping[tuple[int, int], str],
        instead: Mapping[tuple[int, int], str],
    ) -> None:  # fmt: skip
        """Writes a sheet. Rows and columns count from 1; `numeric` columns hold numbers, `notes` are the marked cells' comments,
        `instead` what stands in a cell in place of what the row says.
        """
        page = self._book.add_worksheet(name or "Sheet1")
        last = 0
        for last, cells in enumerate(rows, 1):
            for column, text in enumerate(cells, 1):
                self._write(page, (last, column), instead.get((last, column), text), notes, number=column in numeric)
        for place, note in notes.items():
            page.write_comment(place[0] - 1, place[1] - 1, note, {"x_scale": 2})
            if place[0] > last:
                page.write_blank(place[0] - 1, place[1] - 1, None, self._mark)
        if notes and not self._marked:
            self._marked = True
            page.activate()
            row, column = min(notes)
            page.set_selection(row - 1, column - 1, row - 1, column - 1)
        page.autofit(max_width=400)

    def _write(self, page: Any, place: tuple[int, int], text: str, notes: Mapping[tuple[int, int], str], *, number: bool) -> None:
        form = [self._mark] if place in notes else []
        if number and PLAIN.fullmatch(text) and Decimal(repr(float(text))) == Decimal(text):
            page.write_number(place[0] - 1, place[1] - 1, float(text), *form)
        elif text:
            page.write_string(place[0] - 1, place[1] - 1, text, *form)
        elif form:
            page.write_blank(place[0] - 1, place[1] - 1, None, *form)
