"""Footprints that come in from a supplier elsewhere, and requests that come in from a customer's system."""

from collections.abc import Iterator, MutableMapping
from dataclasses import dataclass
from typing import Any
from uuid import uuid4

import pytest
import structlog
from tests import pact_world
from tests.elsewhere import Answer, Authority, System
from tests.pact.test_mapping import FULL
from tests.pact_world import CREATED, FULFILLED, PUBLISHED, REJECTED, TYPES, Caller, conforms, event
from tests.world import FACTOR_HEADER, INVENTORY_HEADER, PART_HEADER, STRUCTURE_HEADER, Member, World, factor

from ashiato import worker
from ashiato.gateways.pact.carrier import Carrier
from ashiato.gateways.rest import Tools
from ashiato.plumbing.unit_of_work import Work


async def run_all(world: World, carrier: Carrier) -> None:
    """The worker, until nothing is left to do now."""
    while await worker.pass_on_once(world.tools.works, world.tools.seal) + await carrier.handle_once() + await carrier.carry_once():
        pass


async def connect(caller: Member, partner: Member, system: System) -> None:
    """The partner says where its system stands, the caller with which account it calls it."""
    await partner.put("/pact/endpoint", {"address": system.address, "version": system.version})
    await caller.put(f"/pact/partners/{partner.company_id}", {"account": system.account[0], "secret": system.account[1]})


def cell(**more: Any) -> dict[str, Any]:
    """A footprint as a supplier elsewhere serves it: 31.5 kg CO2e for ten pieces of 0.45 kg."""
    pcf = FULL["pcf"] | {"referencePeriodStart": "2025-01-01T00:00:00Z", "referencePeriodEnd": "2025-12-31T23:59:59Z"} | more.pop("pcf", {})
    return {name: value for name, value in FULL.items() if name != "precedingPfIds"} | {"id": str(uuid4()), "pcf": pcf} | more


@dataclass
class Bought:
    """A maker of packs, whose cells come from a supplier elsewhere."""

    maker: Member
    supplier: Member
    system: System
    request_id: str

    async def fetch(self, world: World, carrier: Carrier) -> None:
        await self.maker.post(f"/pact/partners/{self.supplier.company_id}/fetches", {})
        await run_all(world, carrier)

    async def received(self, **params: Any) -> list[Any]:
        return (await self.maker.get("/pact/received", params=params))["items"]

    async def delivery(self) -> Any:
        return (await self.maker.get("/pact/deliveries"))["items"][0]

    async def accept(self, received_id: str) -> Any:
        return await self.maker.post(f"/pact/received/{received_id}/acceptance", {"request_id": self.request_id})


async def furnish(world: World, name: str, system: System) -> Bought:
    maker, supplier = await world.company(f"{name} Packs"), await world.company(f"{name} Zellen")
    await maker.import_tables(
        factors=[FACTOR_HEADER, factor("POWER", "0.5", "kg CO2e/kWh", basis="consumption_mix"), factor("MEAN", "20")],
        parts=[PART_HEADER, ["PACK", "Pack", "piece", "", "", "", ""], ["CELL", "Cell", "piece", "0.45", supplier.number, "4712345060507", "MEAN"]],
        structure=[STRUCTURE_HEADER, ["PACK", "CELL", "100", "piece"]],
        inventory=[INVENTORY_HEADER, ["PACK", "production", "power", "10", "kWh", "POWER", "own", "energy"]],
    )
    await connect(maker, supplier, system)
    return Bought(maker, supplier, system, (await maker.ask("CELL"))["request_id"])


@dataclass
class Logged:
    """What a process tells those who run it while a test lasts."""

    lines: list[MutableMapping[str, Any]]

    def failure(self, bought: Bought, code: str, *, again: bool) -> None:
        """Fails unless one line tells of the one delivery that failed: whose system, why, and whether it is tried again; and none of it in values."""
        told = {
            "event": "delivery failed",
            "log_level": "warning",
            "kind": "fetch",
            "partner": bought.supplier.company_id,
            "code": code,
            "again": again,
        }
        assert [line for line in self.lines if line.get("partner") == told["partner"]] == [told]
        for value in (*bought.system.account, bought.system.address, "partner-token"):
            assert value not in str(self.lines)


@pytest.fixture
def logged() -> Iterator[Logged]:
    with structlog.testing.capture_logs() as lines:
        yield Logged(lines)


@pytest.fixture
def system(authority: Authority) -> Iterator[System]:
    with System(authority.issue()) as running:
        yield running


