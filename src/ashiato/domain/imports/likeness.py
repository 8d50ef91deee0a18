"""The name that was probably meant where a file names something that is not known (pure)."""

import unicodedata
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from difflib import get_close_matches

_MOST_COMPARED = 5_000  # names; comparing with all of them takes long,
_MOST_COMPARISONS = 50  # so that only the first unknown names of a file are compared, and of all others only one letter is changed
_DASHES = dict.fromkeys(map(ord, "‐‑‒–—―−ー"), "-")  # what keyboards write for a hyphen


@dataclass(slots=True)
class Likeness:
    """Finds the nearest of many known names, also for ten thousand unknown ones."""

    comparisons: int = 0

    def nearest(self, text: str, known: Collection[str]) -> str | None:
        """The known name that one letter makes of the text, else one much like it, if there is any."""
        near = next((name for name in _one_letter_off(text, known) if name in known), None)
        if near is None and self.comparisons < _MOST_COMPARISONS:
            self.comparisons += 1
            near = next(iter(get_close_matches(text, list(known)[:_MOST_COMPARED], n=1, cutoff=0.7)), None)
        return near


def _one_letter_off(text: str, known: Collection[str]) -> Iterator[str]:
    """What one letter more, less, other or out of place makes of the text, and the text in half width and in the other case."""
    narrow = unicodedata.normalize("NFKC", text).translate(_DASHES).strip()
    yield from (narrow, text.upper(), text.lower(), narrow.upper(), narrow.lower())
    alphabet = {letter for name in list(known)[:_MOST_COMPARISONS] for letter in name} | set(text)
    for place in range(len(text) + 1):
        before, after = text[:place], text[place:]
        yield before + after[1:]
        yield before + after[1:2] + after[:1] + after[2:]
        for letter in alphabet:
            yield before + letter + after[1:]
            yield before + letter + after
