"""Documents as PDF (PDF/A-2b), set by typst in the fonts that this package carries; QR codes."""

import functools
import io
import json
import re
import tempfile
from datetime import datetime
from pathlib import Path
from typing import Any

import segno
import typst

from ashiato.kernel.digest import Json

_FONTS = Path(__file__).parent / "fonts"

# A letter is set in the first of these that has it: Japanese, then the names of the chain's other countries.
_FAMILIES = ("BIZ UDPGothic", "Noto Sans", "Noto Sans SC", "Noto Sans KR", "Noto Sans Thai", "Noto Sans Arabic", "Noto Sans Devanagari")

_VARIANTS = re.compile("[\ufe00-\ufe0f\U000e0100-\U000e01ef]")  # a wish for another shape of the letter before, which is set without


def pdf(template: str, content: Json, pictures: dict[str, bytes], made_at: datetime) -> bytes:
    """The document that a typst template makes of `content` (its `data.json`, with `fonts`) and pictures by file name.

    The same input gives the same bytes; `made_at` is the document's date. PDF/A takes no letter without a shape: one that no
    font of ours has is set as its code point, `[U+1F50B]`.
    """
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder)
        (root / "main.typ").write_text(template, encoding="utf-8")
        (root / "data.json").write_text(json.dumps({**_settable(content), "fonts": _FAMILIES}, ensure_ascii=False), encoding="utf-8")
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


@functools.cache
def _shapes() -> frozenset[int]:
    """The code points that our fonts have a shape for."""
    from fontTools.ttLib import TTFont  # noqa: PLC0415 - only who makes a document pays for it

    found: set[int] = set()
    for font in _FONTS.glob("*.ttf"):
        with TTFont(font, lazy=True) as one:
            found.update(one.getBestCmap())
    return frozenset(found)


def _settable(content: Json) -> Any:
    """The same content with each letter that has no shape written as its code point."""
    if isinstance(content, str):
        return content if content.isascii() and content.isprintable() else "".join(map(_letter, content))
    if isinstance(content, dict):
        return {key: _settable(value) for key, value in content.items()}
    if isinstance(content, list | tuple):
        return [_settable(value) for value in content]
    return content


def _letter(letter: str) -> str:
    if letter in "\n\t" or ord(letter) in _shapes():
        return letter
    return "" if _VARIANTS.fullmatch(letter) else f"[U+{ord(letter):04X}]"


def report(content: Json, url: str, made_at: datetime) -> bytes:
    """A report as PDF: heroes, then sections of tables, as `content` states them; `url` is its address, shown as a QR code."""
    template = (Path(__file__).parent / "report.typ").read_text(encoding="utf-8")
    return pdf(template, content, {"qr.svg": qr_svg(url)}, made_at)


def qr_svg(text: str) -> bytes:
    """A QR code (ISO/IEC 18004, error correction H) as SVG."""
    output = io.BytesIO()
    segno.make(text, error="h", micro=False).save(output, kind="svg", border=4, xmldecl=False, svgns=True)
    return output.getvalue()
