"""The second factor: what a password alone opens (nothing), what a code opens (once), and what a stolen session cannot do."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

import httpx
import pytest
from tests.attacks.rich import totp
from tests.world import PASSWORD, Member, World, log_in

from ashiato import app as composition
from ashiato.gateways.rest import PREFIX, Tools
from ashiato.plumbing.clock import FrozenClock

STEP = timedelta(seconds=30)


class Person:
    """Somebody with an app for codes, under a clock that a test moves."""

    def __init__(self, client: httpx.AsyncClient, email: str, clock: FrozenClock) -> None:
        self.client, self.email, self.clock, self.token, self.secret, self.codes = client, email, clock, "", "", []

    async def call(self, method: str, path: str, json: Any = None, token: str | None = None) -> httpx.Response:
        self.client.cookies.clear()
        return await self.client.request(method, PREFIX + path, json=json, headers={"Authorization": f"Bearer {token or self.token}"})

    async def password(self) -> dict[str, Any]:
        self.client.cookies.clear()
        answer = await self.client.post(f"{PREFIX}/sessions", json={"email": self.email, "password": PASSWORD})
        assert answer.status_code == 201, answer.text
        return answer.json()

    def code(self, steps: int = 0) -> str:
        return totp(self.secret, self.clock.instant + steps * STEP)

    async def set_up(self) -> None:
        fresh = (await self.call("POST", "/second-factors", {"name": "Phone"})).json()
        self.secret = fresh["secret"]
        assert fresh["address"].startswith("otpauth://totp/")
        told = await self.call("POST", f"/second-factors/{fresh['factor_id']}/confirmation", {"code": self.code()})
        assert told.status_code == 200, told.text
        self.codes = told.json()["codes"]
        self.clock.instant += STEP

    async def give(self, waiting: str, code: str) -> httpx.Response:
        return await self.call("POST", "/sessions/second-factor", {"code": code}, waiting)


@pytest.fixture
async def person(world: World, frozen: httpx.AsyncClient, clock: FrozenClock) -> Person:
    company = await world.company("Factor Works")
    found = Person(frozen, company.email, clock)
    found.token = (await found.password())["token"]
    await found.set_up()
    return found


async def test_a_password_alone_opens_nothing_any_more(person: Person) -> None:
    waiting = await person.password()
    assert (waiting["pending"], waiting["set_up"]) == (True, False)
    for method, path, body in (
        ("GET", "/me", None),
        ("GET", "/sessions", None),
        ("POST", "/second-factors", {"name": "Mine"}),
        ("POST", "/passkeys/options", None),
    ):
        answer = await person.call(method, path, body, waiting["token"])
        assert answer.status_code == 401, path
    opened = await person.give(waiting["token"], person.code())
    assert opened.status_code == 201
    fresh = opened.json()["token"]
    assert fresh != waiting["token"], "no fixation: the secret that waited opens nothing, then or later"
    assert (await person.call("GET", "/me", token=fresh)).status_code == 200
    assert (await person.call("GET", "/me", token=waiting["token"])).status_code == 401
    assert (await person.give(waiting["token"], person.code(1))).status_code == 401, "used up"


async def test_a_code_is_taken_once_and_near_its_time(person: Person) -> None:
    code = person.code()
    assert (await person.give((await person.password())["token"], code)).status_code == 201
    assert (await person.give((await person.password())["token"], code)).status_code == 401, "replayed"
    assert (await person.give((await person.password())["token"], person.code(-1))).status_code == 401, "older than the last"
    assert (await person.give((await person.password())["token"], person.code(2))).status_code == 401, "too early"
    assert (await person.give((await person.password())["token"], person.code(1))).status_code == 201, "a clock may be half a minute off"


async def test_a_waiting_session_ends_after_ten_minutes(person: Person) -> None:
    waiting = await person.password()
    person.clock.instant += timedelta(minutes=10)
    assert (await person.give(waiting["token"], person.code())).status_code == 401


async def test_five_wrong_codes_close_the_account_for_a_quarter_of_an_hour(person: Person) -> None:
    waiting = await person.password()
    for _ in range(5):
        assert (await person.give(waiting["token"], "000000" if person.code() != "000000" else "000001")).status_code == 401
    assert (await person.give(waiting["token"], person.code())).status_code == 401, "now the right one is refused too"
    person.clock.instant += timedelta(minutes=15, seconds=1)
    assert (await person.give((await person.password())["token"], person.code())).status_code == 201


async def test_a_recovery_code_opens_once(person: Person) -> None:
    assert len(set(person.codes)) == 10
    assert (await person.give((await person.password())["token"], person.codes[0].upper())).status_code == 201
    assert (await person.give((await person.password())["token"], person.codes[0])).status_code == 401
    assert (await person.give((await person.password())["token"], person.codes[1])).status_code == 201


async def test_critical_deeds_need_the_factor_once_more(person: Person, clock: FrozenClock) -> None:
    """The session that set the factor up was opened by a password: it has to give the factor, and again after a quarter of an hour."""
    body = {"email": f"{uuid4().hex}@step.test", "display_name": "C", "password": PASSWORD, "roles": ["clerk"]}
    refused = await person.call("POST", "/people", body)
    assert (refused.status_code, refused.json()["code"]) == (403, "step_up")
    assert (await person.call("POST", "/second-factors", {"name": "Thief's"})).json()["code"] == "step_up"
    assert (await person.call("POST", "/sessions/current/proof", {"code": "000000"})).status_code == 422
    assert (await person.call("POST", "/sessions/current/proof", {"code": person.code()})).status_code == 204
    assert (await person.call("POST", "/people", body)).status_code == 201
    clock.instant += timedelta(minutes=15, seconds=1)
    assert (await person.call("POST", "/recovery-codes")).json()["code"] == "step_up"


async def test_another_persons_code_opens_nothing(world: World, frozen: httpx.AsyncClient, clock: FrozenClock, person: Person) -> None:
    other = Person(frozen, (await world.company("Other Works")).email, clock)
    other.token = (await other.password())["token"]
    await other.set_up()
    assert (await person.give((await person.password())["token"], other.code())).status_code == 401
    assert (await person.give((await person.password())["token"], other.codes[0])).status_code == 401
    assert (await other.give((await other.password())["token"], other.code())).status_code == 201


async def test_sessions_are_listed_and_ended(person: Person) -> None:
    one = (await person.give((await person.password())["token"], person.code())).json()["token"]
    listed = (await person.call("GET", "/sessions", token=one)).json()["items"]
    assert [each["present"] for each in listed] == [True, False, False], "newest first; one more was opened when the world was made"
    (other,) = [each["session_id"] for each in (await person.call("GET", "/sessions")).json()["items"] if each["present"]]
    assert (await person.call("DELETE", f"/sessions/{other}", token=one)).status_code == 204
    assert (await person.call("GET", "/me")).status_code == 401, "ended at the next request"
    assert (await person.call("DELETE", f"/sessions/{other}", token=one)).status_code == 404


async def test_an_administrator_resets_a_colleagues_factor_and_ends_the_sessions(world: World, frozen: httpx.AsyncClient, clock: FrozenClock) -> None:
    company = await world.company("Reset Works")
    email = f"{uuid4().hex}@reset.test"
    person_id = (await company.post("/people", {"email": email, "display_name": "C", "password": PASSWORD, "roles": ["clerk"]}))["id"]
    colleague = Person(frozen, email, clock)
    colleague.token = (await colleague.password())["token"]
    await colleague.set_up()
    await company.delete(f"/people/{person_id}/second-factors")
    assert (await colleague.call("GET", "/me")).status_code == 401
    assert (await colleague.password())["pending"] is False


async def test_where_everybody_needs_one_the_first_log_in_sets_it_up(world: World, tools: Tools, clock: FrozenClock) -> None:
    company = await world.company("Strict Works")
    settings = tools.settings.model_copy(update={"second_factor": "administrators"})
    app = composition.build(replace(tools, settings=settings, works=replace(tools.works, clock=clock)))
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://testserver") as client:
        person = Person(client, company.email, clock)
        waiting = await person.password()
        assert (waiting["pending"], waiting["set_up"]) == (True, True)
        assert (await person.call("GET", "/me", token=waiting["token"])).status_code == 401
        fresh = (await person.call("POST", "/second-factors", {"name": "Phone"}, waiting["token"])).json()
        person.secret = fresh["secret"]
        path = f"/second-factors/{fresh['factor_id']}/confirmation"
        assert (await person.call("POST", path, {"code": person.code(5)}, waiting["token"])).status_code == 422
        told = (await person.call("POST", path, {"code": person.code()}, waiting["token"])).json()
        assert len(told["codes"]) == 10
        assert (await person.call("GET", "/me", token=told["session"]["token"])).status_code == 200
        email = f"{uuid4().hex}@strict.test"
        body = {"email": email, "display_name": "C", "password": PASSWORD, "roles": ["clerk"]}
        assert (await person.call("POST", "/people", body, told["session"]["token"])).status_code == 201
        assert (await Person(client, email, clock).password())["pending"] is False, "a clerk is no administrator"


async def invited(company: Member) -> tuple[str, str]:
    email = f"{uuid4().hex}@invited.test"
    person_id = (await company.post("/people", {"email": email, "display_name": "New", "roles": ["clerk"]}))["id"]
    link = (await company.post(f"/people/{person_id}/invitation"))["link"]
    return email, link.rpartition("/")[2]


async def test_an_invitation_works_once(world: World) -> None:
    company = await world.company("Inviting Works")
    email, secret = await invited(company)
    path, chosen = f"{PREFIX}/invitations/acceptance", "a password of my own"
    assert (await company.client.post(f"{PREFIX}/sessions", json={"email": email, "password": "-"})).status_code == 401
    assert (await company.client.post(path, json={"secret": secret, "password": "short"})).status_code == 422
    taken = await company.client.post(path, json={"secret": secret, "password": chosen})
    company.client.cookies.clear()
    assert taken.status_code == 201
    assert (await company.client.get(f"{PREFIX}/me", headers={"Authorization": f"Bearer {taken.json()['token']}"})).json()["roles"] == ["clerk"]
    for again in (secret, secret + "x", "", "x" * 43):
        assert (await company.client.post(path, json={"secret": again, "password": "another password"})).status_code == 404
    assert (await company.client.post(f"{PREFIX}/sessions", json={"email": email, "password": chosen})).status_code == 201
    company.client.cookies.clear()


async def test_an_invitation_ends_with_a_newer_one_a_closed_account_and_a_suspension(world: World) -> None:
    company = await world.company("Changing Works")
    body = {"email": f"{uuid4().hex}@x.test", "display_name": "New", "roles": ["clerk"]}
    person_id = (await company.post("/people", body))["id"]
    links = [(await company.post(f"/people/{person_id}/invitation"))["link"].rpartition("/")[2] for _ in range(2)]
    path = f"{PREFIX}/invitations/acceptance"
    assert (await company.client.post(path, json={"secret": links[0], "password": PASSWORD})).status_code == 404
    await company.call("PATCH", f"/people/{person_id}", json={"active": False})
    assert (await company.client.post(path, json={"secret": links[1], "password": PASSWORD})).status_code == 404
    await company.call("PATCH", f"/people/{person_id}", json={"active": True})
    await world.move(company, "suspended")
    assert (await company.client.post(path, json={"secret": links[1], "password": PASSWORD})).status_code == 404
    await world.move(company, "admitted")
    assert (await company.client.post(path, json={"secret": links[1], "password": PASSWORD})).status_code == 201
    company.client.cookies.clear()


async def test_the_japanese_interface_lets_nobody_past_the_second_factor(world: World) -> None:
    from tests import ouranos_world  # noqa: PLC0415 — its fixtures take seconds, needed here alone

    company = await world.company("Interface Works")
    key = await ouranos_world.issue_key(world)
    body = {"operatorAccountId": company.email, "accountPassword": PASSWORD}
    assert (await company.client.post("/auth/login", json=body, headers={"apiKey": key})).status_code == 201
    await log_in(company)
    fresh = await company.post("/second-factors", {"name": "Phone"})
    await company.post(f"/second-factors/{fresh['factor_id']}/confirmation", {"code": totp(fresh["secret"], datetime.now(UTC))})
    assert (await company.client.post("/auth/login", json=body, headers={"apiKey": key})).status_code == 401
