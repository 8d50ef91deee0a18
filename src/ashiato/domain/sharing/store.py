"""The SQL of grants."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from ashiato.domain.sharing.model import Conditions, Grant, SeenGrant, Selection, Subject
from ashiato.kernel.ids import CompanyId
from ashiato.plumbing.db import Question, row, rows, run
from ashiato.plumbing.unit_of_work import Work


@dataclass(frozen=True, slots=True)
class Granted:
    """A subject that is granted to the pinned company, and whether that has read it before."""

    company_id: UUID
    subject_id: UUID
    read_before: bool


def live_grants(selection: Selection, now: datetime) -> Question[Granted]:
    """Which of these subjects are granted to the pinned company, and count now."""
    return Question(
        Granted,
        f"""
        SELECT company_id, subject_id, EXISTS (
            SELECT FROM access_record AS noted
            WHERE noted.company_id = data_grant.company_id AND noted.subject_kind = data_grant.subject_kind
              AND noted.subject_id = data_grant.subject_id AND noted.reader_id = (SELECT tenant())
        ) AS read_before
        FROM data_grant
        WHERE grantee_id = (SELECT tenant()) AND subject_kind = %(kind)s AND subject_id = ANY(ARRAY({selection.query}))
          AND revoked_at IS NULL AND (valid_until IS NULL OR valid_until > %(now)s)
        """,
        {"kind": selection.kind, "now": now, **selection.params},
    )


async def add_grants(
    work: Work, grants: Mapping[UUID, tuple[UUID, UUID]], kind: str, purpose: str, conditions: Conditions, *, fresh: bool
) -> list[tuple[UUID, UUID, UUID]]:
    """Grants, by identifier: to a grantee a subject, unless the same is granted already; (grant, grantee, subject) of what is new or counts anew.

    Of `fresh` subjects everything is new, and the database is not waited for.
    """
    cursor = await work.connection.execute(
        """
        INSERT INTO data_grant (company_id, grant_id, grantee_id, subject_kind, subject_id, purpose, granted_at, valid_until, terms)
        SELECT %(company_id)s, grant_id, grantee_id, %(kind)s, subject_id, %(purpose)s, %(now)s, %(valid_until)s, %(terms)s
        FROM unnest(%(grant_ids)s::uuid[], %(grantee_ids)s::uuid[], %(subject_ids)s::uuid[]) AS given (grant_id, grantee_id, subject_id)
        ON CONFLICT (company_id, grantee_id, subject_kind, subject_id) WHERE revoked_at IS NULL
        DO UPDATE SET granted_at = EXCLUDED.granted_at, valid_until = EXCLUDED.valid_until, terms = EXCLUDED.terms
        WHERE (data_grant.valid_until, data_grant.terms) IS DISTINCT FROM (EXCLUDED.valid_until, EXCLUDED.terms)
        RETURNING grant_id, grantee_id, subject_id
        """,
        {
            "company_id": work.tenant, "grant_ids": list(grants), "grantee_ids": [grantee_id for grantee_id, _ in grants.values()], "kind": kind,
            "subject_ids": [subject_id for _, subject_id in grants.values()], "purpose": purpose, "now": work.now,
            "valid_until": conditions.valid_until, "terms": conditions.terms,
        },
    )  # fmt: skip
    if fresh:
        return [(grant_id, *pair) for grant_id, pair in grants.items()]
    return [(grant_id, grantee_id, subject_id) for grant_id, grantee_id, subject_id in await cursor.fetchall()]


_GRANT = """
    SELECT grant_id, company_id, grantee_id, subject_kind, subject_id, purpose, granted_at, valid_until, revoked_at, terms FROM data_grant
"""


async def revoke(work: Work, grant_id: UUID) -> Grant | None:
    """Withdraws one of the pinned company's grants; the grant, if there was a live one."""
    return await row(
        work.connection,
        Grant,
        """
        UPDATE data_grant SET revoked_at = %(now)s
        WHERE company_id = %(company_id)s AND grant_id = %(grant_id)s AND revoked_at IS NULL
        RETURNING grant_id, company_id, grantee_id, subject_kind, subject_id, purpose, granted_at, valid_until, revoked_at, terms
        """,
        {"company_id": work.tenant, "grant_id": grant_id, "now": work.now},
    )


