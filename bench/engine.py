"""The roll-up engine against the memory's own pace, SciPy and Brightway. Every result that is timed is checked against SciPy first."""

import json
import statistics
import subprocess
import tempfile
import time
import tracemalloc
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from random import Random
from typing import Any

import numpy as np
from numba import njit
from row import Row
from scipy import sparse
from scipy.sparse.linalg import splu, spsolve_triangular

from ashiato.domain.footprint.ripple import Ripple
from ashiato.domain.footprint.rollup import Floats, Ints, arrange, drawn, network, roll_up, sweep

SIZES = {  # links: for whole passes, for Brightway, for nine columns and for changes, for draws; and how often
    "tiny": (2_000, 300, 2_000, 2_000, 1),
    "small": (100_000, 30_000, 1_000_000, 100_000, 21),
    "full": (1_000_000, 30_000, 1_000_000, 100_000, 31),
}
TIERS, PER_PART = 12, 4
NARROWING = 2.0  # each tier has so many times the parts of the tier above it
NEXT = 0.7  # the share of links that lead to the tier right below; the others to any lower one
PEER = Path(__file__).parent.parent / ".venv-peer" / "bin" / "python"
TOLERANCE = 1e-9
GSDS = np.log([1.05, 1.1, 1.15, 1.2, 1.25, 1.3, 1.4, 1.5, 1.75, 2.0])  # classes, as data quality gives them


@dataclass(frozen=True, slots=True)
class Links:
    """A structure of so many tiers whose parts are numbered at random; `top` is one part of the highest tier, `leaves` the lowest tier."""

    parts: int
    parent: Ints
    child: Ints
    amount: Floats
    own: Floats
    top: int
    leaves: Ints

    @property
    def size(self) -> str:
        return f"{len(self.parent):,} links, {self.parts:,} parts"


def drawn_links(count: int, numbers: np.random.Generator, *, one_product: bool = False) -> Links:
    """So many links; with one product above everything that nobody else uses, if wanted."""
    parts = count // PER_PART
    widths = NARROWING ** -np.arange(TIERS)
    begins = np.concatenate([[0], np.rint(np.cumsum(widths) / widths.sum() * parts)]).astype(np.int64)
    tier = np.repeat(np.arange(TIERS), np.diff(begins))
    upper = numbers.integers(begins[1], parts, count)
    lowest = np.where(numbers.random(count) < NEXT, begins[tier[upper] - 1], 0)
    lower = (lowest + numbers.random(count) * (begins[tier[upper]] - lowest)).astype(np.int64)
    if one_product:
        unused = np.setdiff1d(np.arange(parts), lower)
        upper, lower, parts = np.append(upper, np.full(len(unused), parts)), np.append(lower, unused), parts + 1
    number = numbers.permutation(parts)
    amount, own = numbers.uniform(0.01, 0.3, len(upper)), numbers.lognormal(0, 1, (parts, 1))
    return Links(parts, number[upper], number[lower], amount, own, int(number[-1]), number[: begins[1]])


def alternating(*works: Callable[[], object], times: int, of: Callable[[list[float]], float] = min) -> list[float]:
    """The least seconds of each, or what else of them is wanted, after a run that warms up.

    They run in turn, so that what else the machine does strikes all alike.
    """
    seconds: list[list[float]] = [[] for _ in works]
    for turn in range(times + 1):
        for work, spent in zip(works, seconds, strict=True):
            start = time.perf_counter()
            work()
            if turn:
                spent.append(time.perf_counter() - start)
    return [of(spent) for spent in seconds]


def agree(found: Floats, expected: Floats) -> None:
    """Stops the benchmark where a result is not SciPy's."""
    np.testing.assert_allclose(found, expected, rtol=TOLERANCE, atol=0)


@njit(cache=True, fastmath=True)
def gather(children: Any, amounts: Any, figures: Any) -> float:
    """The same loads and products, and nothing that waits for what was just computed: the compiler may add in any order."""
    total = 0.0
    for link in range(len(children)):
        total += amounts[link] * figures[children[link]]
    return total


def triangular(links: Links, number: Ints) -> Any:
    """I − A in an order in which it is a lower triangle; the order is a present from our side."""
    parent, child = number[links.parent], number[links.child]
    taken = sparse.coo_array((-links.amount, (parent, child)), shape=(links.parts, links.parts))
    return sparse.csr_array(sparse.eye_array(links.parts, format="csr") + taken.tocsr())


def neumann(links: Links) -> Floats:
    """own + A·own + A²·own + …, until nothing is added: what SciPy needs no order for."""
    taken = sparse.csr_array(sparse.coo_array((links.amount, (links.parent, links.child)), shape=(links.parts, links.parts)))
    totals, step = links.own[:, 0].copy(), links.own[:, 0]
    while np.any(step):
        step = taken @ step
        totals += step
    return totals


