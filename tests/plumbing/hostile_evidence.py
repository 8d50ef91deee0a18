"""Files that somebody might send as evidence: (name, declared type, bytes) by what is wrong with them, and those that are good."""

import io
import struct
import zipfile
import zlib
from collections.abc import Callable

PDF = b"%PDF-1.7\n1 0 obj\n<< /Type /Catalog >>\nendobj\nxref\n0 1\ntrailer << /Root 1 0 R >>\nstartxref\n50\n%%EOF\n"
Sent = tuple[str, str, bytes]


def pdf(inside: bytes) -> bytes:
    return PDF.replace(b"/Catalog", b"/Catalog " + inside)


def chunk(kind: bytes, body: bytes) -> bytes:
    return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))


def png(width: int = 1, height: int = 1, more: bytes = b"", after: bytes = b"") -> bytes:
    header = struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + more + chunk(b"IDAT", zlib.compress(b"\0\0")) + chunk(b"IEND", b"") + after


def jpeg(width: int = 1, height: int = 1, inside: bytes = b"", after: bytes = b"") -> bytes:
    comment = b"\xff\xfe" + struct.pack(">H", 2 + len(inside)) + inside
    frame = b"\xff\xc0" + struct.pack(">HBHHB", 11, 8, height, width, 1) + b"\x01\x11\x00"
    return b"\xff\xd8" + comment + frame + b"\xff\xda\x00\x08\x01\x01\x00\x00\x3f\x00\x00" + b"\xff\xd9" + after


def archive(entries: dict[str, bytes], *, comment: bytes = b"", link: bool = False) -> bytes:
    output = io.BytesIO()
    with zipfile.ZipFile(output, "w", zipfile.ZIP_DEFLATED) as opened:
        opened.comment = comment
        for name, content in entries.items():
            entry = zipfile.ZipInfo(name)
            entry.compress_type = zipfile.ZIP_DEFLATED
            entry.filename = name  # as it was meant: ZipInfo cuts at NUL
            entry.external_attr = (0o120777 << 16) if link else 0
            opened.writestr(entry, content)
    return output.getvalue()


def twice() -> bytes:
    return archive({"aa.txt": b"x", "bb.txt": b"y"}).replace(b"bb.txt", b"aa.txt")


def lying() -> bytes:
    """An archive that says it holds less than it does."""
    content = bytearray(archive({"a.txt": b"a" * 5000}))
    place = content.index(b"PK\x01\x02")
    content[place + 24 : place + 28] = struct.pack("<I", 10)
    return bytes(content)


def encrypted() -> bytes:
    content = bytearray(archive({"a.txt": b"secret"}))
    content[content.index(b"PK\x01\x02") + 8] |= 1
    return bytes(content)


def overlapping() -> bytes:
    """Two entries of the directory that unpack the same bytes."""
    content = bytearray(archive({"a.txt": b"x" * 99, "b.txt": b"y" * 99}))
    second = content.index(b"PK\x01\x02", content.index(b"PK\x01\x02") + 4)
    content[second + 42 : second + 46] = struct.pack("<I", 0)
    return bytes(content)


_BOOK = {"[Content_Types].xml": b"<Types/>", "xl/workbook.xml": b"<workbook/>", "xl/worksheets/sheet1.xml": b"<worksheet/>"}


def book(**more: bytes) -> bytes:
    return archive(_BOOK | {name.replace("__", "/").replace("_dot_", "."): body for name, body in more.items()})


def cell(formula: bytes) -> bytes:
    return archive(_BOOK | {"xl/worksheets/sheet1.xml": b"<worksheet><c><f>" + formula + b"</f></c></worksheet>"})


def _as(extension: str, *contents: tuple[str, Callable[[], bytes]]) -> dict[str, Callable[[], Sent]]:
    return {f"{extension}: {what}": lambda make=make: (f"proof.{extension}", "", make()) for what, make in contents}


