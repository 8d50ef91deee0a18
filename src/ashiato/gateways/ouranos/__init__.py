"""The Japanese data-transaction interface (Ouranos): an application moves over by changing an address.

Calls share few paths and are told apart by `dataTarget`; each is a route of its own here (`desk.Call`). What the interface cannot
say, and where it is read otherwise than the reference does, stands in `docs/standards/ouranos.md`.
"""

from functools import cache
from typing import Any

from fastapi import APIRouter, FastAPI, Request, Response

from ashiato.gateways.ouranos import authentication, errors, files, footprints, operators, parts, traceability, trades
from ashiato.gateways.ouranos.desk import LARGEST, PREFLIGHT, Call
from ashiato.gateways.ouranos.traceability_wire import ErrorsModel
from ashiato.gateways.ouranos.wire import ErrorModel

_MODULES = (authentication, operators, parts, trades, footprints, traceability, files)
_ELSEWHERE = ("/api/v1/authInfo", "/api/v1/datatransport")
_SHARED = ("/auth/{rest:path}", *_ELSEWHERE, *traceability.PATHS, files.PATH)

DESCRIPTION = "/ouranos/openapi.json"

__all__ = ["DESCRIPTION", "described", "install"]


def described(version: str) -> dict[str, Any]:
    """The description of the interface alone (OpenAPI 3.1); calls on one address are told apart as the standard spells them."""
    app = FastAPI(title="Ashiato: the Japanese data-transaction interface", version=version, openapi_url=None)
    _include(app, in_schema=True)
    description = app.openapi()
    for item in description["paths"].values():
        for operation in item.values():
            operation["responses"].pop("422", None)  # what FastAPI takes for granted: here it is 400, in the interface's words
    return description


def install(app: FastAPI) -> None:
    """Mounts the interface beside the others. Its failures are its own; its description stands apart from theirs."""
    _include(app, in_schema=False)
    app.include_router(_rest())
    app.add_api_route(DESCRIPTION, cache(lambda: described(app.version)), include_in_schema=False)


def _include(app: FastAPI, *, in_schema: bool) -> None:
    for module in _MODULES:
        failure = ErrorsModel if module in (traceability, files) else ErrorModel
        told = errors.WORDS.items() if in_schema else ()  # what nobody reads need not be built
        responses: dict[int | str, dict[str, Any]] = {status: {"model": failure, "description": words} for status, words in told}
        app.include_router(module.router, include_in_schema=in_schema, responses=responses)


def _rest() -> APIRouter:
    """What is about nothing known, and what browsers ask before they let a page of another site call."""
    router = APIRouter(route_class=Call, include_in_schema=False, max_body_size=LARGEST)

    async def unknown(_: Request) -> Response:
        raise errors.unexpected("dataTarget")

    async def nowhere(request: Request) -> Response:
        raise errors.Fault(404, "Endpoint Not Found", errors.Part.AUTH if request.url.path.startswith("/auth/") else errors.Part.DATASPACE)

    async def preflight() -> Response:
        return Response(None, 204, PREFLIGHT)

    for path in _ELSEWHERE:
        router.add_api_route(path, unknown, methods=["GET", "PUT", "DELETE"])
        router.add_api_route(path, nowhere, methods=["POST", "PATCH"])
    for path in ("/auth/{rest:path}", *(f"{path}/{{rest:path}}" for path in _ELSEWHERE)):
        router.add_api_route(path, nowhere, methods=["GET", "PUT", "POST", "DELETE", "PATCH"])
    for path in _SHARED:
        router.add_api_route(path, preflight, methods=["OPTIONS"])
    return router
