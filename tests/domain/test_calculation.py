"""A footprint follows from its package: exactly, additively, in whatever order, and the same whether a supplier answers or is inlined."""

from dataclasses import replace
from datetime import date
from decimal import Decimal
from fractions import Fraction
from uuid import UUID

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.domain.packages import METHOD, ONE, PERIOD, SUPPLIER, TODAY, contributions, factor, near, packages, paths, sums, totals

from ashiato.domain.footprint import release as releasing
from ashiato.domain.footprint.calculation import calculate
from ashiato.domain.footprint.drafts import totals_of
from ashiato.domain.footprint.methods import method
from ashiato.domain.footprint.model import CircularTerms, DataSource, ElectricityBasis, FactorStanding, Flow, Quality, Stage
from ashiato.domain.footprint.package import (
    Battery,
    CircularMaterial,
    Component,
    Factor,
    Line,
    Package,
    PartInput,
    Product,
    Release,
    Secondary,
    SignedRelease,
    TierCoverage,
)
from ashiato.kernel.errors import Kind, Refusal


def codes(package: Package) -> list[str]:
    return [obstacle.code for obstacle in calculate(package).obstacles]


def line(amount: str = "1", unit: str = "kg", flow: Flow = Flow.INPUT, given: Factor | None = None, number: int = 1) -> Line:
    return Line(number, Stage.PRODUCTION, "activity", Decimal(amount), unit, flow, DataSource.OWN, factor=given or factor(Decimal(2), unit))


def product(*lines_: Line, mass: str | None = None, components: tuple[Component, ...] = ()) -> PartInput:
    return PartInput("TOP", "top", "piece", "made", Decimal(mass) if mass else None, lines_, components=components)


def bought(
    number: str = "B", unit: str = "kg", answer: SignedRelease | None = None, secondary: Factor | None = None, asked: bool = False
) -> PartInput:
    stand_in = Secondary(secondary, Stage.RAW_MATERIALS, "not asked") if secondary else None
    return PartInput(number, "bought", unit, "bought", Decimal(1) if unit == "kg" else None, asked=asked, answer=answer, secondary=stand_in)


def package_of(*below: PartInput) -> Package:
    return Package("ashiato/footprint-package/1", METHOD, SUPPLIER, "TOP", PERIOD, TODAY, below)


@settings(max_examples=150, deadline=None)
@given(packages())
def test_it_is_the_sum_over_all_paths(package: Package) -> None:
    result, exact = calculate(package), sums(package)
    assert near(result.total, exact.total)
    for stage in Stage:
        figure = result.stages[stage]
        assert near(figure.own, exact.own[stage])
        assert near(figure.component, exact.component[stage])
        assert near(figure.total, exact.own[stage] + exact.component[stage])
    if exact.absolute:
        assert near(result.primary_data_share, exact.primary / exact.absolute)
        assert result.dqr is not None
        assert near(result.dqr, exact.rated / exact.absolute)
        assert {gap.part_number: True for gap in result.gaps} == dict.fromkeys(exact.gaps, True)
        assert all(near(gap.share, exact.gaps[gap.part_number] / exact.absolute) for gap in result.gaps)


def test_the_enumeration_of_paths_would_notice_one_wrong_link() -> None:
    """The canary: one amount in a thousand wrong by a hundredth is seen."""
    top = product(line("1000"), components=(Component("B", Decimal(1), "kg"),))
    right = package_of(bought(secondary=factor(Decimal(2), "kg")), top)
    wrong = package_of(bought(secondary=factor(Decimal(2), "kg")), replace(top, components=(Component("B", Decimal("1.01"), "kg"),)))
    assert near(calculate(right).total, sums(right).total)
    assert not near(calculate(wrong).total, sums(right).total)


@settings(max_examples=80, deadline=None)
@given(packages())
def test_shares_and_ratings_stay_within_their_scales(package: Package) -> None:
    result = calculate(package)
    assert 0 <= result.primary_data_share <= 1
    assert result.dqr is None or 1 <= result.dqr <= 5
    assert all(0 <= gap.share <= 1 for gap in result.gaps)
    assert sum((gap.share for gap in result.gaps), Decimal(0)) <= 1 + Decimal("1e-13")
    if result.quality is not None:
        assert all(1 <= each <= 5 for each in (result.quality.ter, result.quality.ger, result.quality.tir))