async def test_a_suppliers_footprint_feeds_the_roll_up_and_is_superseded(world: World, carrier: Carrier, system: System) -> None:
    bought = await furnish(world, "Rhein", system)
    system.footprints = [cell()]
    await bought.fetch(world, carrier)
    assert (await bought.delivery())["state"] == "done"
    (waiting,) = await bought.received()
    assert (waiting["state"], waiting["flaws"], waiting["meaning"]["carbon"]) == ("waiting", [], "31.5")
    assert waiting["meaning"]["particulars"]["country"] == "DE"
    accepted = await bought.accept(waiting["received_id"])
    assert (accepted["state"], accepted["document"]["id"]) == ("accepted", system.footprints[0]["id"])

    answer = await bought.maker.get(f"/requests/{bought.request_id}/answer")
    assert (answer["release"]["total"], answer["release"]["obstacles"]) == ("3.15", ["elsewhere"])
    computed = await bought.maker.compute("PACK")
    assert computed["result"]["total"] == "320", "100 cells of 3.15 kg and 5 kg of the company's own"

    successor = cell(precedingPfIds=[system.footprints[0]["id"]], pcf={"pcfExcludingBiogenicUptake": "40"})
    system.footprints = [system.footprints[0] | {"status": "Deprecated"}, successor]
    await bought.fetch(world, carrier)
    (accepted,) = await bought.received(state="accepted")
    assert (accepted["footprint_id"], accepted["request_id"]) == (successor["id"], bought.request_id)
    assert (await bought.maker.get(f"/requests/{bought.request_id}/answer"))["release"]["total"] == "4"
    shown = await bought.maker.get(f"/footprints/{computed['footprint_id']}")
    assert shown["stale"] == ["CELL"]


async def test_a_deprecated_footprint_makes_products_stale(world: World, carrier: Carrier, system: System) -> None:
    bought = await furnish(world, "Main", system)
    system.footprints = [cell()]
    await bought.fetch(world, carrier)
    await bought.accept((await bought.received())[0]["received_id"])
    computed = await bought.maker.compute("PACK")
    assert (await bought.maker.get(f"/footprints/{computed['footprint_id']}"))["stale"] == []
    system.footprints = [system.footprints[0] | {"status": "Deprecated"}]
    await bought.fetch(world, carrier)
    assert (await bought.maker.get(f"/footprints/{computed['footprint_id']}"))["stale"] == ["CELL"]
    assert [one["state"] for one in await bought.received()] == ["waiting", "superseded"]


async def test_pages_are_followed_and_the_same_twice_is_kept_once(world: World, carrier: Carrier, system: System) -> None:
    bought = await furnish(world, "Elbe", system)
    system.footprints = [cell() for _ in range(5)]
    for _ in range(2):
        await bought.fetch(world, carrier)
    assert len(await bought.received()) == 5


async def test_a_published_event_is_followed_by_a_fetch(world: World, carrier: Carrier, system: System) -> None:
    bought = await furnish(world, "Weser", system)
    system.footprints = [cell(), cell()]
    door = await pact_world.caller(world, bought.supplier, bought.maker)
    assert (await door.send(event(3, PUBLISHED, {"pfIds": [system.footprints[1]["id"]]}))).status_code == 200
    await run_all(world, carrier)
    assert [one["footprint_id"] for one in await bought.received()] == [system.footprints[1]["id"]]


@pytest.mark.parametrize("rejected", [False, True])
async def test_a_request_is_put_to_the_suppliers_system_and_answered_by_an_event(
    world: World, carrier: Carrier, system: System, rejected: bool
) -> None:
    bought = await furnish(world, "Oder", system)
    await bought.maker.post("/pact/inquiries", {"request_id": bought.request_id})
    await run_all(world, carrier)
    (asked,) = system.events
    assert asked["type"] == TYPES[3][CREATED]
    conforms(3, "RequestCreatedEvent", asked)
    door = await pact_world.caller(world, bought.supplier, bought.maker)
    if rejected:
        told = event(3, REJECTED, {"requestEventId": asked["id"], "error": {"code": "NotFound", "message": "We do not make this."}})
    else:
        told = event(3, FULFILLED, {"requestEventId": asked["id"], "pfs": [cell()]})
    assert (await door.send(told)).status_code == 200
    await run_all(world, carrier)
    request = await bought.maker.get(f"/requests/{bought.request_id}")
    if rejected:
        assert (request["state"], request["reply"]) == ("rejected", "We do not make this.")
    else:
        (received,) = await bought.received()
        assert (received["state"], received["request_id"]) == ("waiting", bought.request_id)


