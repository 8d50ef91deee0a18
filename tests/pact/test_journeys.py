"""The exchange as people live it: who asks is a system elsewhere, who answers and who accepts sits before the workspace's pages."""

from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from fastapi import FastAPI
from tests import ouranos_world, pact_world
from tests.elsewhere import Authority, System
from tests.pact.test_exchange import cell, connect, furnish, run_all
from tests.pact_world import CREATED, FULFILLED, REJECTED, TYPES, conforms, event
from tests.web.browser import Browser
from tests.world import PASSWORD, Member, World

from ashiato import app as composition
from ashiato import domain
from ashiato.gateways.pact.carrier import Carrier
from ashiato.gateways.rest import Tools


@pytest.fixture(scope="module")
def application(tools: Tools) -> FastAPI:
    return composition.build(tools)


@pytest.fixture
async def pages(application: FastAPI) -> AsyncIterator[Browser]:
    browser = Browser(httpx.ASGITransport(application), "en")
    yield browser
    await browser.client.aclose()


@pytest.fixture
def system(authority: Authority) -> Iterator[System]:
    with System(authority.issue()) as running:
        yield running


async def test_a_us_customers_system_asks_and_a_japanese_supplier_answers_on_its_page(
    world: World, carrier: Carrier, system: System, pages: Browser
) -> None:
    supplier, customer = await world.company("Kamo Page Cells"), await world.company("Austin Page Motors")
    await pact_world.makes(supplier, "C-50")
    await connect(supplier, customer, system)
    door = await pact_world.caller(world, customer, supplier)
    asked = event(3, CREATED, {"productId": [f"urn:pact:testserver:product-id:{supplier.company_id}:C-50"]}, source=f"{system.address}/3/events")
    assert (await door.send(asked)).status_code == 200
    await run_all(world, carrier)

    await pages.log_in(supplier.email)
    await pages.get("/requests?side=received")
    assert "Austin Page Motors" in pages.page.text
    (request,) = (await supplier.get("/requests", params={"direction": "received"}))["items"]
    path = f"/requests/{request['request_id']}"
    await pages.get(path)
    await pages.submit(f"{path}/link")
    await pages.submit(f"{path}/footprint", start="2025-04-01", end="2026-03-31")
    assert system.events == [], "nothing goes out before a person has released it"
    await pages.submit(f"{path}/answer")
    await run_all(world, carrier)

    (told,) = system.events
    assert (told["type"], told["data"]["requestEventId"]) == (TYPES[3][FULFILLED], asked["id"])
    conforms(3, "RequestFulfilledEvent", told)
    (served,) = await door.footprints()
    assert [pf["id"] for pf in told["data"]["pfs"]] == [served["id"]]
    assert served["pcf"]["pcfExcludingBiogenicUptake"] == "1.5"
    await pages.get("/exchange")
    for words in ("Answer a partner's question", "Austin Page Motors", "✓ Done"):
        assert words in pages.page.text


async def test_a_us_customers_system_hears_what_a_supplier_declined_on_its_page(
    world: World, carrier: Carrier, system: System, pages: Browser
) -> None:
    supplier, customer = await world.company("Kamo Declining Page"), await world.company("Austin Declined Page")
    await connect(supplier, customer, system)
    door = await pact_world.caller(world, customer, supplier)
    await door.send(event(3, CREATED, {"productId": [f"urn:pact:testserver:product-id:{supplier.company_id}:C-9"]}))
    await run_all(world, carrier)
    (request,) = (await supplier.get("/requests", params={"direction": "received"}))["items"]
    path = f"/requests/{request['request_id']}"
    await pages.log_in(supplier.email)
    await pages.get(path)
    await pages.submit(f"{path}/rejection", reason="We do not make it any more.")
    await run_all(world, carrier)
    assert [(one["type"], one["data"]["error"]["message"]) for one in system.events] == [(TYPES[3][REJECTED], "We do not make it any more.")]


async def test_a_european_suppliers_footprint_is_reviewed_on_the_page_counts_and_goes_stale(
    world: World, carrier: Carrier, system: System, pages: Browser
) -> None:
    bought = await furnish(world, "Rhein Page", system)
    system.footprints = [cell()]
    await pages.log_in(bought.maker.email)
    await pages.get("/exchange")
    await pages.submit(f"/exchange/partners/{bought.supplier.company_id}/fetches")
    await run_all(world, carrier)
    await pages.get("/exchange")
    assert "Zelle 5" in pages.page.text
    (waiting,) = await bought.received()
    path = f"/exchange/received/{waiting['received_id']}"
    await pages.get(path)
    assert "What was lost on the way" in pages.page.text
    await pages.submit(f"{path}/acceptance")
    assert "✓ Accepted" in pages.page.text
    computed = await bought.maker.compute("PACK")
    assert computed["result"]["total"] == "320", "100 cells of 3.15 kg and 5 kg of the company's own"

    system.footprints = [cell(precedingPfIds=[system.footprints[0]["id"]], pcf={"pcfExcludingBiogenicUptake": "40"})]
    await pages.get("/exchange")
    await pages.submit(f"/exchange/partners/{bought.supplier.company_id}/fetches")
    await run_all(world, carrier)
    await pages.get(path)
    assert "Superseded" in pages.page.text
    await pages.get("/")
    assert "CELL" in pages.page.text
    await pages.get(f"/parts/{await bought.maker.part_id('PACK')}")
    assert (await bought.maker.get(f"/footprints/{computed['footprint_id']}"))["stale"] == ["CELL"]


