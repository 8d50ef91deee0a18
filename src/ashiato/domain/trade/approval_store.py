"""The SQL of releases that wait for a second person."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from ashiato.plumbing.db import Question, run, values
from ashiato.plumbing.unit_of_work import Work


@dataclass(frozen=True, slots=True)
class Prepared:
    """What waits: one of a footprint, a release, a statement of due diligence; `standing`: the statement is to be renewed by itself from then on."""

    footprint_id: UUID | None = None
    release_id: UUID | None = None
    statement_id: UUID | None = None
    standing: bool = False


@dataclass(frozen=True, slots=True)
class Approval:
    """What somebody has prepared for release, who asked whom to look at it, and what became of that. A program has no name.

    A footprint that was computed here, a release that was drawn from what the company's own system stated or sent, or a statement.
    """

    approval_id: UUID
    footprint_id: UUID | None
    release_id: UUID | None
    statement_id: UUID | None
    standing: bool
    part_id: UUID
    part_number: str
    request_ids: list[UUID]
    note: str
    state: str
    asked_by: UUID
    asker: str | None
    asked_at: datetime
    decided_by: UUID | None
    decider: str | None
    decided_at: datetime | None
    reason: str


_APPROVAL = """
    SELECT approval_id, footprint_id, release_id, statement_id, standing, about.part_id,
           (SELECT part_number FROM part WHERE part.company_id = release_approval.company_id AND part.part_id = about.part_id) AS part_number,
           request_ids, note, release_approval.state, asked_by, asker.display_name AS asker, asked_at, decided_by,
           decider.display_name AS decider, decided_at, reason
    FROM release_approval
    CROSS JOIN LATERAL (SELECT coalesce(
        (SELECT footprint.part_id FROM footprint
         WHERE footprint.company_id = release_approval.company_id AND footprint.footprint_id = release_approval.footprint_id),
        (SELECT release.part_id FROM release
         WHERE release.company_id = release_approval.company_id AND release.release_id = release_approval.release_id),
        (SELECT stated.part_id FROM diligence_statement AS stated
         WHERE stated.company_id = release_approval.company_id AND stated.statement_id = release_approval.statement_id)
    ) AS part_id OFFSET 0) AS about  -- found first, so that the part is looked up by its key
    LEFT JOIN person AS asker ON asker.company_id = release_approval.company_id AND asker.person_id = asked_by
    LEFT JOIN person AS decider ON decider.company_id = release_approval.company_id AND decider.person_id = decided_by
    WHERE release_approval.company_id = (SELECT tenant())
"""


async def second_person(work: Work) -> bool:
    """Whether the pinned company's release policy wants two people."""
    query = "SELECT company_id FROM release_policy WHERE company_id = %(me)s AND second_person"
    return bool(await values(work.connection, query, {"me": work.tenant}))


def approval(approval_id: UUID) -> Question[Approval]:
    """One of the pinned company's."""
    return Question(Approval, f"{_APPROVAL} AND approval_id = %(approval_id)s", {"approval_id": approval_id})


def approvals(after: tuple[datetime, UUID] | None, limit: int) -> Question[Approval]:
    """The pinned company's, newest first, from after the given one."""
    asked_at, approval_id = after or (None, None)
    earlier = "AND (asked_at, approval_id) < (%(asked_at)s, %(approval_id)s)" if after else ""
    query = f"{_APPROVAL} {earlier} ORDER BY asked_at DESC, approval_id DESC LIMIT %(limit)s"
    return Question(Approval, query, {"asked_at": asked_at, "approval_id": approval_id, "limit": limit} if after else {"limit": limit})


def waiting(limit: int) -> Question[Approval]:
    """Those of the pinned company's that wait, oldest first."""
    query = f"{_APPROVAL} AND release_approval.state = 'waiting' ORDER BY asked_at, approval_id LIMIT %(limit)s"
    return Question(Approval, query, {"limit": limit})


