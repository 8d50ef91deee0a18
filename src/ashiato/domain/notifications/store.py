"""The SQL of webhooks, preferences, reminders and deliveries."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from psycopg.types.json import Jsonb

from ashiato.plumbing.attempts import Attempts
from ashiato.plumbing.db import Question, row, rows, run
from ashiato.plumbing.unit_of_work import Work


@dataclass(frozen=True, slots=True)
class Webhook:
    """Where a company's own system listens, and to what."""

    webhook_id: UUID
    address: str
    events: list[str]
    stated_at: datetime


async def add_webhook(work: Work, webhook_id: UUID, address: str, events: list[str], sealed: bytes) -> None:
    """Keeps where the pinned company's system listens."""
    await run(
        work.connection,
        """
        INSERT INTO webhook (company_id, webhook_id, address, events, sealed, stated_at)
        VALUES (%(me)s, %(webhook_id)s, %(address)s, %(events)s, %(sealed)s, %(now)s)
        """,
        {"me": work.tenant, "webhook_id": webhook_id, "address": address, "events": events, "sealed": sealed, "now": work.now},
    )


def webhooks() -> Question[Webhook]:
    """The pinned company's, in the order of their registration."""
    query = "SELECT webhook_id, address, events, stated_at FROM webhook WHERE company_id = (SELECT tenant()) ORDER BY stated_at, webhook_id"
    return Question(Webhook, query, {})


@dataclass(frozen=True, slots=True)
class Listener:
    """Where something is delivered, and the sealed secret that signs it."""

    address: str
    sealed: bytes


async def listener(work: Work, webhook_id: UUID) -> Listener | None:
    """One of the pinned company's webhooks."""
    query = "SELECT address, sealed FROM webhook WHERE company_id = %(me)s AND webhook_id = %(webhook_id)s"
    return await row(work.connection, Listener, query, {"me": work.tenant, "webhook_id": webhook_id})


async def drop_webhook(work: Work, webhook_id: UUID) -> int:
    """Forgets where a system listened; how many that were."""
    query = "DELETE FROM webhook WHERE company_id = %(me)s AND webhook_id = %(webhook_id)s"
    return await run(work.connection, query, {"me": work.tenant, "webhook_id": webhook_id})


@dataclass(frozen=True, slots=True)
class Preference:
    """Whether somebody wants mail, and in which language."""

    mail: bool
    language: str


async def preference(work: Work, person_id: UUID) -> Preference | None:
    """What a person of the pinned company's has chosen."""
    query = "SELECT mail, language FROM notification_preference WHERE company_id = %(me)s AND person_id = %(person_id)s"
    return await row(work.connection, Preference, query, {"me": work.tenant, "person_id": person_id})


async def put_preference(work: Work, person_id: UUID, mail: bool, language: str) -> None:
    """Keeps what a person of the pinned company's has chosen."""
    await run(
        work.connection,
        """
        INSERT INTO notification_preference (company_id, person_id, mail, language) VALUES (%(me)s, %(person_id)s, %(mail)s, %(language)s)
        ON CONFLICT (company_id, person_id) DO UPDATE SET mail = excluded.mail, language = excluded.language
        """,
        {"me": work.tenant, "person_id": person_id, "mail": mail, "language": language},
    )


@dataclass(frozen=True, slots=True)
class Reader:
    """Somebody who gets mail: where, under which name, in which language."""

    person_id: UUID
    email: str
    display_name: str
    language: str


_READER = """
    SELECT person_id, email, display_name, coalesce(language, CASE WHEN country = 'JP' THEN 'ja' ELSE 'en' END) AS language
    FROM person JOIN company USING (company_id) LEFT JOIN notification_preference USING (company_id, person_id)
    WHERE company_id = %(me)s AND active AND roles && ARRAY['clerk', 'approver'] AND coalesce(mail, true)
"""


async def readers(work: Work) -> list[Reader]:
    """Those of the pinned company's people who do its work and want mail."""
    return await rows(work.connection, Reader, f"{_READER} ORDER BY person_id", {"me": work.tenant})


async def reader(work: Work, person_id: UUID) -> Reader | None:
    """One of them, as long as that is so."""
    return await row(work.connection, Reader, f"{_READER} AND person_id = %(person_id)s", {"me": work.tenant, "person_id": person_id})


@dataclass(frozen=True, slots=True)
class Reminder:
    """That a rule has a company reminded of something, on account of a day; once."""

    rule: str
    subject_id: UUID
    due_on: date