def all_nodes(count: int, numbers: np.random.Generator, times: int) -> Iterator[Row]:
    links = drawn_links(count, numbers)
    net = network(links.parts, links.parent, links.child, links.amount)
    own = arrange(net, links.own)
    column = [own[0].copy()]

    def one_pass() -> None:
        sweep(net, own, column)

    lower = triangular(links, net.number.astype(np.int64))
    agree(roll_up(net, links.own)[net.order, 0], spsolve_triangular(lower, own[0], lower=True, unit_diagonal=True))
    ours, limit, whole = alternating(one_pass, lambda: gather(net.children, net.amounts, own[0]), lambda: roll_up(net, links.own), times=times)
    detail = f"{1e3 * ours:.3g} ms prepared, {1e3 * whole:.3g} ms from and to the given numbers"
    yield Row("roll-up, all nodes", "gather over the same index pattern", links.size, ours / limit, 2.5, detail=detail)


def against_scipy(count: int, numbers: np.random.Generator, times: int) -> Iterator[Row]:
    links = drawn_links(count, numbers)
    net = network(links.parts, links.parent, links.child, links.amount)
    own, number = arrange(net, links.own), net.number.astype(np.int64)
    column, lower = [own[0].copy()], triangular(links, number)
    columns = lower.tocsc()
    factorised = splu(columns, permc_spec="NATURAL", diag_pivot_thresh=0, options={"SymmetricMode": True})

    def one_pass() -> None:
        sweep(net, own, column)

    def from_links() -> Floats:
        return roll_up(network(links.parts, links.parent, links.child, links.amount), links.own)

    def their_triangle() -> Floats:
        return spsolve_triangular(triangular(links, number), own[0], lower=True, unit_diagonal=True)

    agree(from_links()[:, 0], neumann(links))
    agree(roll_up(net, links.own)[net.order, 0], factorised.solve(own[0]))
    ours, rows_solved, columns_solved, factor_solved = alternating(
        one_pass,
        lambda: spsolve_triangular(lower, own[0], lower=True, unit_diagonal=True),
        lambda: spsolve_triangular(columns, own[0], lower=True, unit_diagonal=True, overwrite_A=True),
        lambda: factorised.solve(own[0]),
        times=times,
    )
    theirs = min(rows_solved, columns_solved)
    detail = f"{1e3 * ours:.3g} ms, {1e3 * theirs:.3g} ms by rows or columns, whichever is faster; splu(…).solve: {factor_solved / ours:.3g}"
    yield Row("roll-up, prepared", "SciPy's spsolve_triangular, prepared", links.size, theirs / ours, 8, at_most=False, detail=detail)
    ours, series, triangle = alternating(from_links, lambda: neumann(links), their_triangle, times=times)
    detail = f"{1e3 * ours:.3g} ms; Neumann {1e3 * series:.3g} ms, triangle with our order as a present {1e3 * triangle:.3g} ms: the faster counts"
    yield Row("roll-up from raw links", "SciPy, its preparation included", links.size, ours / min(series, triangle), 1, detail=detail)


def against_brightway(count: int, numbers: np.random.Generator, times: int, runs: int) -> Iterator[Row]:
    if not PEER.exists():
        print("ABSENT: Brightway's engine is not installed in .venv-peer; its row is left out.", flush=True)
        return
    links = drawn_links(count, numbers)

    def first_product() -> float:
        return float(roll_up(network(links.parts, links.parent, links.child, links.amount), links.own)[links.top, 0])

    with tempfile.TemporaryDirectory() as folder:
        held = Path(folder) / "links.npz"
        np.savez(held, parent=links.parent, child=links.child, amount=links.amount, own=links.own[:, 0], part=links.top)
        asked = [PEER, "-W", "ignore", Path(__file__).parent / "brightway.py", held, str(runs)]
        told = subprocess.run(asked, check=True, capture_output=True, text=True).stdout
    theirs = json.loads(told)
    agree(np.array(first_product()), np.array(theirs["score"]))
    (ours,) = alternating(first_product, times=times)
    detail = f"{1e3 * ours:.3g} ms against {theirs['seconds']:.3g} s with the solver it comes with"
    yield Row("raw links to the first product", "bw2calc", links.size, theirs["seconds"] / ours, 1000, at_most=False, detail=detail)


