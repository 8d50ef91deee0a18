"""How every call works: over TLS, by a partner's program with a token of its own, in one transaction, failures in PACT's words."""

import asyncio
import base64
import binascii
import json
from collections.abc import AsyncIterator, Awaitable, Callable, Coroutine
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Annotated, Any, Protocol, TypeVar
from urllib.parse import urlencode

import structlog
from fastapi import Depends, Request, Response
from fastapi.exceptions import RequestValidationError
from fastapi.routing import APIRoute

from ashiato.domain import participants
from ashiato.domain.participants import Actor, Deed
from ashiato.gateways.pact import errors
from ashiato.gateways.pact.errors import Fault, bad, fault_of
from ashiato.gateways.pact.naming import Issuer
from ashiato.kernel.errors import Refusal
from ashiato.plumbing.keys import Token, TokenKey
from ashiato.plumbing.limits import Limits
from ashiato.plumbing.settings import Settings
from ashiato.plumbing.unit_of_work import Work, Works

T = TypeVar("T")
MOST_BYTES = 4_000_000
_DROPPED_BYTES = 10 * MOST_BYTES
LONGEST_SECONDS = 30.0  # for a body: who sends it drop by drop keeps no worker of the server
_PARTS_OF_A_TOKEN = 3
log = structlog.get_logger()


class Tools(Protocol):
    """What a server process works with, put there when the application was composed."""

    @property
    def settings(self) -> Settings: ...
    @property
    def works(self) -> Works: ...
    @property
    def limits(self) -> Limits: ...


@cache
def partner_tokens(home: Path, issuer: str) -> TokenKey:
    """The tokens of partners' programs: signed like others, and good for nothing but the exchange."""
    return TokenKey(home, issuer, "pact")


