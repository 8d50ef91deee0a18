"""The SQL of requests and answers."""

from datetime import datetime
from uuid import UUID

from ashiato.domain.trade.model import Inquiry, Request
from ashiato.plumbing.db import row, rows, run, value, values
from ashiato.plumbing.unit_of_work import Work

_REQUEST = """
    SELECT company_id, request_id, supplier_id, subject_kind, item, item_number, declared_unit, method, message, reply, state,
           asked_at, due_at, settled_at
    FROM request
"""


async def add_request(work: Work, request: Request, part_id: UUID) -> None:
    """Keeps a request, and for the buyer alone which part it is about."""
    await run(
        work.connection,
        """
        INSERT INTO request (company_id, request_id, supplier_id, subject_kind, item, item_number, declared_unit, method, message,
                             state, asked_at, due_at)
        VALUES (%(company_id)s, %(request_id)s, %(supplier_id)s, %(subject_kind)s, %(item)s, %(item_number)s, %(declared_unit)s,
                %(method)s, %(message)s, %(state)s, %(asked_at)s, %(due_at)s)
        """,
        {
            "company_id": request.company_id, "request_id": request.request_id, "supplier_id": request.supplier_id,
            "subject_kind": request.subject_kind, "item": request.item, "item_number": request.item_number,
            "declared_unit": request.declared_unit, "method": request.method, "message": request.message, "state": request.state,
            "asked_at": request.asked_at, "due_at": request.due_at,
        },
    )  # fmt: skip
    await run(
        work.connection,
        "INSERT INTO request_part (company_id, request_id, part_id) VALUES (%(company_id)s, %(request_id)s, %(part_id)s)",
        {"company_id": request.company_id, "request_id": request.request_id, "part_id": part_id},
    )


async def request(work: Work, request_id: UUID) -> Request | None:
    """A request that the pinned company sent or received."""
    return await row(
        work.connection,
        Request,
        f"{_REQUEST} WHERE request_id = %(request_id)s AND (company_id = %(me)s OR supplier_id = %(me)s)",
        {"request_id": request_id, "me": work.tenant},
    )


async def is_open(work: Work, part_id: UUID, supplier_id: UUID) -> bool:
    """Whether the pinned company waits for this supplier's word about one of its parts."""
    return bool(
        await value(
            work.connection,
            """
            SELECT true FROM request_part JOIN request USING (company_id, request_id)
            WHERE request_part.company_id = %(me)s AND request_part.part_id = %(part_id)s
              AND request.supplier_id = %(supplier_id)s AND request.state IN ('asked', 'linked')
            LIMIT 1
            """,
            {"me": work.tenant, "part_id": part_id, "supplier_id": supplier_id},
        )
    )


async def requests(work: Work, *, sent: bool, states: list[str] | None, after: tuple[datetime, UUID] | None, limit: int) -> list[Request]:
    """The requests that the pinned company sent, or received, oldest first, from after the given one."""
    side = "company_id" if sent else "supplier_id"
    asked_at, request_id = after or (None, None)
    return await rows(
        work.connection,
        Request,
        f"""
        {_REQUEST}
        WHERE {side} = %(me)s AND (%(states)s::text[] IS NULL OR state = ANY(%(states)s))
          AND (%(asked_at)s::timestamptz IS NULL OR (asked_at, request_id) > (%(asked_at)s, %(request_id)s))
        ORDER BY asked_at, request_id LIMIT %(limit)s
        """,
        {"me": work.tenant, "states": states, "asked_at": asked_at, "request_id": request_id, "limit": limit},
    )


async def own_parts(work: Work, request_ids: list[UUID]) -> dict[UUID, UUID]:
    """The pinned company's own part behind each request: the buyer's, or the supplier's link."""
    cursor = await work.connection.execute(
        """
        SELECT request_id, part_id FROM request_part WHERE company_id = %(me)s AND request_id = ANY(%(request_ids)s)
        UNION ALL
        SELECT request_id, part_id FROM request_link WHERE company_id = %(me)s AND request_id = ANY(%(request_ids)s)
        """,
        {"me": work.tenant, "request_ids": request_ids},
    )
    return dict(await cursor.fetchall())


