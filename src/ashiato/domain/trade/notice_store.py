"""The SQL of notices."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from ashiato.plumbing.db import Question, rows, run, values
from ashiato.plumbing.unit_of_work import Work


@dataclass(frozen=True, slots=True)
class Received:
    """A notice as its recipient reads it, with what both parties know of the request."""

    notice_id: UUID
    company_id: UUID
    kind: str
    noted_at: datetime
    request_id: UUID
    buyer_id: UUID
    supplier_id: UUID
    downstream_part_id: UUID | None
    upstream_part_id: UUID | None
    state: str


@dataclass(frozen=True, slots=True)
class Waiting:
    """A notice that may concern further tiers."""

    company_id: UUID
    notice_id: UUID
    recipient_id: UUID
    kind: str
    request_id: UUID
    attempts: int


@dataclass(frozen=True, slots=True)
class Told:
    """What another company is told about a request that both are parties of."""

    recipient_id: UUID
    kind: str
    buyer_id: UUID
    request_id: UUID


async def add(work: Work, recipient_id: UUID, kind: str, buyer_id: UUID, request_id: UUID) -> None:
    """Tells another company something about a request that both are parties of."""
    await add_each(work, [Told(recipient_id, kind, buyer_id, request_id)])


async def add_each(work: Work, told: Sequence[Told]) -> None:
    """Tells other companies something about requests that both are parties of."""
    if not told:
        return
    await run(
        work.connection,
        """
        INSERT INTO notice (company_id, notice_id, recipient_id, kind, buyer_id, request_id, noted_at)
        SELECT %(me)s, notice_id, recipient_id, kind, buyer_id, request_id, %(now)s
        FROM unnest(%(notices)s::uuid[], %(recipients)s::uuid[], %(kinds)s::text[], %(buyers)s::uuid[], %(requests)s::uuid[])
             AS told (notice_id, recipient_id, kind, buyer_id, request_id)
        """,
        {
            "me": work.tenant, "now": work.now, "notices": [work.new_id() for _ in told], "recipients": [one.recipient_id for one in told],
            "kinds": [one.kind for one in told], "buyers": [one.buyer_id for one in told], "requests": [one.request_id for one in told],
        },
    )  # fmt: skip


async def received(work: Work, since: datetime | None, until: datetime | None, start: UUID | None, unread: list[str], limit: int) -> list[Received]:
    """What the pinned company was told, newest first, all but some kinds; what concerns due diligence is told elsewhere."""
    return await rows(
        work.connection,
        Received,
        """
        SELECT notice.notice_id, notice.company_id, notice.kind, notice.noted_at, notice.request_id, notice.buyer_id, request.supplier_id,
               coalesce(request_part.part_id, request_item.part_id) AS downstream_part_id,
               coalesce(request_link.part_id, request_progress.part_id) AS upstream_part_id, request.state
        FROM notice
        JOIN request ON request.company_id = notice.buyer_id AND request.request_id = notice.request_id
        LEFT JOIN request_part ON request_part.company_id = %(me)s AND request_part.request_id = notice.request_id
        LEFT JOIN request_item ON request_item.company_id = notice.buyer_id AND request_item.request_id = notice.request_id
        LEFT JOIN request_link
          ON request_link.company_id = %(me)s AND request_link.buyer_id = notice.buyer_id AND request_link.request_id = notice.request_id
        LEFT JOIN request_progress ON request_progress.buyer_id = notice.buyer_id AND request_progress.request_id = notice.request_id
        WHERE notice.recipient_id = %(me)s AND notice.kind <> ALL(%(unread)s) AND request.subject_kind = 'footprint'
          AND (%(since)s::timestamptz IS NULL OR notice.noted_at >= %(since)s)
          AND (%(until)s::timestamptz IS NULL OR notice.noted_at < %(until)s)
          AND (%(start)s::uuid IS NULL OR (notice.noted_at, notice.notice_id) <= (
              SELECT first.noted_at, first.notice_id FROM notice AS first WHERE first.recipient_id = %(me)s AND first.notice_id = %(start)s))
        ORDER BY notice.noted_at DESC, notice.notice_id DESC LIMIT %(limit)s
        """,
        {"me": work.tenant, "since": since, "until": until, "start": start, "unread": unread, "limit": limit},
    )


async def waiting(work: Work, limit: int) -> list[Waiting]:
    """The notices that nobody has taken up and whose time has come, the longest waiting first.

    Those to a suspended company wait until it is admitted again.
    """
    return await rows(
        work.connection,
        Waiting,
        """
        SELECT notice.company_id, notice_id, recipient_id, notice.kind, request_id, attempts
        FROM notice JOIN company ON company.company_id = notice.recipient_id AND company.state = 'admitted'
        WHERE passed_on_at IS NULL AND (due_at IS NULL OR due_at <= %(now)s)
        ORDER BY noted_at, notice_id LIMIT %(limit)s
        """,
        {"limit": limit, "now": work.now},
    )


async def put_off(work: Work, notice: Waiting, due_at: datetime) -> None:
    """Has a notice wait until then."""
    await run(
        work.connection,
        """
        UPDATE notice SET attempts = attempts + 1, due_at = %(due_at)s
        WHERE company_id = %(company_id)s AND notice_id = %(notice_id)s AND passed_on_at IS NULL
        """,
        {"due_at": due_at, "company_id": notice.company_id, "notice_id": notice.notice_id},
    )


def take_up(waiting: Sequence[Waiting], now: datetime) -> Question[UUID]:
    """Marks notices as passed on; those that still waited and whose recipient may act."""
    return Question(
        _only,
        """
        UPDATE notice SET passed_on_at = %(now)s
        FROM unnest(%(companies)s::uuid[], %(notices)s::uuid[]) AS wanted (company_id, notice_id)
        WHERE notice.company_id = wanted.company_id AND notice.notice_id = wanted.notice_id AND passed_on_at IS NULL
          AND EXISTS (SELECT FROM company WHERE company.company_id = notice.recipient_id AND company.state = 'admitted')
        RETURNING notice.notice_id
        """,
        {"now": now, "companies": [one.company_id for one in waiting], "notices": [one.notice_id for one in waiting]},
    )


def _only(column: UUID) -> UUID:
    return column


async def under_way(work: Work, moments: list[datetime]) -> list[datetime]:
    """The moments, among these, whose notices by the pinned company nobody has taken up."""
    return await values(
        work.connection,
        "SELECT DISTINCT noted_at FROM notice WHERE company_id = %(me)s AND noted_at = ANY(%(moments)s) AND passed_on_at IS NULL",
        {"me": work.tenant, "moments": moments},
    )
