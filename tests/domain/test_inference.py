"""The release auditor: what it computes is what insiders could really tell, and what it lets through keeps them from telling it."""

import os
import random
from dataclasses import replace
from decimal import Decimal

import numpy as np
import pytest
from tests import assurance
from tests.domain import insiders
from tests.domain.insiders import coarse, disclose, forgetting, live, next_year, recipe

from ashiato.domain.footprint import inference
from ashiato.domain.footprint.inference import Disclosed, assured, inferences
from ashiato.domain.footprint.model import FactorStanding

PUBLIC = FactorStanding.PUBLISHED
SEED = "insiders/1"
MARGIN = 0.1


def history(seed: str) -> list[Disclosed]:
    """All that a careless supplier released of one product."""
    draw = random.Random(seed)
    package = recipe(draw)
    told = []
    for version in range(1, draw.randint(1, 3) + 1):
        told.append(disclose(package, version) if draw.random() < 0.7 else coarse(disclose(package, version)))
        package = next_year(draw, package)
    return told


def residual(told: list[Disclosed]) -> float:
    """By how much the truth breaks the conditions that the auditor takes from releases."""
    unknowns, releases = inference._system(told)
    rows = inference._Rows(len(unknowns.amounts))
    for one in releases:
        inference._tell(rows, one)
    truth = np.ones(rows.size)
    equal = [abs(row @ truth - side) for row, side in rows.equal]
    return float(max([*equal, *(row @ truth - side for row, side in rows.at_most)], default=0.0))


