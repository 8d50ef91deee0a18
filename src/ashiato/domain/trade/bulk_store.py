"""The SQL that settles many received requests at once."""

from collections.abc import Sequence
from uuid import UUID

from ashiato.domain.trade.model import Request
from ashiato.plumbing.db import rows, run
from ashiato.plumbing.unit_of_work import Work


def _keys(requests: Sequence[Request]) -> dict[str, list[UUID]]:
    return {"buyers": [request.company_id for request in requests], "ids": [request.request_id for request in requests]}


async def received(work: Work, request_ids: list[UUID]) -> dict[UUID, Request]:
    """Those of these requests that the pinned company received."""
    found = await rows(
        work.connection,
        Request,
        """
        SELECT company_id, request_id, supplier_id, subject_kind, item, item_number, declared_unit, method, message, reply, state,
               asked_at, due_at, settled_at
        FROM request WHERE request_id = ANY(%(ids)s) AND supplier_id = %(me)s
        """,
        {"ids": request_ids, "me": work.tenant},
    )
    return {request.request_id: request for request in found}


async def alike(work: Work, part_id: UUID, numbers: list[str], method: str, limit: int) -> list[UUID]:
    """The open requests that the pinned company received for a footprint under a method and that are linked to a part, or to none and
    name one of these numbers; the most urgent first.
    """
    cursor = await work.connection.execute(
        """
        SELECT request.request_id FROM request
        LEFT JOIN request_link ON request_link.company_id = %(me)s AND request_link.buyer_id = request.company_id
                              AND request_link.request_id = request.request_id
        WHERE supplier_id = %(me)s AND state IN ('asked', 'linked') AND subject_kind = 'footprint' AND method = %(method)s
          AND (part_id = %(part_id)s OR (part_id IS NULL AND item_number = ANY(%(numbers)s)))
        ORDER BY due_at, request.request_id LIMIT %(limit)s
        """,
        {"me": work.tenant, "part_id": part_id, "numbers": numbers, "method": method, "limit": limit},
    )
    return [request_id for (request_id,) in await cursor.fetchall()]


async def put_links(work: Work, requests: Sequence[Request], part_ids: Sequence[UUID]) -> None:
    """Notes for the supplier alone which of its parts each request is about."""
    await run(
        work.connection,
        """
        INSERT INTO request_link (company_id, buyer_id, request_id, part_id, linked_at)
        SELECT %(me)s, buyer_id, request_id, part_id, %(now)s
        FROM unnest(%(buyers)s::uuid[], %(ids)s::uuid[], %(parts)s::uuid[]) AS stated (buyer_id, request_id, part_id)
        ON CONFLICT (company_id, buyer_id, request_id) DO UPDATE SET part_id = excluded.part_id, linked_at = excluded.linked_at
        """,
        {"me": work.tenant, "now": work.now, "parts": list(part_ids), **_keys(requests)},
    )


async def set_states(work: Work, requests: Sequence[Request], state: str, replies: Sequence[str | None]) -> None:
    """Settles requests, each with its reply."""
    await run(
        work.connection,
        """
        UPDATE request SET state = %(state)s, reply = coalesce(stated.reply, request.reply), settled_at = coalesce(settled_at, %(now)s)
        FROM unnest(%(buyers)s::uuid[], %(ids)s::uuid[], %(replies)s::text[]) AS stated (buyer_id, request_id, reply)
        WHERE request.company_id = buyer_id AND request.request_id = stated.request_id AND request.supplier_id = %(me)s
        """,
        {"me": work.tenant, "now": work.now, "state": state, "replies": list(replies), **_keys(requests)},
    )


async def add_answers(work: Work, requests: Sequence[Request], subject_ids: Sequence[UUID]) -> None:
    """Keeps what was handed over for each request, after what was handed over before."""
    await run(
        work.connection,
        """
        INSERT INTO answer (company_id, buyer_id, request_id, ordinal, subject_id, answered_at)
        SELECT %(me)s, buyer_id, request_id, 1 + coalesce((
            SELECT max(ordinal) FROM answer
            WHERE answer.company_id = %(me)s AND answer.buyer_id = stated.buyer_id AND answer.request_id = stated.request_id
        ), 0), stated.subject_id, %(now)s
        FROM unnest(%(buyers)s::uuid[], %(ids)s::uuid[], %(subjects)s::uuid[]) AS stated (buyer_id, request_id, subject_id)
        """,
        {"me": work.tenant, "now": work.now, "subjects": list(subject_ids), **_keys(requests)},
    )


async def last_answers(work: Work, request_ids: list[UUID]) -> dict[UUID, UUID]:
    """What the pinned supplier handed over last in answer to each of these requests."""
    cursor = await work.connection.execute(
        """
        SELECT DISTINCT ON (buyer_id, request_id) request_id, subject_id FROM answer
        WHERE company_id = %(me)s AND request_id = ANY(%(ids)s) ORDER BY buyer_id, request_id, ordinal DESC
        """,
        {"me": work.tenant, "ids": request_ids},
    )
    return dict(await cursor.fetchall())


async def links(work: Work, request_ids: list[UUID]) -> dict[UUID, UUID]:
    """Which of the pinned company's parts each of these received requests is linked to, if it is."""
    cursor = await work.connection.execute(
        "SELECT request_id, part_id FROM request_link WHERE company_id = %(me)s AND request_id = ANY(%(request_ids)s)",
        {"me": work.tenant, "request_ids": request_ids},
    )
    return dict(await cursor.fetchall())
