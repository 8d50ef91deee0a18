"""Statements along a chain of four companies: what is passed on, what is not, and what a change does."""

import json

import pytest
from tests.chain_world import COBALT, Chain, answered, asked, chain, content, settle, stated
from tests.world import PART_HEADER, World

from ashiato.domain.diligence import messages


@pytest.fixture(scope="module")
async def built(world: World) -> Chain:
    return await chain(world)


async def test_shares_travel_to_the_pack_maker(built: Chain) -> None:
    found = await built.overview(built.packs, "PACK")
    assert found["materials"] == [{"material": "cobalt", "mass_kg": "0.2", "country_share": "1", "refiner_share": "1", "audited_share": "1"}]
    assert [(tier["tier"], tier["asked"], tier["answered"], tier["assessed"]) for tier in found["coverage"]] == [
        (1, 1, 1, 1),
        (2, 1, 1, 1),
        (3, 1, 1, 1),
    ]
    assert found["basis"]["requests"] == {"CELL": built.requests["cells"]}


async def test_no_name_of_the_second_tier_is_told(built: Chain) -> None:
    told = json.dumps([await built.overview(built.packs, "PACK"), await built.packs.get(f"/requests/{built.requests['cells']}/statement")])
    for hidden in (
        built.cathodes.name,
        built.refiner.name,
        built.cathodes.company_id,
        built.refiner.company_id,
        "CID003255",
        "Mutanda",
        "Wakasa",
        '"CD"',
    ):
        assert hidden not in told
    assert built.cells.name in told, "the direct supplier is known anyway"


async def test_what_a_statement_rests_on_is_the_suppliers_own(built: Chain) -> None:
    answer = await built.packs.get(f"/requests/{built.requests['cells']}/statement")
    statement_id = answer["statement"]["statement_id"]
    assert (await built.cells.get(f"/statements/{statement_id}/basis"))["basis"]["requests"]
    assert (await built.packs.call("GET", f"/statements/{statement_id}/basis")).status_code == 404


async def test_the_preview_is_what_is_handed_over(built: Chain) -> None:
    preview = (await built.cathodes.get(f"/parts/{await built.cathodes.part_id('CATHODE')}/statement-preview"))["statement"]
    given = (await built.cells.get(f"/requests/{built.requests['cathodes']}/statement"))["statement"]
    drawn = ("statement_id", "version", "supersedes", "stated_on")
    assert {name: told for name, told in preview.items() if name not in drawn} == {name: told for name, told in given.items() if name not in drawn}


async def test_a_finding_reaches_the_pack_maker_by_itself_and_loses_its_place_nowhere(world: World) -> None:
    built = await chain(world)
    found = {"kind": "finding", "category": "child_labour", "severity": "severe", "likelihood": "likely", "material": "cobalt", "title": "Children at the Mutanda mine",
             "part_id": await built.refiner.part_id("HYDROXIDE")}  # fmt: skip
    risk = await built.refiner.post("/risks", found)
    await stated(built.refiner, "HYDROXIDE", [content("cobalt", "0.12")], [COBALT | {"country": "", "mass_kg": "0.06"}, COBALT | {"mass_kg": "0.06"}])
    await settle(world)
    seen = await built.overview(built.packs, "PACK")
    (place,) = [each for each in seen["places"] if each["place"]["kind"] == "finding" and each["place"]["category"] == "child_labour"]
    assert (place["place"]["tier"], place["place"]["severity"], place["place"]["state"], place["supplier"]) == (
        3,
        "severe",
        "identified",
        built.cells.name,
    )
    assert seen["worst"] == place
    (unknown,) = [each["place"] for each in seen["places"] if each["place"]["kind"] == "unknown_origin"]
    assert (unknown["tier"], unknown["material"], unknown["share"]) == (3, "cobalt", "0.5")
    assert seen["materials"][0]["country_share"] == "0.5"
    assert "Mutanda" not in json.dumps(seen)
    await built.refiner.post(f"/risks/{risk['risk_id']}/steps", {"state": "assessed", "note": "visited", "severity": "high"})
    await settle(world)
    again = await built.overview(built.packs, "PACK")
    assert [each["place"]["state"] for each in again["places"] if each["place"].get("category") == "child_labour"] == ["assessed"]


async def test_masses_that_do_not_add_up_are_named_at_their_tier(world: World) -> None:
    built = await chain(world, cathode_cobalt="0.135")
    (place,) = [each["place"] for each in (await built.overview(built.packs, "PACK"))["places"] if each["place"]["kind"] == "imbalance"]
    assert (place["tier"], place["material"], place["share"]) == (2, "cobalt", "0.2"), "0.12 less a tenth covers 0.108 of 0.135"
    assert (await built.overview(built.packs, "PACK"))["materials"][0]["country_share"] == "0.8"