def nine_sides(count: int, numbers: np.random.Generator, times: int) -> Iterator[Row]:
    links = drawn_links(count, numbers)
    net = network(links.parts, links.parent, links.child, links.amount)
    own = numbers.lognormal(0, 1, (links.parts, 9))
    given = {width: arrange(net, own[:, :width]) for width in (1, 9)}
    columns = {width: arrange(net, own[:, :width]) for width in (1, 9)}
    agree(roll_up(net, own), np.column_stack([neumann(replace(links, own=own[:, [side]])) for side in range(9)]))
    spent: dict[int, list[float]] = {1: [], 9: []}
    for _ in range(times + 1):
        for width, held in columns.items():
            for column, fresh in zip(held, given[width], strict=True):
                column[:] = fresh  # a pass works in place, as in `roll_up`; laying out its own figures again is not the pass
            start = time.perf_counter()
            sweep(net, held, held)
            spent[width].append(time.perf_counter() - start)
    nine, one = min(spent[9][1:]), min(spent[1][1:])
    nine_whole, one_whole = alternating(lambda: roll_up(net, own), lambda: roll_up(net, own[:, :1]), times=times)
    detail = f"{1e3 * nine:.3g} against {1e3 * one:.3g} ms, prepared, in place; {nine_whole / one_whole:.3g} from and to the given numbers"
    yield Row("9 right-hand sides", "one", links.size, nine / one, 3, detail=detail)


def one_leaf(count: int, numbers: np.random.Generator, times: int) -> Iterator[Row]:
    links = drawn_links(count, numbers)
    net = network(links.parts, links.parent, links.child, links.amount)
    own, ripple = links.own.copy(), Ripple(net, links.own)
    held = arrange(net, own)
    column = [held[0].copy()]
    reached = []

    def change() -> None:
        leaf = numbers.choice(links.leaves, 1)
        own[leaf] = numbers.lognormal(0, 1, (1, 1))
        start = time.perf_counter()
        reached.append(ripple.change_own(leaf, own[leaf]))
        spent.append(time.perf_counter() - start)

    def one_pass() -> None:
        sweep(net, held, column)

    spent: list[float] = []
    _, full = alternating(change, one_pass, times=101, of=statistics.median)
    tracemalloc.start()
    change()
    most = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    agree(ripple.totals(), neumann(replace(links, own=own))[:, None])
    np.testing.assert_array_equal(ripple.totals(), roll_up(net, own))  # to the bit
    spent = spent[1:-1]
    detail = f"median of {len(spent)} leaves, {statistics.median(reached):,.0f} parts computed again; at most {most:,} bytes allocated"
    yield Row("one leaf changed", "the full pass, prepared", links.size, statistics.median(spent) / full, 0.2, detail=detail)


def thousand_draws(count: int, numbers: np.random.Generator, times: int) -> Iterator[Row]:
    links = drawn_links(count, numbers, one_product=True)
    net = network(links.parts, links.parent, links.child, links.amount)
    spread_own, spread_amounts = numbers.choice(GSDS, links.parts), numbers.choice(GSDS, len(net.amounts))
    held = arrange(net, links.own)
    given = [numbers.lognormal(0, 1, (links.parts, 1)) for _ in range(10)]
    column = [held[0].copy()]

    def thousand_roll_ups() -> None:
        for turn in range(1000):
            roll_up(net, given[turn % len(given)])

    def thousand_passes() -> None:
        for _ in range(1000):
            sweep(net, held, column)

    def thousand() -> Floats:
        return drawn(net, links.own, spread_own, spread_amounts, links.top, 1000, 7)

    none = np.zeros(links.parts), np.zeros(len(net.amounts))
    agree(drawn(net, links.own, *none, links.top, 8, 1)[:, 0], np.full(8, neumann(links)[links.top]))
    ours, passes, bare = alternating(thousand, thousand_roll_ups, thousand_passes, times=min(times, 5))
    low, high = np.quantile(thousand()[:, 0], [0.05, 0.95]) / roll_up(net, links.own)[links.top, 0]
    detail = (
        f"{1e3 * ours:.3g} ms with the drawing of {links.parts + len(net.amounts):,} lognormal factors a draw; the passes draw nothing "
        f"({ours / bare:.3g} against passes over prepared columns); all links lie under the product; 90 % within {low:.3g} to {high:.3g}"
    )
    yield Row("1,000 uncertainty draws", "1,000 single passes, each with other own values", links.size, ours / passes, 1 / 3, detail=detail)


def rows(size: str, random: Random) -> Iterator[Row]:
    """The engine's rows; the structures are drawn from the given random numbers."""
    numbers = np.random.default_rng(random.getrandbits(64))
    most, peers, large, drawing, times = SIZES[size]
    yield from all_nodes(most, numbers, times)
    if size == "full":
        yield from all_nodes(10 * most, numbers, 7)
    yield from against_scipy(most, numbers, times)
    yield from against_brightway(peers, numbers, times, runs=3 if size == "full" else 1)
    yield from nine_sides(large, numbers, times)
    yield from one_leaf(large, numbers, times)
    yield from thousand_draws(drawing, numbers, times)
