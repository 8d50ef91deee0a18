"""Grievances: complaining without login, following by code, what the company concerned can and cannot learn."""

from datetime import datetime
from typing import Any
from uuid import uuid4

import httpx
import pytest
from tests.world import Member, World

WORDS = {"category": "child_labour", "words": "坑道で子どもが働いています。", "language": "ja"}


async def anybody(client: httpx.AsyncClient, path: str, body: dict[str, Any], status: int = 200) -> Any:
    """Without any credentials."""
    response = await client.post(f"/api/v1{path}", json=body)
    assert response.status_code == status, response.text
    return response.json()


@pytest.fixture(scope="module")
async def mine(world: World) -> Member:
    return await world.company("Mine of the grievances")


async def newest(member: Member) -> str:
    """The grievance that was filed last against a company."""
    return str((await member.get("/received-grievances", params={"limit": 200}))["items"][-1]["grievance_id"])


async def test_a_grievance_is_followed_by_its_code_until_it_is_remedied(world: World, client: httpx.AsyncClient, mine: Member) -> None:
    code = (await anybody(client, "/grievances", WORDS | {"company_number": mine.number}, 201))["code"]
    (item,) = (await mine.get("/received-grievances"))["items"]
    due = datetime.fromisoformat(item["due_at"]) - datetime.fromisoformat(item["received_at"])
    assert (item["state"], item["language"], due.days) == ("received", "ja", 7)
    steps = f"/received-grievances/{item['grievance_id']}/steps"
    assert (await mine.call("POST", steps, json={"state": "remedied", "words": "done"})).status_code == 409
    await mine.post(steps, {"state": "acknowledged", "words": "We have read it."})
    await mine.post(steps, {"state": "investigating", "words": "A visit is planned."})
    told = await anybody(client, "/grievances/responses", {"code": f" {code[:5].lower()}-{code[5:]} ", "words": "Please come at night."})
    assert [(step["by_whom"], step["state"]) for step in told["steps"]] == [
        ("company", "acknowledged"), ("company", "investigating"), ("reporter", "investigating")
    ]  # fmt: skip
    done = await mine.post(steps, {"state": "remedied", "words": "The children are at school."})
    assert (done["state"], done["due_at"], done["mediators"]) == ("remedied", None, [])
    assert (await anybody(client, "/grievances/followed", {"code": code}))["steps"][-1]["words"] == "The children are at school."
    await anybody(client, "/grievances/followed", {"code": code[::-1]}, 404)
    stranger = await world.company("Stranger to the grievance")
    assert (await stranger.call("GET", f"/received-grievances/{item['grievance_id']}")).status_code == 404


async def test_a_mediator_sees_what_each_side_hands_over_and_nothing_else(world: World, client: httpx.AsyncClient, mine: Member) -> None:
    contact, secret = f"Reporter {uuid4().hex}, +81 90 0000 0000", f"at night, {uuid4().hex}"
    code = (await anybody(client, "/grievances", WORDS | {"company_number": mine.number, "contact": contact}, 201))["code"]
    grievance_id = await newest(mine)
    address = f"/received-grievances/{grievance_id}/mediator"
    mediator = await world.company("Mediating Association")
    assert (await mediator.call("GET", f"/mediations/{grievance_id}")).status_code == 404
    assert (await mine.call("PUT", address, json={"mediator": mine.number, "words": "x"})).status_code == 422
    seen = await mine.put(address, {"mediator": mediator.number, "words": "We ask you to look at our shaft 3."})
    assert [(each["mediator_name"], each["asked_by"]) for each in seen["mediators"]] == [("Mediating Association", "company")]
    told = await mediator.get(f"/mediations/{grievance_id}")
    assert [(note["by_whom"], note["contact"]) for note in told["heard"]] == [("company", None)]
    assert WORDS["words"] not in str(told)
    assert (await mediator.call("GET", f"/received-grievances/{grievance_id}")).status_code == 404, "the grievance itself is not the mediator's"
    asked = {"code": code, "mediator": mediator.number, "words": secret}
    followed = await anybody(client, "/grievances/mediators", asked | {"contact": True})
    assert "shaft 3" not in str(followed), "what the company hands over is not the reporter's"
    assert (await mediator.get(f"/mediations/{grievance_id}"))["heard"][-1]["contact"] == contact
    assert secret not in str(await mine.get(f"/received-grievances/{grievance_id}"))
    await mediator.post(f"/mediations/{grievance_id}/notes", {"words": "Let us meet."})
    for sight in (await mine.get(f"/received-grievances/{grievance_id}"), await anybody(client, "/grievances/followed", {"code": code})):
        assert (sight["notes"][-1]["by_whom"], sight["notes"][-1]["words"], sight["state"]) == ("mediator", "Let us meet.", "received")
        assert contact not in str(sight)


async def test_the_operator_mediates_where_it_is_asked_and_learns_no_more(world: World, client: httpx.AsyncClient, mine: Member) -> None:
    code = (await anybody(client, "/grievances", WORDS | {"company_number": mine.number}, 201))["code"]
    grievance_id = await newest(mine)
    assert (await world.operator.call("GET", f"/mediations/{grievance_id}")).status_code == 404
    none_left = {"code": code, "mediator": "operator", "words": "Nobody answers me.", "contact": True}
    assert (await client.post("/api/v1/grievances/mediators", json=none_left)).json()["code"] == "mediation.contact"
    await anybody(client, "/grievances/mediators", none_left | {"contact": False})
    listed = {item["grievance_id"]: item for item in (await world.operator.get("/mediations", params={"limit": 200}))["items"]}
    item = listed[grievance_id]
    assert (item["company"], item["asked_by"]) == (mine.name, "reporter")
    told = await world.operator.post(f"/mediations/{grievance_id}/notes", {"words": "The company is reminded."})
    assert [note["by_whom"] for note in told["heard"]] == ["reporter", "mediator"]
    assert WORDS["words"] not in str(told)
    assert (await world.operator.call("GET", f"/received-grievances/{grievance_id}")).status_code in (403, 404)
    assert (await mine.get(f"/received-grievances/{grievance_id}"))["notes"][0]["words"] == "The company is reminded."
    await anybody(client, "/grievances/mediators", none_left | {"code": code[::-1], "contact": False}, 404)


async def test_about_no_company_nothing_is_kept(client: httpx.AsyncClient) -> None:
    await anybody(client, "/grievances", WORDS | {"company_number": "7000012050002"}, 404)
    await anybody(client, "/grievances", WORDS | {"company_number": "1234567890123"}, 422)
    await anybody(client, "/grievances", WORDS | {"company_number": "7000012050002", "words": " "}, 422)
