"""What bad partners send over HTTPS: each is refused with the right code and logged, nothing is lost, and the others are served as ever."""

import asyncio
import json
import ssl
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from uuid import uuid4

import httpx
import pytest
import structlog
from tests import pact_world
from tests.elsewhere import Authority, System
from tests.pact.running import serving
from tests.pact.test_exchange import cell, furnish, run_all
from tests.pact_world import CREATED, FULFILLED, PUBLISHED, Caller, event
from tests.world import Member, World

from ashiato.gateways.pact import desk
from ashiato.gateways.pact.carrier import Carrier
from ashiato.gateways.rest import Tools


@dataclass
class Served:
    """A running server, its log, and a supplier with a bad customer and a good one."""

    address: str
    log: Path
    supplier: Member
    bad: Member
    good: Member
    trust: ssl.SSLContext

    async def door(self, world: World, partner: Member) -> Caller:
        client = httpx.AsyncClient(verify=self.trust, trust_env=False, timeout=60)
        return await pact_world.caller(world, partner, self.supplier, client, f"{self.address}/pact/{self.supplier.company_id}")

    def refusals(self) -> list[tuple[str, int, str]]:
        """Every refusal of a partner that the log tells: which call, with what status and code. And nothing of what a partner sent."""
        lines = [json.loads(line) for line in self.log.read_text().splitlines() if line.startswith("{")]
        told = [line for line in lines if line["event"] == "partner refused"]
        assert all(set(line) <= {"event", "level", "timestamp", "request_id", "tenant", "route", "method", "status", "code"} for line in told), told[
            -1
        ]
        return [(line["route"], line["status"], line["code"]) for line in told]


@pytest.fixture(scope="module")
def running(tools: Tools, owner_url: str, authority: Authority, tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[str, Path]]:
    log = tmp_path_factory.mktemp("bad") / "log"
    with serving(tools, owner_url, authority, log, "info") as address:
        yield address, log


@pytest.fixture(scope="module")
async def served(world: World, running: tuple[str, Path], authority: Authority) -> Served:
    supplier, bad = await pact_world.traded(world, "Bothered", "CELL")
    good = await world.company("Well-behaved Motors")
    await pact_world.buys(good, supplier, "CELL")
    await supplier.answer((await good.ask("CELL"))["request_id"], "S-CELL")
    return Served(*running, supplier, bad, good, ssl.create_default_context(cafile=str(authority.file)))


@pytest.fixture
async def doors(world: World, served: Served) -> AsyncIterator[tuple[Caller, Caller]]:
    bad, good = await served.door(world, served.bad), await served.door(world, served.good)
    yield bad, good
    await bad.client.aclose()
    await good.client.aclose()


SECRET, DESCRIBED = "not this one", "ten letter"
ROUTES = {
    "a wrong token": "/pact/{company_id}/3/footprints", "a wrong secret": "/pact/{company_id}/auth/token",
    "what is not granted": "/pact/{company_id}/3/footprints/{footprint_id}",
}  # fmt: skip
Deed = Callable[[Caller], Awaitable[httpx.Response]]


async def _wrong_token(door: Caller) -> httpx.Response:
    return await door.call("GET", "/3/footprints", token="x")


async def _wrong_secret(door: Caller) -> httpx.Response:
    return await door.fetch_token(secret=SECRET)


async def _huge(door: Caller) -> httpx.Response:
    pf = cell(productDescription=DESCRIBED * 1_000_000)
    return await door.send(event(3, FULFILLED, {"requestEventId": str(uuid4()), "pfs": [pf]}))


async def _wrong_unit(door: Caller) -> httpx.Response:
    return await door.send(event(3, FULFILLED, {"requestEventId": str(uuid4()), "pfs": [cell(pcf={"declaredUnitOfMeasurement": "kg"})]}))


async def _forged_answer(door: Caller) -> httpx.Response:
    return await door.send(event(3, FULFILLED, {"requestEventId": str(uuid4()), "pfs": [cell()]}))


async def _replayed(door: Caller) -> httpx.Response:
    told = event(3, PUBLISHED, {"pfIds": [str(uuid4())]})
    assert [(await door.send(told)).status_code for _ in range(2)] == [200, 200], "the very same again changes nothing"
    return await door.send(told | {"data": {"pfIds": [str(uuid4())]}})


async def _malformed(door: Caller) -> httpx.Response:
    return await door.send(event(3, PUBLISHED, {"pfIds": ["none"]}))


async def _others_footprint(door: Caller) -> httpx.Response:
    return await door.call("GET", f"/3/footprints/{uuid4()}")