PLAUSIBLE_NOT = {
    "another unit": ({"pcf": {"declaredUnitOfMeasurement": "kg"}}, "exchange.schema"),
    "a unit without meaning here": ({"pcf": {"declaredUnitOfMeasurement": "megabit second"}}, "exchange.unit"),
    "a mass below nothing": ({"pcf": {"productMassPerDeclaredUnit": "-1"}}, "exchange.mass"),
    "a negative footprint": ({"pcf": {"pcfExcludingBiogenicUptake": "-5"}}, "exchange.negative"),
    "a number for a figure": ({"pcf": {"pcfExcludingBiogenicUptake": 5}}, "exchange.schema"),
    "nothing but an identifier": ({"pcf": None}, "exchange.schema"),
}  # fmt: skip


async def test_the_implausible_goes_into_quarantine_and_answers_nothing(world: World, carrier: Carrier, system: System) -> None:
    bought = await furnish(world, "Isar", system)
    system.footprints = [cell() | ({"pcf": cell()["pcf"] | more["pcf"]} if more["pcf"] else more) for more, _ in PLAUSIBLE_NOT.values()]
    expected = {one["id"]: code for one, (_, code) in zip(system.footprints, PLAUSIBLE_NOT.values(), strict=True)}
    system.footprints.insert(2, cell())
    await bought.fetch(world, carrier)
    found = await bought.received(state="quarantined")
    assert {one["footprint_id"]: one["flaws"][0]["code"] for one in found} == expected
    assert len(await bought.received(state="waiting")) == 1, "the good one among them is not lost"
    refused = await bought.maker.call("POST", f"/pact/received/{found[0]['received_id']}/acceptance", json={"request_id": bought.request_id})
    assert (refused.status_code, refused.json()["code"]) == (409, "exchange.state")
    assert (await bought.maker.post(f"/pact/received/{found[0]['received_id']}/refusal"))["state"] == "declined"


async def test_footprints_that_precede_one_another_go_into_quarantine(world: World, carrier: Carrier, system: System) -> None:
    bought = await furnish(world, "Donau", system)
    one, other, third = (str(uuid4()) for _ in range(3))
    system.footprints = [cell(id=one, precedingPfIds=[third]), cell(id=other, precedingPfIds=[one]), cell(id=third, precedingPfIds=[other])]
    system.footprints.append(cell(id=(self_made := str(uuid4())), precedingPfIds=[self_made]))
    await bought.fetch(world, carrier)
    quarantined = {each["footprint_id"] for each in await bought.received(state="quarantined")}
    assert quarantined == {third, self_made}, "the one that closes the ring, and the one that precedes itself"


def _token(system: System) -> None:
    system.account = ("ashiato", "another secret now")


def _elsewhere(system: System) -> None:
    system.says["/3/footprints"] = lambda: Answer(302, None, {"Location": "https://127.0.0.1:1/"})


def _huge(system: System) -> None:
    system.says["/3/footprints"] = lambda: Answer(200, b'{"data": [' + b" " * 10_000_000 + b"]}")


def _slow(system: System) -> None:
    system.says["/3/footprints"] = lambda: Answer(200, {"data": []}, slow=3)


def _no_json(system: System) -> None:
    system.says["/3/footprints"] = lambda: Answer(200, b"<html>")


def _deep(system: System) -> None:
    system.says["/3/footprints"] = lambda: Answer(200, b"[" * 200_000)


def _packed(system: System) -> None:
    system.says["/3/footprints"] = lambda: Answer(200, b"\x1f\x8b" + b"x" * 50, {"Content-Encoding": "gzip"})


def _broken(system: System) -> None:
    system.says["/3/footprints"] = lambda: Answer(500, {"code": "InternalError", "message": "oh"})


def _next_page_elsewhere(system: System) -> None:
    system.says["/3/footprints"] = lambda: Answer(200, {"data": []}, {"Link": '<https://169.254.169.254/latest>; rel="next"'})


def _token_elsewhere(system: System) -> None:
    system.says["/.well-known/openid-configuration"] = lambda: Answer(200, {"token_endpoint": "https://169.254.169.254/token"})
    system.says["/auth/token"] = lambda: Answer(401, {"error": "invalid_client"})


CODES = {
    "No token": "partner.refused", "sends us elsewhere": "outbound.redirect", "holds more than": "outbound.large", "takes too long": "outbound.slow",
    "no JSON": "partner.form", "packed": "outbound.encoding", "answers 500": "partner.refused", "another host": "partner.page",
}  # fmt: skip


