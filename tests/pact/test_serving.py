"""What a data owner serves, to whom, and in which words it refuses."""

from datetime import timedelta
from uuid import uuid4

import pytest
from tests import pact_world
from tests.pact_world import CREATED, FULFILLED, PUBLISHED, Caller, event
from tests.world import Member, World

from ashiato.domain.exchange.losses import LOSSES, Form
from ashiato.gateways.pact.desk import partner_tokens
from ashiato.gateways.pact.errors import CODES
from ashiato.kernel.errors import Kind

PAGE = 2


@pytest.fixture(scope="module")
async def sides(world: World) -> tuple[Member, Member]:
    return await pact_world.traded(world, "Serving", "CELL", "FOIL", "CASE")


@pytest.fixture(scope="module")
async def door(world: World, sides: tuple[Member, Member]) -> Caller:
    supplier, buyer = sides
    return await pact_world.caller(world, buyer, supplier)


def test_every_kind_of_refusal_has_a_code() -> None:
    assert set(CODES) == set(Kind)


async def test_what_is_granted_is_served_and_counts_as_read(door: Caller, sides: tuple[Member, Member]) -> None:
    supplier, _ = sides
    found = await door.footprints()
    assert {one["productNameCompany"] for one in found} == {"Product S-CELL", "Product S-FOIL", "Product S-CASE"}
    assert {one["pcf"]["pcfExcludingBiogenicUptake"] for one in found} == {"1.5"}
    one = await door.call("GET", f"/3/footprints/{found[0]['id']}")
    assert one.json() == {"data": found[0]}
    accesses = await supplier.get("/accesses")
    assert {item["subject_id"] for item in accesses["items"]} >= {each["id"] for each in found}


async def test_what_is_not_granted_does_not_exist(world: World, door: Caller, sides: tuple[Member, Member]) -> None:
    supplier, _ = sides
    stranger = await pact_world.caller(world, await world.company("Stranger Motors"), supplier)
    assert await stranger.footprints() == []
    foreign, nobodys = [await stranger.call("GET", f"/3/footprints/{number}") for number in ((await door.footprints())[0]["id"], uuid4())]
    assert (foreign.status_code, foreign.content) == (nobodys.status_code, nobodys.content) == (404, foreign.content)
    assert foreign.json()["code"] == "NotFound"
    elsewhere = await door.call("GET", f"{door.base.rsplit('/', 1)[0]}/{uuid4()}/3/footprints")
    assert (elsewhere.status_code, elsewhere.json()) == (200, {"data": []})


async def test_a_withdrawn_grant_closes_at_the_next_call(world: World) -> None:
    supplier, buyer = await pact_world.traded(world, "Withdrawn", "CELL")
    caller = await pact_world.caller(world, buyer, supplier)
    assert len(await caller.footprints()) == 1
    await supplier.delete(f"/grants/{(await supplier.get('/grants'))['items'][0]['grant_id']}")
    assert await caller.footprints() == []


async def test_pages_follow_one_another(door: Caller) -> None:
    every = await door.footprints()
    first = await door.call("GET", "/3/footprints", params={"limit": PAGE, "status": "Active"})
    link = first.headers["link"]
    assert link.startswith("<https://testserver/pact/")
    assert link.endswith('; rel="next"')
    second = await door.call("GET", link[1:].partition(">")[0])
    assert first.json()["data"] + second.json()["data"] == every
    assert "link" not in second.headers
    assert (await door.call("GET", "/3/footprints", params={"limit": 0})).json() == {"data": []}


async def test_a_newer_footprint_supersedes(world: World) -> None:
    supplier, buyer = await pact_world.traded(world, "Superseding", "CELL")
    caller = await pact_world.caller(world, buyer, supplier)
    (before,) = await caller.footprints()
    await pact_world.makes(supplier, "S-CELL", amount="5")
    request = (await buyer.every("/requests", direction="sent"))[0]
    await supplier.answer(request["request_id"], "S-CELL")
    found = {one["status"]: one for one in await caller.footprints()}
    assert found["Deprecated"]["id"] == before["id"]
    assert found["Active"]["precedingPfIds"] == [before["id"]]
    assert [one["id"] for one in await caller.footprints(status="active")] == [found["Active"]["id"]]


@pytest.mark.parametrize("token", ["", "x", "e30.e30.x", "x" * 5000, "ü"])
async def test_a_wrong_token_is_refused(door: Caller, token: str) -> None:
    for method, path in (("GET", "/3/footprints"), ("GET", f"/3/footprints/{uuid4()}"), ("POST", "/3/events")):
        answer = await door.call(method, path, headers={"Authorization": f"Bearer {token}".encode()})
        assert (answer.status_code, answer.json()["code"]) == (401, "BadRequest")


async def test_an_expired_token_is_named_as_such(world: World, door: Caller, sides: tuple[Member, Member]) -> None:
    tokens = partner_tokens(world.tools.settings.home, world.tools.settings.public_url)
    old = tokens.issue(door.client_id, sides[1].company_id, world.tools.works.clock.now() - timedelta(hours=2)).access_token
    answer = await door.call("GET", "/3/footprints", token=old)
    assert (answer.status_code, answer.json()["code"]) == (401, "TokenExpired")
    forged = await door.call("GET", "/3/footprints", token=old[:-6] + "AAAAAA")
    assert (forged.status_code, forged.json()["code"]) == (401, "BadRequest")


