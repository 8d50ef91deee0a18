"""The desk that every route works at: who asks, one transaction, idempotency, entity tags, pages."""

import base64
import hashlib
import json
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextvars import ContextVar
from dataclasses import dataclass
from datetime import datetime
from typing import Annotated, Any, TypeVar
from urllib.parse import urlencode, urlsplit
from uuid import UUID

from fastapi import Depends, Request, Response
from pydantic import BaseModel

from ashiato.domain import audit, exchange, participants
from ashiato.domain.participants import Actor
from ashiato.gateways.rest import listing
from ashiato.gateways.rest.wire.words import Page
from ashiato.kernel.errors import Kind, Refusal, denied, invalid
from ashiato.plumbing import idempotency, telemetry
from ashiato.plumbing.blobs import Files
from ashiato.plumbing.db import Question
from ashiato.plumbing.keys import LogKey, Seal, TokenKey
from ashiato.plumbing.limits import Limits
from ashiato.plumbing.settings import Settings
from ashiato.plumbing.unit_of_work import Foresight, Work, Works

SESSION_COOKIE = "ashiato_session"
_SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})
_CONTINUED: ContextVar[str | None] = ContextVar("continued", default=None)  # where a list goes on that is told as one table
T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Tools:
    """What one server process works with."""

    settings: Settings
    works: Works
    files: Files
    seal: Seal
    tokens: TokenKey
    log_key: LogKey
    limits: Limits
    spell: exchange.files.Spelling  # in the forms of systems elsewhere


def tools_of(request: Request) -> Tools:
    """The process's tools, put there when the application was composed."""
    tools: Tools = request.app.state.tools
    return tools


@dataclass(frozen=True, slots=True)
class Desk:
    """Carries out verbs for whoever sent the request."""

    request: Request
    tools: Tools

    async def enter(self, work: Work) -> Actor:
        """Finds out who asks and takes their eyes. Refuses everybody else (`unidentified`)."""
        session, program = self._credentials()
        actor = await participants.access.enter(work, session=session, program=program)
        telemetry.asked_by(actor.company_id)
        self.tools.limits.count(self.request.scope, actor.company_id, actor.person_id or actor.client_id)
        return actor

    def _credentials(self) -> tuple[str | None, tuple[str, str] | None]:
        header = self.request.headers.get("authorization", "")
        scheme, _, value = header.partition(" ")
        if header:
            if scheme.casefold() != "bearer" or not value.isascii():
                return None, None
            if value.count(".") == 2:  # noqa: PLR2004 — a JWS has three parts
                return None, self.tools.tokens.read(value, self.tools.works.clock.now())
            return value, None
        cookie = self.request.cookies.get(SESSION_COOKIE)
        if cookie and self.request.method not in _SAFE_METHODS and not self._same_origin():
            raise denied("origin", "This request was sent from another site.", "Open the page here and try again.")
        return cookie, None

    def _same_origin(self) -> bool:
        origin = self.request.headers.get("origin")
        return origin is None or urlsplit(origin).netloc == self.request.headers.get("host")

    async def read(self, verb: Callable[[Work, Actor], Awaitable[BaseModel]], *, notes: bool = False, asks: Foresight | None = None) -> Response:
        """The answer of a reading verb, with its entity tag; 304 if the asker has it. `notes`: it records who read.

        `asks`: all that the verb will ask, as far as that can be foreseen; it travels with the question who asks, in one round trip.
        A list is told as a table where the asker accepts one (see `listing`).
        """

        async def once(work: Work) -> BaseModel:
            return await verb(work, await self.enter(work))

        works, foresee = self.tools.works, self._foresight(asks)
        model = await (works.look(once, foresee, read_only=not notes) if asks else works.run(once, read_only=not notes, foresee=foresee))
        return await self._as_wanted(model, lambda: works.run(once, read_only=not notes))

    async def show(self, verb: Callable[[Work], Awaitable[Page[Any]]]) -> Response:
        """A list that is open to everybody: as `read`, but nobody is asked who they are."""
        page = await self.tools.works.run(verb, read_only=True)
        return await self._as_wanted(page, lambda: self.tools.works.run(verb, read_only=True))

    async def _as_wanted(self, model: BaseModel, again: Callable[[], Awaitable[BaseModel]]) -> Response:
        """The model, or, where the asker accepts a table, the rows of this list and of all its pages to come."""

        async def following(after: str) -> BaseModel:
            token = _CONTINUED.set(after)
            try:
                return await again()
            finally:
                _CONTINUED.reset(token)

        kind = listing.wanted(self.request)
        if kind is not None and isinstance(model, Page):
            return await listing.as_table(self.request, kind, model, following)
        return self._tagged(model)

    def _foresight(self, asks: Foresight | None, first: Sequence[Question[Any]] = ()) -> Foresight:
        session, program = self._credentials()

        def foresee(now: datetime) -> list[Question[Any]]:
            return [participants.access.who_asks(now, session=session, program=program), *first, *(asks(now) if asks else ())]

        return foresee

    def _tagged(self, model: BaseModel) -> Response:
        body = model.model_dump_json()
        tag = entity_tag(body)
        headers = {"ETag": tag, "Cache-Control": "private, no-cache"}
        if isinstance(model, Page) and model.next:
            headers["Link"] = f'<{self._following(model.next)}>; rel="next"'
        if tag in self.request.headers.get("if-none-match", ""):
            return Response(None, 304, headers)
        return Response(body, 200, headers, "application/json")

    def _following(self, after: str) -> str:
        here, _, _ = str(self.request.url).partition("?")
        asked = [(name, value) for name, value in self.request.query_params.multi_items() if name != "after"]
        return f"{here}?{urlencode([*asked, ('after', after)])}"

    async def write(
        self,
        verb: Callable[[Work, Actor], Awaitable[BaseModel | None]],
        status: int = 200,
        *,
        secret: bool = False,
        told: str | None = None,
        asks: Foresight | None = None,
    ) -> Response:
        """The answer of a writing verb, once it is durable, with its receipt. The same Idempotency-Key gets the same bytes and has one effect.

        `secret`: the answer holds one, is never kept, and so cannot be replayed. `told`: what stands for a body that differs
        whenever it is sent, such as an upload with its boundaries. `asks`: as for `read`, all that it asks before it writes.
        """
        key = None if secret else self.request.headers.get("idempotency-key")
        digest = self._request_digest(told.encode() if told is not None else await self.request.body()) if key else ""

        async def once(work: Work, *, look_up: bool = True) -> idempotency.Kept:
            actor = await self.enter(work)
            if key:
                kept = await idempotency.recall(work, key, digest, look_up=look_up)
                if kept is not None:
                    return kept
            model = await verb(work, actor)
            body = model.model_dump_json() if model is not None else ""
            fresh = idempotency.Kept(digest, status if model is not None else 204, body, audit.proofs.promised(work))
            if key:
                idempotency.keep(work, key, fresh)
            return fresh

        sender = self.request.headers.get("authorization") or self.request.cookies.get(SESSION_COOKIE)
        trusting = self._foresight(asks, [idempotency.asked(key, look_up=False)] if key else [])
        kept = await self._answered_before(key, digest) if key else None
        if kept is None:
            try:
                kept = await self.tools.works.run(lambda work: once(work, look_up=False), foresee=trusting, sender=sender)
            except Refusal as refusal:
                if not key or refusal.kind is Kind.UNAVAILABLE:
                    raise
                kept = await self.tools.works.run(once)  # perhaps the same request was carried out since we looked
        headers = {audit.proofs.RECEIPT: kept.receipt} if kept.receipt else {}
        if kept.status == 204:  # noqa: PLR2004 — no content
            return Response(None, 204, headers)
        return Response(kept.body, kept.status, headers, "application/json")

    async def _answered_before(self, key: str, digest: str) -> idempotency.Kept | None:
        async def look(work: Work) -> idempotency.Kept | None:
            await self.enter(work)
            return await idempotency.recall(work, key, digest)

        return await self.tools.works.look(look, self._foresight(None, [idempotency.asked(key)]))

    def _request_digest(self, body: bytes) -> str:
        hasher = hashlib.sha256(f"{self.request.method} {self.request.url.path}?{self.request.url.query}\n".encode())
        hasher.update(body)
        return hasher.hexdigest()

    def check_match(self, body: str) -> None:
        """Refuses (`conflict`) a change of something that was changed since the asker read it (If-Match)."""
        wanted = self.request.headers.get("if-match")
        if wanted is not None and wanted != "*" and entity_tag(body) not in wanted:
            raise Refusal(Kind.CONFLICT, "changed", "It was changed since you read it.", "Read it again and repeat your change.")