async def given(work: Work, after: UUID | None, limit: int) -> list[Grant]:
    """The pinned company's grants to others, by identifier."""
    return await rows(
        work.connection,
        Grant,
        f"{_GRANT} WHERE company_id = %(company_id)s AND grant_id > %(after)s ORDER BY grant_id LIMIT %(limit)s",
        {"company_id": work.tenant, "after": after or UUID(int=0), "limit": limit},
    )


_SEEN = """
    SELECT grant_id, company_id, grantee_id, subject_kind, subject_id, purpose, granted_at, valid_until, revoked_at, terms, first_read_at
    FROM data_grant LEFT JOIN LATERAL (
        SELECT first_read_at FROM access_record
        WHERE access_record.company_id = data_grant.company_id AND access_record.subject_kind = data_grant.subject_kind
          AND access_record.subject_id = data_grant.subject_id AND reader_id = grantee_id
    ) AS looked ON true
    WHERE company_id = %(me)s
"""


async def seen(work: Work, *, live: bool, before: tuple[datetime, UUID] | None, limit: int) -> list[SeenGrant]:
    """The pinned company's grants that count now, or those that do not any more, newest first, from before the given one."""
    granted_at, grant_id = before or (None, None)
    counts = "revoked_at IS NULL AND (valid_until IS NULL OR valid_until > %(now)s)"
    return await rows(
        work.connection,
        SeenGrant,
        f"""
        {_SEEN} AND {counts if live else f"NOT ({counts})"} {"AND (granted_at, grant_id) < (%(granted_at)s, %(grant_id)s)" if before else ""}
        ORDER BY granted_at DESC, grant_id DESC LIMIT %(limit)s
        """,
        {"me": work.tenant, "now": work.now, "granted_at": granted_at, "grant_id": grant_id, "limit": limit},
    )


async def seen_one(work: Work, grant_id: UUID) -> SeenGrant | None:
    """One of the pinned company's grants."""
    return await row(work.connection, SeenGrant, f"{_SEEN} AND grant_id = %(grant_id)s", {"me": work.tenant, "grant_id": grant_id})


async def seen_of(work: Work, kind: str, subject_id: UUID) -> list[SeenGrant]:
    """The pinned company's grants of one subject, newest first."""
    query = f"{_SEEN} AND subject_kind = %(kind)s AND subject_id = %(subject_id)s ORDER BY granted_at DESC, grant_id DESC"
    return await rows(work.connection, SeenGrant, query, {"me": work.tenant, "kind": kind, "subject_id": subject_id})


async def ever_given(work: Work, selection: Selection, grantee_ids: list[CompanyId]) -> list[tuple[UUID, UUID]]:
    """(subject, grantee) of what the pinned company ever granted of these to these."""
    cursor = await work.connection.execute(
        f"""
        SELECT DISTINCT subject_id, grantee_id FROM data_grant
        WHERE company_id = %(company_id)s AND grantee_id = ANY(%(grantee_ids)s) AND subject_kind = %(kind)s
          AND subject_id = ANY(ARRAY({selection.query}))
        """,
        {"company_id": work.tenant, "grantee_ids": grantee_ids, "kind": selection.kind, **selection.params},
    )
    return [(subject_id, grantee_id) for subject_id, grantee_id in await cursor.fetchall()]


async def note_reads(work: Work, kind: str, granted: list[Granted]) -> list[tuple[UUID, UUID]]:
    """Notes that the pinned company reads these; (owner, subject) of those that it reads for the first time."""
    cursor = await work.connection.execute(
        """
        INSERT INTO access_record (company_id, subject_kind, subject_id, reader_id, first_read_at)
        SELECT owner_id, %(kind)s, subject_id, %(reader_id)s, %(now)s
        FROM unnest(%(owners)s::uuid[], %(subjects)s::uuid[]) AS read (owner_id, subject_id)
        ON CONFLICT DO NOTHING
        RETURNING company_id, subject_id
        """,
        {
            "kind": kind, "reader_id": work.tenant, "now": work.now,
            "owners": [grant.company_id for grant in granted], "subjects": [grant.subject_id for grant in granted],
        },
    )  # fmt: skip
    return [(owner_id, subject_id) for owner_id, subject_id in await cursor.fetchall()]


