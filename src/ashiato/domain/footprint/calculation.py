"""The footprint that follows from a package: exact decimal arithmetic over the product's own inputs (pure).

A supplier's released values enter as they are; so no company's recipe is needed to compute another's product. Sums are exact,
figures are settled once, at the end.
"""

import decimal
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from decimal import Decimal

from ashiato.domain.footprint.circular import CircularParameters, check, circular_footprint
from ashiato.domain.footprint.methods import Method, method
from ashiato.domain.footprint.model import GWP_PREFIX, CircularTerms, DataSource, FactorStanding, Flow, Quality, Stage
from ashiato.domain.footprint.package import (
    Battery,
    CircularMaterial,
    Component,
    Factor,
    Line,
    Package,
    PartInput,
    Secondary,
    SignedRelease,
    TierCoverage,
)
from ashiato.domain.footprint.quality import rating, weighted
from ashiato.kernel.errors import Flaw, conflict
from ashiato.kernel.quantity import CONTEXT, KILOGRAM, UNITS, Dimension, Quantity, bridge, settle

# How a supplier's answer is a draft, without a word on where: its recipe stays its own.
_INHERITED = {
    "estimate": "rests on an estimate",
    "expired": "rests on an answer that has expired",
    "cut_off": "rests on a mass balance that does not close",
    "electricity_basis": "uses an electricity factor that the method does not admit",
    "credit": "counts a credit that the method does not allow",
}
_ONE = Decimal(1)
_ZERO = Decimal(0)


@dataclass(frozen=True, slots=True)
class StageFigure:
    """kg CO2e per declared unit in one stage: from the part's own inventory, from its components, together."""

    own: Decimal
    component: Decimal
    total: Decimal


@dataclass(frozen=True, slots=True)
class Obstacle:
    """Why a result is a draft: what it rests on, and where."""

    code: str  # estimate, expired, cut_off, electricity_basis, credit
    part_number: str
    message: str
    line: int | None = None


@dataclass(frozen=True, slots=True)
class Gap:
    """A bought part whose supplier has not answered; a secondary factor stands in."""

    part_number: str
    reason: str
    factor: str
    share: Decimal  # of the total's absolute emissions


@dataclass(frozen=True, slots=True)
class PerKilowattHour:
    """The functional unit: 1 kWh of the total energy that the battery delivers over its service life."""

    total_energy_kwh: Decimal
    kg_co2e_per_kwh: Decimal
    stages: dict[Stage, Decimal]
    stage_shares: dict[Stage, Decimal]
    reference_flow_kg_per_kwh: Decimal | None = None
    performance_class: str | None = None


@dataclass(frozen=True, slots=True)
class Result:
    """A footprint. Figures are kg CO2e per declared unit of the product unless they say otherwise."""

    method: str
    declared_unit: str
    stages: dict[Stage, StageFigure]
    total: Decimal
    primary_data_share: Decimal
    coverage: tuple[TierCoverage, ...]
    obstacles: tuple[Obstacle, ...]
    gaps: tuple[Gap, ...]
    kg_co2e_per_kg: Decimal | None = None
    quality: Quality | None = None
    dqr: Decimal | None = None
    per_kwh: PerKilowattHour | None = None

    @property
    def draft(self) -> bool:
        """Whether something stands against declaring it."""
        return bool(self.obstacles)


@dataclass(slots=True)
class PartFigure:
    """What one declared unit of a part carries, unrounded."""

    own: dict[Stage, Decimal] = field(default_factory=lambda: dict.fromkeys(Stage, _ZERO))
    component: dict[Stage, Decimal] = field(default_factory=lambda: dict.fromkeys(Stage, _ZERO))
    absolute: Decimal = _ZERO  # Σ |contribution|, the weight of quality and primary share
    primary: Decimal = _ZERO
    quality: Quality | None = None
    gaps: dict[str, Decimal] = field(default_factory=dict)  # absolute emissions of stand-ins, by part number

    def total(self, stage: Stage) -> Decimal:
        return self.own[stage] + self.component[stage]


@dataclass(frozen=True, slots=True)
class Carried:
    """kg CO2e that one inventory line, circular material or stand-in carries in one stage, per declared unit of its part."""

    of: Line | CircularMaterial | Secondary
    stage: Stage
    amount: Decimal
    quality: Quality
    primary: bool