@settings(max_examples=60, deadline=None)
@given(packages(), st.randoms(use_true_random=False))
def test_the_order_of_lines_and_components_does_not_matter(package: Package, random) -> None:
    def shuffled(items: tuple) -> tuple:
        items = list(items)
        random.shuffle(items)
        return tuple(items)

    mixed = replace(package, parts=tuple(replace(part, lines=shuffled(part.lines), components=shuffled(part.components)) for part in package.parts))
    one, other = calculate(package), calculate(mixed)
    assert totals(one) == totals(other)
    assert one.primary_data_share == other.primary_data_share
    assert {(o.code, o.part_number, o.line) for o in one.obstacles} == {(o.code, o.part_number, o.line) for o in other.obstacles}


@settings(max_examples=60, deadline=None)
@given(packages(), st.sampled_from(["2", "10", "0.5", "0.001"]).map(Decimal))
def test_twice_of_everything_that_emits_is_twice_the_footprint(package: Package, k: Decimal) -> None:
    def scaled(given: Factor | None) -> Factor | None:
        return replace(given, kg_co2e=given.kg_co2e * k) if given else None

    def more(part: PartInput) -> PartInput:
        answer = part.answer and replace(
            part.answer, release=replace(part.answer.release, stages={stage: value * k for stage, value in part.answer.release.stages.items()})
        )
        return replace(
            part, lines=tuple(replace(each, factor=scaled(each.factor)) for each in part.lines),
            circular=tuple(replace(each, factors={name: scaled(given) for name, given in each.factors.items()}) for each in part.circular),
            secondary=part.secondary and replace(part.secondary, factor=scaled(part.secondary.factor)), answer=answer,
        )  # fmt: skip

    one, other = calculate(package), calculate(replace(package, parts=tuple(more(part) for part in package.parts)))
    assert near(other.total, Fraction(one.total * k))
    assert abs(other.primary_data_share - one.primary_data_share) < Decimal("1e-13")


@settings(max_examples=60, deadline=None)
@given(packages(), packages())
def test_two_inventories_together_are_their_sum(one: Package, other: Package) -> None:
    """Two products as components of one more: their footprints add up."""
    renamed = {part.part_number: f"Q{place}" for place, part in enumerate(other.parts)}
    second = tuple(
        replace(
            part,
            part_number=renamed[part.part_number],
            components=tuple(replace(each, part_number=renamed[each.part_number]) for each in part.components),
        )
        for part in other.parts
    )
    tops = [(one.product, one.parts[-1].declared_unit), (renamed[other.product], other.parts[-1].declared_unit)]
    both = product(components=tuple(Component(number, Decimal(1), unit) for number, unit in tops))
    together = calculate(replace(one, product="TOP", parts=(*one.parts, *second, both)))
    exact = sums(one).total + sums(other).total
    assert abs(Fraction(together.total) - exact) <= Fraction(1, 10**9) + abs(exact) * Fraction(1, 10**14)
    assert all(figure.own == 0 for figure in together.stages.values())


@settings(max_examples=60, deadline=None)
@given(packages(), st.integers(1, 9).map(Decimal))
def test_an_answer_counts_like_the_inventory_behind_it(supplied: Package, amount: Decimal) -> None:
    """The buyer's total is the same whether the supplier releases figures or hands over its whole recipe."""
    result = calculate(supplied)
    unit = supplied.parts[-1].declared_unit
    released = releasing.draw_up(supplied, result, UUID(int=1), 1, TODAY, None)
    component = Component("B", amount, unit)
    answered = replace(bought("B", unit, SignedRelease(released, "jws", {}), asked=True), mass_kg=supplied.parts[-1].mass_kg)
    by_answer = calculate(package_of(answered, product(line(), components=(component,))))
    inlined = replace(component, part_number=supplied.product)
    by_recipe = calculate(package_of(*supplied.parts, product(line(), components=(inlined,))))
    for stage in Stage:
        assert near(by_answer.stages[stage].total, Fraction(by_recipe.stages[stage].total))
        assert near(by_answer.stages[stage].own, Fraction(by_recipe.stages[stage].own))
    stages_do_not_cancel = all(not figure.total or abs(figure.total) == sum_of_absolutes(supplied, stage) for stage, figure in result.stages.items())
    if stages_do_not_cancel:
        assert abs(by_answer.primary_data_share - by_recipe.primary_data_share) < Decimal("1e-12")