def campaign(size: int, *, full: bool) -> None:
    """Half of the suppliers are careless, half have a policy; the insiders' intervals are judged against the truth."""
    seed = assurance.seed()
    outside = below = beyond = released = held = 0
    for number in range(size // 2):
        told = history(f"{SEED}/{seed}/{number}")
        floor = assured(told)
        outside += residual(told) > 1e-9
        for found in inferences(told):
            outside += not found.low <= found.of.amount <= found.high
            beyond += found.half_width < floor[found.of] - 1e-5
        story = live(f"{SEED}/{seed}/{number}", MARGIN)
        released, held = released + len(story.released), held + story.held
        below += any(found.half_width < MARGIN for found in story.told)
    caught = any(
        found.half_width < MARGIN for number in range(max(size // 4, 60)) for found in live(f"{SEED}/{seed}/{number}", MARGIN, forgetting).told
    )
    assert (outside, beyond, below) == (0, 0, 0), f"seed {seed}: true values outside, intervals below what was assured, insiders below the margin"
    assert caught, f"seed {seed}: an auditor that forgets earlier releases is not noticed"
    result = (
        "0 true values outside their intervals, 0 intervals narrower than assured, 0 insiders below the margin; {released:,} releases, {held:,} held"
    )
    sums = {"suppliers": size // 2 * 2, "released": released, "held": held}
    told = "an auditor that forgets earlier releases"
    assurance.report(assurance.Outcome("release auditor", "{suppliers:,} suppliers, each with an insider", seed, result, told, sums), full=full)


def test_insiders_are_kept_from_telling_and_the_truth_is_in_every_interval() -> None:
    campaign(80, full=False)


@pytest.mark.long
@pytest.mark.timeout(7200)
def test_ten_thousand_insiders() -> None:
    campaign(int(os.environ.get("INSIDERS", "10000")), full=True)


def algebra(told: list[Disclosed]) -> dict[str, float]:
    """What an insider computes on paper who shares no code with the auditor: amounts of lines that the released sums determine."""
    lines = told[0].package.parts[-1].lines
    rows, sides = [], []
    for one in told:
        carried = [float(line.amount * line.factor.kg_co2e) for line in one.package.parts[-1].lines]
        each = [value / float(line.amount) for value, line in zip(carried, one.package.parts[-1].lines, strict=True)]
        for stage, total in one.release.stages.items():
            rows.append([value if line.stage is stage else 0.0 for value, line in zip(each, lines, strict=True)])
            sides.append(float(total))
        total = float(one.release.total)
        for name in ("ter", "ger", "tir"):
            rows.append([value * float(getattr(line.factor.quality, name)) for value, line in zip(each, one.package.parts[-1].lines, strict=True)])
            sides.append(float(getattr(one.release.quality, name)) * total)
    matrix = np.array(rows)
    solved = np.linalg.lstsq(matrix, np.array(sides), rcond=None)[0]
    free = np.linalg.svd(matrix)[2][np.linalg.matrix_rank(matrix) :]
    return {line.activity: solved[place] for place, line in enumerate(lines) if not len(free) or np.abs(free[:, place]).max() < 1e-9}


def test_what_an_insider_solves_on_paper_the_auditor_knows() -> None:
    """An oracle of linear algebra: every amount that it determines is one that the auditor says is told."""
    solved = 0
    for number in range(60):
        draw = random.Random(f"paper/{number}")
        package = recipe(draw)
        lines = tuple(
            replace(line, quality=None, amount=abs(line.amount), flow=insiders.Flow.ENERGY, unit="kWh",
                    factor=replace(line.factor, per="kWh", standing=FactorStanding.PUBLISHED))
            for line in package.parts[-1].lines
        )  # fmt: skip
        package = replace(package, parts=(replace(package.parts[-1], lines=lines, components=(), mass_kg=None),))
        warmer = tuple(replace(line, factor=replace(line.factor, kg_co2e=line.factor.kg_co2e * insiders.figure(draw, 0.5, 2))) for line in lines)
        told = [disclose(package), disclose(replace(package, parts=(replace(package.parts[0], lines=warmer),)), 2)]
        found = {one.of.name: one for one in inferences(told)}
        for name, value in algebra(told).items():
            solved += 1
            assert found[name].of.amount == pytest.approx(value, rel=1e-5)
            assert found[name].half_width < 1e-3, found[name]
    assert solved > 60


@pytest.mark.parametrize("number", range(20))
def test_more_releases_never_leave_more_open(number: int) -> None:
    told = history(f"monotone/{number}")
    more = [*told, disclose(next_year(random.Random(number), told[0].package), 9)]
    before, after = ({one.of: one.half_width for one in inferences(each)} for each in (told, more))
    assert all(after[of] <= width * (1 + 1e-4) + 1e-5 for of, width in before.items() if of in after)


def test_the_decision_does_not_depend_on_the_figures() -> None:
    """Two recipes that differ within the orders of magnitude only are judged alike, so that a refusal tells neither."""
    for number in range(20):
        package = recipe(random.Random(f"shape/{number}"))
        if any(part.mass_kg is not None for part in package.parts if part.sourcing == "made"):
            continue  # whether a recipe balances is told by the release itself

        def order(amount: Decimal, by: str) -> Decimal:
            foot = Decimal(inference._foot(abs(float(amount))))
            return (foot * Decimal(by)).copy_sign(amount)

        def scaled(by: str, package: insiders.Package = package) -> insiders.Package:
            top = package.parts[-1]
            lines = tuple(replace(line, amount=order(line.amount, by), factor=replace(line.factor, standing=PUBLIC)) for line in top.lines)
            return replace(package, parts=(*package.parts[:-1], replace(top, lines=lines)))

        one, other = (assured([disclose(scaled(by))]) for by in ("1.1", "1.7"))
        assert sorted(one.values()) == pytest.approx(sorted(other.values()), abs=1e-6)


def test_a_stage_that_rests_on_one_amount_tells_it() -> None:
    draw = random.Random("alone")
    package = recipe(draw)
    alone = replace(package.parts[-1].lines[0], factor=replace(package.parts[-1].lines[0].factor, standing=FactorStanding.PUBLISHED))
    package = replace(package, parts=(replace(package.parts[-1], lines=(alone,), components=(), mass_kg=None),))
    (found,) = inferences([disclose(package)])
    assert found.half_width < 1e-5
    assert "to ±" in found.in_words()
    assert min(assured([disclose(package)]).values()) < 1e-6
