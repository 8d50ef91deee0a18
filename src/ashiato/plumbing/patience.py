"""How slowly a request's body may come, and that one which says itself that it is too long is not begun.

Whoever sends it drop by drop keeps a connection for a bounded time, and nothing else of the server.
"""

import asyncio
import time
from collections.abc import MutableMapping
from typing import Any

from starlette.exceptions import HTTPException
from starlette.middleware.body_limit import MAX_BODY_SIZE_SCOPE_KEY

from ashiato.plumbing.telemetry import Application, Receive, Scope, Send

FIRST_SECONDS = 30.0
LEAST_BYTES_A_SECOND = 1_000


class Patience:
    """Refuses (408) a body that the server has waited for more than half a minute longer than a thousand bytes a second take.

    Only waiting counts: what the server does with the body in between does not. Refuses (413) a body that is announced to be longer than its
    route takes, before any of it is read.
    """

    def __init__(self, application: Application) -> None:
        self._application = application

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answers one request."""
        if scope["type"] != "http":
            await self._application(scope, receive, send)
            return
        left, more, announced = FIRST_SECONDS, True, _announced(scope)

        async def received() -> MutableMapping[str, Any]:
            nonlocal left, more
            if not more:  # whoever waits on waits for the end of the connection
                return await receive()
            most = scope.get(MAX_BODY_SIZE_SCOPE_KEY)  # the route's, which is found by now
            if most is not None and announced > most:
                raise HTTPException(413, "Content Too Large")
            began = time.monotonic()
            try:
                async with asyncio.timeout(left):
                    message = await receive()
            except TimeoutError as error:
                raise HTTPException(408, "The body comes too slowly") from error
            left += len(message.get("body", b"")) / LEAST_BYTES_A_SECOND - (time.monotonic() - began)
            more = message.get("more_body", False)
            return message

        await self._application(scope, received, send)


def _announced(scope: Scope) -> int:
    """How long the body is said to be. The header is taken away: whoever limits bodies further in would answer in plain text, whatever the
    interface says, and in place of every other refusal.
    """
    found = [value for name, value in scope["headers"] if name == b"content-length"]
    scope["headers"] = [pair for pair in scope["headers"] if pair[0] != b"content-length"]
    return int(found[0]) if found and found[0].isdigit() else 0
