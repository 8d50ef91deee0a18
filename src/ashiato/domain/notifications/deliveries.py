"""Deliveries to people and to companies' own systems: rows that are tried until they succeed (`plumbing.attempts`)."""

import json
from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from ashiato.domain.notifications import store
from ashiato.domain.notifications.events import EventKind
from ashiato.domain.notifications.store import Delivery, Due, Listener, Reader
from ashiato.domain.participants import Actor, Deed, require
from ashiato.kernel.errors import absent
from ashiato.plumbing.db import Question, Viewpoint
from ashiato.plumbing.unit_of_work import Work

__all__ = [
    "Delivery", "Due", "Listener", "Reader", "asked", "begin", "due", "failed", "listed", "look", "payload", "replay", "succeeded", "tell_each",
    "to_listener", "to_reader", "try_out",
]  # fmt: skip


def asked() -> Question[Any]:
    """What telling asks."""
    return store.webhooks()


async def tell_each(work: Work, events: Sequence[tuple[EventKind, dict[str, Any]]]) -> None:
    """Tells every system of the pinned company's of those of these events that it listens to."""
    listening = await work.all(store.webhooks()) if events else []
    async with work.together():
        for kind, data in events:
            for webhook in listening:
                if kind in webhook.events:
                    await store.add_delivery(work, work.new_id(), kind, data, webhook_id=webhook.webhook_id)


async def try_out(work: Work, actor: Actor, webhook_id: UUID) -> UUID:
    """Has a test event delivered to one webhook. Refuses (`absent`) another company's and none."""
    require(actor, Deed.ADMINISTER)
    if await store.listener(work, webhook_id) is None:
        raise absent("webhook")
    delivery_id = work.new_id()
    await store.add_delivery(work, delivery_id, EventKind.TEST, {}, webhook_id=webhook_id)
    return delivery_id


def payload(delivery: Delivery) -> bytes:
    """What a system is sent: the event's kind, when it happened, and identifiers; the same bytes at every attempt."""
    told = {"type": delivery.event, "timestamp": delivery.noted_at.isoformat().replace("+00:00", "Z"), "data": delivery.body}
    return json.dumps(told, sort_keys=True, separators=(",", ":")).encode()


async def listed(work: Work, actor: Actor, after: tuple[datetime, UUID] | None, limit: int) -> list[Delivery]:
    """The company's deliveries to its own systems, newest first."""
    require(actor, Deed.ADMINISTER)
    return await store.to_webhooks(work, after, limit)


async def replay(work: Work, actor: Actor, delivery_id: UUID) -> UUID:
    """Delivers the same once more, as a delivery of its own. Refuses (`absent`) another company's, and one to a person."""
    require(actor, Deed.ADMINISTER)
    found = await store.delivery(work, delivery_id)
    if found is None or found.webhook_id is None or await store.listener(work, found.webhook_id) is None:
        raise absent("delivery")
    again = work.new_id()
    await store.add_delivery(work, again, found.event, found.body, webhook_id=found.webhook_id)
    return again


async def due(work: Work, limit: int) -> list[Due]:
    """The deliveries whose time has come. For the worker: it reads whose they are, and no content."""
    await work.pin(Viewpoint.FOLLOWER, None)
    return await store.deliveries_due(work, limit)


async def begin(work: Work, one: Due) -> Delivery | None:
    """The delivery, taken for some minutes, if it still waits. The work is then pinned to its owner."""
    await work.pin(Viewpoint.MEMBER, one.company_id)
    found = await store.delivery(work, one.delivery_id)
    return found if await store.ATTEMPTS.take(work, found) else None


async def look(work: Work, one: Due) -> None:
    """Pins the work to the owner of a delivery."""
    await work.pin(Viewpoint.MEMBER, one.company_id)


async def to_listener(work: Work, webhook_id: UUID) -> Listener | None:
    """Where a delivery of the pinned company's goes, as long as it is registered."""
    return await store.listener(work, webhook_id)


async def to_reader(work: Work, person_id: UUID) -> Reader | None:
    """Whom a letter goes to, as long as the person is there and wants mail."""
    return await store.reader(work, person_id)


async def succeeded(work: Work, one: Due) -> None:
    """Settles a delivery."""
    await work.pin(Viewpoint.MEMBER, one.company_id)
    await store.ATTEMPTS.succeeded(work, one.delivery_id)


async def failed(work: Work, one: Due, found: Delivery, trouble: str, *, again: bool) -> None:
    """Notes a failure: tried again after a pause that doubles, or given up."""
    await work.pin(Viewpoint.MEMBER, one.company_id)
    await store.ATTEMPTS.failed(work, found, trouble, again=again)
