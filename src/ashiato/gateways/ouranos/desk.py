"""How every call of the interface works: an application's key, a company's token, one transaction, a track, failures in its words."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Coroutine
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import Annotated, Any, Protocol, TypeVar
from urllib.parse import parse_qs
from uuid import UUID, uuid4

import structlog
from fastapi import Depends, Request, Response
from fastapi.exceptions import RequestValidationError
from fastapi.routing import APIRoute
from pydantic import BaseModel, TypeAdapter
from starlette.exceptions import HTTPException
from starlette.routing import Match
from starlette.types import Scope

from ashiato.domain import audit, participants
from ashiato.domain.participants import Actor
from ashiato.gateways.ouranos import errors
from ashiato.gateways.ouranos.errors import Fault, Part
from ashiato.gateways.ouranos.tokens import OperatorTokens, operator_tokens
from ashiato.kernel.errors import Kind, Refusal
from ashiato.plumbing import tracks
from ashiato.plumbing.blobs import Files
from ashiato.plumbing.keys import Seal
from ashiato.plumbing.limits import Limits, address_of
from ashiato.plumbing.settings import Settings
from ashiato.plumbing.unit_of_work import Work, Works

T = TypeVar("T")
Body = BaseModel | list[Any]
LARGEST = 4 * 1024 * 1024  # bytes of a message; files have a limit of their own
_MARK = "?dataTarget="
_LONGEST_SECONDS = 29  # what a caller waits for at most, its turn included
_ANYTHING: TypeAdapter[Any] = TypeAdapter(list[Any])
log = structlog.get_logger()


class Tools(Protocol):
    """What a server process works with, put there when the application was composed."""

    @property
    def settings(self) -> Settings: ...
    @property
    def works(self) -> Works: ...
    @property
    def files(self) -> Files: ...
    @property
    def seal(self) -> Seal: ...
    @property
    def limits(self) -> Limits: ...


@dataclass(slots=True)
class Desk:
    """One call, by whoever sent it. `part` is the part of the system that it is addressed to."""

    request: Request
    tools: Tools
    track: str = field(default_factory=lambda: uuid4().hex)
    company_id: UUID | None = None
    session: bytes = b""
    receipt: str = ""

    @property
    def part(self) -> Part:
        path = self.request.url.path
        if path.startswith(("/auth/", "/api/v1/authInfo", "/api/v1/systemAuth")):
            return Part.AUTH
        return Part.DATASPACE if path.startswith("/api/v1/datatransport") else Part.TRACEABILITY

    @property
    def tokens(self) -> OperatorTokens:
        return operator_tokens(self.tools.settings.home, self.tools.settings.public_url)

    async def check_key(self, work: Work, kind: str = "application") -> None:
        """Refuses (403) a call without the key of an application that is admitted, or from outside its networks."""
        key = self.request.headers.get("x-api-key" if self.part is Part.TRACEABILITY else "apikey", "")
        if not key:
            raise errors.denied(errors.NO_KEY, Part.AUTH)
        caller = await participants.applications.caller(work, key, address_of(self.request.scope, self.tools.settings.forwarded_hops))
        if caller is None:
            raise errors.denied(errors.WRONG_KEY, Part.AUTH)
        if not caller.in_range:
            raise errors.denied(errors.WRONG_ADDRESS, Part.AUTH)
        if caller.kind != kind:
            raise errors.denied(errors.NO_KEY, Part.AUTH)

    async def enter(self, work: Work) -> Actor:
        """Finds out which company asks and takes its eyes. Refuses (403) wrong keys, (401) wrong tokens."""
        await self.check_key(work)
        scheme, _, token = self.request.headers.get("authorization", "").partition(" ")
        if not token:
            raise Fault(401, errors.NO_TOKEN, Part.AUTH)
        session = self.tokens.session_hash(token, work.now) if scheme.casefold() == "bearer" else None
        if session is None:
            raise Fault(401, errors.WRONG_TOKEN, Part.AUTH)
        actor = await participants.access.enter_by_hash(work, session)
        self.tools.limits.count(self.request.scope, actor.company_id, actor.person_id)
        self.company_id, self.session = actor.company_id, session
        return actor

    async def read(self, verb: Callable[[Work, Actor], Awaitable[T]], *, notes: bool = False) -> T:
        """What a reading verb answers. `notes`: it records who read."""

        async def once(work: Work) -> T:
            return await verb(work, await self.enter(work))

        async with _in_time():
            return await self.tools.works.run(once, read_only=not notes)

    @property
    def behind(self) -> bool:
        """Whether the call had come through to the traceability side."""
        return self.company_id is not None and self.part is not Part.AUTH

    async def write(self, verb: Callable[[Work, Actor], Awaitable[T]]) -> T:
        """What a writing verb answers, once it is durable; what became of it can be asked for by its track."""

        async def once(work: Work) -> T:
            actor = await self.enter(work)
            answer = await verb(work, actor)
            await tracks.keep(work, self.track, succeeded=True)
            self.receipt = audit.proofs.promised(work)
            return answer

        async def failed(work: Work) -> None:
            await self.enter(work)
            await tracks.keep(work, self.track, succeeded=False)

        try:
            async with _in_time():
                return await self.tools.works.run(once, sender=self.request.headers.get("authorization"))
        except Exception:
            if self.company_id is not None:
                with suppress(Refusal):  # the first failure counts
                    await self.tools.works.run(failed)
            raise

    def answer(self, body: Body, status: int = 200, following: tuple[str, UUID | None] = ("", None)) -> Response:
        """The answer, with the way to the next page where there is one: the parameters of this one, and its first item."""
        content = body.model_dump_json() if isinstance(body, BaseModel) else _ANYTHING.dump_json(body)
        headers = {audit.proofs.RECEIPT: self.receipt} if self.receipt else {}
        target, start = following
        if start is not None:
            headers["Link"] = f'<{self.tools.settings.public_url}{self.request.url.path}?{target}&after={start}>; rel="next"'
        return Response(content, status, headers, "application/json")

    async def failure(self, fault: Fault) -> Response:
        """A failure in the words of the part of the system that the call is addressed to."""
        if self.part is Part.TRACEABILITY:
            word = errors.WORDS.get(fault.status, "InternalServerError")
            code, description = (fault.detail or word, fault.message) if fault.message else (word, fault.detail)
            told: Any = {"errors": [{"errorCode": code, "errorDescription": description}]}
            return Response(_JSON.dump_json(told), fault.status, media_type="application/json")
        company = str(self.company_id) if self.company_id else ""
        target = self.request.query_params.get("dataTarget")
        line = fault.detail or errors.enquiry(company, self.tools.works.clock.now(), target, self.request.method)
        words = f"[{fault.part or self.part}] {errors.WORDS.get(fault.status, HTTPStatus(fault.status).phrase.replace(' ', ''))}"
        return Response(_JSON.dump_json({"code": words, "message": fault.message, "detail": line}), fault.status, media_type="application/json")


@asynccontextmanager
async def _in_time() -> AsyncIterator[None]:
    """Gives up (504) after a while, and takes back what was under way. What was durable by then is told so by its track."""
    try:
        async with asyncio.timeout(_LONGEST_SECONDS):
            yield
    except TimeoutError:
        raise errors.numbered(errors.TIMED_OUT, 504) from None


_JSON: TypeAdapter[Any] = TypeAdapter(Any)


async def _desk(request: Request) -> Desk:
    desk: Desk = request.state.desk
    return desk


async def _gate(desk: Annotated[Desk, Depends(_desk)]) -> AsyncIterator[Desk]:
    async with desk.tools.limits.stranger(desk.request.scope):
        yield desk


AtDesk = Annotated[Desk, Depends(_desk)]
AtGate = Annotated[Desk, Depends(_gate)]  # for who is not known yet


class Call(APIRoute):
    """A call, chosen by path and (after `?dataTarget=` in its path) by what it is about; its failures are the interface's."""

    def matches(self, scope: Scope) -> tuple[Match, Scope]:
        """Whether this call is meant; `/notifications` is a page too, and told apart by the client's mark."""
        if self.path == "/notifications" and scope["method"] == "GET" and dict(scope["headers"]).get(b"x-requested-with") != b"xhr":
            return Match.NONE, {}
        if _MARK in self.path:
            targets = parse_qs(scope["query_string"].decode("latin-1")).get("dataTarget", [])
            scope = {**scope, "path": f"{scope['path']}{_MARK}{','.join(targets)}"}
        return super().matches(scope)

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        """The call's own handler, guarded."""
        handle = super().get_route_handler()

        async def guarded(request: Request) -> Response:
            desk = Desk(request, request.app.state.tools)
            request.state.desk = desk
            try:
                response = await handle(request)
            except (Refusal, Fault, RequestValidationError) as failure:
                response = await desk.failure(await _fault(desk, failure))
            except HTTPException as failure:  # the body is too large, or comes too slowly
                response = await desk.failure(errors.flawed(f"body: {failure.detail}."))
            except Exception as failure:
                log.error("unforeseen failure", route=self.path, track=desk.track, exc_info=failure)
                response = await desk.failure(errors.unforeseen(behind=desk.behind))
            response.headers.update({"X-Track": desk.track, "Cache-Control": "private, no-store"} | shared(request))
            return response

        return guarded


