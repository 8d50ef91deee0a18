"""Idempotency keys: one effect a key, the same bytes again, each company's keys its own."""

import asyncio
import io
from typing import Any
from uuid import uuid4

import httpx
import pytest
from tests.world import FACTOR_HEADER, PART_HEADER, Member, World, factor, workbook

from ashiato.gateways.rest.desk import Desk


@pytest.fixture(scope="module")
async def maker(world: World) -> Member:
    return await world.company("Idempotent Works")


@pytest.fixture(scope="module")
async def rival(world: World) -> Member:
    return await world.company("Rival Works")


def colleague(email: str) -> dict[str, Any]:
    return {"email": email, "display_name": "Colleague", "password": "correct horse battery", "roles": ["clerk"]}


async def invite(member: Member, email: str, key: str) -> httpx.Response:
    return await member.call("POST", "/people", json=colleague(email), headers={"Idempotency-Key": key})


async def emails(member: Member) -> list[str]:
    return [person["email"] for person in (await member.get("/people"))["items"]]


def code_of(response: httpx.Response) -> str:
    return response.json()["code"]


async def test_the_same_key_gets_the_same_bytes_and_has_one_effect(maker: Member) -> None:
    key = str(uuid4())
    first = await invite(maker, "once@idempotent.test", key)
    again = await invite(maker, "once@idempotent.test", key)
    assert first.status_code == again.status_code == 201
    assert first.content == again.content
    assert first.headers["content-type"] == again.headers["content-type"]
    assert (await emails(maker)).count("once@idempotent.test") == 1


async def test_another_request_under_the_same_key_is_refused(maker: Member) -> None:
    key = str(uuid4())
    assert (await invite(maker, "mine@idempotent.test", key)).status_code == 201
    other = await invite(maker, "other@idempotent.test", key)
    assert (other.status_code, code_of(other)) == (422, "idempotency.reused")
    assert "other@idempotent.test" not in await emails(maker)
    elsewhere = await maker.call("POST", "/clients", json=colleague("mine@idempotent.test") | {"name": "x"}, headers={"Idempotency-Key": key})
    assert elsewhere.status_code == 422


async def test_the_same_body_to_another_address_is_another_request(maker: Member) -> None:
    key, body = str(uuid4()), {"roles": ["clerk"]}
    people = [(await maker.post("/people", colleague(f"{name}@idempotent.test")))["id"] for name in ("p", "q")]
    first = await maker.call("PATCH", f"/people/{people[0]}", json=body, headers={"Idempotency-Key": key})
    other = await maker.call("PATCH", f"/people/{people[1]}", json=body, headers={"Idempotency-Key": key})
    assert (first.status_code, other.status_code) == (204, 422)
    again = await maker.call("PATCH", f"/people/{people[0]}", json=body, headers={"Idempotency-Key": key})
    assert (again.status_code, again.content) == (204, b"")


async def test_another_companys_equal_key_is_another_key(maker: Member, rival: Member) -> None:
    key = str(uuid4())
    first = await invite(maker, "shared@idempotent.test", key)
    second = await invite(rival, "different@idempotent.test", key)
    assert first.status_code == second.status_code == 201
    assert first.json()["id"] != second.json()["id"]
    assert "different@idempotent.test" not in await emails(maker)


async def test_a_refused_deed_can_be_repeated_under_its_key(maker: Member) -> None:
    """A refusal is no effect: the key is still free once the cause is mended."""
    key = str(uuid4())
    body = colleague("later@idempotent.test") | {"roles": []}
    refused = await maker.call("POST", "/people", json=body, headers={"Idempotency-Key": key})
    assert refused.status_code == 422
    assert (await invite(maker, "later@idempotent.test", key)).status_code == 201


@pytest.mark.parametrize(("key", "status"), [("x", 201), ("k" * 255, 201), ("k" * 256, 422), ("ключ".encode().decode("latin-1"), 201), ("a b", 201)])
async def test_a_key_has_up_to_255_characters(maker: Member, key: str, status: int) -> None:
    response = await maker.call("POST", "/people", json=colleague(f"{uuid4()}@idempotent.test"), headers={b"Idempotency-Key": key.encode("latin-1")})
    assert response.status_code == status


