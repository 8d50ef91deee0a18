"""The SQL of grievances."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from ashiato.plumbing.db import row, rows, run, values
from ashiato.plumbing.unit_of_work import Work


@dataclass(frozen=True, slots=True)
class Grievance:
    """A grievance as the company concerned and the holder of its code see it."""

    company_id: UUID
    grievance_id: UUID
    category: str
    language: str
    words: str
    state: str
    received_at: datetime
    due_at: datetime | None


@dataclass(frozen=True, slots=True)
class Step:
    """What somebody did or said about a grievance."""

    ordinal: int
    by_whom: str
    state: str
    words: str
    taken_at: datetime


_GRIEVANCE = "SELECT company_id, grievance_id, category, language, words, state, received_at, due_at FROM grievance"


async def add(work: Work, grievance: Grievance, contact: bytes | None) -> None:
    """Keeps a grievance under the reporter's key, which the work is pinned to."""
    await run(
        work.connection,
        """
        INSERT INTO grievance_reporter (company_id, grievance_id, reporter_key, contact)
        VALUES (%(company_id)s, %(grievance_id)s, %(key)s, %(contact)s)
        """,
        {"company_id": grievance.company_id, "grievance_id": grievance.grievance_id, "key": work.tenant, "contact": contact},
    )
    await run(
        work.connection,
        """
        INSERT INTO grievance (company_id, grievance_id, category, language, words, state, received_at, due_at)
        VALUES (%(company_id)s, %(grievance_id)s, %(category)s, %(language)s, %(words)s, %(state)s, %(received_at)s, %(due_at)s)
        """,
        {
            "company_id": grievance.company_id, "grievance_id": grievance.grievance_id, "category": grievance.category,
            "language": grievance.language, "words": grievance.words, "state": grievance.state, "received_at": grievance.received_at,
            "due_at": grievance.due_at,
        },
    )  # fmt: skip


async def followed(work: Work) -> Grievance | None:
    """The grievance of the reporter's key that the work is pinned to."""
    query = f"""{_GRIEVANCE} WHERE (company_id, grievance_id) = (
        SELECT company_id, grievance_id FROM grievance_reporter WHERE reporter_key = %(key)s)"""
    return await row(work.connection, Grievance, query, {"key": work.tenant})


async def one(work: Work, grievance_id: UUID) -> Grievance | None:
    """A grievance against the pinned company."""
    query = f"{_GRIEVANCE} WHERE company_id = %(me)s AND grievance_id = %(grievance_id)s"
    return await row(work.connection, Grievance, query, {"me": work.tenant, "grievance_id": grievance_id})


async def listed(work: Work, after: tuple[datetime, UUID] | None, limit: int, *, newest: bool = False) -> list[Grievance]:
    """The grievances against the pinned company, oldest first, or newest first."""
    received_at, grievance_id = after or (None, None)
    way, order = ("<", "DESC") if newest else (">", "ASC")
    return await rows(
        work.connection,
        Grievance,
        f"""{_GRIEVANCE} WHERE company_id = %(me)s {f"AND (received_at, grievance_id) {way} (%(received_at)s, %(grievance_id)s)" if after else ""}
            ORDER BY received_at {order}, grievance_id {order} LIMIT %(limit)s""",
        {"me": work.tenant, "received_at": received_at, "grievance_id": grievance_id, "limit": limit},
    )


async def steps(work: Work, grievance: Grievance) -> list[Step]:
    """What was done and said about a grievance, in order."""
    query = """
        SELECT ordinal, by_whom, state, words, taken_at FROM grievance_step
        WHERE company_id = %(company_id)s AND grievance_id = %(grievance_id)s ORDER BY ordinal
    """
    return await rows(work.connection, Step, query, {"company_id": grievance.company_id, "grievance_id": grievance.grievance_id})


async def add_step(work: Work, grievance: Grievance, by_whom: str, state: str, words: str) -> None:
    """Notes what somebody did or said."""
    await run(
        work.connection,
        """
        INSERT INTO grievance_step (company_id, grievance_id, ordinal, by_whom, state, words, taken_at)
        SELECT %(company_id)s, %(grievance_id)s, 1 + count(*), %(by_whom)s, %(state)s, %(words)s, %(now)s
        FROM grievance_step WHERE company_id = %(company_id)s AND grievance_id = %(grievance_id)s
        """,
        {
            "company_id": grievance.company_id, "grievance_id": grievance.grievance_id, "by_whom": by_whom, "state": state, "words": words,
            "now": work.now,
        },
    )  # fmt: skip


async def move(work: Work, grievance: Grievance, state: str, due_at: datetime | None) -> None:
    """Changes the state of a grievance against the pinned company."""
    await run(
        work.connection,
        "UPDATE grievance SET state = %(state)s, due_at = %(due_at)s WHERE company_id = %(me)s AND grievance_id = %(grievance_id)s",
        {"me": work.tenant, "grievance_id": grievance.grievance_id, "state": state, "due_at": due_at},
    )


async def since(work: Work, moment: datetime) -> list[UUID]:
    """The grievances that came in against the pinned company since an instant."""
    query = "SELECT grievance_id FROM grievance WHERE company_id = %(me)s AND received_at >= %(since)s ORDER BY received_at, grievance_id"
    return await values(work.connection, query, {"me": work.tenant, "since": moment})


async def counts(work: Work, since: datetime) -> dict[str, int]:
    """How many grievances came in against the pinned company since an instant, by state."""
    query = "SELECT state, count(*) FROM grievance WHERE company_id = %(me)s AND received_at >= %(since)s GROUP BY state ORDER BY state"
    return dict(await (await work.connection.execute(query, {"me": work.tenant, "since": since})).fetchall())