def calculate(package: Package) -> Result:
    """The footprint of the package's product.

    Refuses (`conflict`) a bought part with neither an answer nor a secondary factor, an answer under another method, and
    (`invalid`) units that do not convert.
    """
    rules = method(package.method)
    with decimal.localcontext(CONTEXT):
        by_number = {part.part_number: part for part in package.parts}
        _check_answers(package)
        top = figures_of(package)[package.product]
        obstacles = tuple(obstacle for part in package.parts for obstacle in _obstacles(part, by_number, rules, package))
        return _result(package, rules, by_number[package.product], top, obstacles)


def figures_of(package: Package) -> dict[str, PartFigure]:
    """What one declared unit of each part of a package carries, unrounded."""
    rules = method(package.method)
    figures: dict[str, PartFigure] = {}
    by_number = {part.part_number: part for part in package.parts}
    for part in package.parts:
        figures[part.part_number] = _figure(part, by_number, figures, rules)
    return figures


def alone(part: PartInput, rules: Method) -> PartFigure:
    """What a part carries without its components: its own inventory, or for a bought part what it was answered or stood in with."""
    figure = PartFigure()
    ratings: list[tuple[Decimal, Quality]] = []
    for given in carried(part):
        figure.own[given.stage] += given.amount
        figure.absolute += abs(given.amount)
        figure.primary += abs(given.amount) if given.primary else _ZERO
        ratings.append((given.amount, given.quality))
    if part.secondary is not None and part.answer is None:
        figure.gaps[part.part_number] = figure.absolute
    if part.answer is not None:
        ratings += _take_answer(figure, part, part.answer)
    figure.quality = weighted(ratings)
    return figure


def _figure(part: PartInput, by_number: dict[str, PartInput], figures: dict[str, PartFigure], rules: Method) -> PartFigure:
    figure = alone(part, rules)
    ratings = [(figure.absolute, figure.quality)] if figure.quality is not None else []
    for component in part.components:
        child, below = by_number[component.part_number], figures[component.part_number]
        times = declared_units(component, child)
        for stage in Stage:
            figure.component[stage] += times * below.total(stage)
        figure.absolute += times * below.absolute
        figure.primary += times * below.primary
        for number, emissions in below.gaps.items():
            figure.gaps[number] = figure.gaps.get(number, _ZERO) + times * emissions
        if below.quality is not None:
            ratings.append((times * below.absolute, below.quality))
    figure.quality = weighted(ratings)
    return figure


def declared_units(component: Component, child: PartInput) -> Decimal:
    """How many declared units of the child go into one of the parent."""
    declared = UNITS[child.declared_unit]
    return Quantity(component.amount, UNITS[component.unit]).in_unit(declared, bridge(declared, child.mass_kg))


def carried(part: PartInput) -> Iterator[Carried]:
    """What a part carries by itself, line by line; what its supplier answered is not among it."""
    for line in part.lines:
        if line.factor is not None:
            amount = Quantity(line.amount, UNITS[line.unit]).in_unit(UNITS[line.factor.per]) * line.factor.kg_co2e
            yield Carried(line, line.stage, amount, _quality(line), _primary(line))
    for material in part.circular:
        yield from _carried_in_circles(material)
    if part.secondary is not None and part.answer is None:
        factor = part.secondary.factor
        declared = UNITS[part.declared_unit]
        amount = Quantity(_ONE, declared).in_unit(UNITS[factor.per], bridge(declared, part.mass_kg)) * factor.kg_co2e
        yield Carried(part.secondary, part.secondary.stage, amount, factor.quality or WORST, primary=False)


WORST = Quality(Decimal(5), Decimal(5), Decimal(5))


def _quality(line: Line) -> Quality:
    return line.quality or (line.factor.quality if line.factor and line.factor.quality else WORST)


def _primary(line: Line) -> bool:
    """Own activity data make a contribution primary, unless a bought input is valued with an average factor (PACT, primary data share)."""
    if line.data_source is not DataSource.OWN or line.factor is None:
        return False
    return line.flow in (Flow.ENERGY, Flow.EMISSION) or line.factor.standing in (FactorStanding.SUPPLIER, FactorStanding.MEASURED)


def _carried_in_circles(material: CircularMaterial) -> Iterator[Carried]:
    emissions = {symbol: factor.kg_co2e / UNITS[factor.per].in_base for symbol, factor in material.factors.items()}
    parameters = CircularParameters(**material.shares, **emissions)
    check(parameters)
    result = circular_footprint(parameters)
    ratings = [(factor.kg_co2e, factor.quality) for factor in material.factors.values() if factor.quality is not None]
    quality = weighted(ratings) or WORST
    if material.terms in (CircularTerms.MATERIAL, CircularTerms.BOTH):
        yield Carried(material, Stage.RAW_MATERIALS, material.mass_kg * result.material, quality, primary=False)
    if material.terms in (CircularTerms.END_OF_LIFE, CircularTerms.BOTH):
        yield Carried(material, Stage.END_OF_LIFE, material.mass_kg * result.end_of_life, quality, primary=False)


