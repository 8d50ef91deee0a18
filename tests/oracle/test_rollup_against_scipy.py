"""The roll-up of whole networks against sparse linear algebra that nobody here wrote: totals = (I − A)⁻¹ · own."""

from dataclasses import dataclass

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray
from scipy import sparse
from scipy.sparse.linalg import splu, spsolve_triangular

from ashiato.domain.footprint.rollup import network, roll_up
from ashiato.kernel.errors import Kind, Refusal

pytestmark = pytest.mark.oracle

TOLERANCE = 1e-9
Floats = NDArray[np.float64]
Ints = NDArray[np.int64]


@dataclass(frozen=True)
class Links:
    """A network without cycles whose parts are numbered at random, with what each carries by itself in several columns."""

    parts: int
    parent: Ints
    child: Ints
    amount: Floats
    own: Floats
    rank: Ints  # rank[part] is higher than that of all its children

    def matrix(self) -> sparse.csr_array:
        """A: `A[p, c]` of `c` go into one `p`; links that name the same two parts add up."""
        return sparse.csr_array(sparse.coo_array((self.amount, (self.parent, self.child)), shape=(self.parts, self.parts)))

    def totals(self) -> Floats:
        return roll_up(network(self.parts, self.parent, self.child, self.amount), self.own)

    def weight(self) -> Floats:
        """The scale of rounding: what the totals would be if nothing cancelled out."""
        return roll_up(network(self.parts, self.parent, self.child, np.abs(self.amount)), np.abs(self.own)) + np.finfo(float).tiny


@st.composite
def links(draw: st.DrawFn, *, most_parts: int = 40, positive: bool = False, least_links: int = 0) -> Links:
    """Networks from empty to dense, chains and stars among them; amounts of structures are positive, and so may everything be."""
    parts = draw(st.integers(2 if least_links else 1, most_parts))
    columns = draw(st.integers(1, 4))
    count = draw(st.integers(least_links, 4 * parts)) if parts > 1 else 0
    shape = draw(st.sampled_from(["any", "chain", "star"])) if parts > 1 else "any"
    random = np.random.default_rng(draw(st.integers(0, 2**32 - 1)))
    upper = random.integers(1, parts, count) if count else np.zeros(0, np.int64)
    lower = (random.random(count) * upper).astype(np.int64)  # below the upper one
    if shape == "chain":
        upper = np.concatenate([upper, np.arange(1, parts)])
        lower = np.concatenate([lower, np.arange(parts - 1)])
    if shape == "star":
        upper = np.concatenate([upper, np.arange(1, parts)])
        lower = np.concatenate([lower, np.zeros(parts - 1, np.int64)])
    number = random.permutation(parts)
    rank = np.empty(parts, np.int64)
    rank[number] = np.arange(parts)
    amount = 10 ** random.uniform(-4, 1, len(upper))
    own = 10 ** random.uniform(-6, 3, (parts, columns))
    if not positive:
        own *= random.choice([-1.0, 0.0, 1.0], own.shape)
    return Links(parts, number[upper], number[lower], amount, own, rank)


@settings(deadline=None, max_examples=300)
@given(links(positive=True))
def test_totals_are_those_of_the_triangular_solve(given_links: Links) -> None:
    """Nothing cancels out here, so the comparison is relative to each figure itself."""
    by_rank = np.argsort(given_links.rank)
    ordered = (sparse.eye_array(given_links.parts, format="csr") - given_links.matrix())[by_rank, :][:, by_rank]
    solved = spsolve_triangular(sparse.csr_array(ordered), given_links.own[by_rank], lower=True)
    np.testing.assert_allclose(given_links.totals()[by_rank], solved, rtol=TOLERANCE, atol=0)


@settings(deadline=None, max_examples=200)
@given(links())
def test_totals_are_those_of_the_general_solve(given_links: Links) -> None:
    """(I − A)⁻¹ · own by a factorisation that knows nothing of the order; it keeps to the diagonal, as for other matrices with
    nothing positive beside it, so that a small figure next to a large one stays exact."""
    left = sparse.csc_array(sparse.eye_array(given_links.parts) - given_links.matrix())
    solved = splu(left, permc_spec="MMD_AT_PLUS_A", diag_pivot_thresh=0, options={"SymmetricMode": True}).solve(given_links.own)
    assert np.all(np.abs(given_links.totals() - solved) <= TOLERANCE * given_links.weight())


@settings(deadline=None, max_examples=100)
@given(links(), st.floats(-1000, 1000), st.floats(-1000, 1000), st.integers(0, 2**32 - 1))
def test_it_is_linear(given_links: Links, one: float, other: float, seed: int) -> None:
    net = network(given_links.parts, given_links.parent, given_links.child, given_links.amount)
    second = np.random.default_rng(seed).normal(size=given_links.own.shape)
    together = roll_up(net, one * given_links.own + other * second)
    apart = one * roll_up(net, given_links.own) + other * roll_up(net, second)
    weight = roll_up(net, np.abs(one * given_links.own) + np.abs(other * second)) + np.finfo(float).tiny
    assert np.all(np.abs(together - apart) <= TOLERANCE * weight)
    np.testing.assert_array_equal(roll_up(net, 4 * given_links.own), 4 * roll_up(net, given_links.own))  # to the bit


