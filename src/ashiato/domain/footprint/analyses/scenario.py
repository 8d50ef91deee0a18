"""What if: the inputs of a product as they would be with some changes (pure). Nothing here is stored, and nothing stored is changed.

Changes are made one after another, each on what the one before left.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import TypeAlias

from ashiato.domain.footprint.calculation import alone, answered_otherwise
from ashiato.domain.footprint.drafts import DraftFigure, drafted, totals_of
from ashiato.domain.footprint.methods import Method
from ashiato.domain.footprint.model import Flow, Stage, line_flaw
from ashiato.domain.footprint.package import Component, Factor, Line, PartInput, Secondary, SignedRelease
from ashiato.domain.products import Sourcing, component_flaw
from ashiato.kernel.errors import Flaw, Refusal, invalid
from ashiato.kernel.ids import RequestId
from ashiato.kernel.quantity import UNITS, Quantity, bridge, parse_unit

MOST_CHANGES = 100


@dataclass(frozen=True, slots=True)
class TakeAnswer:
    """A bought part is valued with what answers another request of the company's."""

    part_number: str
    request_id: RequestId


@dataclass(frozen=True, slots=True)
class TakeSecondary:
    """A bought part is valued with a factor; its stage is that of the present stand-in, else raw materials, if none is given."""

    part_number: str
    factor: str
    stage: Stage | None = None


@dataclass(frozen=True, slots=True)
class ChangeComponent:
    """So much of a component goes into one declared unit of a part; the unit as a person spells it."""

    part_number: str
    component: str
    amount: Decimal
    unit: str


@dataclass(frozen=True, slots=True)
class ChangeAmount:
    """An inventory line has this amount, in the unit that it has if none is given."""

    part_number: str
    line: int
    amount: Decimal
    unit: str | None = None


@dataclass(frozen=True, slots=True)
class ChangeFactor:
    """Wherever a factor is used in the product, another takes its place, or it has another value (kg CO2e per its unit)."""

    factor: str
    by: str | None = None
    kg_co2e: Decimal | None = None


@dataclass(frozen=True, slots=True)
class ChangeElectricity:
    """The electricity of these parts, or of all, comes with another factor: every line of energy whose factor is one of electricity."""

    factor: str
    part_numbers: tuple[str, ...] = ()


Change: TypeAlias = TakeAnswer | TakeSecondary | ChangeComponent | ChangeAmount | ChangeFactor | ChangeElectricity
Parts: TypeAlias = dict[str, PartInput]


@dataclass(frozen=True, slots=True)
class Known:
    """What changes may name: the company's factors by code, and what answers its requests."""

    factors: Mapping[str, Factor]
    answers: Mapping[RequestId, SignedRelease]


@dataclass(frozen=True, slots=True)
class Scenario:
    """A product's present figure, and what it would be."""

    method: str
    before: DraftFigure
    after: DraftFigure


def scenario(parts: tuple[PartInput, ...], changes: Sequence[Change], known: Known, rules: Method) -> Scenario:
    """The last of these parts with and without the changes. Refuses (`invalid`), by field, what cannot be made."""
    after = changed(parts, changes, known, rules)
    return Scenario(rules.id, *(drafted(inputs[-1], totals_of(inputs, rules)[-1]) for inputs in (parts, after)))


def changed(parts: tuple[PartInput, ...], changes: Sequence[Change], known: Known, rules: Method) -> tuple[PartInput, ...]:
    """The parts with the changes made. Refuses (`invalid`) parts, lines, components, factors and answers that are not there,
    answers under another method, and amounts and units that do not fit, each by its field.
    """
    present: Parts = {part.part_number: part for part in parts}
    flaws: list[Flaw] = []
    for place, change in enumerate(changes):
        try:
            present |= _made(change, present, known, rules)
        except Refusal as refusal:
            flaws += [replace(flaw, field=f"changes.{place}.{flaw.field}") for flaw in refusal.flaws]
    if flaws:
        raise invalid("scenario", "The scenario cannot be computed.", "Correct the changes named here.", *flaws)
    return tuple(present[part.part_number] for part in parts)


def _made(change: Change, parts: Parts, known: Known, rules: Method) -> Parts:
    """The parts that a change makes different."""
    match change:
        case TakeAnswer():
            found = [_answered(change, parts, known, rules)]
        case TakeSecondary():
            found = [_stood_in(change, parts, known, rules)]
        case ChangeComponent():
            found = [_composed(change, parts)]
        case ChangeAmount():
            found = [_measured(change, parts)]
        case ChangeFactor():
            found = _revalued(change, parts, known)
        case ChangeElectricity():
            found = _powered(change, parts, known)
    return {part.part_number: part for part in found}


def _answered(change: TakeAnswer, parts: Parts, known: Known, rules: Method) -> PartInput:
    answer = known.answers.get(change.request_id)
    if answer is None:
        raise _flawed("request_id", "answer.unknown", "No answer to such a request is released to your company.")
    part = replace(_part(parts, change.part_number, Sourcing.BOUGHT), asked=True, answer=answer)
    for flaw in answered_otherwise(part, rules.id):
        raise _flawed("request_id", flaw.code, flaw.message)
    return _counted(part, "request_id", rules)


def _stood_in(change: TakeSecondary, parts: Parts, known: Known, rules: Method) -> PartInput:
    part = _part(parts, change.part_number, Sourcing.BOUGHT)
    stage = change.stage or (part.secondary.stage if part.secondary else Stage.RAW_MATERIALS)
    return _counted(replace(part, answer=None, secondary=Secondary(_known(known, change.factor), stage, "scenario")), "factor", rules)


