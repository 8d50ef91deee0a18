"""One request or job is one serializable transaction, retried when it collides; its facts go out with it or not at all."""

import asyncio
import json
import random
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from datetime import datetime
from typing import TypeVar
from uuid import UUID

import psycopg
import structlog
from psycopg_pool import AsyncConnectionPool, PoolTimeout

from ashiato.kernel.errors import Kind, Refusal, invalid
from ashiato.kernel.facts import Fact
from ashiato.plumbing.clock import Clock, IdSource
from ashiato.plumbing.db import Connection, Viewpoint, pin

_ATTEMPTS = 12
_IDEMPOTENCY_KEY = "idempotency_pkey"
T = TypeVar("T")

log = structlog.get_logger()


@dataclass(slots=True)
class Work:
    """What a verb works with: its connection, the instant that counts for it, identifiers, and a place to record facts.

    Until it is pinned it sees only what is needed to find out who asks.
    """

    connection: Connection
    now: datetime
    ids: IdSource
    tenant: UUID | None = None
    facts: list[tuple[UUID, Fact]] = field(default_factory=list)

    async def pin(self, viewpoint: Viewpoint, tenant: UUID | None) -> None:
        """Takes the eyes of a viewer for the rest of the transaction."""
        await pin(self.connection, viewpoint, tenant)
        self.tenant = tenant

    def new_id(self) -> UUID:
        """A fresh identifier from the tenant's own sequence."""
        return self.ids.new(self.tenant)

    def record(self, fact: Fact) -> None:
        """Notes that something happened in the pinned tenant's affairs. It becomes durable with the transaction."""
        if self.tenant is None:
            raise RuntimeError("a fact needs an owner: pin the work first")
        self.facts.append((self.tenant, fact))

    async def flush(self) -> None:
        """Writes the recorded facts to the outbox."""
        if not self.facts:
            return
        await self.connection.execute(
            """
            INSERT INTO outbox (company_id, fact_id, kind, subject, recorded_at)
            SELECT company_id, fact_id, kind, subject, %(now)s
            FROM unnest(%(companies)s::uuid[], %(ids)s::uuid[], %(kinds)s::text[], %(subjects)s::jsonb[])
                 AS noted (company_id, fact_id, kind, subject)
            """,
            {
                "now": self.now,
                "companies": [company for company, _ in self.facts],
                "ids": [self.ids.new(company) for company, _ in self.facts],
                "kinds": [fact.kind for _, fact in self.facts],
                "subjects": [json.dumps(dict(fact.subject), sort_keys=True) for _, fact in self.facts],
            },
        )


@dataclass(frozen=True, slots=True)
class Works:
    """Opens units of work on one pool."""

    pool: AsyncConnectionPool[Connection]
    clock: Clock
    ids: IdSource

    async def run(self, verb: Callable[[Work], Awaitable[T]], *, read_only: bool = False) -> T:
        """What `verb` answers, once its transaction is durable. It may be called again, from a clean slate, after a collision.

        Refuses (`unavailable`) when no connection is free, the database is away or the collisions do not end; (`invalid`) a value
        that the database cannot hold.
        """
        for attempt in range(_ATTEMPTS):
            try:
                return await self._once(verb, read_only)
            except (psycopg.errors.SerializationFailure, psycopg.errors.DeadlockDetected):
                await asyncio.sleep(random.uniform(0, 0.005 * 2 ** min(attempt, 6)))  # noqa: S311 — spreads retries, guards nothing
            except psycopg.errors.UniqueViolation as collision:
                if collision.diag.constraint_name != _IDEMPOTENCY_KEY:
                    raise
            except (psycopg.DataError, UnicodeEncodeError) as error:
                raise invalid("value", "A text or number cannot be stored.", "Shorten or correct it.") from error
            except (psycopg.OperationalError, PoolTimeout) as error:
                log.error("database unavailable", error=type(error).__name__)
                raise _busy() from error
        raise _busy()

    async def _once(self, verb: Callable[[Work], Awaitable[T]], read_only: bool) -> T:
        async with self.pool.connection() as connection:
            await connection.set_read_only(read_only)
            async with connection.transaction():
                work = Work(connection, self.clock.now(), self.ids)
                answer = await verb(work)
                await work.flush()
            return answer


def _busy() -> Refusal:
    return Refusal(Kind.UNAVAILABLE, "busy", "The platform is busy.", "Repeat the same request, with the same Idempotency-Key, in a few seconds.")