_MZ = b"MZ\x90\x00" + bytes(200)
HOSTILE: dict[str, Callable[[], Sent]] = {
    **_as(
        "pdf",
        ("nothing", lambda: b""), ("HTML", lambda: b"<html><script>alert(1)</script>"), ("SVG", lambda: b"<svg onload='alert(1)'/>"),
        ("a program", lambda: _MZ), ("a PNG", png), ("a workbook", book), ("a header that comes late", lambda: b"junk\n" + PDF),
        ("JavaScript", lambda: pdf(b"/OpenAction << /S /JavaScript /JS (app.alert(1)) >>")), ("a spelled name", lambda: pdf(b"/S /J#61vaScript")),
        ("a launch", lambda: pdf(b"/S /Launch /F (cmd.exe)")), ("a file within", lambda: pdf(b"/EmbeddedFiles 2 0 R")),
        ("a form that sends", lambda: pdf(b"/S /SubmitForm")), ("an XFA form", lambda: pdf(b"/XFA 3 0 R")), ("a film", lambda: pdf(b"/RichMedia 3 0 R")),
        ("another document opened", lambda: pdf(b"/S /GoToR /F (x)")), ("a password", lambda: pdf(b"/Encrypt 3 0 R")),
        ("hidden JavaScript", lambda: pdf(b">>\n<< /Type /ObjStm /N 1 >>\nstream\n" + zlib.compress(b"<< /S /JavaScript >>") + b"\nendstream\n<<")),
        ("a bomb of objects", lambda: pdf(b">>\n<< /Type /ObjStm /N 1 >>\nstream\n" + zlib.compress(bytes(210 * 2**20)) + b"\nendstream\n<<")),
        ("a broken stream", lambda: pdf(b">>\n<< /Type /ObjStm /N 1 >>\nstream\nxx\nendstream\n<<")),
        ("cut off", lambda: PDF[:40]), ("an archive behind it", lambda: PDF + archive({"a.txt": b"x"})), ("HTML behind it", lambda: PDF + b"<script>1</script>"),
        ("an archive within", lambda: PDF.replace(b"xref\n0", archive({"a.txt": b"x"}) + b"\nxref\n0", 1)),
        ("HTML at its top", lambda: PDF.replace(b"1 0 obj", b"<html>\n1 0 obj", 1)),
    ),
    **_as(
        "png",
        ("a PDF", lambda: PDF), ("SVG", lambda: b"<svg/>"), ("a flood of pixels", lambda: png(2**31 - 1, 2**31 - 1)), ("no pixels", lambda: png(0, 5)),
        ("an archive behind it", lambda: png(after=archive({"a.txt": b"x"}))), ("a byte behind it", lambda: png(after=b"\0")),
        ("a wrong sum", lambda: png().replace(b"IDAT", b"IDAU")), ("cut off", lambda: png()[:-6]), ("a length beyond its end", lambda: png(more=b"\xff\xff\xff\xfftEXt")),
        ("a script within", lambda: png(more=chunk(b"tEXt", b"c\0<script>alert(1)</script>"))),
    ),
    **_as(
        "jpg",
        ("a GIF", lambda: b"GIF89a" + bytes(20)), ("a flood of pixels", lambda: jpeg(65535, 65535)), ("an archive behind it", lambda: jpeg(after=archive({"a.txt": b""}))),
        ("a script in its comment", lambda: jpeg(inside=b"<script>alert(1)</script>")), ("PHP in its comment", lambda: jpeg(inside=b"<?php system($_GET[0]); ?>")),
        ("no frame", lambda: b"\xff\xd8\xff\xd9"), ("a GIFAR", lambda: jpeg(after=archive({"A.class": b"\xca\xfe\xba\xbe"}) + b"\xff\xd9")),
    ),
    **_as(
        "csv",
        ("a program", lambda: _MZ), ("HTML", lambda: b"a,b\n<script>alert(1)</script>,1\n"), ("NUL", lambda: b"a,b\n\0,1\n"), ("UTF-16", lambda: "a,b".encode("utf-16")),
        ("an escape sequence", lambda: b"a,\x1b]0;title\x07\n"), ("turned writing", "a,b\nevil\u202etxt.exe,1\n".encode), ("no encoding", lambda: b"a,\x81\x00\xff"),
    ),
    **_as(
        "txt",
        ("a shell script", lambda: b"#!/bin/sh\nrm -rf /\n"), ("XML with entities", lambda: b'<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a "b">]>'), ("PostScript", lambda: b"%!PS\n"),
    ),
    **_as(
        "xlsx",
        ("an old workbook", lambda: b"\xd0\xcf\x11\xe0" + bytes(600)), ("a plain archive", lambda: archive({"a.txt": b"x"})), ("a PDF", lambda: PDF),
        ("macros", lambda: book(xl__vbaProject_dot_bin=b"x")), ("a link to a workbook", lambda: book(xl__externalLinks__externalLink1_dot_xml=b"<externalLink/>")),
        ("DDE in a link", lambda: book(xl__more_dot_xml=b"<ddeLink ddeService='cmd'/>")), ("DDE in a cell", lambda: cell(b"cmd|'/c calc'!A0")),
        ("an object within", lambda: book(xl__embeddings__oleObject1_dot_bin=b"x")), ("ActiveX", lambda: book(xl__activeX__activeX1_dot_xml=b"<x/>")),
        ("old macros", lambda: book(xl__macrosheets__sheet1_dot_xml=b"<x/>")), ("a connection", lambda: book(xl__connections_dot_xml=b"<x/>")),
        ("a target elsewhere", lambda: book(xl___rels__x_dot_rels=b'<Relationship Target="http://x.test/" TargetMode="External"/>')),
        ("an entity", lambda: book(xl__a_dot_xml=b'<!DOCTYPE x [<!ENTITY a SYSTEM "file:///etc/passwd">]><x>&a;</x>')),
        ("a laugh in UTF-16", lambda: book(xl__a_dot_xml='<!DOCTYPE x [<!ENTITY a "b">]>'.encode("utf-16"))),
        ("macros by type", lambda: archive(_BOOK | {"[Content_Types].xml": b"<Types ContentType='application/vnd.ms-excel.sheet.macroEnabled.main+xml'/>"})),
        ("a bomb", lambda: book(xl__a_dot_xml=bytes(60 * 2**20))),
    ),
    **_as(
        "zip",
        ("a bomb", lambda: archive({"a.txt": b"a" * (60 * 2**20)})), ("an archive within", lambda: archive({"b.zip": archive({"a.txt": b"x"})})),
        ("a million names", lambda: archive({f"{number}.txt": b"" for number in range(1001)})), ("a path that climbs", lambda: archive({"../../a.txt": b"x"})),
        ("a path from the root", lambda: archive({"/etc/cron.txt": b"x"})), ("a drive", lambda: archive({"C:\\a.txt": b"x"})), ("a device", lambda: archive({"CON.txt": b"x"})),
        ("a name that turns", lambda: archive({"a\u202etxt.csv": b"x"})), ("a link", lambda: archive({"a.txt": b"/etc/passwd"}, link=True)),
        ("a program", lambda: archive({"a.exe": _MZ})), ("a program named a text", lambda: archive({"a.txt": _MZ})), ("HTML named a PDF", lambda: archive({"a.pdf": b"<html>"})),
        ("two of one name", twice), ("one place twice", overlapping), ("a size that lies", lying), ("a password", encrypted),
        ("a comment", lambda: archive({"a.txt": b"x"}, comment=b"%PDF-1.7")), ("a PDF in front", lambda: PDF + archive({"a.txt": b"x"})),
        ("something behind it", lambda: archive({"a.txt": b"x"}) + b"<html>"), ("no directory", lambda: archive({"a.txt": b"x"})[:30]),
    ),
    "declared as HTML": lambda: ("proof.pdf", "text/html", PDF),
    "declared as SVG": lambda: ("proof.png", "image/svg+xml", png()),
    "declared as another picture": lambda: ("proof.png", "image/jpeg", png()),
    "a kind that runs": lambda: ("proof.html", "text/html", b"<html>"),
    "a picture that runs": lambda: ("proof.svg", "image/svg+xml", b"<svg/>"),
    "a workbook with macros by name": lambda: ("proof.xlsm", "", book()),
}  # fmt: skip
BAD_NAMES = [
    "",
    "proof",
    ".",
    "../proof.pdf",
    "a/b.pdf",
    "a\\b.pdf",
    "fdp\u202e.pdf",
    "a\nb.pdf",
    "a:b.pdf",
    "a" * 256 + ".pdf",
    "proof.pdf.exe",
    "a\x00.pdf",
    "a\u2066.pdf",
    "a\u200b.pdf",
    "\ufeffa.pdf",
    "pdf.\u200eexe.pdf",
]
GOOD: dict[str, Callable[[], Sent]] = {
    "a PDF": lambda: ("Prüfbericht.pdf", "application/pdf", PDF),
    "a picture": lambda: ("meter.PNG", "image/png", png()),
    "a photograph": lambda: ("meter.jpeg", "image/jpeg", jpeg()),
    "a table": lambda: ("電力.csv", "text/csv; charset=utf-8", "月,kWh\n4,10\n".encode()),
    "a table in Shift_JIS": lambda: ("kwh.csv", "application/vnd.ms-excel", "月,電力\n".encode("cp932")),
    "a text": lambda: ("note.txt", "text/plain", b"Read on 1 April.\n"),
    "a workbook": lambda: ("meter.xlsx", "", book()),
    "an archive": lambda: ("all.zip", "application/zip", archive({"a.pdf": PDF, "b/c.png": png()})),
}