def _counted(part: PartInput, field: str, rules: Method) -> PartInput:
    """The part, if its value can be counted in its declared unit."""
    try:
        alone(part, rules)
    except Refusal as refusal:
        raise _flawed(field, refusal.code, refusal.message) from refusal
    return part


def _composed(change: ChangeComponent, parts: Parts) -> PartInput:
    part = _part(parts, change.part_number, Sourcing.MADE)
    if change.component not in {component.part_number for component in part.components}:
        raise _flawed("component", "structure.unknown", f"{change.component} is no component of {change.part_number}.")
    child, unit = parts[change.component], parse_unit(change.unit)
    declared = UNITS[child.declared_unit]
    flaw = component_flaw(Quantity(change.amount, unit), declared, bridge(declared, child.mass_kg))
    if flaw:
        raise invalid("scenario", flaw.message, "", flaw)
    amount = Component(change.component, change.amount, unit.symbol)
    return replace(part, components=tuple(amount if each.part_number == change.component else each for each in part.components))


def _measured(change: ChangeAmount, parts: Parts) -> PartInput:
    part = _part(parts, change.part_number, Sourcing.MADE)
    line = next((line for line in part.lines if line.line == change.line), None)
    if line is None:
        raise _flawed("line", "inventory.unknown", f"{change.part_number} has no line {change.line} in its inventory.")
    unit = parse_unit(change.unit) if change.unit else UNITS[line.unit]
    flaw = line_flaw(Quantity(change.amount, unit), line.flow, UNITS[line.factor.per] if line.factor else None)
    if flaw:
        raise invalid("scenario", flaw.message, "", flaw)
    measured = replace(line, amount=change.amount, unit=unit.symbol)
    return replace(part, lines=tuple(measured if each is line else each for each in part.lines))


def _revalued(change: ChangeFactor, parts: Parts, known: Known) -> list[PartInput]:
    if (change.by is None) == (change.kg_co2e is None):
        raise _flawed("by", "scenario.factor", "Name another factor, or another value for this one: one of the two.")
    if change.factor not in {factor.code for part in parts.values() for factor in _factors_in(part)}:
        raise _flawed("factor", "factor.unused", f"Nothing in this product is valued with {change.factor}.")
    other = _known(known, change.by, "by") if change.by is not None else None

    def revalued(factor: Factor) -> Factor:
        if factor.code != change.factor:
            return factor
        return _in_place_of(factor, other, "by") if other else replace(factor, kg_co2e=change.kg_co2e or Decimal(0))

    return [_with_factors(part, revalued) for part in parts.values()]


def _factors_in(part: PartInput) -> Iterator[Factor]:
    yield from (line.factor for line in part.lines if line.factor)
    yield from (factor for material in part.circular for factor in material.factors.values())
    if part.secondary is not None:
        yield part.secondary.factor


def _with_factors(part: PartInput, other: Callable[[Factor], Factor]) -> PartInput:
    return replace(
        part,
        lines=tuple(replace(line, factor=other(line.factor)) if line.factor else line for line in part.lines),
        circular=tuple(
            replace(material, factors={symbol: other(factor) for symbol, factor in material.factors.items()}) for material in part.circular
        ),
        secondary=replace(part.secondary, factor=other(part.secondary.factor)) if part.secondary else None,
    )


def _powered(change: ChangeElectricity, parts: Parts, known: Known) -> list[PartInput]:
    other = _known(known, change.factor)
    if other.electricity_basis is None:
        raise _flawed("factor", "factor.no_electricity", f"{change.factor} is no factor of electricity: it states no basis.")
    missing = [number for number in change.part_numbers if number not in parts]
    if missing:
        raise _flawed("part_numbers", "part.unknown", f"Not in this product: {', '.join(missing)}.")
    chosen = [parts[number] for number in change.part_numbers or parts]
    found = [
        replace(part, lines=tuple(replace(line, factor=_in_place_of(line.factor, other)) if _electric(line) else line for line in part.lines))
        for part in chosen
        if any(_electric(line) for line in part.lines)
    ]
    if not found:
        raise _flawed("part_numbers", "inventory.no_electricity", "None of these parts has a line of electricity.")
    return found


def _electric(line: Line) -> bool:
    return line.flow is Flow.ENERGY and line.factor is not None and line.factor.electricity_basis is not None


def _part(parts: Parts, number: str, sourcing: Sourcing) -> PartInput:
    part = parts.get(number)
    if part is None:
        raise _flawed("part_number", "part.unknown", f"There is no part {number} in this product.")
    if part.sourcing != sourcing:
        raise _flawed("part_number", "part.sourcing", f"{number} is {part.sourcing}: only a part that is {sourcing} can be changed in this way.")
    return part


def _known(known: Known, code: str, field: str = "factor") -> Factor:
    factor = known.factors.get(code)
    if factor is None:
        raise _flawed(field, "factor.unknown", f"There is no factor {code}.")
    return factor


def _in_place_of(factor: Factor | None, other: Factor, field: str = "factor") -> Factor:
    """The other factor, if it is per a unit of the same dimension."""
    if factor is not None and UNITS[factor.per].dimension is not UNITS[other.per].dimension:
        raise _flawed(field, "unit.no_conversion", f"{other.code} is per {other.per}, {factor.code} per {factor.per}.")
    return other


def _flawed(field: str, code: str, message: str) -> Refusal:
    return invalid("scenario", message, "", Flaw(field, code, message))
