"""Calls in sequences, each naming what earlier ones were answered with: no failure of ours, every answer as described, and whoever names what is
another's is answered as if there were nothing.

A real server process answers, over a real socket.
"""

import os
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from random import Random
from typing import Any
from uuid import uuid4

import httpx
import pytest
import requests
import schemathesis
from hypothesis import HealthCheck, given, seed, settings
from schemathesis.generation import GenerationMode
from schemathesis.schemas import APIOperation
from tests import assurance
from tests.attacks import rich
from tests.attacks.rich import Rich
from tests.attacks.test_fuzz import CHECKS, ENDS_THE_SESSION, Sender, connected, log_in
from tests.attacks.test_routes import WITH_IDS
from tests.serving import serving
from tests.world import World

from ashiato.gateways.rest import PREFIX

LOOSE_APP = """
from uuid import UUID, uuid4
from fastapi import FastAPI, HTTPException

def create() -> FastAPI:
    app, made = FastAPI(), set()

    @app.post("/api/v1/parts")
    async def make() -> dict[str, UUID]:
        made.add(uuid4())
        return {"part_id": max(made)}

    @app.get("/api/v1/parts/{part_id}", responses={404: {}})
    async def read(part_id: UUID) -> dict[str, UUID]:
        if part_id not in made:
            raise HTTPException(404)
        return {"part_id": part_id}

    return app
"""


ENDS_THE_WALK = {"DELETE /sessions/{session_id}", "PATCH /people/{person_id}", "POST /people/{person_id}/erasure", "POST /departure"} | {
    ENDS_THE_SESSION
}
KEPT = 30  # identifiers of a name, the newest of them
_UUID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")
_NAMED = re.compile(r"{(\w+_id)}")


@dataclass
class Walk:
    """What a company's calls were answered with: by name, the identifiers of what is its own. `other`: a company that it has nothing to do with."""

    own: Sender
    other: Sender
    known: dict[str, list[str]]
    calls: int = 0
    followed: set[str] = field(default_factory=set)  # operations that succeeded with an identifier from an answer
    answers: set[str] = field(default_factory=set)  # all such identifiers

    def step(self, chance: Random, name: str, case: schemathesis.Case) -> None:
        """Calls as the other company, with identifiers that this one was told and with what nobody has; then as this one."""
        names = _NAMED.findall(name)
        chosen = {each: chance.choice(self.known[each]) for each in names}
        case.path_parameters = (case.path_parameters or {}) | chosen
        if isinstance(case.body, dict):
            case.body |= {key: chance.choice(self.known[key]) for key in case.body if key in self.known}
        if name in WITH_IDS:
            theirs = self._sent(case, self.other)
            case.path_parameters = case.path_parameters | {each: str(uuid4()) for each in names}
            nobodys = self._sent(case, self.other)
            assert (theirs.status_code, theirs.content) == (nobodys.status_code, nobodys.content), f"{name}: another's thing is told from nothing"
            assert not 200 <= theirs.status_code < 300, f"{name}: another's thing is served"
            case.path_parameters = case.path_parameters | chosen
        own = self._sent(case, self.own)
        if own.status_code < 300 and self.answers.intersection(chosen.values()):
            self.followed.add(name)
        if own.status_code < 300 and own.headers.get("content-type") == ["application/json"]:
            for key, value in identifiers(own.json()):
                self.answers.add(value)
                self.known[key] = [*self.known.get(key, []), value][-KEPT:]

    def _sent(self, case: schemathesis.Case, sender: Sender) -> requests.Response:
        self.calls += 1
        response = case.call(headers=sender.headers, session=sender.session, timeout=30)
        sender.session.cookies.clear()
        case.validate_response(response, checks=CHECKS, headers=sender.headers)
        return response


