"""Uncertainty by draws: the totals of one part, its inputs varied at once by lognormal factors of median one (pure, floats).

Eight draws share a pass. Factors come from decks: normal scores in an order that the seed shuffles, raised to a spread once; each
amount and own value, for each eight draws, reads on from a cut of its own. So within a draw all factors are independent, and two of
the eight draws hang together no more than neighbours in a shuffled deck do. Numbers come from counters: equal seeds give equal bits.
"""

from functools import cache
from math import log
from statistics import NormalDist

import numpy as np

from ashiato.domain.footprint.lanes import LANES, ONE, Floats, Numbers, Place, add_drawn, compiled, lanes, put_drawn
from ashiato.domain.footprint.network import Network
from ashiato.kernel.errors import invalid

_SCORES = 2048
_SHIFT = np.uint64(64 - 11)  # eleven random bits choose one of the scores
_STEP = np.uint64(0x9E3779B97F4A7C15)
_FIRST, _SECOND = np.uint64(0xBF58476D1CE4E5B9), np.uint64(0x94D049BB133111EB)
_RUNG = 0.02  # ln of the ratio of neighbouring spreads
_NONE, _MOST = 1e-6, 10.0  # a spread that is none; the widest


def drawn(net: Network, own: Floats, spread_own: Floats, spread_amounts: Floats, part: int, count: int, seed: int) -> Floats:
    """So many draws of the part's totals, one row a draw: each own value and amount times its own lognormal factor of median one.

    `spread_own` (one a part, which varies its columns together, or one a part and column) and `spread_amounts` (one a link, in the
    order of `net.amounts`) are standard deviations of the logarithm, ln GSD, kept to one percent. Where there is none, a draw is the
    roll-up to the bit. Refuses (`invalid`) spreads below 0 or above 10.
    """
    if len(own) != net.parts or len(spread_own) != net.parts or len(spread_amounts) != len(net.amounts):
        raise invalid("structure.size", "Values and spreads are not those of this network.", "Give one a part, and one a link.")
    parts, starts, children, links = _beneath(net.starts, net.children, net.place(part))
    amounts, old = net.amounts[links], net.order[parts]
    spreads = spread_own[old].reshape(len(old), -1)
    decks, at = _decks(np.concatenate([spread_amounts[links], spreads.ravel()]), seed)
    at_amounts, at_own = at[: len(links)], at[len(links) :].reshape(spreads.shape)
    streams, blocks = 1 + spreads.shape[1], -(-count // LANES)
    keys = np.random.SeedSequence(seed).generate_state(blocks * streams, np.uint64).reshape(blocks, streams)
    rows, panel = np.empty((blocks * LANES, own.shape[1])), lanes(len(old))
    for column in range(own.shape[1]):
        varied = min(column, spreads.shape[1] - 1)
        alone, at_alone = np.ascontiguousarray(own[old, column], np.float64), np.ascontiguousarray(at_own[:, varied])
        for block, key in enumerate(keys):
            _pass(starts, children, amounts, at_amounts, key[0], alone, at_alone, key[1 + varied], decks, panel)
            rows[block * LANES : (block + 1) * LANES, column] = panel[-1]
    return rows[:count]


def _decks(spreads: Floats, seed: int) -> tuple[Floats, Numbers]:
    """Factors for each rung of a ladder of spreads, one deck after the other; and where the deck of each given spread begins."""
    if not np.all((spreads >= 0) & (spreads <= _MOST)):
        raise invalid("spread.range", f"A spread is not between 0 and {_MOST:g}.", "Give the logarithm of the geometric standard deviation.")
    rung = np.rint(np.log(np.maximum(spreads, _NONE)) / _RUNG).astype(np.int64)
    lowest = round(log(_NONE) / _RUNG)
    used = np.flatnonzero(np.bincount(rung - lowest))
    kept = np.where(used > 0, np.exp((used + lowest) * _RUNG), 0.0)
    shuffled = np.random.default_rng(seed).permutation(_scores())
    scores = np.concatenate([shuffled, shuffled[:LANES]])
    return np.exp(kept[:, None] * scores).ravel(), (np.searchsorted(used, rung - lowest) * len(scores)).astype(np.uint32)


@cache
def _scores() -> Floats:
    """The middles of equally likely slices of the standard normal distribution."""
    return np.array([NormalDist().inv_cdf((place + 0.5) / _SCORES) for place in range(_SCORES)])


@compiled
def _beneath(starts: Numbers, children: Numbers, top: int) -> tuple[Numbers, Numbers, Numbers, Numbers]:  # pragma: no cover — compiled
    """A part (the last row) and all that goes into it, children first: which parts, where their links begin, the rows of their
    children, which links.
    """
    needed = np.zeros(top + 1, np.bool_)
    needed[top] = True
    parts, links = 0, 0
    for part in range(top, -1, -1):
        if needed[part]:
            parts += 1
            links += int(starts[part + 1]) - int(starts[part])
            for link in range(Place(starts[part]), Place(starts[part + 1])):
                needed[children[link]] = True
    number = np.empty(top + 1, np.uint32)
    kept, begins = np.empty(parts, np.uint32), np.empty(parts + 1, np.uint32)
    lower, where = np.empty(links, np.uint32), np.empty(links, np.uint32)
    row, filled = 0, 0
    for part in range(top + 1):
        if needed[part]:
            number[part], kept[row], begins[row] = row, part, filled
            row += 1
            for link in range(Place(starts[part]), Place(starts[part + 1])):
                lower[filled], where[filled] = number[children[link]], link
                filled += 1
    begins[row] = filled
    return kept, begins, lower, where


@compiled
def _cut(counter: np.uint64) -> np.uint64:  # pragma: no cover — compiled
    """Where to read on in a deck: the finish of SplitMix64 (Steele, Lea, Flood 2014) over a counter."""
    mixed = (counter ^ (counter >> np.uint64(30))) * _FIRST
    mixed = (mixed ^ (mixed >> np.uint64(27))) * _SECOND
    return (mixed ^ (mixed >> np.uint64(31))) >> _SHIFT


@compiled
def _pass(
    starts: Numbers, children: Numbers, amounts: Floats, at_amounts: Numbers, key: np.uint64,
    own: Floats, at_own: Numbers, key_own: np.uint64, decks: Floats, totals: Floats,
) -> None:  # fmt: skip  # pragma: no cover — compiled
    link = np.uint64(0)
    for part in range(len(totals)):
        key_own += _STEP
        put_drawn(totals, Place(part), own[part], decks, Place(at_own[part]) + _cut(key_own))
        end = np.uint64(starts[part + 1])
        while link < end:
            key += _STEP
            add_drawn(totals, Place(part), Place(children[link]), amounts[link], decks, Place(at_amounts[link]) + _cut(key))
            link += ONE
