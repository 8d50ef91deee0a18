"""Sessions and log-ins: what ends, ends at the next request; what is wrong, is told in one way, after the same work."""

import asyncio
import statistics
import time
from dataclasses import replace
from datetime import datetime, timedelta
from uuid import uuid4

import argon2
import httpx
import pytest
from tests.world import PASSWORD, Member, World, log_in

from ashiato import app as composition
from ashiato.gateways.rest import PREFIX, SESSION_COOKIE, Tools
from ashiato.plumbing import keys
from ashiato.plumbing.clock import FrozenClock
from ashiato.plumbing.unit_of_work import Work

WRONG = "not the password at all"


@pytest.fixture(scope="module")
async def company(world: World) -> Member:
    return await world.company("Session Works")


async def enter(client: httpx.AsyncClient, email: str, password: str = PASSWORD, **headers: str) -> httpx.Response:
    response = await client.post(f"{PREFIX}/sessions", json={"email": email, "password": password}, headers=headers)
    client.cookies.clear()
    return response


async def me(client: httpx.AsyncClient, **headers: str) -> httpx.Response:
    return await client.get(f"{PREFIX}/me", headers=headers)


async def bearer(client: httpx.AsyncClient, token: str) -> httpx.Response:
    return await me(client, Authorization=f"Bearer {token}")


async def cookie(client: httpx.AsyncClient, token: str) -> httpx.Response:
    return await me(client, Cookie=f"{SESSION_COOKIE}={token}")


async def colleague(company: Member, *roles: str) -> Member:
    email = f"{uuid4().hex}@sessions.test"
    body = {"email": email, "display_name": "Colleague", "password": PASSWORD, "roles": list(roles) or ["clerk"]}
    person_id = (await company.post("/people", body))["id"]
    person = Member(company.client, person_id, company.number, company.company_id, email)
    await log_in(person)
    return person


async def test_a_session_somebody_else_laid_is_not_taken_over(company: Member) -> None:
    """Fixation: logging in draws a new secret, whatever cookie the browser sends along."""
    laid = "x" * 43
    response = await enter(company.client, company.email, Cookie=f"{SESSION_COOKIE}={laid}")
    fresh = response.json()["token"]
    assert fresh != laid
    assert f"{SESSION_COOKIE}={fresh}" in response.headers["set-cookie"]
    assert (await cookie(company.client, laid)).status_code == 401
    assert (await cookie(company.client, fresh)).status_code == 200


async def test_logging_in_again_draws_another_secret(company: Member) -> None:
    secrets = [(await enter(company.client, company.email)).json()["token"] for _ in range(3)]
    assert len(set(secrets)) == 3
    assert all(len(secret) >= 43 for secret in secrets), "256 bits"


async def test_the_cookie_is_the_browsers_alone(company: Member, tools: Tools) -> None:
    flags = (await enter(company.client, company.email)).headers["set-cookie"].casefold()
    assert "httponly" in flags
    assert "samesite=lax" in flags
    assert "path=/" in flags
    assert "domain=" not in flags
    assert "secure" not in flags, "on loopback without TLS"
    settings = tools.settings.model_copy(update={"public_url": "https://ashiato.example"})
    app = composition.build(replace(tools, settings=settings))
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="https://ashiato.example") as client:
        assert "secure" in (await enter(client, company.email)).headers["set-cookie"].casefold()


@pytest.mark.parametrize(
    ("origin", "status"),
    [
        ("https://evil.example", 403),
        ("null", 403),
        ("http://testserver.evil.example", 403),
        ("http://testserver:81", 403),
        ("http://testserver", 204),
        (None, 204),
    ],
)
async def test_another_sites_page_cannot_act_with_the_cookie(company: Member, origin: str | None, status: int) -> None:
    token = (await enter(company.client, company.email)).json()["token"]
    headers = {"Cookie": f"{SESSION_COOKIE}={token}"} | ({"Origin": origin} if origin else {})
    response = await company.client.delete(f"{PREFIX}/sessions/current", headers=headers)
    assert response.status_code == status, response.text
    assert (await bearer(company.client, token)).status_code == (200 if status == 403 else 401)


async def test_another_sites_page_cannot_log_somebody_in_with_a_form(company: Member) -> None:
    """A form can send no JSON: logging in by a forged form is refused before a password is looked at."""
    response = await company.client.post(f"{PREFIX}/sessions", data={"email": company.email, "password": PASSWORD})
    assert response.status_code == 422
    assert "set-cookie" not in response.headers


