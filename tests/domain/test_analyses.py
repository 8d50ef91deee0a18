"""Analyses of a product: what carries it sums to the total, what-if is what would be, draws spread as far as the ratings say."""

from dataclasses import replace
from decimal import Decimal
from fractions import Fraction
from uuid import UUID

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from tests.domain.packages import MAKER, METHOD, PERIOD, TODAY, answers, contributions, factor, packages, paths, small, sums

from ashiato.domain.footprint.analyses import (
    ChangeAmount,
    ChangeComponent,
    ChangeElectricity,
    ChangeFactor,
    StatedSpread,
    TakeAnswer,
    TakeSecondary,
    Uncertainty,
    Unknown,
)
from ashiato.domain.footprint.analyses.contribution import contribution
from ashiato.domain.footprint.analyses.pedigree import pedigree
from ashiato.domain.footprint.analyses.scenario import Change, Known, changed, scenario
from ashiato.domain.footprint.analyses.uncertainty import _model, uncertainty
from ashiato.domain.footprint.drafts import drafted, totals_of
from ashiato.domain.footprint.methods import method
from ashiato.domain.footprint.model import DataSource, ElectricityBasis, Flow, Quality, Stage
from ashiato.domain.footprint.package import SCHEMA, Component, Factor, Line, Package, PartInput, Release, SignedRelease
from ashiato.kernel.errors import Refusal
from ashiato.kernel.ids import RequestId
from ashiato.kernel.quantity import Dimension

RULES = method(METHOD)
REQUEST = RequestId(UUID(int=1))
NOTHING = Known({}, {})
cuts = st.floats(0.001, 1)


def total(parts: tuple[PartInput, ...]) -> float:
    return drafted(parts[-1], totals_of(parts, RULES)[-1]).total


def weight(package: Package) -> float:
    """Σ|emissions|: the scale of rounding, where credits cancel."""
    return float(sums(package).absolute)


def near(one: float, other: float, scale: float) -> bool:
    return abs(one - other) <= 1e-9 * max(scale, abs(other))


@settings(max_examples=100)
@given(packages(), cuts)
def test_contributions_sum_to_the_total_wherever_they_are_cut(package: Package, cut: float) -> None:
    found, scale, draft = contribution(package.parts, RULES, cut), weight(package), total(package.parts)
    assert near(found.total, draft, scale)
    assert near(sum(found.stages.values()), draft, scale)
    assert near(sum(found.tiers.values()), draft, scale)
    for ranking in (found.activities, found.parts):
        assert near(sum(carrier.total for carrier in ranking.carriers) + ranking.rest.total, draft, scale)
        for stage in Stage:
            assert near(sum(each.stages[stage] for each in (*ranking.carriers, ranking.rest)), found.stages[stage], scale)
    if scale:
        shares = sum(each.share for each in (*found.activities.carriers, found.activities.rest))
        assert near(shares, draft / scale, 1)


@settings(max_examples=100)
@given(packages(), cuts)
def test_what_is_named_carries_its_share_and_what_is_not_does_not(package: Package, cut: float) -> None:
    found, scale = contribution(package.parts, RULES, cut), weight(package)
    carried = [sum(map(abs, carrier.stages.values())) for carrier in found.activities.carriers]
    assert carried == sorted(carried, reverse=True)
    assert all(each >= cut * scale * (1 - 1e-9) for each in carried)
    finest = contribution(package.parts, RULES, 0.001)
    assert finest.activities.carriers[: len(carried)] == found.activities.carriers, "a cut takes from the end only"
    assert finest.activities.rest.count + len(finest.activities.carriers) == found.activities.rest.count + len(carried)


@settings(max_examples=100)
@given(packages())
def test_a_part_carries_what_all_paths_to_it_bring(package: Package) -> None:
    """Against an enumeration of paths in exact fractions."""
    brought: dict[str, Fraction] = {}
    for count, part in paths(package):
        for _, amount, *_ in contributions(part):
            brought[part.part_number] = brought.get(part.part_number, Fraction()) + count * amount
    found, scale = contribution(package.parts, RULES, 0.001), weight(package)
    for carrier in found.parts.carriers:
        assert near(carrier.total, float(brought[carrier.part_number]), scale)