def _take_answer(figure: PartFigure, part: PartInput, answer: SignedRelease) -> list[tuple[Decimal, Quality]]:
    """The supplier's released values, per declared unit of the buyer's own record of the part.

    They weigh in quality and primary share by their stages' absolute values: credits within a stage are the supplier's secret.
    """
    release = answer.release
    mine, theirs = UNITS[part.declared_unit], UNITS[release.declared_unit]
    mass = bridge(mine, part.mass_kg) or bridge(theirs, release.mass_kg)  # of the side that is not declared in kilograms
    times = Quantity(_ONE, mine).in_unit(theirs, mass)
    for stage, amount in release.stages.items():
        figure.component[stage] += times * amount
    emissions = times * sum((abs(amount) for amount in release.stages.values()), _ZERO)
    figure.absolute += emissions
    figure.primary += emissions * release.primary_data_share
    return [(emissions, release.quality)] if release.quality is not None else []


def answered_otherwise(part: PartInput, method_id: str) -> list[Flaw]:
    """Whether a bought part was answered under another method: figures of different methods are never added."""
    if part.answer is None or part.answer.release.method == method_id:
        return []
    message = f"{part.part_number} was answered under {part.answer.release.method}, which cannot be added to {method_id}."
    return [Flaw(part.part_number, "footprint.method", message)]


def _check_answers(package: Package) -> None:
    flaws: list[Flaw] = []
    for part in package.parts:
        if part.sourcing == "bought" and part.answer is None and part.secondary is None:
            flaws.append(Flaw(part.part_number, "footprint.no_value", f"{part.part_number} has neither an answer nor a secondary factor."))
        flaws += answered_otherwise(part, package.method)
    if flaws:
        remedy = "Ask the suppliers, or name secondary factors, for the parts named here."
        raise conflict("footprint.incomplete", "The footprint cannot be computed yet.", remedy, *flaws)


def _obstacles(part: PartInput, by_number: dict[str, PartInput], rules: Method, package: Package) -> Iterator[Obstacle]:
    number = part.part_number
    for line in part.lines:
        yield from _factor_obstacles(number, line.line, line.activity, line.factor, rules)
        if line.flow is Flow.CREDIT and not rules.credits:
            yield Obstacle("credit", number, f"{line.activity}: {rules.id} allows no credits.", line.line)
    for material in part.circular:
        for factor in {factor.code: factor for factor in material.factors.values()}.values():
            yield from _factor_obstacles(number, material.line, material.material, factor, rules)
    if part.answer is not None:
        release = part.answer.release
        for code in release.obstacles:
            yield Obstacle(code, number, f"{part.name}: the answer of {release.supplier.name} {_INHERITED.get(code, 'has an obstacle')}.")
        if release.valid_until < package.computed_on:
            yield Obstacle("expired", number, f"{part.name}: the answer of {release.supplier.name} was valid until {release.valid_until}.")
    elif part.secondary is not None:
        yield from _factor_obstacles(number, None, f"{part.name}, secondary factor", part.secondary.factor, rules)
    yield from _mass_balance(part, by_number, rules)


def _factor_obstacles(number: str, line: int | None, what: str, factor: Factor | None, rules: Method) -> Iterator[Obstacle]:
    if factor is None:
        return
    if factor.standing is FactorStanding.ESTIMATE:
        yield Obstacle("estimate", number, f"{what}: the factor {factor.code} is an estimate.", line)
    if factor.electricity_basis is not None and factor.electricity_basis not in rules.electricity:
        yield Obstacle("electricity_basis", number, f"{what}: {rules.id} does not admit the basis {factor.electricity_basis}.", line)