@dataclass(frozen=True, slots=True)
class Access:
    """Who first read what of the pinned company's, and when."""

    subject_kind: str
    subject_id: UUID
    reader_id: UUID
    first_read_at: datetime


async def accesses(work: Work, after: tuple[datetime, UUID, UUID] | None, limit: int) -> list[Access]:
    """Who read what was granted, newest first, from after the given one."""
    first_read_at, subject_id, reader_id = after or (None, None, None)
    return await rows(
        work.connection,
        Access,
        f"""
        SELECT subject_kind, subject_id, reader_id, first_read_at FROM access_record
        WHERE company_id = %(company_id)s
          {"AND (first_read_at, subject_id, reader_id) < (%(first_read_at)s, %(subject_id)s, %(reader_id)s)" if after else ""}
        ORDER BY first_read_at DESC, subject_id DESC, reader_id DESC LIMIT %(limit)s
        """,
        {"company_id": work.tenant, "first_read_at": first_read_at, "subject_id": subject_id, "reader_id": reader_id, "limit": limit},
    )


async def withdraw(work: Work, grantee_id: UUID, subjects: list[Subject]) -> list[Grant]:
    """Withdraws the pinned company's live grants of these to one grantee; the grants that there were."""
    return await rows(
        work.connection,
        Grant,
        """
        UPDATE data_grant SET revoked_at = %(now)s
        FROM unnest(%(kinds)s::text[], %(subject_ids)s::uuid[]) AS wanted (kind, id)
        WHERE company_id = %(me)s AND grantee_id = %(grantee_id)s AND subject_kind = kind AND subject_id = id AND revoked_at IS NULL
        RETURNING grant_id, company_id, grantee_id, subject_kind, subject_id, purpose, granted_at, valid_until, revoked_at, terms
        """,
        {
            "me": work.tenant, "now": work.now, "grantee_id": grantee_id, "kinds": [subject.kind for subject in subjects],
            "subject_ids": [subject.subject_id for subject in subjects],
        },
    )  # fmt: skip


async def open_to_operator(work: Work, owner_id: UUID, grants: Mapping[UUID, UUID], kind: str, purpose: str, conditions: Conditions) -> None:
    """Grants one company's subjects, by the grant's identifier, to the pinned operator. Row-level security admits what two persons agreed on."""
    await run(
        work.connection,
        """
        INSERT INTO data_grant (company_id, grant_id, grantee_id, subject_kind, subject_id, purpose, granted_at, valid_until, terms)
        SELECT %(owner_id)s, grant_id, %(me)s, %(kind)s, subject_id, %(purpose)s, %(now)s, %(valid_until)s, %(terms)s
        FROM unnest(%(grant_ids)s::uuid[], %(subject_ids)s::uuid[]) AS opened (grant_id, subject_id)
        """,
        {
            "owner_id": owner_id, "me": work.tenant, "kind": kind, "purpose": purpose, "now": work.now, "valid_until": conditions.valid_until,
            "terms": conditions.terms, "grant_ids": list(grants), "subject_ids": list(grants.values()),
        },
    )  # fmt: skip


async def close_to_operator(work: Work, owner_id: UUID, purpose: str) -> None:
    """Ends what is granted of one company's for a purpose, with the eyes of either side: the operator's or the company's own."""
    query = "UPDATE data_grant SET revoked_at = %(now)s WHERE company_id = %(owner_id)s AND purpose = %(purpose)s AND revoked_at IS NULL"
    await run(work.connection, query, {"now": work.now, "owner_id": owner_id, "purpose": purpose})
