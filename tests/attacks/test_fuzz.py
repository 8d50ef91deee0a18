"""Every route with data that fits its description and data that does not: no failure of ours, and every answer as described.

A real server process answers, over a real socket.
"""

import os
from collections.abc import Sequence
from contextlib import ExitStack, suppress
from dataclasses import dataclass
from itertools import product
from pathlib import Path
from typing import Any

import httpx
import pytest
import requests
import schemathesis
from hypothesis import HealthCheck, given, seed, settings
from hypothesis.errors import Unsatisfiable
from schemathesis.checks import not_a_server_error
from schemathesis.core.failures import Failure, FailureGroup
from schemathesis.generation import GenerationMode
from schemathesis.schemas import APIOperation
from schemathesis.specs.openapi.checks import content_type_conformance, response_schema_conformance, status_code_conformance
from tests import assurance
from tests.attacks import rich
from tests.attacks.rich import Rich
from tests.attacks.test_routes import OPERATIONS, WITH_IDS
from tests.serving import serving
from tests.world import PASSWORD, Member, World

from ashiato.gateways.rest import PREFIX

CHECKS = [not_a_server_error, status_code_conformance, content_type_conformance, response_schema_conformance]
ENDS_THE_SESSION = "DELETE /sessions/current"
BROKEN_APP = """
from fastapi import FastAPI

def create() -> FastAPI:
    app = FastAPI()

    @app.get("/sound")
    async def sound() -> dict[str, int]:
        return {"x": 1}

    @app.get("/broken")
    async def broken(x: int = 0) -> dict[str, int]:
        return {"x": 1 // (x - x)}

    @app.get("/other")
    async def other() -> dict[str, int]:
        from fastapi.responses import JSONResponse
        return JSONResponse({"x": "no number"})

    return app
"""


@schemathesis.serializer("application/zip")
def as_an_archive(ctx: schemathesis.SerializationContext, value: Any) -> bytes:
    """Bytes as they are, and whatever is no text of bytes as what a careless client would send."""
    return value if isinstance(value, bytes) else str(value).encode("utf-8", "surrogateescape")


@pytest.fixture(scope="module")
async def fuzzed(world: World) -> Rich:
    """Companies for these tests alone: whatever can be done to them is done."""
    return await rich.build(world)


def log_in(address: str, member: Member) -> str:
    response = httpx.post(f"{address}{PREFIX}/sessions", json={"email": member.email, "password": PASSWORD}, timeout=30)
    assert response.status_code == 201, response.text
    return response.json()["token"]


def connected() -> requests.Session:
    """Connections that stay open, and look for no proxy and no password at every request."""
    session = requests.Session()
    session.trust_env = False
    return session


@dataclass(frozen=True)
class Sender:
    """Somebody who sends what was drawn, over connections that stay open."""

    name: str
    headers: dict[str, str]
    session: requests.Session


def exercise(
    operation: APIOperation, mode: GenerationMode, senders: Sequence[Sender], examples: int, path: dict[str, str] | None = None, drawn_from: int = 0
) -> list[int]:
    """The statuses of so many requests, each sent by every sender, each answer checked against the description."""
    statuses: list[int] = []

    @seed(drawn_from)
    @settings(max_examples=examples, deadline=None, database=None, suppress_health_check=list(HealthCheck))
    @given(case=operation.as_strategy(generation_mode=mode, path_parameters=path))
    def call(case: schemathesis.Case) -> None:
        for sender in senders:
            response = case.call(headers=sender.headers, session=sender.session, timeout=30)
            sender.session.cookies.clear()  # who asks is told by the header alone
            statuses.append(response.status_code)
            try:
                case.validate_response(response, checks=CHECKS, headers=sender.headers)
            except (Failure, FailureGroup) as failure:
                failure.add_note(f"sent by the {sender.name}")
                raise

    with suppress(Unsatisfiable):  # where nothing can be said wrongly
        call()
    return statuses