@settings(deadline=None, max_examples=200)
@given(links(), st.integers(0, 2**32 - 1))
def test_the_order_of_the_links_does_not_change_a_bit(given_links: Links, seed: int) -> None:
    shuffled = np.random.default_rng(seed).permutation(len(given_links.parent))
    net = network(given_links.parts, given_links.parent[shuffled], given_links.child[shuffled], given_links.amount[shuffled])
    np.testing.assert_array_equal(roll_up(net, given_links.own).view(np.int64), given_links.totals().view(np.int64))


@settings(deadline=None, max_examples=100)
@given(links(), st.integers(2, 9))
def test_many_columns_at_once_are_each_column_alone_to_the_bit(given_links: Links, times: int) -> None:
    net = network(given_links.parts, given_links.parent, given_links.child, given_links.amount)
    wide = np.hstack([given_links.own * (column + 1) for column in range(times)])
    together = roll_up(net, wide)
    alone = np.hstack([roll_up(net, wide[:, [column]]) for column in range(wide.shape[1])])
    np.testing.assert_array_equal(together, alone)


@settings(deadline=None, max_examples=50)
@given(links())
def test_what_is_given_stays_as_it_was(given_links: Links) -> None:
    before = [given_links.parent.copy(), given_links.child.copy(), given_links.amount.copy(), given_links.own.copy()]
    given_links.totals()
    for held, array in zip(before, [given_links.parent, given_links.child, given_links.amount, given_links.own], strict=True):
        np.testing.assert_array_equal(held, array)


@settings(deadline=None, max_examples=200)
@given(links(least_links=1), st.data())
def test_a_cycle_is_refused_wherever_it_closes(given_links: Links, data: st.DataObject) -> None:
    """One more link, from a part to itself or to anything above it, and there is no answer; scipy finds the cycle as well."""
    top = data.draw(st.sampled_from(sorted({int(part) for part in given_links.parent})))
    below = {top}
    for part in np.argsort(-given_links.rank):
        if int(part) in below:
            below |= {int(child) for child in given_links.child[given_links.parent == part]}
    bottom = data.draw(st.sampled_from(sorted(below)))
    closed = given_links.parent.copy(), given_links.child.copy()
    parent, child = np.append(closed[0], bottom), np.append(closed[1], top)
    shuffled = np.random.default_rng(data.draw(st.integers(0, 2**32 - 1))).permutation(len(parent))
    with pytest.raises(Refusal) as refused:
        network(given_links.parts, parent[shuffled], child[shuffled], np.append(given_links.amount, 0.5)[shuffled])
    assert refused.value.kind is Kind.INVALID
    assert refused.value.code == "structure.cycle"
    graph = sparse.csr_array((np.ones(len(parent)), (parent, child)), shape=(given_links.parts, given_links.parts))
    components, _ = sparse.csgraph.connected_components(graph, directed=True, connection="strong")
    assert components < given_links.parts or bottom == top


@settings(deadline=None, max_examples=100)
@given(links(positive=True, least_links=1), st.data())
def test_a_wrong_amount_is_noticed(given_links: Links, data: st.DataObject) -> None:
    """One amount that is a thousandth off is a total that is off, wherever the link counts for anything."""
    place = data.draw(st.integers(0, len(given_links.parent) - 1))
    wrong = given_links.amount.copy()
    wrong[place] *= 1.001
    right = given_links.totals()
    user = given_links.parent[place]
    share = given_links.amount[place] * right[given_links.child[place]] / right[user]
    assume(np.max(share) > 1e-3)
    found = roll_up(network(given_links.parts, given_links.parent, given_links.child, wrong), given_links.own)
    assert np.max(np.abs(found[user] - right[user]) / right[user]) > TOLERANCE


def test_no_parts_and_no_links() -> None:
    none = np.zeros(0, np.int64)
    assert roll_up(network(0, none, none, np.zeros(0)), np.zeros((0, 3))).shape == (0, 3)
    own = np.array([[1.0], [2.0]])
    np.testing.assert_array_equal(roll_up(network(2, none, none, np.zeros(0)), own), own)


def test_a_hundred_thousand_parts_and_four_columns() -> None:
    """As large as a large house's catalogue: still the triangular solve, in one pass."""
    random = np.random.default_rng(20260401)
    parts, each = 100_000, 4
    upper = np.repeat(np.arange(1, parts), each)
    lower = (random.random(len(upper)) * upper).astype(np.int64)
    number = random.permutation(parts)
    amount = random.uniform(0.01, 0.2, len(upper))
    own = random.uniform(0, 1, (parts, 4))
    found = roll_up(network(parts, number[upper], number[lower], amount), own)
    strictly = sparse.csr_array(sparse.coo_array((amount, (upper, lower)), shape=(parts, parts)))
    solved = spsolve_triangular(sparse.csr_array(sparse.eye_array(parts, format="csr") - strictly), own[number], lower=True)
    np.testing.assert_allclose(found[number], solved, rtol=TOLERANCE, atol=0)
