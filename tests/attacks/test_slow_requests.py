"""Requests that come slowly, or without an end: the server waits for none of them for long, keeps nothing of theirs, and serves the others."""

import asyncio
import re
import socket
import time
import tracemalloc
from collections.abc import AsyncIterator
from contextlib import ExitStack, suppress
from itertools import product
from typing import Any
from uuid import uuid4

import httpx
import pytest
from fastapi import FastAPI
from tests.attacks.two_worlds import routes

from ashiato import app as composition
from ashiato.gateways.rest import PREFIX, Tools
from ashiato.plumbing import patience
from ashiato.plumbing.settings import Settings

MEGABYTE = b" " * 2**20
MOST = 5  # megabytes of a message that come before it is refused
DROPPED = {"/imports": 202, "/evidence": 102, "/parts/{part_id:uuid}/minerals": 102}  # of forms with files: so many are dropped, as they come
MEMORY = 60 * 2**20
DROPS = 40


@pytest.fixture(scope="module")
def application(tools: Tools) -> FastAPI:
    return composition.build(tools)


async def answered(application: FastAPI, method: str, path: str, blocks: AsyncIterator[bytes], **headers: str) -> tuple[int, bytes]:
    """Status and body of the answer to a request whose body comes in these blocks."""
    scope: dict[str, Any] = {
        "type": "http", "http_version": "1.1", "method": method, "path": path, "raw_path": path.encode(), "query_string": b"", "scheme": "http",
        "client": ("127.0.0.1", 1), "server": ("testserver", 80), "root_path": "",
        "headers": [(b"host", b"testserver"), *((name.replace("_", "-").encode(), value.encode()) for name, value in headers.items())],
    }  # fmt: skip
    told: list[dict[str, Any]] = []

    async def receive() -> dict[str, Any]:
        try:
            return {"type": "http.request", "body": await anext(blocks), "more_body": True}
        except StopAsyncIteration:
            return {"type": "http.request", "body": b"", "more_body": False}

    async def send(message: Any) -> None:
        told.append(message)

    await application(scope, receive, send)
    return told[0]["status"], b"".join(message.get("body", b"") for message in told[1:])


async def drops(pause: float, first: bytes = b"") -> AsyncIterator[bytes]:
    yield first
    for _ in range(DROPS):
        yield b" "
        await asyncio.sleep(pause)


SLOW = {
    "a program's": (f"{PREFIX}/companies", "application/json", 408, b'"code":"http.408"'),
    "a file's": (f"{PREFIX}/imports", "multipart/form-data; boundary=edge", 408, b'"code":"http.408"'),
    "a page's form": ("/login", "application/x-www-form-urlencoded", 408, "送信に時間がかかりすぎました".encode()),
    "in the Japanese interface": ("/auth/login", "application/json", 400, b"The body comes too slowly"),
}


@pytest.mark.parametrize("whose", SLOW)
async def test_a_body_that_comes_drop_by_drop_is_refused(application: FastAPI, monkeypatch: pytest.MonkeyPatch, whose: str) -> None:
    monkeypatch.setattr(patience, "FIRST_SECONDS", 0.3)
    path, kind, status, words = SLOW[whose]
    headers = {"content_type": kind, "accept": "text/html" if path == "/login" else "*/*", "accept_language": "ja", "origin": "http://testserver"}
    begun = b'--edge\r\nContent-Disposition: form-data; name="file"; filename="a.csv"\r\n\r\n' if "multipart" in kind else b""
    code, body = await answered(application, "POST", path, drops(0.05, begun), **headers)
    assert (code, words in body) == (status, True), body[:300]


async def test_a_body_that_comes_as_fast_as_it_may_is_taken(application: FastAPI, monkeypatch: pytest.MonkeyPatch) -> None:
    """The canary: what the test above sends is refused for its slowness, and not for its drops."""
    monkeypatch.setattr(patience, "FIRST_SECONDS", 0.3)
    monkeypatch.setattr(patience, "LEAST_BYTES_A_SECOND", 10)
    code, _ = await answered(application, "POST", f"{PREFIX}/companies", drops(0.05), content_type="application/json")
    assert code == 422


ANNOUNCED = {
    "a program's": (f"{PREFIX}/companies", "application/json", 413, b'"code":"http.413"'),
    "a program's form": ("/oauth/token", "application/x-www-form-urlencoded", 413, b'"code":"http.413"'),
    "a file's": (f"{PREFIX}/imports", "multipart/form-data; boundary=edge", 413, b'"code":"http.413"'),
    "a page's form": ("/login", "application/x-www-form-urlencoded", 413, "一度に送れる量を超えています".encode()),
    "in the Japanese interface": ("/auth/login", "application/json", 400, b"Content Too Large"),
}


@pytest.mark.parametrize("whose", ANNOUNCED)
async def test_a_body_that_is_announced_too_long_is_refused_in_the_words_of_its_interface(application: FastAPI, whose: str) -> None:
    """And none of it is waited for."""
    path, kind, status, words = ANNOUNCED[whose]
    headers = {"content_type": kind, "content_length": "9999999999", "accept": "text/html" if path == "/login" else "*/*", "accept_language": "ja"}
    taken = drops(0)
    code, body = await answered(application, "POST", path, taken, **headers, origin="http://testserver")
    assert (code, words in body) == (status, True), body[:300]
    assert await anext(taken) == b"", "the first of it is still to come"