def sum_of_absolutes(package: Package, stage: Stage) -> Decimal:
    """Σ|contribution| of one stage: what a stage's total hides where credits stand against emissions."""
    exact = sum((count * abs(amount) for count, part in paths(package) for where, amount, *_ in contributions(part) if where is stage), Fraction())
    return Decimal(exact.numerator) / Decimal(exact.denominator)


@settings(max_examples=40, deadline=None)
@given(packages())
def test_the_network_in_floats_agrees_with_the_exact_figures(package: Package) -> None:
    rows = totals_of(package.parts, method(METHOD))
    for place, part in enumerate(package.parts):
        exact = sums(replace(package, product=part.part_number))
        stages = [float(exact.own[stage] + exact.component[stage]) for stage in Stage]
        assert np.allclose(rows[place, : len(stages)], stages, rtol=1e-9, atol=1e-9)


@settings(max_examples=30, deadline=None)
@given(packages())
def test_computing_again_gives_the_same(package: Package) -> None:
    assert calculate(package) == calculate(package)


# what stands against declaring a result


def test_a_sound_product_has_no_obstacle() -> None:
    assert codes(package_of(product(line("10"), mass="10"))) == []


@pytest.mark.parametrize("place", ["line", "secondary", "circular"])
def test_an_estimate_makes_a_draft(place: str) -> None:
    guess = factor(Decimal(1), "kg", "GUESS", FactorStanding.ESTIMATE)
    if place == "line":
        package = package_of(product(line(given=guess)))
    elif place == "secondary":
        package = package_of(bought(secondary=guess), product(components=(Component("B", Decimal(1), "kg"),)))
    else:
        material = circular_material(guess)
        package = package_of(replace(product(), circular=(material,)))
    assert codes(package) == ["estimate"]
    assert calculate(package).draft


def circular_material(given: Factor) -> CircularMaterial:
    shares = {"a": Decimal("0.2"), "r1": Decimal(0), "r2": Decimal(0)}
    return CircularMaterial(
        1, "m", Decimal(1), CircularTerms.BOTH, DataSource.OWN, shares, dict.fromkeys(("ev", "erec", "erec_eol", "ev_star"), given)
    )


@pytest.mark.parametrize("basis", list(ElectricityBasis))
@pytest.mark.parametrize("method_id", [METHOD, "DA-EV-draft-2024-04"])
def test_an_electricity_basis_that_the_method_does_not_admit_makes_a_draft(basis: ElectricityBasis, method_id: str) -> None:
    power = replace(factor(Decimal("0.4"), "kWh"), electricity_basis=basis)
    package = replace(package_of(product(line("5", "kWh", Flow.ENERGY, power))), method=method_id)
    assert codes(package) == ([] if basis in method(method_id).electricity else ["electricity_basis"])


@pytest.mark.parametrize(
    ("inputs", "outputs", "kept"),
    [("10.1", "10", True), ("9.9", "10", True), ("10.11", "10", False), ("9.89", "10", False), ("0.001", "10", False)],
)
def test_mass_that_is_not_accounted_for_makes_a_draft(inputs: str, outputs: str, kept: bool) -> None:
    assert codes(package_of(product(line(inputs), mass=outputs))) == ([] if kept else ["cut_off"])


def test_the_mass_balance_counts_components_waste_and_emissions() -> None:
    part = bought(secondary=factor(Decimal(1), "kg"))
    component = Component("B", Decimal(4000), "g")
    waste = Line(2, Stage.PRODUCTION, "waste", Decimal(1), "kg", Flow.WASTE, DataSource.OWN)
    air = line("500", "g", Flow.EMISSION, number=3)
    assert codes(package_of(part, product(line("7"), waste, air, mass="9.5", components=(component,)))) == []
    assert codes(package_of(part, product(line("7"), air, mass="9.5", components=(component,)))) == ["cut_off"]


@pytest.mark.parametrize(("lines_", "mass"), [((), "10"), ((line("5"),), None), ((line("5", "kWh", Flow.ENERGY),), "10")])
def test_no_mass_balance_is_drawn_up_where_a_side_is_not_stated(lines_: tuple[Line, ...], mass: str | None) -> None:
    assert codes(package_of(product(*lines_, mass=mass))) == []


