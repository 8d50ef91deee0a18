"""The child process that looks at a file nobody has vouched for: its name as argument, its bytes on standard input, one line of JSON out.

It limits itself to 512 MB and nine seconds before it reads a byte. Nothing is interpreted: the first bytes and the end say what a
file is, and archives are judged by their directory before an entry is unpacked, then unpacked in pieces to see whether it told the truth.
"""

import io
import json
import re
import resource
import struct
import sys
import zipfile
import zlib
from collections.abc import Callable

MEMORY_BYTES = 512 * 1024 * 1024
CPU_SECONDS = 9
MOST_ENTRIES = 1000
MOST_UNPACKED = 200 * 1024 * 1024
HIGHEST_RATIO = 120
MOST_PIXELS = 100_000_000
_DIRECTORY_ENTRY = b"PK\x01\x02"
_DIRECTORY_END = 65_557  # how far from its end an archive's readers look for its directory
_BLOCK = 1024 * 1024
_PNG = b"\x89PNG\r\n\x1a\n"
_ACTIVE_PDF = re.compile(rb"/(JavaScript|Launch|EmbeddedFiles?|OpenAction|RichMedia|XFA|GoToR|GoToE|SubmitForm|ImportData)(?![A-Za-z0-9])")
_ACTIVE_BOOK = re.compile(
    r"vbaproject|externallinks?/|embeddings/|activex|ctrlprops/|macrosheets|customui|oleobject|connections\.xml|querytables/", re.IGNORECASE
)
_DDE = re.compile(rb"<f[^>]*>[^<]*\|[^<]*![^<]*</f>|ddeLink|oleLink|TargetMode\s*=\s*[\"']External", re.IGNORECASE)
_MARKUP = re.compile(rb"<\s*(!doctype|html|script|svg|\?xml|\?php|iframe|body|head|math|object|embed)", re.IGNORECASE)
_BIDI = re.compile("[\u200e\u200f\u202a-\u202e\u2066-\u2069]")
_ZIP_NAME = re.compile(r"(^|/)\.\.?(/|$)|^/|\\|^[A-Za-z]:|[\x00-\x1f\x7f]|(^|/)(con|prn|aux|nul|com\d|lpt\d)(\.|/|$)", re.IGNORECASE)


