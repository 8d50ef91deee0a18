"""Files that were built to harm or to confuse a reader of spreadsheets."""

import io
import os
import struct
import zipfile
import zlib
from collections.abc import Callable, Iterator
from typing import TypeAlias

Maker = Callable[[], bytes]

CONTENT_TYPES = (
    b'<?xml version="1.0"?><Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types">'
    b'<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
    b'<Default Extension="xml" ContentType="application/xml"/></Types>'
)
RELS = (
    b'<?xml version="1.0"?><Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"><Relationship Id="rId1" '
    b'Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/officeDocument" Target="xl/workbook.xml"/></Relationships>'
)
MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"


def workbook_xml(sheets: int = 1) -> bytes:
    listed = "".join(f'<sheet name="S{n}" sheetId="{n}" r:id="rId{n}"/>' for n in range(1, sheets + 1))
    return f'<?xml version="1.0"?><workbook xmlns="{MAIN}" xmlns:r="{OFFICE}"><sheets>{listed}</sheets></workbook>'.encode()


def workbook_rels(sheets: int = 1) -> bytes:
    listed = "".join(f'<Relationship Id="rId{n}" Type="{OFFICE}/worksheet" Target="worksheets/sheet{n}.xml"/>' for n in range(1, sheets + 1))
    listed += f'<Relationship Id="rIdS" Type="{OFFICE}/sharedStrings" Target="sharedStrings.xml"/>'
    return (
        f'<?xml version="1.0"?><Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">{listed}</Relationships>'.encode()
    )


