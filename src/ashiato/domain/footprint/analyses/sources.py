"""What carries emissions in a part: each inventory line, circular material, answer and stand-in is one source (pure)."""

from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from itertools import groupby

from ashiato.domain.footprint.calculation import WORST, alone, carried
from ashiato.domain.footprint.methods import Method
from ashiato.domain.footprint.model import Quality, Stage
from ashiato.domain.footprint.package import CircularMaterial, Line, PartInput, Secondary, SignedRelease

OWN_TIER = "0"
SUPPLIERS_TIERS = "1+"  # a released figure holds the supplier's and everything before it; how it divides by tier is not released


class SourceKind(StrEnum):
    """What a source is, for the company that sees it."""

    LINE = "line"
    CIRCULAR = "circular"
    ANSWER = "answer"
    SECONDARY = "secondary"


@dataclass(frozen=True, slots=True)
class Source:
    """One source, with its kg CO2e by stage per declared unit of its part. An answer is one source: its inside is its supplier's."""

    part: PartInput
    kind: SourceKind
    activity: str
    of: Line | CircularMaterial | Secondary | SignedRelease
    stages: dict[Stage, Decimal]
    quality: Quality

    @property
    def line(self) -> int | None:
        """The number of the line in the part's inventory, or among its circular materials."""
        return self.of.line if isinstance(self.of, Line | CircularMaterial) else None

    @property
    def tier(self) -> str:
        """0 for the company's own activities, 1+ for what comes with bought parts."""
        return OWN_TIER if self.kind in (SourceKind.LINE, SourceKind.CIRCULAR) else SUPPLIERS_TIERS


def sources_of(part: PartInput, rules: Method) -> Iterator[Source]:
    """Everything that carries emissions in a part by itself; together they are what `calculation.alone` adds up."""
    for of, group in groupby(carried(part), key=lambda each: each.of):
        given = list(group)
        yield Source(part, *_named(of), of, {each.stage: each.amount for each in given}, given[0].quality)
    if part.answer is not None:
        released = part.answer.release
        yield Source(part, SourceKind.ANSWER, released.supplier.name, part.answer, alone(part, rules).component, released.quality or WORST)


def _named(of: Line | CircularMaterial | Secondary) -> tuple[SourceKind, str]:
    match of:
        case Line():
            return SourceKind.LINE, of.activity
        case CircularMaterial():
            return SourceKind.CIRCULAR, of.material
        case Secondary():
            return SourceKind.SECONDARY, of.factor.name
