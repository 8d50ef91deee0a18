"""Cuts fonts: of Noto Sans what documents lack in BIZ UDPGothic, of BIZ UDPGothic what pages need where a system knows no Japanese.

Needs npm, brotli and the tools for tests. Each font of documents keeps only the letters that those before it lack: of Chinese GBK's, of Korean
Windows-949's. Pages get what our own words are written with, and beyond it, by blocks, the kanji that a file in Shift_JIS can hold.
"""

import hashlib
import io
import subprocess
import tempfile
from pathlib import Path

from fontTools import subset
from fontTools.ttLib import TTFont

SOURCE = Path(__file__).parents[1] / "src/ashiato"
FONTS = SOURCE / "plumbing/fonts"
STATIC = SOURCE / "web/static"
FAMILY = "BIZ UDPGothic of ours"  # last in the row: a system with a Japanese font of its own fetches none of it
WEIGHTS = {"Regular": "100 500", "Bold": "501 900"}
CJK = 0x2E80  # from here on
KANA = {*range(0x3000, 0x3100), *range(0xFF00, 0xFFEF), 0x203B}
BLOCKS = ((0x4E00, 0x5BFF), (0x5C00, 0x6BFF), (0x6C00, 0x7BFF), (0x7C00, 0x8BFF), (0x8C00, 0xFAFF))
SOURCES = {  # file: (npm package, version, character set or everything)
    "NotoSans": ("noto-sans", "0.4.2", None),
    "NotoSansSC": ("noto-sans-sc", "0.4.3", "gbk"),
    "NotoSansKR": ("noto-sans-kr", "0.4.3", "cp949"),
    "NotoSansThai": ("noto-sans-thai", "0.4.2", None),
    "NotoSansArabic": ("noto-sans-arabic", "0.4.3", None),
    "NotoSansDevanagari": ("noto-sans-devanagari", "0.4.1", None),
}


def main() -> None:
    """Makes everything again."""
    pages()
    documents()


def pages() -> None:
    """The files and their lines in `fonts.css`; where two ranges overlap the later line holds, so that the frequent file stands last."""
    spoken = KANA | {ord(letter) for path in _spoken() for letter in path.read_text(encoding="utf-8") if ord(letter) >= CJK}
    folder, css = STATIC / "fonts/biz-udpgothic", STATIC / "fonts.css"
    folder.mkdir(exist_ok=True)
    for old in folder.iterdir():
        old.unlink()
    lines = [line for line in css.read_text(encoding="utf-8").splitlines() if FAMILY not in line]
    blocks = [({code for code in range(first, last + 1) if _in(code, "cp932")}, f"U+{first:X}-{last:X}") for first, last in BLOCKS]
    for kept, characters in (*((block - spoken, named) for block, named in blocks), (spoken, _ranges(spoken))):
        for weight, range_of_weights in WEIGHTS.items():
            content = _cut(FONTS / f"BIZUDPGothic-{weight}.ttf", kept)
            name = f"{weight.lower()}-{hashlib.sha256(content).hexdigest()[:12]}.woff2"
            (folder / name).write_bytes(content)
            lines.append(
                f'@font-face {{ font-family: "{FAMILY}"; font-weight: {range_of_weights}; font-display: swap;'
                f' src: url("fonts/biz-udpgothic/{name}") format("woff2"); unicode-range: {characters}; }}'
            )
    css.write_text("\n".join(lines) + "\n", encoding="utf-8")


def _spoken() -> list[Path]:
    """Where the words stand that people read."""
    return [path for path in SOURCE.rglob("*") if path.suffix in (".json", ".toml", ".html", ".py") and "tongues" not in path.parts]


def _cut(path: Path, kept: set[int]) -> bytes:
    font = TTFont(path, recalcTimestamp=False)  # the same letters give the same file
    cutter = subset.Subsetter(subset.Options(layout_features=[], hinting=False, glyph_names=False, notdef_outline=True))
    cutter.populate(unicodes=kept)
    cutter.subset(font)
    font.flavor = "woff2"
    written = io.BytesIO()
    font.save(written)
    return written.getvalue()


def _ranges(codes: set[int]) -> str:
    """Code points as CSS writes them."""
    runs: list[tuple[int, int]] = []
    for code in sorted(codes):
        runs[-1:] = [(runs[-1][0], code)] if runs and code == runs[-1][1] + 1 else [*runs[-1:], (code, code)]
    return ",".join(f"U+{first:X}" if first == last else f"U+{first:X}-{last:X}" for first, last in runs)


def documents() -> None:
    """The fonts that stand behind BIZ UDPGothic in a document."""
    held = set(TTFont(FONTS / "BIZUDPGothic-Regular.ttf").getBestCmap())
    for name, (package, version, characters) in SOURCES.items():
        with tempfile.TemporaryDirectory() as folder:
            subprocess.run(["npm", "pack", "--silent", f"@expo-google-fonts/{package}@{version}"], cwd=folder, check=True, stdout=subprocess.DEVNULL)
            subprocess.run(["tar", "xzf", *(path.name for path in Path(folder).glob("*.tgz"))], cwd=folder, check=True)
            font = TTFont(next(Path(folder).glob("package/400Regular/*.ttf")))
            kept = {code for code in font.getBestCmap() if code not in held and (characters is None or _in(code, characters))}
            options = subset.Options(layout_features=["*"], name_IDs=["*"], notdef_outline=True, hinting=False, glyph_names=False)
            cutter = subset.Subsetter(options)
            cutter.populate(unicodes=kept | {0x20})
            cutter.subset(font)
            font.save(FONTS / f"{name}.ttf")
        held |= kept


def _in(code: int, characters: str) -> bool:
    try:
        chr(code).encode(characters)
    except UnicodeEncodeError:
        return False
    return True


if __name__ == "__main__":
    main()
