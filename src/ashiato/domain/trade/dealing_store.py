"""The SQL of requests as both parties list them: newest first, with what each may see of the other's part."""

from dataclasses import dataclass
from datetime import datetime
from typing import LiteralString
from uuid import UUID

from ashiato.domain.products import Designated
from ashiato.domain.trade.model import Request
from ashiato.plumbing.db import row, rows, run, value
from ashiato.plumbing.unit_of_work import Work


@dataclass(frozen=True, slots=True)
class Dealing:
    """A request with its progress. `shown_*` is the buyer's part as the supplier may see it; None where the buyer shows nothing."""

    buyer_id: UUID
    request_id: UUID
    supplier_id: UUID
    state: str
    message: str
    reply: str
    asked_at: datetime
    due_at: datetime
    named_item: str
    named_number: str
    named_unit: str
    downstream_part_id: UUID | None
    upstream_part_id: UUID | None
    shown_site_id: UUID | None
    shown_item: str | None
    shown_supplement: str | None
    shown_label: str | None
    shown_notes: list[str | None] | None
    shown_unit: str | None
    shown_terminal: bool | None
    trades: int | None
    completed: int | None
    terminated: bool | None
    trades_changed_at: datetime | None
    completed_changed_at: datetime | None


_DEALING = """
    SELECT request.company_id AS buyer_id, request.request_id, request.supplier_id, request.state, request.message, request.reply,
           request.asked_at, request.due_at, request.item AS named_item, request.item_number AS named_number, request.declared_unit AS named_unit,
           coalesce(request_part.part_id, request_item.part_id) AS downstream_part_id,
           coalesce(request_link.part_id, request_progress.part_id) AS upstream_part_id,
           request_item.site_id AS shown_site_id, request_item.item AS shown_item, request_item.supplement AS shown_supplement,
           request_item.label AS shown_label, request_item.notes AS shown_notes, request_item.unit AS shown_unit,
           request_item.terminal AS shown_terminal, request_progress.trades, request_progress.completed, request_progress.terminated,
           request_progress.trades_changed_at, request_progress.completed_changed_at
    FROM request
    LEFT JOIN request_part ON request_part.company_id = %(me)s AND request_part.request_id = request.request_id
    LEFT JOIN request_item ON request_item.company_id = request.company_id AND request_item.request_id = request.request_id
    LEFT JOIN request_link ON request_link.company_id = %(me)s AND request_link.buyer_id = request.company_id
          AND request_link.request_id = request.request_id
    LEFT JOIN request_progress ON request_progress.company_id = request.supplier_id AND request_progress.buyer_id = request.company_id
          AND request_progress.request_id = request.request_id
"""


async def dealings(
    work: Work, *, sent: bool | None, part_ids: list[UUID] | None, request_id: UUID | None, start: UUID | None, limit: int
) -> list[Dealing]:
    """The requests that the pinned company sent (or received, or both), newest first, from `start` on; cancelled ones are gone.

    `start` names a request, or one of the own parts: then its newest request.
    """
    side: LiteralString = "(request.company_id = %(me)s OR request.supplier_id = %(me)s)"
    if sent is not None:
        side = "request.company_id = %(me)s" if sent else "request.supplier_id = %(me)s"
    return await rows(
        work.connection,
        Dealing,
        f"""
        {_DEALING}
        WHERE {side} AND request.state <> 'cancelled' AND request.subject_kind = 'footprint'
          AND (%(part_ids)s::uuid[] IS NULL OR request_part.part_id = ANY(%(part_ids)s))
          AND (%(request_id)s::uuid IS NULL OR request.request_id = %(request_id)s)
          AND (%(start)s::uuid IS NULL OR (request.asked_at, request.request_id) <= (
              SELECT first.asked_at, first.request_id FROM request AS first
              LEFT JOIN request_part AS own ON own.company_id = %(me)s AND own.request_id = first.request_id
              WHERE (first.company_id = %(me)s OR first.supplier_id = %(me)s) AND (first.request_id = %(start)s OR own.part_id = %(start)s)
              ORDER BY first.asked_at DESC, first.request_id DESC LIMIT 1))
        ORDER BY request.asked_at DESC, request.request_id DESC LIMIT %(limit)s
        """,
        {"me": work.tenant, "part_ids": part_ids, "request_id": request_id, "start": start, "limit": limit},
    )


async def open_about(work: Work, part_id: UUID, supplier_id: UUID) -> UUID | None:
    """The request with which the pinned company waits for this supplier's word about one of its parts."""
    request_id: UUID | None = await value(
        work.connection,
        """
        SELECT request.request_id FROM request_part JOIN request USING (company_id, request_id)
        WHERE request_part.company_id = %(me)s AND request_part.part_id = %(part_id)s
          AND request.supplier_id = %(supplier_id)s AND request.state IN ('asked', 'linked') AND request.subject_kind = 'footprint'
        ORDER BY request.asked_at DESC LIMIT 1
        """,
        {"me": work.tenant, "part_id": part_id, "supplier_id": supplier_id},
    )
    return request_id


async def show_item(work: Work, request: Request, part: Designated) -> None:
    """Shows the supplier which part a request is about, without any amount."""
    await run(
        work.connection,
        """
        INSERT INTO request_item (company_id, request_id, supplier_id, part_id, site_id, item, supplement, label, notes, unit, terminal)
        VALUES (%(me)s, %(request_id)s, %(supplier_id)s, %(part_id)s, %(site_id)s, %(item)s, %(supplement)s, %(label)s, %(notes)s, %(unit)s,
                %(terminal)s)
        """,
        {
            "me": work.tenant, "request_id": request.request_id, "supplier_id": request.supplier_id, "part_id": part.part_id,
            "site_id": part.site_id, "item": part.item, "supplement": part.supplement, "label": part.label, "notes": part.notes,
            "unit": part.unit, "terminal": part.terminal,
        },
    )  # fmt: skip


@dataclass(frozen=True, slots=True)
class Held:
    """Which sides of the trade hold a part."""

    sent: bool
    received: bool


async def held(work: Work, part_id: UUID) -> Held:
    """Whether requests that stand hold one of the pinned company's parts."""
    found = await row(
        work.connection,
        Held,
        """
        SELECT EXISTS (
                   SELECT FROM request_part JOIN request USING (company_id, request_id)
                   WHERE request_part.company_id = %(me)s AND request_part.part_id = %(part_id)s AND request.state IN ('asked', 'linked', 'answered')
               ) AS sent,
               EXISTS (
                   SELECT FROM request_link
                   JOIN request ON request.company_id = request_link.buyer_id AND request.request_id = request_link.request_id
                   WHERE request_link.company_id = %(me)s AND request_link.part_id = %(part_id)s AND request.state IN ('linked', 'answered')
               ) AS received
        """,
        {"me": work.tenant, "part_id": part_id},
    )
    return found or Held(sent=False, received=False)


async def reply(work: Work, request_id: UUID, text: str) -> int:
    """Says something to the buyer of a received request; how many requests that were."""
    return await run(
        work.connection,
        "UPDATE request SET reply = %(reply)s WHERE supplier_id = %(me)s AND request_id = %(request_id)s AND state <> 'cancelled'",
        {"me": work.tenant, "request_id": request_id, "reply": text},
    )
