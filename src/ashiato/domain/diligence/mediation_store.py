"""The SQL of mediation."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from ashiato.plumbing.db import row, rows, run, value
from ashiato.plumbing.unit_of_work import Work


@dataclass(frozen=True, slots=True)
class Mediation:
    """That somebody was asked to mediate a grievance against a company, and by which side."""

    company_id: UUID
    grievance_id: UUID
    mediator_id: UUID
    mediator_name: str
    asked_by: str
    asked_at: datetime


@dataclass(frozen=True, slots=True)
class Note:
    """What a side handed to a mediator, or the mediator said. `contact`: the reporter's, sealed, for the mediator alone."""

    mediator_id: UUID
    note_id: UUID
    by_whom: str
    words: str
    contact: bytes | None
    written_at: datetime


_MEDIATION = "SELECT company_id, grievance_id, mediator_id, mediator_name, asked_by, asked_at FROM grievance_mediation"


async def add(work: Work, mediation: Mediation) -> None:
    """Names a mediator; nothing changes where it is named already."""
    await run(
        work.connection,
        """
        INSERT INTO grievance_mediation (company_id, grievance_id, mediator_id, mediator_name, asked_by, asked_at)
        VALUES (%(company_id)s, %(grievance_id)s, %(mediator_id)s, %(mediator_name)s, %(asked_by)s, %(asked_at)s) ON CONFLICT DO NOTHING
        """,
        {
            "company_id": mediation.company_id, "grievance_id": mediation.grievance_id, "mediator_id": mediation.mediator_id,
            "mediator_name": mediation.mediator_name, "asked_by": mediation.asked_by, "asked_at": mediation.asked_at,
        },
    )  # fmt: skip


async def of_grievance(work: Work, company_id: UUID, grievance_id: UUID) -> list[Mediation]:
    """Who mediates a grievance, as far as the viewer may see, in the order of asking."""
    query = f"{_MEDIATION} WHERE company_id = %(company_id)s AND grievance_id = %(grievance_id)s ORDER BY asked_at, mediator_id"
    return await rows(work.connection, Mediation, query, {"company_id": company_id, "grievance_id": grievance_id})


async def asked_of(work: Work, grievance_id: UUID) -> Mediation | None:
    """The mediation that the pinned company was asked for."""
    query = f"{_MEDIATION} WHERE mediator_id = %(me)s AND grievance_id = %(grievance_id)s"
    return await row(work.connection, Mediation, query, {"me": work.tenant, "grievance_id": grievance_id})


async def listed(work: Work, after: tuple[datetime, UUID] | None, limit: int, *, newest: bool = False) -> list[Mediation]:
    """What the pinned company was asked to mediate, oldest first, or newest first."""
    asked_at, grievance_id = after or (None, None)
    way, order = ("<", "DESC") if newest else (">", "ASC")
    return await rows(
        work.connection,
        Mediation,
        f"""{_MEDIATION} WHERE mediator_id = %(me)s {f"AND (asked_at, grievance_id) {way} (%(asked_at)s, %(grievance_id)s)" if after else ""}
            ORDER BY asked_at {order}, grievance_id {order} LIMIT %(limit)s""",
        {"me": work.tenant, "asked_at": asked_at, "grievance_id": grievance_id, "limit": limit},
    )


async def add_note(work: Work, mediation: Mediation, note: Note) -> None:
    """Keeps what was handed over or said."""
    await run(
        work.connection,
        """
        INSERT INTO mediation_note (company_id, grievance_id, mediator_id, note_id, by_whom, words, contact, written_at)
        VALUES (%(company_id)s, %(grievance_id)s, %(mediator_id)s, %(note_id)s, %(by_whom)s, %(words)s, %(contact)s, %(written_at)s)
        """,
        {
            "company_id": mediation.company_id, "grievance_id": mediation.grievance_id, "mediator_id": mediation.mediator_id,
            "note_id": note.note_id, "by_whom": note.by_whom, "words": note.words, "contact": note.contact, "written_at": note.written_at,
        },
    )  # fmt: skip


async def notes(work: Work, company_id: UUID, grievance_id: UUID, mediator_id: UUID | None = None) -> list[Note]:
    """What was handed over and said about a grievance, to and by one mediator or (None) all, as far as the viewer may see, in order."""
    return await rows(
        work.connection,
        Note,
        """
        SELECT mediator_id, note_id, by_whom, words, contact, written_at FROM mediation_note
        WHERE company_id = %(company_id)s AND grievance_id = %(grievance_id)s
          AND (%(mediator_id)s::uuid IS NULL OR mediator_id = %(mediator_id)s) ORDER BY written_at, note_id
        """,
        {"company_id": company_id, "grievance_id": grievance_id, "mediator_id": mediator_id},
    )


async def left_contact(work: Work) -> bytes | None:
    """The sealed contact that the reporter, whose key the work is pinned to, left with the grievance."""
    query = "SELECT contact FROM grievance_reporter WHERE reporter_key = %(key)s"
    found: bytes | None = await value(work.connection, query, {"key": work.tenant})
    return found