@pytest.mark.parametrize(
    ("spoil", "trouble", "again"),
    [(_token, "No token", False), (_elsewhere, "sends us elsewhere", False), (_huge, "holds more than", False), (_slow, "takes too long", True),
     (_no_json, "no JSON", False), (_deep, "no JSON", False), (_packed, "packed", False), (_broken, "answers 500", True),
     (_next_page_elsewhere, "another host", False), (_token_elsewhere, "No token", False)],
)  # fmt: skip
async def test_a_bad_partner_is_refused_logged_and_others_are_not_kept_waiting(
    world: World, carrier: Carrier, system: System, authority: Authority, logged: Logged, spoil: Any, trouble: str, again: bool
) -> None:
    bad = await furnish(world, "Bad", system)
    spoil(system)
    with System(authority.issue()) as other:
        good = await furnish(world, "Good", other)
        other.footprints = [cell()]
        await bad.maker.post(f"/pact/partners/{bad.supplier.company_id}/fetches", {})
        await good.fetch(world, carrier)
        assert len(await good.received()) == 1
    delivery = await bad.delivery()
    assert trouble in delivery["trouble"], delivery
    assert delivery["state"] == ("waiting" if again else "failed")
    assert await bad.received() == []
    logged.failure(bad, CODES[trouble], again=again)


async def test_an_expired_certificate_is_refused_and_tried_again_later(
    world: World, carrier: Carrier, authority: Authority, tools: Tools, logged: Logged
) -> None:
    with System(authority.issue(expired=True)) as system:
        bought = await furnish(world, "Expired", system)
        await bought.fetch(world, carrier)
        delivery = await bought.delivery()
        assert (delivery["state"], delivery["attempts"]) == ("waiting", 1)
        assert "does not prove who it is" in delivery["trouble"]
        assert system.asked == [], "nothing was said to it, least of all the secret"
        logged.failure(bought, "outbound.certificate", again=True)
        system.server.server_close()
    with System(authority.issue()) as mended:
        mended.footprints = [cell()]
        await connect(bought.maker, bought.supplier, mended)
        await make_due(tools)
        await run_all(world, carrier)
        assert (await bought.delivery())["state"] == "done"
        assert len(await bought.received()) == 1


async def make_due(tools: Tools) -> None:
    """Lets the pause between two attempts go by."""
    from ashiato.plumbing.db import Viewpoint  # noqa: PLC0415

    async def verb(work: Work) -> None:
        await work.pin(Viewpoint.FOLLOWER, None)
        cursor = await work.connection.execute("SELECT DISTINCT company_id FROM exchange_delivery WHERE state = 'waiting'")
        for (company_id,) in await cursor.fetchall():
            await work.pin(Viewpoint.MEMBER, company_id)
            await work.connection.execute("UPDATE exchange_delivery SET due_at = now() - interval '1 second' WHERE state = 'waiting'")

    await tools.works.run(verb)


async def test_a_partner_that_is_suspended_in_the_middle_loses_nothing(
    world: World, carrier: Carrier, system: System, tools: Tools, logged: Logged
) -> None:
    bought = await furnish(world, "Middle", system)
    system.footprints = [cell()]
    await bought.maker.post(f"/pact/partners/{bought.supplier.company_id}/fetches", {})
    await world.move(bought.supplier, "suspended")
    await run_all(world, carrier)
    delivery = await bought.delivery()
    assert (delivery["state"], system.asked) == ("waiting", [])
    assert "suspended" in delivery["trouble"]
    logged.failure(bought, "exchange.suspended", again=True)
    await world.move(bought.supplier, "admitted")
    await make_due(tools)
    await run_all(world, carrier)
    assert len(await bought.received()) == 1


async def test_an_address_inside_is_never_called(world: World, carrier: Carrier, system: System, logged: Logged) -> None:
    bought = await furnish(world, "Inside", system)
    await bought.supplier.put("/pact/endpoint", {"address": "https://10.0.0.7"})
    await bought.fetch(world, carrier)
    delivery = await bought.delivery()
    assert (delivery["state"], "network" in delivery["trouble"]) == ("failed", True)
    logged.failure(bought, "outbound.network", again=False)


@pytest.mark.parametrize("address", ["http://example.org", "https://user@example.org", "https://example.org:22", "https://exa mple.org"])
async def test_an_address_that_is_none_cannot_be_stated(world: World, address: str) -> None:
    member = await world.company("Stating")
    assert (await member.call("PUT", "/pact/endpoint", json={"address": address})).status_code == 422


