"""Non-interference over the routes of due diligence: two chains that differ in what is not shared look alike to everybody else, to the byte.

Identifiers, instants, numbers of companies, digests and signatures are compared by the order in which they appear.
"""

import re
from typing import Any

import pytest
from tests.attacks.test_routes import OPERATIONS
from tests.chain_world import COBALT, Chain, answered, chain, content, settle, stated
from tests.world import Member, World

from ashiato.plumbing import spreadsheet

_WORDS = (
    "assess",
    "questionnaires",
    "/diligence",
    "statement",
    "risks",
    "probes",
    "grievances",
    "mediations",
    "reminders",
    "minerals-template",
    "verifications",
    "reports",
    "materials",
    "red-flags",
    "/requests/{",
)
READINGS = [operation[4:] for operation in OPERATIONS if operation.startswith("GET ") and any(word in operation for word in _WORDS)]
_DIFFERING = re.compile(
    r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}|\d{4}-\d\d-\d\d(T[\d:.]+(Z|\+00:00))?|\b\d{13}\b|sha256:[0-9a-f]{64}|\"jws\":\"[^\"]+\"|\"x\":\"[^\"]+\"|\"kid\":\"[^\"]+\""
)


def alike(text: str) -> str:
    """The text with everything that differs between any two worlds replaced by the order of its first appearance."""
    seen: dict[str, str] = {}
    return _DIFFERING.sub(lambda found: seen.setdefault(found[0], f"<{len(seen)}>"), text)


def sheets(workbook: bytes) -> str:
    """What a workbook says, without when it was made."""
    return str(spreadsheet.read(workbook))


async def sight(member: Member, ids: dict[str, str]) -> dict[str, tuple[int, str]]:
    """What a company is answered by every reading of due diligence."""
    told = {}
    for path in READINGS:
        address = re.sub(r"\{(\w+)\}", lambda found: ids.get(found[1], "00000000-0000-4000-8000-000000000000"), path)
        response = await member.call("GET", address)
        kind = response.headers["content-type"]
        told[path] = response.status_code, "" if "pdf" in kind else alike(sheets(response.content)) if "spreadsheet" in kind else alike(response.text)
    return told


async def seen_by_pack_maker(built: Chain) -> dict[str, tuple[int, str]]:
    part_id = await built.packs.part_id("PACK")
    probe = await built.packs.post("/probes", {"kind": "path", "part_id": part_id, "subject": "cobalt"})
    await settle(built.world)
    return await sight(built.packs, {"part_id": part_id, "request_id": built.requests["cells"], "root_id": probe["root_id"]})


async def hidden(built: Chain) -> None:
    """What the refiner has and does not share: names, a smelter's number, a red flag, evidence, a grievance, a refusal."""
    secret = COBALT | {"mine": "Another mine", "refiner": "Another refiner", "refiner_cid": "CID009999", "form": "sulfate", "custody": "segregated"}
    await stated(built.refiner, "HYDROXIDE", [content("cobalt", "0.12")], [secret])
    await built.refiner.post("/risks", {"kind": "red_flag", "category": "air", "severity": "severe", "likelihood": "certain", "title": "Dust"})
    await built.refiner.call("POST", "/evidence", files={"file": ("secret.txt", b"secret")})
    complaint = {"category": "air", "words": "Dust.", "company_number": built.refiner.number, "contact": "a neighbour"}
    code = (await built.refiner.client.post("/api/v1/grievances", json=complaint)).json()["code"]
    asked = {"code": code, "mediator": "operator", "words": "Please help.", "contact": True}
    assert (await built.refiner.client.post("/api/v1/grievances/mediators", json=asked)).status_code == 200
    grievance_id = (await built.refiner.get("/received-grievances"))["items"][0]["grievance_id"]
    await built.refiner.put(f"/received-grievances/{grievance_id}/mediator", {"mediator": "operator", "words": "We ask for help."})
    await built.refiner.post(
        "/verifications", {"scheme": "S", "issuer": "I", "scope": "s", "summary": "s", "valid_from": "2026-01-01", "valid_until": "2027-01-01"}
    )
    await settle(built.world)


@pytest.fixture(scope="module")
async def plain(world: World) -> dict[str, tuple[int, str]]:
    return await seen_by_pack_maker(await chain(world))


async def test_what_a_refiner_does_not_share_changes_nothing_for_anybody_below(world: World, plain: dict[str, tuple[int, str]]) -> None:
    built = await chain(world)
    await hidden(built)
    assert await seen_by_pack_maker(built) == plain
    assert sum(status == 200 for status, _ in plain.values()) > len(plain) / 2


async def test_what_is_shared_would_be_noticed(world: World, plain: dict[str, tuple[int, str]]) -> None:
    """The canary: one country less, and the pack maker's view differs."""
    built = await chain(world)
    await stated(built.refiner, "HYDROXIDE", [content("cobalt", "0.12")], [COBALT | {"country": ""}])
    await settle(world)
    seen = await seen_by_pack_maker(built)
    assert {path for path in seen if seen[path] != plain[path]} >= {"/parts/{part_id}/diligence", "/requests/{request_id}/statement"}


