"""The conformance service's cases, over HTTPS on loopback against the running server; and both roles of it between two companies."""

import asyncio
import ssl
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import httpx
import pytest
from tests import pact_world
from tests.elsewhere import Answer, Authority, System
from tests.pact.running import serving
from tests.pact.test_exchange import connect, run_all
from tests.pact_world import CREATED, FULFILLED, PUBLISHED, REJECTED, TYPES, Caller, conforms, event
from tests.world import Member, World

from ashiato.cli import conformance
from ashiato.gateways.pact.carrier import Carrier
from ashiato.gateways.rest import Tools

CASES = {version: list(conformance.cases(version)) for version in (3, 2)}
MANDATORY_OF_3 = {str(number) for number in range(1, 41)} - {"13", "18", "19"}  # 13 is the call back of 12
PRODUCTS = ("CELL", "FOIL")


def test_no_case_is_left_out() -> None:
    assert {case.number for case in CASES[3] if case.mandatory} == MANDATORY_OF_3
    assert {case.number for case in CASES[3] if not case.mandatory} == {"18", "19"}
    assert {case.number for case in CASES[2]} == {*(str(number) for number in range(1, 22))} - {"13"}


@pytest.fixture(scope="module")
def address(tools: Tools, owner_url: str, authority: Authority, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    with serving(tools, owner_url, authority, tmp_path_factory.mktemp("server") / "log") as running:
        yield running


@pytest.fixture(scope="module")
async def sides(world: World) -> tuple[Member, Member]:
    return await pact_world.traded(world, "Conforming", *PRODUCTS)


@pytest.fixture(scope="module", params=[3, 2])
async def subject(
    request: pytest.FixtureRequest, address: str, sides: tuple[Member, Member], authority: Authority
) -> AsyncIterator[conformance.Subject]:
    """The running server, as the owner of footprints."""
    account, secret = await pact_world.program(sides[1])
    trust = ssl.create_default_context(cafile=str(authority.file))
    with conformance.Subject(f"{address}/pact/{sides[0].company_id}", account, secret, request.param, trust=trust) as examined:
        yield examined


@pytest.fixture(scope="module")
async def found(subject: conformance.Subject) -> dict[str, str]:
    """What went wrong in each case."""
    examined = await asyncio.to_thread(lambda: list(conformance.examine(subject)))
    return {case.number: wrong for case, wrong in examined}


@pytest.mark.parametrize("number", sorted({case.number for case in [*CASES[3], *CASES[2]]}, key=int))
async def test_a_case_holds(found: dict[str, str], subject: conformance.Subject, number: str) -> None:
    if number not in found:
        assert subject.version == 2
        assert int(number) > 21
        return
    assert found[number] == ""


async def test_a_case_that_does_not_hold_would_be_noticed(authority: Authority) -> None:
    """The canary: a system that answers everything with nothing fails every case but those that demand a failure."""
    with System(authority.issue()) as broken:
        broken.says = dict.fromkeys(("/auth/token", "/3/footprints", "/3/events"), lambda: Answer(200, {"data": [], "access_token": "x"}))
        trust = ssl.create_default_context(cafile=str(authority.file))
        with conformance.Subject(broken.address, "a", "b", trust=trust) as subject:
            examined = await asyncio.to_thread(lambda: list(conformance.examine(subject)))
    held = {case.number for case, wrong in examined if not wrong}
    assert held <= {"1", "9", "10", "11", "12", "14", "17", *map(str, range(30, 40))}, held


@pytest.fixture
async def caller_of(address: str, sides: tuple[Member, Member], authority: Authority) -> AsyncIterator[Caller]:
    trust = ssl.create_default_context(cafile=str(authority.file))
    async with httpx.AsyncClient(verify=trust, trust_env=False) as client:
        yield Caller(client, f"{address}/pact/{sides[0].company_id}", "", "")


@pytest.mark.parametrize("version", [3, 2])
async def test_events_are_answered_by_calls_back(
    world: World, carrier: Carrier, sides: tuple[Member, Member], caller_of: Caller, authority: Authority, version: int
) -> None:
    """Cases 12 and 13, 14.A and 14.B: the call back carries a bearer token, is held against the schema, and names the event."""
    owner, recipient = sides
    caller_of.client_id, caller_of.secret = await pact_world.program(recipient)
    await caller_of.log_in()
    pf = (await caller_of.footprints(version))[0]
    with System(authority.issue(), version=version) as service:
        await connect(owner, recipient, service)
        for case, ids in (("12", pf["productIds"]), ("14.A", ["urn:pact:null"])):
            data = {"productId": ids} if version == 3 else {"pf": {"productIds": ids}}
            told = event(version, CREATED, data, f"run-{version}/{case}", source=service.address)
            assert (await caller_of.send(told, version)).status_code == 200
        await run_all(world, carrier)
        answers = {one["data"]["requestEventId"]: one for one in service.events if "requestEventId" in one["data"]}
    fulfilled, rejected = answers[f"run-{version}/12"], answers[f"run-{version}/14.A"]
    assert (fulfilled["type"], rejected["type"]) == (TYPES[version][FULFILLED], TYPES[version][REJECTED])
    assert pf["id"] in [one["id"] for one in fulfilled["data"]["pfs"]]
    conforms(version, "RequestFulfilledEvent", fulfilled)
    conforms(version, "RequestRejectedEvent", rejected)


@pytest.mark.parametrize("version", [3, 2])
async def test_as_a_recipient_it_asks_as_the_standard_says(world: World, carrier: Carrier, authority: Authority, version: int) -> None:
    """The other role: token, list, pages, one footprint, events, all put to a system that takes nothing else."""
    owner, recipient = await pact_world.traded(world, f"Other{version}", "CELL")
    door = await pact_world.caller(world, recipient, owner)
    pfs = [one | {"id": f"00000000-0000-4000-8000-00000000000{place}"} for place, one in enumerate((await door.footprints(version)) * 3)]
    with System(authority.issue(), version=version, footprints=pfs) as service:
        await connect(recipient, owner, service)
        await recipient.post(f"/pact/partners/{owner.company_id}/fetches", {})
        await run_all(world, carrier)
        assert len((await recipient.get("/pact/received"))["items"]) == 3
        own = await pact_world.caller(world, owner, recipient)
        assert (await own.send(event(version, PUBLISHED, {"pfIds": [pfs[1]["id"]]}), version)).status_code == 200
        await run_all(world, carrier)
        assert ("GET", f"/{version}/footprints/{pfs[1]['id']}") in service.asked


def test_the_log_holds_no_secret(address: str, tmp_path_factory: pytest.TempPathFactory) -> None:
    logs = [path.read_text() for path in Path(tmp_path_factory.getbasetemp()).rglob("server*/log")]
    assert logs
    assert all("Bearer" not in log and "Basic" not in log for log in logs)
