"""The SQL of partners, events, deliveries and received footprints."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from psycopg.types.json import Jsonb

from ashiato.plumbing.attempts import Attempts
from ashiato.plumbing.db import Question, row, rows, run
from ashiato.plumbing.unit_of_work import Work


@dataclass(frozen=True, slots=True)
class Endpoint:
    """Where a company's own system stands, and where it issues tokens ("" for the address that the standard takes for granted)."""

    company_id: UUID
    address: str
    token_address: str
    version: int


@dataclass(frozen=True, slots=True)
class Partner:
    """A company whose system is called, as far as everybody of the calling company may know it."""

    partner_id: UUID
    name: str
    state: str
    account: str
    address: str | None
    version: int | None
    stated_at: datetime


@dataclass(frozen=True, slots=True)
class Credentials:
    """With which account a partner's system is called."""

    account: str
    sealed: bytes


async def put_endpoint(work: Work, address: str, token_address: str, version: int) -> None:
    """States where the pinned company's system stands."""
    await run(
        work.connection,
        """
        INSERT INTO exchange_endpoint (company_id, address, token_address, version, stated_at)
        VALUES (%(me)s, %(address)s, %(token_address)s, %(version)s, %(now)s)
        ON CONFLICT (company_id) DO UPDATE
        SET address = excluded.address, token_address = excluded.token_address, version = excluded.version, stated_at = excluded.stated_at
        """,
        {"me": work.tenant, "address": address, "token_address": token_address, "version": version, "now": work.now},
    )


async def endpoint(work: Work, company_id: UUID) -> Endpoint | None:
    """Where the system of the pinned company, or of a partner of its, stands."""
    query = "SELECT company_id, address, token_address, version FROM exchange_endpoint WHERE company_id = %(company_id)s"
    return await row(work.connection, Endpoint, query, {"company_id": company_id})


async def put_partner(work: Work, partner_id: UUID, account: str, sealed: bytes) -> None:
    """States with which account the pinned company calls a partner's system."""
    await run(
        work.connection,
        """
        INSERT INTO exchange_partner (company_id, partner_id, account, sealed, stated_at)
        VALUES (%(me)s, %(partner_id)s, %(account)s, %(sealed)s, %(now)s)
        ON CONFLICT (company_id, partner_id) DO UPDATE SET account = excluded.account, sealed = excluded.sealed, stated_at = excluded.stated_at
        """,
        {"me": work.tenant, "partner_id": partner_id, "account": account, "sealed": sealed, "now": work.now},
    )


async def drop_partner(work: Work, partner_id: UUID) -> int:
    """Forgets a partner's credentials; how many that were."""
    query = "DELETE FROM exchange_partner WHERE company_id = %(me)s AND partner_id = %(partner_id)s"
    return await run(work.connection, query, {"me": work.tenant, "partner_id": partner_id})


async def credentials(work: Work, partner_id: UUID) -> Credentials | None:
    """With which account the pinned company calls a partner's system."""
    query = "SELECT account, sealed FROM exchange_partner WHERE company_id = %(me)s AND partner_id = %(partner_id)s"
    return await row(work.connection, Credentials, query, {"me": work.tenant, "partner_id": partner_id})


async def partners(work: Work) -> list[Partner]:
    """The pinned company's partners, by name."""
    return await rows(
        work.connection,
        Partner,
        """
        SELECT partner_id, coalesce(company.name, '') AS name, coalesce(company.state, '') AS state, account, exchange_endpoint.address,
               exchange_endpoint.version, exchange_partner.stated_at
        FROM exchange_partner
        LEFT JOIN company ON company.company_id = partner_id
        LEFT JOIN exchange_endpoint ON exchange_endpoint.company_id = partner_id
        WHERE exchange_partner.company_id = %(me)s ORDER BY 2, 1 LIMIT 1000
        """,
        {"me": work.tenant},
    )


@dataclass(frozen=True, slots=True)
class Event:
    """An event as it came in, to be handled by its recipient's."""

    company_id: UUID
    event_id: UUID
    recipient_id: UUID
    kind: str
    version: int
    source: str
    number: str
    body: str


