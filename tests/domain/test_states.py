"""States and who may change them: the tables against plain words, and the running platform against a plain model."""

import asyncio
from collections.abc import Awaitable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any, TypeVar
from uuid import uuid4

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule, run_state_machine_as_test
from tests.world import CHECKS, FACTOR_HEADER, INVENTORY_HEADER, METHOD, PART_HEADER, STRUCTURE_HEADER, Member, World, factor

from ashiato.domain.participants.model import CompanyState
from ashiato.domain.participants.model import check_transition as check_company
from ashiato.domain.trade.model import Party, RequestState
from ashiato.domain.trade.model import check_transition as check_request
from ashiato.kernel.errors import Kind, Refusal

T = TypeVar("T")


class CompanyTable(RuleBasedStateMachine):
    """A company's admission, in the words of the statutes: apply, be verified, be admitted; suspended and readmitted; or declined."""

    def __init__(self) -> None:
        super().__init__()
        self.state = CompanyState.APPLIED

    @rule(wanted=st.sampled_from(list(CompanyState)))
    def move(self, wanted: CompanyState) -> None:
        follows = {
            "applied": ["verified", "declined"],
            "verified": ["admitted", "declined"],
            "admitted": ["suspended"],
            "suspended": ["admitted"],
            "declined": [],
        }
        if wanted.value in follows[self.state.value]:
            check_company(self.state, wanted)
            self.state = wanted
            return
        with pytest.raises(Refusal, match="cannot become") as caught:
            check_company(self.state, wanted)
        assert caught.value.kind is Kind.CONFLICT


class RequestTable(RuleBasedStateMachine):
    """A request: the buyer asks and may take it back; the supplier links, rejects or answers while it is open, and may answer anew."""

    def __init__(self) -> None:
        super().__init__()
        self.state = RequestState.ASKED

    @rule(party=st.sampled_from(list(Party)), wanted=st.sampled_from(list(RequestState)))
    def move(self, party: Party, wanted: RequestState) -> None:
        still_open = self.state.value in ("asked", "linked")
        if party is Party.BUYER:
            allowed = wanted.value == "cancelled" and self.state.value != "cancelled"
        else:
            allowed = (
                (wanted.value == "linked" and still_open)
                or (wanted.value == "rejected" and still_open)
                or (wanted.value == "answered" and self.state.value in ("linked", "answered"))
            )
        if allowed:
            check_request(self.state, party, wanted)
            self.state = wanted
            return
        with pytest.raises(Refusal, match="cannot make") as caught:
            check_request(self.state, party, wanted)
        assert caught.value.kind is Kind.CONFLICT


@pytest.mark.parametrize("machine", [CompanyTable, RequestTable])
def test_the_table_says_what_the_words_say(machine: type[RuleBasedStateMachine]) -> None:
    run_state_machine_as_test(machine, settings=settings(max_examples=60, stateful_step_count=20, deadline=None))


def test_a_table_with_one_step_too_many_would_be_noticed(monkeypatch: pytest.MonkeyPatch) -> None:
    """The canary: a supplier that could reject what it has answered."""
    from ashiato.domain.trade import model  # noqa: PLC0415

    key = (RequestState.ANSWERED, Party.SUPPLIER)
    monkeypatch.setitem(model.TRANSITIONS, key, model.TRANSITIONS[key] | {RequestState.REJECTED})
    with pytest.raises(pytest.fail.Exception):
        run_state_machine_as_test(RequestTable, settings=settings(max_examples=200, stateful_step_count=20, deadline=None, derandomize=True))


CLOSED_TO = {"rejection": ("answered", "rejected", "cancelled"), "cancellation": ("cancelled",)}


@dataclass
class Asked:
    """A request as the model knows it."""

    part: str
    state: str = "asked"
    linked: str | None = None
    answers: list[str] = field(default_factory=list)
    granted: bool = False


