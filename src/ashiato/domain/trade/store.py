"""The SQL of requests and answers."""

from datetime import datetime
from typing import Any, Final
from uuid import UUID

from ashiato.domain.trade.model import Inquiry, Request, RequestView
from ashiato.plumbing.db import Question, row, rows, run, value
from ashiato.plumbing.unit_of_work import Work

REQUEST: Final = """
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
        f"{REQUEST} WHERE request_id = %(request_id)s AND (company_id = %(me)s OR supplier_id = %(me)s)",
        {"request_id": request_id, "me": work.tenant},
    )


async def is_open(work: Work, part_id: UUID, supplier_id: UUID, subject: str) -> bool:
    """Whether the pinned company waits for this supplier's word about one of its parts."""
    return bool(
        await value(
            work.connection,
            """
            SELECT true FROM request_part JOIN request USING (company_id, request_id)
            WHERE request_part.company_id = %(me)s AND request_part.part_id = %(part_id)s
              AND request.supplier_id = %(supplier_id)s AND request.subject_kind = %(subject)s AND request.state IN ('asked', 'linked')
            LIMIT 1
            """,
            {"me": work.tenant, "part_id": part_id, "supplier_id": supplier_id, "subject": subject},
        )
    )


_BY_AGE: Final = "asked_at, request_id"

# The parties' names, and the viewer's own part behind a request: the buyer's, or the supplier's link.
VIEW: Final = """
    SELECT asked.*, buyer.name, supplier.name, coalesce(request_part.part_id, request_link.part_id)
    FROM ({}) AS asked
    LEFT JOIN company AS buyer ON buyer.company_id = asked.company_id
    LEFT JOIN company AS supplier ON supplier.company_id = asked.supplier_id
    LEFT JOIN request_part
           ON request_part.company_id = (SELECT tenant()) AND asked.company_id = (SELECT tenant()) AND request_part.request_id = asked.request_id
    LEFT JOIN request_link
           ON request_link.company_id = (SELECT tenant()) AND request_link.buyer_id = asked.company_id
          AND request_link.request_id = asked.request_id
    ORDER BY {}
"""


def as_view(*columns: Any) -> RequestView:
    """A row of the parties' view, as it is told."""
    *request, buyer, supplier, own_part_id = columns
    return RequestView(Request(*request), buyer or "", supplier or "", own_part_id)


def views(request_ids: list[UUID]) -> Question[RequestView]:
    """Those of these requests that the pinned company sent or received.

    One by one: for an array of unknown length the planner prefers to walk through all that the company ever sent and received.
    """
    query = f"""
        SELECT found.* FROM unnest(%(request_ids)s::uuid[]) AS wanted CROSS JOIN LATERAL (
            {REQUEST} WHERE request_id = wanted AND (company_id = (SELECT tenant()) OR supplier_id = (SELECT tenant())) OFFSET 0
        ) AS found
    """
    return Question(as_view, VIEW.format(query, _BY_AGE), {"request_ids": request_ids})


def requests(*, sent: bool, states: list[str], after: tuple[datetime, UUID] | None, limit: int) -> Question[RequestView]:
    """The requests in these states that the pinned company sent, or received, oldest first, from after the given one.

    Each state's own range of the index is read, no further than the limit, however many requests are in other states.
    """
    asked_at, request_id = after or (None, None)
    later = "AND (asked_at, request_id) > (%(asked_at)s, %(request_id)s)" if after else ""
    query = f"""
        SELECT page.* FROM unnest(%(states)s::text[]) AS wanted CROSS JOIN LATERAL (
            {REQUEST} WHERE {"company_id" if sent else "supplier_id"} = (SELECT tenant()) AND state = wanted {later}
            ORDER BY asked_at, request_id LIMIT %(limit)s
        ) AS page
        ORDER BY asked_at, request_id LIMIT %(limit)s
    """
    params = {"states": states, "asked_at": asked_at, "request_id": request_id, "limit": limit}
    return Question(as_view, VIEW.format(query, _BY_AGE), params if after else {"states": states, "limit": limit})


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


async def answer(work: Work, requests: list[Request], state: str, subject_id: UUID) -> None:
    """Keeps what is handed over to these buyers, after what was handed over before, and moves their requests."""
    await run(
        work.connection,
        """
        WITH stated AS (
            SELECT * FROM unnest(%(buyers)s::uuid[], %(request_ids)s::uuid[], %(again)s::boolean[]) AS stated (buyer_id, request_id, again)
        ), moved AS (
            UPDATE request SET state = %(state)s, settled_at = coalesce(settled_at, %(now)s)
            FROM stated WHERE request.company_id = buyer_id AND request.request_id = stated.request_id
        )
        INSERT INTO answer (company_id, buyer_id, request_id, ordinal, subject_id, answered_at)
        SELECT %(me)s, buyer_id, request_id, 1 + CASE WHEN again THEN (
            SELECT max(ordinal) FROM answer AS before
            WHERE before.company_id = %(me)s AND before.buyer_id = stated.buyer_id AND before.request_id = stated.request_id
        ) ELSE 0 END, %(subject_id)s, %(now)s
        FROM stated
        """,
        {
            "me": work.tenant, "now": work.now, "state": state, "subject_id": subject_id,
            "buyers": [request.company_id for request in requests], "request_ids": [request.request_id for request in requests],
            "again": [request.state == state for request in requests],
        },
    )  # fmt: skip


NEWEST_ANSWER: Final = """
    SELECT subject_id FROM answer
    WHERE request_id = %(request_id)s AND (buyer_id = (SELECT tenant()) OR company_id = (SELECT tenant()))
    ORDER BY ordinal DESC LIMIT 1
"""


def answers(request_id: UUID) -> Question[UUID]:
    """What was handed over in answer to a request of the pinned company's, newest first."""
    return Question(
        _only,
        """
        SELECT subject_id FROM answer
        WHERE request_id = %(request_id)s AND (buyer_id = (SELECT tenant()) OR company_id = (SELECT tenant())) ORDER BY ordinal DESC
        """,
        {"request_id": request_id},
    )


def _only(column: UUID) -> UUID:
    return column


async def inquiries(work: Work, part_ids: list[UUID], subject: str) -> list[Inquiry]:
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
        WHERE request_part.company_id = %(me)s AND request_part.part_id = ANY(%(part_ids)s) AND request.subject_kind = %(subject)s
          AND request.state <> 'cancelled'
        ORDER BY request_part.part_id, (request.state = 'answered') DESC, request.asked_at DESC, request.request_id
        """,
        {"me": work.tenant, "part_ids": part_ids, "subject": subject},
    )