@settings(max_examples=100)
@given(packages())
def test_an_answer_is_one_carrier_of_its_suppliers_tiers(package: Package) -> None:
    found = contribution(package.parts, RULES, 0.001)
    answered = {part.part_number for part in package.parts if part.answer is not None}
    bought = {part.part_number for part in package.parts if part.sourcing == "bought"}
    from_answers = [carrier for carrier in found.activities.carriers if carrier.kind == "answer"]
    assert len({carrier.part_number for carrier in from_answers}) == len(from_answers)
    assert {carrier.part_number for carrier in from_answers} <= answered
    assert all((carrier.tier == "1+") == (carrier.part_number in bought) for carrier in found.activities.carriers)
    assert all(carrier.line is None for carrier in from_answers)


@pytest.mark.parametrize("cut", [0, 0.0009, 1.001, -1, float("nan")])
def test_a_cut_that_is_no_share_is_refused(cut: float) -> None:
    with pytest.raises(Refusal) as refused:
        contribution(PRODUCT, RULES, cut)
    assert refused.value.flaws[0].field == "cut"


# ------------------------------------------------------------------------------------------------------------------- what if

POWER = replace(factor(Decimal("0.5"), "kWh", "POWER"), electricity_basis=ElectricityBasis.CONSUMPTION_MIX)
GREEN = replace(factor(Decimal("0.1"), "MJ", "GREEN"), electricity_basis=ElectricityBasis.DIRECT_LINE)
STEEL = factor(Decimal(2), "kg", "STEEL")
CELL = PartInput(
    "CELL", "cell", "kg", "made", Decimal(1), (Line(1, Stage.PRODUCTION, "power", Decimal(4), "kWh", Flow.ENERGY, DataSource.OWN, "", POWER),)
)
FOIL = PartInput("FOIL", "foil", "kg", "bought", Decimal(1))
PACK = PartInput(
    "PACK", "pack", "piece", "made", None,
    (
        Line(1, Stage.RAW_MATERIALS, "steel", Decimal(10), "kg", Flow.INPUT, DataSource.OWN, "", STEEL),
        Line(2, Stage.PRODUCTION, "power", Decimal(2), "kWh", Flow.ENERGY, DataSource.OWN, "", POWER),
        Line(3, Stage.END_OF_LIFE, "scrap", Decimal(-1), "kg", Flow.CREDIT, DataSource.OWN, "", STEEL),
    ),
    components=(Component("CELL", Decimal(3), "kg"), Component("FOIL", Decimal(5), "kg")),
)  # fmt: skip
PRODUCT = (FOIL, CELL, PACK)  # 20 − 2 + 1 + 3 × 2 = 25; the foil has no value yet
KNOWN = Known({"GREEN": GREEN, "STEEL": STEEL, "POWER": POWER}, {})


def test_the_example_is_as_it_says() -> None:
    assert total(PRODUCT) == 25
    assert not drafted(PRODUCT[-1], totals_of(PRODUCT, RULES)[-1]).complete


@settings(max_examples=50)
@given(packages())
def test_without_a_change_before_and_after_are_the_draft(package: Package) -> None:
    found = scenario(package.parts, [], NOTHING, RULES)
    assert found.before == found.after == drafted(package.parts[-1], totals_of(package.parts, RULES)[-1])


CHANGES: list[tuple[Change, float]] = [
    (ChangeAmount("PACK", 1, Decimal(4)), 25 - 12),
    (ChangeAmount("PACK", 1, Decimal(4000), "g"), 25 - 12),
    (ChangeAmount("PACK", 3, Decimal(-2)), 25 - 2),
    (ChangeComponent("PACK", "CELL", Decimal(1), "kg"), 25 - 4),
    (ChangeComponent("PACK", "CELL", Decimal(1000), "g"), 25 - 4),
    (ChangeFactor("STEEL", kg_co2e=Decimal(3)), 25 + 9),
    (ChangeFactor("POWER", by="GREEN"), 25 - 7 + 14 * 0.36),
    (ChangeElectricity("GREEN"), 25 - 7 + 14 * 0.36),
    (ChangeElectricity("GREEN", ("CELL",)), 25 - 6 + 12 * 0.36),
    (TakeSecondary("FOIL", "STEEL"), 25 + 10),
]


@pytest.mark.parametrize(("change", "expected"), CHANGES)
def test_a_change_makes_the_difference_it_makes(change: Change, expected: float) -> None:
    found = scenario(PRODUCT, [change], KNOWN, RULES)
    assert found.before.total == 25
    assert found.after.total == pytest.approx(expected, rel=1e-12)


