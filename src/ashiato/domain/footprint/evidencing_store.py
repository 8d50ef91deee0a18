"""The SQL of what files prove."""

from dataclasses import asdict, dataclass
from datetime import date, datetime
from typing import LiteralString
from uuid import UUID

from ashiato.plumbing.db import rows, run, value
from ashiato.plumbing.unit_of_work import Work


@dataclass(frozen=True, slots=True)
class Link:
    """What a file proves; the line is 0 where it is no line of an inventory."""

    evidence_id: UUID
    subject_kind: str
    subject_id: UUID
    line: int
    linked_at: datetime


_SUBJECTS: dict[str, LiteralString] = {
    "inventory_line": "SELECT true FROM inventory_line WHERE company_id = %(me)s AND part_id = %(subject_id)s AND line = %(line)s",
    "answer": "SELECT true FROM answer WHERE company_id = %(me)s AND request_id = %(subject_id)s AND %(line)s = 0 LIMIT 1",
    "declaration": "SELECT true FROM declaration WHERE company_id = %(me)s AND declaration_id = %(subject_id)s AND %(line)s = 0",
}


async def exists(work: Work, kind: str, subject_id: UUID, line: int) -> bool:
    """Whether the pinned company has what is named."""
    return bool(await value(work.connection, _SUBJECTS[kind], {"me": work.tenant, "subject_id": subject_id, "line": line}))


async def links(work: Work, evidence_ids: list[UUID]) -> list[Link]:
    """What the pinned company's files prove, in the order in which it was said."""
    return await rows(
        work.connection,
        Link,
        """
        SELECT evidence_id, subject_kind, subject_id, line, linked_at FROM evidence_link
        WHERE company_id = %(me)s AND evidence_id = ANY(%(evidence_ids)s) ORDER BY linked_at, subject_kind, subject_id, line
        """,
        {"me": work.tenant, "evidence_ids": evidence_ids},
    )


@dataclass(frozen=True, slots=True)
class Proof:
    """A file that is linked to something, as the page of that shows it."""

    evidence_id: UUID
    name: str
    subject_kind: str
    subject_id: UUID
    line: int
    expires_on: date | None


async def proofs_of(work: Work, subject_ids: list[UUID]) -> list[Proof]:
    """The pinned company's files that prove any of these and were not removed, by name."""
    return await rows(
        work.connection,
        Proof,
        """
        SELECT evidence_id, name, subject_kind, subject_id, line, expires_on
        FROM evidence_link JOIN evidence_item USING (company_id, evidence_id)
        WHERE company_id = %(me)s AND subject_id = ANY(%(subject_ids)s) AND removed_at IS NULL ORDER BY name, evidence_id, line
        """,
        {"me": work.tenant, "subject_ids": subject_ids},
    )


async def add_link(work: Work, evidence_id: UUID, link: Link) -> int:
    """Keeps a link; 0 if it was there."""
    return await run(
        work.connection,
        """
        INSERT INTO evidence_link (company_id, evidence_id, subject_kind, subject_id, line, linked_at)
        VALUES (%(me)s, %(evidence_id)s, %(subject_kind)s, %(subject_id)s, %(line)s, %(linked_at)s) ON CONFLICT DO NOTHING
        """,
        asdict(link) | {"me": work.tenant},
    )


async def supported_since(work: Work, evidence_id: UUID) -> datetime | None:
    """When last an answer was sent or a declaration made that the file is linked to."""
    found: datetime | None = await value(
        work.connection,
        """
        SELECT max(at) FROM evidence_link AS link CROSS JOIN LATERAL (
            SELECT answered_at AS at FROM answer
            WHERE answer.company_id = %(me)s AND request_id = link.subject_id AND link.subject_kind = 'answer'
            UNION ALL
            SELECT declared_at FROM declaration
            WHERE declaration.company_id = %(me)s AND declaration_id = link.subject_id AND link.subject_kind = 'declaration'
        ) AS supported
        WHERE link.company_id = %(me)s AND evidence_id = %(evidence_id)s
        """,
        {"me": work.tenant, "evidence_id": evidence_id},
    )
    return found


async def lines_supported_since(work: Work, evidence_id: UUID) -> datetime | None:
    """When last a figure was released or declared whose frozen package has the part of a line that the file is linked to.

    Reads every such package of the company: a part's line supports what the part went into, not only what it goes into today.
    """
    found: datetime | None = await value(
        work.connection,
        """
        WITH frozen AS (
            SELECT footprint_id, released_at AS at FROM release WHERE company_id = %(me)s AND footprint_id IS NOT NULL
            UNION ALL SELECT footprint_id, declared_at FROM declaration WHERE company_id = %(me)s
        )
        SELECT max(frozen.at) FROM evidence_link AS link
        JOIN part ON part.company_id = %(me)s AND part.part_id = link.subject_id
        JOIN footprint ON footprint.company_id = %(me)s
        JOIN frozen ON frozen.footprint_id = footprint.footprint_id
        WHERE link.company_id = %(me)s AND evidence_id = %(evidence_id)s AND link.subject_kind = 'inventory_line'
          AND jsonb_path_exists(footprint.package::jsonb, '$.**.part_number ? (@ == $named)', jsonb_build_object('named', part.part_number))
        """,
        {"me": work.tenant, "evidence_id": evidence_id},
    )
    return found