LINES: dict[str, tuple[Deed, int, str]] = {
    "a wrong token": (_wrong_token, 401, "BadRequest"), "a wrong secret": (_wrong_secret, 401, "BadRequest"),
    "ten megabytes": (_huge, 413, "BadRequest"), "a wrong unit": (_wrong_unit, 400, "BadRequest"),
    "a forged answer": (_forged_answer, 400, "BadRequest"), "another event under a known number": (_replayed, 400, "BadRequest"),
    "a malformed event": (_malformed, 400, "BadRequest"), "what is not granted": (_others_footprint, 404, "NotFound"),
}  # fmt: skip


@pytest.mark.parametrize("line", LINES)
async def test_what_a_bad_partner_sends_is_refused_logged_and_hurts_nobody_else(served: Served, doors: tuple[Caller, Caller], line: str) -> None:
    bad, good = doors
    deed, status, code = LINES[line]
    before = served.refusals()
    answer, listed = await asyncio.gather(deed(bad), good.footprints())
    assert (answer.status_code, answer.json()["code"]) == (status, code)
    assert len(listed) == 1, "the good partner is served meanwhile"
    assert served.refusals()[len(before) :] == [(ROUTES.get(line, "/pact/{company_id}/3/events"), status, code)]
    assert not [value for value in (SECRET, DESCRIBED, bad.secret, bad.token) if value in served.log.read_text()]
    assert len(await bad.footprints()) == 1, "what the bad one may have, it still has"


async def test_a_partner_that_is_suspended_in_the_middle_is_shut_out_and_loses_nothing(
    world: World, served: Served, doors: tuple[Caller, Caller]
) -> None:
    bad, good = doors
    asked = event(3, CREATED, {"productId": ["urn:pact:null"]})
    assert (await bad.send(asked)).status_code == 200
    await world.move(served.bad, "suspended")
    before = served.refusals()
    for answer in (await bad.call("GET", "/3/footprints"), await bad.send(asked), await bad.fetch_token()):
        assert (answer.status_code, answer.json()["code"]) == (401, "BadRequest")
    assert [refusal[1:] for refusal in served.refusals()[len(before) :]] == [(401, "BadRequest")] * 3
    assert len(await good.footprints()) == 1
    await world.move(served.bad, "admitted")
    assert len(await bad.footprints()) == 1
    assert (await bad.send(asked)).status_code == 200, "the event was kept, and is the same"


async def test_a_body_that_comes_drop_by_drop_is_given_up(world: World, served: Served, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(desk, "LONGEST_SECONDS", 0.3)
    door = await pact_world.caller(world, served.bad, served.supplier)

    async def drops() -> AsyncIterator[bytes]:
        for _ in range(100):
            yield b" "
            await asyncio.sleep(0.05)

    with structlog.testing.capture_logs() as lines:
        answer = await door.call("POST", "/3/events", content=drops())
    assert (answer.status_code, answer.json()["code"]) == (408, "BadRequest")
    assert [(line["route"], line["status"]) for line in lines if line["event"] == "partner refused"] == [("/pact/{company_id}/3/events", 408)]
    told = event(3, PUBLISHED, {"pfIds": [str(uuid4())]})
    assert (await door.send(told)).status_code == 200, "the canary: one in time is taken"


async def test_implausible_footprints_of_an_answer_are_set_aside_and_the_good_one_waits(
    world: World, carrier: Carrier, authority: Authority, running: tuple[str, Path], served: Served
) -> None:
    with System(authority.issue()) as system:
        bought = await furnish(world, "Implausible", system)
        await bought.maker.post("/pact/inquiries", {"request_id": bought.request_id})
        await run_all(world, carrier)
        (asked,) = system.events
    ring = [str(uuid4()) for _ in range(2)]
    wrong: dict[str, Any] = {
        "exchange.mass": cell(pcf={"productMassPerDeclaredUnit": "-1"}), "exchange.negative": cell(pcf={"pcfExcludingBiogenicUptake": "-3"}),
        "exchange.cycle": cell(id=ring[1], precedingPfIds=[ring[0]]),
    }  # fmt: skip
    pfs = [wrong["exchange.mass"], cell(id=ring[0], precedingPfIds=[ring[1]]), wrong["exchange.negative"], wrong["exchange.cycle"]]
    async with httpx.AsyncClient(verify=served.trust, trust_env=False, timeout=60) as client:
        door = await pact_world.caller(world, bought.supplier, bought.maker, client, f"{served.address}/pact/{bought.maker.company_id}")
        answer = await door.send(event(3, FULFILLED, {"requestEventId": asked["id"], "pfs": pfs}))
    assert answer.status_code == 200, "its form is right; what it says is judged"
    await run_all(world, carrier)
    aside = {one["footprint_id"]: one["flaws"][0]["code"] for one in await bought.received(state="quarantined")}
    assert aside == {pf["id"]: code for code, pf in wrong.items()}
    assert [one["footprint_id"] for one in await bought.received(state="waiting")] == [ring[0]]
    facts = [fact["kind"] for fact in (await bought.maker.get("/facts", params={"limit": 200}))["items"]]
    assert facts.count("exchange.footprint_quarantined") == 3, "and the log says so"
