"""Statements of due diligence that wait for a second person, on the page and in the interface."""

from collections.abc import Callable

from tests.chain_world import chain, content, settle, stated
from tests.web.browser import Browser
from tests.web.test_rights import wanted
from tests.world import PASSWORD, Member, World

Browse = Callable[..., Browser]


async def two_people(member: Member, first: str, second: str) -> None:
    """The company hands nothing over by one person alone; a clerk and an approver work there."""
    await member.put("/release-policy", {"margin": "0.1", "action": "warn", "second_person": True})
    for email, role in ((first, "clerk"), (second, "approver")):
        await member.post("/people", {"email": email, "display_name": role.title(), "password": PASSWORD, "roles": [role]})


async def test_a_statement_waits_for_a_second_person_who_sees_exactly_it(world: World, browse: Browse) -> None:
    built = await chain(world)
    clerk, boss = f"clerk@{built.cells.number}.test", f"boss@{built.cells.number}.test"
    await two_people(built.cells, clerk, boss)
    path = f"/requests/{(request := await wanted(built.packs))}"
    first, second = browse("ja"), browse("ja")
    await first.log_in(clerk)
    await first.get(path)
    await first.submit(f"{path}/link")
    assert "承認を依頼する" in first.page.text
    await first.submit(f"{path}/statement", note="至急", standing="true")
    assert "別の方の承認が必要です" in first.page.text
    assert (await built.packs.call("GET", f"/requests/{request}/statement")).status_code == 404, "nothing is handed over yet"
    (approval,) = [one for one in (await built.cells.get("/approvals"))["items"] if one["state"] == "waiting"]
    assert (approval["part_number"], approval["requests"], approval["note"], approval["footprint_id"]) == ("CELL", [request], "至急", None)

    await second.log_in(boss)
    await second.get("/")
    assert path in second.page.html, "it is among what the second person has to do"
    await second.get(path)
    await second.submit(f"{path}/approval/return", reason="鉱山を確認してください。")
    await second.get("/")
    assert "差し戻し" not in second.page.text, "who gave it back need not be told"
    await first.get("/")
    assert "差し戻し CELL Approver" in first.page.text, "the first page tells who prepared it"
    await first.get(path)
    assert "鉱山を確認してください。" in first.page.text
    await first.submit(f"{path}/statement", standing="true")
    await first.get("/")
    assert "差し戻し" not in first.page.text, "it was prepared anew"
    await stated(built.cells, "CELL", [content("cobalt", "0.3")])  # what is approved is what was asked about, whatever is stated meanwhile
    await second.get(path)
    await second.submit(f"{path}/approval/release")
    handed = await built.packs.get(f"/requests/{request}/statement")
    (approval,) = [one for one in (await built.cells.get("/approvals"))["items"] if one["state"] == "approved"]
    assert handed["statement"]["statement_id"] == approval["statement_id"]
    assert handed["statement"]["materials"]["cobalt"]["total"] != "0.3"


async def test_what_is_renewed_by_itself_waits_as_well_and_nobody_states_alone(world: World, browse: Browse) -> None:
    built = await chain(world)
    boss = f"boss@{built.cells.number}.test"
    await two_people(built.cells, f"clerk@{built.cells.number}.test", boss)
    request, part_id = built.requests["cells"], await built.cells.part_id("CELL")
    before = (await built.packs.get(f"/requests/{request}/statement"))["statement"]["version"]
    alone = await built.cells.call("POST", "/statements", json={"part_id": part_id, "requests": [request]})
    assert (alone.status_code, alone.json()["code"]) == (409, "approval.needed")
    await stated(built.cells, "CELL", [content("cobalt", "0.3")])
    await settle(world)
    assert (await built.packs.get(f"/requests/{request}/statement"))["statement"]["version"] == before
    (approval,) = (await built.cells.get("/approvals"))["items"]
    own = await built.cells.call("POST", f"/approvals/{approval['approval_id']}/release")
    assert own.status_code == 409, "whoever stated it, and asked by that, is not the second one"
    second = browse()
    await second.log_in(boss)
    await second.get(f"/requests/{request}")
    await second.submit(f"/requests/{request}/approval/release")
    assert (await built.packs.get(f"/requests/{request}/statement"))["statement"]["version"] == before + 1


async def test_an_approval_names_one_thing(world: World) -> None:
    built = await chain(world)
    part_id = await built.cells.part_id("CELL")
    for body in ({}, {"footprint_id": part_id, "part_id": part_id}):
        refused = await built.cells.call("POST", "/approvals", json={"requests": [built.requests["cells"]], **body})
        assert (refused.status_code, refused.json()["code"]) == (422, "approval")