async def add_event(work: Work, event: Event) -> bool:
    """Keeps an event of the pinned sender's; false for one that is kept already."""
    return bool(
        await run(
            work.connection,
            """
            INSERT INTO exchange_event (company_id, event_id, recipient_id, kind, version, source, number, body, received_at)
            VALUES (%(me)s, %(event_id)s, %(recipient_id)s, %(kind)s, %(version)s, %(source)s, %(number)s, %(body)s, %(now)s)
            ON CONFLICT (company_id, recipient_id, source, number) DO NOTHING
            """,
            {
                "me": work.tenant, "event_id": event.event_id, "recipient_id": event.recipient_id, "kind": event.kind, "version": event.version,
                "source": event.source, "number": event.number, "body": event.body, "now": work.now,
            },
        )
    )  # fmt: skip


_EVENT = "SELECT company_id, event_id, recipient_id, kind, version, source, number, body FROM exchange_event"


async def same_event(work: Work, recipient_id: UUID, source: str, number: str) -> Event | None:
    """The event that the pinned sender has sent under this number before."""
    return await row(
        work.connection,
        Event,
        f"{_EVENT} WHERE company_id = %(me)s AND recipient_id = %(recipient_id)s AND source = %(source)s AND number = %(number)s",
        {"me": work.tenant, "recipient_id": recipient_id, "source": source, "number": number},
    )


async def received_event(work: Work, sender_id: UUID, event_id: UUID) -> Event | None:
    """An event that was sent to the pinned company."""
    query = f"{_EVENT} WHERE company_id = %(sender_id)s AND event_id = %(event_id)s AND recipient_id = %(me)s"
    return await row(work.connection, Event, query, {"me": work.tenant, "sender_id": sender_id, "event_id": event_id})


@dataclass(frozen=True, slots=True)
class Waiting:
    """An event that nobody has handled: who sent it to whom."""

    company_id: UUID
    event_id: UUID
    recipient_id: UUID


async def events_waiting(work: Work, limit: int) -> list[Waiting]:
    """The events that wait, oldest first."""
    return await rows(
        work.connection,
        Waiting,
        "SELECT company_id, event_id, recipient_id FROM exchange_event WHERE handled_at IS NULL ORDER BY received_at, event_id LIMIT %(limit)s",
        {"limit": limit},
    )


async def take_up_event(work: Work, waiting: Waiting) -> bool:
    """Marks an event as handled; whether it still waited."""
    return bool(
        await run(
            work.connection,
            "UPDATE exchange_event SET handled_at = %(now)s WHERE company_id = %(company_id)s AND event_id = %(event_id)s AND handled_at IS NULL",
            {"now": work.now, "company_id": waiting.company_id, "event_id": waiting.event_id},
        )
    )


@dataclass(frozen=True, slots=True)
class PromisedAnswer:
    """An event that became a request: the buyer waits for an event of ours."""

    buyer_id: UUID
    request_id: UUID
    number: str
    version: int


async def add_inquiry(work: Work, promised: PromisedAnswer) -> None:
    """Keeps what the pinned supplier has promised."""
    await run(
        work.connection,
        """
        INSERT INTO exchange_inquiry (company_id, buyer_id, request_id, number, version, noted_at)
        VALUES (%(me)s, %(buyer_id)s, %(request_id)s, %(number)s, %(version)s, %(now)s) ON CONFLICT DO NOTHING
        """,
        {
            "me": work.tenant, "buyer_id": promised.buyer_id, "request_id": promised.request_id, "number": promised.number,
            "version": promised.version, "now": work.now,
        },
    )  # fmt: skip


def concerned(buyer_id: UUID, request_id: UUID) -> Question[bool]:
    """Whether the pinned supplier has promised something about a request, or the buyer's system is its partner."""
    return Question(
        bool,
        """
        SELECT true WHERE EXISTS (
            SELECT FROM exchange_inquiry WHERE company_id = (SELECT tenant()) AND request_id = %(request_id)s AND settled_at IS NULL
        ) OR EXISTS (SELECT FROM exchange_partner WHERE company_id = (SELECT tenant()) AND partner_id = %(buyer_id)s)
        """,
        {"buyer_id": buyer_id, "request_id": request_id},
    )


