"""The structure as a directed acyclic graph (pure)."""

from collections.abc import Iterable, Mapping
from graphlib import CycleError, TopologicalSorter

import numpy as np
from numpy.typing import NDArray

_MOST_LEVELS = 500


def cycle(children: Mapping[str, Iterable[str]]) -> list[str]:
    """One cycle, as the part numbers along it with the first repeated at the end; empty if there is none."""
    try:
        TopologicalSorter(children).prepare()
    except CycleError as found:
        return list(reversed(found.args[1]))
    return []


def surely_acyclic(parents: NDArray[np.int64], children: NDArray[np.int64], parts: int) -> bool:
    """Whether these links, of parts by numbers below `parts`, close no cycle; false also where they are too deep for so quick a look.

    What goes into nothing that is left is taken away, level after level (Kahn 1962).
    """
    order = np.argsort(parents, kind="stable")
    below = children[order]
    starts = np.searchsorted(parents[order], np.arange(parts + 1))
    above = np.bincount(children, minlength=parts)
    level, left = np.flatnonzero(above == 0), parts
    for _ in range(_MOST_LEVELS):
        left -= len(level)
        if not len(level):
            break
        widths = starts[level + 1] - starts[level]
        firsts = np.repeat(starts[level] - np.cumsum(widths) + widths, widths)
        reached = below[firsts + np.arange(len(firsts))]
        np.subtract.at(above, reached, 1)
        level = np.unique(reached[above[reached] == 0])
    return left == 0


def knots(children: Mapping[str, Iterable[str]]) -> list[set[str]]:
    """The groups of parts that go into one another (strongly connected components of more than one; Tarjan 1972)."""
    reached: dict[str, int] = {}
    lowest: dict[str, int] = {}
    path: list[str] = []
    found: list[set[str]] = []
    for start in children:
        if start in reached:
            continue
        walk = [(start, iter(children.get(start, ())))]
        while walk:
            part, below = walk[-1]
            if part not in reached:
                reached[part] = lowest[part] = len(reached)
                path.append(part)
            step = next((child for child in below if child not in reached or child in lowest), None)
            if step is None:
                walk.pop()
                if lowest[part] == reached[part]:
                    knot = _taken(path, part, lowest)
                    found += [knot] if len(knot) > 1 else []
                if walk and part in lowest:
                    lowest[walk[-1][0]] = min(lowest[walk[-1][0]], lowest[part])
            elif step in reached:
                lowest[part] = min(lowest[part], reached[step])
            else:
                walk.append((step, iter(children.get(step, ()))))
    return found


def _taken(path: list[str], part: str, lowest: dict[str, int]) -> set[str]:
    """What of the path goes down to the part; it is done with, so that its lowest numbers are forgotten."""
    place = path.index(part)
    knot = set(path[place:])
    del path[place:]
    for member in knot:
        del lowest[member]
    return knot


def children_first(children: Mapping[str, Iterable[str]]) -> list[str]:
    """All parts, each after everything that goes into it, otherwise by part number. Raises CycleError on a cycle."""
    sorter = TopologicalSorter(children)
    sorter.prepare()
    order: list[str] = []
    while sorter.is_active():
        ready = sorted(sorter.get_ready())
        order += ready
        sorter.done(*ready)
    return order