def test_changes_are_made_one_after_another() -> None:
    found = scenario(
        PRODUCT, [ChangeFactor("POWER", by="GREEN"), ChangeFactor("GREEN", kg_co2e=Decimal(1)), ChangeAmount("PACK", 2, Decimal(0))], KNOWN, RULES
    )
    assert found.after.total == pytest.approx(18 + 12 * 3.6)


REFUSED: list[tuple[Change, str, str]] = [
    (ChangeAmount("NONE", 1, Decimal(1)), "part_number", "part.unknown"),
    (ChangeAmount("FOIL", 1, Decimal(1)), "part_number", "part.sourcing"),
    (ChangeAmount("PACK", 9, Decimal(1)), "line", "inventory.unknown"),
    (ChangeAmount("PACK", 1, Decimal(-1)), "amount", "inventory.negative"),
    (ChangeAmount("PACK", 3, Decimal(1)), "amount", "inventory.credit"),
    (ChangeAmount("PACK", 1, Decimal(1), "kWh"), "unit", "unit.no_conversion"),
    (ChangeAmount("PACK", 1, Decimal(1), "bushel"), "unit", "unit.unknown"),
    (ChangeComponent("PACK", "NONE", Decimal(1), "kg"), "component", "structure.unknown"),
    (ChangeComponent("FOIL", "CELL", Decimal(1), "kg"), "part_number", "part.sourcing"),
    (ChangeComponent("PACK", "CELL", Decimal(0), "kg"), "amount", "structure.amount"),
    (ChangeComponent("PACK", "CELL", Decimal(1), "kWh"), "unit", "unit.no_conversion"),
    (ChangeFactor("NONE", kg_co2e=Decimal(1)), "factor", "factor.unused"),
    (ChangeFactor("STEEL", by="NONE"), "by", "factor.unknown"),
    (ChangeFactor("STEEL", by="POWER"), "by", "unit.no_conversion"),
    (ChangeFactor("STEEL"), "by", "scenario.factor"),
    (ChangeFactor("STEEL", "POWER", Decimal(1)), "by", "scenario.factor"),
    (ChangeElectricity("NONE"), "factor", "factor.unknown"),
    (ChangeElectricity("STEEL"), "factor", "factor.no_electricity"),
    (ChangeElectricity("GREEN", ("NONE",)), "part_numbers", "part.unknown"),
    (ChangeElectricity("GREEN", ("FOIL",)), "part_numbers", "inventory.no_electricity"),
    (TakeSecondary("FOIL", "NONE"), "factor", "factor.unknown"),
    (TakeSecondary("FOIL", "POWER"), "factor", "unit.no_conversion"),
    (TakeSecondary("PACK", "STEEL"), "part_number", "part.sourcing"),
    (TakeAnswer("FOIL", REQUEST), "request_id", "answer.unknown"),
]


@pytest.mark.parametrize(("change", "field", "code"), REFUSED)
def test_a_change_that_cannot_be_made_is_refused_by_field(change: Change, field: str, code: str) -> None:
    with pytest.raises(Refusal) as refused:
        scenario(PRODUCT, [ChangeAmount("PACK", 1, Decimal(4)), change, change], KNOWN, RULES)
    assert [(flaw.field, flaw.code) for flaw in refused.value.flaws] == [(f"changes.{place}.{field}", code) for place in (1, 2)]


@settings(max_examples=50)
@given(answers(Dimension.MASS, FOIL.mass_kg))
def test_another_answer_takes_the_place_of_what_there_was(release: Release) -> None:
    answer = SignedRelease(release, "jws", {})
    found = scenario(PRODUCT, [TakeSecondary("FOIL", "STEEL"), TakeAnswer("FOIL", REQUEST)], Known(KNOWN.factors, {REQUEST: answer}), RULES)
    really = Package(SCHEMA, METHOD, MAKER, "PACK", PERIOD, TODAY, (replace(FOIL, answer=answer), CELL, PACK))
    assert near(found.after.total, float(sums(really).total), weight(really))
    assert found.after.complete