async def settle_inquiries(work: Work, request_id: UUID) -> list[PromisedAnswer]:
    """What the pinned supplier has promised about a request, which is settled now."""
    return await rows(
        work.connection,
        PromisedAnswer,
        """
        UPDATE exchange_inquiry SET settled_at = %(now)s WHERE company_id = %(me)s AND request_id = %(request_id)s AND settled_at IS NULL
        RETURNING buyer_id, request_id, number, version
        """,
        {"me": work.tenant, "request_id": request_id, "now": work.now},
    )


@dataclass(frozen=True, slots=True)
class Delivery:
    """What goes out to a partner's system, or is to be fetched there, and how far it has come."""

    delivery_id: UUID
    partner_id: UUID
    kind: str
    subject: dict[str, Any]
    request_id: UUID | None
    state: str
    attempts: int
    trouble: str
    noted_at: datetime
    due_at: datetime
    settled_at: datetime | None


async def add_delivery(work: Work, delivery_id: UUID, partner_id: UUID, kind: str, subject: dict[str, Any], request_id: UUID | None) -> None:
    """Keeps what is to be delivered for the pinned company, from now on."""
    await run(
        work.connection,
        """
        INSERT INTO exchange_delivery (company_id, delivery_id, partner_id, kind, subject, request_id, state, noted_at, due_at)
        VALUES (%(me)s, %(delivery_id)s, %(partner_id)s, %(kind)s, %(subject)s, %(request_id)s, 'waiting', %(now)s, %(now)s)
        """,
        {
            "me": work.tenant, "delivery_id": delivery_id, "partner_id": partner_id, "kind": kind, "subject": Jsonb(subject),
            "request_id": request_id, "now": work.now,
        },
    )  # fmt: skip


ATTEMPTS = Attempts("exchange_delivery")
_DELIVERY = """
    SELECT delivery_id, partner_id, kind, subject, request_id, state, attempts, trouble, noted_at, due_at, settled_at FROM exchange_delivery
"""


async def delivery(work: Work, delivery_id: UUID) -> Delivery | None:
    """A delivery of the pinned company's."""
    query = f"{_DELIVERY} WHERE company_id = %(me)s AND delivery_id = %(delivery_id)s"
    return await row(work.connection, Delivery, query, {"me": work.tenant, "delivery_id": delivery_id})


def deliveries(after: tuple[datetime, UUID] | None, limit: int) -> Question[Delivery]:
    """The pinned company's deliveries, newest first, from after the given one."""
    noted_at, delivery_id = after or (None, None)
    return Question(
        Delivery,
        f"""
        {_DELIVERY} WHERE company_id = (SELECT tenant())
          {"AND (noted_at, delivery_id) < (%(noted_at)s, %(delivery_id)s)" if after else ""}
        ORDER BY noted_at DESC, delivery_id DESC LIMIT %(limit)s
        """,
        {"noted_at": noted_at, "delivery_id": delivery_id, "limit": limit} if after else {"limit": limit},
    )


@dataclass(frozen=True, slots=True)
class Due:
    """A delivery whose time has come: whose it is, and to whom."""

    company_id: UUID
    delivery_id: UUID
    partner_id: UUID


async def deliveries_due(work: Work, limit: int) -> list[Due]:
    """The deliveries whose time has come, the longest waiting first; of each pair of companies the first."""
    return await rows(
        work.connection,
        Due,
        """
        SELECT company_id, delivery_id, partner_id FROM (
            SELECT DISTINCT ON (company_id, partner_id) company_id, delivery_id, partner_id, due_at FROM exchange_delivery
            WHERE state = 'waiting' AND due_at <= %(now)s ORDER BY company_id, partner_id, due_at, delivery_id
        ) AS first ORDER BY due_at, delivery_id LIMIT %(limit)s
        """,
        {"now": work.now, "limit": limit},
    )