async def _fault(desk: Desk, failure: Refusal | Fault | RequestValidationError) -> Fault:
    """The failure as the interface words it. Who may not ask is not told what is wrong with the question."""
    if isinstance(failure, Refusal):
        return errors.fault_of(failure, behind=desk.behind)
    early = isinstance(failure, RequestValidationError) or failure.status == errors.STATUS[Kind.INVALID]
    if early and desk.company_id is None and not desk.request.url.path.startswith(_OPEN):
        try:
            await desk.tools.works.run(desk.check_key if desk.request.url.path in _WITHOUT_TOKEN else desk.enter, read_only=True)
        except Fault as first:
            return first
        except Refusal as first:
            return errors.fault_of(first, behind=desk.behind)
    return errors.fault_of_form(failure, desk.part) if isinstance(failure, RequestValidationError) else failure


_WITHOUT_TOKEN = frozenset({"/auth/login", "/auth/refresh"})
_OPEN = ("/api/v1/systemAuth/", "/certificate-files/")


def shared(request: Request) -> dict[str, str]:
    """What lets pages from other sites read the answer: nobody is known by a cookie here, so no origin has more than another."""
    if "origin" not in request.headers:
        return {}
    return {"Access-Control-Allow-Origin": "*", "Access-Control-Expose-Headers": f"Link, X-Track, {audit.proofs.RECEIPT}"}


PREFLIGHT = {
    "Access-Control-Allow-Origin": "*",
    "Access-Control-Allow-Methods": "GET, PUT, POST, DELETE",
    "Access-Control-Allow-Headers": (
        "Authorization, Content-Type, X-Requested-With, apiKey, x-api-key, x-amz-server-side-encryption, x-amz-server-side-encryption-aws-kms-key-id"
    ),
    "Access-Control-Max-Age": "600",
}
