"""One request hidden in another: what a proxy in front may take for a body is not carried out, and nobody gets another's answer.

Bytes are sent to the real server over a socket. The hidden request ends a session, so that whether it was carried out shows in the session.
Where a message can be read in two ways (RFC 9112 section 6.3) the connection has to end with the answer to it.
"""

import re
import socket
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass

import httpx
import pytest
from fastapi import FastAPI, Request
from starlette.types import Receive, Scope, Send
from tests import assurance
from tests.attacks.two_worlds import routes
from tests.world import PASSWORD, Member, World

from ashiato.cli.installation import found_operator
from ashiato.gateways.rest import PREFIX
from ashiato.plumbing.settings import Settings

SOMEBODY = "somebody@centre.example"
SECONDS = 60


@dataclass(frozen=True)
class House:
    """The installation, and the sessions of a person of its operator."""

    address: tuple[str, int]

    def session(self) -> str:
        answer = httpx.post(self.url("/sessions"), json={"email": SOMEBODY, "password": PASSWORD}, timeout=SECONDS)
        assert answer.status_code == 201, answer.text
        return str(answer.json()["token"])

    def lasts(self, session: str) -> bool:
        """Whether the session has not been ended."""
        answer = httpx.get(self.url("/me"), headers={"Authorization": f"Bearer {session}"}, timeout=SECONDS)
        assert answer.status_code in (200, 401), answer.text
        return answer.status_code == 200

    def url(self, path: str) -> str:
        return f"http://{self.address[0]}:{self.address[1]}{PREFIX}{path}"

    def say(self, sent: bytes) -> bytes:
        """All that is answered to these bytes until the server ends the connection. Fails where it leaves it open."""
        with socket.create_connection(self.address, timeout=SECONDS) as connection:
            with suppress(ConnectionError):  # it has ended already
                connection.sendall(sent)
            told = b""
            with suppress(ConnectionError):
                while block := connection.recv(65_536):
                    told += block
            return told


def statuses(told: bytes) -> list[int]:
    return [int(status) for status in re.findall(rb"HTTP/1\.[01] ([2-5]\d\d) ", told)]


@pytest.fixture(scope="module")
def house(running: Settings) -> House:
    found_operator(running, "Centre", SOMEBODY, PASSWORD)
    return House((running.host, running.port))


def ending(session: str, *, last: bool = False) -> bytes:
    """The request that ends a session; the `last` on its connection or not."""
    more = b"Connection: close\r\n" if last else b""
    return b"DELETE %b/sessions/current HTTP/1.1\r\nHost: here\r\nAuthorization: Bearer %b\r\n%b\r\n" % (PREFIX.encode(), session.encode(), more)


