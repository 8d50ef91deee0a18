"""The SQL of requests for support: a company sees its own, the operator all of them."""

from dataclasses import dataclass
from datetime import datetime
from typing import LiteralString
from uuid import UUID

from ashiato.plumbing.db import row, rows, run
from ashiato.plumbing.unit_of_work import Work


@dataclass(frozen=True, slots=True)
class SupportRequest:
    """What a company asked help for, open until it is closed. `answered_at`: the operator's first word."""

    company_id: UUID
    request_id: UUID
    subject: str
    opened_at: datetime
    answered_at: datetime | None
    closed_at: datetime | None


@dataclass(frozen=True, slots=True)
class SupportWord:
    """What one side said."""

    word_id: UUID
    by_operator: bool
    speaker: str
    words: str
    said_at: datetime


_REQUEST = """
    SELECT company_id, request_id, subject, opened_at, answered.at AS answered_at, closed_at FROM support_request
    LEFT JOIN LATERAL (
        SELECT min(said_at) AS at FROM support_word AS word
        WHERE word.company_id = support_request.company_id AND word.request_id = support_request.request_id AND by_operator
    ) AS answered ON true
"""


async def add(work: Work, request_id: UUID, subject: str) -> None:
    """Keeps a request that the pinned company opens."""
    await run(
        work.connection,
        "INSERT INTO support_request (company_id, request_id, subject, opened_at) VALUES (%(me)s, %(request_id)s, %(subject)s, %(now)s)",
        {"me": work.tenant, "request_id": request_id, "subject": subject, "now": work.now},
    )


async def say(work: Work, company_id: UUID, request_id: UUID, said: SupportWord) -> None:
    """Keeps what one side said of a company's request."""
    await run(
        work.connection,
        """
        INSERT INTO support_word (company_id, word_id, request_id, by_operator, speaker, words, said_at)
        VALUES (%(company_id)s, %(word_id)s, %(request_id)s, %(by_operator)s, %(speaker)s, %(words)s, %(said_at)s)
        """,
        {
            "company_id": company_id, "word_id": said.word_id, "request_id": request_id, "by_operator": said.by_operator,
            "speaker": said.speaker, "words": said.words, "said_at": said.said_at,
        },
    )  # fmt: skip


async def close(work: Work, company_id: UUID, request_id: UUID) -> None:
    """Keeps that a company's request is closed."""
    await run(
        work.connection,
        "UPDATE support_request SET closed_at = %(now)s WHERE company_id = %(company_id)s AND request_id = %(request_id)s",
        {"company_id": company_id, "request_id": request_id, "now": work.now},
    )


def _of(owner: UUID | None) -> LiteralString:
    """The requests of a company, or for the operator (None) of every one; further conditions may follow."""
    return f"{_REQUEST} WHERE {'company_id = %(owner)s' if owner else 'true'}"


async def one(work: Work, owner: UUID | None, request_id: UUID) -> SupportRequest | None:
    """A request of this company; of any, where None is given for the operator."""
    query = f"{_of(owner)} AND request_id = %(request_id)s"
    return await row(work.connection, SupportRequest, query, {"request_id": request_id, "owner": owner})


async def listed(
    work: Work,
    owner: UUID | None,
    after: tuple[datetime, UUID] | None,
    limit: int,
    *,
    still_open: bool,
    unanswered: bool = False,
    newest: bool = False,
) -> list[SupportRequest]:
    """The requests of this company, or for the operator (None) of all, oldest (or `newest`) first, from after the given one."""
    instant, request_id = after or (None, None)
    query = f"""
        {_of(owner)} AND (%(all)s OR closed_at IS NULL) {"AND answered.at IS NULL" if unanswered else ""}
        {f"AND (opened_at, request_id) {'<' if newest else '>'} (%(instant)s, %(request_id)s)" if after else ""}
        ORDER BY {"opened_at DESC, request_id DESC" if newest else "opened_at, request_id"} LIMIT %(limit)s"""
    given = {"owner": owner, "all": not still_open, "instant": instant, "request_id": request_id, "limit": limit}
    return await rows(work.connection, SupportRequest, query, given)


async def words(work: Work, company_id: UUID, request_id: UUID) -> list[SupportWord]:
    """What was said of a request, oldest first."""
    return await rows(
        work.connection,
        SupportWord,
        """
        SELECT word_id, by_operator, speaker, words, said_at FROM support_word
        WHERE company_id = %(company_id)s AND request_id = %(request_id)s ORDER BY said_at, word_id
        """,
        {"company_id": company_id, "request_id": request_id},
    )


async def waiting_seconds(work: Work, owner: UUID | None) -> dict[UUID, list[float]]:
    """How long this company, or for the operator (None) each, waited for the operator's first word, for each request; until now where there is none.

    What a company closed itself before anybody answered it waited for until then.
    """
    cursor = await work.connection.execute(
        f"""
        SELECT company_id, array_agg(extract(epoch FROM coalesce(answered_at, closed_at, %(now)s) - opened_at)::float8)
        FROM ({_of(owner)}) AS request GROUP BY company_id
        """,
        {"now": work.now, "owner": owner},
    )
    return dict(await cursor.fetchall())
