"""Questions through the whole chain: who is on a path, once all consent; whether something is in the chain."""

import json
from itertools import permutations
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.chain_world import COBALT, Chain, answered, asked, assessed, chain, content, settle, stated
from tests.world import PART_HEADER, STRUCTURE_HEADER, Member, World

from ashiato.domain.diligence.probe import Found, Said, path_stands, screened
from ashiato.plumbing.db import Viewpoint
from ashiato.plumbing.unit_of_work import Work


@pytest.fixture(scope="module")
async def built(world: World) -> Chain:
    return await chain(world)


async def path(built: Chain) -> str:
    part_id = await built.packs.part_id("PACK")
    root_id = str((await built.packs.post("/probes", {"kind": "path", "part_id": part_id, "subject": "cobalt"}))["root_id"])
    await settle(built.world)
    return root_id


async def decide(member: Member, root_id: str, *, consent: bool) -> None:
    await member.put(f"/received-probes/{root_id}/consent", {"consent": consent})


async def seen(built: Chain, root_id: str) -> Any:
    await settle(built.world)
    found = await built.packs.get(f"/probes/{root_id}")
    return found["state"], [name["content"]["company"] for name in found["names"]]


async def test_a_path_is_told_once_all_consent_and_closes_when_one_takes_it_back(built: Chain) -> None:
    root_id = await path(built)
    for member in (built.cells, built.cathodes):
        waiting = (await member.get("/received-probes"))["items"][-1]
        assert (waiting["root_id"], waiting["asker"], waiting["decision"]) == (root_id, built.packs.name, None)
        await decide(member, root_id, consent=True)
        assert await seen(built, root_id) == ("open", []), "not even the direct supplier, before the last has spoken"
    await decide(built.refiner, root_id, consent=True)
    assert await seen(built, root_id) == ("disclosed", [built.cells.name, built.cathodes.name, built.refiner.name])
    found = await built.packs.get(f"/probes/{root_id}")
    assert found["names"][-1]["content"]["origins"][0]["refiner_cid"] == "CID003255"
    assert (await built.cells.call("GET", f"/probes/{root_id}")).status_code == 404, "a company on the path does not learn who else is"
    await decide(built.cathodes, root_id, consent=False)
    assert await seen(built, root_id) == ("open", [])
    await decide(built.cathodes, root_id, consent=True)
    assert (await seen(built, root_id))[0] == "disclosed"


async def test_refusing_and_silence_look_alike(built: Chain) -> None:
    told = []
    for refuses in (True, False):
        root_id = await path(built)
        await decide(built.cells, root_id, consent=True)
        await settle(built.world)
        if refuses:
            await decide(built.cathodes, root_id, consent=False)
        await settle(built.world)
        found = await built.packs.get(f"/probes/{root_id}")
        told.append({name: value for name, value in found.items() if name not in ("root_id", "asked_at", "due_at")})
    assert told[0] == told[1]


async def test_before_all_consent_the_database_shows_the_asker_no_grant_and_no_name(built: Chain) -> None:
    root_id = await path(built)
    await decide(built.cells, root_id, consent=True)
    await settle(built.world)

    async def rows(work: Work) -> list[tuple[int, ...]]:
        await work.pin(Viewpoint.MEMBER, built.packs.company_id)  # type: ignore[arg-type]
        query = "SELECT (SELECT count(*) FROM path_name WHERE root_id = %(id)s), (SELECT count(*) FROM data_grant WHERE subject_id = %(id)s)"
        return await (await work.connection.execute(query, {"id": root_id})).fetchall()

    assert await built.world.tools.works.run(rows, read_only=True) == [(0, 0)]
    await decide(built.cathodes, root_id, consent=True)
    await settle(built.world)
    await decide(built.refiner, root_id, consent=True)
    await settle(built.world)
    assert await built.world.tools.works.run(rows, read_only=True) == [(3, 3)]


@given(st.permutations([(Found.YES, 1), (Found.YES, 1), (Found.UNKNOWN, 1)]), st.booleans())
def test_the_order_of_consent_does_not_matter(branches: list[tuple[Found, int]], consented: bool) -> None:
    said = [Said(answer, 1, count) for answer, count in branches]
    assert not path_stands(consented, said)
    assert path_stands(consented, [each for each in said if each.answer is Found.YES]) == consented
    assert {screened(Found.NO, order) for order in permutations(said)} == {screened(Found.NO, said)}