async def test_only_a_partners_program_gets_a_token(world: World, sides: tuple[Member, Member], door: Caller) -> None:
    clerk = await sides[1].post("/clients", {"name": "Clerk", "roles": ["clerk"]})
    other = Caller(door.client, door.base, clerk["client_id"], clerk["secret"])
    assert (await other.fetch_token()).status_code == 403
    api = await door.client.post("/oauth/token", data={"grant_type": "client_credentials"}, auth=(clerk["client_id"], clerk["secret"]))
    assert (await door.call("GET", "/3/footprints", token=api.json()["access_token"])).status_code == 401, "a token of the other interface"
    assert (await door.client.get("/api/v1/parts", headers={"Authorization": f"Bearer {door.token}"})).status_code == 401, "and the other way round"


async def test_a_partners_program_reads_nothing_else(door: Caller) -> None:
    issued = await door.client.post("/oauth/token", data={"grant_type": "client_credentials"}, auth=(door.client_id, door.secret))
    headers = {"Authorization": f"Bearer {issued.json()['access_token']}"}
    for path in ("/api/v1/parts", "/api/v1/requests?direction=sent", "/api/v1/grants", "/api/v1/footprints/" + str(uuid4())):
        assert (await door.client.get(path, headers=headers)).status_code == 403, path


async def test_a_suspended_partner_is_refused_at_once(world: World) -> None:
    supplier, buyer = await pact_world.traded(world, "Suspended", "CELL")
    caller = await pact_world.caller(world, buyer, supplier)
    assert len(await caller.footprints()) == 1
    await world.move(buyer, "suspended")
    assert (await caller.call("GET", "/3/footprints")).status_code == 401
    assert (await caller.fetch_token()).status_code == 401
    await world.move(buyer, "admitted")
    assert len(await caller.footprints()) == 1, "nothing is lost"


async def test_plain_http_serves_nothing(door: Caller) -> None:
    plain = door.base.replace("https:", "http:")
    for method, path in (("POST", "/auth/token"), ("GET", "/3/footprints"), ("GET", f"/3/footprints/{uuid4()}"), ("POST", "/3/events")):
        answer = await door.call(method, plain + path)
        assert (answer.status_code, answer.json()["code"]) == (400, "BadRequest"), path


@pytest.mark.parametrize("query", ["limit=-1", "limit=x", "offset=-1", "validOn=yesterday", "validOn=2026-01-01", "limit=1&limit=x"])
async def test_what_is_no_filter_is_refused(door: Caller, query: str) -> None:
    answer = await door.call("GET", f"/3/footprints?{query}")
    assert (answer.status_code, answer.json()["code"]) == (400, "BadRequest")


WRONG = [
    b"", b"{", b"[]", b"null", b'{"type": 1}', b"[" * 100_000, b"\xff\xfe", b'{"type":"org.wbcsd.pact.ProductFootprint.PublishedEvent.3"}',
    b'{"type":"unknown","specversion":"1.0","id":"1","source":"x","time":"2026-01-01T00:00:00Z","data":{}}',
]  # fmt: skip


@pytest.mark.parametrize("body", WRONG, ids=range(len(WRONG)))
async def test_what_is_no_event_is_refused(door: Caller, body: bytes) -> None:
    answer = await door.call("POST", "/3/events", content=body)
    assert (answer.status_code, answer.json()["code"]) == (400, "BadRequest")


async def test_ten_megabytes_are_refused(door: Caller) -> None:
    answer = await door.call("POST", "/3/events", content=b" " * 10_000_000)
    assert (answer.status_code, answer.json()["code"]) == (413, "BadRequest")


async def test_an_event_is_kept_once(door: Caller) -> None:
    told = event(3, PUBLISHED, {"pfIds": [str(uuid4())]})
    assert (await door.send(told)).status_code == 200
    assert (await door.send(told)).status_code == 200, "the very same again changes nothing"
    other = await door.send(told | {"data": {"pfIds": [str(uuid4())]}})
    assert (other.status_code, other.json()["code"]) == (400, "BadRequest"), "another one under the same number"


async def test_a_forged_answer_is_refused(door: Caller) -> None:
    found = await door.footprints()
    for number in (str(uuid4()), "x"):
        answer = await door.send(event(3, FULFILLED, {"requestEventId": number, "pfs": found}))
        assert (answer.status_code, answer.json()["code"]) == (400, "BadRequest")


async def test_nobody_is_at_an_unknown_companys_door(door: Caller, sides: tuple[Member, Member]) -> None:
    for company in (uuid4(), sides[1].company_id):
        answer = await door.call("POST", f"{door.base.rsplit('/', 1)[0]}/{company}/3/events", json=event(3, CREATED, {}))
        assert (answer.status_code, answer.json()["code"]) == (404, "NotFound")


async def test_the_same_footprint_is_told_as_catena_x_spells_it(door: Caller) -> None:
    (pf, *_) = await door.footprints()
    for version in (7, 8, 9):
        answer = await door.call("GET", f"/catenax/pcf/{version}/{pf['id']}")
        assert (answer.status_code, pf["id"] in answer.text) == (200, True)
        report = await door.client.get(answer.links["describedby"]["url"])
        assert [one["member"] for one in report.json()["lost"]] == [one.member for one in LOSSES[Form(f"catenax-pcf-{version}")]]
        assert {"member": "geographyRegionOrSubregion"}.items() <= report.json()["unstated"][0].items()
    names = {"legal": "BPNL00000003AYRE", "site": "BPNS00000003AYRE", "customer_part": "CELL"}
    component = await door.call("GET", f"/catenax/component/{pf['id']}", params=names)
    assert component.json()["pcfValues"]["sharesPerStage"]["stage2MainProductProduction"] == {"stageValue": 1.5}
    wrong = await door.call("GET", f"/catenax/component/{pf['id']}", params=names | {"site": "x"})
    assert (wrong.status_code, wrong.json()["code"]) == (400, "BadRequest")
    assert (await door.call("GET", f"/catenax/pcf/8/{uuid4()}")).status_code == 404
