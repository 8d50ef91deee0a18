"""The child process that opens a file nobody has vouched for: bytes on standard input, cells as lines of JSON on standard output.

It sets its own limits before it reads a byte, so that a hostile file costs at most 512 MB and the seconds named by its parent
(ten, and more for many megabytes), and no other process. A line is the name of a sheet, or some of its rows, or why it ends.
Rows are told column by column, and a text that stands in a column very often is told once.
"""

import base64
import codecs
import csv
import gc
import io
import itertools
import json
import resource
import sys
import zipfile
from array import array
from collections.abc import Iterable, Iterator
from datetime import date, datetime, time, timedelta
from decimal import Decimal

MEMORY_BYTES = 512 * 1024 * 1024
CPU_SECONDS = 9
MOST_ROWS = 600_000  # of a sheet
MOST_CELLS = 12_000_000
MOST_COLUMNS = 16_384  # as many as spreadsheets show
MOST_CHARACTERS = 100_000_000  # one long text can stand in very many cells and still be a tiny file
MOST_SHEETS = 40
MOST_ENTRIES = 400
MOST_UNPACKED = 400 * 1024 * 1024
HIGHEST_RATIO = 120
_PROLOGUE = 64 * 1024
_CELLS_OF_A_BATCH = 20_000
_LONGEST_CELL = csv.field_size_limit()
_MOST_HELD = 20_000_000  # bytes or so of texts that were told, and may be meant again
_A_TEXT = 150  # bytes that an entry of a dictionary takes
_DIRECTORY_ENTRY = b"PK\x01\x02"


