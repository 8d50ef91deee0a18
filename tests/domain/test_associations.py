"""Associations through the real doors: memberships, surveys, and what their members and they see of them."""

import asyncio
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import psycopg
import pytest
from tests.attacks.rich import FACTOR
from tests.world import FACTOR_HEADER, INVENTORY_HEADER, METHOD, PART_HEADER, Member, World, factor

from ashiato import worker
from ashiato.gateways.rest import Tools
from ashiato.plumbing.db import Viewpoint
from ashiato.plumbing.unit_of_work import Work

FIGURES = (10, 11, 9, 10, 12, 10, 11)  # kWh of each member's cell, at 0.5 kg CO2e each
SURVEY = {"title": "Cells", "measure": "footprint", "category": "cell", "declared_unit": "kg", "method": METHOD,
          "period_start": "2025-04-01", "period_end": "2026-03-31"}  # fmt: skip


async def maker(world: World, name: str, kilowatt_hours: float) -> Member:
    member = await world.company(name)
    await member.import_tables(
        factors=[FACTOR_HEADER, factor("POWER", "0.5", "kg CO2e/kWh", basis="consumption_mix")],
        parts=[PART_HEADER, ["CELL", "Cell", "kg", "", "", "", ""]],
        inventory=[INVENTORY_HEADER, ["CELL", "production", "power", str(kilowatt_hours), "kWh", "POWER", "own", "energy"]],
    )
    await member.compute("CELL")
    return member


@pytest.fixture(scope="module")
async def makers(world: World) -> list[Member]:
    return [await maker(world, f"Maker {number}", figure) for number, figure in enumerate(FIGURES)]


async def convened(world: World, members: list[Member]) -> Member:
    association = await world.company(f"Association {uuid4().hex[:6]}", "association")
    for member in members:
        await association.post("/memberships", {"company_number": member.number})
        await member.put(f"/memberships/{association.company_id}/confirmation", {})
    return association


async def opened(association: Member, seconds: float = 1.5, **more: Any) -> tuple[str, datetime]:
    closes = datetime.now(UTC) + timedelta(seconds=seconds)
    return (await association.post("/surveys", SURVEY | more | {"closes_at": closes.isoformat()}))["survey_id"], closes


async def drawn(world: World, association: Member, closes: datetime, survey_id: str) -> Any:
    await asyncio.sleep(max(0.0, (closes - datetime.now(UTC)).total_seconds()) + 0.05)
    await worker.draw_once(world.tools.works)
    return (await association.get(f"/surveys/{survey_id}"))["outcome"]


async def contribute(member: Member, survey_id: str) -> Any:
    return await member.put(f"/surveys/{survey_id}/contribution", {"part_id": await member.part_id("CELL")})


async def test_a_mean_over_seven_members(world: World, makers: list[Member]) -> None:
    association = await convened(world, makers)
    survey_id, closes = await opened(association, 4)
    shown = await makers[0].get(f"/surveys/{survey_id}/own-figure", params={"part": await makers[0].part_id("CELL")})
    assert shown["amount"] == "5"
    for member in makers:
        await contribute(member, survey_id)
    open_still = await association.get(f"/surveys/{survey_id}")
    assert (open_still["state"], open_still["outcome"], open_still["own"]) == ("open", None, None), "the association sees nothing, not even a count"
    outcome = await drawn(world, association, closes, survey_id)
    assert (outcome["published"], outcome["contributors"], outcome["mean"], outcome["middle"]) == (True, 7, "5.21", None)
    mine = await makers[1].get(f"/surveys/{survey_id}")
    assert mine["outcome"] == outcome
    assert mine["own"]["amount"] == "5.5"
    refused = await makers[0].call("DELETE", f"/surveys/{survey_id}/contribution")
    assert (refused.status_code, refused.json()["code"]) == (409, "survey.closed")


async def test_every_refusal_says_the_same(world: World, makers: list[Member]) -> None:
    """Too few, nobody at all, one who dominates: the association cannot tell which."""
    giant = await maker(world, "Giant", 1000)
    association = await convened(world, [*makers, giant])
    told = []
    for counted in (makers[:4], [], [*makers[:5], giant]):
        survey_id, closes = await opened(association)
        for member in counted:
            await contribute(member, survey_id)
        outcome = await drawn(world, association, closes, survey_id)
        told.append(outcome | {"drawn_at": None})
    assert told == [{"published": False, "contributors": None, "mean": None, "middle": None, "drawn_at": None}] * 3


async def test_whoever_joins_later_is_not_told_by_the_difference_even_to_another_association(world: World) -> None:
    members = [await maker(world, f"Joiner {number}", 10 + number / 10) for number in range(6)]
    one, other = await convened(world, members), await convened(world, members)
    first, closes = await opened(one)
    for member in members[:5]:
        await contribute(member, first)
    assert (await drawn(world, one, closes, first))["published"]
    second, closes = await opened(other)
    for member in members:
        await contribute(member, second)
    assert not (await drawn(world, other, closes, second))["published"]


