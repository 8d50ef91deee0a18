"""The SQL of break-glass accesses."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from ashiato.plumbing.db import row, rows, run, values
from ashiato.plumbing.unit_of_work import Work


@dataclass(frozen=True, slots=True)
class Access:
    """An access as it was asked for, and what became of it. `state` is the one that was kept: time ends it too."""

    access_id: UUID
    concerned_id: UUID
    release_id: UUID | None
    purpose: str
    reason: str
    hours: int
    state: str
    asked_by: UUID
    asker: str
    asked_at: datetime
    decided_by: UUID | None = None
    decider: str = ""
    decided_at: datetime | None = None
    valid_until: datetime | None = None
    ended_at: datetime | None = None
    ended_by: str = ""


_COLUMNS = """access_id, concerned_id, release_id, purpose, reason, hours, state, asked_by, asker, asked_at, decided_by, decider, decided_at,
    valid_until, ended_at, ended_by"""


async def add(work: Work, access: Access) -> None:
    """Keeps what a person of the pinned operator's asks for."""
    await run(
        work.connection,
        """
        INSERT INTO break_glass (company_id, access_id, concerned_id, release_id, purpose, reason, hours, state, asked_by, asker, asked_at)
        VALUES (%(me)s, %(access_id)s, %(concerned_id)s, %(release_id)s, %(purpose)s, %(reason)s, %(hours)s, %(state)s, %(asked_by)s, %(asker)s,
                %(asked_at)s)
        """,
        {
            "me": work.tenant, "access_id": access.access_id, "concerned_id": access.concerned_id, "release_id": access.release_id,
            "purpose": access.purpose, "reason": access.reason, "hours": access.hours, "state": access.state, "asked_by": access.asked_by,
            "asker": access.asker, "asked_at": access.asked_at,
        },
    )  # fmt: skip


async def unsettled(work: Work, concerned_id: UUID) -> list[Access]:
    """What the pinned operator asked for or opened of a company's, as far as nobody has settled it."""
    query = f"""
        SELECT {_COLUMNS} FROM break_glass WHERE company_id = %(me)s AND concerned_id = %(concerned_id)s AND state IN ('asked', 'approved')"""
    return await rows(work.connection, Access, query, {"me": work.tenant, "concerned_id": concerned_id})


async def one(work: Work, access_id: UUID) -> Access | None:
    """An access that the pinned company may see."""
    return await row(work.connection, Access, f"SELECT {_COLUMNS} FROM break_glass WHERE access_id = %(access_id)s", {"access_id": access_id})


async def listed(work: Work, before: tuple[datetime, UUID] | None, limit: int) -> list[Access]:
    """The accesses that the pinned company may see, newest first, from before the given one."""
    instant, access_id = before or (None, None)
    return await rows(
        work.connection,
        Access,
        f"""
        SELECT {_COLUMNS} FROM break_glass {"WHERE (asked_at, access_id) < (%(instant)s, %(access_id)s)" if before else ""}
        ORDER BY asked_at DESC, access_id DESC LIMIT %(limit)s
        """,
        {"instant": instant, "access_id": access_id, "limit": limit},
    )


async def decide(work: Work, access_id: UUID, state: str, person_id: UUID, name: str, until: datetime | None) -> Access:
    """Keeps what a second person of the pinned operator's decided."""
    query = f"""
        UPDATE break_glass SET state = %(state)s, decided_by = %(person_id)s, decider = %(name)s, decided_at = %(now)s, valid_until = %(until)s
        WHERE company_id = %(me)s AND access_id = %(access_id)s AND state = 'asked' RETURNING {_COLUMNS}"""
    params = {"me": work.tenant, "access_id": access_id, "state": state, "person_id": person_id, "name": name, "now": work.now, "until": until}
    return _kept(await row(work.connection, Access, query, params))


async def end(work: Work, access_id: UUID, side: str) -> Access:
    """Keeps that one side ended an access that the pinned company may see."""
    query = f"""
        UPDATE break_glass SET state = 'ended', ended_at = %(now)s, ended_by = %(side)s
        WHERE access_id = %(access_id)s AND state = 'approved' RETURNING {_COLUMNS}"""
    return _kept(await row(work.connection, Access, query, {"access_id": access_id, "side": side, "now": work.now}))


async def releases_of(work: Work, company_id: UUID) -> list[UUID]:
    """The identifiers of what a company has released; the operator's eyes see them while an access counts."""
    query = "SELECT release_id FROM release_snapshot WHERE company_id = %(company_id)s ORDER BY release_id"
    return await values(work.connection, query, {"company_id": company_id})


def _kept(found: Access | None) -> Access:
    if found is None:
        raise LookupError("an access that was just read")
    return found
