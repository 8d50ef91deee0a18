"""What is refused, in Japanese, from one catalogue (`ja.json`): the English sentence with its gaps, and what is said instead.

A refusal is worded in English where it is raised, with the figures and names that it is about. Here its sentence is recognised, whatever
stands in the gaps, and told in Japanese with the same in the gaps. `tests/web/test_refusals.py` finds every sentence in the source.
"""

import json
import re
from functools import cache
from importlib import resources

_GAP = "{}"
_SHORTEST = re.compile(r"(?<=[.!?]) (?=\S)")
_PIECES = re.compile(r"(, | or )")


@cache
def _catalogue() -> dict[str, str]:
    found: dict[str, str] = json.loads((resources.files(__package__) / "ja.json").read_text(encoding="utf-8"))
    return found


@cache
def _patterns() -> list[tuple[re.Pattern[str], str]]:
    """Sentences with gaps, those that say most first: of several that fit, the closest is taken."""
    gapped = sorted((english for english in _catalogue() if _GAP in english), key=lambda english: -len(english.replace(_GAP, "")))
    return [(re.compile("(.+?)".join(map(re.escape, english.split(_GAP))), re.DOTALL), _catalogue()[english]) for english in gapped]


def in_japanese(text: str) -> str | None:
    """One sentence or several, in Japanese; None where the catalogue has no wording for one of them."""
    if text in _catalogue():
        return _catalogue()[text]
    for end in (place.start() for place in _SHORTEST.finditer(text)):
        first, rest = _sentence(text[:end]), in_japanese(text[end + 1 :])
        if first is not None and rest is not None:
            return first + rest
    return _sentence(text)


def _sentence(text: str) -> str | None:
    if text in _catalogue():
        return _catalogue()[text]
    for pattern, japanese in _patterns():
        if found := pattern.fullmatch(text):
            return japanese.format(*map(_word, found.groups()))
    return None


def _word(text: str) -> str:
    """What stands in a gap: a state or a role that the catalogue knows, several of them, or a name or figure as it is."""
    known = _catalogue()
    if text in known:
        return known[text]
    pieces = _PIECES.split(text)
    if len(pieces) > 1 and all(piece in known for piece in pieces[::2]):
        return "・".join(known[piece] for piece in pieces[::2])
    return text
