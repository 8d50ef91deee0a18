"""The SQL of how fast requests are answered."""

from datetime import date

from ashiato.plumbing.db import value
from ashiato.plumbing.unit_of_work import Work


async def median_answer_seconds(work: Work, begin: date, end: date) -> float | None:
    """The median time from being asked to the first answer, over requests that the pinned company received from the first to the last day."""
    found: float | None = await value(
        work.connection,
        """
        SELECT percentile_cont(0.5) WITHIN GROUP (ORDER BY extract(epoch FROM first_answer.answered_at - request.asked_at))
        FROM request JOIN LATERAL (
            SELECT min(answered_at) AS answered_at FROM answer
            WHERE answer.company_id = %(me)s AND answer.buyer_id = request.company_id AND answer.request_id = request.request_id OFFSET 0
        ) AS first_answer ON first_answer.answered_at IS NOT NULL
        WHERE request.supplier_id = %(me)s AND request.asked_at >= %(begin)s AND request.asked_at < %(end)s::date + 1
        """,
        {"me": work.tenant, "begin": begin, "end": end},
    )
    return found


async def sent(work: Work, begin: date, end: date) -> tuple[int, int]:
    """How many requests the pinned company sent from the first to the last day, and how many of them were answered."""
    cursor = await work.connection.execute(
        """
        SELECT count(*), count(*) FILTER (WHERE state = 'answered') FROM request
        WHERE company_id = %(me)s AND state <> 'cancelled' AND asked_at >= %(begin)s AND asked_at < %(end)s::date + 1
        """,
        {"me": work.tenant, "begin": begin, "end": end},
    )
    asked, answered = await cursor.fetchone() or (0, 0)
    return asked, answered
