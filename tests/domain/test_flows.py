"""Flows of carbon: what is drawn is what is carried, however much of it is merged; whom to ask; what two versions differ in."""

from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.domain.packages import METHOD, packages, sums

from ashiato.domain.footprint import breakdown
from ashiato.domain.footprint.analyses.asking import worth_asking
from ashiato.domain.footprint.analyses.difference import Cause, difference
from ashiato.domain.footprint.analyses.flows import NodeKind, flows
from ashiato.domain.footprint.calculation import calculate
from ashiato.domain.footprint.methods import method
from ashiato.domain.footprint.package import Package, PartInput
from ashiato.kernel.errors import Refusal

RULES = method(METHOD)
cuts = st.floats(0.001, 0.5)


@settings(max_examples=30)
@given(packages(), cuts, st.integers(1, 8))
def test_nothing_is_lost_whatever_is_merged(package: Package, cut: float, most: int) -> None:
    found, exact = flows(package.parts, RULES, cut, most), sums(package)
    scale = float(exact.absolute) or 1.0
    product = found.nodes[-1].number
    into = [flow for flow in found.flows if flow.target == product]
    assert sum(flow.weight for flow in into) == pytest.approx(float(exact.absolute), rel=1e-9)
    assert sum(flow.total for flow in into) == pytest.approx(float(calculate(package).total), rel=1e-9, abs=1e-9 * scale)
    for node in found.nodes[:-1]:
        received = sum(flow.weight for flow in found.flows if flow.target == node.number)
        passed = sum(flow.weight for flow in found.flows if flow.source == node.number)
        assert received == 0 or received == pytest.approx(passed, rel=1e-9), "what is kept passes on what it receives"
        assert passed == pytest.approx(node.share * found.weight, rel=1e-9)


@settings(max_examples=30)
@given(packages(), cuts, st.integers(1, 8))
def test_flows_go_one_way_and_little_is_drawn(package: Package, cut: float, most: int) -> None:
    found = flows(package.parts, RULES, cut, most)
    assert all(flow.source < flow.target for flow in found.flows), "no cycle can be drawn"
    named = [node for node in found.nodes[:-1] if node.kind is not NodeKind.OTHER]
    assert len(named) <= most
    assert all(node.share >= cut * (1 - 1e-9) for node in named)
    assert [node.number for node in found.nodes] == list(range(len(found.nodes)))


@settings(max_examples=30)
@given(packages())
def test_whom_to_ask_is_whom_most_rests_on_with_the_poorest_data(package: Package) -> None:
    found = worth_asking(package.parts, RULES, 5)
    assert [each.worth for each in found] == sorted((each.worth for each in found), reverse=True)
    bought = {part.part_number: part for part in package.parts if part.sourcing == "bought"}
    assert {each.part_number for each in found} <= set(bought)
    assert all(each.answered == (bought[each.part_number].answer is not None) for each in found)
    assert sum(each.share for each in worth_asking(package.parts, RULES, 1000)) <= 1 + 1e-9
    assert all(0 <= each.worth <= each.share for each in found)


@settings(max_examples=30)
@given(packages())
def test_what_is_kept_beside_a_footprint_is_what_follows_from_its_package(package: Package) -> None:
    parts = {part.part_number: f"部品 {part.part_number}" for part in package.parts}  # numbers are in any script
    package = replace(package, product=parts[package.product], parts=tuple(_renumbered(part, parts) for part in package.parts))
    found = breakdown.broken_down(package)
    assert breakdown.read(breakdown.spelled(found)) == found
    assert found.flows == flows(package.parts, RULES)
    assert {used.part_number for used in found.answers} == {part.part_number for part in package.parts if part.sourcing == "bought"}


def _renumbered(part: PartInput, numbers: dict[str, str]) -> PartInput:
    components = tuple(replace(component, part_number=numbers[component.part_number]) for component in part.components)
    return replace(part, part_number=numbers[part.part_number], components=components)


@settings(max_examples=30)
@given(packages(), packages())
def test_differences_of_inputs_add_up_to_the_difference_of_totals(one: Package, other: Package) -> None:
    unit = one.parts[-1].declared_unit
    if other.parts[-1].declared_unit != unit or one.product != other.product:
        return
    before, after = calculate(one), calculate(other)
    found = difference(one, before, other, after, 3)
    scale = float(sums(one).absolute + sums(other).absolute) or 1.0
    assert sum(each.change for each in found.inputs) + found.rest == pytest.approx(float(after.total - before.total), rel=1e-8, abs=1e-8 * scale)
    assert sum(stage.after - stage.before for stage in found.stages) == pytest.approx(float(after.total - before.total), abs=1e-8 * scale)


@settings(max_examples=25)
@given(packages())
def test_equal_footprints_differ_in_nothing(package: Package) -> None:
    later, result = replace(package, computed_on=date(2030, 1, 1)), calculate(package)
    assert difference(package, result, later, result, 10).inputs == ()


def _with_more(package: Package) -> Package | None:
    """The same with the first line of the product that emits doubled."""
    product = package.parts[-1]
    place = next((place for place, line in enumerate(product.lines) if line.factor), None)
    if place is None:
        return None
    doubled = replace(product.lines[place], amount=product.lines[place].amount * 2)
    lines = (*product.lines[:place], doubled, *product.lines[place + 1 :])
    return replace(package, parts=(*package.parts[:-1], replace(product, lines=lines)))


@settings(max_examples=25)
@given(packages())
def test_a_changed_amount_is_told_with_what_it_was(package: Package) -> None:
    later = _with_more(package)
    if later is None:
        return
    (change,) = difference(package, calculate(package), later, calculate(later), 10).inputs
    assert [reason.cause for reason in change.reasons] == [Cause.AMOUNT]
    line = next(line for line in package.parts[-1].lines if line.factor)
    assert Decimal(change.reasons[0].after.split()[0]) == line.amount * 2


@given(packages())
@settings(max_examples=5)
def test_other_methods_are_never_compared(package: Package) -> None:
    result = calculate(package)
    with pytest.raises(Refusal, match="never compared"):
        difference(package, result, package, replace(result, method="another"), 10)
