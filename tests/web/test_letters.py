"""What our words are written with can be read where a system knows no Japanese."""

import re
from pathlib import Path

import ashiato
from ashiato.web.words import CATALOGUE

WEB = Path(ashiato.__file__).parent / "web"
FACE = re.compile(r'"BIZ UDPGothic of ours"; font-weight: (?P<weight>[0-9 ]+);.*unicode-range: (?P<ranges>[^;]+);')


def _codes(ranges: str) -> set[int]:
    ends = [[int(end, 16) for end in each.removeprefix("U+").split("-")] for each in ranges.split(",")]
    return {code for each in ends for code in range(each[0], each[-1] + 1)}


def test_every_letter_of_the_catalogue_is_in_our_own_cut() -> None:
    faces = [(found["weight"], _codes(found["ranges"])) for found in map(FACE.search, (WEB / "static/fonts.css").read_text().splitlines()) if found]
    needed = {ord(letter) for _, words in CATALOGUE.values() for letter in words if ord(letter) > 0x2E80}
    for weight in ("100 500", "501 900"):
        *blocks, spoken = (codes for each, codes in faces if each == weight)
        assert needed - spoken == set(), "run tools/refresh_fonts.py: our words have outgrown the cut, whose frequent file stands last"
        kanji = {code for code in range(0x4E00, 0xA000) if chr(code).encode("cp932", "ignore")}
        assert kanji - spoken - set().union(*blocks) == set(), "a company's name from a file in Shift_JIS can be read"