async def two_people(member: Member) -> None:
    await member.put("/release-policy", {"margin": "0.1", "action": "warn", "second_person": True})


async def test_what_a_suppliers_system_sends_waits_for_its_second_person(world: World, carrier: Carrier, system: System, pages: Browser) -> None:
    bought = await furnish(world, "Zwei", system)
    await two_people(bought.supplier)
    system.footprints = [cell()]
    await bought.fetch(world, carrier)
    (waiting,) = await bought.received()
    await bought.accept(waiting["received_id"])
    assert (await bought.maker.get(f"/requests/{bought.request_id}"))["state"] == "linked", "accepted, and not yet released"
    assert (await bought.maker.call("GET", f"/requests/{bought.request_id}/answer")).status_code == 404
    (approval,) = (await bought.supplier.get("/approvals"))["items"]
    assert (approval["state"], approval["footprint_id"], approval["requests"]) == ("waiting", None, [bought.request_id])

    successor = cell(precedingPfIds=[system.footprints[0]["id"]], pcf={"pcfExcludingBiogenicUptake": "40"})
    system.footprints = [successor]
    await bought.fetch(world, carrier)
    states = [one["state"] for one in (await bought.supplier.get("/approvals"))["items"]]
    assert states == ["waiting", "overtaken"], "what took its place waits as well, instead of it"

    path = f"/requests/{bought.request_id}"
    await pages.log_in(bought.supplier.email)
    await pages.get("/")
    await pages.get(path)
    assert "Your company's own system has stated or sent this." in pages.page.text
    await pages.submit(f"{path}/approval/release")
    answer = await bought.maker.get(f"{path}/answer")
    assert (answer["release"]["total"], answer["release"]["obstacles"]) == ("4", ["elsewhere"])

    deprecated = successor | {"status": "Deprecated"}
    third = cell(precedingPfIds=[successor["id"]], pcf={"pcfExcludingBiogenicUptake": "50"})
    system.footprints = [third]
    await bought.fetch(world, carrier)
    system.footprints = [deprecated, third | {"status": "Deprecated"}]
    await bought.fetch(world, carrier)
    assert "waiting" not in [one["state"] for one in (await bought.supplier.get("/approvals"))["items"]], "nobody releases what was taken back"


async def test_what_is_stated_over_the_japanese_interface_waits_for_a_second_person(world: World) -> None:
    key = await ouranos_world.issue_key(world)
    buyer, supplier = [await ouranos_world.company(world, key, name) for name in ("Nagoya Packs", "Nagoya Cells")]
    boss = {"email": f"boss@{supplier.member.number}.test", "display_name": "Boss", "password": PASSWORD, "roles": ["approver"]}
    await supplier.member.post("/people", boss)
    await two_people(supplier.member)
    _, (bought,) = await buyer.make("PA", buyer.part("CA", amount=2))
    trade = await buyer.ask(supplier, bought)
    made, _ = await supplier.make("MA", terminal=True)
    await supplier.put("tradeResponse", tradeId=trade, traceId=made)
    await supplier.disclose(buyer, made)
    for _ in range(2):
        await supplier.state(made, 1.5, 2.5)
    assert (bought, "mainProductionResponse") not in await buyer.cfp(bought), "stated, and not yet released"
    (approval,) = (await supplier.member.get("/approvals"))["items"]
    own = await supplier.member.call("POST", f"/approvals/{approval['approval_id']}/release")
    assert (own.status_code, own.json()["code"]) == (409, "approval.same_person")
    second = await as_person(supplier.member, boss["email"])
    released = await second(f"/approvals/{approval['approval_id']}/release")
    assert released["release"]["total"] == "4"
    assert (bought, "mainProductionResponse") in await buyer.cfp(bought)


async def as_person(member: Member, email: str) -> Any:
    """Posts as another person of the company's."""
    session = (await member.client.post("/api/v1/sessions", json={"email": email, "password": PASSWORD})).json()["token"]
    member.client.cookies.clear()

    async def post(path: str) -> Any:
        return await member.post(path, headers={"Authorization": f"Bearer {session}"})

    return post


async def test_nobody_answers_alone_by_the_own_interface(world: World) -> None:
    supplier, buyer = await pact_world.traded(world, "Alone", "CELL")
    await two_people(supplier)
    footprint = (await supplier.compute("S-CELL"))["footprint_id"]
    (request,) = await buyer.every("/requests", direction="sent")
    await pact_world.makes(supplier, "S-CELL", amount="9")
    refused = await supplier.call("POST", "/answers", json={"footprint_id": footprint, "requests": [request["request_id"]]})
    assert (refused.status_code, refused.json()["code"]) == (409, "approval.needed")


def test_every_way_of_handing_over_asks_for_the_second_person() -> None:
    """What hands an answer over stands in five files, and each of them asks."""
    files = {path: path.read_text() for path in Path(domain.__file__).parent.glob("*/*.py") if path.parent.name != "trade"}
    handing, asking = [
        {f"{path.parent.name}/{path.stem}" for path, text in files.items() if any(f"trade.{call}(" in text for call in calls)}
        for calls in (("hand_over", "bulk.hand_over"), ("approvals.check_alone", "approvals.waits"))
    ]
    ways = ("footprint/answering", "footprint/bulk", "footprint/elsewhere", "footprint/statements", "diligence/answering")
    assert handing == asking == set(ways)
