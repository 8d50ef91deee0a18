"""What holds for every network: changes follow, contributions add up, draws vary around the figure, and nothing depends on order."""

from dataclasses import dataclass

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray
from scipy import sparse
from scipy.sparse.linalg import spsolve

from ashiato.domain.footprint.ripple import Ripple
from ashiato.domain.footprint.rollup import Network, drawn, ends, network, roll_up, usage
from ashiato.kernel.errors import Kind, Refusal

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]


@dataclass(frozen=True)
class Structure:
    parts: int
    parent: Ints
    child: Ints
    amount: Floats
    own: Floats

    def net(self) -> Network:
        return network(self.parts, self.parent, self.child, self.amount)


@st.composite
def structures(draw: st.DrawFn, *, least: int = 1, most: int = 60, columns: int | None = None) -> Structure:
    """Networks in which some links come twice, some parts stand alone, one may have very many children, and numbers say nothing of the order."""
    parts = draw(st.integers(max(least, 1), most))
    random = np.random.default_rng(draw(st.integers(0, 2**32 - 1)))
    count = draw(st.integers(least - 1, 3 * parts)) if parts > 1 else 0
    upper = random.integers(1, parts, count) if count else np.zeros(0, np.int64)
    upper[: draw(st.sampled_from((0, count // 2)))] = parts - 1
    lower = (random.random(count) * upper).astype(np.int64)
    number = random.permutation(parts)
    wide = columns or draw(st.integers(1, 11))
    return Structure(parts, number[upper], number[lower], random.uniform(0.01, 2, count), random.lognormal(0, 2, (parts, wide)))


def bits(figures: Floats) -> NDArray[np.int64]:
    return np.ascontiguousarray(figures).view(np.int64)


@settings(deadline=None)
@given(structures())
def test_totals_solve_the_linear_system(structure: Structure) -> None:
    taken = sparse.coo_array((structure.amount, (structure.parent, structure.child)), shape=(structure.parts, structure.parts))
    solved = spsolve(sparse.csc_array(sparse.eye_array(structure.parts) - taken), structure.own)
    np.testing.assert_allclose(roll_up(structure.net(), structure.own), solved.reshape(structure.own.shape), rtol=1e-9)


@settings(deadline=None)
@given(structures(), st.integers(0, 2**32 - 1))
def test_the_order_of_rows_does_not_matter(structure: Structure, seed: int) -> None:
    order = np.random.default_rng(seed).permutation(len(structure.parent))
    net, other = structure.net(), network(structure.parts, structure.parent[order], structure.child[order], structure.amount[order])
    for given_array, array in zip(
        (net.order, net.number, net.starts, net.children, bits(net.amounts)),
        (other.order, other.number, other.starts, other.children, bits(other.amounts)),
        strict=True,
    ):
        np.testing.assert_array_equal(given_array, array)


@settings(deadline=None)
@given(structures(), st.integers(-1000, 1000), st.integers(-1000, 1000))
def test_totals_are_linear_in_own_values(structure: Structure, one: int, other: int) -> None:
    net, second = structure.net(), structure.own[::-1] ** 0.5
    together = roll_up(net, one * structure.own + other * second)
    weight = roll_up(net, abs(one) * structure.own + abs(other) * second)
    assert np.all(np.abs(together - one * roll_up(net, structure.own) - other * roll_up(net, second)) <= 1e-12 * weight)


@settings(deadline=None)
@given(structures())
def test_links_are_told_in_the_given_numbers(structure: Structure) -> None:
    """The links of the network, given again, are the same network; a link given twice is there once, with both amounts."""
    net = structure.net()
    parent, child = ends(net)
    again = network(structure.parts, parent, child, net.amounts)
    np.testing.assert_array_equal(bits(roll_up(again, structure.own)), bits(roll_up(net, structure.own)))
    assert len(set(zip(parent.tolist(), child.tolist(), strict=True))) == len(parent)
    np.testing.assert_allclose(net.amounts.sum(), structure.amount.sum())


@settings(deadline=None)
@given(structures(), st.data())
def test_contributions_sum_to_the_total(structure: Structure, data: st.DataObject) -> None:
    part = data.draw(st.integers(0, structure.parts - 1))
    net = structure.net()
    used = usage(net, part)
    np.testing.assert_allclose(used @ structure.own, roll_up(net, structure.own)[part], rtol=1e-12)
    assert used[part] == 1


@settings(deadline=None)
@given(structures(least=2), st.data())
def test_what_follows_a_change_is_the_full_pass_to_the_bit(structure: Structure, data: st.DataObject) -> None:
    """Any succession of changes: own values of some parts at once, or the amount of one link."""
    net, own = structure.net(), structure.own.copy()
    parent, child = ends(net)
    amounts, ripple = net.amounts.copy(), Ripple(net, own)
    for _ in range(data.draw(st.integers(1, 6))):
        if len(amounts) and data.draw(st.booleans()):
            link = data.draw(st.integers(0, len(amounts) - 1))
            amounts[link] = data.draw(st.floats(-1, 10) | st.just(0.0))
            ripple.change_amount(int(parent[link]), int(child[link]), amounts[link])
        else:
            changed = np.array(data.draw(st.lists(st.integers(0, structure.parts - 1), max_size=4, unique=True)), np.int64)
            own[changed] = data.draw(st.floats(-10, 1000) | st.sampled_from([0.0, -0.0]))
            ripple.change_own(changed, own[changed])
        full = roll_up(network(structure.parts, parent, child, amounts), own)
        np.testing.assert_array_equal(bits(ripple.totals()), bits(full))
        np.testing.assert_array_equal(ripple.total(int(parent[0]) if len(parent) else 0), full[int(parent[0]) if len(parent) else 0])
    np.testing.assert_array_equal(bits(roll_up(net, structure.own)), bits(roll_up(structure.net(), structure.own)))  # as it was given


@settings(deadline=None)
@given(structures(), st.data())
def test_only_what_the_changed_part_goes_into_is_computed_again(structure: Structure, data: st.DataObject) -> None:
    part = data.draw(st.integers(0, structure.parts - 1))
    ripple = Ripple(structure.net(), structure.own)
    users = {part}
    for _ in range(structure.parts):
        users |= {int(user) for user, child in zip(structure.parent, structure.child, strict=True) if int(child) in users}
    assert 1 <= ripple.change_own(np.array([part]), 2 * structure.own[[part]]) <= len(users)
    assert ripple.change_own(np.array([part]), 2 * structure.own[[part]]) == 1  # nothing new reaches nobody


@settings(deadline=None, max_examples=40)
@given(structures(columns=2), st.integers(0, 2**32 - 1), st.data())
def test_draws_without_spread_are_the_roll_up_to_the_bit(structure: Structure, seed: int, data: st.DataObject) -> None:
    part = data.draw(st.integers(0, structure.parts - 1))
    net = structure.net()
    rows = drawn(net, structure.own, np.zeros(structure.parts), np.zeros(len(net.amounts)), part, 11, seed)
    np.testing.assert_array_equal(bits(rows), np.tile(bits(roll_up(net, structure.own)[[part]]), (11, 1)))


@settings(deadline=None, max_examples=40)
@given(structures(columns=3, least=2), st.integers(0, 2**32 - 1))
def test_a_seed_decides_the_draws(structure: Structure, seed: int) -> None:
    net, part = structure.net(), int(structure.parent[0])
    spreads = np.full(structure.own.shape, 0.2), np.full(len(net.amounts), 0.1)
    rows = drawn(net, structure.own, *spreads, part, 20, seed)
    np.testing.assert_array_equal(bits(rows), bits(drawn(net, structure.own, *spreads, part, 20, seed)))
    np.testing.assert_array_equal(bits(rows[:13]), bits(drawn(net, structure.own, *spreads, part, 13, seed)))  # more draws go on
    assert np.all(rows != drawn(net, structure.own, *spreads, part, 20, seed + 1))
    assert len(np.unique(rows[:, 0])) == 20


def test_draws_have_the_spread_that_was_given() -> None:
    """A chain of two: the logarithm of the total is normal, its variance the sum of both."""
    net = network(2, np.array([1]), np.array([0]), np.array([3.0]))
    own = np.array([[2.0, 4.0], [0.0, 0.0]])
    logs = np.log(drawn(net, own, np.array([0.3, 0.0]), np.array([0.4]), 1, 40_000, 7))
    np.testing.assert_allclose(np.median(logs, axis=0), np.log([6.0, 12.0]), atol=0.01)
    np.testing.assert_allclose(logs.std(axis=0), 0.5, rtol=0.02)
    np.testing.assert_allclose(np.quantile(logs[:, 0], [0.05, 0.95]), np.log(6) + 0.5 * np.array([-1.645, 1.645]), atol=0.02)
    np.testing.assert_allclose(logs[:, 1] - logs[:, 0], np.log(2), atol=1e-12)  # one spread a part varies its columns together


def test_factors_are_independent() -> None:
    """Fifty own values under one part: the variance of the sum is the sum of the variances, within a draw and from draw to draw."""
    leaves = np.arange(1, 51)
    net = network(51, np.zeros(50, np.int64), leaves, np.ones(50))
    own = np.ones((51, 2))
    own[0] = 0
    rows = drawn(net, own, np.full((51, 2), 0.2), np.zeros(50), 0, 16_000, 11)
    variance = 50 * np.exp(0.04) * (np.exp(0.04) - 1)
    np.testing.assert_allclose(rows.var(axis=0), variance, rtol=0.06)
    assert abs(np.corrcoef(rows[:, 0], rows[:, 1])[0, 1]) < 0.04  # one spread a part and column varies them apart
    for step in range(1, 9):
        assert abs(np.corrcoef(rows[step:, 0], rows[:-step, 0])[0, 1]) < 0.06


@pytest.mark.parametrize("links", [[(0, 0)], [(0, 1), (1, 0)], [(3, 0), (0, 1), (1, 2), (2, 0), (2, 4)]])
def test_a_cycle_is_refused_naming_a_link_along_it(links: list[tuple[int, int]]) -> None:
    parent, child = np.array(links).T
    with pytest.raises(Refusal) as refused:
        network(5, parent, child, np.ones(len(links)))
    assert refused.value.kind is Kind.INVALID
    named = int(refused.value.facts["parent"]), int(refused.value.facts["child"])
    assert named in links
    assert not {3, 4} & set(named)


def test_what_does_not_fit_is_refused() -> None:
    net = network(2, np.array([1]), np.array([0]), np.ones(1))
    own, ripple = np.ones((2, 1)), Ripple(net, np.ones((2, 1)))
    for refused in (
        lambda: network(2, np.array([2]), np.array([0]), np.ones(1)),
        lambda: network(2, np.array([-1]), np.array([0]), np.ones(1)),
        lambda: network(2, np.array([1]), np.array([0]), np.ones(2)),
        lambda: roll_up(net, np.ones((3, 1))),
        lambda: usage(net, 2),
        lambda: usage(net, -1),
        lambda: drawn(net, own, np.zeros(2), np.zeros(2), 1, 8, 0),
        lambda: drawn(net, own, np.array([0.1, -0.1]), np.zeros(1), 1, 8, 0),
        lambda: drawn(net, own, np.array([0.1, np.nan]), np.zeros(1), 1, 8, 0),
        lambda: ripple.change_own(np.array([1]), np.ones((1, 2))),
    ):
        with pytest.raises(Refusal) as caught:
            refused()
        assert caught.value.kind is Kind.INVALID
    with pytest.raises(Refusal) as caught:
        ripple.change_amount(0, 1, 2.0)
    assert caught.value.kind is Kind.ABSENT


@settings(deadline=None)
@given(structures(least=2, columns=1), st.data())
def test_canary_a_forgotten_change_is_noticed(structure: Structure, data: st.DataObject) -> None:
    """The comparison above would see a ripple that stops early: totals that did not follow differ somewhere above the change."""
    part = int(data.draw(st.sampled_from(sorted(structure.child.tolist()))))
    changed = structure.own.copy()
    changed[part] *= 2
    net = structure.net()
    stale, full = roll_up(net, structure.own), roll_up(net, changed)
    stale[part] = full[part]
    assert not np.array_equal(bits(stale), bits(full))
