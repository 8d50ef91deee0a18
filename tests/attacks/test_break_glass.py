"""Break-glass: nobody at the operator reads a company's figures alone, before, after, beyond what was agreed, or without the company knowing."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any, LiteralString
from uuid import UUID, uuid4

import httpx
import psycopg
import pytest
from tests.attacks.rich import Rich
from tests.attacks.test_second_factor import STEP, Person
from tests.world import PASSWORD, World

from ashiato import worker
from ashiato.domain.governance.break_glass import state_of
from ashiato.domain.governance.break_glass_store import Access
from ashiato.domain.governance.model import GLASS_MOVES, GlassState
from ashiato.gateways.rest import Tools
from ashiato.plumbing.clock import FrozenClock
from ashiato.plumbing.db import Viewpoint
from ashiato.plumbing.unit_of_work import Work

WHY = "Order 12 of the court"


async def person(world: World, client: httpx.AsyncClient, clock: FrozenClock, *, factor: bool = True) -> Person:
    """A person of the operator's, who has just given a second factor."""
    email = f"{uuid4().hex}@operator.test"
    await world.operator.post("/people", {"email": email, "display_name": f"P {email[:4]}", "password": PASSWORD, "roles": ["operator"]})
    found = Person(client, email, clock)
    found.token = (await found.password())["token"]
    if factor:
        await found.set_up()
        await again(found)
    return found


async def again(found: Person) -> None:
    """Logs in with both factors."""
    found.clock.instant += STEP
    found.token = (await found.give((await found.password())["token"], found.code())).json()["token"]


@pytest.fixture
async def two(world: World, frozen: httpx.AsyncClient, clock: FrozenClock) -> tuple[Person, Person]:
    return await person(world, frozen, clock), await person(world, frozen, clock)


@pytest.fixture
def supplier(two_companies: Rich) -> Any:
    return two_companies.supplier.member


def body(supplier: Any, **more: Any) -> dict[str, Any]:
    return {"company_id": supplier.company_id, "purpose": "authority_order", "reason": WHY, "hours": 4} | more


async def asked(someone: Person, supplier: Any, **more: Any) -> str:
    answer = await someone.call("POST", "/break-glass", body(supplier, **more))
    assert answer.status_code == 201, answer.text
    return str(answer.json()["access_id"])


async def does(someone: Person, access_id: str, deed: str) -> tuple[int, str]:
    answer = await someone.call("POST", f"/break-glass/{access_id}/{deed}")
    return answer.status_code, answer.json().get("code", answer.json().get("state"))


def moved(owner_url: str, access_id: str, change: LiteralString) -> None:
    """What no door does: the table's owner changes an access."""
    with psycopg.connect(owner_url) as owner:
        owner.execute("ALTER TABLE ashiato.break_glass NO FORCE ROW LEVEL SECURITY")
        assert owner.execute(f"UPDATE ashiato.break_glass SET {change} WHERE access_id = %s", [access_id]).rowcount == 1
        owner.execute("ALTER TABLE ashiato.break_glass FORCE ROW LEVEL SECURITY")


async def reads(someone: Person, access_id: str) -> tuple[int, list[Any]]:
    answer = await someone.call("GET", f"/break-glass/{access_id}/releases")
    return answer.status_code, answer.json().get("releases", [])


async def test_two_persons_open_it_and_the_company_sees_every_step(two: tuple[Person, Person], supplier: Any, world: World) -> None:
    one, other = two
    access_id = await asked(one, supplier)
    assert (await supplier.get("/break-glass"))["items"][0]["state"] == "asked", "at once"
    assert {"kind": "break_glass", "title": WHY}.items() <= next(
        d for d in (await supplier.get("/duties"))["items"] if d["kind"] == "break_glass"
    ).items()
    assert await reads(one, access_id) == (404, []), "not before the approval"
    assert await does(one, access_id, "approval") == (403, "break_glass.same_person")
    assert await reads(one, access_id) == (404, [])
    assert await does(other, access_id, "approval") == (200, "approved")
    for someone in two:
        code, found = await reads(someone, access_id)
        assert code == 200
        assert {each["release"]["supplier"]["name"] for each in found} == {supplier.name}
        assert float(found[0]["release"]["total"]) > 0

    (item, *_) = (await supplier.get("/break-glass"))["items"]
    assert (item["reason"], item["state"], item["asked_by"][:2], item["decided_by"][:2]) == (WHY, "approved", "P ", "P ")
    grants = [each for each in await supplier.every("/grants") if each["purpose"] == "break_glass" and not each["revoked_at"]]
    assert len(grants) == len(found)
    assert grants[0]["words"]["en"].startswith("The operator may see a released footprint to do what two of its persons agreed on")
    assert WHY in grants[0]["words"]["ja"]
    used = [each for each in await supplier.every("/data-uses") if each["purpose"] == "break_glass"]
    assert all(each["first_read_at"] for each in used if not each["revoked_at"])
    facts = [fact["kind"] for fact in await supplier.every("/facts")]
    assert {"break_glass.asked", "break_glass.approved", "grant.first_read"} <= set(facts)

    assert await does(one, access_id, "end") == (200, "ended")
    assert await reads(other, access_id) == (404, [])
    assert await does(other, access_id, "approval") == (409, "break_glass.state"), "what ended does not open again"
    while await worker.follow_once(world.tools.works, world.tools.log_key):
        pass
    today = datetime.now(UTC).date()
    period = {"period_start": (today - timedelta(days=1)).isoformat(), "period_end": (today + timedelta(days=1)).isoformat()}
    told = (await world.operator.post("/transparency-reports", period))["document"]["break_glass"]
    assert told["approved"] >= 1
    assert told["asked"] >= told["approved"]


