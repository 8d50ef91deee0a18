"""Verifying a declaration offline: whatever was changed in a sound file is caught and named."""

import copy
import json
from dataclasses import replace
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.domain.packages import MAKER, PERIOD, SUPPLIER, TODAY, factor

from ashiato.domain.footprint import declaration as declarations
from ashiato.domain.footprint import release as releasing
from ashiato.domain.footprint.calculation import calculate
from ashiato.domain.footprint.declaration import Difference, verify
from ashiato.domain.footprint.model import DataSource, FactorStanding, Flow, Stage
from ashiato.domain.footprint.package import (
    SCHEMA,
    Battery,
    Component,
    Line,
    Package,
    PartInput,
    Plant,
    Secondary,
    SignedRelease,
    encode,
)
from ashiato.kernel.digest import Json, canonical, digest, parse
from ashiato.plumbing import keys

METHOD = "DA-EV-draft-2024-04"
MAKERS_KEY, SUPPLIERS_KEY = keys.new_signing_key(), keys.new_signing_key()


def line(number: int, amount: str, unit: str, flow: Flow, value: str) -> Line:
    given = factor(Decimal(value), unit, f"F{number}", FactorStanding.MEASURED)
    return Line(number, Stage.PRODUCTION, f"activity {number}", Decimal(amount), unit, flow, DataSource.OWN, factor=given)


def supplied() -> SignedRelease:
    """A supplier's release of its cell, signed with the supplier's key."""
    cell = PartInput("C-1", "cell", "kg", "made", Decimal(1), (line(1, "1", "kg", Flow.INPUT, "7"), line(2, "4.5", "kWh", Flow.ENERGY, "0.5")))
    package = Package(SCHEMA, METHOD, SUPPLIER, "C-1", PERIOD, TODAY, (cell,))
    drawn = releasing.draw_up(package, calculate(package), UUID(int=7), 1, TODAY, None)
    signature = keys.sign(releasing.payload(drawn), SUPPLIERS_KEY)
    return SignedRelease(drawn, signature.jws, signature.key)


def sound_package() -> Package:
    cell = PartInput("CELL", "cell, bought", "kg", "bought", Decimal(1), asked=True, answer=supplied())
    case = PartInput(
        "CASE", "case", "kg", "bought", Decimal(1), secondary=Secondary(factor(Decimal(3), "kg", "AVG"), Stage.RAW_MATERIALS, "not asked")
    )
    pack = PartInput(
        "PACK", "pack", "piece", "made", Decimal(300), (line(1, "12.5", "kWh", Flow.ENERGY, "0.4"),),
        components=(Component("CASE", Decimal(60), "kg"), Component("CELL", Decimal(240), "kg")),
    )  # fmt: skip
    battery = Battery("M1", "NMC", Decimal(60), Decimal(8))
    return Package(SCHEMA, METHOD, MAKER, "PACK", PERIOD, TODAY, (case, cell, pack), Plant("S-1", "Plant", "JP"), battery)


def file_of(package: Package, key: dict[str, str] = MAKERS_KEY, public: bool = False) -> dict[str, Any]:
    drawn = declarations.draw_up(package, calculate(package), UUID(int=9), datetime(2026, 4, 2, 9, tzinfo=UTC), "DoC-1", "https://example.org/study")
    signature = keys.sign(canonical(encode(drawn)), key)
    content = declarations.file_of(encode(drawn), {"jws": signature.jws, "key": dict(signature.key)}, None if public else encode(package))
    return json.loads(canonical(content))


PACKAGE = sound_package()
SOUND = file_of(PACKAGE)
PUBLIC = file_of(PACKAGE, public=True)
TEXT = canonical(SOUND).decode()


def places_of(content: Any, where: str = "") -> dict[str, Any]:
    """Every member of every object and every item of every list, by its place."""
    found: dict[str, Any] = {}
    items = content.items() if isinstance(content, dict) else enumerate(content) if isinstance(content, list) else []
    for name, value in items:
        found[f"{where}/{name}"] = value
        found |= places_of(value, f"{where}/{name}")
    return found


def named(differences: list[Difference]) -> set[str]:
    """Which part of the file is named as wrong: declaration, signature, package, or the file itself."""
    return {difference.where.split("/")[1] for difference in differences}


def first_difference(one: Any, other: Any, where: str = "") -> str:
    """The part of the file in which two contents first differ."""
    return next(name for name in ("declaration", "package", "schema", "signature") if one.get(name) != other.get(name))


