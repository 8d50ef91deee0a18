"""The SQL of what has to be done. Each state of requests is a range of an index in the order of its due dates: the first ones are read, no more."""

from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from ashiato.plumbing.db import rows
from ashiato.plumbing.unit_of_work import Work


@dataclass(frozen=True, slots=True)
class Dealt:
    """A request that needs somebody, and the other party's name."""

    request_id: UUID
    subject_kind: str
    item: str
    state: str
    due_at: datetime
    party: str | None


async def to_answer(work: Work, until: datetime, limit: int) -> list[Dealt]:
    """The open requests that the pinned company received, the first due first."""
    return await rows(
        work.connection,
        Dealt,
        """
        SELECT request_id, subject_kind, item, received.state, due_at, company.name AS party
        FROM (
            (SELECT * FROM request WHERE supplier_id = %(me)s AND state = 'asked' AND due_at <= %(until)s
             ORDER BY due_at, request_id LIMIT %(limit)s)
            UNION ALL
            (SELECT * FROM request WHERE supplier_id = %(me)s AND state = 'linked' AND due_at <= %(until)s
             ORDER BY due_at, request_id LIMIT %(limit)s)
        ) AS received LEFT JOIN company USING (company_id)
        ORDER BY due_at, request_id LIMIT %(limit)s
        """,
        {"me": work.tenant, "until": until, "limit": limit},
    )


async def to_chase(work: Work, limit: int) -> list[Dealt]:
    """The requests that the pinned company sent and that are overdue or declined, the first due first."""
    return await rows(
        work.connection,
        Dealt,
        """
        SELECT request_id, subject_kind, item, sent.state, due_at, company.name AS party
        FROM (
            (SELECT * FROM request WHERE company_id = %(me)s AND state = 'rejected' ORDER BY due_at, request_id LIMIT %(limit)s)
            UNION ALL
            (SELECT * FROM request WHERE company_id = %(me)s AND state = 'asked' AND due_at < %(now)s
             ORDER BY due_at, request_id LIMIT %(limit)s)
            UNION ALL
            (SELECT * FROM request WHERE company_id = %(me)s AND state = 'linked' AND due_at < %(now)s
             ORDER BY due_at, request_id LIMIT %(limit)s)
        ) AS sent LEFT JOIN company ON company.company_id = supplier_id
        ORDER BY due_at, request_id LIMIT %(limit)s
        """,
        {"me": work.tenant, "now": work.now, "limit": limit},
    )


@dataclass(frozen=True, slots=True)
class Waiting:
    """A footprint from a partner's system that waits for a person."""

    received_id: UUID
    footprint_id: str
    party: str | None


async def to_review(work: Work, limit: int) -> list[Waiting]:
    """What the pinned company received and nobody has decided on, the longest waiting first."""
    return await rows(
        work.connection,
        Waiting,
        """
        SELECT received_id, footprint_id, company.name AS party FROM received_footprint LEFT JOIN company ON company.company_id = partner_id
        WHERE received_footprint.company_id = %(me)s AND received_footprint.state IN ('waiting', 'quarantined')
        ORDER BY received_at, received_id LIMIT %(limit)s
        """,
        {"me": work.tenant, "limit": limit},
    )


@dataclass(frozen=True, slots=True)
class Expiring:
    """A file of evidence that runs out."""

    evidence_id: UUID
    name: str
    expires_on: date


async def running_out(work: Work, until: date, limit: int) -> list[Expiring]:
    """The pinned company's files of evidence that run out by a day, the first first."""
    return await rows(
        work.connection,
        Expiring,
        """
        SELECT evidence_id, name, expires_on FROM evidence_item
        WHERE company_id = %(me)s AND sealed_key IS NOT NULL AND expires_on <= %(until)s ORDER BY expires_on, evidence_id LIMIT %(limit)s
        """,
        {"me": work.tenant, "until": until, "limit": limit},
    )


@dataclass(frozen=True, slots=True)
class Watched:
    """An access of the operator's that is asked for or open, and until when it can be."""

    access_id: UUID
    reason: str
    asker: str
    until: datetime


