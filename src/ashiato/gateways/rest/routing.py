"""Where the interface's routes stand, and which failures and limits all of them have.

Each module's routes are complete when they are defined and are mounted as they are: a router that is included in another would be analysed
a second time when a server starts, and tried level by level at every request.
"""

from typing import Any

from fastapi import APIRouter, FastAPI

from ashiato.gateways.rest.wire.words import Problem

PREFIX = "/api/v1"
LARGEST_MESSAGE = 4 * 1024 * 1024  # bytes; files have limits of their own
_FAILURES = {400: "the request cannot be read", 401: "who asks is not known", 403: "who asks may not",
             404: "no such thing, or none that the asker may see", 409: "it contradicts the present state",
             422: "the request itself is wrong", 429: "too often", 503: "not now"}  # fmt: skip
_SHAPE = {"application/json": {"schema": {"$ref": "#/components/schemas/Problem"}}}
_PROBLEMS: dict[int | str, dict[str, Any]] = {status: {"content": _SHAPE, "description": words} for status, words in _FAILURES.items()}
_PROBLEMS[400] = {"model": Problem, "description": _FAILURES[400]}  # once, for a model is built anew for each route and failure, a sixth of a start


def routes_about(tag: str, under: str = PREFIX) -> APIRouter:
    """A module's routes, to be defined on it."""
    return APIRouter(prefix=under, tags=[tag], responses=_PROBLEMS, max_body_size=LARGEST_MESSAGE)


def mount(app: FastAPI, *routers: APIRouter) -> None:
    """Lets the application answer these routes, tried in this order."""
    for router in routers:
        app.router.routes.extend(router.routes)
