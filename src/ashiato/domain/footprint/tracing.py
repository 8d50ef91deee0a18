"""From a total down to the meter reading: what one part of a frozen package carries, row by row (pure).

A row leads on (a component), or ends: at a line of an inventory with its factor, at a material under the circular footprint formula,
at what a supplier released, or at a factor that stands in for it. `place` names a row for ever: packages do not change.
"""

import decimal
from collections.abc import Iterator
from dataclasses import dataclass, replace
from decimal import Decimal
from enum import StrEnum

from ashiato.domain import assurance
from ashiato.domain.footprint.calculation import PartFigure, carried, declared_units, figures_of
from ashiato.domain.footprint.model import Stage
from ashiato.domain.footprint.package import CircularMaterial, Component, Factor, Line, Package, PartInput, SignedRelease
from ashiato.kernel.errors import absent
from ashiato.kernel.quantity import CONTEXT

_ZERO = Decimal(0)


class RowKind(StrEnum):
    """What a row is."""

    COMPONENT = "component"
    LINE = "line"
    CIRCULAR = "circular"
    ANSWER = "answer"
    STAND_IN = "stand_in"


@dataclass(frozen=True, slots=True)
class Row:
    """What carries something: kg CO2e per declared unit of the part that it belongs to, and its share of that part's figure."""

    place: str
    kind: RowKind
    part_number: str
    name: str
    carried: Decimal
    share: Decimal
    amount: Decimal | None = None
    unit: str | None = None
    stage: Stage | None = None
    line: int | None = None
    source: str | None = None
    evidence: str = ""
    factor: Factor | None = None
    answer: SignedRelease | None = None
    used: Decimal | None = None  # of a component: so many of its declared units
    each: Decimal | None = None  # and the figure of one of them
    per: str | None = None  # which is this


@dataclass(frozen=True, slots=True)
class Crumb:
    """A step on the way from the product: the part, and how many of its declared units go into one of the product along this way."""

    part: PartInput
    used: Decimal


@dataclass(frozen=True, slots=True)
class Trace:
    """One part of a package: the way to it, its figure, and what carries that."""

    crumbs: tuple[Crumb, ...]
    total: Decimal
    rows: tuple[Row, ...]

    @property
    def part(self) -> PartInput:
        """The part that is shown."""
        return self.crumbs[-1].part


def trace(package: Package, path: list[str]) -> Trace:
    """What the part at the end of a path carries; the empty path is the product. Refuses (`absent`) a path that the structure has not."""
    with decimal.localcontext(CONTEXT):
        figures, by_number = figures_of(package), {part.part_number: part for part in package.parts}
        crumbs = [Crumb(by_number[package.product], Decimal(1))]
        for number in path:
            found = next((one for one in crumbs[-1].part.components if one.part_number == number), None)
            if found is None:
                raise absent("part")
            child = by_number[number]
            crumbs.append(Crumb(child, crumbs[-1].used * declared_units(found, child)))
        part = crumbs[-1].part
        total = _total(figures[part.part_number])
        whole = figures[part.part_number].absolute
        found_rows = sorted(_rows(part, by_number, figures), key=lambda row: (-abs(row.carried), row.place))
        return Trace(tuple(crumbs), total, tuple(_with_share(row, whole) for row in found_rows))


def places(package: Package) -> dict[str, Row]:
    """Every row of a package that leads no further, by its place: what a sample is drawn from."""
    with decimal.localcontext(CONTEXT):
        figures, by_number = figures_of(package), {part.part_number: part for part in package.parts}
        every = (row for part in package.parts for row in _rows(part, by_number, figures))
        return {row.place: row for row in every if row.kind is not RowKind.COMPONENT}


def ways(package: Package) -> dict[str, list[str]]:
    """A way to each part, the shortest: what `trace` is called with to look at it."""
    by_number, found, level = {part.part_number: part for part in package.parts}, {package.product: list[str]()}, [package.product]
    while level:
        below = {one.part_number: number for number in reversed(level) for one in by_number[number].components if one.part_number not in found}
        found |= {number: [*found[above], number] for number, above in below.items()}
        level = list(below)
    return found


def candidates(package: Package, by: str) -> list[assurance.sampling.Candidate]:
    """What a sample may be drawn from, in strata by stage, by part or by source of data."""
    found = []
    for place, row in places(package).items():
        stratum = {"part": row.part_number, "source": row.source or row.kind.value}.get(by, row.stage.value if row.stage else row.kind.value)
        found.append(assurance.sampling.Candidate(place, stratum))
    return found


def _total(figure: PartFigure) -> Decimal:
    return sum((figure.total(stage) for stage in Stage), _ZERO)


def _with_share(row: Row, whole: Decimal) -> Row:
    return Row(**{name: getattr(row, name) for name in row.__slots__} | {"share": abs(row.carried) / whole if whole else _ZERO})


def _rows(part: PartInput, by_number: dict[str, PartInput], figures: dict[str, PartFigure]) -> Iterator[Row]:
    number = part.part_number
    for component in part.components:
        yield _component(number, component, by_number[component.part_number], figures)
    amounts: dict[int, Decimal] = {}
    for given in carried(part):
        amounts[id(given.of)] = amounts.get(id(given.of), _ZERO) + given.amount
    for line in part.lines:
        yield _line(number, line, amounts.get(id(line), _ZERO))
    for material in part.circular:
        yield _material(number, material, amounts.get(id(material), _ZERO))
    if part.answer is not None:
        figure = sum((figures[number].component[stage] for stage in Stage), _ZERO)
        name = part.answer.release.supplier.name
        yield Row(f"{number}#A", RowKind.ANSWER, number, name, figure, _ZERO, unit=part.declared_unit, source="supplier", answer=part.answer)
    elif part.secondary is not None:
        factor, stage = part.secondary.factor, part.secondary.stage
        figure = amounts.get(id(part.secondary), _ZERO)
        yield Row(f"{number}#S", RowKind.STAND_IN, number, part.secondary.reason, figure, _ZERO, stage=stage, source="average", factor=factor)


def _component(number: str, component: Component, child: PartInput, figures: dict[str, PartFigure]) -> Row:
    used, each = declared_units(component, child), _total(figures[child.part_number])
    place = f"{number}>{child.part_number}"
    row = Row(place, RowKind.COMPONENT, child.part_number, child.name, used * each, _ZERO, component.amount, component.unit)
    return replace(row, used=used, each=each, per=child.declared_unit)


def _line(number: str, line: Line, figure: Decimal) -> Row:
    return Row(
        f"{number}#{line.line}", RowKind.LINE, number, line.activity, figure, _ZERO, line.amount, line.unit, line.stage, line.line,
        line.data_source.value, line.evidence, line.factor,
    )  # fmt: skip


def _material(number: str, material: CircularMaterial, figure: Decimal) -> Row:
    return Row(
        f"{number}#C{material.line}", RowKind.CIRCULAR, number, material.material, figure, _ZERO, material.mass_kg, "kg", None, material.line,
        material.data_source.value, material.evidence,
    )  # fmt: skip
