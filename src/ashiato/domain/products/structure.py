"""The structure as a directed acyclic graph (pure)."""

from collections.abc import Iterable, Mapping
from graphlib import CycleError, TopologicalSorter


def cycle(children: Mapping[str, Iterable[str]]) -> list[str]:
    """One cycle, as the part numbers along it with the first repeated at the end; empty if there is none."""
    try:
        TopologicalSorter(children).prepare()
    except CycleError as found:
        return list(reversed(found.args[1]))
    return []


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
