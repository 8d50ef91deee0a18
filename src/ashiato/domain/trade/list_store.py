"""The SQL of lists of requests, by the day that the answer is due."""

from dataclasses import dataclass
from datetime import datetime
from typing import LiteralString
from uuid import UUID

from ashiato.domain.trade import store
from ashiato.domain.trade.model import RequestState, RequestsWanted, RequestView
from ashiato.kernel.ids import CompanyId
from ashiato.kernel.wording import folded
from ashiato.plumbing.db import Question

COUNTED = 1_000  # requests in a state, beyond which nobody counts


def listed(wanted: RequestsWanted, now: datetime, after: tuple[datetime, UUID] | None, limit: int) -> Question[RequestView]:
    """The requests that a list shows, by due date, from after the given one.

    Each state's own range of the index is read, no further than until the list is full. A text is looked for in each request on the way.
    """
    way, order = ("<", "DESC") if wanted.backwards else (">", "ASC")
    own, partner = ("company_id", "supplier_id") if wanted.sent else ("supplier_id", "company_id")
    conditions = [
        f"(due_at, request_id) {way} (%(due_at)s, %(after_id)s)" if after else "",
        "due_at < %(now)s" if wanted.late else "",
        f"{partner} = %(partner_id)s" if wanted.partner_id else "",
        "subject_kind = %(subject)s" if wanted.subject else "",
        "(item_number = ANY(%(numbers)s) OR request_id = ANY(%(request_ids)s))" if wanted.numbers or wanted.request_ids else "",
        f"""(strpos(sought, %(text)s) > 0
             OR {partner} IN (SELECT company_id FROM company WHERE strpos(lower(normalize(name, NFKC)), %(text)s) > 0))"""
        if wanted.text
        else "",
    ]
    narrowed: LiteralString = "".join([f" AND {condition}" for condition in conditions if condition])
    query: LiteralString = f"""
        SELECT page.* FROM unnest(%(states)s::text[]) AS wanted CROSS JOIN LATERAL (
            {store.REQUEST} WHERE {own} = (SELECT tenant()) AND state = wanted{narrowed}
            ORDER BY due_at {order}, request_id {order} LIMIT %(limit)s
        ) AS page
        ORDER BY due_at {order}, request_id {order} LIMIT %(limit)s
    """
    due_at, after_id = after or (None, None)
    params = {
        "states": [state.value for state in wanted.shown], "due_at": due_at, "after_id": after_id, "now": now, "partner_id": wanted.partner_id,
        "numbers": list(wanted.numbers), "request_ids": list(wanted.request_ids), "text": folded(wanted.text), "limit": limit,
        "subject": wanted.subject,
    }  # fmt: skip
    return Question(store.as_view, store.VIEW.format(query, f"due_at {order}, request_id {order}"), params)


@dataclass(frozen=True, slots=True)
class Counted:
    """How many requests are in a state, and of how many the answer was due before now: `COUNTED` stands for that many or more."""

    state: str
    requests: int
    overdue: int


def counted(*, sent: bool, now: datetime) -> Question[Counted]:
    """The requests that the pinned company sent, or received, counted by state: the first due of each, no further than anybody counts."""
    return Question(
        Counted,
        f"""
        SELECT wanted AS state, count(*) AS requests, count(*) FILTER (WHERE due_at < %(now)s) AS overdue
        FROM unnest(%(states)s::text[]) AS wanted CROSS JOIN LATERAL (
            SELECT due_at FROM request WHERE {"company_id" if sent else "supplier_id"} = (SELECT tenant()) AND state = wanted
            ORDER BY due_at, request_id LIMIT %(limit)s
        ) AS first_due
        GROUP BY wanted
        """,
        {"states": [state.value for state in RequestState if state is not RequestState.CANCELLED], "now": now, "limit": COUNTED},
    )


def footprint_awaited() -> Question[str]:
    """An open request for a footprint that the pinned company received; none where there is none."""
    query: LiteralString = """
        SELECT open.request_id FROM unnest(%(states)s::text[]) AS wanted CROSS JOIN LATERAL (
            SELECT request_id FROM request
            WHERE supplier_id = (SELECT tenant()) AND state = wanted AND subject_kind = 'footprint' ORDER BY due_at, request_id LIMIT 1
        ) AS open
        LIMIT 1
        """
    return Question(str, query, {"states": [RequestState.ASKED.value, RequestState.LINKED.value]})


@dataclass(frozen=True, slots=True)
class Partner:
    """A company that the pinned one trades with. `asked`: it is a supplier that was asked; else it is a customer that asked."""

    company_id: CompanyId
    name: str
    asked: bool


def partners(text: str, limit: int) -> Question[Partner]:
    """The companies that sent requests to the pinned one, or received some from it, whose names hold a text.

    Where no company's name does, which is usual, no request is read.
    """
    return Question(
        Partner,
        """
        WITH named AS MATERIALIZED (SELECT company_id, name FROM company WHERE strpos(lower(normalize(name, NFKC)), %(text)s) > 0)
        SELECT named.company_id, named.name, bool_or(met.asked) AS asked
        FROM (
            SELECT DISTINCT supplier_id AS company_id, true AS asked FROM request
            WHERE request.company_id = (SELECT tenant()) AND supplier_id IN (SELECT company_id FROM named)
            UNION ALL
            SELECT DISTINCT company_id, false FROM request WHERE supplier_id = (SELECT tenant()) AND company_id IN (SELECT company_id FROM named)
        ) AS met
        JOIN named USING (company_id)
        GROUP BY named.company_id, named.name ORDER BY named.name, named.company_id LIMIT %(limit)s
        """,
        {"text": folded(text), "limit": limit},
    )
