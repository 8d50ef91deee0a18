"""A random sample that anybody can draw again: the seed decides, each stratum has its share (pure; ISO 14064-3 clause 6.1.3, sampling)."""

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass

from ashiato.kernel.errors import invalid

MOST = 1000


@dataclass(frozen=True, slots=True)
class Candidate:
    """Something that may be drawn, and the stratum that it belongs to."""

    place: str
    stratum: str


def draw(candidates: Iterable[Candidate], size: int, seed: str) -> list[Candidate]:
    """So many of the candidates, at random by the seed: the same seed draws the same ones.

    Each stratum gives in proportion to its number, and at least one; then the drawn places stand by stratum, in the order of drawing.
    Refuses (`invalid`) a size outside 1 to 1000 and an empty seed.
    """
    if not 1 <= size <= MOST or not seed.strip():
        raise invalid("sample.size", f"A sample has 1 to {MOST} lines and a seed.", "State both.")
    strata: dict[str, list[Candidate]] = {}
    for one in candidates:
        strata.setdefault(one.stratum, []).append(one)
    shares = _shares({name: len(found) for name, found in strata.items()}, size)
    return [one for name in sorted(strata) for one in sorted(strata[name], key=lambda each: _rank(seed, each.place))[: shares[name]]]


def _rank(seed: str, place: str) -> str:
    return hashlib.sha256(f"{seed}\n{place}".encode()).hexdigest()


def _shares(sizes: dict[str, int], wanted: int) -> dict[str, int]:
    """How many of each stratum: one each, largest strata first while there are places; the rest by largest remainder."""
    whole = sum(sizes.values())
    if wanted >= whole:
        return sizes
    order = sorted(sizes, key=lambda name: (-sizes[name], name))
    found = {name: 1 if place < wanted else 0 for place, name in enumerate(order)}
    while sum(found.values()) < wanted:
        short = max((name for name in order if found[name] < sizes[name]), key=lambda name: (sizes[name] * wanted / whole - found[name], name))
        found[short] += 1
    return found
