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
    assert (done["state"], done["due_at"], done["contact"]) == ("remedied", None, None)
    assert (await anybody(client, "/grievances/followed", {"code": code}))["steps"][-1]["words"] == "The children are at school."
    await anybody(client, "/grievances/followed", {"code": code[::-1]}, 404)
    stranger = await world.company("Stranger to the grievance")
    assert (await stranger.call("GET", f"/received-grievances/{item['grievance_id']}")).status_code == 404


async def test_a_mediator_reads_the_contact_and_the_company_does_not(world: World, client: httpx.AsyncClient, mine: Member) -> None:
    contact = f"Reporter {uuid4().hex}, +81 90 0000 0000"
    await anybody(client, "/grievances", WORDS | {"company_number": mine.number, "contact": contact}, 201)
    grievance_id = (await mine.get("/received-grievances"))["items"][-1]["grievance_id"]
    mediator = await world.company("Mediating Association")
    assert (await mediator.call("GET", f"/received-grievances/{grievance_id}")).status_code == 404
    assert (await mine.call("PUT", f"/received-grievances/{grievance_id}/mediator", json={"company_number": mine.number})).status_code == 422
    seen = await mine.put(f"/received-grievances/{grievance_id}/mediator", {"company_number": mediator.number})
    assert contact not in str(seen)
    assert (await mediator.get(f"/received-grievances/{grievance_id}"))["contact"] == contact
    assert len((await mediator.get("/received-grievances", params={"mediating": True}))["items"]) == 1
    said = await mediator.post(f"/received-grievances/{grievance_id}/steps", {"state": "remedied", "words": "Let us meet."})
    assert (said["state"], said["steps"][-1]["by_whom"]) == ("received", "mediator")


async def test_about_no_company_nothing_is_kept(client: httpx.AsyncClient) -> None:
    await anybody(client, "/grievances", WORDS | {"company_number": "7000012050002"}, 404)
    await anybody(client, "/grievances", WORDS | {"company_number": "1234567890123"}, 422)
    await anybody(client, "/grievances", WORDS | {"company_number": "7000012050002", "words": " "}, 422)
