"""Kinds of refusal as HTTP problems (RFC 9457). The table is total: a test holds it against `Kind`."""

import json
from collections.abc import Coroutine
from typing import Any

import structlog
from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import Response
from starlette.exceptions import HTTPException

from ashiato.domain import audit
from ashiato.gateways.rest.wire.words import Flaw, Problem
from ashiato.kernel.errors import Kind, Refusal

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
MEDIA_TYPE = "application/problem+json"

log = structlog.get_logger()


def problem_of(refusal: Refusal) -> Problem:
    """A refusal in the words of RFC 9457, with what to do next."""
    return Problem(
        type=f"urn:ashiato:problem:{refusal.code}",
        title=refusal.message,
        status=STATUS[refusal.kind],
        code=refusal.code,
        detail=refusal.remedy or None,
        flaws=[Flaw(field=flaw.field, code=flaw.code, message=flaw.message, suggestion=flaw.suggestion) for flaw in refusal.flaws],
    )


def answer(problem: Problem, seconds: str = "3") -> Response:
    """A problem as an HTTP answer. `seconds`: when to try again, where that helps."""
    headers = {"Retry-After": seconds} if problem.status in (STATUS[Kind.LIMITED], STATUS[Kind.UNAVAILABLE]) else {}
    if problem.status == STATUS[Kind.UNIDENTIFIED]:
        headers["WWW-Authenticate"] = 'Bearer realm="ashiato"'
    return Response(problem.model_dump_json(exclude_none=True), problem.status, headers, MEDIA_TYPE)


async def as_line(work: Coroutine[Any, Any, Response]) -> dict[str, Any]:
    """An answer as the last line of what tells how far its work has come: its status, and its body or the problem in its place."""
    try:
        given = await work
    except Refusal as refusal:
        problem = problem_of(refusal)
        return {"status": problem.status, "body": problem.model_dump(exclude_none=True)}
    return {"status": given.status_code, "receipt": given.headers.get(audit.proofs.RECEIPT), "body": json.loads(bytes(given.body))}


def install(app: FastAPI) -> None:
    """Makes every failure of the application a problem; an unforeseen one is logged, and tells the outside nothing."""

    @app.exception_handler(Refusal)
    async def refused(_: Request, refusal: Refusal) -> Response:
        return answer(problem_of(refusal), refusal.facts.get("seconds", "3"))

    @app.exception_handler(RequestValidationError)
    async def malformed(_: Request, error: RequestValidationError) -> Response:
        flaws = [
            Flaw(field=".".join(str(step) for step in found["loc"]), code=f"wire.{found['type']}", message=str(found["msg"]))
            for found in error.errors()[:100]
        ]
        title = "The request does not have the form that the interface describes."
        return answer(Problem(type="urn:ashiato:problem:wire", title=title, status=422, code="wire", detail="See flaws.", flaws=flaws))

    @app.exception_handler(HTTPException)
    async def unrouted(_: Request, error: HTTPException) -> Response:
        problem = Problem(type="about:blank", title=str(error.detail), status=error.status_code, code=f"http.{error.status_code}", flaws=[])
        response = answer(problem)
        response.headers.update(error.headers or {})
        return response

    @app.exception_handler(Exception)
    async def unforeseen(request: Request, error: Exception) -> Response:
        log.error("unforeseen failure", route=getattr(request.scope.get("route"), "path", ""), exc_info=error)
        title = "Something went wrong on our side."
        return answer(
            Problem(
                type="urn:ashiato:problem:internal", title=title, status=500, code="internal", detail="Tell the operator when it happened.", flaws=[]
            )
        )
