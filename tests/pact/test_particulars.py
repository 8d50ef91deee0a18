"""What a supplier states of a product beside its figures: refused where it is wrong, told to partners, never made up."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests import pact_world
from tests.world import World

from ashiato.domain.footprint.particulars import Known, Particulars, flaws_of, is_gtin

STATED = {
    "names": ["urn:gtin:4712345060507"], "maker_names": ["urn:bpn:BPNL00000003AYRE"], "classes": ["urn:pact:productclassification:un-cpc:4641"],
    "country": "JP", "known": {"fossil_emissions": "1.2", "land_use_change_emissions": "0.1", "biogenic_uptake": "-0.4"},
    "packaging_included": True, "boundary": "Up to the gate in Kyoto.",
}  # fmt: skip


async def test_what_is_stated_reaches_the_partner_with_the_next_release(world: World) -> None:
    supplier, buyer = await pact_world.traded(world, "Stated", "CELL")
    door = await pact_world.caller(world, buyer, supplier)
    (before,) = await door.footprints()
    assert not {"productClassifications"} & set(before)
    assert before["productIds"] == [f"urn:pact:testserver:product-id:{supplier.company_id}:S-CELL"]
    assert not {"geographyCountry", "biogenicCO2Uptake", "landUseChangeGhgEmissions", "packagingEmissionsIncluded"} & set(before["pcf"]), (
        "absent, never zero"
    )

    part_id = await supplier.part_id("S-CELL")
    told = await supplier.put(f"/parts/{part_id}/particulars", STATED)
    assert told == await supplier.get(f"/parts/{part_id}/particulars")
    assert len(await door.footprints()) == 1, "what was released stays as it is"
    request = (await supplier.get("/requests", params={"direction": "received"}))["items"][0]
    await supplier.answer(request["request_id"], "S-CELL")

    (now,) = await door.footprints(status="Active")
    assert now["precedingPfIds"] == [before["id"]]
    assert now["productIds"][1:] == STATED["names"]
    assert STATED["maker_names"][0] in now["companyIds"]
    assert now["productClassifications"] == STATED["classes"]
    pcf = now["pcf"]
    assert (pcf["geographyCountry"], pcf["fossilGhgEmissions"], pcf["landUseChangeGhgEmissions"]) == ("JP", "1.2", "0.1")
    assert (pcf["pcfExcludingBiogenicUptake"], pcf["pcfIncludingBiogenicUptake"], pcf["biogenicCO2Uptake"]) == ("1.5", "1.1", "-0.4")
    assert "pcf.fossilGhgEmissions" not in now["extensions"][0]["data"]["lost"]
    assert {one["id"] for one in await door.footprints(productId="urn:gtin:4712345060507")} == {now["id"]}
    assert {one["id"] for one in await door.footprints(geography="JP")} == {now["id"]}
    assert {one["id"] for one in await door.footprints(classification=STATED["classes"][0])} == {now["id"]}
    second = next(one for one in await door.footprints(2) if one["id"] == now["id"])
    assert (second["pcf"]["dLucGhgEmissions"], second["pcf"]["packagingEmissionsIncluded"], second["pcf"]["geographyCountry"]) == ("0.1", True, "JP")


WRONG = {
    "a bare number": ({"names": ["4712345060507"]}, "names", "urn:gtin:4712345060507"), "a check digit": ({"names": ["urn:gtin:4712345060508"]}, "names", None),
    "two places": ({"country": "JP", "region": "Asia"}, "region", None), "a removal that adds": ({"known": {"biogenic_uptake": "1"}}, "known.biogenic_uptake", None),
    "an emission below nothing": ({"known": {"fossil_emissions": "-1"}}, "known.fossil_emissions", None), "no country": ({"country": "Japan"}, "country", None),
    "packaging left out and stated": ({"packaging_included": False, "known": {"packaging_emissions": "1"}}, "packaging_included", "true"),
}  # fmt: skip


async def test_what_is_wrong_is_refused_by_name(world: World) -> None:
    supplier = await world.company("Wrong Works")
    await pact_world.makes(supplier, "S-1")
    address = f"/parts/{await supplier.part_id('S-1')}/particulars"
    for body, field, suggestion in WRONG.values():
        refused = await supplier.call("PUT", address, json=body)
        assert refused.status_code == 422, refused.text
        (flaw,) = refused.json()["flaws"]
        assert (flaw["field"], flaw.get("suggestion")) == (field, suggestion)
    assert (await supplier.get(address))["known"] == {}


@pytest.mark.parametrize(("digits", "good"), [("4712345060507", True), ("96385074", True), ("036000291452", True), ("10614141000415", True), ("4712345060508", False), ("123", False), ("471234506050x", False)])  # fmt: skip
def test_a_gtin_has_a_check_digit(digits: str, good: bool) -> None:
    assert is_gtin(digits) is good


@given(st.dictionaries(st.sampled_from(Known), st.decimals(-5, 5, places=2)))
def test_a_sign_is_wrong_or_right(known: dict[Known, Decimal]) -> None:
    wrong = {which for which, figure in known.items() if (figure > 0 if which in (Known.UPTAKE, Known.LAND_REMOVALS) else figure < 0)}
    assert {flaw.field for flaw in flaws_of(Particulars(known=known))} == {f"known.{which}" for which in wrong}
