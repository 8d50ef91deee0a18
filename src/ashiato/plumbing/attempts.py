"""Rows that stand for something to be done elsewhere, tried with growing pauses until it succeeds or three days have gone.

A table of them has the columns company_id, delivery_id, state, attempts, trouble, noted_at, due_at and settled_at; what else it says of a
row, and who may see it, is its slice's. States are `waiting`, `done` and `failed`.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import LiteralString, Protocol
from uuid import UUID

from ashiato.plumbing.db import run
from ashiato.plumbing.unit_of_work import Work

__all__ = ["Attempts", "Tried", "next_try", "pause_after"]

_FIRST_PAUSE = timedelta(seconds=5)
_LONGEST_PAUSE = timedelta(hours=6)
_GIVEN_UP_AFTER = timedelta(hours=72)  # PACT 3.0.3: abandon after 72 hours
_LEASE = timedelta(minutes=5)  # a worker that died meanwhile does not keep a row from the next one


def pause_after(attempts: int) -> timedelta:
    """How long to wait after something has failed so often: twice as long each time (pure)."""
    return min(_FIRST_PAUSE * (1 << min(attempts, 20)), _LONGEST_PAUSE)


def next_try(attempts: int, noted_at: datetime, now: datetime) -> datetime | None:
    """When something that has failed so often is tried again; None once three days have gone (pure)."""
    later = now + pause_after(attempts)
    return later if later <= noted_at + _GIVEN_UP_AFTER else None


class Tried(Protocol):
    """What trying a row again has to know of it."""

    @property
    def delivery_id(self) -> UUID: ...
    @property
    def state(self) -> str: ...
    @property
    def attempts(self) -> int: ...
    @property
    def trouble(self) -> str: ...
    @property
    def noted_at(self) -> datetime: ...
    @property
    def due_at(self) -> datetime: ...


@dataclass(frozen=True, slots=True)
class Attempts:
    """The rows of a table that are tried, those of the pinned company."""

    table: LiteralString

    async def take(self, work: Work, found: Tried | None) -> bool:
        """Takes a row for some minutes; whether it still waits and its time has come."""
        if found is None or found.state != "waiting" or found.due_at > work.now:
            return False
        await self._move(work, found.delivery_id, "waiting", found.trouble, work.now + _LEASE, tried=True)
        return True

    async def succeeded(self, work: Work, delivery_id: UUID) -> None:
        """Settles a row."""
        await self._move(work, delivery_id, "done", "", work.now, tried=False)

    async def failed(self, work: Work, found: Tried, trouble: str, *, again: bool) -> bool:
        """Notes a failure; whether the row is given up: trying is of no use (not `again`), or three days have gone."""
        later = next_try(found.attempts, found.noted_at, work.now) if again else None
        await self._move(work, found.delivery_id, "waiting" if later else "failed", trouble, later or work.now, tried=False)
        return later is None

    async def _move(self, work: Work, delivery_id: UUID, state: str, trouble: str, due_at: datetime, *, tried: bool) -> None:
        await run(
            work.connection,
            f"""
            UPDATE {self.table} SET state = %(state)s, trouble = %(trouble)s, due_at = %(due_at)s, attempts = attempts + %(tried)s,
                   settled_at = CASE WHEN %(state)s = 'waiting' THEN NULL ELSE %(now)s END
            WHERE company_id = %(me)s AND delivery_id = %(delivery_id)s
            """,
            {
                "me": work.tenant, "delivery_id": delivery_id, "state": state, "trouble": trouble, "due_at": due_at, "tried": int(tried),
                "now": work.now,
            },
        )  # fmt: skip