async def watched(work: Work, limit: int) -> list[Watched]:
    """The break-glass accesses to what the pinned company has released that are asked for or open, the newest first."""
    return await rows(
        work.connection,
        Watched,
        """
        SELECT access_id, reason, asker, coalesce(valid_until, asked_at + interval '1 day') AS until FROM break_glass
        WHERE concerned_id = %(me)s AND (
            state = 'approved' AND valid_until > %(now)s OR state = 'asked' AND asked_at > %(now)s - interval '1 day'
        ) ORDER BY asked_at DESC, access_id LIMIT %(limit)s
        """,
        {"me": work.tenant, "now": work.now, "limit": limit},
    )


@dataclass(frozen=True, slots=True)
class Helped:
    """A request for support of which the operator has the last word: who said it, and when."""

    request_id: UUID
    subject: str
    speaker: str
    said_at: datetime


async def helped(work: Work, closed_days: int, limit: int) -> list[Helped]:
    """The pinned company's requests for support to which it has said nothing since the operator's word; not those closed so many days ago."""
    return await rows(
        work.connection,
        Helped,
        """
        SELECT request_id, subject, last.speaker, last.said_at FROM support_request
        JOIN LATERAL (
            SELECT speaker, said_at, by_operator FROM support_word AS word
            WHERE word.company_id = %(me)s AND word.request_id = support_request.request_id ORDER BY said_at DESC, word_id LIMIT 1
        ) AS last ON last.by_operator
        WHERE company_id = %(me)s AND (closed_at IS NULL OR closed_at > %(now)s::timestamptz - make_interval(days => %(days)s))
        ORDER BY last.said_at, request_id LIMIT %(limit)s
        """,
        {"me": work.tenant, "now": work.now, "days": closed_days, "limit": limit},
    )


@dataclass(frozen=True, slots=True)
class Examining:
    """A verification room in which something is to be done, until it ends; the other company's name."""

    room_id: UUID
    title: str
    party: str | None
    expires_at: datetime


async def to_examine(work: Work, limit: int) -> list[Examining]:
    """The rooms that are open to the pinned verifier and show something that it has not given its opinion on, the first to end first."""
    return await rows(
        work.connection,
        Examining,
        """
        SELECT room_id, title, company.name AS party, expires_at FROM verification_room AS shown LEFT JOIN company USING (company_id)
        WHERE verifier_id = %(me)s AND closed_at IS NULL AND expires_at > %(now)s AND EXISTS (
            SELECT FROM verification_item AS item WHERE item.room_id = shown.room_id AND NOT EXISTS (
                SELECT FROM verification_opinion AS given
                WHERE given.company_id = %(me)s AND given.room_id = item.room_id AND given.footprint_id = item.footprint_id
            )
        ) ORDER BY expires_at, room_id LIMIT %(limit)s
        """,
        {"me": work.tenant, "now": work.now, "limit": limit},
    )


async def to_reply(work: Work, limit: int) -> list[Examining]:
    """The pinned company's open rooms with a question or finding after which nothing was said on its line, the first to end first."""
    return await rows(
        work.connection,
        Examining,
        """
        SELECT room_id, title, company.name AS party, expires_at
        FROM verification_room AS own LEFT JOIN company ON company.company_id = own.verifier_id
        WHERE own.company_id = %(me)s AND closed_at IS NULL AND expires_at > %(now)s AND EXISTS (
            SELECT FROM verification_note AS raised
            WHERE raised.room_id = own.room_id AND raised.other_id = %(me)s AND raised.kind IN ('question', 'finding') AND NOT EXISTS (
                SELECT FROM verification_note AS later
                WHERE later.room_id = raised.room_id AND later.footprint_id = raised.footprint_id AND later.place = raised.place
                  AND later.noted_at > raised.noted_at
            )
        ) ORDER BY expires_at, room_id LIMIT %(limit)s
        """,
        {"me": work.tenant, "now": work.now, "limit": limit},
    )