async def test_logging_out_ends_this_session_and_no_other(company: Member) -> None:
    one, other = [(await enter(company.client, company.email)).json()["token"] for _ in range(2)]
    headers = {"Authorization": f"Bearer {one}"}
    left = await company.client.delete(f"{PREFIX}/sessions/current", headers=headers)
    assert left.status_code == 204
    assert f'{SESSION_COOKIE}=""' in left.headers["set-cookie"]
    assert (await bearer(company.client, one)).status_code == 401
    assert (await company.client.delete(f"{PREFIX}/sessions/current", headers=headers)).status_code == 401
    assert (await bearer(company.client, other)).status_code == 200


async def test_a_closed_account_ends_at_the_next_request(company: Member) -> None:
    person = await colleague(company)
    assert (await bearer(company.client, person.token)).status_code == 200
    await company.client.patch(f"{PREFIX}/people/{person.name}", json={"active": False}, headers={"Authorization": f"Bearer {company.token}"})
    assert (await bearer(company.client, person.token)).status_code == 401
    assert (await enter(company.client, person.email)).status_code == 401
    await company.client.patch(f"{PREFIX}/people/{person.name}", json={"active": True}, headers={"Authorization": f"Bearer {company.token}"})
    assert (await bearer(company.client, person.token)).status_code == 401, "the old session stays ended"
    assert (await enter(company.client, person.email)).status_code == 201


async def test_a_changed_role_counts_at_the_next_request(company: Member) -> None:
    person = await colleague(company, "clerk", "company_admin")
    assert (await person.call("GET", "/people")).status_code == 200
    await company.client.patch(f"{PREFIX}/people/{person.name}", json={"roles": ["clerk"]}, headers={"Authorization": f"Bearer {company.token}"})
    assert (await person.call("GET", "/people")).status_code == 401, "the session that had the role is over"
    await log_in(person)
    assert (await person.call("GET", "/people")).status_code == 403
    assert (await person.get("/me"))["roles"] == ["clerk"]


async def test_nobody_locks_himself_out(company: Member) -> None:
    person_id = (await company.get("/me"))["person_id"]
    response = await company.call("PATCH", f"/people/{person_id}", json={"active": False})
    assert (response.status_code, response.json()["code"]) == (409, "person.self")


async def test_a_suspension_ends_every_session_and_readmission_revives_them(world: World) -> None:
    member = await world.company("Suspended Works")
    person = await colleague(member)
    await world.move(member, "suspended")
    for token in (member.token, person.token):
        assert (await bearer(member.client, token)).status_code == 401
    assert (await enter(member.client, member.email)).status_code == 401
    await world.move(member, "admitted")
    assert (await bearer(member.client, member.token)).status_code == 200


async def test_a_session_runs_out(company: Member, frozen: httpx.AsyncClient, clock: FrozenClock, tools: Tools) -> None:
    session = (await enter(frozen, company.email)).json()
    lifetime = timedelta(hours=tools.settings.session_hours)
    assert datetime.fromisoformat(session["expires_at"]) == clock.instant + lifetime
    clock.instant += lifetime - timedelta(seconds=1)
    assert (await bearer(frozen, session["token"])).status_code == 200
    clock.instant += timedelta(seconds=1)
    assert (await bearer(frozen, session["token"])).status_code == 401


async def test_ten_wrong_passwords_close_an_account_for_a_quarter_of_an_hour(world: World, frozen: httpx.AsyncClient, clock: FrozenClock) -> None:
    member = await world.company("Guessed Works")
    for _ in range(10):
        assert (await enter(frozen, member.email, WRONG)).status_code == 401
    assert (await enter(frozen, member.email)).status_code == 401, "now the right one is refused too"
    assert (await bearer(frozen, member.token)).status_code == 200, "who is inside already is not put out"
    clock.instant += timedelta(minutes=14, seconds=59)
    assert (await enter(frozen, member.email)).status_code == 401
    clock.instant += timedelta(seconds=2)
    assert (await enter(frozen, member.email)).status_code == 201


async def test_nine_wrong_passwords_are_forgiven_by_the_right_one(world: World) -> None:
    member = await world.company("Forgetful Works")
    for wrong in (9, 1):
        for _ in range(wrong):
            assert (await enter(member.client, member.email, WRONG)).status_code == 401
        assert (await enter(member.client, member.email)).status_code == 201


async def test_wrong_passwords_all_at_once_count_too(world: World) -> None:
    member = await world.company("Stormed Works")
    responses = await asyncio.gather(*(enter(member.client, member.email, WRONG) for _ in range(6)))
    assert {response.status_code for response in responses} <= {401, 503}
    for _ in range(9):
        await enter(member.client, member.email, WRONG)
    assert (await enter(member.client, member.email)).status_code == 401