async def test_the_company_ends_it_at_the_next_request(two: tuple[Person, Person], supplier: Any, two_companies: Rich) -> None:
    one, other = two
    access_id = await asked(one, supplier)
    await does(other, access_id, "approval")
    assert (await reads(one, access_id))[1]
    assert (await two_companies.rival.member.call("POST", f"/break-glass/{access_id}/end")).status_code == 404, "another company knows of none"
    assert (await supplier.call("POST", f"/break-glass/{access_id}/approval")).status_code == 403
    ended = await supplier.post(f"/break-glass/{access_id}/end")
    assert (ended["state"], ended["ended_by"]) == ("ended", "company")
    assert await reads(one, access_id) == (404, [])
    assert not [each for each in await supplier.every("/grants") if each["purpose"] == "break_glass" and not each["revoked_at"]]


async def test_the_company_may_end_a_single_grant(two: tuple[Person, Person], supplier: Any) -> None:
    one, other = two
    access_id = await asked(one, supplier)
    await does(other, access_id, "approval")
    before = len((await reads(one, access_id))[1])
    grant = next(each for each in await supplier.every("/grants") if each["purpose"] == "break_glass" and not each["revoked_at"])
    await supplier.delete(f"/grants/{grant['grant_id']}")
    assert len((await reads(one, access_id))[1]) == before - 1
    await does(one, access_id, "end")


async def test_it_ends_by_itself(two: tuple[Person, Person], two_companies: Rich, clock: FrozenClock, owner_url: str) -> None:
    one, other = two
    buyer = two_companies.buyer.member  # for whom time goes on
    access_id = await asked(one, buyer, hours=1)
    await does(other, access_id, "approval")
    clock.instant += timedelta(minutes=50)
    await again(one)
    assert (await reads(one, access_id))[0] == 200
    clock.instant += timedelta(minutes=10)
    await again(one)
    assert await reads(one, access_id) == (404, [])
    assert await does(one, access_id, "end") == (409, "break_glass.state")
    unanswered = await asked(one, buyer)
    clock.instant += timedelta(days=1)
    await again(other)
    assert await does(other, unanswered, "approval") == (409, "break_glass.state"), "nobody answered within a day"
    moved(owner_url, access_id, "state = 'ended', ended_at = now(), ended_by = 'operator'")  # to the database's clock it still counts


async def test_one_release_opens_and_no_other(two: tuple[Person, Person], supplier: Any, two_companies: Rich) -> None:
    one, other = two
    whole = await asked(one, supplier)
    await does(other, whole, "approval")
    every = (await reads(one, whole))[1]
    await does(one, whole, "end")
    wanted = every[0]["release"]["release_id"]
    access_id = await asked(one, supplier, release_id=wanted)
    await does(other, access_id, "approval")
    assert [each["release"]["release_id"] for each in (await reads(other, access_id))[1]] == [wanted]
    await does(one, access_id, "end")
    foreign = await asked(one, two_companies.rival.member, release_id=wanted)
    await does(other, foreign, "approval")
    assert await reads(one, foreign) == (200, []), "a release of another company's opens nothing"
    await does(one, foreign, "end")


async def test_only_the_two_read_and_only_with_their_second_factor(
    two: tuple[Person, Person], supplier: Any, world: World, frozen: httpx.AsyncClient, clock: FrozenClock
) -> None:
    one, other = two
    bare = await person(world, frozen, clock, factor=False)
    refused = await bare.call("POST", "/break-glass", body(supplier))
    assert (refused.status_code, refused.json()["code"]) == (403, "break_glass.second_factor")
    access_id = await asked(one, supplier)
    assert await does(bare, access_id, "approval") == (403, "break_glass.second_factor")
    clock.instant += timedelta(minutes=16)
    assert await does(other, access_id, "approval") == (403, "step_up"), "given too long ago"
    await again(other)
    await does(other, access_id, "approval")
    third = await person(world, frozen, clock)
    assert (await reads(third, access_id))[0] == 403
    assert (await reads(bare, access_id))[0] == 403
    assert (await supplier.call("GET", f"/break-glass/{access_id}/releases")).status_code == 403
    people = (await world.operator.get("/people", params={"limit": 200}))["items"]
    person_id = next(each["person_id"] for each in people if each["email"] == one.email)
    await world.operator.call("PATCH", f"/people/{person_id}", json={"active": False})
    assert (await reads(one, access_id))[0] == 401, "an account that is closed"
    await again(other)
    await does(other, access_id, "end")


