"""What is different between two footprints of one part: stage by stage, and input by input with what changed in it (pure, floats)."""

from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from typing import TypeAlias

from ashiato.domain.footprint.analyses.sources import Source, SourceKind, sources_of
from ashiato.domain.footprint.calculation import Result
from ashiato.domain.footprint.drafts import links_of
from ashiato.domain.footprint.methods import method
from ashiato.domain.footprint.model import Stage
from ashiato.domain.footprint.package import CircularMaterial, Line, Package, Secondary, SignedRelease
from ashiato.domain.footprint.rollup import network, usage
from ashiato.kernel.errors import conflict
from ashiato.kernel.quantity import plain


class Cause(StrEnum):
    """What changed in an input."""

    NEW = "new"
    GONE = "gone"
    AMOUNT = "amount"  # of the activity, or of the material
    FACTOR = "factor"
    FACTOR_VALUE = "factor_value"
    USED = "used"  # how much of the part goes into the product
    SHARES = "shares"  # of the circular footprint formula
    ANSWER = "answer"  # another release of the supplier


@dataclass(frozen=True, slots=True)
class Reason:
    """One thing that changed, as it was and as it is."""

    cause: Cause
    before: str = ""
    after: str = ""


@dataclass(frozen=True, slots=True)
class StageChange:
    """A stage in both footprints, kg CO2e per declared unit."""

    stage: Stage
    before: float
    after: float


@dataclass(frozen=True, slots=True)
class InputChange:
    """An input whose contribution changed: kg CO2e per declared unit of the product in both, and why. None where it is not in one."""

    part_number: str
    name: str
    kind: SourceKind
    activity: str
    before: float | None
    after: float | None
    reasons: tuple[Reason, ...]

    @property
    def change(self) -> float:
        """How much more the later one carries."""
        return (self.after or 0.0) - (self.before or 0.0)


@dataclass(frozen=True, slots=True)
class Difference:
    """The later footprint against the earlier: stages, and the inputs that changed, largest change first; `rest` is of those left out."""

    before: float
    after: float
    stages: tuple[StageChange, ...]
    inputs: tuple[InputChange, ...]
    rest: float
    left_out: int


_Key: TypeAlias = tuple[str, str, int]
_Found: TypeAlias = tuple[Source, float, float]  # the source, how much of its part is used, what it carries


def difference(earlier: Package, before: Result, later: Package, after: Result, most: int) -> Difference:
    """What the later footprint has otherwise than the earlier one, at most so many inputs.

    Refuses (`conflict`) footprints under different methods or per different units: they are never compared.
    """
    if before.method != after.method or before.declared_unit != after.declared_unit or earlier.product != later.product:
        raise conflict("footprint.compare", "Figures under different methods or per different units are never compared.", "Choose two of one method.")
    once, now = _inputs(earlier), _inputs(later)
    changes = sorted((found for key in {**once, **now} for found in _changed(once.get(key), now.get(key))), key=lambda each: -abs(each.change))
    return Difference(
        before=float(before.total),
        after=float(after.total),
        stages=tuple(StageChange(stage, float(before.stages[stage].total), float(after.stages[stage].total)) for stage in Stage),
        inputs=tuple(changes[:most]),
        rest=sum(each.change for each in changes[most:]),
        left_out=len(changes[most:]),
    )


def _inputs(package: Package) -> dict[_Key, _Found]:
    rules, parts = method(package.method), package.parts
    used = usage(network(len(parts), *links_of(parts)), len(parts) - 1)
    return {
        (part.part_number, _sort(source), source.line or 0): (source, float(used[row]), sum(map(float, source.stages.values())) * float(used[row]))
        for row, part in enumerate(parts)
        for source in sources_of(part, rules)
    }


def _sort(source: Source) -> str:
    """What a bought part rests on is one input, whether answered or not."""
    return "bought" if source.kind in (SourceKind.ANSWER, SourceKind.SECONDARY) else source.kind


def _changed(before: _Found | None, after: _Found | None) -> Iterator[InputChange]:
    present = after or before
    if present is None:
        return
    reasons = tuple(_reasons(before, after))
    if reasons:
        source = present[0]
        was, has = before[2] if before else None, after[2] if after else None
        yield InputChange(source.part.part_number, source.part.name, source.kind, source.activity, was, has, reasons)


def _reasons(before: _Found | None, after: _Found | None) -> Iterator[Reason]:
    if before is None or after is None:
        yield Reason(Cause.NEW if before is None else Cause.GONE)
        return
    (once, used_before, _), (now, used_after, _) = before, after
    match once.of, now.of:
        case Line() as was, Line() as has:
            yield from _told(Cause.AMOUNT, f"{plain(was.amount)} {was.unit}", f"{plain(has.amount)} {has.unit}")
            if was.factor and has.factor:
                yield from _told(Cause.FACTOR, was.factor.code, has.factor.code)
                if was.factor.code == has.factor.code:
                    yield from _told(Cause.FACTOR_VALUE, plain(was.factor.kg_co2e), plain(has.factor.kg_co2e))
        case CircularMaterial() as was, CircularMaterial() as has:
            yield from _told(Cause.AMOUNT, f"{plain(was.mass_kg)} kg", f"{plain(has.mass_kg)} kg")
            if (was.shares, was.factors) != (has.shares, has.factors):
                yield Reason(Cause.SHARES)
        case _:
            yield from _told(Cause.ANSWER, _valued(once), _valued(now))
    if abs(used_after - used_before) > 1e-12 * max(used_before, used_after):
        yield Reason(Cause.USED, f"{used_before:.6g} {once.part.declared_unit}", f"{used_after:.6g} {now.part.declared_unit}")


def _valued(source: Source) -> str:
    """What a bought part is valued with, in few words that tell one release from the next."""
    match source.of:
        case SignedRelease(release=release):
            return f"{release.supplier.name}, {release.released_on.isoformat()} (v{release.version})"
        case Secondary(factor=factor):
            return f"{factor.code} ({plain(factor.kg_co2e)})"
        case _:
            return source.activity


def _told(cause: Cause, before: str, after: str) -> Iterator[Reason]:
    if before != after:
        yield Reason(cause, before, after)
