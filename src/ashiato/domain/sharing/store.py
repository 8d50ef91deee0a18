"""The SQL of grants."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from ashiato.domain.sharing.model import Grant, Subject
from ashiato.plumbing.db import row, rows, run, value
from ashiato.plumbing.unit_of_work import Work


async def live_grant_owner(work: Work, subject: Subject) -> UUID | None:
    """Who has granted this to the pinned company, if anybody and if it counts now."""
    owner: UUID | None = await value(
        work.connection,
        """
        SELECT company_id FROM data_grant
        WHERE grantee_id = %(me)s AND subject_kind = %(kind)s AND subject_id = %(subject_id)s
          AND revoked_at IS NULL AND (valid_until IS NULL OR valid_until > %(now)s)
        """,
        {"me": work.tenant, "kind": subject.kind, "subject_id": subject.subject_id, "now": work.now},
    )
    return owner


async def add_grant(work: Work, grant_id: UUID, grantee_id: UUID, subject: Subject, purpose: str, valid_until: datetime | None) -> bool:
    """Grants, unless the same is granted already; whether it was new."""
    return bool(
        await run(
            work.connection,
            """
            INSERT INTO data_grant (company_id, grant_id, grantee_id, subject_kind, subject_id, purpose, granted_at, valid_until)
            VALUES (%(company_id)s, %(grant_id)s, %(grantee_id)s, %(kind)s, %(subject_id)s, %(purpose)s, %(now)s, %(valid_until)s)
            ON CONFLICT (company_id, grantee_id, subject_kind, subject_id) WHERE revoked_at IS NULL DO NOTHING
            """,
            {
                "company_id": work.tenant, "grant_id": grant_id, "grantee_id": grantee_id, "kind": subject.kind,
                "subject_id": subject.subject_id, "purpose": purpose, "now": work.now, "valid_until": valid_until,
            },
        )
    )  # fmt: skip


_GRANT = """
    SELECT grant_id, company_id, grantee_id, subject_kind, subject_id, purpose, granted_at, valid_until, revoked_at FROM data_grant
"""


async def revoke(work: Work, grant_id: UUID) -> Grant | None:
    """Withdraws one of the pinned company's grants; the grant, if there was a live one."""
    return await row(
        work.connection,
        Grant,
        """
        UPDATE data_grant SET revoked_at = %(now)s
        WHERE company_id = %(company_id)s AND grant_id = %(grant_id)s AND revoked_at IS NULL
        RETURNING grant_id, company_id, grantee_id, subject_kind, subject_id, purpose, granted_at, valid_until, revoked_at
        """,
        {"company_id": work.tenant, "grant_id": grant_id, "now": work.now},
    )


async def given(work: Work, after: UUID | None, limit: int) -> list[Grant]:
    """The pinned company's grants to others, by identifier."""
    return await rows(
        work.connection,
        Grant,
        f"{_GRANT} WHERE company_id = %(company_id)s AND (%(after)s::uuid IS NULL OR grant_id > %(after)s) ORDER BY grant_id LIMIT %(limit)s",
        {"company_id": work.tenant, "after": after, "limit": limit},
    )


async def note_read(work: Work, owner_id: UUID, subject: Subject) -> bool:
    """Notes that the pinned company reads this; whether it is the first time."""
    return bool(
        await run(
            work.connection,
            """
            INSERT INTO access_record (company_id, subject_kind, subject_id, reader_id, first_read_at)
            VALUES (%(owner_id)s, %(kind)s, %(subject_id)s, %(reader_id)s, %(now)s)
            ON CONFLICT DO NOTHING
            """,
            {"owner_id": owner_id, "kind": subject.kind, "subject_id": subject.subject_id, "reader_id": work.tenant, "now": work.now},
        )
    )


@dataclass(frozen=True, slots=True)
class Access:
    """Who first read what of the pinned company's, and when."""

    subject_kind: str
    subject_id: UUID
    reader_id: UUID
    first_read_at: datetime


async def accesses(work: Work, limit: int) -> list[Access]:
    """Who read what was granted, newest first."""
    return await rows(
        work.connection,
        Access,
        """
        SELECT subject_kind, subject_id, reader_id, first_read_at FROM access_record
        WHERE company_id = %(company_id)s ORDER BY first_read_at DESC, subject_id LIMIT %(limit)s
        """,
        {"company_id": work.tenant, "limit": limit},
    )