class HarmfulError(Exception):
    """The file is refused: a stable code, and words for a person."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code
        self.message = message


def main() -> None:
    """Reads a file and prints `{}`, or why it is refused."""
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY_BYTES, MEMORY_BYTES))
    resource.setrlimit(resource.RLIMIT_CPU, (CPU_SECONDS, CPU_SECONDS))
    resource.setrlimit(resource.RLIMIT_NOFILE, (64, 64))
    told: dict[str, str] = {}
    try:
        look(sys.argv[1], sys.stdin.buffer.read())
    except HarmfulError as refused:
        told = {"code": refused.code, "message": refused.message}
    except MemoryError:
        told = {"code": "file.too_large", "message": "The file needs more memory than one may use."}
    except Exception as broken:  # noqa: BLE001 — whatever a broken file raises, it is told as a broken file
        told = {"code": "file.broken", "message": f"The file cannot be read: {type(broken).__name__}."}
    sys.stdout.write(json.dumps(told) + "\n")


def look(extension: str, content: bytes) -> None:
    """Raises HarmfulError unless the bytes are of the kind that the extension names, and nothing in them acts by itself."""
    if not content:
        raise HarmfulError("file.empty", "The file is empty.")
    KINDS[extension](content)


def _pdf(content: bytes) -> None:
    if not re.match(rb"%PDF-[12]\.\d", content):
        raise _mismatch("PDF")
    tail = content[-1024:].rstrip(b"\x00\r\n\t ")
    if not tail.endswith(b"%%EOF") or b"startxref" not in tail:
        raise HarmfulError("file.trailing", "The PDF is cut off, or something follows its end.")
    if b"PK\x05\x06" in content[-_DIRECTORY_END:] or _MARKUP.search(content[:1024]):
        raise HarmfulError("file.polyglot", "The PDF is another kind of file as well.")
    names = re.sub(rb"#([0-9A-Fa-f]{2})", lambda found: bytes([int(found[1], 16)]), content)  # names may be spelled in digits
    if active := _ACTIVE_PDF.search(names) or _ACTIVE_PDF.search(_object_streams(content)):
        raise HarmfulError("file.active", f"The PDF acts by itself ({active[1].decode()}). Print it to a plain PDF.")
    if re.search(rb"/Encrypt(?![A-Za-z])", names):
        raise HarmfulError("file.protected", "The PDF is encrypted. Save it without a password.")


def _object_streams(content: bytes) -> bytes:
    """The objects that a PDF keeps compressed, where names could hide."""
    found, room = io.BytesIO(), MOST_UNPACKED
    for stream in re.finditer(rb"/ObjStm\b.{0,400}?stream\r?\n", content, re.DOTALL):
        try:
            unpacked = zlib.decompressobj().decompress(content[stream.end() :], room)
        except zlib.error as error:
            raise HarmfulError("file.broken", "A stream of the PDF is damaged.") from error
        room -= len(unpacked)
        if room <= 0:
            raise HarmfulError("file.bomb", "The PDF unpacks to far more than it should.")
        found.write(re.sub(rb"#([0-9A-Fa-f]{2})", lambda found: bytes([int(found[1], 16)]), unpacked))
    return found.getvalue()


def _png(content: bytes) -> None:
    if not content.startswith(_PNG) or content[12:16] != b"IHDR":
        raise _mismatch("PNG")
    _check_pixels(*struct.unpack(">II", content[16:24]))
    place = len(_PNG)
    while place + 12 <= len(content):
        length, kind = struct.unpack(">I4s", content[place : place + 8])
        end = place + 12 + length
        if end > len(content) or zlib.crc32(content[place + 4 : end - 4]) != int.from_bytes(content[end - 4 : end], "big"):
            raise HarmfulError("file.broken", "The picture is damaged.")
        place = end
        if kind == b"IEND":
            break
    else:
        raise HarmfulError("file.broken", "The picture is cut off.")
    if place != len(content):
        raise HarmfulError("file.trailing", "Something follows the end of the picture.")
    _no_archive(content)


def _jpeg(content: bytes) -> None:
    if not content.startswith(b"\xff\xd8\xff"):
        raise _mismatch("JPEG")
    place, seen = 2, False
    while place + 4 <= len(content) and content[place] == 0xFF:  # noqa: PLR2004 — a marker
        marker, length = content[place + 1], int.from_bytes(content[place + 2 : place + 4], "big")
        if 0xC0 <= marker <= 0xCF and marker not in (0xC4, 0xC8, 0xCC):  # noqa: PLR2004 — the frame header
            height, width = struct.unpack(">HH", content[place + 5 : place + 9])
            _check_pixels(width, height)
            seen = True
        if marker == 0xDA:  # noqa: PLR2004 — the picture itself begins
            break
        place += 2 + length
    if not seen or not content.endswith(b"\xff\xd9"):
        raise HarmfulError("file.trailing", "The picture is cut off, or something follows its end.")
    _no_archive(content)


def _check_pixels(width: int, height: int) -> None:
    if not 0 < width * height <= MOST_PIXELS:
        raise HarmfulError("file.pixels", f"A picture has at most {MOST_PIXELS // 1_000_000} million pixels, and at least one.")


def _no_archive(content: bytes) -> None:
    if b"PK\x05\x06" in content[-_DIRECTORY_END:] or _MARKUP.search(content):
        raise HarmfulError("file.polyglot", "The file is another kind of file as well.")


def _text(content: bytes) -> None:
    if b"\x00" in content:
        raise _mismatch("text")
    for encoding in ("utf-8-sig", "cp932"):
        try:
            text = content.decode(encoding)
            break
        except UnicodeDecodeError:
            continue
    else:
        raise HarmfulError("file.encoding", "The text is neither UTF-8 nor Shift_JIS.")
    if re.search(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]", text) or _BIDI.search(text):
        raise HarmfulError("file.control", "The text has characters that no text needs: controls, or such as change the direction of writing.")
    if _MARKUP.search(content) or content.startswith((b"%PDF", b"%!PS", b"MZ", b"PK", b"GIF8", b"#!")):
        raise _mismatch("text")


def _zip(content: bytes) -> None:
    for entry, _ in _unpacked(content):
        inner = entry.filename.rsplit(".", 1)[-1].casefold() if "." in entry.filename else ""
        if not entry.is_dir() and inner not in KINDS.keys() - {"zip"}:
            raise HarmfulError("file.inside", "The archive holds a file of a kind that is not accepted, or another archive.")
    for entry, body in _unpacked(content):
        if not entry.is_dir():
            look(entry.filename.rsplit(".", 1)[-1].casefold(), body())


def _workbook(content: bytes) -> None:
    entries = _unpacked(content)
    names = {entry.filename for entry, _ in entries}
    if not {"[Content_Types].xml", "xl/workbook.xml"} <= names:
        raise _mismatch("workbook")
    if active := next((name for name in names if _ACTIVE_BOOK.search(name)), None):
        raise HarmfulError("file.active", f"The workbook acts by itself or fetches from elsewhere ({active[:80]!a}). Save it with values only.")
    for entry, body in entries:
        text = body()
        if entry.filename.endswith((".xml", ".rels", ".vml")):
            if b"<!DOCTYPE" in text.upper() or b"<!ENTITY" in text.upper() or text[:2] in (b"\xff\xfe", b"\xfe\xff"):
                raise HarmfulError("file.doctype", "The workbook declares a document type, which no workbook needs.")
            if _DDE.search(text) or b"macroEnabled" in text:
                raise HarmfulError("file.active", "The workbook acts by itself or fetches from elsewhere. Save it with values only.")


Entry = tuple[zipfile.ZipInfo, Callable[[], bytes]]


def _unpacked(content: bytes) -> list[Entry]:
    """The entries of an archive whose directory keeps the budget, each with a way to its bytes."""
    if not content.startswith(b"PK\x03\x04"):
        raise _mismatch("archive")
    if content.count(_DIRECTORY_ENTRY) > MOST_ENTRIES:  # counted before a directory of millions is read
        raise HarmfulError("file.bomb", "The archive holds far more files than it should.")
    try:
        archive = zipfile.ZipFile(io.BytesIO(content))
    except zipfile.BadZipFile as error:
        raise HarmfulError("file.broken", "The archive is damaged.") from error
    entries = archive.infolist()
    if archive.comment or not content.endswith(b"\x00\x00") or content[-22:-18] != b"PK\x05\x06":
        raise HarmfulError("file.trailing", "Something follows the end of the archive.")
    _check_directory(entries, len(content))
    return [(entry, lambda entry=entry: _body(archive, entry)) for entry in entries]  # type: ignore[misc]


def _check_directory(entries: list[zipfile.ZipInfo], size: int) -> None:
    unpacked = sum(entry.file_size for entry in entries)
    if unpacked > MOST_UNPACKED or unpacked > HIGHEST_RATIO * max(size, 100_000) or sum(entry.compress_size for entry in entries) > size:
        raise HarmfulError("file.bomb", "The archive unpacks to far more than it should.")
    names = [entry.orig_filename.casefold() for entry in entries]
    places = [entry.header_offset for entry in entries]
    if len(set(names)) < len(names) or len(set(places)) < len(places):
        raise HarmfulError("file.bomb", "Two entries of the archive are the same.")
    for entry in entries:
        if entry.flag_bits & 1:
            raise HarmfulError("file.protected", "The archive is protected by a password.")
        if _ZIP_NAME.search(entry.orig_filename) or _BIDI.search(entry.orig_filename):
            raise HarmfulError("file.path", "The archive holds a name that would be written elsewhere, or reads as another.")
        if (entry.external_attr >> 16) & 0o170000 == 0o120000:  # noqa: PLR2004 — a symbolic link
            raise HarmfulError("file.path", "The archive holds a link.")


def _body(archive: zipfile.ZipFile, entry: zipfile.ZipInfo) -> bytes:
    found = bytearray()
    with archive.open(entry) as file:
        while block := file.read(_BLOCK):
            found += block
            if len(found) > entry.file_size:
                raise HarmfulError("file.bomb", "The archive unpacks to more than it says.")
    return bytes(found)


def _mismatch(what: str) -> HarmfulError:
    return HarmfulError("file.type", f"The name says {what}; the bytes do not.")


KINDS: dict[str, Callable[[bytes], None]] = {
    "pdf": _pdf, "png": _png, "jpg": _jpeg, "jpeg": _jpeg, "csv": _text, "txt": _text, "xlsx": _workbook, "zip": _zip,
}  # fmt: skip

if __name__ == "__main__":
    main()
