"""Structures: a cycle is found exactly where there is one, and told link by link."""

import itertools
from collections.abc import Mapping
from graphlib import CycleError

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ashiato.domain.products import children_first
from ashiato.domain.products.registration import knots
from ashiato.domain.products.structure import cycle

names = st.sampled_from("ABCDEFG")
graphs = st.dictionaries(names, st.sets(names, max_size=4), max_size=7)


def reaches(children: Mapping[str, set[str]], start: str, goal: str) -> bool:
    """Whether a way of at least one link leads from start to goal."""
    seen: set[str] = set()
    waiting = list(children.get(start, ()))
    while waiting:
        here = waiting.pop()
        if here == goal:
            return True
        if here not in seen:
            seen.add(here)
            waiting += children.get(here, ())
    return False


@given(graphs)
def test_a_cycle_is_found_exactly_where_a_part_reaches_itself(children: dict[str, set[str]]) -> None:
    found = cycle(children)
    assert bool(found) == any(reaches(children, part, part) for part in children)


@given(graphs)
def test_the_cycle_that_is_told_is_one(children: dict[str, set[str]]) -> None:
    found = cycle(children)
    if found:
        assert found[0] == found[-1]
        assert len(set(found[:-1])) == len(found) - 1
        for parent, child in itertools.pairwise(found):
            assert child in children[parent], "every step leads from a part to what goes into it"


@given(graphs)
def test_children_come_before_parents_by_number(children: dict[str, set[str]]) -> None:
    if cycle(children):
        with pytest.raises(CycleError):
            children_first(children)
        return
    order = children_first(children)
    place = {part: number for number, part in enumerate(order)}
    assert set(order) == set(children) | {child for below in children.values() for child in below}
    assert len(order) == len(place)
    for parent, below in children.items():
        assert all(place[child] < place[parent] for child in below)
    assert order == children_first({key: children[key] for key in reversed(list(children))}), "whatever the order of the links"


def test_a_long_chain_is_no_recursion() -> None:
    chain = {f"P{number:05}": {f"P{number + 1:05}"} for number in range(20_000)}
    assert cycle(chain) == []
    assert len(children_first(chain)) == 20_001
    chain["P20000"] = {"P00000"}
    assert len(cycle(chain)) == 20_002


@given(st.dictionaries(st.sampled_from("abcdefg"), st.lists(st.sampled_from("abcdefg"), max_size=4), max_size=7))
def test_knots_are_the_parts_that_lead_to_one_another(children: dict[str, list[str]]) -> None:
    def reached(start: str) -> set[str]:
        found: set[str] = set()
        waiting = list(children.get(start, ()))
        while waiting:
            part = waiting.pop()
            if part not in found:
                found.add(part)
                waiting += children.get(part, ())
        return found

    leads = {part: reached(part) for part in "abcdefg"}
    together = {frozenset({part} | {other for other in leads[part] if part in leads[other]}) for part in "abcdefg"}
    assert {frozenset(knot) for knot in knots(children)} == {group for group in together if len(group) > 1}