HEAD = b"POST /api/v1/sessions HTTP/1.1\r\nHost: here\r\nContent-Type: application/json\r\n"
LAST = b"GET /livez HTTP/1.1\r\nHost: here\r\nConnection: close\r\n\r\n"
BOTH = HEAD + b"Content-Length: LONG\r\n"
CHUNKED = HEAD + b"Transfer-Encoding: chunked\r\n\r\n"
END = b"0\r\n\r\n"
# LONG stands for a length that takes in what is hidden, HIDDEN for that; what is read first ends before it.
TWO_WAYS: dict[str, bytes] = {
    "a length, then chunks": BOTH + b"Transfer-Encoding: chunked\r\n\r\n" + END + b"HIDDEN",
    "chunks, then a length": HEAD + b"Transfer-Encoding: chunked\r\nContent-Length: LONG\r\n\r\n" + END + b"HIDDEN",
    "a length that ends within the chunks": HEAD + b"Content-Length: 4\r\nTransfer-Encoding: chunked\r\n\r\nSIZE\r\nHIDDEN\r\n" + END,
    "two lengths, the short one first": HEAD + b"Content-Length: 2\r\nContent-Length: LONG\r\n\r\n{}HIDDEN",
    "two lengths, the long one first": BOTH + b"Content-Length: 2\r\n\r\n{}HIDDEN",
    "two lengths in one line": HEAD + b"Content-Length: 2, LONG\r\n\r\n{}HIDDEN",
    "a length with a sign": HEAD + b"Content-Length: +2\r\n\r\n{}HIDDEN",
    "a length below nothing": HEAD + b"Content-Length: -1\r\n\r\n{}HIDDEN",
    "a length in sixteens": HEAD + b"Content-Length: 0x2\r\n\r\n{}HIDDEN",
    "a length of nothing": HEAD + b"Content-Length: \r\n\r\n{}HIDDEN",
    "a length too large to count": HEAD + b"Content-Length: 18446744073709551618\r\n\r\n{}HIDDEN",
    "a space after the length's name": HEAD + b"Content-Length : 2\r\n\r\n{}HIDDEN",
    "a space after the encoding's name": BOTH + b"Transfer-Encoding : chunked\r\n\r\n" + END + b"HIDDEN",
    "a space before the encoding's name": BOTH + b" Transfer-Encoding: chunked\r\n\r\n" + END + b"HIDDEN",
    "an encoding on a folded line": BOTH + b"Transfer-Encoding:\r\n chunked\r\n\r\n" + END + b"HIDDEN",
    "an encoding folded into another line": BOTH + b"X: a\r\n Transfer-Encoding: chunked\r\n\r\n" + END + b"HIDDEN",
    "an encoding after a bare line feed": BOTH + b"X: a\nTransfer-Encoding: chunked\r\n\r\n" + END + b"HIDDEN",
    "an encoding after a bare return": BOTH + b"X: a\rTransfer-Encoding: chunked\r\n\r\n" + END + b"HIDDEN",
    "an encoding after a vertical tab": BOTH + b"Transfer-Encoding: \x0bchunked\r\n\r\n" + END + b"HIDDEN",
    "an encoding after a NUL": BOTH + b"X: a\0b\r\nTransfer-Encoding: chunked\r\n\r\n" + END + b"HIDDEN",
    "an unknown encoding": BOTH + b"Transfer-Encoding: xchunked\r\n\r\n" + END + b"HIDDEN",
    "an encoding that is none": BOTH + b"Transfer-Encoding: identity\r\n\r\n" + END + b"HIDDEN",
    "chunks within something else": HEAD + b"Transfer-Encoding: chunked, identity\r\n\r\n" + END + b"HIDDEN",
    "two encodings": HEAD + b"Transfer-Encoding: chunked\r\nTransfer-Encoding: identity\r\n\r\n" + END + b"HIDDEN",
    "chunks before there were any": HEAD.replace(b"1.1", b"1.0") + b"Transfer-Encoding: chunked\r\nConnection: keep-alive\r\n\r\n" + END + b"HIDDEN",
    "a version that does not exist": HEAD.replace(b"1.1", b"1.2") + b"Content-Length: 2\r\n\r\n{}HIDDEN",
    "the beginning of another protocol": b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\nHIDDEN",
    "chunks that end with line feeds": CHUNKED + b"2\n{}\n0\n\nHIDDEN",
    "a line feed in a chunk's extension": CHUNKED + b"2;\n{}\r\n" + END + b"HIDDEN",
    "a chunk's size in another spelling": CHUNKED + b"0x2\r\n{}\r\n" + END + b"HIDDEN",
    "a chunk's size with a sign": CHUNKED + b"+2\r\n{}\r\n" + END + b"HIDDEN",
    "a chunk's size below nothing": CHUNKED + b"-2\r\n{}\r\n" + END + b"HIDDEN",
    "a chunk's size after a space": CHUNKED + b" 2\r\n{}\r\n" + END + b"HIDDEN",
    "a chunk's size with a line between its digits": CHUNKED + b"0_2\r\n{}\r\n" + END + b"HIDDEN",
    "a chunk's size too large to count": CHUNKED + b"10000000000000002\r\n{}\r\n" + END + b"HIDDEN",
    "a chunk without a size": CHUNKED + b"\r\n{}\r\n" + END + b"HIDDEN",
    "a chunk longer than its size": CHUNKED + b"2\r\n{}xx\r\n" + END + b"HIDDEN",
    "a chunk without its end": CHUNKED + b"2\r\n{}" + END + b"HIDDEN",
    "a body that nobody waits for": b"POST /login HTTP/1.1\r\nHost: here\r\nContent-Length: 9000000\r\n\r\n" + b"HIDDEN" * 9,
    "chunks that nobody waits for": b"POST /logout HTTP/1.1\r\nHost: here\r\nTransfer-Encoding: chunked\r\n\r\nfffff\r\n" + b"HIDDEN" * 9,
    "a body that nobody is asked for": b"GET /nowhere HTTP/1.1\r\nHost: here\r\nContent-Length: 9000000\r\n\r\n" + b"HIDDEN" * 9,
}  # fmt: skip
# What is hidden lies within the body however it is read; a last request follows it.
WITHIN: dict[str, bytes] = {
    "a length": BOTH.replace(b"LONG", b"EXACT") + b"\r\nHIDDEN",
    "a length that is said twice": BOTH.replace(b"LONG", b"EXACT") + b"Content-Length: EXACT\r\n\r\nHIDDEN",
    "a chunk": CHUNKED + b"SIZE\r\nHIDDEN\r\n" + END,
    "a chunk with an extension": CHUNKED + b"SIZE;a=b\r\nHIDDEN\r\n" + END,
    "the body of a GET": b"GET /livez HTTP/1.1\r\nHost: here\r\nContent-Length: EXACT\r\n\r\nHIDDEN",
    "a chunk of a GET": b"GET /livez HTTP/1.1\r\nHost: here\r\nTransfer-Encoding: chunked\r\n\r\nSIZE\r\nHIDDEN\r\n" + END,
    "a body that is asked whether it may come": BOTH.replace(b"LONG", b"EXACT") + b"Expect: 100-continue\r\n\r\nHIDDEN",
    "a body of a request that changes the protocol": b"GET /livez HTTP/1.1\r\nHost: here\r\nConnection: Upgrade\r\nUpgrade: h2c\r\nContent-Length: EXACT\r\n\r\nHIDDEN",
}  # fmt: skip
SEEN = "the same request in the open"