async def test_what_a_body_is_announced_to_be_changes_no_other_refusal(application: FastAPI) -> None:
    for path, code in ((f"{PREFIX}/nowhere", 404), (f"{PREFIX}/parts", 401)):
        assert (await answered(application, "GET", path, drops(0), content_length="9999999999"))[0] == code


async def test_who_asks_for_the_description_keeps_nobody_waiting(application: FastAPI) -> None:
    """It takes a second or two to make; who asks for something else meanwhile is answered first."""
    answered_for: list[str] = []

    async def ask(path: str) -> None:
        async with httpx.AsyncClient(transport=httpx.ASGITransport(application), base_url="http://testserver") as client:
            assert (await client.get(path)).status_code == 200
        answered_for.append(path)

    await asyncio.gather(ask("/api/v1/openapi.json"), ask("/livez"))
    assert answered_for == ["/livez", "/api/v1/openapi.json"]


async def flood(application: FastAPI, method: str, template: str, kind: str) -> tuple[int, int, int]:
    """What becomes of a body without an end: the answer's status, the megabytes that were taken, the bytes that were held at most."""
    path, taken = re.sub(r"{[^}]*}", str(uuid4()), template.partition("?dataTarget=")[0]), 0

    async def endless() -> AsyncIterator[bytes]:
        nonlocal taken
        while taken <= max(DROPPED.values()):
            taken += 1
            yield MEGABYTE

    tracemalloc.start()
    try:
        code, _ = await answered(application, method, path, endless(), content_type=kind, accept="text/html", origin="http://testserver")
        return code, taken, tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()


KINDS = ("application/json", "application/x-www-form-urlencoded", "multipart/form-data; boundary=edge")


async def test_nobody_who_is_not_known_sends_without_end(application: FastAPI) -> None:
    """On no route is more than the largest message waited for; what is dropped of a form's file is not kept either."""
    changing = [route for route in routes(application) if route[0] not in ("GET", "HEAD", "OPTIONS")]
    for (method, template), kind in product(changing, KINDS):
        code, taken, held = await flood(application, method, template, kind)
        assert code in (303, 400, 401, 403, 404, 413, 415, 422), f"{method} {template}, {kind}: {code}"
        assert taken <= DROPPED.get(template, MOST), f"{method} {template}, {kind}: {taken} megabytes"
        assert held < MEMORY, f"{method} {template}, {kind}: {held:,} bytes"


async def test_a_route_without_a_limit_would_be_noticed() -> None:
    """The canary."""
    unlimited = FastAPI()

    @unlimited.post("/unlimited")
    async def take(said: dict[str, int]) -> dict[str, int]:
        return said

    code, taken, held = await flood(unlimited, "POST", "/unlimited", "application/json")
    assert (code, taken > MOST, held > MEMORY) == (422, True, True)


@pytest.fixture
def address(running: Settings) -> tuple[str, int]:
    return running.host, running.port


def test_a_head_that_comes_drop_by_drop_ends_its_connection(address: tuple[str, int]) -> None:
    with socket.create_connection(address, timeout=60) as slow:
        slow.sendall(b"GET /livez HTTP/1.1\r\nHost: here\r\n")
        began = time.monotonic()
        with suppress(OSError):
            while time.monotonic() - began < 50:
                slow.sendall(b"X: x\r\n")
                slow.settimeout(0.5)
                with suppress(TimeoutError):
                    if not slow.recv(1000):
                        break
        assert time.monotonic() - began < 40


def test_those_who_send_slowly_keep_nothing_from_the_others(address: tuple[str, int]) -> None:
    """Far more of them than there are connections to the database, on every interface; and a hundred answers that nobody fetches."""
    with ExitStack() as stack:
        for path, kind in (("/api/v1/sessions", "application/json"), ("/login", "application/x-www-form-urlencoded"), ("/imports", KINDS[2])) * 40:
            slow = stack.enter_context(socket.create_connection(address, timeout=60))
            head = f"POST {path} HTTP/1.1\r\nHost: here\r\nOrigin: http://{address[0]}:{address[1]}\r\nContent-Type: {kind}\r\nContent-Length: 60000\r\n\r\n"
            slow.sendall(head.encode() + b" ")
        for _ in range(100):
            deaf = stack.enter_context(socket.create_connection(address, timeout=60))
            deaf.sendall(b"GET /api/v1/openapi.json HTTP/1.1\r\nHost: here\r\n\r\n")
        interface = f"http://{address[0]}:{address[1]}{PREFIX}"
        guess = {"email": "nobody@guess.test", "password": "a wrong guess"}  # which asks the database
        assert [httpx.post(f"{interface}/sessions", json=guess, timeout=30).status_code for _ in range(3)] == [401] * 3
        assert httpx.get(f"{interface}/methods", timeout=30).status_code == 200