def answered_by(**changes: object) -> Package:
    release = replace(plain_release(), **changes)
    return package_of(bought(answer=SignedRelease(release, "jws", {}), asked=True), product(components=(Component("B", Decimal(2), "kg"),)))


def plain_release() -> Release:
    stages = {stage: Decimal(place + 1) for place, stage in enumerate(Stage)}
    return Release(
        "ashiato/footprint-release/1", "r", 1, SUPPLIER, Product("S", "S"), "kg", METHOD, PERIOD, TODAY, date(2029, 3, 31), stages, Decimal(10),
        Decimal("0.5"), (TierCoverage(1, 3, 2), TierCoverage(2, 1, 0)), (), None, ONE,
    )  # fmt: skip


def test_an_answer_is_counted_by_stage_as_a_component() -> None:
    result = calculate(answered_by())
    assert result.total == 20
    assert result.stages[Stage.DISTRIBUTION].component == 6
    assert result.stages[Stage.DISTRIBUTION].own == 0
    assert result.primary_data_share == Decimal("0.5")
    assert result.gaps == ()


def test_an_expired_answer_makes_a_draft() -> None:
    assert codes(answered_by(valid_until=TODAY)) == []
    assert codes(answered_by(valid_until=date(2026, 3, 31))) == ["expired"]


def test_an_answers_obstacles_are_the_buyers_too() -> None:
    assert codes(answered_by(obstacles=("cut_off", "estimate"))) == ["cut_off", "estimate"]


def test_coverage_counts_tiers_from_the_direct_suppliers() -> None:
    assert calculate(answered_by()).coverage == (TierCoverage(1, 1, 1), TierCoverage(2, 3, 2), TierCoverage(3, 1, 0))
    silent = package_of(bought(secondary=factor(Decimal(1), "kg"), asked=True), product(components=(Component("B", Decimal(1), "kg"),)))
    assert calculate(silent).coverage == (TierCoverage(1, 1, 0),)


def test_an_answer_under_another_method_is_refused() -> None:
    with pytest.raises(Refusal) as caught:
        calculate(answered_by(method="DA-EV-draft-2024-04"))
    assert caught.value.kind is Kind.CONFLICT
    assert [flaw.code for flaw in caught.value.flaws] == ["footprint.method"]


def test_a_bought_part_without_any_value_is_refused_by_name() -> None:
    with pytest.raises(Refusal) as caught:
        calculate(package_of(bought("B1"), bought("B2"), product(components=(Component("B1", Decimal(1), "kg"), Component("B2", Decimal(1), "kg")))))
    assert [flaw.field for flaw in caught.value.flaws] == ["B1", "B2"]


@pytest.mark.parametrize(
    ("declared", "mass", "per", "amount"),
    [("piece", None, "piece", "kg"), ("kg", "1", "kg", "piece"), ("kg", "1", "kg", "m2"), ("t", "1000", "t", "kWh"), ("kg", "1", "piece", "kg")],
)
def test_units_that_do_not_convert_are_refused(declared: str, mass: str | None, per: str, amount: str) -> None:
    """Above all: that one kilogram has a mass of one says nothing of pieces of a thing that is declared in kilograms."""
    part = replace(bought("B", declared, secondary=factor(Decimal(1), per)), mass_kg=Decimal(mass) if mass else None)
    with pytest.raises(Refusal) as caught:
        calculate(package_of(part, product(components=(Component("B", Decimal(1), amount),))))
    assert caught.value.code == "unit.no_conversion"


@pytest.mark.parametrize(
    ("mine", "my_mass", "theirs", "their_mass", "total"),
    [
        ("piece", "2", "kg", "1", 20),
        ("kg", "1", "piece", "2", 5),
        ("piece", "2", "t", "1000", "0.02"),
        ("g", "0.001", "piece", "4", "0.0025"),
        ("piece", None, "piece", None, 10),
    ],
)
def test_an_answer_in_another_unit_is_converted_by_the_mass_of_the_piece(
    mine: str, my_mass: str | None, theirs: str, their_mass: str | None, total: object
) -> None:
    release = replace(plain_release(), declared_unit=theirs, mass_kg=Decimal(their_mass) if their_mass else None)
    part = replace(bought("B", mine, SignedRelease(release, "jws", {}), asked=True), mass_kg=Decimal(my_mass) if my_mass else None)
    assert calculate(package_of(part, product(components=(Component("B", Decimal(1), mine),)))).total == Decimal(str(total))