def fuzz(address: str, members: dict[str, Member], ids: dict[str, str], examples: int, *, full: bool) -> dict[str, list[int]]:
    """Every operation in both modes, each request as every member, with random identifiers and with real ones."""
    schema = schemathesis.openapi.from_url(f"{address}{PREFIX}/openapi.json")
    statuses: dict[str, list[int]] = {}
    failures: list[str] = []
    drawn_from = assurance.seed()
    with ExitStack() as stack:
        sessions = {who: stack.enter_context(connected()) for who in members}
        for found in schema.get_all_operations():
            operation = found.ok()
            name = f"{operation.method.upper()} {operation.path.removeprefix(PREFIX)}"
            tokens = {who: log_in(address, member) if name == ENDS_THE_SESSION else member.token for who, member in members.items()}
            senders = [Sender(who, {"Authorization": f"Bearer {tokens[who]}"}, sessions[who]) for who in members]
            known = {key: value for key, value in ids.items() if f"{{{key}}}" in operation.path}
            ways: list[dict[str, str] | None] = [None, known] if name in WITH_IDS else [None]
            for mode, path in product((GenerationMode.POSITIVE, GenerationMode.NEGATIVE), ways):
                try:
                    statuses.setdefault(name, []).extend(exercise(operation, mode, senders, examples, path, drawn_from))
                except (Failure, FailureGroup) as failure:
                    told = [failure, *getattr(failure, "exceptions", ()), *getattr(failure, "__notes__", ())]
                    failures.append(f"{name}, {mode}: {told}")
    assert not failures, f"seed {drawn_from}\n\n" + "\n\n".join(failures)
    size = "{cases:,} requests that fit the description or break it, as a member and as the operator"
    result = f"0 failures of ours, every answer as described, over all {len(statuses)} operations"
    told = "a route that raises, one that answers otherwise than described"
    assurance.report(assurance.Outcome("fuzzing", size, drawn_from, result, told, {"cases": sum(map(len, statuses.values()))}), full=full)
    return statuses


def members_and_ids(fuzzed: Rich, address: str) -> tuple[dict[str, Member], dict[str, str]]:
    """A member and the operator with sessions of their own, and identifiers that exist."""
    members = {}
    for name, member in (("member", fuzzed.buyer.member), ("operator", fuzzed.world.operator)):
        members[name] = Member(member.client, member.name, member.number, member.company_id, member.email, log_in(address, member))
    ids = {**fuzzed.supplier.owns, **fuzzed.buyer.owns, "company_id": fuzzed.rival.member.company_id}
    return members, ids


@pytest.mark.timeout(900)
def test_no_route_fails_and_every_answer_is_as_described(fuzzed: Rich, address: str) -> None:
    members, ids = members_and_ids(fuzzed, address)
    statuses = fuzz(address, members, ids, 4, full=False)
    assert set(statuses) == set(OPERATIONS)
    reached = {name for name, seen in statuses.items() if any(status < 400 for status in seen)}
    assert len(reached) > len(OPERATIONS) / 2, "most routes were reached beyond their refusals"


@pytest.mark.long
@pytest.mark.timeout(7200)
def test_no_route_fails_for_long(fuzzed: Rich, address: str) -> None:
    members, ids = members_and_ids(fuzzed, address)
    fuzz(address, members, ids, int(os.environ.get("FUZZ_EXAMPLES", "150")), full=True)


def test_a_route_that_fails_would_be_noticed(tmp_path: Path) -> None:
    """The canary: of three routes, the one that raises and the one that answers otherwise than described are both told."""
    (tmp_path / "broken_app.py").write_text(BROKEN_APP)
    with serving("broken_app:create", {"PYTHONPATH": str(tmp_path)}, "/sound") as address:
        schema = schemathesis.openapi.from_url(f"{address}/openapi.json")
        with connected() as session:
            anybody = [Sender("one who is not known", {}, session)]
            for found in schema.get_all_operations():
                operation = found.ok()
                if operation.path == "/sound":
                    assert set(exercise(operation, GenerationMode.POSITIVE, anybody, 3)) == {200}
                else:
                    with pytest.raises((Failure, FailureGroup)):
                        exercise(operation, GenerationMode.POSITIVE, anybody, 3)


CURSORS = ["", "x", "W10", "bnVsbA", "WyJ4Il0", "W251bGwsbnVsbF0", "WyIyMDI1LTAxLTAxIl0", "W1sxXV0", "eyJhIjoxfQ", "W1tb" * 2000, "%00", "é", "WyJcdTAwMDAiXQ", "WyJcdWQ4MDAiXQ",
           "WyIwMDAxLTAxLTAxVDAwOjAwOjAwKzE0OjAwIiwiMDAwMDAwMDAtMDAwMC0wMDAwLTAwMDAtMDAwMDAwMDAwMDAwIl0"]  # fmt: skip
PAGED = ["/parts", "/factors", "/imports", "/requests?direction=sent", "/declarations", "/grants", "/facts", "/companies"]