async def test_what_is_no_request_changes_nothing(two: tuple[Person, Person], supplier: Any) -> None:
    one, other = two
    for more in ({"reason": " "}, {"hours": 0}, {"hours": 73}, {"purpose": "curiosity"}):
        assert (await one.call("POST", "/break-glass", body(supplier, **more))).status_code == 422
    assert (await one.call("POST", "/break-glass", body(supplier, company_id=str(uuid4())))).status_code == 404
    access_id = await asked(one, supplier)
    assert (await other.call("POST", "/break-glass", body(supplier))).json()["code"] == "break_glass.under_way"
    assert await does(other, access_id, "refusal") == (200, "refused")
    assert await does(other, access_id, "approval") == (409, "break_glass.state")
    mine = await asked(one, supplier)
    assert await does(one, mine, "refusal") == (200, "refused"), "taken back"


async def test_the_second_wall_opens_nothing_without_two_persons(
    two: tuple[Person, Person], two_companies: Rich, supplier: Any, world: World, tools: Tools, owner_url: str
) -> None:
    """With the operator's own database role, past all code."""
    one, other = two
    rival = UUID(two_companies.rival.member.company_id)
    operator, company = UUID(world.operator.company_id), UUID(supplier.company_id)

    async def tried(query: str, params: list[Any]) -> Any:
        async def verb(work: Work) -> Any:
            await work.pin(Viewpoint.OPERATOR, operator)
            return await (await work.connection.execute(query, params)).fetchall()

        try:
            return await tools.works.run(verb)
        except psycopg.Error as error:
            return type(error)

    grant = """INSERT INTO data_grant (company_id, grant_id, grantee_id, subject_kind, subject_id, purpose, granted_at, valid_until)
               VALUES (%s, %s, %s, %s, %s, 'break_glass', now(), now() + %s::interval) RETURNING 1"""

    def wanted(lasting: str, kind: str = "footprint_release", to: UUID = operator) -> list[Any]:
        return [company, uuid4(), to, kind, uuid4(), lasting]

    refused = psycopg.errors.InsufficientPrivilege
    ids = "SELECT release_id FROM release_snapshot WHERE company_id = %s"
    access_id = await asked(one, supplier)
    assert await tried(grant, wanted("1 hour")) is refused, "asked for is not approved"
    assert await tried(ids, [company]) == []
    alone = "UPDATE break_glass SET state = 'approved', decided_by = asked_by, decided_at = now(), valid_until = now() + interval '1 hour' WHERE access_id = %s RETURNING 1"
    assert await tried(alone, [access_id]) is psycopg.errors.CheckViolation, "by one person"
    await does(other, access_id, "approval")
    assert await tried(ids, [company]) != []
    assert await tried("SELECT snapshot FROM release_snapshot", []) is refused, "identifiers and nothing else"
    assert await tried(grant, wanted("1 hour")) == [(1,)], "the canary: within what was agreed"
    assert await tried(grant, wanted("5 hours")) is refused, "longer than was agreed"
    assert await tried(grant, wanted("1 hour", "footprint_package")) is refused, "another kind of thing"
    assert await tried(grant, wanted("1 hour", to=rival)) is refused, "to somebody else"
    longer = "UPDATE data_grant SET valid_until = now() + interval '1 year' WHERE company_id = %s RETURNING 1"
    assert await tried(longer, [company]) is refused
    moved(owner_url, access_id, "decided_at = now() - interval '3 hours', valid_until = now() - interval '1 hour'")  # time goes by
    assert await tried(ids, [company]) == []
    assert await tried(grant, wanted("1 hour")) is refused
    moved(owner_url, access_id, "decided_at = now(), valid_until = now() + interval '1 hour'")
    await does(one, access_id, "end")


def test_the_states_are_walked_one_way() -> None:
    now = datetime.now(UTC)
    fresh = Access(uuid4(), uuid4(), None, "incident", "r", 2, "asked", uuid4(), "P", now)
    opened = replace(fresh, state="approved", valid_until=now + timedelta(hours=2))
    assert [state_of(fresh, now + timedelta(hours=each)) for each in (0, 23, 24)] == [GlassState.ASKED, GlassState.ASKED, GlassState.EXPIRED]
    assert [state_of(opened, now + timedelta(hours=each)) for each in (0, 2)] == [GlassState.APPROVED, GlassState.EXPIRED]
    assert {state for state, moves in GLASS_MOVES.items() if moves} == {GlassState.ASKED, GlassState.APPROVED}
    assert all(GlassState.ASKED not in moves and GlassState.EXPIRED not in moves for moves in GLASS_MOVES.values())
