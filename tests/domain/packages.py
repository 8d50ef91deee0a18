"""Packages drawn at random, and the footprint of each computed again by enumerating paths in exact fractions."""

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import date
from decimal import Decimal
from fractions import Fraction

from hypothesis import strategies as st

from ashiato.domain.footprint.calculation import Result
from ashiato.domain.footprint.model import CircularTerms, DataSource, FactorStanding, Flow, Quality, Stage
from ashiato.domain.footprint.package import (
    SCHEMA,
    CircularMaterial,
    Component,
    Factor,
    Line,
    Package,
    PartInput,
    Party,
    Product,
    Release,
    Secondary,
    SignedRelease,
    Span,
    TierCoverage,
)
from ashiato.kernel.quantity import UNITS, Dimension

METHOD = "JRC-CFB-EV-2023-06"
MAKER = Party("company-1", "Maker", "7000012050002", "JP")
SUPPLIER = Party("company-2", "Supplier", None, "DE")
PERIOD = Span(date(2025, 4, 1), date(2026, 3, 31))
TODAY = date(2026, 4, 1)
ONE = Quality(Decimal(1), Decimal(1), Decimal(1))

small = st.integers(1, 99).map(Decimal) | st.decimals("0.1", "9.9", places=1)
ratings = st.integers(1, 5).map(Decimal)
qualities = st.builds(Quality, ratings, ratings, ratings)
UNITS_OF = {
    Dimension.MASS: ["kg", "g", "t"], Dimension.ENERGY: ["kWh", "MWh", "MJ"], Dimension.TRANSPORT: ["tkm", "kgkm"],
    Dimension.PIECE: ["piece"], Dimension.AREA: ["m2"], Dimension.VOLUME: ["l", "m3"],
}  # fmt: skip


def factor(value: Decimal, per: str, code: str = "F", standing: FactorStanding = FactorStanding.PUBLISHED, quality: Quality | None = ONE) -> Factor:
    return Factor(code, f"factor {code}", value, per, 2024, "GLO", "test", "https://example.org", "CC0", standing, None, quality)


@st.composite
def lines(draw: st.DrawFn, number: int) -> Line:
    flow = draw(st.sampled_from(list(Flow)))
    dimension = draw(st.sampled_from([Dimension.ENERGY, Dimension.TRANSPORT] if flow is Flow.ENERGY else [Dimension.MASS]))
    units = st.sampled_from(UNITS_OF[dimension])
    amount = draw(small)
    rated = draw(st.none() | qualities)
    known = draw(st.none() | qualities) if rated else draw(qualities)
    given = factor(draw(small | small.map(lambda value: -value)), draw(units), f"F{number}", draw(st.sampled_from(list(FactorStanding))), known)
    bare = flow in (Flow.WASTE, Flow.EMISSION) and draw(st.booleans())
    return Line(
        number, draw(st.sampled_from(list(Stage))), "activity", -amount if flow is Flow.CREDIT else amount, draw(units), flow,
        draw(st.sampled_from(list(DataSource))), "", None if bare else given, rated,
    )  # fmt: skip


@st.composite
def circular(draw: st.DrawFn, number: int) -> CircularMaterial:
    tenth = st.integers(0, 5).map(lambda tenths: Decimal(tenths) / 10)
    shares = {name: draw(tenth) for name in ("a", "r1", "r2", "r3")}
    factors = {name: factor(draw(small), draw(st.sampled_from(["kg", "t"])), name) for name in ("ev", "erec", "erec_eol", "ev_star", "ed")}
    return CircularMaterial(number, "material", draw(small), draw(st.sampled_from(list(CircularTerms))), DataSource.OWN, shares, factors)


@st.composite
def releases(draw: st.DrawFn, unit: str, mass: Decimal | None) -> Release:
    stages = {stage: draw(small | small.map(lambda value: -value)) for stage in Stage}
    quality = draw(qualities)
    return Release(
        "ashiato/footprint-release/1", "r", 1, SUPPLIER, Product("S-1", "Supplied"), unit, METHOD, PERIOD, TODAY, date(2029, 3, 31), stages,
        sum(stages.values(), Decimal(0)), draw(st.sampled_from([Decimal(0), Decimal("0.25"), Decimal("0.5"), Decimal(1)])), (TierCoverage(1, 2, 1),), (), mass, quality,
    )  # fmt: skip