@given(answers(Dimension.MASS, FOIL.mass_kg))
def test_an_answer_under_another_method_is_refused(release: Release) -> None:
    foreign = SignedRelease(replace(release, method="DA-EV-draft-2024-04"), "jws", {})
    with pytest.raises(Refusal) as refused:
        scenario(PRODUCT, [TakeAnswer("FOIL", REQUEST)], Known({}, {REQUEST: foreign}), RULES)
    assert [(flaw.field, flaw.code) for flaw in refused.value.flaws] == [("changes.0.request_id", "footprint.method")]


@settings(max_examples=50)
@given(packages(), small)
def test_another_amount_is_what_the_enumeration_of_paths_says(package: Package, amount: Decimal) -> None:
    lines = [(part, line) for part in package.parts for line in part.lines]
    assume(lines)
    part, line = lines[0]
    stated = -amount if line.flow is Flow.CREDIT else amount
    made = changed(package.parts, [ChangeAmount(part.part_number, line.line, stated)], NOTHING, RULES)
    again = replace(package, parts=made)
    assert near(total(made), float(sums(again).total), weight(again))
    assert [each for each in made if each not in package.parts] in ([], [next(each for each in made if each.part_number == part.part_number)])


# --------------------------------------------------------------------------------------------------------------- uncertainty


def certain(parts: tuple[PartInput, ...], *but: StatedSpread) -> list[StatedSpread]:
    """Every unknown of the product stated as certain, but these."""
    named = {each.of for each in but}
    return [*(StatedSpread(unknown, Decimal(1)) for unknown in _model(parts, RULES).spreads if unknown not in named), *but]


def width(found: Uncertainty) -> float:
    return found.total.high - found.total.low


@settings(max_examples=30)
@given(packages(), st.integers(0, 2**53 - 1))
def test_without_spread_every_draw_is_the_draft(package: Package, seed: int) -> None:
    found, scale, draft = uncertainty(package.parts, RULES, 100, seed, certain(package.parts)), weight(package), total(package.parts)
    for figure in (found.total.figure, found.total.mean, found.total.median, found.total.low, found.total.high):
        assert near(figure, draft, scale)


@settings(max_examples=30)
@given(packages())
def test_equal_inputs_give_equal_intervals(package: Package) -> None:
    found = uncertainty(package.parts, RULES, 100, None)
    assert found == uncertainty(package.parts, RULES, 100, None)
    assert found == uncertainty(package.parts, RULES, 100, found.seed)
    for interval in (found.total, *found.stages.values()):
        assert interval.low <= interval.median <= interval.high


def test_another_seed_and_another_input_draw_otherwise() -> None:
    one = uncertainty(PRODUCT, RULES, 100, None)
    assert one.total != uncertainty(PRODUCT, RULES, 100, one.seed + 1).total
    assert one.seed != uncertainty(PRODUCT[1:2], RULES, 100, None).seed


def rated(value: Factor, rating: int) -> Factor:
    return replace(value, quality=Quality(*[Decimal(rating)] * 3))


def one_line(
    given_factor: Factor, quality: Quality | None = None, flow: Flow = Flow.INPUT, source: DataSource = DataSource.OWN
) -> tuple[PartInput, ...]:
    amount = Decimal(-5) if flow is Flow.CREDIT else Decimal(5)
    return (PartInput("TOP", "top", "piece", "made", None, (Line(1, Stage.PRODUCTION, "a", amount, "kg", flow, source, "", given_factor, quality),)),)


def test_worse_ratings_widen_the_interval() -> None:
    widths = [width(uncertainty(one_line(rated(STEEL, rating)), RULES, 1000, 7)) for rating in range(1, 6)]
    assert widths == sorted(widths)
    assert len(set(widths)) == 5
    of_lines = [width(uncertainty(one_line(STEEL, Quality(*[Decimal(rating)] * 3)), RULES, 1000, 7)) for rating in range(1, 6)]
    assert of_lines == sorted(of_lines)
    assert len(set(of_lines)) == 5
    assert width(uncertainty(one_line(STEEL), RULES, 1000, 7)) < width(uncertainty(one_line(STEEL, source=DataSource.AVERAGE), RULES, 1000, 7))
    unrated = uncertainty(one_line(replace(STEEL, quality=None)), RULES, 1000, 7)
    assert unrated.total == uncertainty(one_line(rated(STEEL, 5)), RULES, 1000, 7).total, "what nobody rated counts as the worst"