@dataclass
class Cast:
    """The companies of the play, what they own, and the way from hypothesis's thread to the server's loop."""

    loop: asyncio.AbstractEventLoop
    buyer: Member
    supplier: Member
    stranger: Member
    bought: dict[str, str]
    made: dict[str, str]
    footprints: dict[str, list[str]]

    def wait(self, deed: Awaitable[T]) -> T:
        return asyncio.run_coroutine_threadsafe(_awaited(deed), self.loop).result(30)

    def actor(self, name: str) -> Member:
        return {"buyer": self.buyer, "supplier": self.supplier, "stranger": self.stranger}[name]


async def _awaited(deed: Awaitable[T]) -> T:
    return await deed


buyers = st.sampled_from(["buyer"] * 6 + ["supplier", "stranger"])  # mostly whose deed it is, so that plays get somewhere
suppliers = st.sampled_from(["supplier"] * 6 + ["buyer", "stranger"])
actors = st.sampled_from(["buyer", "supplier", "stranger"])
places = st.integers(0, 7)


class Trade(RuleBasedStateMachine):
    """Two companies and a stranger, doing at every step whatever they please; every answer is foretold by the model."""

    cast: Cast

    def __init__(self) -> None:
        super().__init__()
        self.asked: dict[str, Asked] = {}

    def call(self, actor: str, method: str, path: str, body: Any = None) -> Any:
        return self.cast.wait(self.cast.actor(actor).call(method, path, json=body))

    def pick(self, place: int) -> tuple[str, Asked] | None:
        return list(self.asked.items())[place % len(self.asked)] if self.asked else None

    @rule(part=st.sampled_from(["B-0", "B-0", "B-1"]), actor=buyers)
    def ask(self, part: str, actor: str) -> None:
        due = (datetime.now(UTC) + timedelta(days=3)).isoformat()
        response = self.call(actor, "POST", "/requests", {"part_id": self.cast.bought[part], "method": METHOD, "due_at": due})
        if actor != "buyer":
            assert response.status_code == 404, response.text
        elif any(request.part == part and request.state in ("asked", "linked") for request in self.asked.values()):
            assert (response.status_code, response.json()["code"]) == (409, "request.open"), response.text
        else:
            assert response.status_code == 201, response.text
            self.asked[response.json()["request_id"]] = Asked(part)

    @rule(place=places, actor=suppliers, part=st.sampled_from(["S-0", "S-0", "S-0", "S-1", "S-NO-MASS"]))
    def link(self, place: int, actor: str, part: str) -> None:
        picked = self.pick(place)
        if picked is None:
            return
        request_id, request = picked
        response = self.call(actor, "PUT", f"/requests/{request_id}/link", {"part_id": self.cast.made[part]})
        if actor == "stranger":
            assert response.status_code == 404
        elif actor == "buyer" or request.state not in ("asked", "linked"):
            assert response.status_code == 409, response.text
        elif part == "S-NO-MASS":
            assert (response.status_code, response.json()["code"]) == (422, "unit.no_conversion")
        else:
            assert response.status_code == 200, response.text
            request.state, request.linked = "linked", part

    @rule(place=places, actor=actors, deed=st.sampled_from(["rejection", "cancellation"]), reason=st.sampled_from(["because", ""]))
    def close(self, place: int, actor: str, deed: str, reason: str) -> None:
        picked = self.pick(place)
        if picked is None:
            return
        request_id, request = picked
        response = self.call(actor, "POST", f"/requests/{request_id}/{deed}", {"reason": reason})
        if not reason:
            assert response.status_code == 422
        elif actor == "stranger":
            assert response.status_code == 404
        elif (actor == "buyer") != (deed == "cancellation") or request.state in CLOSED_TO[deed]:
            assert response.status_code == 409
        else:
            assert response.status_code == 200, response.text
            request.state = "rejected" if deed == "rejection" else "cancelled"

    @rule(place=places, actor=suppliers, part=st.sampled_from(["S-0", "S-0", "S-1"]), newer=st.integers(0, 1))
    def answer(self, place: int, actor: str, part: str, newer: int) -> None:
        picked = self.pick(place)
        if picked is None:
            return
        request_id, request = picked
        footprint_id = self.cast.footprints[part][newer]
        response = self.call(actor, "POST", "/answers", {"footprint_id": footprint_id, "requests": [request_id]})
        if actor != "supplier":
            assert response.status_code == 404
        elif request.state not in ("linked", "answered") or request.linked != part:
            assert response.status_code == 409, response.text
        else:
            assert response.status_code == 201, response.text
            request.state, request.granted = "answered", True
            request.answers.append(response.json()["release"]["release_id"])

    @rule(place=places)
    def withdraw(self, place: int) -> None:
        picked = self.pick(place)
        if picked is None or not picked[1].answers:
            return
        latest = picked[1].answers[-1]
        grants = self.cast.wait(self.cast.supplier.every("/grants"))
        live = [grant for grant in grants if grant["subject_id"] == latest and grant["revoked_at"] is None]
        sharing = [request for request in self.asked.values() if request.answers and request.answers[-1] == latest]
        for grant in live:
            assert self.call("supplier", "DELETE", f"/grants/{grant['grant_id']}").status_code == 204
            assert self.call("supplier", "DELETE", f"/grants/{grant['grant_id']}").status_code == 404, "once"
        for request in sharing:
            request.granted = False

    @rule(place=places, actor=actors)
    def read_answer(self, place: int, actor: str) -> None:
        picked = self.pick(place)
        if picked is None:
            return
        request_id, request = picked
        response = self.call(actor, "GET", f"/requests/{request_id}/answer")
        readable = bool(request.answers) and (actor == "supplier" or (actor == "buyer" and self.granted(request.answers[-1])))
        assert response.status_code == (200 if readable else 404), response.text
        if readable:
            assert response.json()["release"]["release_id"] == request.answers[-1]
            assert response.json()["superseded"] == len(request.answers) - 1

    def granted(self, release_id: str) -> bool:
        """One release is granted to the buyer once, whichever request it answers."""
        return any(request.granted for request in self.asked.values() if release_id in request.answers)

    @rule(place=places, actor=actors)
    def read(self, place: int, actor: str) -> None:
        picked = self.pick(place)
        if picked is None:
            return
        request_id, request = picked
        response = self.call(actor, "GET", f"/requests/{request_id}")
        if actor == "stranger":
            assert response.status_code == 404
            return
        told = response.json()
        assert told["state"] == request.state
        own = self.cast.bought[request.part] if actor == "buyer" else self.cast.made.get(request.linked or "")
        assert told["own_part_id"] == own, "each side sees its own part behind it, never the other's"

    @invariant()
    def both_lists_tell_the_same(self) -> None:
        if len(self.asked) % 3:
            return
        for actor, direction in (("buyer", "sent"), ("supplier", "received")):
            items = self.cast.wait(self.cast.actor(actor).every("/requests", direction=direction))
            told = {item["request_id"]: item["state"] for item in items}
            assert {request_id: told.get(request_id) for request_id in self.asked} == {key: request.state for key, request in self.asked.items()}

    def teardown(self) -> None:
        for request_id, request in self.asked.items():
            if request.state in ("asked", "linked"):
                self.call("buyer", "POST", f"/requests/{request_id}/cancellation", {"reason": "the play is over"})


