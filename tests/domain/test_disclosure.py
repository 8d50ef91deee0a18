"""Aggregates over companies: what the rules refuse, and that insiders who know their own figures never come within the margin.

The insiders are simulated by linear programs over each contributor by itself, which share nothing with the rules' own.
"""

import random
from collections.abc import Sequence
from dataclasses import replace
from decimal import Decimal
from itertools import combinations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.optimize import linprog
from tests import assurance

from ashiato.domain.associations import disclosure
from ashiato.domain.associations.disclosure import RULES, Cell, middle, nobody_dominates, permitted, rests_on_many

NAMES = [f"company-{number:02}" for number in range(24)]


def cell(*amounts: float, names: Sequence[str] = NAMES) -> Cell:
    return {name: Decimal(f"{amount:.6g}") for name, amount in zip(names, amounts, strict=False)}


def test_five_alike_are_enough_and_four_are_not() -> None:
    assert permitted([], [cell(10, 11, 9, 10, 12)])
    assert not permitted([], [cell(10, 11, 9, 10)])


def test_nobody_may_hold_more_than_a_quarter() -> None:
    assert not permitted([], [cell(10, 10, 10, 10, 20)])


def test_two_insiders_may_not_bound_the_third() -> None:
    loose = replace(RULES, largest_share=Decimal(1))
    assert not permitted([], [cell(100, 90, 80, 5, 5)], loose)
    assert permitted([], [cell(100, 90, 80, 40, 40)], loose)


def test_one_who_joins_is_not_told_by_the_difference() -> None:
    before, after = cell(*[10] * 8), cell(*[10] * 9)
    assert permitted([], [before])
    assert permitted([], [after])
    assert not permitted([before], [after])
    assert permitted([before], [before]), "the same again tells nothing new"
    assert permitted([before], [cell(*[10] * 16)]), "eight who join hide one another"


def test_three_overlapping_sets_are_one_system() -> None:
    first, second = frozenset(NAMES[:8]), frozenset(NAMES[7:15])
    together = frozenset(NAMES[:15])
    assert rests_on_many([first, second])
    assert not rests_on_many([first, second, together]), "first + second - together is one company"


def test_a_median_is_told_as_a_mean_of_many() -> None:
    assert middle(cell(*range(1, 10))) is None
    central = middle(cell(*range(1, 13)))
    assert central is not None
    assert sorted(central.values()) == [4, 5, 6, 7, 8, 9]


sets = st.lists(st.frozensets(st.sampled_from(NAMES[:12]), min_size=1), min_size=1, max_size=4)


@given(sets)
def test_the_first_rule_is_that_no_combination_is_small(found: list[frozenset[str]]) -> None:
    """Against a search: every combination with small whole coefficients rests on five or on none."""
    held = rests_on_many(found)
    span = range(-2, 3)
    for coefficients in np.stack(np.meshgrid(*[span] * len(found)), -1).reshape(-1, len(found)):
        weights = [sum(int(c) for c, each in zip(coefficients, found, strict=True) if name in each) for name in NAMES[:12]]
        support = sum(weight != 0 for weight in weights)
        if held:
            assert support == 0 or support >= RULES.smallest


def insiders(cells: Sequence[Cell], coalition: Sequence[str], victim: str) -> tuple[float, float]:
    """Between which figures of the victim everything published and the coalition's own figures leave open; figures stay as they are."""
    figures: dict[str, Decimal] = {}
    for each in cells:
        figures |= each
    names = sorted(figures)
    rows = [[float(name in each) for name in names] for each in cells] + [[float(name == one) for name in names] for one in coalition]
    told = [float(sum(figures[name] for name in each)) for each in cells] + [float(figures[one]) for one in coalition]
    wanted = np.array([float(name == victim) for name in names])
    lowest, highest = (
        linprog(sign * wanted, A_eq=np.array(rows), b_eq=np.array(told), bounds=[(0, None)] * len(names), method="highs").fun for sign in (1, -1)
    )
    return float(lowest), -float(highest)


