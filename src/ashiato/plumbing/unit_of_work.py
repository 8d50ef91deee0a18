"""One request or job is one serializable transaction, retried when it collides; its facts go out with it or not at all."""

import asyncio
import json
import random
from collections.abc import Awaitable, Callable, Hashable, Sequence
from contextlib import AbstractAsyncContextManager, AsyncExitStack, nullcontext
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final, LiteralString, TypeVar
from uuid import UUID

import psycopg
import structlog
from psycopg_pool import AsyncConnectionPool, PoolTimeout

from ashiato.kernel.errors import Kind, Refusal, conflict, invalid
from ashiato.kernel.facts import Fact
from ashiato.plumbing import tracing
from ashiato.plumbing.clock import Clock, IdSource
from ashiato.plumbing.db import Answers, Connection, Params, Question, Row, Viewpoint, at_once, pinned, row, rows, together
from ashiato.plumbing.queues import Queues

_ATTEMPTS = 12
_BEGIN: Final = "BEGIN ISOLATION LEVEL SERIALIZABLE READ WRITE"
# A write asks for single things, by identifiers: one plan suits all values, and making it anew was more than half of the database's work.
_PLANS_KEPT: Final = "SET LOCAL plan_cache_mode = force_generic_plan"
_BEGIN_READING: Final = "BEGIN ISOLATION LEVEL SERIALIZABLE READ ONLY"
_IDEMPOTENCY_KEY = "idempotency_pkey"
T = TypeVar("T")

Foresight = Callable[[datetime], Sequence[Question[Any]]]

log = structlog.get_logger()


class UnforeseenError(Exception):
    """A verb that was to look at foreseen answers only asks for more, or wants to write: it needs a transaction of its own."""


@dataclass(frozen=True, slots=True)
class Recorded:
    """A fact in one company's affairs as it will become durable, with the salt that keeps its hash from being guessed."""

    company_id: UUID
    fact_id: UUID
    fact: Fact
    salt: bytes


@dataclass(slots=True)
class Work:
    """What a verb works with: its connection, the instant that counts for it, identifiers, and a place to record facts.

    Until it is pinned it sees only what is needed to find out who asks. `foreseen`: answers that are there before they are asked for,
    until anything else is done on the connection.
    """

    _connection: Connection | None
    now: datetime
    ids: IdSource
    tenant: UUID | None = None
    facts: list[Recorded] = field(default_factory=list)
    foreseen: Answers | None = None
    parting: list[tuple[LiteralString, Params]] = field(default_factory=list)
    ending: AsyncExitStack = field(default_factory=AsyncExitStack)

    @property
    def connection(self) -> Connection:
        """The transaction's connection. Raises UnforeseenError where there are only foreseen answers."""
        if self._connection is None:
            raise UnforeseenError
        self.foreseen = None
        return self._connection

    async def all(self, question: Question[Row]) -> list[Row]:
        """Every row that answers a question."""
        if self.foreseen is not None and question in self.foreseen:
            return self.foreseen.of(question)
        return await rows(self.connection, question.shape, question.query, question.params)

    async def one(self, question: Question[Row]) -> Row | None:
        """The first row that answers a question, or None."""
        if self.foreseen is not None and question in self.foreseen:
            return next(iter(self.foreseen.of(question)), None)
        return await row(self.connection, question.shape, question.query, question.params)

    async def ask_ahead(self, questions: Sequence[Question[Any]]) -> None:
        """Asks all that is going to be asked, and was not foreseen, in one round trip; it is told from what came back until anything else is done."""
        before = self.foreseen
        missing = [question for question in questions if before is None or question not in before]
        if missing:
            answers = await at_once(self.connection, missing)
            _raise_disturbance(answers)
            self.foreseen = before.with_those_of(answers) if before is not None else answers

    async def pin(self, viewpoint: Viewpoint, tenant: UUID | None, asks: Sequence[Question[Any]] = ()) -> None:
        """Takes the eyes of a viewer for the rest of the transaction. What was recorded with those before is written with them.

        `asks`: what is going to be asked with these eyes, in the same round trip.
        """
        if self.facts:
            await self._note_facts()
        taken = pinned(viewpoint, tenant)
        answers = await at_once(self.connection, [taken, *asks])
        if answers.failure is not None:
            raise answers.failure
        self.foreseen, self.tenant = answers, tenant

    def new_id(self) -> UUID:
        """A fresh identifier from the tenant's own sequence."""
        return self.ids.new(self.tenant)

    def new_ids(self, count: int) -> list[str]:
        """Very many fresh identifiers from the same sequence, each as its 32 digits."""
        return self.ids.many(self.tenant, count)

    def record(self, fact: Fact) -> None:
        """Notes that something happened in the pinned tenant's affairs. It becomes durable with the transaction."""
        if self._connection is None:
            raise UnforeseenError
        if self.tenant is None:
            raise RuntimeError("a fact needs an owner: pin the work first")
        self.facts.append(Recorded(self.tenant, self.new_id(), fact, self.new_id().bytes))

    def finally_write(self, query: LiteralString, params: Params) -> None:
        """Writes in one piece with the end of the transaction what nothing in it will ask for."""
        self.parting.append((query, params))

    def together(self) -> AbstractAsyncContextManager[object]:
        """A block whose writes travel together until one is asked for its rows; how many rows they changed is not known."""
        if self._connection is None:
            raise UnforeseenError
        return together(self._connection)

    async def together_to_the_end(self) -> None:
        """From here on writes travel together, with the end of the transaction where nothing is asked for its rows before. As in `together`, how
        many rows they changed is not known.
        """
        await self.ending.enter_async_context(self.together())

    async def conclude(self) -> None:
        """Writes the recorded facts to the outbox and makes everything durable, in one round trip."""
        async with self.together():
            for query, params in self.parting:
                await self.connection.execute(query, params)
            if self.facts:
                await self._note_facts()
            await self.connection.execute("COMMIT")

    async def _note_facts(self) -> None:
        await self.connection.execute(
            """
            INSERT INTO outbox (company_id, fact_id, kind, subject, recorded_at, salt)
            SELECT company_id, fact_id, kind, subject, %(now)s, salt
            FROM unnest(%(companies)s::uuid[], %(ids)s::uuid[], %(kinds)s::text[], %(subjects)s::jsonb[], %(salts)s::bytea[])
                 AS noted (company_id, fact_id, kind, subject, salt)
            """,
            {
                "now": self.now,
                "companies": [noted.company_id for noted in self.facts],
                "ids": [noted.fact_id for noted in self.facts],
                "kinds": [noted.fact.kind for noted in self.facts],
                "subjects": [json.dumps(dict(noted.fact.subject), sort_keys=True) for noted in self.facts],
                "salts": [noted.salt for noted in self.facts],
            },
        )
        self.facts.clear()