async def test_a_membership_counts_from_its_confirmation_to_its_end(world: World, makers: list[Member]) -> None:
    association = await world.company("Slow Association", "association")
    member = makers[0]
    await association.post("/memberships", {"company_id": member.company_id})
    survey_id, _ = await opened(association, 600)
    path = f"/surveys/{survey_id}"
    assert (await member.call("GET", path)).status_code == 404, "asked is not confirmed"
    await member.put(f"/memberships/{association.company_id}/confirmation", {})
    assert (await member.get(path))["state"] == "open"
    await contribute(member, survey_id)
    await member.delete(f"/memberships/{association.company_id}")
    assert (await member.call("GET", path)).status_code == 404
    assert (await member.call("PUT", f"/memberships/{association.company_id}/confirmation", json={})).status_code == 409
    (listed,) = await association.every("/memberships")
    assert (listed["party"], listed["state"]) == (member.name, "ended")


async def test_pace_is_counted_without_a_part(world: World, makers: list[Member]) -> None:
    buyer, supplier = await world.company("Pace Buyer"), makers[2]
    association = await convened(world, [buyer, supplier])
    await buyer.import_tables(parts=[PART_HEADER, ["C", "Cell", "kg", "", supplier.number, "CELL", ""]])
    asked = await buyer.ask("C")
    today = datetime.now(UTC)
    period = {"period_start": f"{today.year}-01-01", "period_end": f"{today.year + 1}-12-31"}
    survey_id, _ = await opened(association, 600, measure="coverage", **period)
    assert (await buyer.get(f"/surveys/{survey_id}/own-figure"))["amount"] == "0"
    await supplier.answer(asked["request_id"], "CELL")
    assert (await buyer.get(f"/surveys/{survey_id}/own-figure"))["amount"] == "1"
    days, _ = await opened(association, 600, measure="answer_days", **period)
    assert float((await supplier.get(f"/surveys/{days}/own-figure"))["amount"]) < 0.1
    assert (await buyer.call("GET", f"/surveys/{days}/own-figure")).json()["code"] == "survey.no_figure"


async def test_a_set_of_factors_is_offered_and_adopted_by_version(world: World, makers: list[Member]) -> None:
    association = await convened(world, makers[:1])
    member = makers[0]
    for value in ("0.4", "0.39"):
        body = {"kind": "factors", "code": "JP-GRID", "title": "Grid", "factors": [FACTOR | {"kg_co2e": value}]}
        offered = await association.post("/publications", body)
    assert offered["version"] == 2
    assert offered["content"]["items"][0]["per"] == "kWh"
    adopted = await member.put(f"/publications/{offered['publication_id']}/adoption", {})
    assert adopted["adopted_at"]
    (mine,) = [each for each in await member.every("/factors") if each["code"] == "GRID-A"]
    assert mine["kg_co2e"] == "0.39"
    questions = [{"id": "policy", "type": "boolean", "en": "Is there a policy?", "ja": "方針がありますか。"}]
    body = {"kind": "questionnaire", "code": "POLICY", "title": "Policy", "questions": questions}
    assert (await association.post("/publications", body))["content"]["items"] == questions
    assert (await makers[1].call("GET", f"/publications/{offered['publication_id']}")).status_code == 404


async def test_an_association_has_nothing_to_trade_and_nobody_asks_it(world: World, makers: list[Member]) -> None:
    association = await world.company("Idle Association", "association")
    refused = await association.call("POST", "/requests", json={"part_id": str(uuid4()), "method": METHOD, "due_at": "2027-01-01T00:00:00Z"})
    assert (refused.status_code, refused.json()["code"]) == (403, "role")
    assert (await makers[0].call("GET", f"/companies/by-number/{association.number}")).status_code == 404
    refused = await makers[0].call("POST", "/surveys", json=SURVEY | {"closes_at": "2027-01-01T00:00:00Z"})
    assert (refused.status_code, refused.json()["code"]) == (403, "role")


async def test_the_database_shows_the_association_no_contribution(world: World, tools: Tools, makers: list[Member]) -> None:
    """The second wall: SQL by hand, with the association's eyes, then with the aggregator's (the canary)."""
    association = await convened(world, makers[:2])
    survey_id, _ = await opened(association, 600)
    for member in makers[:2]:
        await contribute(member, survey_id)

    async def counted(viewpoint: Viewpoint) -> int:
        async def verb(work: Work) -> int:
            await work.pin(viewpoint, UUID(association.company_id))
            cursor = await work.connection.execute("SELECT count(*) FROM contribution WHERE survey_id = %s", [survey_id])
            return (await cursor.fetchone())[0]

        return await tools.works.run(verb, read_only=True)

    assert (await counted(Viewpoint.MEMBER), await counted(Viewpoint.AGGREGATOR)) == (0, 2)

    async def cells(work: Work) -> None:
        await work.pin(Viewpoint.MEMBER, UUID(association.company_id))
        await work.connection.execute("SELECT * FROM published_cell")

    with pytest.raises(psycopg.errors.InsufficientPrivilege):
        await tools.works.run(cells, read_only=True)
