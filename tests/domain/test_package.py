"""Packages on the wire: one spelling, read back exactly, and nothing else is read."""

import copy
import json
from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.domain.packages import MAKER, METHOD, PERIOD, TODAY, packages

from ashiato.domain.footprint.calculation import Result, calculate
from ashiato.domain.footprint.package import Package, PartInput, Party, decode, encode
from ashiato.kernel.digest import canonical, digest, parse

figures = st.decimals(allow_nan=False, allow_infinity=False, min_value=-(10**12), max_value=10**12, places=9)
texts = st.text(st.characters(exclude_categories=("Cs",)), max_size=12)
st.register_type_strategy(Decimal, figures)
st.register_type_strategy(date, st.dates(date(1990, 1, 1), date(2100, 1, 1)))
st.register_type_strategy(str, texts)
everything = st.builds(
    Package,
    schema=texts,
    parts=st.lists(st.builds(PartInput, circular=st.just(())), max_size=3).map(tuple),
)
SMALL = Package("s", METHOD, MAKER, "P", PERIOD, TODAY, (PartInput("P", "part", "kg", "made", Decimal("1.5")),))


@settings(suppress_health_check=[HealthCheck.too_slow], deadline=None, max_examples=100)
@given(everything)
def test_any_package_is_read_back_as_it_was(package: Package) -> None:
    spelled = canonical(encode(package))
    assert decode(Package, parse(spelled)) == package
    assert canonical(encode(decode(Package, parse(spelled)))) == spelled


@settings(deadline=None, max_examples=60)
@given(packages())
def test_a_computed_result_is_read_back_as_it_was(package: Package) -> None:
    assert decode(Package, parse(canonical(encode(package)))) == package
    result = calculate(package)
    assert decode(Result, parse(canonical(encode(result)))) == result
    assert calculate(decode(Package, encode(package))) == result


@given(packages())
@settings(deadline=None, max_examples=20)
def test_equal_packages_have_one_digest(package: Package) -> None:
    assert digest(encode(package)) == digest(encode(copy.deepcopy(package)))
    other = replace(package, computed_on=date(2027, 1, 1))
    assert digest(encode(package)) != digest(encode(other))


def test_what_is_absent_is_left_out() -> None:
    """A company outside Japan has no corporate number; that is said by saying nothing."""
    foreign = Party("1", "Zellen GmbH", None, "DE")
    assert encode(foreign) == {"company_id": "1", "name": "Zellen GmbH", "country": "DE"}
    assert decode(Party, encode(foreign)) == foreign


def members(content: Any, where: tuple = ()) -> Iterator[tuple]:
    """The place of every member of every object."""
    if isinstance(content, dict):
        for name, value in content.items():
            yield (*where, name)
            yield from members(value, (*where, name))
    elif isinstance(content, list):
        for place, value in enumerate(content):
            yield from members(value, (*where, place))


def at(content: Any, where: tuple) -> Any:
    for step in where:
        content = content[step]
    return content


RICH = json.loads(canonical(encode(replace(SMALL, parts=(replace(SMALL.parts[0], asked=True),)))))


@pytest.mark.parametrize("where", list(members(RICH)), ids=lambda where: "/".join(map(str, where)))
def test_a_member_of_the_wrong_type_is_refused(where: tuple) -> None:
    for wrong in (None, 1, 1.5, "\x00", [], {}, [1], {"a": 1}, not at(RICH, where)):
        content = copy.deepcopy(RICH)
        held = at(content, where[:-1])
        if type(wrong) is type(held[where[-1]]):
            continue
        held[where[-1]] = wrong
        with pytest.raises(ValueError, match=str(where[0])):
            decode(Package, content)


@pytest.mark.parametrize("member", ["schema", "method", "manufacturer", "product", "period", "computed_on", "parts"])
def test_a_missing_member_is_named(member: str) -> None:
    content = {name: value for name, value in RICH.items() if name != member}
    with pytest.raises(ValueError, match=f"/{member}: missing"):
        decode(Package, content)


@pytest.mark.parametrize("where", [(), ("manufacturer",), ("parts", 0), ("period",)])
def test_an_unknown_member_is_named(where: tuple) -> None:
    content = copy.deepcopy(RICH)
    at(content, where)["surplus"] = "x"
    with pytest.raises(ValueError, match="surplus: unknown member"):
        decode(Package, content)


@pytest.mark.parametrize(
    "spelled",
    ["1.50", "01", "1e3", "+1", " 1", "1 ", ".5", "1.", "-0", "0.0", "NaN", "Infinity", "-Infinity", "sNaN", "１", "1_000", "", "x", "1,5", "\x001"],
)
def test_a_figure_spelled_in_another_way_is_refused(spelled: str) -> None:
    content = copy.deepcopy(RICH)
    content["parts"][0]["mass_kg"] = spelled
    with pytest.raises(ValueError, match="mass_kg"):
        decode(Package, content)


@pytest.mark.parametrize(
    "spelled", ["20250401", "2025-W14-2", "2025-4-1", "2025-04-31", "2025-04-01T00:00:00", "2025-04-01Z", "0000-01-01", "tomorrow", "２０２５-04-01"]
)
def test_a_date_spelled_in_another_way_is_refused(spelled: str) -> None:
    content = copy.deepcopy(RICH)
    content["computed_on"] = spelled
    with pytest.raises(ValueError, match="computed_on"):
        decode(Package, content)


@pytest.mark.parametrize("member", ["plant", "battery"])
def test_nothing_is_said_by_silence_only(member: str) -> None:
    """An explicit null would be a second spelling of the same package."""
    with pytest.raises(ValueError, match=member):
        decode(Package, RICH | {member: None})


@settings(deadline=None, max_examples=200)
@given(
    st.sampled_from(list(members(RICH))),
    texts | st.integers(-9, 9) | st.sampled_from(["made", "2025-04-02", "20250402", "1.5", "1.50", "kg", "true"]),
)
def test_what_is_read_is_spelled_as_it_was(where: tuple, value: Any) -> None:
    """Whatever JSON is accepted is the one spelling of what was understood."""
    content = copy.deepcopy(RICH)
    at(content, where[:-1])[where[-1]] = value
    try:
        understood = decode(Package, content)
    except ValueError:
        return
    assert encode(understood) == content