@st.composite
def answers(draw: st.DrawFn, dimension: Dimension, mass: Decimal | None) -> Release:
    """A supplier's release in the buyer's dimension, or across the mass of whichever side's unit is not one of mass."""
    if dimension is Dimension.MASS and draw(st.booleans()):
        return draw(releases("piece", draw(small)))
    if mass is not None and draw(st.booleans()):
        unit = draw(st.sampled_from(UNITS_OF[Dimension.MASS]))
        return draw(releases(unit, UNITS[unit].in_base))
    return draw(releases(draw(st.sampled_from(UNITS_OF[dimension])), None))


@st.composite
def parts(draw: st.DrawFn, place: int, below: list[PartInput], top: bool) -> PartInput:
    dimension = draw(st.sampled_from([Dimension.MASS, Dimension.PIECE, Dimension.ENERGY, Dimension.AREA]))
    unit = draw(st.sampled_from(UNITS_OF[dimension]))
    mass = UNITS[unit].in_base if dimension is Dimension.MASS else draw(st.none() | small)
    part = PartInput(f"P{place}", f"part {place}", unit, "made", mass)
    if not top and draw(st.booleans()):
        part = replace(part, sourcing="bought", asked=draw(st.booleans()))
        if draw(st.booleans()):
            return replace(part, asked=True, answer=SignedRelease(draw(answers(dimension, mass)), "jws", {}))
        stand_in = factor(draw(small), draw(st.sampled_from(UNITS_OF[dimension])), f"S{place}", quality=draw(st.none() | qualities))
        return replace(part, secondary=Secondary(stand_in, draw(st.sampled_from([Stage.RAW_MATERIALS, Stage.PRODUCTION])), "not asked"))
    chosen = draw(st.lists(st.sampled_from(below), unique_by=lambda child: child.part_number, max_size=3)) if below else []
    if top:
        chosen = chosen or below[-1:]
    components = []
    for child in chosen:
        dimensions = {UNITS[child.declared_unit].dimension} | ({Dimension.MASS} if child.mass_kg else set())
        symbol = draw(st.sampled_from(sorted(symbol for dimension in dimensions for symbol in UNITS_OF[dimension])))
        components.append(Component(child.part_number, draw(small), symbol))
    count = draw(st.integers(0, 3))
    return replace(
        part, components=tuple(components), lines=tuple(draw(lines(number)) for number in range(1, count + 1)),
        circular=(draw(circular(1)),) if draw(st.integers(0, 3)) == 0 else (),
    )  # fmt: skip


@st.composite
def packages(draw: st.DrawFn) -> Package:
    """A product of up to five parts in any acyclic shape."""
    below: list[PartInput] = []
    count = draw(st.integers(1, 5))
    for place in range(count):
        below.append(draw(parts(place, below, place == count - 1)))
    return Package(SCHEMA, METHOD, MAKER, f"P{count - 1}", PERIOD, TODAY, tuple(below))


@dataclass
class Sums:
    """What paths add up to, in exact fractions."""

    own: dict[Stage, Fraction] = field(default_factory=lambda: dict.fromkeys(Stage, Fraction()))
    component: dict[Stage, Fraction] = field(default_factory=lambda: dict.fromkeys(Stage, Fraction()))
    absolute: Fraction = Fraction()
    primary: Fraction = Fraction()
    rated: Fraction = Fraction()
    gaps: dict[str, Fraction] = field(default_factory=dict)

    @property
    def total(self) -> Fraction:
        return sum(self.own.values(), Fraction()) + sum(self.component.values(), Fraction())


def times(amount: Decimal, unit: str, wanted: str, mass: Decimal | None) -> Fraction:
    """How many `wanted` an amount is; the mass of one declared unit leads across dimensions."""
    given, other = UNITS[unit], UNITS[wanted]
    counted = Fraction(amount) * Fraction(given.in_base)
    if given.dimension is other.dimension:
        return counted / Fraction(other.in_base)
    assert mass is not None
    assert (given.dimension is Dimension.MASS) != (other.dimension is Dimension.MASS)
    if given.dimension is Dimension.MASS:
        return counted / Fraction(mass)
    return Fraction(amount) * Fraction(mass) / Fraction(other.in_base)