async def test_consent_that_does_not_stand_renews_nothing(world: World) -> None:
    built = await chain(world)
    await built.cells.delete(f"/requests/{built.requests['cells']}/renewal")
    before = await built.packs.get(f"/requests/{built.requests['cells']}/statement")
    await stated(built.refiner, "HYDROXIDE", [content("cobalt", "0.12")])
    await settle(world)
    assert await built.packs.get(f"/requests/{built.requests['cells']}/statement") == before
    statement = await answered(built.cells, built.requests["cells"], "CELL", standing=False)
    assert statement["version"] == 2
    assert (await built.packs.get(f"/requests/{built.requests['cells']}/statement"))["superseded"] == 1
    assert (await built.overview(built.packs, "PACK"))["materials"][0]["country_share"] == "0"


async def test_a_withdrawn_grant_closes_the_statement(world: World) -> None:
    built = await chain(world)
    (grant,) = [each for each in (await built.cells.get("/grants"))["items"] if each["subject_kind"] == "diligence_statement"]
    await built.cells.delete(f"/grants/{grant['grant_id']}")
    assert (await built.packs.call("GET", f"/requests/{built.requests['cells']}/statement")).status_code == 404
    seen = await built.overview(built.packs, "PACK")
    assert (seen["materials"], seen["silent"]) == ([], ["CELL"])


async def test_one_statement_for_many_customers_with_consent_each_time(built: Chain) -> None:
    other = await asked(built.packs, "CELL")
    await answered(built.cells, other, "CELL")
    first, second = [(await built.packs.get(f"/requests/{request}/statement"))["statement"] for request in (built.requests["cells"], other)]
    assert first == second


async def test_a_request_for_due_diligence_is_not_answered_with_a_footprint_and_not_without_the_questionnaire(built: Chain, world: World) -> None:
    bought = await built.cathodes.part_id("HYDROXIDE")
    due = "2099-01-01T00:00:00Z"
    assert (
        await built.cathodes.call("POST", "/requests", json={"part_id": bought, "method": "site", "due_at": due, "subject": "diligence"})
    ).status_code == 422
    fresh = await world.company("Fresh Refiner")
    await fresh.import_tables(parts=[PART_HEADER, ["HYDROXIDE", "Hydroxide", "kg", "", "", "", ""]])
    request = (
        await built.cathodes.post(
            "/requests", {"part_id": bought, "method": "company", "due_at": due, "subject": "diligence", "supplier_number": fresh.number}
        )
    )["request_id"]
    part_id = await fresh.part_id("HYDROXIDE")
    await fresh.put(f"/requests/{request}/link", {"part_id": part_id})
    refused = await fresh.call("POST", "/statements", json={"part_id": part_id, "requests": [request]})
    assert (refused.status_code, refused.json()["code"]) == (409, "answer.assessment")
    rejected = await fresh.post(f"/requests/{request}/rejection", {"reason": "We shall audit first."})
    assert rejected["state"] == "rejected"


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"contents": [content("cobalt", "0.7"), content("nickel", "0.4")]}, "contents"),
        ({"origins": [COBALT | {"mass_kg": "1.5"}]}, "origins"),
        ({"origins": [COBALT | {"refiner_cid": "CID0032"}]}, "origins.0.refiner_cid"),
        ({"origins": [COBALT | {"country": "Congo"}]}, "origins.0.country"),
        ({"origins": [COBALT | {"region": "CN-XJ"}]}, "origins.0.region"),
        ({"contents": [content("cobalt", "0.1"), content("cobalt", "0.1")]}, "contents.0.material"),
        ({"contents": [content("cobalt", "0.1", "1")]}, "contents.0"),
    ],
)
async def test_what_cannot_be_is_refused_by_field_and_changes_nothing(built: Chain, body: dict, field: str) -> None:
    address = f"/parts/{await built.refiner.part_id('HYDROXIDE')}/materials"
    before = await built.refiner.get(address)
    refused = await built.refiner.call("PUT", address, json=body)
    assert refused.status_code == 422
    told = {flaw["field"]: flaw for flaw in refused.json()["flaws"]}
    assert field in told
    if told[field]["code"] in ("content.beyond", "origin.beyond"):
        assert "ower" in told[field]["message"], "what to do"
    assert messages.in_japanese(told[field]["code"]), "for the page in Japanese"
    assert await built.refiner.get(address) == before