async def players(world: World) -> Cast:
    tag = uuid4().hex[:6]
    buyer, supplier, stranger = [await world.company(f"{name} {tag}") for name in ("Buyer", "Supplier", "Stranger")]
    await buyer.import_tables(parts=[PART_HEADER, *([number, number, "kg", "", supplier.number, f"S-{number}", ""] for number in ("B-0", "B-1"))])
    made = [["S-0", "made", "kg"], ["S-1", "made", "piece", "2"], ["S-NO-MASS", "made", "piece"]]
    await supplier.import_tables(
        factors=[FACTOR_HEADER, factor("E", "0.5", "kg CO2e/kWh")],
        parts=[PART_HEADER, *(row + [""] * (7 - len(row)) for row in made)],
        inventory=[INVENTORY_HEADER, *([number, "production", "power", "4", "kWh", "E", "own", "energy"] for number in ("S-0", "S-1"))],
    )
    footprints: dict[str, list[str]] = {"S-0": [], "S-1": []}
    for amount in ("4", "5"):
        lines = [[number, "production", "power", amount, "kWh", "E", "own", "energy"] for number in footprints]
        await supplier.import_tables(inventory=[INVENTORY_HEADER, *lines])
        for number, computed in footprints.items():
            computed.append((await supplier.compute(number))["footprint_id"])
    return Cast(
        asyncio.get_running_loop(), buyer, supplier, stranger,
        {number: await buyer.part_id(number) for number in ("B-0", "B-1")},
        {row[0]: await supplier.part_id(row[0]) for row in made}, footprints,
    )  # fmt: skip