async def test_whatever_is_wrong_gets_one_answer(world: World, company: Member) -> None:
    suspended, closed, locked = await world.company("S"), await colleague(company), await world.company("L")
    pending = await world.apply("P")
    await world.move(suspended, "suspended")
    await company.client.patch(f"{PREFIX}/people/{closed.name}", json={"active": False}, headers={"Authorization": f"Bearer {company.token}"})
    for _ in range(10):
        await enter(locked.client, locked.email, WRONG)
    tried = [(f"{uuid4()}@nowhere.test", PASSWORD), (company.email, WRONG), (suspended.email, PASSWORD), (pending.email, PASSWORD), (closed.email, PASSWORD), (locked.email, PASSWORD), ("", ""), ("no address", "x")]  # fmt: skip
    answers = [await enter(company.client, email, password) for email, password in tried]
    assert {response.status_code for response in answers} == {401}
    assert len({response.content for response in answers}) == 1
    assert len({str(sorted(response.headers.items())) for response in answers}) == 1


async def test_an_unknown_account_takes_as_long_as_a_known_one(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """The password is hashed either way: who measures the time learns nothing of who has an account. Measured as work, not by the clock."""
    monkeypatch.setattr(keys, "_passwords", argon2.PasswordHasher())  # hashed as a program does
    member = await world.company("Timed Works")
    invited = f"{uuid4().hex}@timed.test"
    await member.post("/people", {"email": invited, "display_name": "Invited", "roles": ["clerk"]})
    times: dict[str, list[float]] = {"known": [], "unknown": [], "invited": []}
    for turn in range(6):
        for kind, email in (("known", member.email), ("unknown", f"{uuid4().hex}@nowhere.test"), ("invited", invited)):
            began = time.process_time()
            await enter(member.client, email, WRONG)
            times[kind].append(time.process_time() - began)
        if turn == 3:
            await enter(member.client, member.email)  # forgives the wrong ones, so that the account stays open
    known = statistics.median(times["known"])
    for other in (statistics.median(times["unknown"]), statistics.median(times["invited"])):
        assert 0.4 < other / known < 2.5, times
        assert other > 0.01, "a hash was computed"


async def test_one_address_can_have_accounts_in_two_companies(world: World) -> None:
    one, other = await world.company("First Employer"), await world.company("Second Employer")
    email = f"{uuid4().hex}@both.test"
    for member, password in ((one, "first password here"), (other, "second password here")):
        await member.post("/people", {"email": email, "display_name": "Both", "password": password, "roles": ["clerk"]})
    assert (await enter(one.client, email, "first password here")).json()["company_id"] == one.company_id
    assert (await enter(one.client, email.upper(), "second password here")).json()["company_id"] == other.company_id
    assert (await enter(one.client, email, WRONG)).status_code == 401


@pytest.mark.parametrize("spelled", [" {} ", "{}", "ＡＤＭＩＮ"])
async def test_an_address_has_one_spelling(company: Member, spelled: str) -> None:
    email = spelled.format(company.email.upper()) if "{}" in spelled else company.email.replace("admin", spelled)
    assert (await enter(company.client, email)).status_code == 201


async def test_what_is_stored_of_a_session_does_not_open_it(company: Member, tools: Tools) -> None:
    token = (await enter(company.client, company.email)).json()["token"]

    async def hashes(work: Work) -> list[bytes]:
        cursor = await work.connection.execute("SELECT token_hash FROM session WHERE company_id = %s", [company.company_id])
        return [bytes(stored) for (stored,) in await cursor.fetchall()]

    stored = await tools.works.run(hashes)
    assert stored
    assert all(token.encode() not in each and len(each) == 32 for each in stored)
    for each in stored:
        assert (await bearer(company.client, each.hex())).status_code == 401


@pytest.mark.parametrize("password", ["short", "x" * 11, "x" * 201, ""])
async def test_a_password_has_12_to_200_characters(company: Member, password: str) -> None:
    body = {"email": f"{uuid4().hex}@x.test", "display_name": "X", "password": password, "roles": ["clerk"]}
    assert (await company.call("POST", "/people", json=body)).status_code == 422


async def test_no_answer_repeats_a_password(company: Member) -> None:
    secret = "hunter2-hunter2-\u0000"
    response = await company.call("POST", "/people", json={"email": "x", "display_name": "", "password": secret, "roles": ["nobody"]})
    assert response.status_code == 422
    assert "hunter2" not in response.text
