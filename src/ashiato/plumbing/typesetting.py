"""Documents as PDF (PDF/A-2b), set by typst in the fonts that this package carries; QR codes."""

import io
import json
import tempfile
from datetime import datetime
from pathlib import Path

import segno
import typst

from ashiato.kernel.digest import Json

_FONTS = Path(__file__).parent / "fonts"


def pdf(template: str, content: Json, pictures: dict[str, bytes], made_at: datetime) -> bytes:
    """The document that a typst template makes of `content` (its `data.json`) and pictures by file name.

    The same input gives the same bytes; `made_at` is the document's date.
    """
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder)
        (root / "main.typ").write_text(template, encoding="utf-8")
        (root / "data.json").write_text(json.dumps(content, ensure_ascii=False), encoding="utf-8")
        for name, picture in pictures.items():
            (root / name).write_bytes(picture)
        compiled = typst.compile(
            str(root / "main.typ"),
            root=str(root),
            font_paths=[str(_FONTS)],
            ignore_system_fonts=True,
            format="pdf",
            pdf_standards=["a-2b"],
            timestamp=made_at.replace(microsecond=0),
        )
    if not isinstance(compiled, bytes):
        raise TypeError("one document was expected")
    return compiled


def report(content: Json, url: str, made_at: datetime) -> bytes:
    """A report as PDF: heroes, then sections of tables, as `content` states them; `url` is its address, shown as a QR code."""
    template = (Path(__file__).parent / "report.typ").read_text(encoding="utf-8")
    return pdf(template, content, {"qr.svg": qr_svg(url)}, made_at)


def qr_svg(text: str) -> bytes:
    """A QR code (ISO/IEC 18004, error correction H) as SVG."""
    output = io.BytesIO()
    segno.make(text, error="h", micro=False).save(output, kind="svg", border=4, xmldecl=False, svgns=True)
    return output.getvalue()
