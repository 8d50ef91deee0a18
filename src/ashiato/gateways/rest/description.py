"""The description of the interface (OpenAPI 3.1), made once a process and on a thread: it takes a second or two, in which all others are served."""

import json
from functools import cache
from typing import Any

from fastapi import FastAPI, Response

from ashiato.gateways.rest.errors import MEDIA_TYPE
from ashiato.gateways.rest.routing import PREFIX

_FIRST_FAILURE = 400


def install(app: FastAPI) -> None:
    """Publishes the description under `/api/v1/openapi.json`; problems stand in it under the media type that they are sent with."""
    plain = app.openapi

    def described() -> dict[str, Any]:
        description = plain()
        operations = [operation for path in description["paths"].values() for operation in path.values()]
        for told in [told for operation in operations for status, told in operation["responses"].items() if int(status) >= _FIRST_FAILURE]:
            if "application/json" in told.get("content", {}):
                told["content"] = {MEDIA_TYPE: told["content"]["application/json"]}
        return description

    @cache
    def written() -> bytes:
        return json.dumps(described(), ensure_ascii=False, separators=(",", ":")).encode()

    def description() -> Response:
        """No coroutine, so that it is served on a thread."""
        return Response(written(), media_type="application/json")

    app.openapi = described  # type: ignore[method-assign]
    app.add_api_route(f"{PREFIX}/openapi.json", description, include_in_schema=False)