def test_an_answer_in_kilograms_for_a_piece_of_unknown_mass_is_refused() -> None:
    part = replace(bought("B", "piece", SignedRelease(replace(plain_release(), mass_kg=Decimal(1)), "jws", {}), asked=True))
    with pytest.raises(Refusal, match="mass") as caught:
        calculate(package_of(part, product(components=(Component("B", Decimal(1), "piece"),))))
    assert caught.value.code == "unit.no_conversion"


def test_a_gap_says_whose_value_is_missing_and_how_much_it_weighs() -> None:
    stand_in = bought(secondary=factor(Decimal(3), "kg", "AVERAGE"))
    (gap,) = calculate(package_of(stand_in, product(line("1", given=factor(Decimal(1), "kg")), components=(Component("B", Decimal(1), "kg"),)))).gaps
    assert (gap.part_number, gap.factor, gap.share, gap.reason) == ("B", "AVERAGE", Decimal("0.75"), "not asked")


def test_a_part_used_twice_is_counted_twice() -> None:
    cell = PartInput("CELL", "cell", "piece", "made", lines=(line("1", "kWh", Flow.ENERGY, factor(Decimal(5), "kWh")),))
    module = PartInput("MODULE", "module", "piece", "made", components=(Component("CELL", Decimal(10), "piece"),))
    top = product(components=(Component("MODULE", Decimal(2), "piece"), Component("CELL", Decimal(1), "piece")))
    assert calculate(package_of(cell, module, top)).total == 5 * (2 * 10 + 1)


def test_a_battery_is_told_per_kilowatt_hour_delivered() -> None:
    battery = Battery("M1", "NMC", Decimal(60), Decimal(8), None, None)
    package = replace(package_of(product(line("2250"), mass="300")), method="DA-EV-draft-2024-04", battery=battery)
    per_kwh = calculate(package).per_kwh
    assert per_kwh is not None
    assert per_kwh.total_energy_kwh == 28800
    assert per_kwh.kg_co2e_per_kwh == Decimal("0.15625")
    assert per_kwh.stage_shares[Stage.PRODUCTION] == 1
    assert per_kwh.reference_flow_kg_per_kwh == Decimal("0.0104166666666667")


def test_nothing_emitted_is_no_division() -> None:
    result = calculate(package_of(product()))
    assert (result.total, result.primary_data_share, result.dqr, result.quality) == (0, 0, None, None)


# what a buyer sees


@settings(max_examples=40, deadline=None)
@given(packages())
def test_a_release_says_nothing_of_the_recipe(package: Package) -> None:
    result = calculate(package)
    released = releasing.draw_up(package, result, UUID(int=1), 1, TODAY, None)
    told = releasing.payload(released).decode()
    for part in package.parts[:-1]:
        assert f'"{part.part_number}"' not in told
        assert part.name not in told
    for word in ("activity", "factor", "component", "line", "secondary", "gaps"):
        assert f'"{word}"' not in told
    assert released.stages == totals(result)
    assert released.obstacles == tuple(sorted({obstacle.code for obstacle in result.obstacles}))


@pytest.mark.parametrize(("end", "until"), [(date(2026, 3, 31), date(2029, 3, 31)), (date(2024, 2, 29), date(2027, 3, 1))])
def test_a_release_is_valid_for_three_years(end: date, until: date) -> None:
    package = replace(package_of(product(line())), period=replace(PERIOD, start=date(2024, 1, 1), end=end))
    assert releasing.draw_up(package, calculate(package), UUID(int=1), 1, TODAY, None).valid_until == until


def test_quality_of_a_line_is_its_own_else_its_factors_else_the_worst() -> None:
    own = Quality(Decimal(2), Decimal(3), Decimal(4))
    cases = [(own, ONE, 3), (None, ONE, 1), (None, None, 5), (own, None, 3)]
    for rated, known, expected in cases:
        given = replace(line(given=factor(Decimal(1), "kg", quality=known)), quality=rated)
        assert calculate(package_of(product(given))).dqr == expected