async def play(world: World, examples: int, steps: int) -> None:
    cast = await players(world)
    machine = type("TradeOverHttp", (Trade,), {"cast": cast})
    chosen = settings(max_examples=examples, stateful_step_count=steps, deadline=None, database=None)
    await asyncio.to_thread(run_state_machine_as_test, machine, settings=chosen)


async def test_two_companies_and_a_stranger_get_the_foretold_answers(world: World) -> None:
    await play(world, 15, 30)


@pytest.mark.long
@pytest.mark.timeout(1200)
async def test_two_companies_and_a_stranger_get_the_foretold_answers_for_long(world: World) -> None:
    await play(world, 250, 50)


async def test_a_companys_admission_over_http(world: World) -> None:
    """Every step from every state, tried in turn, with the state told afterwards."""
    follows = {
        "applied": ["verified", "declined"],
        "verified": ["admitted", "declined"],
        "admitted": ["suspended"],
        "suspended": ["admitted"],
        "declined": [],
    }
    ways = {
        "applied": [],
        "verified": ["verified"],
        "admitted": ["verified", "admitted"],
        "suspended": ["verified", "admitted", "suspended"],
        "declined": ["declined"],
    }
    for state, way in ways.items():
        for wanted in ("verified", "admitted", "suspended", "declined"):
            member = await world.apply(f"{state} to {wanted}")
            for step in way:
                await world.move(member, step)
            response = await world.operator.call(
                "POST", f"/companies/{member.company_id}/state", json={"state": wanted, "reason": "tried", "checks": CHECKS}
            )
            assert response.status_code == (200 if wanted in follows[state] else 409), f"{state} → {wanted}"


async def test_one_request_is_open_at_a_time_also_after_an_answer(world: World) -> None:
    cast = await players(world)
    first = await cast.buyer.ask("B-0")
    await cast.supplier.answer(first["request_id"], "S-0")
    await cast.buyer.ask("B-0")
    due = (datetime.now(UTC) + timedelta(days=3)).isoformat()
    third = await cast.buyer.call("POST", "/requests", json={"part_id": cast.bought["B-0"], "method": METHOD, "due_at": due})
    assert (third.status_code, third.json()["code"]) == (409, "request.open")


async def test_asking_for_all_asks_once_for_each(world: World) -> None:
    cast = await players(world)
    await cast.buyer.import_tables(
        parts=[PART_HEADER, ["TOP", "top", "piece", "", "", "", ""]],
        structure=[STRUCTURE_HEADER, ["TOP", "B-0", "1", "kg"], ["TOP", "B-1", "2", "kg"]],
    )
    due = (datetime.now(UTC) + timedelta(days=3)).isoformat()
    top = await cast.buyer.part_id("TOP")
    asked = await cast.buyer.post(f"/parts/{top}/requests", {"method": METHOD, "due_at": due})
    assert [item["item"] for item in asked["items"]] == ["B-0", "B-1"]
    again = await cast.buyer.post(f"/parts/{top}/requests", {"method": METHOD, "due_at": due})
    assert again["items"] == []