async def test_fifty_at_once_have_one_effect(maker: Member) -> None:
    """Those that came while the first was under way are told so (409); repeated, they get the first one's bytes."""
    key = str(uuid4())
    answers = await asyncio.gather(*(invite(maker, "fifty@idempotent.test", key) for _ in range(50)))
    assert (await emails(maker)).count("fifty@idempotent.test") == 1
    done = [answer for answer in answers if answer.status_code == 201]
    waiting = [answer for answer in answers if answer.status_code != 201]
    assert len({answer.content for answer in done}) == 1
    assert {(answer.status_code, code_of(answer)) for answer in waiting} <= {(409, "idempotency.in_flight"), (503, "busy")}
    again = await invite(maker, "fifty@idempotent.test", key)
    assert again.content == done[0].content


async def test_without_a_key_fifty_at_once_would_have_many_effects(maker: Member) -> None:
    """The canary: the deed is one that can happen twice."""
    body = {"name": "Program", "roles": ["clerk"]}
    await asyncio.gather(*(maker.call("POST", "/clients", json=body) for _ in range(5)))
    assert len((await maker.get("/clients"))["items"]) >= 2


async def test_in_flight_is_told(maker: Member) -> None:
    key = str(uuid4())
    answers = await asyncio.gather(*(invite(maker, "flight@idempotent.test", key) for _ in range(8)))
    late = next(answer for answer in answers if answer.status_code == 409)
    assert late.headers["content-type"] == "application/problem+json"
    assert "Wait" in late.json()["detail"]


async def test_a_secret_is_never_kept(maker: Member) -> None:
    """A program's secret is told once: the key does not replay it, and the database does not hold it."""
    key = str(uuid4())
    body = {"name": "Program", "roles": ["clerk"]}
    first = await maker.call("POST", "/clients", json=body, headers={"Idempotency-Key": key})
    again = await maker.call("POST", "/clients", json=body, headers={"Idempotency-Key": key})
    assert first.json()["secret"] != again.json()["secret"]


async def test_a_file_sent_twice_under_a_key_has_one_effect(maker: Member) -> None:
    """A client that repeats an upload draws a new multipart boundary: what counts is the file."""
    key = str(uuid4())
    content = workbook(factors=[FACTOR_HEADER, factor("F-IDEM", 1)])

    async def send(content: bytes, name: str = "book.xlsx", **params: Any) -> httpx.Response:
        return await maker.call("POST", "/imports", files={"file": (name, io.BytesIO(content))}, params=params, headers={"Idempotency-Key": key})

    first, again = await send(content), await send(content)
    assert (first.status_code, again.status_code) == (200, 200), again.text
    assert first.json()["changed"], "the first one's answer, not that of a second import, which changes nothing"
    assert first.content == again.content
    other = await send(workbook(parts=[PART_HEADER, ["P", "P", "kg", "", "", "", ""]]))
    assert (other.status_code, code_of(other)) == (422, "idempotency.reused")
    assert (await send(content, good_rows=True)).status_code == 422
    assert (await send(content, "renamed.xlsx")).status_code == 422


async def test_a_replay_needs_the_rights_of_the_deed(maker: Member, world: World) -> None:
    """A kept answer is given to a company that may still act, to nobody else."""
    leaver = await world.company("Leaver")
    key = str(uuid4())
    assert (await invite(leaver, "left@leaver.test", key)).status_code == 201
    await world.move(leaver, "suspended")
    assert (await invite(leaver, "left@leaver.test", key)).status_code == 401


async def overlook(*_: object) -> None:
    """The look before the transaction, too early."""


async def test_what_the_first_look_overlooked_still_has_one_effect(maker: Member, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Desk, "_answered_before", overlook)
    key = str(uuid4())
    first = await invite(maker, "overlooked@idempotent.test", key)
    again = await invite(maker, "overlooked@idempotent.test", key)  # refused inside, since the address is taken by now
    assert (first.status_code, first.content) == (again.status_code, again.content)
    assert first.status_code == 201


async def test_two_deeds_that_nobody_refuses_have_one_effect_under_one_key(maker: Member, monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing but the key's row stands between them."""
    monkeypatch.setattr(Desk, "_answered_before", overlook)
    await maker.import_tables(parts=[PART_HEADER, ["TWICE", "Part", "kg", "", "", "", ""]])
    path, headers = f"/parts/{await maker.part_id('TWICE')}/structure", {"Idempotency-Key": str(uuid4())}
    answers = [await maker.call("PUT", path, json={"components": []}, headers=headers) for _ in range(2)]
    assert [answer.status_code for answer in answers] == [200, 200]
    assert answers[0].content == answers[1].content
    facts = [fact for fact in (await maker.get("/facts", params={"limit": 200}))["items"] if fact["kind"] == "structure.changed"]
    assert len(facts) == 1