@dataclass(frozen=True, slots=True)
class Desk:
    """One call, by whichever partner's program sent it."""

    request: Request
    tools: Tools

    @property
    def tokens(self) -> TokenKey:
        return partner_tokens(self.tools.settings.home, self.tools.settings.public_url)

    @property
    def issuer(self) -> Issuer:
        return Issuer(self.tools.settings.public_url)

    def require_tls(self) -> None:
        """Refuses a call that could have been read on its way. Behind own proxies, the nearest one's word counts."""
        told = self.request.headers.get("x-forwarded-proto", "").split(",")[-1].strip() if self.tools.settings.forwarded_hops else ""
        if (told or self.request.url.scheme) != "https":
            raise bad("TLS is required: call the https address.")

    async def issue(self, grant: dict[str, list[str]]) -> Token:
        """A token for client credentials (RFC 6749 section 4.4), sent as HTTP Basic. Refuses all wrong ones alike (401)."""
        if grant.get("grant_type") != ["client_credentials"]:
            raise bad("grant_type: client_credentials is expected.")
        client_id, secret = self._basic()

        async def verb(work: Work) -> Token:
            program = await participants.access.client_of(work, client_id, secret)
            participants.require(await participants.access.enter(work, program=program), Deed.EXCHANGE)
            return self.tokens.issue(*program, work.now)

        return await self.tools.works.run(verb, read_only=True)

    def _basic(self) -> tuple[str, str]:
        scheme, _, value = self.request.headers.get("authorization", "").partition(" ")
        try:
            client_id, separator, secret = base64.b64decode(value, validate=True).decode().partition(":")
        except (binascii.Error, UnicodeDecodeError, ValueError):
            separator = ""
        if scheme.casefold() != "basic" or not separator:
            raise participants.model.unidentified()
        return client_id, secret

    async def enter(self, work: Work) -> Actor:
        """The partner whose program calls; the work takes its eyes. Refuses (401) every other, (403) programs that are no partner's."""
        scheme, _, token = self.request.headers.get("authorization", "").partition(" ")
        program = self.tokens.read(token, work.now) if scheme.casefold() == "bearer" and token.isascii() else None
        if program is None and self._expired(token, work.now.timestamp()):
            raise Fault(*errors.EXPIRED, "The token has expired: fetch another one.")
        actor = await participants.access.enter(work, program=program)
        participants.require(actor, Deed.EXCHANGE)
        self.tools.limits.count(self.request.scope, actor.company_id, actor.person_id or actor.client_id)
        return actor

    def _expired(self, token: str, now: float) -> bool:
        """Whether a token would have been good before it expired. Nothing else is told of tokens that are not good."""
        try:
            claims = token.split(".")[1] if token.count(".") == _PARTS_OF_A_TOKEN - 1 else ""
            ends = json.loads(base64.urlsafe_b64decode(claims + "=" * (-len(claims) % 4)))["exp"]
            before = self.tools.works.clock.now().fromtimestamp(ends - 1, tz=self.tools.works.clock.now().tzinfo)
            return ends <= now and self.tokens.read(token, before) is not None
        except (ValueError, KeyError, TypeError, OverflowError, OSError):
            return False

    async def run(self, verb: Callable[[Work, Actor], Awaitable[T]]) -> T:
        """What a verb answers, once what it has recorded is durable."""

        async def once(work: Work) -> T:
            return await verb(work, await self.enter(work))

        return await self.tools.works.run(once)

    async def body(self) -> bytes:
        """What was sent. Refuses (413) more than four megabytes, and (408) what takes longer than half a minute.

        What is too much is read and dropped up to a bound: who still sends when the connection closes never sees the answer.
        """
        content, came = bytearray(), 0
        try:
            async with asyncio.timeout(LONGEST_SECONDS):
                async for block in self.request.stream():
                    came += len(block)
                    if came <= MOST_BYTES:
                        content += block
                    elif came > _DROPPED_BYTES:
                        break
        except TimeoutError as error:
            raise Fault(408, "BadRequest", f"The body takes longer than {LONGEST_SECONDS:g} seconds.") from error
        if came > MOST_BYTES:
            raise Fault(413, "BadRequest", f"More than {MOST_BYTES} bytes.")
        return bytes(content)

    def following(self, limit: int, offset: int) -> str:
        """The header that leads to the next page: the same address and filters, at the host that was asked."""
        kept = [(name, value) for name, value in self.request.query_params.multi_items() if name not in ("limit", "offset")]
        host = self.request.headers.get("host", "")
        query = urlencode([*kept, ("limit", limit), ("offset", offset)])
        return f'<https://{host}{self.request.url.path}?{query}>; rel="next"'


async def _desk(request: Request) -> Desk:
    desk: Desk = request.state.desk
    return desk


async def _gate(desk: Annotated[Desk, Depends(_desk)]) -> AsyncIterator[Desk]:
    async with desk.tools.limits.stranger(desk.request.scope):
        yield desk


AtDesk = Annotated[Desk, Depends(_desk)]
AtGate = Annotated[Desk, Depends(_gate)]  # for who is not known yet


class Call(APIRoute):
    """A call whose failures are PACT's."""

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        """The call's own handler, guarded."""
        handle = super().get_route_handler()

        async def guarded(request: Request) -> Response:
            desk = Desk(request, request.app.state.tools)
            request.state.desk = desk
            try:
                desk.require_tls()
                response = await handle(request)
            except Fault as fault:
                response = self._refused(request, fault)
            except Refusal as refusal:
                response = self._refused(request, fault_of(refusal))
            except RequestValidationError as error:
                named = "; ".join(f"{'.'.join(str(step) for step in one['loc'])}: {one['msg']}" for one in error.errors()[:20])
                response = self._refused(request, bad(named))
            except Exception as failure:
                log.error("unforeseen failure", route=self.path, exc_info=failure)
                response = errors.answer(Fault(*errors.UNFORESEEN, "Something went wrong on our side."))
            response.headers["Cache-Control"] = "no-store"
            return response

        return guarded

    def _refused(self, request: Request, fault: Fault) -> Response:
        log.info("partner refused", route=self.path, method=request.method, status=fault.status, code=fault.code)
        return errors.answer(fault)