def paths(package: Package) -> Iterator[tuple[Fraction, PartInput]]:
    """Every way from the product down, with how many declared units of its last part it brings."""
    by_number = {part.part_number: part for part in package.parts}
    waiting = [(Fraction(1), by_number[package.product])]
    while waiting:
        count, part = waiting.pop()
        yield count, part
        for component in part.components:
            child = by_number[component.part_number]
            waiting.append((count * times(component.amount, component.unit, child.declared_unit, child.mass_kg), child))


def sums(package: Package) -> Sums:
    """The footprint by enumeration of paths: no shared arithmetic with the code under test."""
    found = Sums()
    for place, (count, part) in enumerate(paths(package)):
        for stage, amount, quality, primary, answered in contributions(part):
            side = found.own if place == 0 and not answered else found.component
            side[stage] += count * amount
            found.absolute += count * abs(amount)
            found.primary += count * abs(amount) * primary
            found.rated += count * abs(amount) * sum(Fraction(each) for each in (quality.ter, quality.ger, quality.tir)) / 3
            if part.secondary is not None and part.answer is None:
                found.gaps[part.part_number] = found.gaps.get(part.part_number, Fraction()) + count * abs(amount)
    return found


def contributions(part: PartInput) -> Iterator[tuple[Stage, Fraction, Quality, Fraction, bool]]:
    worst = Quality(Decimal(5), Decimal(5), Decimal(5))
    for line in part.lines:
        if line.factor is None:
            continue
        amount = times(line.amount, line.unit, line.factor.per, None) * Fraction(line.factor.kg_co2e)
        own = line.data_source is DataSource.OWN
        founded = line.flow in (Flow.ENERGY, Flow.EMISSION) or line.factor.standing in (FactorStanding.SUPPLIER, FactorStanding.MEASURED)
        yield line.stage, amount, line.quality or line.factor.quality or worst, Fraction(int(own and founded)), False
    for material in part.circular:
        p = {name: Fraction(value) for name, value in material.shares.items()}
        e = {name: Fraction(given.kg_co2e) / Fraction(UNITS[given.per].in_base) for name, given in material.factors.items()}
        raw = (1 - p["r1"]) * e["ev"] + p["r1"] * (p["a"] * e["erec"] + (1 - p["a"]) * e["ev"])
        end = (1 - p["a"]) * p["r2"] * (e["erec_eol"] - e["ev_star"]) + (1 - p["r2"] - p["r3"]) * e["ed"]
        if material.terms is not CircularTerms.END_OF_LIFE:
            yield Stage.RAW_MATERIALS, Fraction(material.mass_kg) * raw, ONE, Fraction(), False
        if material.terms is not CircularTerms.MATERIAL:
            yield Stage.END_OF_LIFE, Fraction(material.mass_kg) * end, ONE, Fraction(), False
    if part.answer is not None:
        release = part.answer.release
        by_mass = UNITS[part.declared_unit].dimension is Dimension.MASS
        count = times(Decimal(1), part.declared_unit, release.declared_unit, release.mass_kg if by_mass else part.mass_kg)
        for stage, value in release.stages.items():
            assert release.quality is not None
            yield stage, count * Fraction(value), release.quality, Fraction(release.primary_data_share), True
    elif part.secondary is not None:
        given = part.secondary.factor
        amount = times(Decimal(1), part.declared_unit, given.per, part.mass_kg) * Fraction(given.kg_co2e)
        yield part.secondary.stage, amount, given.quality or worst, Fraction(), False


def near(figure: Decimal, exact: Fraction) -> bool:
    """Whether a settled figure is the exact one to fifteen digits."""
    return abs(Fraction(figure) - exact) <= abs(exact) * Fraction(1, 10**14)


def totals(result: Result) -> dict[Stage, Decimal]:
    return {stage: figure.total for stage, figure in result.stages.items()}
