"""How every page works: who asks, one transaction, forms that act once, refusals as pages."""

import asyncio
import hashlib
from collections.abc import AsyncIterator, Awaitable, Callable, Coroutine
from dataclasses import dataclass
from typing import Annotated, Any, ClassVar, Protocol, TypeVar
from urllib.parse import quote

from fastapi import APIRouter, Depends, Form, Request, Response
from fastapi.exceptions import RequestValidationError
from fastapi.responses import HTMLResponse, RedirectResponse
from fastapi.routing import APIRoute
from starlette.exceptions import HTTPException
from starlette.types import Message

from ashiato.domain import audit, exchange, participants
from ashiato.domain.participants import Actor, CompanyKind, Deed, require
from ashiato.kernel.errors import Kind, Refusal
from ashiato.plumbing import idempotency
from ashiato.plumbing.blobs import Files
from ashiato.plumbing.keys import LogKey, Seal, TokenKey
from ashiato.plumbing.limits import Limits
from ashiato.plumbing.settings import Settings
from ashiato.plumbing.unit_of_work import Foresight, Work, Works
from ashiato.web import errors, keeping
from ashiato.web.headers import secured
from ashiato.web.navigation import items_for
from ashiato.web.origin import came_from, check_origin, local
from ashiato.web.render import Who, page, recorded

SESSION_COOKIE = "ashiato_session"  # the same session as on the REST interface
_LONGEST_FORM = 65_536
_LONGEST_UNASKED = 4 * 1024 * 1024  # bytes that are taken before it is known who sends them
_PATIENCE = (0.1, 0.3, 1.0, 3.0, None)  # seconds that the second of two clicks waits for the first
T = TypeVar("T")


class Tools(Protocol):
    """What a server process works with, put there when the application was composed."""

    @property
    def settings(self) -> Settings: ...
    @property
    def works(self) -> Works: ...
    @property
    def seal(self) -> Seal: ...
    @property
    def tokens(self) -> TokenKey: ...
    @property
    def files(self) -> Files: ...
    @property
    def log_key(self) -> LogKey: ...
    @property
    def limits(self) -> Limits: ...
    @property
    def spell(self) -> exchange.files.Spelling: ...


class View(Protocol):
    """What one page shows, and the template that shows it."""

    @property
    def template(self) -> str: ...


def may(actor: Actor, deed: Deed) -> bool:
    """Whether to offer a deed on a page; the domain asks again when it is done."""
    try:
        require(actor, deed)
    except Refusal:
        return False
    return True


@dataclass(frozen=True, slots=True)
class Visit:
    """One request for a page, by whoever sent it."""

    request: Request
    tools: Tools

    @property
    def session(self) -> str | None:
        """The session's secret, as far as the browser has one."""
        return self.request.cookies.get(SESSION_COOKIE)

    @property
    def secure(self) -> bool:
        """Whether cookies travel over HTTPS only."""
        return self.tools.settings.public_url.startswith("https:")

    async def enter(self, work: Work) -> Actor:
        """Finds out who asks and takes their eyes. Refuses everybody else (`unidentified`)."""
        if not self.session:
            raise participants.model.unidentified()
        actor = await participants.access.enter(work, session=self.session)
        self.tools.limits.count(self.request.scope, actor.company_id, actor.person_id)
        return actor

    async def show(self, verb: Callable[[Work, Actor], Awaitable[View]], *, notes: bool = False, asks: Foresight | None = None) -> Response:
        """The page of a reading verb. `notes`: it records who read. `asks`: what it will ask first, in one round trip."""

        async def once(work: Work) -> tuple[Who, View]:
            actor = await self.enter(work)
            if asks is not None and actor.kind is not CompanyKind.OPERATOR:
                await work.ask_ahead([participants.access.named(actor), *asks(work.now)])
            return await _who(work, actor), await verb(work, actor)

        who, view = await self.tools.works.run(once, read_only=not notes)
        return page(self.request, view.template, view, who=who)

    async def look(self, verb: Callable[[Work, Actor], Awaitable[T]], *, notes: bool = False) -> T:
        """What a reading verb finds, for an answer that is no page of its own: a file, a piece of a page. `notes`: it records who read."""

        async def once(work: Work) -> T:
            return await verb(work, await self.enter(work))

        return await self.tools.works.run(once, read_only=not notes)

    async def act(self, verb: Callable[[Work, Actor], Awaitable[object]], then: str, once: str, *, told: str | None = None) -> Response:
        """Carries out a form's deed and leads to the page `then`. The same form sent twice has one effect (`once` names the form).

        `told`: what stands for a body that differs whenever it is sent, such as an upload with its boundaries.
        """
        body = told.encode() if told is not None else await self.request.body()
        digest = hashlib.sha256(f"{self.request.url.path}\n".encode() + body).hexdigest()
        key = f"form:{once}:{digest[:32]}"

        async def deed(work: Work) -> str:
            actor = await self.enter(work)
            kept = await idempotency.recall(work, key, digest)
            if kept is None:
                await verb(work, actor)
                kept = idempotency.Kept(digest, 303, then, audit.proofs.promised(work))
                idempotency.keep(work, key, kept)
            return kept.receipt

        for wait in _PATIENCE:
            try:
                receipt = await self.tools.works.run(deed)
            except Refusal as refusal:
                if refusal.code != "idempotency.in_flight" or wait is None:
                    raise
                await asyncio.sleep(wait)
            else:
                break
        return recorded(RedirectResponse(then, 303), receipt, secure=self.secure)


