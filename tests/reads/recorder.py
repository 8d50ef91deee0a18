"""What a request asks of the database: each statement, and each time that it let the server speak."""

import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from itertools import groupby
from operator import itemgetter
from pathlib import Path
from typing import Any

import httpx
from psycopg import AsyncConnection, AsyncCursor
from psycopg.pq import Trace

from ashiato import app as composition
from ashiato.gateways.rest import Tools
from ashiato.plumbing.db import app_url, pool

_HANDING_OVER = ("Sync", "Flush", "Query")  # messages of the protocol after which a client waits for what the server says


@dataclass
class Noted:
    """What was asked since it was last cleared. `path`: where libpq writes down every message."""

    path: Path
    statements: list[tuple[str, dict[str, Any]]] = field(default_factory=list)
    told: int = 0

    @property
    def trips(self) -> int:
        """Round trips: how often messages of ours were followed by the server's word."""
        words = [line.split("\t") for line in self.path.read_text(encoding="utf-8", errors="replace")[self.told :].splitlines()]
        spoken = [(word[0], word[2].strip()) for word in words if word[0] in ("F", "B") and len(word) > 2]  # a line may be half written yet
        turns = [list(run) for side, run in groupby(spoken, key=itemgetter(0)) if side == "F"]
        return sum(any(message in _HANDING_OVER for _, message in turn) for turn in turns)

    @property
    def rows(self) -> int:
        """How many rows the server has sent."""
        text = self.path.read_text(encoding="utf-8", errors="replace")[self.told :]
        return sum("\tDataRow\t" in line for line in text.splitlines())

    def clear(self) -> None:
        self.statements.clear()
        self.told = len(self.path.read_text(encoding="utf-8", errors="replace"))


def _connection(noted: Noted) -> type[AsyncConnection[Any]]:
    class Cursor(AsyncCursor[Any]):
        async def execute(self, query: Any, params: Any = None, **more: Any) -> Any:
            noted.statements.append((query if isinstance(query, str) else bytes(query).decode(), dict(params or {})))
            return await super().execute(query, params, **more)

    class Connection(AsyncConnection[Any]):
        def __init__(self, *words: Any, **more: Any) -> None:
            super().__init__(*words, **more)
            self.cursor_factory = Cursor
            self.pgconn.trace(os.open(noted.path, os.O_WRONLY | os.O_CREAT | os.O_APPEND))
            self.pgconn.set_trace_flags(Trace.SUPPRESS_TIMESTAMPS)

    return Connection


@asynccontextmanager
async def recording(tools: Tools, owner_url: str, noted: Noted) -> AsyncIterator[httpx.AsyncClient]:
    """A client of an application whose pool of one connection notes everything."""
    connections = pool(app_url(tools.settings, owner_url), 1)
    connections.connection_class = _connection(noted)
    await connections.open(wait=True)
    try:
        watched = replace(tools, works=replace(tools.works, pool=connections))
        transport = httpx.ASGITransport(composition.build(watched))
        async with httpx.AsyncClient(transport=transport, base_url="http://testserver") as client:
            yield client
    finally:
        await connections.close()