def _mass_balance(part: PartInput, by_number: dict[str, PartInput], rules: Method) -> Iterator[Obstacle]:
    """|inputs − outputs| / outputs stays within the method's cut-off, for a process whose mass and inputs are stated.

    Counts the making of the part, not its distribution and end of life. Greenhouse gases are left out on both sides: their oxygen,
    and in part their carbon, come from air and fuel.
    """
    if part.mass_kg is None or part.sourcing != "made":
        return
    inputs = sum(_masses(part.lines, Flow.INPUT), _ZERO)
    inputs += sum((item.mass_kg for item in part.circular if item.terms is not CircularTerms.END_OF_LIFE), _ZERO)
    for component in part.components:
        child = by_number[component.part_number]
        unit = UNITS[component.unit]
        if unit.dimension is Dimension.MASS:
            inputs += Quantity(component.amount, unit).in_unit(KILOGRAM)
        elif child.mass_kg is not None:
            inputs += declared_units(component, child) * child.mass_kg
    if not inputs:
        return
    outputs = part.mass_kg + sum(_masses(part.lines, Flow.EMISSION), _ZERO) + sum(_masses(part.lines, Flow.WASTE), _ZERO)
    deviation = abs(inputs - outputs) / outputs
    if deviation > rules.cut_off:
        message = f"Inputs of {settle(inputs):f} kg stand against outputs of {settle(outputs):f} kg: {deviation * 100:.1f} % is not accounted for."
        yield Obstacle("cut_off", part.part_number, message)


def _masses(lines: Iterable[Line], flow: Flow) -> list[Decimal]:
    return [
        Quantity(line.amount, UNITS[line.unit]).in_unit(KILOGRAM)
        for line in lines
        if line.flow is flow
        and line.stage in (Stage.RAW_MATERIALS, Stage.PRODUCTION)
        and UNITS[line.unit].dimension is Dimension.MASS
        and not (line.factor is not None and line.factor.code.startswith(GWP_PREFIX))
    ]


def _coverage(parts: tuple[PartInput, ...]) -> tuple[TierCoverage, ...]:
    asked: dict[int, int] = {}
    answered: dict[int, int] = {}
    for part in parts:
        if part.sourcing != "bought" or not part.asked:
            continue
        asked[1] = asked.get(1, 0) + 1
        if part.answer is not None:
            answered[1] = answered.get(1, 0) + 1
            for above in part.answer.release.coverage:
                asked[above.tier + 1] = asked.get(above.tier + 1, 0) + above.asked
                answered[above.tier + 1] = answered.get(above.tier + 1, 0) + above.answered
    return tuple(TierCoverage(tier, asked[tier], answered.get(tier, 0)) for tier in sorted(asked))


def _result(package: Package, rules: Method, product: PartInput, top: PartFigure, obstacles: tuple[Obstacle, ...]) -> Result:
    stages = {stage: StageFigure(settle(top.own[stage]), settle(top.component[stage]), settle(top.total(stage))) for stage in Stage}
    total = sum((top.total(stage) for stage in Stage), _ZERO)
    gaps = {part.part_number: part for part in package.parts if part.part_number in top.gaps and part.secondary is not None}
    return Result(
        method=rules.id,
        declared_unit=product.declared_unit,
        stages=stages,
        total=settle(total),
        primary_data_share=settle(top.primary / top.absolute) if top.absolute else _ZERO,
        coverage=_coverage(package.parts),
        obstacles=obstacles,
        gaps=tuple(
            Gap(number, part.secondary.reason, part.secondary.factor.code, settle(top.gaps[number] / top.absolute) if top.absolute else _ZERO)
            for number, part in sorted(gaps.items())
            if part.secondary is not None
        ),
        kg_co2e_per_kg=settle(total / product.mass_kg) if product.mass_kg else None,
        quality=_settled(top.quality),
        dqr=settle(rating(top.quality)) if top.quality else None,
        per_kwh=_per_kilowatt_hour(rules, package.battery, product, top, total) if package.battery else None,
    )


def _settled(quality: Quality | None) -> Quality | None:
    return Quality(settle(quality.ter), settle(quality.ger), settle(quality.tir)) if quality else None


def _per_kilowatt_hour(rules: Method, battery: Battery, product: PartInput, top: PartFigure, total: Decimal) -> PerKilowattHour:
    energy = rules.total_energy_kwh(battery)
    per_kwh = total / energy
    return PerKilowattHour(
        total_energy_kwh=settle(energy),
        reference_flow_kg_per_kwh=settle(product.mass_kg / energy) if product.mass_kg else None,
        kg_co2e_per_kwh=settle(per_kwh),
        stages={stage: settle(top.total(stage) / energy) for stage in Stage},
        stage_shares={stage: settle(top.total(stage) / total) if total else _ZERO for stage in Stage},
        performance_class=rules.performance_class(per_kwh),
    )