def entity_tag(body: str) -> str:
    """A strong entity tag of the very bytes."""
    return f'"{hashlib.sha256(body.encode()).hexdigest()[:32]}"'


async def _desk(request: Request) -> Desk:
    return Desk(request, tools_of(request))


async def _gate(desk: Annotated[Desk, Depends(_desk)]) -> AsyncIterator[Desk]:
    async with desk.tools.limits.stranger(desk.request.scope):
        yield desk


AtDesk = Annotated[Desk, Depends(_desk)]
AtGate = Annotated[Desk, Depends(_gate)]  # for who is not known yet


def cursor(*place: datetime | UUID | str) -> str:
    """Where a page ends, as an opaque text."""
    spelled = [item.isoformat() if isinstance(item, datetime) else str(item) for item in place]
    return base64.urlsafe_b64encode(json.dumps(spelled).encode()).decode().rstrip("=")


def place(text: str | None, shape: Callable[[list[Any]], T]) -> T | None:
    """What a cursor says, or None for the first page. Refuses (`invalid`) what is no cursor of this list."""
    text = _CONTINUED.get() or text
    if text is None:
        return None
    try:
        return shape(json.loads(base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))))
    except (ValueError, TypeError, IndexError, KeyError, AttributeError, RecursionError) as error:
        raise invalid("cursor", "This is not a cursor of this list.", "Take `next` of a page, unchanged.") from error


def moment_and_id(spelled: list[Any]) -> tuple[datetime, UUID]:
    """A cursor of lists ordered by time."""
    return datetime.fromisoformat(spelled[0]), UUID(spelled[1])


def moment_and_ids(spelled: list[Any]) -> tuple[datetime, UUID, UUID]:
    """A cursor of lists ordered by time, in which two identifiers tell the items apart."""
    return datetime.fromisoformat(spelled[0]), UUID(spelled[1]), UUID(spelled[2])


def word(spelled: list[Any]) -> str:
    """A cursor of lists ordered by a text."""
    if not isinstance(spelled[0], str):
        raise TypeError("a text is expected")
    return spelled[0]


def identifier(spelled: list[Any]) -> UUID:
    """A cursor of lists ordered by identifier."""
    return UUID(spelled[0])