def filled(message: bytes, hidden: bytes) -> bytes:
    before = message.partition(b"\r\n\r\n")[2].partition(b"HIDDEN")[0]
    told = {b"LONG": b"%d" % (len(before) + len(hidden)), b"EXACT": b"%d" % len(hidden), b"SIZE": b"%x" % len(hidden), b"HIDDEN": hidden}
    for word, text in told.items():
        message = message.replace(word, text)
    return message


@pytest.fixture(scope="module")
def held() -> Iterator[set[str]]:
    size = f"{len(TWO_WAYS) + len(WITHIN)} messages"
    with assurance.all_of([*TWO_WAYS, *WITHIN, SEEN], assurance.Outcome("smuggled requests", size, None, "0 carried out", SEEN)) as found:
        yield found


@pytest.fixture(scope="module")
def session(house: House) -> str:
    return house.session()


@pytest.mark.parametrize("name", TWO_WAYS)
def test_what_can_be_read_in_two_ways_ends_its_connection(house: House, session: str, held: set[str], name: str) -> None:
    told = house.say(filled(TWO_WAYS[name], ending(session)))
    assert len(statuses(told)) <= 1, told
    assert house.lasts(session)
    held.add(name)


@pytest.mark.parametrize("name", WITHIN)
def test_what_is_within_a_body_is_no_request(house: House, session: str, held: set[str], name: str) -> None:
    told = house.say(filled(WITHIN[name], ending(session)) + LAST)
    assert len(statuses(told)) == 2, told
    assert told.endswith(b"\r\n\r\nok")
    assert house.lasts(session)
    held.add(name)


def test_a_request_that_follows_in_the_open_would_be_noticed(house: House, held: set[str]) -> None:
    """The canary: what the tests above hide does end a session where nothing hides it."""
    session = house.session()
    told = house.say(HEAD + b"Content-Length: 2\r\n\r\n{}" + ending(session, last=True))
    assert statuses(told) == [422, 204]
    assert not house.lasts(session)
    held.add(SEEN)


def test_requests_that_share_a_connection_get_their_own_answers(house: House) -> None:
    """As a proxy sends what several people ask: one after the other without waiting, one of them with a session that does not exist."""
    asked = [(house.session(), 200) if place % 2 else (f"nobody-{place}", 401) for place in range(10)]
    head = f"GET {PREFIX}/me HTTP/1.1\r\nHost: here\r\nAuthorization: Bearer"
    told = house.say("".join(f"{head} {session}\r\n\r\n" for session, _ in asked).encode() + LAST)
    assert statuses(told) == [*(status for _, status in asked), 200]


OVERRIDES = [*(f"X-{name}" for name in ("HTTP-Method-Override", "HTTP-Method", "Method-Override", "Original-Method")), "Method-Override"]


async def changed_by_an_override(application: FastAPI, client: httpx.AsyncClient, member: Member) -> list[str]:
    """The routes of which a POST or GET is answered otherwise when it says that it means the route's own method."""
    found, login = [], {"Authorization": f"Bearer {member.token}"}
    for method, template in sorted(set(routes(application))):
        if method not in ("DELETE", "PUT", "PATCH"):
            continue
        path = re.sub(r"{[^}]*}", "6f1e2d3c-0000-4000-8000-000000000000", template.partition("?")[0])
        said = {"headers": login | dict.fromkeys(OVERRIDES, method), "params": {"_method": method, "X-HTTP-Method-Override": method}}
        for sent in ("POST", "GET"):
            plain = await client.request(sent, path, headers=login, data={"a": "b"} if sent == "POST" else None)
            asked = await client.request(sent, path, **said, data={"_method": method} if sent == "POST" else None)  # type: ignore[arg-type]
            if plain.status_code != asked.status_code and not plain.is_success:  # what a POST has done cannot be done again
                found.append(f"{sent} {path} as {method}: {plain.status_code}, {asked.status_code}")
    return found


async def test_a_request_is_what_its_first_line_says(world: World, client: httpx.AsyncClient) -> None:
    member = await world.company("Overridden Works")
    application = client._transport.app  # type: ignore[attr-defined]
    assert await changed_by_an_override(application, client, member) == []


async def test_an_override_that_is_heeded_would_be_noticed(world: World, client: httpx.AsyncClient) -> None:
    """The canary: the same interface behind something that heeds the header."""
    application = client._transport.app  # type: ignore[attr-defined]

    async def heeding(scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http":
            scope["method"] = Request(scope).headers.get("x-http-method-override", scope["method"])
        await application(scope, receive, send)

    async with httpx.AsyncClient(transport=httpx.ASGITransport(heeding), base_url="http://testserver") as behind:
        assert len(await changed_by_an_override(application, behind, await world.company("Heeded Works"))) > 20