async def test_a_refusal_upstream_changes_nothing_for_the_asker(world: World, plain: dict[str, tuple[int, str]]) -> None:
    built = await chain(world)
    part_id = await built.packs.part_id("PACK")
    probe = await built.packs.post("/probes", {"kind": "path", "part_id": part_id, "subject": "cobalt"})
    await settle(world)
    await built.cells.put(f"/received-probes/{probe['root_id']}/consent", {"consent": False})
    await settle(world)
    seen = await sight(built.packs, {"part_id": part_id, "request_id": built.requests["cells"], "root_id": probe["root_id"]})
    assert seen == plain


@pytest.mark.parametrize("who", ["nobody known", "the buyer"])
async def test_whoever_reports_the_company_concerned_sees_the_same(world: World, who: str, reported: dict[str, Any]) -> None:
    """The reporter is a stranger in one world and the company's own buyer in the other, logged in and with a cookie."""
    built = await chain(world)
    headers = {"Authorization": f"Bearer {built.cathodes.token}", "Cookie": f"ashiato_session={built.cathodes.token}"} if who == "the buyer" else {}
    body = {"category": "child_labour", "words": "Children work there.", "company_number": built.refiner.number, "contact": who}
    response = await built.refiner.client.post("/api/v1/grievances", json=body, headers=headers)
    code = response.json()["code"]
    await built.refiner.client.post("/api/v1/grievances/responses", json={"code": code, "words": "Still."}, headers=headers)
    handed = {"code": code, "mediator": "operator", "words": f"I am {who}.", "contact": True}
    assert (await built.refiner.client.post("/api/v1/grievances/mediators", json=handed, headers=headers)).status_code == 200
    grievance_id = (await built.refiner.get("/received-grievances"))["items"][0]["grievance_id"]
    ids = {"grievance_id": grievance_id, "part_id": await built.refiner.part_id("HYDROXIDE"), "request_id": built.requests["refiner"]}
    facts = sorted(fact["kind"] for fact in (await built.refiner.get("/facts", params={"limit": 200}))["items"])
    told = {"sight": await sight(built.refiner, ids), "facts": facts}
    assert told == reported.setdefault("first", told)


async def seen_by_mediating_operator(world: World, who: str, *, contact: bool = False) -> str:
    """What the operator is told of a grievance that it is asked to mediate, where what was reported, by whom, and what the company has is `who`'s."""
    built = await chain(world)
    mine, number = built.refiner, f"CID00{sum(map(ord, who)):04}"
    await stated(mine, "HYDROXIDE", [content("cobalt", "0.12")], [COBALT | {"refiner": who, "refiner_cid": number}])
    headers = {"Authorization": f"Bearer {built.cathodes.token}"} if who == "the buyer" else {}
    complaint = {"category": "air" if headers else "child_labour", "words": f"Said by {who}.", "company_number": mine.number, "contact": who}
    code = (await mine.client.post("/api/v1/grievances", json=complaint, headers=headers)).json()["code"]
    await mine.client.post("/api/v1/grievances/responses", json={"code": code, "words": f"Again {who}."}, headers=headers)
    asked = {"code": code, "mediator": "operator", "words": "Please help.", "contact": contact}
    assert (await mine.client.post("/api/v1/grievances/mediators", json=asked, headers=headers)).status_code == 200
    (filed,) = (await mine.get("/received-grievances"))["items"]
    await mine.post(f"/received-grievances/{filed['grievance_id']}/steps", {"state": "acknowledged", "words": f"We know {who}."})
    (listed,) = [item for item in await world.operator.every("/mediations") if item["grievance_id"] == filed["grievance_id"]]
    one = await world.operator.get(f"/mediations/{filed['grievance_id']}")
    refused = [(await world.operator.call("GET", f"{path}/{filed['grievance_id']}")).status_code for path in ("/received-grievances", "/risks")]
    return alike(f"{listed} {one} {refused}").replace("'", '"')


async def test_the_operator_learns_that_it_is_asked_and_neither_who_reported_nor_what(world: World) -> None:
    first = await seen_by_mediating_operator(world, "nobody known")
    assert await seen_by_mediating_operator(world, "the buyer") == first
    assert await seen_by_mediating_operator(world, "the buyer", contact=True) != first, "the canary: what was handed over is seen"


@pytest.fixture(scope="module")
def reported() -> dict[str, Any]:
    """What the first of the two worlds told."""
    return {}


async def test_one_answer_more_would_be_noticed(world: World, plain: dict[str, tuple[int, str]]) -> None:
    """The canary of the refusals: what the direct supplier states anew is seen."""
    built = await chain(world)
    await built.cells.post("/risks", {"kind": "finding", "category": "water", "severity": "low", "likelihood": "rare", "title": "Water"})
    await answered(built.cells, built.requests["cells"], "CELL")
    assert (await seen_by_pack_maker(built))["/parts/{part_id}/diligence"] != plain["/parts/{part_id}/diligence"]
