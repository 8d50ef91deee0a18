"""How slowly a request's body may come. Whoever sends it drop by drop keeps a connection for a bounded time, and nothing else of the server."""

import asyncio
import time
from collections.abc import MutableMapping
from typing import Any

from starlette.exceptions import HTTPException

from ashiato.plumbing.telemetry import Application, Receive, Scope, Send

FIRST_SECONDS = 30.0
LEAST_BYTES_A_SECOND = 1_000


class Patience:
    """Refuses (408) a body that the server has waited for more than half a minute longer than a thousand bytes a second take.

    Only waiting counts: what the server does with the body in between does not.
    """

    def __init__(self, application: Application) -> None:
        self._application = application

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answers one request."""
        if scope["type"] != "http":
            await self._application(scope, receive, send)
            return
        left, more = FIRST_SECONDS, True

        async def received() -> MutableMapping[str, Any]:
            nonlocal left, more
            if not more:  # whoever waits on waits for the end of the connection
                return await receive()
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