def test_a_factor_is_as_uncertain_as_is_stated() -> None:
    """One lognormal unknown: the median is the figure, the ends of the interval are known in closed form."""
    parts = one_line(STEEL)
    found = uncertainty(parts, RULES, 10_000, 3, certain(parts, StatedSpread(Unknown(factor="STEEL"), Decimal(2))))
    assert found.total.figure == 10
    assert found.total.median == pytest.approx(10, rel=0.03)
    assert found.total.low == pytest.approx(10 / 2**1.645, rel=0.05)
    assert found.total.high == pytest.approx(10 * 2**1.645, rel=0.05)
    assert found.total.mean > found.total.median


def test_a_credit_stays_a_credit() -> None:
    found = uncertainty(one_line(rated(STEEL, 5), flow=Flow.CREDIT), RULES, 1000, 1)
    assert found.total.figure == -10
    assert found.total.high < 0
    assert found.total.low < found.total.high


def test_a_factor_is_one_unknown_for_all_lines_and_stages() -> None:
    """Two lines of one factor vary together; of two factors, they cancel out in part."""

    def two_lines(second: Factor) -> tuple[PartInput, ...]:
        lines = one_line(STEEL)[0].lines
        return (replace(one_line(STEEL)[0], lines=(*lines, replace(lines[0], line=2, stage=Stage.END_OF_LIFE, factor=second))),)

    same, other = two_lines(STEEL), two_lines(replace(STEEL, code="OTHER"))
    spreads = [StatedSpread(Unknown(factor="STEEL"), Decimal(2))]
    together = uncertainty(same, RULES, 10_000, 5, certain(same, *spreads))
    apart = uncertainty(other, RULES, 10_000, 5, certain(other, *spreads, StatedSpread(Unknown(factor="OTHER"), Decimal(2))))
    assert together.stages[Stage.PRODUCTION] == together.stages[Stage.END_OF_LIFE]
    assert together.total.low == pytest.approx(2 * together.stages[Stage.PRODUCTION].low)
    assert width(apart) < 0.9 * width(together)


@pytest.mark.parametrize(
    "unknown",
    [Unknown(factor="POWER"), Unknown(part_number="PACK", line=1), Unknown(part_number="PACK", component="CELL")],
)
def test_each_kind_of_unknown_can_be_stated(unknown: Unknown) -> None:
    found = uncertainty(PRODUCT, RULES, 1000, 1, certain(PRODUCT, StatedSpread(unknown, Decimal("1.5"))))
    assert width(found) > 1
    assert width(uncertainty(PRODUCT, RULES, 1000, 1, certain(PRODUCT))) == pytest.approx(0, abs=1e-9)


@pytest.mark.parametrize(
    ("stated", "field"),
    [
        (StatedSpread(Unknown(factor="NONE"), Decimal(2)), "spreads.0"),
        (StatedSpread(Unknown(), Decimal(2)), "spreads.0"),
        (StatedSpread(Unknown(part_number="PACK"), Decimal(2)), "spreads.0"),
        (StatedSpread(Unknown(factor="STEEL"), Decimal("0.9")), "spreads.0.gsd"),
        (StatedSpread(Unknown(factor="STEEL"), Decimal(101)), "spreads.0.gsd"),
    ],
)
def test_a_spread_of_nothing_or_out_of_range_is_refused(stated: StatedSpread, field: str) -> None:
    with pytest.raises(Refusal) as refused:
        uncertainty(PRODUCT, RULES, 100, None, [stated])
    assert [flaw.field for flaw in refused.value.flaws] == [field]


@pytest.mark.parametrize("draws", [0, 99, 10_001])
def test_too_few_and_too_many_draws_are_refused(draws: int) -> None:
    with pytest.raises(Refusal, match="draws"):
        uncertainty(PRODUCT, RULES, draws, None)


def test_ratings_spread_as_the_pedigree_says() -> None:
    numbers = pedigree()
    best, worst = Quality(*[Decimal(1)] * 3), Quality(*[Decimal(5)] * 3)
    assert numbers.spread(best) == 0
    between = numbers.spread(replace(best, ter=Decimal("2.5")))
    assert numbers.spread(replace(best, ter=Decimal(2))) < between < numbers.spread(replace(best, ter=Decimal(3)))
    variances = [numbers.spread(replace(best, **{name: Decimal(5)})) ** 2 for name in ("ter", "ger", "tir")]
    assert numbers.spread(worst) ** 2 == pytest.approx(sum(variances))