def returned(limit: int) -> Question[Approval]:
    """Those of the pinned company's that were given back, oldest first: a request of theirs is open still, and nothing newer was prepared for it."""
    query = f"""
        {_APPROVAL} AND release_approval.state = 'returned' AND EXISTS (
            SELECT FROM request WHERE request_id = ANY(request_ids) AND supplier_id = (SELECT tenant()) AND request.state IN ('asked', 'linked')
              AND NOT EXISTS (SELECT FROM release_approval AS newer
                              WHERE newer.company_id = (SELECT tenant()) AND newer.asked_at > release_approval.asked_at
                                AND request.request_id = ANY(newer.request_ids))
        ) ORDER BY asked_at, approval_id LIMIT %(limit)s
    """
    return Question(Approval, query, {"limit": limit})


def of_request(request_id: UUID) -> Question[Approval]:
    """The newest of the pinned company's for a request."""
    query = f"{_APPROVAL} AND %(request_id)s = ANY(request_ids) ORDER BY asked_at DESC, approval_id DESC LIMIT 1"
    return Question(Approval, query, {"request_id": request_id})


async def add(work: Work, approval_id: UUID, prepared: Prepared, request_ids: list[UUID], note: str, asked_by: UUID) -> None:
    """Keeps what waits for a second person of the pinned company's; what waited for the same requests is overtaken."""
    await run(
        work.connection,
        """
        UPDATE release_approval SET state = 'overtaken', decided_at = %(now)s
        WHERE company_id = %(me)s AND state = 'waiting' AND request_ids && %(request_ids)s::uuid[]
        """,
        {"me": work.tenant, "now": work.now, "request_ids": request_ids},
    )
    await run(
        work.connection,
        """
        INSERT INTO release_approval
            (company_id, approval_id, footprint_id, release_id, statement_id, standing, request_ids, note, state, asked_by, asked_at)
        VALUES (%(me)s, %(approval_id)s, %(footprint_id)s, %(release_id)s, %(statement_id)s, %(standing)s, %(request_ids)s, %(note)s, 'waiting',
                %(asked_by)s, %(now)s)
        """,
        {
            "me": work.tenant, "approval_id": approval_id, "footprint_id": prepared.footprint_id, "release_id": prepared.release_id,
            "statement_id": prepared.statement_id, "standing": prepared.standing, "request_ids": request_ids,
            "note": note, "asked_by": asked_by, "now": work.now,
        },
    )  # fmt: skip


async def asked_for(work: Work, prepared: Prepared, request_ids: list[UUID]) -> bool:
    """Whether this release or statement of the pinned company's waits for a second person already, for all of these requests."""
    query = """
        SELECT approval_id FROM release_approval
        WHERE company_id = %(me)s AND state = 'waiting' AND coalesce(release_id, statement_id) = %(drawn)s AND request_ids @> %(request_ids)s::uuid[]
    """
    drawn = prepared.release_id or prepared.statement_id
    return bool(await values(work.connection, query, {"me": work.tenant, "drawn": drawn, "request_ids": request_ids}))


async def overtake(work: Work, release_id: UUID) -> None:
    """Ends the waiting of a release of the pinned company's."""
    await run(
        work.connection,
        """
        UPDATE release_approval SET state = 'overtaken', decided_at = %(now)s
        WHERE company_id = %(me)s AND state = 'waiting' AND release_id = %(release_id)s
        """,
        {"me": work.tenant, "now": work.now, "release_id": release_id},
    )


async def decide(work: Work, approval_id: UUID, state: str, decided_by: UUID, reason: str) -> int:
    """Settles what waits; how many that were: one or none."""
    return await run(
        work.connection,
        """
        UPDATE release_approval SET state = %(state)s, decided_by = %(decided_by)s, decided_at = %(now)s, reason = %(reason)s
        WHERE company_id = %(me)s AND approval_id = %(approval_id)s AND state = 'waiting'
        """,
        {"state": state, "decided_by": decided_by, "now": work.now, "reason": reason, "me": work.tenant, "approval_id": approval_id},
    )
