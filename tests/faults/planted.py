"""One failure planted at the i-th call of the database, of the file system or to the outside, counted over a whole use case."""

import errno
import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psycopg
import pytest

from ashiato.plumbing.outbound import Outbound, OutboundError, Reply
from ashiato.plumbing.unit_of_work import Work


@dataclass
class Planted:
    """The i-th call fails while it is armed. `lost`: the transaction commits or the call arrives, and its answer does not come back."""

    at: int = 0
    lost: bool = False
    calls: int = 0
    fired: bool = False

    def due(self) -> bool:
        self.calls += 1
        self.fired = self.fired or self.calls == self.at
        return self.calls == self.at


@contextmanager
def planted(monkeypatch: pytest.MonkeyPatch, at: int, *, lost: bool = False) -> Iterator[Planted]:
    """Plants it for the block. A failing statement takes its connection with it, as a server that goes away does."""
    fault = Planted(at, lost)
    with monkeypatch.context() as patched:
        _statements(patched, fault)
        _outside(patched, fault)
        for holder, name in ((os, "fsync"), (Path, "replace"), (Path, "mkdir"), (Path, "unlink")):
            patched.setattr(holder, name, _failing(getattr(holder, name), fault))
        yield fault


def _statements(patched: pytest.MonkeyPatch, fault: Planted) -> None:
    execute, copy, conclude = psycopg.AsyncCursor.execute, psycopg.AsyncCursor.copy, Work.conclude

    async def failing_execute(self: psycopg.AsyncCursor[Any], *args: Any, **options: Any) -> Any:
        if not fault.lost and fault.due():
            await self.connection.close()
            raise psycopg.OperationalError("planted")
        return await execute(self, *args, **options)

    def failing_copy(self: psycopg.AsyncCursor[Any], *args: Any, **options: Any) -> Any:
        if not fault.lost and fault.due():
            raise psycopg.OperationalError("planted")
        return copy(self, *args, **options)

    async def unheard_conclude(self: Work) -> None:
        connection = self.connection
        await conclude(self)
        if fault.lost and fault.due():
            await connection.close()
            raise psycopg.OperationalError("planted")

    patched.setattr(psycopg.AsyncCursor, "execute", failing_execute)
    patched.setattr(psycopg.AsyncCursor, "copy", failing_copy)
    patched.setattr(Work, "conclude", unheard_conclude)


def _outside(patched: pytest.MonkeyPatch, fault: Planted) -> None:
    call = Outbound.call

    async def failing_call(self: Outbound, *args: Any, **options: Any) -> Reply:
        if not fault.lost and fault.due():
            raise OutboundError("outbound.unreachable", "planted", again=True)
        reply = await call(self, *args, **options)
        if fault.lost and fault.due():
            raise OutboundError("outbound.slow", "planted", again=True)
        return reply

    patched.setattr(Outbound, "call", failing_call)


def _failing(call: Callable[..., Any], fault: Planted) -> Callable[..., Any]:
    def failing(*args: Any, **options: Any) -> Any:
        if not fault.lost and fault.due():
            raise OSError(errno.EIO, "planted")
        return call(*args, **options)

    return failing