def test_a_sound_file_holds() -> None:
    """The canary: without a change nothing is found, with and without the package, the signer named or not."""
    signer = keys.key_id(keys.public_part(MAKERS_KEY))
    assert verify(SOUND) == verify(PUBLIC) == []
    assert verify(SOUND, frozenset({signer})) == []
    assert verify(parse(json.dumps(SOUND, indent=3))) == [], "its layout does not matter"
    assert calculate(PACKAGE).obstacles == ()


def test_every_flipped_digit_is_caught_and_named() -> None:
    caught = 0
    for place, character in enumerate(TEXT):
        if not character.isdigit():
            continue
        flipped = TEXT[:place] + str((int(character) + 1) % 10) + TEXT[place + 1 :]
        try:
            content = parse(flipped)
        except ValueError:
            caught += 1
            continue
        differences = verify(content)
        assert differences, f"{flipped[max(0, place - 30) : place + 10]!r}"
        changed = first_difference(SOUND, content)
        expected = {"declaration": {"declaration", "signature"}, "package": {"package"}, "signature": {"signature"}, "schema": {""}}[changed]
        assert named(differences) & expected, f"{changed}: {differences}"
        caught += 1
    assert caught > 500


def test_every_flipped_letter_of_a_signature_is_caught() -> None:
    for holder in ("jws", "kid"):
        text = SOUND["signature"]["jws"] if holder == "jws" else SOUND["signature"]["key"]["x"]
        for place, character in enumerate(text):
            other = "A" if character != "A" else "B"
            content = copy.deepcopy(SOUND)
            changed = text[:place] + other + text[place + 1 :]
            if holder == "jws":
                content["signature"]["jws"] = changed
            else:
                content["signature"]["key"]["x"] = changed
            assert "signature" in named(verify(content))


@pytest.mark.parametrize("place", [place for place in places_of(SOUND) if place != "/package"])
def test_every_removed_member_is_caught_and_named(place: str) -> None:
    content = copy.deepcopy(SOUND)
    *way, last = place.removeprefix("/").split("/")
    holder: Any = content
    for step in way:
        holder = holder[int(step)] if isinstance(holder, list) else holder[step]
    del holder[int(last) if isinstance(holder, list) else last]
    differences = verify(content)
    assert differences
    assert named(differences) & ({way[0] if way else last} | {"", "signature", "package"})


@pytest.mark.parametrize("place", ["/declaration", "/signature", "/signature/key", "/declaration/result", "/package", "/package/parts/0", "/"])
def test_an_added_member_is_caught(place: str) -> None:
    content = copy.deepcopy(SOUND)
    holder: Any = content
    for step in filter(None, place.split("/")):
        holder = holder[int(step)] if isinstance(holder, list) else holder[step]
    holder["surplus"] = "x"
    if place.startswith("/signature"):
        return  # what stands beside a signature is signed by nobody, and says nothing
    assert verify(content)


def test_a_changed_figure_is_named_with_what_was_found() -> None:
    content = copy.deepcopy(SOUND)
    stated = content["declaration"]["result"]["total"]
    content["declaration"]["result"]["total"] = "1"
    (difference,) = [found for found in verify(content) if found.where == "/declaration/result/total"]
    assert (difference.stated, difference.found) == ("1", stated)


def resigned(content: dict[str, Any], key: dict[str, str]) -> dict[str, Any]:
    """The same file with a fresh signature: what a cheat does who changes the declaration."""
    signature = keys.sign(canonical(content["declaration"]), key)
    return content | {"signature": {"jws": signature.jws, "key": dict(signature.key)}}


def test_another_signer_is_caught_where_the_right_one_is_known() -> None:
    other = keys.new_signing_key()
    cheated = resigned(copy.deepcopy(SOUND), other)
    assert verify(cheated) == [], "a stranger's sound file is sound; whose it is, only the trusted signers tell"
    (difference,) = verify(cheated, frozenset({keys.key_id(keys.public_part(MAKERS_KEY))}))
    assert difference.where == "/signature/key"
    assert difference.stated == keys.key_id(other)


def test_a_maker_that_signs_a_wrong_result_is_caught_by_computing_again() -> None:
    content = copy.deepcopy(SOUND)
    content["declaration"]["result"]["total"] = "1"
    differences = verify(resigned(content, MAKERS_KEY))
    assert {difference.where for difference in differences} == {"/declaration/result/total"}