@pytest.mark.parametrize("cursor", CURSORS, ids=range(len(CURSORS)))
def test_what_is_no_cursor_is_refused_in_words(fuzzed: Rich, address: str, cursor: str) -> None:
    members, _ = members_and_ids(fuzzed, address)
    for path in PAGED:
        member = members["operator"] if path == "/companies" else members["member"]
        url, _, query = path.partition("?")
        params: dict[str, Any] = {"after": cursor} | ({"direction": "sent"} if query else {})
        response = httpx.get(f"{address}{PREFIX}{url}", params=params, headers={"Authorization": f"Bearer {member.token}"}, timeout=30)
        assert response.status_code in (200, 422), f"{path}: {response.status_code} {response.text}"


HOSTILE_BODIES = {
    "nothing": b"", "no JSON": b"{", "a list": b"[]", "null": b"null", "a number": b"1", "a text": b'"x"', "endless nesting": b"[" * 100_000, "nested objects": b'{"a":' * 20_000,
    "a long number": b'{"name": ' + b"9" * 100_000 + b"}", "NaN": b'{"name": NaN}', "1e999": b'{"name": 1e999}', "a lone surrogate": b'{"name": "\\ud800"}',
    "a lone surrogate as a name": b'{"\\ud800": 1}', "NUL": b'{"name": "\\u0000"}', "NUL as a name": b'{"\\u0000": 1}', "no UTF-8": b'{"name": "\xff"}', "UTF-16": '{"name": "x"}'.encode("utf-16"),
    "a key twice": b'{"name": "x", "name": "y"}', "very many members": b"{" + b",".join(b'"k%d": 1' % n for n in range(20_000)) + b"}",
    "a megabyte of text": b'{"name": "' + b"x" * 2**20 + b'"}',
}  # fmt: skip


@pytest.mark.parametrize("name", HOSTILE_BODIES)
def test_a_hostile_body_is_refused_in_words(fuzzed: Rich, address: str, name: str) -> None:
    members, _ = members_and_ids(fuzzed, address)
    headers = {"Authorization": f"Bearer {members['member'].token}", "Content-Type": "application/json"}
    for path in ("/companies", "/sessions", "/people", "/clients", "/requests", "/answers", "/declarations"):
        response = httpx.post(f"{address}{PREFIX}{path}", content=HOSTILE_BODIES[name], headers=headers, timeout=30)
        assert response.status_code in (400, 422), f"{path}: {response.status_code} {response.text[:200]}"
        assert response.headers["content-type"] == "application/problem+json"
        assert len(response.content) < 100_000


HOSTILE_HEADERS = [{"Authorization": "Bearer " + "x" * 7000}, {"Authorization": b"Bearer \xff"}, {"Authorization": "Bearer a.b.c"}, {"Authorization": "Bearer " + "W1tb" * 500 + ".e30.x"},
                   {"Cookie": "ashiato_session=" + "x" * 7000}, {"Cookie": b"ashiato_session=\xff\xfe"}, {"If-None-Match": '"' * 1000}, {"Accept-Language": "x" * 5000}]  # fmt: skip


@pytest.mark.parametrize("headers", HOSTILE_HEADERS, ids=range(len(HOSTILE_HEADERS)))
def test_a_hostile_header_fails_nobody(address: str, headers: dict[str, Any]) -> None:
    response = httpx.get(f"{address}{PREFIX}/me", headers=headers, timeout=30)
    assert response.status_code == 401, response.text


@pytest.mark.parametrize(
    "path",
    [
        "/nowhere",
        "/parts/x",
        "/parts/" + "x" * 2000,
        "/parts/%00",
        "/companies/by-number/%ff",
        "/companies/by-number/" + "9" * 3000,
        "//parts",
        "/../etc/passwd",
    ],
)
def test_a_path_that_leads_nowhere_is_told_as_a_problem(fuzzed: Rich, address: str, path: str) -> None:
    members, _ = members_and_ids(fuzzed, address)
    response = httpx.get(f"{address}{PREFIX}{path}", headers={"Authorization": f"Bearer {members['member'].token}"}, timeout=30)
    assert response.status_code in (404, 422), response.text
    assert response.headers["content-type"] == "application/problem+json"


@pytest.mark.parametrize("method", ["PUT", "PATCH", "DELETE", "OPTIONS", "TRACE", "BREW"])
def test_a_method_that_no_route_has_is_told_as_a_problem(address: str, method: str) -> None:
    response = httpx.request(method, f"{address}{PREFIX}/methods", timeout=30)
    assert response.status_code == 405
    assert response.headers["content-type"] == "application/problem+json"
    assert response.headers["allow"]