async def test_a_customers_system_asks_and_hears_the_answer_of_a_person(world: World, carrier: Carrier, system: System) -> None:
    """The request names a product that nobody at the customer's has ever bought here; the supplier answers in its workspace."""
    supplier, customer = await world.company("Kamo Cells"), await world.company("Austin Motors")
    await pact_world.makes(supplier, "C-50")
    await connect(supplier, customer, system)
    door: Caller = await pact_world.caller(world, customer, supplier)
    urn = f"urn:pact:testserver:product-id:{supplier.company_id}:C-50"
    asked = event(3, CREATED, {"productId": [urn], "comment": "please"}, source=f"{system.address}/3/events")
    assert (await door.send(asked)).status_code == 200
    await run_all(world, carrier)
    assert system.events == [], "a person has to answer first"
    (request,) = (await supplier.get("/requests", params={"direction": "received"}))["items"]
    assert (request["item_number"], request["buyer"]) == ("C-50", "Austin Motors")
    footprint = await _linked(supplier, request["request_id"])
    await supplier.post("/answers", {"footprint_id": footprint, "requests": [request["request_id"]]})
    await run_all(world, carrier)
    (told,) = system.events
    assert (told["type"], told["data"]["requestEventId"]) == (TYPES[3][FULFILLED], asked["id"])
    conforms(3, "RequestFulfilledEvent", told)
    assert [pf["id"] for pf in told["data"]["pfs"]] == [one["id"] for one in await door.footprints()]
    assert {access["reader"] for access in (await supplier.get("/accesses"))["items"]} == {"Austin Motors"}, "what was sent counts as read"

    await pact_world.makes(supplier, "C-50", amount="4")
    await supplier.answer(request["request_id"], "C-50")
    await run_all(world, carrier)
    assert system.events[1]["type"] == TYPES[3][PUBLISHED]
    conforms(3, "PublishedEvent", system.events[1])
    (newest,) = await door.footprints(status="Active")
    assert system.events[1]["data"]["pfIds"] == [newest["id"]]


async def _linked(supplier: Member, request_id: str) -> str:
    await supplier.put(f"/requests/{request_id}/link", {"part_id": await supplier.part_id("C-50")})
    return (await supplier.compute("C-50"))["footprint_id"]


async def test_a_customers_system_hears_that_a_person_declined(world: World, carrier: Carrier, system: System) -> None:
    supplier, customer = await world.company("Declining Cells"), await world.company("Asking Motors")
    await connect(supplier, customer, system)
    door = await pact_world.caller(world, customer, supplier)
    urn = f"urn:pact:testserver:product-id:{supplier.company_id}:C-50"
    await door.send(event(3, CREATED, {"productId": [urn]}))
    await run_all(world, carrier)
    (request,) = (await supplier.get("/requests", params={"direction": "received"}))["items"]
    await supplier.post(f"/requests/{request['request_id']}/rejection", {"reason": "We do not make it any more."})
    await run_all(world, carrier)
    conforms(3, "RequestRejectedEvent", system.events[0])
    assert system.events[0]["data"]["error"] == {"code": "NotFound", "message": "We do not make it any more."}


async def test_what_cannot_be_delivered_yet_waits(world: World, carrier: Carrier, system: System, tools: Tools) -> None:
    supplier, customer = await pact_world.traded(world, "Waiting", "CELL")
    door = await pact_world.caller(world, customer, supplier)
    (pf,) = await door.footprints()
    await door.send(event(3, CREATED, {"productId": pf["productIds"]}))
    await run_all(world, carrier)
    delivery = (await supplier.get("/pact/deliveries"))["items"][0]
    assert (delivery["kind"], delivery["state"], "account" in delivery["trouble"]) == ("fulfilled", "waiting", True)
    await connect(supplier, customer, system)
    await make_due(tools)
    await run_all(world, carrier)
    assert [one["type"] for one in system.events] == [TYPES[3][FULFILLED]]


async def test_secrets_are_sealed_and_never_told(world: World, system: System, owner_url: str) -> None:
    import psycopg  # noqa: PLC0415

    bought = await furnish(world, "Sealed", system)
    told = await bought.maker.call("GET", "/pact/partners")
    assert system.account[1] not in told.text
    with psycopg.connect(owner_url) as connection:
        connection.execute("ALTER TABLE ashiato.exchange_partner NO FORCE ROW LEVEL SECURITY")  # undone with the transaction
        rows = connection.execute("SELECT sealed FROM ashiato.exchange_partner").fetchall()
        connection.rollback()
    assert rows
    assert all(system.account[1].encode() not in bytes(sealed) for (sealed,) in rows)