def published(draw: random.Random) -> list[Cell]:
    """What comes out of one to three surveys among companies of very different size, drawn as production draws them."""
    size = draw.randint(5, 20)
    names = draw.sample(NAMES, size)
    spread = draw.choice([0.1, 0.3, 0.6, 1.2])
    figures = {name: Decimal(f"{draw.lognormvariate(3, spread):.6g}") for name in names}
    told: list[Cell] = []
    for _ in range(draw.randint(1, 3)):
        counted = names if draw.random() < 0.4 else draw.sample(names, draw.randint(4, size))
        wanted = {name: figures[name] for name in counted}
        central = middle(wanted)
        for attempt in ([wanted, central], [wanted]):
            if all(attempt) and permitted(told, [each for each in attempt if each]):
                told += [each for each in attempt if each]
                break
    return told


def campaign(draw: random.Random, size: int) -> tuple[int, int, int]:
    """(published worlds, attacks, attacks that came within the margin)."""
    worlds = attacks = within = 0
    while worlds < size:
        told = published(draw)
        if not told:
            continue
        worlds += 1
        figures: dict[str, Decimal] = {}
        for each in told:
            figures |= each
        ordered = sorted(figures, key=lambda name: -figures[name])
        coalitions = [tuple(ordered[1:3]), *draw.sample(list(combinations(sorted(figures), 2)), 2)]
        for coalition in coalitions:
            victim = ordered[0] if coalition == tuple(ordered[1:3]) else draw.choice([name for name in ordered if name not in coalition])
            truth, (lowest, highest) = float(figures[victim]), insiders(told, coalition, victim)
            attacks += 1
            assert lowest <= truth * (1 + 1e-6)
            assert highest >= truth * (1 - 1e-6)
            margin = float(RULES.margin)
            within += highest < truth * (1 + margin) - 1e-5 or lowest > truth * (1 - margin) + 1e-5
        assert all(nobody_dominates([each]) for each in told)
    return worlds, attacks, within


CANARIES = {"rests_on_many": "the minimum number with differencing", "leaves_open": "the p % rule"}


@pytest.mark.parametrize("rule", CANARIES)
def test_without_a_rule_the_insiders_win(rule: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """The canary, for each rule that keeps figures open."""
    monkeypatch.setattr(disclosure, rule, lambda *_: True)
    if rule == "rests_on_many":
        monkeypatch.setattr(disclosure, "leaves_open", lambda *_: True)
    monkeypatch.setattr(disclosure, "RULES", RULES)
    monkeypatch.setattr(disclosure, "nobody_dominates", lambda *_: True)
    draw = random.Random(7)
    caught = False
    for _ in range(400):
        told = published(draw)
        figures: dict[str, Decimal] = {}
        for each in told:
            figures |= each
        ordered = sorted(figures, key=lambda name: -figures[name])
        for victim in ordered:
            coalition = [name for name in ordered if name != victim][:2]
            lowest, highest = insiders(told, coalition, victim)
            truth = float(figures[victim])
            caught = caught or highest < truth * 1.15 - 1e-5 or lowest > truth * 0.85 + 1e-5
        if caught:
            return
    pytest.fail("the insiders did not notice")


def test_insiders_never_beat_the_margin() -> None:
    number = assurance.seed()
    worlds, attacks, within = campaign(random.Random(number), 40)
    _report(worlds, attacks, within, number, full=False)
    assert within == 0


@pytest.mark.long
@pytest.mark.timeout(3_000)
def test_ten_thousand_insiders_never_beat_the_margin() -> None:
    number = assurance.seed()
    worlds, attacks, within = campaign(random.Random(number), 3334)
    _report(worlds, attacks, within, number, full=True)
    assert within == 0


def _report(worlds: int, attacks: int, within: int, number: int, *, full: bool) -> None:
    size = f"{attacks:,} insider attacks on {worlds:,} associations' published aggregates"
    result = f"{within} came within {RULES.margin:.0%} of another's figure; the true figure always inside the computed interval"
    assurance.report(assurance.Outcome("association aggregates", size, number, result, "each rule left out"), full=full)