async def set_state(work: Work, request: Request, state: str, reply: str | None, settled_at: datetime | None) -> None:
    """Moves a request."""
    await run(
        work.connection,
        """
        UPDATE request SET state = %(state)s, reply = coalesce(%(reply)s, reply), settled_at = coalesce(settled_at, %(settled_at)s)
        WHERE company_id = %(company_id)s AND request_id = %(request_id)s
        """,
        {"state": state, "reply": reply, "settled_at": settled_at, "company_id": request.company_id, "request_id": request.request_id},
    )


async def put_link(work: Work, request: Request, part_id: UUID) -> None:
    """Notes for the supplier alone which of its parts a request is about."""
    await run(
        work.connection,
        """
        INSERT INTO request_link (company_id, buyer_id, request_id, part_id, linked_at)
        VALUES (%(me)s, %(buyer_id)s, %(request_id)s, %(part_id)s, %(now)s)
        ON CONFLICT (company_id, buyer_id, request_id) DO UPDATE SET part_id = excluded.part_id, linked_at = excluded.linked_at
        """,
        {"me": work.tenant, "buyer_id": request.company_id, "request_id": request.request_id, "part_id": part_id, "now": work.now},
    )


async def linked_part(work: Work, request_id: UUID) -> UUID | None:
    """Which of the pinned supplier's parts a request is about."""
    part_id: UUID | None = await value(
        work.connection,
        "SELECT part_id FROM request_link WHERE company_id = %(me)s AND request_id = %(request_id)s",
        {"me": work.tenant, "request_id": request_id},
    )
    return part_id


async def add_answer(work: Work, request: Request, subject_id: UUID) -> None:
    """Keeps what was handed over, after what was handed over before."""
    await run(
        work.connection,
        """
        INSERT INTO answer (company_id, buyer_id, request_id, ordinal, subject_id, answered_at)
        SELECT %(me)s, %(buyer_id)s, %(request_id)s, coalesce(max(ordinal), 0) + 1, %(subject_id)s, %(now)s
        FROM answer WHERE company_id = %(me)s AND buyer_id = %(buyer_id)s AND request_id = %(request_id)s
        """,
        {"me": work.tenant, "buyer_id": request.company_id, "request_id": request.request_id, "subject_id": subject_id, "now": work.now},
    )


async def answers(work: Work, request_id: UUID) -> list[UUID]:
    """What was handed over in answer to a request of the pinned company's, newest first."""
    return await values(
        work.connection,
        "SELECT subject_id FROM answer WHERE request_id = %(request_id)s AND (buyer_id = %(me)s OR company_id = %(me)s) ORDER BY ordinal DESC",
        {"request_id": request_id, "me": work.tenant},
    )


async def inquiries(work: Work, part_ids: list[UUID]) -> list[Inquiry]:
    """For each of these parts that was asked about: its newest answered request, else its newest that is not cancelled."""
    return await rows(
        work.connection,
        Inquiry,
        """
        SELECT DISTINCT ON (request_part.part_id)
               request_part.part_id, request.request_id, request.supplier_id, request.state, request.due_at, last_answer.subject_id AS answer_id
        FROM request_part
        JOIN request USING (company_id, request_id)
        LEFT JOIN LATERAL (
            SELECT subject_id FROM answer
            WHERE answer.buyer_id = request.company_id AND answer.request_id = request.request_id
              AND answer.company_id = request.supplier_id
            ORDER BY ordinal DESC LIMIT 1
        ) AS last_answer ON true
        WHERE request_part.company_id = %(me)s AND request_part.part_id = ANY(%(part_ids)s) AND request.state <> 'cancelled'
        ORDER BY request_part.part_id, (request.state = 'answered') DESC, request.asked_at DESC, request.request_id
        """,
        {"me": work.tenant, "part_ids": part_ids},
    )