async def test_a_ring_of_companies_ends(world: World) -> None:
    """The refiner buys cells from the pack maker's supplier: the question comes round, and stops."""
    built = await chain(world)
    await built.refiner.import_tables(
        parts=[PART_HEADER, ["SCRAP", "Scrap cells", "kg", "", built.cells.number, "CELL", ""]],
        structure=[STRUCTURE_HEADER, ["HYDROXIDE", "SCRAP", "0.1", "kg"]],
    )
    request = await asked(built.refiner, "SCRAP")
    await assessed(built.cells)
    await answered(built.cells, request, "CELL", standing=False)
    root_id = await path(built)
    for member in (built.cells, built.cathodes, built.refiner):
        await decide(member, root_id, consent=True)
        await settle(built.world)
    state, names = await seen(built, root_id)
    assert (state, len(names)) == ("disclosed", 3)
    await decide(built.refiner, root_id, consent=False)
    await settle(built.world)
    assert await seen(built, root_id) == ("open", []), "everybody of the ring has to consent"
    await screened_in_a_ring(built)


async def screened_in_a_ring(built: Chain) -> None:
    body = {"kind": "screening", "part_id": await built.packs.part_id("PACK"), "subject": "country:CN", "purpose": "forced_labour_law", "reason": "x"}
    root_id = (await built.packs.post("/probes", body))["root_id"]
    await settle(built.world)
    found = await built.packs.get(f"/probes/{root_id}")
    assert (found["answer"], found["asked"], found["answered"]) == ("no", 4, 4), "nobody is counted twice, and the ring does not keep it unknown"


async def test_whether_a_region_or_a_smelter_is_in_the_chain(world: World) -> None:
    built = await chain(world)

    async def screen(subject: str, **more: str) -> Any:
        part_id = await built.packs.part_id("PACK")
        body = {"kind": "screening", "part_id": part_id, "subject": subject, "purpose": "forced_labour_law", "reason": "customs asked"} | more
        root_id = (await built.packs.post("/probes", body))["root_id"]
        await settle(built.world)
        found = await built.packs.get(f"/probes/{root_id}")
        return found["answer"], found["asked"], found["answered"]

    assert await screen("country:CD") == ("yes", 4, 4)
    assert await screen("country:CN") == ("no", 4, 4)
    assert await screen("region:CN-XJ") == ("no", 4, 4)
    assert await screen("smelter:CID003255") == ("yes", 4, 4)
    assert await screen(f"company:{built.refiner.number}") == ("yes", 4, 4)
    assert await screen(f"company:{built.world.operator.number or '7000012050002'}") == ("no", 4, 4)
    heard = (await built.refiner.get("/received-probes", params={"kind": "screening"}))["items"]
    assert {each["asker"] for each in heard} == {built.packs.name}
    before = len(heard)
    assert await screen("country:RU", purpose="sanctions") == ("no", 4, 4)
    assert len((await built.refiner.get("/received-probes", params={"kind": "screening"}))["items"]) == before, "the law may forbid to tell"
    kinds = [fact["kind"] for fact in (await built.refiner.get("/facts", params={"limit": 200}))["items"]]
    assert kinds.count("diligence.probe_received") == 7, "it is in the log all the same"
    await stated(built.refiner, "HYDROXIDE", [content("cobalt", "0.12")], [COBALT | {"country": ""}])
    await settle(built.world)
    assert await screen("country:CN") == ("unknown", 4, 4)


@pytest.mark.parametrize(
    "body",
    [
        {"kind": "screening", "subject": "country:CN", "purpose": "curiosity", "reason": "x"},
        {"kind": "screening", "subject": "country:CN", "purpose": "sanctions"},
        {"kind": "screening", "subject": "China", "purpose": "sanctions", "reason": "x"},
        {"kind": "path", "subject": "unobtainium"},
    ],
)
async def test_what_may_not_be_asked_is_refused(built: Chain, body: dict) -> None:
    refused = await built.packs.call("POST", "/probes", json=body | {"part_id": await built.packs.part_id("PACK")})
    assert refused.status_code == 422
    assert json.loads(refused.text)["flaws"]
