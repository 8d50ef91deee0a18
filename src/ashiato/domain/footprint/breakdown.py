"""What pages tell of a computed footprint besides its figures: who carries it, whom to ask next, what it rests on.

It follows from the package and is found out when that is frozen, because a large product's package takes seconds to be read and taken
apart. It is no figure that is released or declared; one that is absent is found out again.
"""

from contextlib import suppress
from dataclasses import dataclass
from datetime import date
from functools import lru_cache

from ashiato.domain.footprint.analyses.asking import Worth, worth_asking
from ashiato.domain.footprint.analyses.contribution import USUAL_CUT, Contribution, contribution_within
from ashiato.domain.footprint.analyses.flows import Flows, flows_within
from ashiato.domain.footprint.methods import method
from ashiato.domain.footprint.package import Package, Party, Span
from ashiato.domain.products import Sourcing
from ashiato.kernel import frozen
from ashiato.kernel.digest import canonical, parse

MOST_ASKED = 10
_REMEMBERED = 8


@dataclass(frozen=True, slots=True)
class ToAsk:
    """A bought part that is worth asking about; `until`: the last day on which its supplier's answer counts."""

    worth: Worth
    until: date | None = None


@dataclass(frozen=True, slots=True)
class Used:
    """A bought part with the release of its supplier's that was used; none where a factor stood in."""

    part_number: str
    release_id: str | None = None


@dataclass(frozen=True, slots=True)
class Breakdown:
    """What a footprint is told by."""

    product: str
    manufacturer: Party
    period: Span
    flows: Flows
    contribution: Contribution
    asks: tuple[ToAsk, ...]
    answers: tuple[Used, ...]


def broken_down(package: Package) -> Breakdown:
    """The breakdown of the footprint that follows from a package (pure, floats)."""
    until = {part.part_number: part.answer.release.valid_until for part in package.parts if part.answer is not None}
    worth = worth_asking(package.parts, method(package.method), MOST_ASKED)
    return Breakdown(
        product=package.product,
        manufacturer=package.manufacturer,
        period=package.period,
        flows=flows_within(package),
        contribution=contribution_within(package, USUAL_CUT),
        asks=tuple(ToAsk(each, until.get(each.part_number)) for each in worth),
        answers=answers_of(package),
    )


def answers_of(package: Package) -> tuple[Used, ...]:
    """What each bought part of a package entered with."""
    bought = (part for part in package.parts if part.sourcing == Sourcing.BOUGHT)
    return tuple(Used(part.part_number, part.answer.release.release_id if part.answer else None) for part in bought)


def spelled(found: Breakdown) -> str:
    """A breakdown as it is kept."""
    return canonical(frozen.encode(found)).decode()


@lru_cache(_REMEMBERED)
def read(text: str) -> Breakdown | None:
    """A kept breakdown, or None if another version of the program has kept it in a way that this one does not know."""
    with suppress(ValueError):
        return frozen.decode(Breakdown, parse(text))
    return None