def identifiers(found: Any) -> Iterator[tuple[str, str]]:
    """Every identifier in an answer, with its name."""
    if isinstance(found, list):
        for each in found:
            yield from identifiers(each)
    elif isinstance(found, dict):
        for key, value in found.items():
            if key.endswith("_id") and isinstance(value, str) and _UUID.fullmatch(value):  # other systems have theirs
                yield key, value
            else:
                yield from identifiers(value)


def drawn(operation: APIOperation, count: int, drawn_from: int) -> list[schemathesis.Case]:
    """Requests that fit the description."""
    found: list[schemathesis.Case] = []

    @seed(drawn_from)
    @settings(max_examples=count, deadline=None, database=None, suppress_health_check=list(HealthCheck))
    @given(case=operation.as_strategy(generation_mode=GenerationMode.POSITIVE))
    def keep(case: schemathesis.Case) -> None:
        found.append(case)

    keep()
    return found


def walked(companies: Rich, address: str, calls: int, *, full: bool) -> Walk:
    """So many calls by the buyer, each tried by the rival before, with what all earlier ones were answered with."""
    schema = schemathesis.openapi.from_url(f"{address}{PREFIX}/openapi.json")
    drawn_from = assurance.seed()
    chance = Random(drawn_from)
    every = {f"{each.method.upper()} {each.path.removeprefix(PREFIX)}": each for each in (one.ok() for one in schema.get_all_operations())}
    cases = {name: drawn(each, 30 if full else 3, drawn_from) for name, each in every.items() if name not in ENDS_THE_WALK}
    with connected() as one, connected() as another:
        own, other = [
            Sender(company.member.name, {"Authorization": f"Bearer {log_in(address, company.member)}"}, session)
            for company, session in ((companies.buyer, one), (companies.rival, another))
        ]
        walk = Walk(own, other, {name: [value] for name, value in companies.buyer.owns.items()})
        for _ in range(calls):
            name = chance.choice([each for each in cases if walk.known.keys() >= set(_NAMED.findall(each))])
            walk.step(chance, name, chance.choice(cases[name]))
    size = "{calls:,} calls, each with identifiers from earlier answers, as their owner and as a company that has nothing to do with it"
    result = f"0 failures of ours, every answer as described, another's thing never told from nothing; {len(walk.followed)} operations went on from an answer"
    assurance.report(
        assurance.Outcome("fuzzing in sequences", size, drawn_from, result, "a route that serves whoever asks", {"calls": walk.calls}), full=full
    )
    return walk


@pytest.fixture(scope="module")
async def met(world: World) -> Rich:
    """Companies that the sequences alone are about."""
    return await rich.build(world)


@pytest.mark.timeout(900)
def test_what_calls_lead_to_is_its_owners_alone(met: Rich, address: str) -> None:
    walk = walked(met, address, 300, full=False)
    assert walk.followed, "some call went on from the answer to another"


@pytest.mark.long
@pytest.mark.timeout(7200)
def test_what_calls_lead_to_is_its_owners_alone_for_long(met: Rich, address: str) -> None:
    walk = walked(met, address, int(os.environ.get("FUZZ_CALLS", "10000")), full=True)
    assert len(walk.followed) > len(WITH_IDS) / 4


def test_a_thing_that_whoever_names_it_is_served_would_be_noticed(tmp_path: Path) -> None:
    """The canary: the same is served to its owner and to the other."""
    (tmp_path / "loose_app.py").write_text(LOOSE_APP)
    with serving("loose_app:create", {"PYTHONPATH": str(tmp_path)}, "/openapi.json") as address, connected() as session:
        made = httpx.post(f"{address}{PREFIX}/parts", timeout=30).json()
        reading = schemathesis.openapi.from_url(f"{address}/openapi.json")[f"{PREFIX}/parts/{{part_id}}"]["GET"]
        walk = Walk(Sender("owner", {}, session), Sender("other", {}, session), {"part_id": [made["part_id"]]})
        with pytest.raises(AssertionError, match="told from nothing"):
            walk.step(Random(1), "GET /parts/{part_id}", drawn(reading, 1, 1)[0])