class UnreadableError(Exception):
    """The file is refused: a stable code, and words for a person."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code
        self.message = message


Batch = list[list[str]]  # some rows


def main() -> None:
    """Reads a file and prints its sheets, or why it is refused."""
    seconds = int(sys.argv[1]) if len(sys.argv) > 1 else CPU_SECONDS
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY_BYTES, MEMORY_BYTES))
    resource.setrlimit(resource.RLIMIT_CPU, (seconds, seconds))
    resource.setrlimit(resource.RLIMIT_NOFILE, (64, 64))
    gc.disable()  # there are very many rows, and none of them in a circle
    sys.stdout.reconfigure(encoding="utf-8", errors="surrogatepass")  # type: ignore[union-attr]
    try:
        for name, found in _sheets(sys.stdin.buffer.read()):
            _tell(name)
            for told_rows in by_columns(found):
                _tell(told_rows)
            del found
        told: dict[str, str] = {}
    except UnreadableError as refused:
        told = {"code": refused.code, "message": refused.message}
    except MemoryError:
        told = {"code": "file.too_large", "message": "The file needs more memory than one import may use."}
    except Exception as broken:  # noqa: BLE001 — whatever a broken file raises, it is told as a broken file
        told = {"code": "file.broken", "message": f"The file cannot be read: {type(broken).__name__}."}
    _tell(told)


def _tell(told: object) -> None:
    sys.stdout.write(json.dumps(told, ensure_ascii=False) + "\n")


def batches(rows: Iterable[list[str]]) -> Iterator[Batch]:
    """The rows, some at a time."""
    batch: Batch = []
    cells = 0
    for row in rows:
        batch.append(row)
        cells += len(row) + 1
        if cells > _CELLS_OF_A_BATCH:
            yield batch
            batch, cells = [], 0
    if batch:
        yield batch


def by_columns(found: Iterable[Batch]) -> Iterator[list[object]]:
    """Of each batch how many rows they are, and of each column how many texts were told of it before that still count, those that are new,
    and of each row the number of its text, as 32-bit integers in base 64. Where nearly all differ, each row has the next of the new texts
    and no number: looking for them again would find little.
    """
    columns: list[dict[str | None, int]] = []
    held = 0
    for batch in found:
        if held > _MOST_HELD:
            columns, held = [], 0
        told: list[object] = []
        for place, cells in enumerate(itertools.zip_longest(*batch)):
            if place == len(columns):
                columns.append({None: -1})
            texts = columns[place]
            before = len(texts) - 1
            distinct = dict.fromkeys(cells)
            if before == 0 and 2 * len(distinct) > len(cells) and None not in distinct:
                told.append((0, cells, None))
                continue
            fresh = [text for text in distinct if text not in texts]
            texts.update(zip(fresh, itertools.count(before)))
            numbers = array("i", list(map(texts.__getitem__, cells)))
            held += sum(map(len, fresh)) + _A_TEXT * len(fresh)
            told.append((before, fresh, base64.b64encode(numbers).decode("ascii")))
        yield [len(batch), told]


def _sheets(content: bytes) -> Iterator[tuple[str, Iterator[Batch]]]:
    if not content.strip():
        raise UnreadableError("file.empty", "The file is empty.")
    if content.startswith(b"PK"):
        _check_archive(content)
        yield from _workbook(content)
        return
    if content.startswith(b"\xd0\xcf\x11\xe0"):
        raise UnreadableError("file.protected", "This is an old .xls file or protected by a password. Save it as .xlsx without a password.")
    if b"\x00" in content[:4096]:
        raise UnreadableError("file.type", "This is neither an .xlsx workbook nor a .csv file.")
    yield "", _text_in_batches(content)


def _check_archive(content: bytes) -> None:
    """Refuses an archive by its directory before anything of it is unpacked, and XML that declares a document type."""
    if content.count(_DIRECTORY_ENTRY) > MOST_ENTRIES:  # counted before a directory of millions is read
        raise UnreadableError("file.bomb", "The workbook holds far more parts than it should.")
    try:
        archive = zipfile.ZipFile(io.BytesIO(content))
    except zipfile.BadZipFile as error:
        raise UnreadableError("file.broken", "The workbook is damaged. Open and save it again.") from error
    entries = archive.infolist()
    if "xl/workbook.xml" not in {entry.filename for entry in entries}:
        raise UnreadableError("file.type", "This is not an .xlsx workbook.")
    unpacked = sum(entry.file_size for entry in entries)
    if unpacked > MOST_UNPACKED or unpacked > HIGHEST_RATIO * max(len(content), 100_000):
        raise UnreadableError("file.bomb", "The workbook unpacks to far more than it should.")
    for entry in entries:
        if entry.flag_bits & 1:
            raise UnreadableError("file.protected", "The workbook is protected by a password. Save it without one.")
        if entry.filename.endswith((".xml", ".rels")):
            with archive.open(entry) as part:
                if b"<!DOCTYPE" in part.read(_PROLOGUE).upper():
                    raise UnreadableError("file.doctype", "The workbook declares a document type, which no workbook needs.")


def _workbook(content: bytes) -> Iterator[tuple[str, Iterator[Batch]]]:
    from python_calamine import CalamineSheet, CalamineWorkbook  # noqa: PLC0415 — after the limits are set

    workbook = CalamineWorkbook.from_filelike(io.BytesIO(content))
    if len(workbook.sheet_names) > MOST_SHEETS:
        raise UnreadableError("file.sheets", f"The workbook has more than {MOST_SHEETS} sheets.")
    cells = characters = 0

    def rows(sheet: CalamineSheet) -> Iterator[list[str]]:
        nonlocal characters
        _, left = sheet.start or (0, 0)  # calamine leaves out empty columns at the left, but not empty rows at the top
        for row in sheet.iter_rows():
            texts = [""] * left + [cell if type(cell) is str else _text(cell) for cell in row]
            characters += sum(map(len, texts))
            if characters > MOST_CHARACTERS:
                raise UnreadableError("file.too_large", "The workbook has too much text. Divide it.")
            yield texts

    for name in workbook.sheet_names:
        sheet = workbook.get_sheet_by_name(name)
        bottom, right = sheet.end or (-1, -1)
        if bottom >= MOST_ROWS:
            raise UnreadableError("file.too_large", f"The sheet “{name}” has more than {MOST_ROWS:,} rows. Divide it.")
        cells += (bottom + 1) * (right + 1)
        if cells > MOST_CELLS:
            raise UnreadableError("file.too_large", "The workbook has too many cells. Divide it.")
        yield name, batches(rows(sheet))
        del sheet  # before the next one is read


def _text(cell: object) -> str:
    match cell:
        case None:
            return ""
        case bool():
            return "TRUE" if cell else "FALSE"
        case float():
            return format(Decimal(repr(cell)).normalize(), "f") if cell else "0"
        case datetime():
            return cell.date().isoformat() if cell.time() == time() else cell.isoformat()
        case date() | time():
            return cell.isoformat()
        case timedelta():
            return str(cell)
        case _:
            return str(cell)


def _text_in_batches(content: bytes) -> Iterator[Batch]:
    text = _decoded(content)
    header = text.split("\n", 1)[0]
    delimiter = max(",\t;", key=header.count)
    rows = cells = 0
    for batch in _unquoted(text.replace("\r\n", "\n"), delimiter) if _every_line_is_a_row(text) else batches(_quoted(text, delimiter)):
        rows += len(batch)
        cells += sum(map(len, batch))
        if rows > MOST_ROWS or cells > MOST_CELLS:
            raise UnreadableError("file.too_large", f"The file has more than {MOST_ROWS:,} rows or {MOST_CELLS:,} cells. Divide it.")
        if max(map(len, batch)) > MOST_COLUMNS:
            _narrow(batch)
        yield batch


def _every_line_is_a_row(text: str) -> bool:
    """Whether a table can be split at its delimiters, which takes a third of the time of a reader that heeds quotation marks."""
    return '"' not in text and text.count("\r") == text.count("\r\n")


def _unquoted(text: str, delimiter: str) -> Iterator[Batch]:
    start = 0
    while start < len(text):
        stop = text.rfind("\n", start, start + _LONGEST_CELL) + 1 or text.find("\n", start) + 1 or len(text)
        batch = [line.split(delimiter) if line else [] for line in text[start:stop].removesuffix("\n").split("\n")]
        if stop - start > _LONGEST_CELL and max(map(len, batch[0]), default=0) > _LONGEST_CELL:  # a single row
            raise UnreadableError("file.broken", f"The file is not well-formed CSV: a cell has more than {_LONGEST_CELL:,} characters.")
        yield batch
        start = stop


def _quoted(text: str, delimiter: str) -> Iterator[list[str]]:
    number = 0
    try:
        for row in csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True):
            number += 1
            yield row
    except csv.Error as error:
        raise UnreadableError("file.broken", f"The file is not well-formed CSV near row {number + 1}: {error}.") from error


def _narrow(batch: Batch) -> None:
    """Takes off empty cells beyond the columns that spreadsheets show."""
    for row in batch:
        if any(row[MOST_COLUMNS:]):
            raise UnreadableError("file.too_large", f"A row has more than {MOST_COLUMNS:,} cells. Divide it.")
        del row[MOST_COLUMNS:]


def _decoded(content: bytes) -> str:
    if content.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        raise UnreadableError("file.encoding", "The text is UTF-16. Save it as UTF-8.")
    for encoding in ("utf-8-sig",) if content.startswith(codecs.BOM_UTF8) else ("utf-8", "cp932"):
        try:
            return content.decode(encoding)
        except UnicodeDecodeError:
            continue
    raise UnreadableError("file.encoding", "The text is neither UTF-8 nor Shift_JIS (cp932).")


if __name__ == "__main__":
    main()
