"""The child process that opens a file nobody has vouched for: bytes on standard input, cells as JSON on standard output.

It sets its own limits before it reads a byte, so that a hostile file costs at most ten seconds and 512 MB, and no other process.
"""

import codecs
import csv
import io
import json
import resource
import sys
import zipfile
from datetime import date, datetime, time, timedelta
from decimal import Decimal

MEMORY_BYTES = 512 * 1024 * 1024
CPU_SECONDS = 9
MOST_ROWS = 600_000
MOST_CELLS = 12_000_000
MOST_CHARACTERS = 40_000_000  # one long text can stand in very many cells and still be a tiny file
MOST_SHEETS = 40
MOST_ENTRIES = 400
MOST_UNPACKED = 400 * 1024 * 1024
HIGHEST_RATIO = 120
_PROLOGUE = 64 * 1024
_DIRECTORY_ENTRY = b"PK\x01\x02"


class UnreadableError(Exception):
    """The file is refused: a stable code, and words for a person."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code
        self.message = message


def main() -> None:
    """Reads a file and prints its sheets, or why it is refused."""
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY_BYTES, MEMORY_BYTES))
    resource.setrlimit(resource.RLIMIT_CPU, (CPU_SECONDS, CPU_SECONDS))
    resource.setrlimit(resource.RLIMIT_NOFILE, (64, 64))
    try:
        told: dict[str, object] = {"sheets": _sheets(sys.stdin.buffer.read())}
    except UnreadableError as refused:
        told = {"code": refused.code, "message": refused.message}
    except MemoryError:
        told = {"code": "file.too_large", "message": "The file needs more memory than one import may use."}
    except Exception as broken:  # noqa: BLE001 — whatever a broken file raises, it is told as a broken file
        told = {"code": "file.broken", "message": f"The file cannot be read: {type(broken).__name__}."}
    sys.stdout.reconfigure(encoding="utf-8", errors="surrogatepass")  # type: ignore[union-attr]
    json.dump(told, sys.stdout, ensure_ascii=False)


def _sheets(content: bytes) -> list[dict[str, str | list[list[str]]]]:
    if not content.strip():
        raise UnreadableError("file.empty", "The file is empty.")
    if content.startswith(b"PK"):
        _check_archive(content)
        return _workbook(content)
    if content.startswith(b"\xd0\xcf\x11\xe0"):
        raise UnreadableError("file.protected", "This is an old .xls file or protected by a password. Save it as .xlsx without a password.")
    if b"\x00" in content[:4096]:
        raise UnreadableError("file.type", "This is neither an .xlsx workbook nor a .csv file.")
    return [{"name": "", "rows": _rows_of_text(content)}]


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


def _workbook(content: bytes) -> list[dict[str, str | list[list[str]]]]:
    from python_calamine import CalamineWorkbook  # noqa: PLC0415 — after the limits are set

    workbook = CalamineWorkbook.from_filelike(io.BytesIO(content))
    if len(workbook.sheet_names) > MOST_SHEETS:
        raise UnreadableError("file.sheets", f"The workbook has more than {MOST_SHEETS} sheets.")
    sheets: list[dict[str, str | list[list[str]]]] = []
    cells = characters = 0
    for name in workbook.sheet_names:
        sheet = workbook.get_sheet_by_name(name)
        bottom, right = sheet.end or (-1, -1)
        if bottom >= MOST_ROWS:
            raise UnreadableError("file.too_large", f"The sheet “{name}” has more than {MOST_ROWS:,} rows. Divide it.")
        cells += (bottom + 1) * (right + 1)
        if cells > MOST_CELLS:
            raise UnreadableError("file.too_large", "The workbook has too many cells. Divide it.")
        # calamine leaves out empty columns at the left, but not empty rows at the top; the places that Excel shows are kept
        _, left = sheet.start or (0, 0)
        rows: list[list[str]] = []
        for row in sheet.iter_rows():
            texts = [""] * left + [_text(cell) for cell in row]
            characters += sum(map(len, texts))
            if characters > MOST_CHARACTERS:
                raise UnreadableError("file.too_large", "The workbook has too much text. Divide it.")
            rows.append(texts)
        sheets.append({"name": name, "rows": rows})
    return sheets


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


def _rows_of_text(content: bytes) -> list[list[str]]:
    text = _decoded(content)
    header = text.split("\n", 1)[0]
    delimiter = max(",\t;", key=header.count)
    rows: list[list[str]] = []
    try:
        for row in csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True):
            rows.append(row)
            if len(rows) > MOST_ROWS:
                raise UnreadableError("file.too_large", f"The file has more than {MOST_ROWS:,} rows. Divide it.")
    except csv.Error as error:
        raise UnreadableError("file.broken", f"The file is not well-formed CSV near row {len(rows) + 1}: {error}.") from error
    return rows


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