@dataclass(frozen=True, slots=True)
class Works:
    """Opens units of work on one pool."""

    pool: AsyncConnectionPool[Connection]
    clock: Clock
    ids: IdSource
    queues: Queues = field(default_factory=Queues)

    async def run(
        self, verb: Callable[[Work], Awaitable[T]], *, read_only: bool = False, foresee: Foresight | None = None, sender: Hashable = None
    ) -> T:
        """What `verb` answers, once its transaction is durable. It may be called again, from a clean slate, after a collision.

        `foresee`: what it will ask before it writes, as far as that can be foreseen; it travels with the beginning of the transaction.
        `sender`: whose writes would collide with this one, and therefore go one after the other.
        Refuses (`unavailable`) when no connection is free, the database is away or the collisions do not end; (`invalid`) a value
        that the database cannot hold.
        """
        async with nullcontext() if sender is None else self.queues.turn(sender):
            return await self._until_done(lambda: self._once(verb, read_only, foresee))

    async def look(self, verb: Callable[[Work], Awaitable[T]], foresee: Foresight, *, read_only: bool = True) -> T:
        """What `verb` answers, where all that it asks is foreseen: one transaction and one round trip. Refuses like `run`.

        Foresight decides nothing: where the verb asks for anything else, or writes, it is run like any other.
        """
        try:
            return await self._until_done(lambda: self._at_once(verb, foresee))
        except UnforeseenError:
            return await self.run(verb, read_only=read_only)

    async def _until_done(self, once: Callable[[], Awaitable[T]]) -> T:
        with tracing.inside("transaction") as noted:
            return await self._tried(once, noted)

    async def _tried(self, once: Callable[[], Awaitable[T]], noted: Callable[[str, int], None]) -> T:
        for attempt in range(_ATTEMPTS):
            noted("ashiato.attempts", attempt + 1)
            try:
                return await once()
            except (psycopg.errors.SerializationFailure, psycopg.errors.DeadlockDetected):
                await asyncio.sleep(random.uniform(0, 0.005 * 2 ** min(attempt, 6)))  # noqa: S311 — spreads retries, guards nothing
            except psycopg.errors.UniqueViolation as collision:
                if collision.diag.constraint_name != _IDEMPOTENCY_KEY:
                    raise
                raise in_flight() from collision
            except (psycopg.DataError, UnicodeEncodeError) as error:
                raise invalid("value", "A text or number cannot be stored.", "Shorten or correct it.") from error
            except (psycopg.OperationalError, PoolTimeout) as error:
                log.error("database unavailable", error=type(error).__name__)
                raise _busy() from error
        raise _busy()

    async def _once(self, verb: Callable[[Work], Awaitable[T]], read_only: bool, foresee: Foresight | None) -> T:
        now = self.clock.now()
        async with self.pool.connection() as connection:  # rolls back what fails
            begin = [Question(tuple, _BEGIN_READING, {})] if read_only else [Question(tuple, _BEGIN, {}), Question(tuple, _PLANS_KEPT, {})]
            answers = await at_once(connection, [*begin, *(foresee(now) if foresee else ())])
            _raise_disturbance(answers)
            work = Work(connection, now, self.ids, foreseen=answers)
            async with work.ending:
                answer = await verb(work)
                await work.conclude()
            return answer

    async def _at_once(self, verb: Callable[[Work], Awaitable[T]], foresee: Foresight) -> T:
        now = self.clock.now()
        async with self.pool.connection() as connection:
            answers = await at_once(connection, foresee(now))
        _raise_disturbance(answers)
        return await verb(Work(None, now, self.ids, foreseen=answers))


def _raise_disturbance(answers: Answers) -> None:
    """Whatever the answers mean, the questions are asked again. What the asker may not see is raised where it is looked at."""
    if isinstance(answers.failure, psycopg.errors.SerializationFailure | psycopg.OperationalError):
        raise answers.failure


def in_flight() -> Refusal:
    """What meets a request whose twin is under way, or has just been carried out: by then, its answer is kept."""
    return conflict("idempotency.in_flight", "The first request with this Idempotency-Key is still under way.", "Wait a second and repeat it.")


def _busy() -> Refusal:
    return Refusal(Kind.UNAVAILABLE, "busy", "The platform is busy.", "Repeat the same request, with the same Idempotency-Key, in a few seconds.")