def test_a_maker_that_changes_a_suppliers_value_is_caught_by_the_suppliers_signature() -> None:
    answer = PACKAGE.parts[1].answer
    assert answer is not None
    lower = replace(answer.release, stages=dict.fromkeys(Stage, Decimal(0)), total=Decimal(0))
    cheated = replace(PACKAGE, parts=(PACKAGE.parts[0], replace(PACKAGE.parts[1], answer=replace(answer, release=lower)), PACKAGE.parts[2]))
    differences = verify(file_of(cheated))
    assert [difference.where for difference in differences] == ["/package/parts/CELL/answer"]
    assert SUPPLIER.name in differences[0].stated


def test_a_maker_that_swaps_the_package_is_caught() -> None:
    other = replace(PACKAGE, computed_on=date(2026, 5, 1))
    content = copy.deepcopy(SOUND) | {"package": json.loads(canonical(encode(other)))}
    assert "/package" in {difference.where for difference in verify(content)}


def test_a_package_under_another_method_is_caught() -> None:
    content = copy.deepcopy(SOUND)
    content["package"]["method"] = "no such method"
    content["declaration"]["package_digest"] = digest(content["package"])
    assert "/package" in {difference.where for difference in verify(resigned(content, MAKERS_KEY))}


@pytest.mark.parametrize(
    "content", [None, 1, "x", [], {}, {"schema": "x"}, [SOUND], {"schema": declarations.FILE_SCHEMA}, SOUND | {"extra": 1}, SOUND["declaration"]]
)
def test_what_is_no_declaration_file_is_told(content: Json) -> None:
    assert verify(content)


junk = st.recursive(
    st.none() | st.booleans() | st.integers(-9, 2**60) | st.text(max_size=6) | st.sampled_from(["1e9", "NaN", "Infinity", "0", "-1", "kg", "P", "é"]),
    lambda inner: st.lists(inner, max_size=2) | st.dictionaries(st.text(max_size=4), inner, max_size=2),
    max_leaves=4,
)


@settings(deadline=None, max_examples=400)
@given(st.sampled_from(sorted(places_of(SOUND))), junk)
def test_whatever_stands_in_a_file_is_told_and_never_breaks_the_verifier(place: str, value: Any) -> None:
    content = copy.deepcopy(SOUND)
    *way, last = place.removeprefix("/").split("/")
    holder: Any = content
    for step in way:
        holder = holder[int(step)] if isinstance(holder, list) else holder[step]
    key = int(last) if isinstance(holder, list) else last
    same = type(holder[key]) is type(value) and holder[key] == value
    holder[key] = value
    assert bool(verify(content)) != same


@settings(deadline=None, max_examples=200)
@given(st.sampled_from([place for place in sorted(places_of(SOUND)) if place.startswith("/package/")]), junk)
def test_a_hostile_package_with_a_right_digest_never_breaks_the_verifier(place: str, value: Any) -> None:
    """The maker itself signs nonsense: the verifier reaches the computation with it."""
    content = copy.deepcopy(SOUND)
    *way, last = place.removeprefix("/").split("/")
    holder: Any = content
    for step in way:
        holder = holder[int(step)] if isinstance(holder, list) else holder[step]
    holder[int(last) if isinstance(holder, list) else last] = value
    try:
        content["declaration"]["package_digest"] = digest(content["package"])
        cheated = resigned(content, MAKERS_KEY)
    except ValueError:  # what cannot be hashed cannot be signed
        return
    assert isinstance(verify(cheated), list)


def test_a_renamed_share_never_breaks_the_verifier() -> None:
    """Members of shares and factors are symbols of a formula: an unknown one is told."""
    from tests.domain.test_calculation import circular_material  # noqa: PLC0415

    material = circular_material(factor(Decimal(1), "kg"))
    for changed in (replace(material, shares=material.shares | {"zeta": Decimal(0)}), replace(material, shares={}), replace(material, factors={})):
        top = replace(PACKAGE.parts[2], circular=(material,))
        content = file_of(replace(PACKAGE, parts=(*PACKAGE.parts[:2], top)))
        content["package"]["parts"][2]["circular"] = json.loads(canonical(encode([changed])))
        content["declaration"]["package_digest"] = digest(content["package"])
        assert "/package" in {difference.where for difference in verify(resigned(content, MAKERS_KEY))}
