"""The SQL of progress over tiers."""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from ashiato.domain.trade.model import Request
from ashiato.plumbing.db import Question, rows, run
from ashiato.plumbing.unit_of_work import Work


@dataclass(frozen=True, slots=True)
class Linked:
    """A received request, the own part that it is about, and what its buyer was told of its progress."""

    buyer_id: UUID
    request_id: UUID
    part_id: UUID
    state: str
    method: str
    trades: int | None
    completed: int | None
    tiers: int | None
    terminated: bool | None


@dataclass(frozen=True, slots=True)
class Asked:
    """How far an own request has come, as its supplier tells."""

    part_id: UUID
    state: str
    trades: int
    completed: int
    tiers: int
    terminated: bool


@dataclass(frozen=True, slots=True)
class Progress:
    """What stands above one request, itself included: requests, answered ones, tiers; whether every branch has come to its end."""

    trades: int
    completed: int
    tiers: int
    terminated: bool


async def linked(work: Work, part_ids: list[UUID]) -> list[Linked]:
    """The received requests for footprints that are about these own parts and still stand."""
    return await rows(
        work.connection,
        Linked,
        """
        SELECT request_link.buyer_id, request_link.request_id, request_link.part_id, request.state, request.method,
               request_progress.trades, request_progress.completed, request_progress.tiers, request_progress.terminated
        FROM unnest(%(part_ids)s::uuid[]) AS wanted (part_id)
        CROSS JOIN LATERAL (
            SELECT buyer_id, request_id, part_id FROM request_link WHERE company_id = %(me)s AND part_id = wanted.part_id OFFSET 0
        ) AS request_link
        JOIN request ON request.company_id = request_link.buyer_id AND request.request_id = request_link.request_id
        LEFT JOIN LATERAL (
            SELECT trades, completed, tiers, terminated FROM request_progress
            WHERE company_id = %(me)s AND buyer_id = request_link.buyer_id AND request_id = request_link.request_id OFFSET 0
        ) AS request_progress ON true
        WHERE request.state IN ('linked', 'answered') AND request.subject_kind = 'footprint'
        ORDER BY request_link.buyer_id, request_link.request_id
        """,
        {"me": work.tenant, "part_ids": part_ids},
    )


def told(me: UUID | None, part_id: UUID, requests: Sequence[Request], state: str) -> Question[Linked]:
    """What the buyers of these requests were told of their progress; the requests as they will be, in a state and about an own part."""
    return Question(
        Linked,
        """
        SELECT wanted.buyer_id, wanted.request_id, %(part_id)s::uuid AS part_id, %(state)s::text AS state, method,
               trades, completed, tiers, terminated
        FROM unnest(%(buyers)s::uuid[], %(ids)s::uuid[], %(methods)s::text[]) AS wanted (buyer_id, request_id, method)
        LEFT JOIN LATERAL (
            SELECT trades, completed, tiers, terminated FROM request_progress
            WHERE company_id = %(me)s AND buyer_id = wanted.buyer_id AND request_id = wanted.request_id OFFSET 0
        ) AS request_progress ON true
        """,
        {
            "me": me, "part_id": part_id, "state": state, "buyers": [request.company_id for request in requests],
            "ids": [request.request_id for request in requests], "methods": [request.method for request in requests],
        },
    )  # fmt: skip


async def asked(work: Work, part_ids: list[UUID]) -> list[Asked]:
    """The own requests for footprints of these parts that stand, each with what its supplier tells."""
    return await rows(
        work.connection,
        Asked,
        """
        SELECT request_part.part_id, request.state, coalesce(request_progress.trades, 1) AS trades,
               coalesce(request_progress.completed, (request.state = 'answered')::integer) AS completed,
               coalesce(request_progress.tiers, 1) AS tiers, coalesce(request_progress.terminated, false) AS terminated
        FROM request_part
        JOIN request USING (company_id, request_id)
        LEFT JOIN LATERAL (
            SELECT trades, completed, tiers, terminated FROM request_progress
            WHERE company_id = request.supplier_id AND buyer_id = request.company_id AND request_id = request.request_id OFFSET 0
        ) AS request_progress ON true
        WHERE request_part.company_id = %(me)s AND request_part.part_id = ANY(%(part_ids)s) AND request.state IN ('asked', 'linked', 'answered')
          AND request.subject_kind = 'footprint'
        """,
        {"me": work.tenant, "part_ids": part_ids},
    )


async def put(work: Work, told: Sequence[tuple[Linked, Progress]]) -> None:
    """Tells the buyers of these requests how far they have come."""
    await run(
        work.connection,
        """
        INSERT INTO request_progress (company_id, buyer_id, request_id, trades, completed, tiers, terminated, trades_changed_at, completed_changed_at)
        SELECT %(me)s, buyer_id, request_id, trades, completed, tiers, terminated, %(now)s, %(now)s
        FROM unnest(%(buyers)s::uuid[], %(requests)s::uuid[], %(trades)s::integer[], %(completed)s::integer[], %(tiers)s::integer[],
                    %(terminated)s::boolean[]) AS told (buyer_id, request_id, trades, completed, tiers, terminated)
        ON CONFLICT (company_id, buyer_id, request_id) DO UPDATE
        SET trades = excluded.trades, completed = excluded.completed, tiers = excluded.tiers, terminated = excluded.terminated,
            trades_changed_at = CASE WHEN request_progress.trades = excluded.trades
                                     THEN request_progress.trades_changed_at ELSE excluded.trades_changed_at END,
            completed_changed_at = CASE WHEN request_progress.completed = excluded.completed
                                        THEN request_progress.completed_changed_at ELSE excluded.completed_changed_at END
        """,
        {
            "me": work.tenant, "now": work.now, "buyers": [linked.buyer_id for linked, _ in told],
            "requests": [linked.request_id for linked, _ in told], "trades": [progress.trades for _, progress in told],
            "completed": [progress.completed for _, progress in told], "tiers": [progress.tiers for _, progress in told],
            "terminated": [progress.terminated for _, progress in told],
        },
    )  # fmt: skip


async def show_part(work: Work, request: Request, part_id: UUID) -> None:
    """Shows the buyer of a request the identifier of the part that answers it, and nothing else of the part."""
    await run(
        work.connection,
        """
        UPDATE request_progress SET part_id = %(part_id)s
        WHERE company_id = %(me)s AND buyer_id = %(buyer_id)s AND request_id = %(request_id)s AND part_id IS DISTINCT FROM %(part_id)s
        """,
        {"me": work.tenant, "buyer_id": request.company_id, "request_id": request.request_id, "part_id": part_id},
    )


@dataclass(frozen=True, slots=True)
class OwnPart:
    """The pinned company's own part behind a request."""

    request_id: UUID
    part_id: UUID


def own_parts(request_ids: list[UUID]) -> Question[OwnPart]:
    """The pinned company's own parts behind these requests."""
    return Question(
        OwnPart,
        """
        SELECT request_id, part_id FROM request_part WHERE company_id = (SELECT tenant()) AND request_id = ANY(%(request_ids)s)
        UNION ALL
        SELECT request_id, part_id FROM request_link WHERE company_id = (SELECT tenant()) AND request_id = ANY(%(request_ids)s)
        """,
        {"request_ids": request_ids},
    )
