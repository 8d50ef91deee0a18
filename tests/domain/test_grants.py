"""Grants: in one sentence, until an instant, on terms; ended for both walls at once, and given anew."""

from datetime import UTC, datetime, timedelta
from uuid import UUID

from tests.attacks.test_second_wall import as_member
from tests.domain.test_protection import QUIET, asking, supplier
from tests.world import World

from ashiato.gateways.rest import Tools


async def test_a_grant_is_told_in_one_sentence_and_ends_for_both_walls(world: World, tools: Tools) -> None:
    cells = await supplier(world, QUIET)
    packs, request = await asking(world, cells, "Hikari Packs")
    footprint = await cells.compute("CELL-1")
    until = datetime.now(UTC) + timedelta(days=1)
    body = {"footprint_id": footprint["footprint_id"], "requests": [request], "valid_until": until.isoformat(), "terms": "Not to be passed on"}
    release = (await cells.post("/answers", body))["release"]
    (grant,) = (await cells.get("/grants"))["items"]
    assert grant["words"]["en"] == (
        "Hikari Packs may see a released footprint to compute, declare and have verified the footprint of its own products "
        f"until {until:%Y-%m-%d %H:%M} UTC, on these terms: Not to be passed on."
    )
    assert grant["words"]["ja"].startswith("Hikari Packs は、自社製品の排出量を算定・申告・検証するために、開示した排出量を")
    assert (await packs.get(f"/requests/{request}/answer"))["release"] == release
    rows = "SELECT count(*) FROM release_snapshot WHERE company_id = %(owner)s"
    owner = UUID(cells.company_id)
    assert await as_member(tools, packs.company_id, rows, owner=owner) == [(1,)]
    await as_member(
        tools, cells.company_id, "UPDATE data_grant SET valid_until = now() - interval '1 second' WHERE company_id = %(owner)s", owner=owner
    )
    assert (await packs.call("GET", f"/requests/{request}/answer")).status_code == 404, "the first wall"
    assert await as_member(tools, packs.company_id, rows, owner=owner) == [(0,)], "the second wall"
    await cells.post("/answers", body | {"valid_until": None, "terms": ""})
    assert (await packs.get(f"/requests/{request}/answer"))["release"] == release, "given anew, without an end"
    (grant,) = (await cells.get("/grants"))["items"]
    assert grant["words"]["en"].endswith("until it is withdrawn.")
    assert [fact["kind"] for fact in await cells.every("/facts")].count("grant.given") == 2


async def test_a_grant_that_ended_before_it_begins_is_refused(world: World) -> None:
    cells = await supplier(world, QUIET)
    _, request = await asking(world, cells, "Hikari Packs")
    footprint = await cells.compute("CELL-1")
    body = {"footprint_id": footprint["footprint_id"], "requests": [request], "valid_until": "2020-01-01T00:00:00Z"}
    refused = await cells.call("POST", "/answers", json=body)
    assert (refused.status_code, refused.json()["code"]) == (422, "grant.ended")
