"""Failures as pages, for those who read pages; everybody else gets what the gateways say."""

import inspect
from collections.abc import Awaitable, Callable, Coroutine
from dataclasses import dataclass
from typing import Any

from fastapi import FastAPI, Request, Response
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException

from ashiato.kernel.errors import Flaw, Kind, Refusal
from ashiato.web.headers import secured
from ashiato.web.origin import came_from
from ashiato.web.render import page
from ashiato.web.words import CATALOGUE

STATUS: dict[Kind, int] = {
    Kind.INVALID: 422,
    Kind.UNIDENTIFIED: 401,
    Kind.DENIED: 403,
    Kind.ABSENT: 404,
    Kind.CONFLICT: 409,
    Kind.GONE: 410,
    Kind.LIMITED: 429,
    Kind.UNAVAILABLE: 503,
}
HEADED = frozenset({401, 403, 404, 405, 408, 409, 410, 413, 422, 429, 500, 503})  # statuses that the catalogue has a heading for
_ELSEWHERE = ("/api/", "/oauth/", "/.well-known/")


@dataclass(frozen=True, slots=True)
class Failure:
    """Why there is no page to see, and what to do about it. Everything absent looks alike: it says no more than its heading."""

    status: int
    heading: str
    words: str
    flaws: tuple[Flaw, ...]
    back: str


def reads_pages(request: Request, *, anything: bool = False) -> bool:
    """Whether the request is for a page, by somebody who asked for HTML (or, with `anything`, did not care)."""
    accepted = request.headers.get("accept", "*/*")
    return not request.url.path.startswith(_ELSEWHERE) and ("text/html" in accepted or (anything and "*/*" in accepted))


def page_of(request: Request, failure: Refusal | RequestValidationError | HTTPException) -> Response:
    """The page of a failure."""
    if isinstance(failure, Refusal):
        status = STATUS[failure.kind]
        if failure.kind is Kind.ABSENT:
            return _page(request, status)
        shown = _page(request, status, failure.code, str(failure), failure.flaws)
        if failure.kind in (Kind.LIMITED, Kind.UNAVAILABLE):
            shown.headers["Retry-After"] = failure.facts.get("seconds", "3")
        return shown
    if isinstance(failure, HTTPException):
        return _page(request, failure.status_code)
    found = [Flaw(str(item["loc"][-1]), str(item["type"]), str(item["msg"])) for item in failure.errors()[:20]]
    return _page(request, 422, flaws=tuple(found))


async def as_line(work: Coroutine[Any, Any, Response]) -> dict[str, Any]:
    """An answer as the last line of what tells how far its work has come: its status, and where it leads or the page that it is."""
    try:
        given = await work
    except Refusal as refusal:
        return {"status": STATUS[refusal.kind]}
    leads = given.headers.get("location", "")
    return {"status": given.status_code, "address": leads} if leads else {"status": given.status_code, "page": bytes(given.body).decode()}


def _page(request: Request, status: int, code: str = "", words: str = "", flaws: tuple[Flaw, ...] = ()) -> Response:
    heading = f"refusal.{code}" if f"refusal.{code}" in CATALOGUE else f"status.{status if status in HEADED else 500}"
    back = came_from(request) if request.method != "GET" else "/"
    return page(request, "failure.html", Failure(status, heading, words, flaws, back), status=status)


def install(app: FastAPI) -> None:
    """Shows what no page's route sees as a page too: addresses that lead nowhere, and what nobody foresaw."""
    for kind in (HTTPException, Exception):
        app.add_exception_handler(kind, _shown(app.exception_handlers.get(kind)))


def _shown(gateway: Callable[[Request, Any], Response | Awaitable[Response]] | None) -> Callable[[Request, Exception], Awaitable[Response]]:
    async def shown(request: Request, failure: Exception) -> Response:
        answer = gateway(request, failure) if gateway is not None else Response(status_code=500)
        given = await answer if inspect.isawaitable(answer) else answer
        if not reads_pages(request):
            return given
        status = given.status_code
        response = page_of(request, HTTPException(status))
        response.headers.update({name: value for name, value in given.headers.items() if name in ("allow", "retry-after")})
        return secured(response)

    return shown
