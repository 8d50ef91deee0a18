"""Makes the subsets of Noto Sans in which documents set what BIZ UDPGothic has no shape for; needs npm and the tools for tests.

Each font keeps only the letters that those before it lack: of Chinese GBK's, of Korean Windows-949's.
"""

import subprocess
import tempfile
from pathlib import Path

from fontTools import subset
from fontTools.ttLib import TTFont

FONTS = Path(__file__).parents[1] / "src/ashiato/plumbing/fonts"
SOURCES = {  # file: (npm package, version, character set or everything)
    "NotoSans": ("noto-sans", "0.4.2", None),
    "NotoSansSC": ("noto-sans-sc", "0.4.3", "gbk"),
    "NotoSansKR": ("noto-sans-kr", "0.4.3", "cp949"),
    "NotoSansThai": ("noto-sans-thai", "0.4.2", None),
    "NotoSansArabic": ("noto-sans-arabic", "0.4.3", None),
    "NotoSansDevanagari": ("noto-sans-devanagari", "0.4.1", None),
}


def main() -> None:
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
