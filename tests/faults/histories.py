"""A history of transactions as clients saw them, and whether it can have happened one transaction after the other.

After Adya ("Weak Consistency", 1999) and Elle (Kingsbury and Alvaro, 2020): lists that only grow tell in which order their values
were appended; from what was read follow the dependencies; a cycle among them means that no order of the transactions explains what was seen.
"""

import itertools
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
from scipy.sparse import coo_matrix
from scipy.sparse.csgraph import connected_components


@dataclass(frozen=True, slots=True)
class Transaction:
    """What one client's transaction read, and what it appended, between two instants of the client's clock."""

    began: float
    ended: float
    reads: tuple[tuple[str, tuple[str, ...]], ...]
    appends: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class Verdict:
    """What is wrong with a history: values lost or read though nobody appended them, lists that forked, and transactions on cycles."""

    lost: int
    unknown: int
    forked: int
    cycles: int

    @property
    def sound(self) -> bool:
        return self == Verdict(0, 0, 0, 0)


def judge(history: Sequence[Transaction]) -> Verdict:
    """The verdict on a history whose last transaction read every list; serializable and in real time, or not."""
    writers = {(key, value): place for place, each in enumerate(history) for key, value in each.appends}
    longest: dict[str, tuple[str, ...]] = {}
    for each in history:
        for key, seen in each.reads:
            longest[key] = max(longest.get(key, ()), seen, key=len)
    forked = sum(longest[key][: len(seen)] != seen or len(set(seen)) != len(seen) for each in history for key, seen in each.reads)
    last = dict(history[-1].reads)
    lost = sum(value not in last.get(key, ()) for key, value in writers)
    unknown = sum((key, value) not in writers for key, order in longest.items() for value in order)
    if forked or unknown:
        return Verdict(lost, unknown, forked, 0)  # without an order there are no dependencies to follow
    return Verdict(lost, unknown, forked, _on_cycles(history, _dependencies(history, writers, longest)))


def _dependencies(
    history: Sequence[Transaction], writers: dict[tuple[str, str], int], longest: dict[str, tuple[str, ...]]
) -> Iterable[tuple[int, int]]:
    for key, order in longest.items():
        for earlier, later in itertools.pairwise(order):
            yield writers[key, earlier], writers[key, later]
    for place, each in enumerate(history):
        for key, seen in each.reads:
            if seen:
                yield writers[key, seen[-1]], place
            if len(seen) < len(longest[key]):
                yield place, writers[key, longest[key][len(seen)]]
    yield from _in_real_time(history)


def _in_real_time(history: Sequence[Transaction]) -> Iterable[tuple[int, int]]:
    """What had ended before another began came before it; told by a chain of instants, one for each end, so that it stays linear."""
    instants = sorted(range(len(history)), key=lambda place: history[place].ended)
    first = len(history)
    begun = sorted(range(len(history)), key=lambda place: history[place].began)
    passed = 0
    for place in begun:
        while passed < len(instants) and history[instants[passed]].ended < history[place].began:
            yield instants[passed], first + passed
            if passed:
                yield first + passed - 1, first + passed
            passed += 1
        if passed:
            yield first + passed - 1, place


def _on_cycles(history: Sequence[Transaction], dependencies: Iterable[tuple[int, int]]) -> int:
    edges = np.array([pair for pair in dependencies if pair[0] != pair[1]], dtype=np.int64).reshape(-1, 2)
    size = 2 * len(history)
    graph = coo_matrix((np.ones(len(edges), dtype=np.int8), (edges[:, 0], edges[:, 1])), shape=(size, size))
    _, components = connected_components(graph, directed=True, connection="strong")
    sizes = Counter(components.tolist())
    return sum(sizes[component] > 1 for component in components[: len(history)].tolist())