class Endless:
    """So many bytes of one kind, never all at once in memory."""

    def __init__(self, size: int, before: bytes = b"", after: bytes = b"", byte: bytes = b" ") -> None:
        self.size, self.before, self.after, self.byte = size, before, after, byte

    def pieces(self) -> Iterator[bytes]:
        piece = self.byte * 2**20
        yield self.before
        yield from (piece for _ in range(self.size // len(piece)))
        yield self.after

    def packed(self) -> bytes:
        compressor = zlib.compressobj(1, zlib.DEFLATED, -15)
        return b"".join([*(compressor.compress(piece) for piece in self.pieces()), compressor.flush()])


Content: TypeAlias = bytes | Endless


def sheet_of(size: int) -> Endless:
    before, after = sheet_xml("|").split(b"|")
    return Endless(size, before, after)


def strings_of(size: int) -> Endless:
    before, after = shared_xml("|").split(b"|")
    return Endless(size, before, after, b"x")


def sheet_xml(rows: str | bytes, prologue: str = "", dimension: str = "") -> bytes:
    rows = rows.encode() if isinstance(rows, str) else rows
    head = f'<?xml version="1.0"?>{prologue}<worksheet xmlns="{MAIN}">{dimension}<sheetData>'.encode()
    return head + rows + b"</sheetData></worksheet>"


def shared_xml(*texts: str, prologue: str = "") -> bytes:
    listed = "".join(f"<si><t>{text}</t></si>" for text in texts)
    return f'<?xml version="1.0"?>{prologue}<sst xmlns="{MAIN}">{listed}</sst>'.encode()


A1 = '<row r="1"><c r="A1"><v>1</v></c></row>'


def book(
    sheet: Content | None = None, shared: Content | None = None, sheets: int = 1, more: dict[str, Content] | None = None, **parts: bytes
) -> bytes:
    """A minimal workbook, with these parts in place of its own."""
    entries = {
        "[Content_Types].xml": CONTENT_TYPES,
        "_rels/.rels": RELS,
        "xl/workbook.xml": parts.get("workbook", workbook_xml(sheets)),
        "xl/_rels/workbook.xml.rels": parts.get("rels", workbook_rels(sheets)),
        **{f"xl/worksheets/sheet{n}.xml": sheet or sheet_xml(A1) for n in range(1, sheets + 1)},
        "xl/sharedStrings.xml": shared or shared_xml("text"),
        **(more or {}),
    }
    output = io.BytesIO()
    with zipfile.ZipFile(output, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as archive:
        for name, content in entries.items():
            with archive.open(name, "w") as entry:
                for piece in content.pieces() if isinstance(content, Endless) else [content]:
                    entry.write(piece)
    return output.getvalue()


def entries_without_number(count: int, zip64: bool = True) -> bytes:
    """A directory of so many entries, all of them the same few bytes."""
    local = struct.pack("<4sHHHHHIIIHH", b"PK\x03\x04", 20, 0, 0, 0, 33, 0, 0, 0, 15, 0) + b"xl/workbook.xml"
    entry = struct.pack("<4sHHHHHHIIIHHHHHII", b"PK\x01\x02", 20, 20, 0, 0, 0, 33, 0, 0, 0, 15, 0, 0, 0, 0, 0, 0) + b"xl/workbook.xml"
    directory = entry * count
    start = len(local)
    end = b""
    if zip64:
        end += struct.pack("<4sQHHIIQQQQ", b"PK\x06\x06", 44, 45, 45, 0, 0, count, count, len(directory), start)
        end += struct.pack("<4sIQI", b"PK\x06\x07", 0, start + len(directory), 1)
    end += struct.pack("<4sHHHHIIH", b"PK\x05\x06", 0, 0, 0xFFFF, 0xFFFF, 0xFFFFFFFF if zip64 else len(directory), 0xFFFFFFFF if zip64 else start, 0)
    return local + directory + end


def lying(name: str, unpacked: Endless) -> bytes:
    """A workbook one of whose entries unpacks to far more than the directory says."""
    with zipfile.ZipFile(io.BytesIO(book())) as archive:
        parts = {entry.filename: archive.read(entry) for entry in archive.infolist()}
    output, directory = bytearray(), bytearray()
    for entry_name, plain in parts.items():
        packed, size, crc = zlib.compress(plain)[2:-4], len(plain), zlib.crc32(plain)
        if entry_name == name:
            packed, size = unpacked.packed(), 100
        encoded, offset = entry_name.encode(), len(output)
        output += struct.pack("<4sHHHHHIIIHH", b"PK\x03\x04", 20, 0, 8, 0, 33, crc, len(packed), size, len(encoded), 0) + encoded + packed
        directory += struct.pack(
            "<4sHHHHHHIIIHHHHHII", b"PK\x01\x02", 20, 20, 0, 8, 0, 33, crc, len(packed), size, len(encoded), 0, 0, 0, 0, 0, offset
        )
        directory += encoded
    end = struct.pack("<4sHHHHIIH", b"PK\x05\x06", 0, 0, len(parts), len(parts), len(directory), len(output), 0)
    return bytes(output + directory + end)


def overlapping(count: int) -> bytes:
    """Fifield's trick: many directory entries share one compressed body."""
    packed = zlib.compress(bytes(10**6), 9)[2:-4]
    name = b"xl/workbook.xml"
    local = struct.pack("<4sHHHHHIIIHH", b"PK\x03\x04", 20, 0, 8, 0, 33, 0, len(packed), 10**6, len(name), 0) + name + packed
    directory = b""
    for number in range(count):
        entry_name = name if number == 0 else b"xl/media/%d.bin" % number
        directory += struct.pack("<4sHHHHHHIIIHHHHHII", b"PK\x01\x02", 20, 20, 0, 8, 0, 33, 0, len(packed), 10**6, len(entry_name), 0, 0, 0, 0, 0, 0)
        directory += entry_name
    end = struct.pack("<4sHHHHIIH", b"PK\x05\x06", 0, 0, count, count, len(directory), len(local), 0)
    return local + directory + end


def flagged(content: bytes, flag: int) -> bytes:
    """The same archive with a flag set in every directory entry."""
    changed = bytearray(content)
    place = changed.find(b"PK\x01\x02")
    while place >= 0:
        changed[place + 8] |= flag
        place = changed.find(b"PK\x01\x02", place + 4)
    return bytes(changed)


def method(content: bytes, number: int) -> bytes:
    """The same archive with every entry said to be packed by another method."""
    changed = bytearray(content)
    for mark, shift in ((b"PK\x01\x02", 10), (b"PK\x03\x04", 8)):
        place = changed.find(mark)
        while place >= 0:
            changed[place + shift : place + shift + 2] = struct.pack("<H", number)
            place = changed.find(mark, place + 4)
    return bytes(changed)


XXE = '<!DOCTYPE x [<!ENTITY secret SYSTEM "file:///etc/passwd">]>'
LAUGHS = "<!DOCTYPE lolz [<!ENTITY l0 'lol'>" + "".join(f"<!ENTITY l{n} '{f'&l{n - 1};' * 10}'>" for n in range(1, 10)) + "]>"


def million_rows() -> bytes:
    return sheet_xml(b"".join(b'<row r="%d"><c r="A%d"><v>1</v></c></row>' % (n, n) for n in range(1, 1_048_577)))


def same_string(cells: int, text: str) -> bytes:
    rows = "".join(f'<row r="{n}"><c r="A{n}" t="s"><v>0</v></c></row>' for n in range(1, cells + 1))
    return book(sheet_xml(rows), shared_xml(text))


REFUSED: dict[str, tuple[Maker, set[str]]] = {
    # archives
    "a flat bomb": (lambda: book(sheet_of(300 * 2**20)), {"file.bomb"}),
    "a bomb in the strings": (lambda: book(shared=strings_of(200 * 2**20)), {"file.bomb"}),
    "a bomb in a picture": (lambda: book(more={"xl/media/image1.png": Endless(250 * 2**20)}), {"file.bomb"}),
    "a bomb below the ratio": (lambda: book(sheet_of(380 * 2**20), more={"xl/media/noise.bin": os.urandom(4 * 2**20)}), {"file.bomb", "file.too_large", "file.broken"}),
    "overlapping entries": (lambda: overlapping(300), {"file.bomb"}),
    "a sheet that lies about its size": (lambda: lying("xl/worksheets/sheet1.xml", sheet_of(600 * 2**20)), {"file.bomb", "file.too_large", "file.broken"}),
    "strings that lie about their size": (lambda: lying("xl/sharedStrings.xml", strings_of(700 * 2**20)), {"file.bomb", "file.too_large", "file.broken"}),
    "a million entries": (lambda: entries_without_number(10**6), {"file.bomb", "file.too_large", "file.broken"}),
    "a thousand entries": (lambda: book(more={f"xl/media/{n}": b"" for n in range(1000)}), {"file.bomb"}),
    "a directory that lies about its length": (lambda: entries_without_number(10**5, zip64=False), {"file.bomb", "file.too_large", "file.broken"}),
    "half a workbook": (lambda: book()[:-200], {"file.broken"}),
    "the first bytes of a workbook": (lambda: book()[:30], {"file.broken"}),
    "an empty archive": (lambda: b"PK\x05\x06" + bytes(18), {"file.type"}),
    "a row wider than a sheet": (lambda: b"a,b\n" + b"," * 16_384 + b"x", {"file.too_large"}),
    "two letters": (lambda: b"PK", {"file.broken"}),
    "an archive that is no workbook": (lambda: zipped({"word/document.xml": b"<x/>"}), {"file.type"}),
    "a binary workbook": (lambda: zipped({"xl/workbook.bin": b"\0" * 100}), {"file.type"}),
    "an encrypted archive": (lambda: flagged(book(), 1), {"file.protected"}),
    "an unknown method of packing": (lambda: method(book(), 99), {"file.broken"}),
    "a damaged body": (lambda: book().replace(b"PK\x03\x04", b"PK\x03\x05", 3), {"file.broken"}),
    "a workbook without sheets' parts": (lambda: zipped({"xl/workbook.xml": workbook_xml()}), {"file.broken"}),
    "a workbook that is no XML": (lambda: book(workbook=b"\x00\x01\x02"), {"file.broken"}),
    # XML
    "an external entity": (lambda: book(sheet_xml('<row r="1"><c r="A1" t="str"><v>&secret;</v></c></row>', XXE)), {"file.doctype"}),
    "an external entity in the strings": (lambda: book(shared=shared_xml("&secret;", prologue=XXE)), {"file.doctype"}),
    "an external entity in the relations": (lambda: book(rels=workbook_rels().replace(b"?>", b"?>" + XXE.encode(), 1)), {"file.doctype"}),
    "a billion laughs": (lambda: book(shared=shared_xml("&l9;", prologue=LAUGHS)), {"file.doctype"}),
    "an external document type": (lambda: book(sheet_xml(A1, '<!doctype x SYSTEM "http://127.0.0.1:1/x.dtd">')), {"file.doctype"}),
    "a parameter entity": (lambda: book(sheet_xml(A1, '<!DOCTYPE x [<!ENTITY % p SYSTEM "http://127.0.0.1:1/p">%p;]>')), {"file.doctype"}),
    "sixty sheets": (lambda: book(sheets=60), {"file.sheets"}),
    "a million rows": (lambda: book(million_rows()), {"file.too_large"}),
    "two cells as far apart as can be": (lambda: book(sheet_xml('<row r="1"><c r="A1"><v>1</v></c></row><row r="1048576"><c r="XFD1048576"><v>1</v></c></row>')), {"file.too_large", "file.broken"}),
    "one long string in very many cells": (lambda: same_string(30_000, "x" * 32_767), {"file.too_large"}),
    "one long Japanese string in very many cells": (lambda: same_string(5_000, "足" * 32_767), {"file.too_large"}),
    # protected and foreign
    "an old or encrypted workbook": (lambda: OLE + os.urandom(5000), {"file.protected"}),
    "an empty OLE file": (lambda: OLE, {"file.protected"}),
    "nothing": (lambda: b"", {"file.empty"}),
    "blanks": (lambda: b" \n\r\n\t " * 1000, {"file.empty"}),
    "noise": (lambda: bytes(range(256)) * 100, {"file.type"}),
    "a picture": (lambda: b"\x89PNG\r\n\x1a\n" + bytes(1000), {"file.type"}),
    "a program": (lambda: b"\x7fELF" + bytes(1000), {"file.type"}),
    "a picture with a workbook behind it": (lambda: b"GIF89a" + bytes(20) + book(), {"file.type"}),
    # text
    "five megabytes of quotes": (lambda: b'"' * (5 * 2**20), {"file.broken"}),
    "a quote that never ends": (lambda: b'a,b\n1,"' + b"x\n" * (2 * 2**20), {"file.broken"}),
    "one line of five megabytes": (lambda: b"x" * (5 * 2**20), {"file.broken"}),
    "five million line ends": (lambda: b"a,b" + b"\n" * (5 * 10**6), {"file.too_large"}),
    "NUL bytes": (lambda: b"a,b\n\x00,\x00\n", {"file.type"}),
    "UTF-16, little end first": (lambda: "a,b\n1,2\n".encode("utf-16"), {"file.type", "file.encoding"}),
    "UTF-16, big end first": (lambda: b"\xfe\xff" + "a,b\n1,2\n".encode("utf-16-be"), {"file.type", "file.encoding"}),
    "UTF-16 without one Latin letter": (lambda: b"\xff\xfe" + "品番、名称".encode("utf-16-le"), {"file.type", "file.encoding"}),
    "UTF-32": (lambda: "a,b\n1,2\n".encode("utf-32"), {"file.type", "file.encoding"}),
    "UTF-8 with its mark and a byte of something else": (lambda: b"\xef\xbb\xbf" + "部品番号,部品名\nA-1,セル".encode() + b"\x83\n", {"file.encoding"}),
    "bytes of no encoding": (lambda: b"a,b\n" + b"\x81\x00\x85\x39\xa0\xff"[:1] * 3 + b"\xff\xfd\x81\n", {"file.encoding"}),
    "text after a quote": (lambda: b'a,b\n"x"y,2\n', {"file.broken"}),
}  # fmt: skip


def zipped(entries: dict[str, bytes]) -> bytes:
    output = io.BytesIO()
    with zipfile.ZipFile(output, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in entries.items():
            archive.writestr(name, content)
    return output.getvalue()


def text_cell(text: str) -> str:
    return f'<row r="1"><c r="A1" t="inlineStr"><is><t>{text}</t></is></c></row>'


READ: dict[str, tuple[Maker, list[list[str]]]] = {
    "a plain workbook": (book, [["1"]]),
    "a workbook in a workbook": (lambda: book(more={"xl/embeddings/inner.xlsx": book(), "xl/media/inner.zip": zipped({"bomb": bytes(2**20)})}), [["1"]]),
    "names that climb": (lambda: book(more={"../../../etc/passwd": b"x", "/etc/shadow": b"x", "C:\\x": b"x", "xl/\x01\u202e": b"x", "CON": b"x"}), [["1"]]),
    "macros": (lambda: book(more={"xl/vbaProject.bin": OLE + bytes(1000)}), [["1"]]),
    "a link to another workbook": (lambda: book(sheet_xml('<row r="1"><c r="A1"><f>[1]Other!A1</f><v>7</v></c></row>'), more={"xl/externalLinks/externalLink1.xml": b"<externalLink/>"}), [["7"]]),
    "a command as a formula": (lambda: book(sheet_xml("<row r=\"1\"><c r=\"A1\" t=\"str\"><f>cmd|'/c calc'!A0</f><v>#REF!</v></c></row>")), [["#REF!"]]),
    "an include": (lambda: book(sheet_xml(text_cell('<xi:include xmlns:xi="http://www.w3.org/2001/XInclude" href="/etc/passwd"/>x'))), [["x"]]),
    "an entity nobody declared": (lambda: book(sheet_xml(text_cell("a&amp;b&lt;c"))), [["a&b<c"]]),
    "a sheet that says it is larger": (lambda: book(sheet_xml(A1, dimension='<dimension ref="A1:XFD1048576"/>')), [["1"]]),
    "a cell far down and right": (lambda: book(sheet_xml('<row r="3"><c r="C3"><v>5</v></c></row>')), [["", "", ""], ["", "", ""], ["", "", "5"]]),
    "rows without numbers": (lambda: book(sheet_xml("<row><c><v>1</v></c><c><v>2</v></c></row><row><c><v>3</v></c></row>")), [["1", "2"], ["3", ""]]),
    "lone carriage returns": (lambda: b"a,b\r1,2\r3,4\r", [["a", "b"], ["1", "2"], ["3", "4"]]),
    "Windows line ends": (lambda: b"a,b\r\n1,2\r\n", [["a", "b"], ["1", "2"]]),
    "no line end": (lambda: b"a,b\n1,2", [["a", "b"], ["1", "2"]]),
    "a line in a cell": (lambda: b'a,b\n"1\n2",3\n4,5\n', [["a", "b"], ["1\n2", "3"], ["4", "5"]]),
    "semicolons": (lambda: b"a;b\n1,5;2\n", [["a", "b"], ["1,5", "2"]]),
    "tabs": (lambda: b"a\tb\n1\t2\n", [["a", "b"], ["1", "2"]]),
    "a mark of UTF-8": ("\ufeff部品番号,部品名\nA-1,セル\n".encode, [["部品番号", "部品名"], ["A-1", "セル"]]),
    "UTF-8": ("部品番号,部品名\nＡ－１,ｾﾙ\n".encode, [["部品番号", "部品名"], ["Ａ－１", "ｾﾙ"]]),
    "Shift_JIS": (lambda: "部品番号,部品名\nA-1,①㈱髙島ソ能表\n".encode("cp932"), [["部品番号", "部品名"], ["A-1", "①㈱髙島ソ能表"]]),
    "blank lines": (lambda: b"\n\na,b\n\n1,2\n", [[], [], ["a", "b"], [], ["1", "2"]]),
    "half a million commas": (lambda: b"a,b\n" + b"," * (5 * 10**5), [["a", "b"], [""] * 16_384]),
    "a formula as text": (lambda: b"a,b\n=1+1,@x\n", [["a", "b"], ["=1+1", "@x"]]),
}  # fmt: skip