async def _who(work: Work, actor: Actor) -> Who:
    known = await work.one(participants.access.named(actor))
    if known is None:
        return Who("", "", actor.kind is CompanyKind.OPERATOR, items_for(actor))
    return Who(known.person, known.company, actor.kind is CompanyKind.OPERATOR, items_for(actor), known.zone)


async def _visit(request: Request) -> Visit:
    return Visit(request, request.app.state.tools)


async def _gate(visit: Annotated[Visit, Depends(_visit)]) -> AsyncIterator[Visit]:
    async with visit.tools.limits.stranger(visit.request.scope):
        yield visit


AtDoor = Annotated[Visit, Depends(_visit)]
AtGate = Annotated[Visit, Depends(_gate)]  # for who is not known yet
Once = Annotated[str, Form(max_length=64, pattern="^[A-Za-z0-9_-]{16,64}$")]


class PageRoute(APIRoute):
    """A route whose failures are pages, and whose answers carry the headers that all pages carry."""

    REFUSALS: ClassVar = (Refusal, RequestValidationError, HTTPException)

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        """The route's own handler, guarded."""
        handle = super().get_route_handler()
        upload = (self.max_body_size or 0) > _LONGEST_UNASKED

        async def guarded(request: Request) -> Response:
            readable = Request(request.scope, _nothing) if upload else request
            try:
                check_origin(request, request.app.state.tools.settings.public_url)
                if upload:
                    await _known(request)
                else:
                    await request.body()  # kept, so that a form's digest can be taken after its fields were read
                return secured(await handle(request))
            except self.REFUSALS as failure:
                if not errors.reads_pages(request, anything=True):
                    raise
                return secured(await _failed(readable, failure))

        return guarded


async def _known(request: Request) -> None:
    """Refuses whoever is not known before anything of theirs is kept. It is dropped: who still sends when a connection closes sees no answer."""
    visit = await _visit(request)
    try:
        await visit.tools.works.run(visit.enter, read_only=True)
    except Refusal:
        async for _ in request.stream():
            pass
        raise


async def _nothing() -> Message:
    return {"type": "http.request", "body": b"", "more_body": False}


async def _failed(request: Request, failure: Refusal | RequestValidationError | HTTPException) -> Response:
    if isinstance(failure, Refusal) and failure.kind is Kind.UNIDENTIFIED:
        if request.method == "POST" and (kept := await keeping.kept(request)):
            return page(request, "login.html", Login("", came_from(request), wrong=False, kept=kept))
        there = local(f"{request.url.path}?{request.url.query}".rstrip("?")) if request.method == "GET" else came_from(request)
        return RedirectResponse(f"/login?next={quote(there, safe='')}" if there != "/" else "/login", 303)
    if isinstance(failure, Refusal) and failure.code == "step_up":
        return RedirectResponse(f"/account/confirmation?next={quote(came_from(request), safe='')}", 303)
    return errors.page_of(request, failure)


@dataclass(frozen=True, slots=True)
class Login:
    """The log-in form: what was written into it, where it leads, and the form that an ended session has met, if there was one.

    `turned_away`: somebody came back from the company's own login and was not let in.
    """

    email: str
    there: str
    wrong: bool
    kept: keeping.KeptForm | None = None
    turned_away: bool = False


def journey() -> APIRouter:
    """The router of one journey."""
    return APIRouter(route_class=PageRoute, default_response_class=HTMLResponse, include_in_schema=False, max_body_size=_LONGEST_FORM)