async def remind(work: Work, reminders: Sequence[Reminder]) -> set[Reminder]:
    """Notes that the pinned company is reminded of these; which of them for the first time."""
    if not reminders:
        return set()
    first = await rows(
        work.connection,
        Reminder,
        """
        INSERT INTO reminder (company_id, rule, subject_id, due_on, reminded_at)
        SELECT %(me)s, rule, subject_id, due_on, %(now)s
        FROM unnest(%(rules)s::text[], %(subjects)s::uuid[], %(days)s::date[]) AS noted (rule, subject_id, due_on)
        ON CONFLICT DO NOTHING RETURNING rule, subject_id, due_on
        """,
        {
            "me": work.tenant, "now": work.now, "rules": [one.rule for one in reminders],
            "subjects": [one.subject_id for one in reminders], "days": [one.due_on for one in reminders],
        },
    )  # fmt: skip
    return set(first)


async def admitted(work: Work, limit: int) -> list[UUID]:
    """Every admitted company. For the worker: it reads who they are, and nothing of them."""
    cursor = await work.connection.execute(
        "SELECT company_id FROM company WHERE state = 'admitted' ORDER BY company_id LIMIT %(limit)s", {"limit": limit}
    )
    return [company_id for (company_id,) in await cursor.fetchall()]


@dataclass(frozen=True, slots=True)
class Delivery:
    """What goes out to a person or to a company's own system, and how far it has come."""

    delivery_id: UUID
    event: str
    body: dict[str, Any]
    webhook_id: UUID | None
    person_id: UUID | None
    state: str
    attempts: int
    trouble: str
    noted_at: datetime
    due_at: datetime
    settled_at: datetime | None


_OF_EACH = 4  # deliveries of one company at once
ATTEMPTS = Attempts("notification_delivery")
_DELIVERY = """
    SELECT delivery_id, event, body, webhook_id, person_id, state, attempts, trouble, noted_at, due_at, settled_at FROM notification_delivery
    WHERE company_id = %(me)s
"""


async def add_delivery(
    work: Work, delivery_id: UUID, event: str, body: dict[str, Any], *, webhook_id: UUID | None = None, person_id: UUID | None = None
) -> None:
    """Has something delivered for the pinned company, from now on."""
    await run(
        work.connection,
        """
        INSERT INTO notification_delivery (company_id, delivery_id, event, body, webhook_id, person_id, state, noted_at, due_at)
        VALUES (%(me)s, %(delivery_id)s, %(event)s, %(body)s, %(webhook_id)s, %(person_id)s, 'waiting', %(now)s, %(now)s)
        """,
        {
            "me": work.tenant, "delivery_id": delivery_id, "event": event, "body": Jsonb(body), "webhook_id": webhook_id,
            "person_id": person_id, "now": work.now,
        },
    )  # fmt: skip


async def delivery(work: Work, delivery_id: UUID) -> Delivery | None:
    """A delivery of the pinned company's."""
    return await row(work.connection, Delivery, f"{_DELIVERY} AND delivery_id = %(delivery_id)s", {"me": work.tenant, "delivery_id": delivery_id})


async def to_webhooks(work: Work, after: tuple[datetime, UUID] | None, limit: int) -> list[Delivery]:
    """The pinned company's deliveries to its own systems, newest first, from after the given one."""
    noted_at, delivery_id = after or (None, None)
    earlier = "AND (noted_at, delivery_id) < (%(noted_at)s, %(delivery_id)s)" if after else ""
    query = f"{_DELIVERY} AND webhook_id IS NOT NULL {earlier} ORDER BY noted_at DESC, delivery_id DESC LIMIT %(limit)s"
    return await rows(work.connection, Delivery, query, {"me": work.tenant, "noted_at": noted_at, "delivery_id": delivery_id, "limit": limit})


@dataclass(frozen=True, slots=True)
class Due:
    """A delivery whose time has come, and whose it is."""

    company_id: UUID
    delivery_id: UUID


async def deliveries_due(work: Work, limit: int) -> list[Due]:
    """The deliveries whose time has come, the longest waiting first; of each company at most a few, so that none keeps others waiting."""
    query = """
        SELECT company_id, delivery_id FROM (
            SELECT company_id, delivery_id, due_at, row_number() OVER (PARTITION BY company_id ORDER BY due_at, delivery_id) AS place
            FROM notification_delivery WHERE state = 'waiting' AND due_at <= %(now)s
        ) AS due WHERE place <= %(each)s ORDER BY due_at, delivery_id LIMIT %(limit)s
    """
    return await rows(work.connection, Due, query, {"now": work.now, "limit": limit, "each": _OF_EACH})
