"""Deliveries: what goes out to partners' systems or is fetched there, tried again with growing pauses until three days have gone."""

from datetime import datetime
from typing import Any
from uuid import UUID

from ashiato.domain import trade
from ashiato.domain.exchange import facts, store
from ashiato.domain.exchange.store import Delivery, Due
from ashiato.domain.participants import Actor, Deed, require
from ashiato.kernel.errors import absent, conflict
from ashiato.kernel.ids import RequestId
from ashiato.plumbing.db import Viewpoint
from ashiato.plumbing.unit_of_work import Work

__all__ = ["Delivery", "Due", "add", "ask", "begin", "due", "failed", "fetch", "listed", "publish", "succeeded"]


async def add(work: Work, partner_id: UUID, kind: str, subject: dict[str, Any], request_id: UUID | None = None) -> UUID:
    """Has something delivered to a partner's system, or fetched there; the identifier of the delivery."""
    delivery_id = work.new_id()
    await store.add_delivery(work, delivery_id, partner_id, kind, subject, request_id)
    return delivery_id


async def fetch(work: Work, actor: Actor, partner_id: UUID, footprint_ids: list[str] | None = None) -> UUID:
    """Has a partner's footprints fetched: these, or all. Refuses (`absent`) who is no partner."""
    require(actor, Deed.ASK)
    if await store.credentials(work, partner_id) is None:
        raise absent("partner")
    return await add(work, partner_id, "fetch", {"pfIds": footprint_ids} if footprint_ids else {})


async def ask(work: Work, actor: Actor, request_id: RequestId) -> UUID:
    """Has a request of the company's put to its supplier's system.

    Refuses (`absent`) a request that is not the company's and a supplier that is no partner, (`conflict`) one that is settled.
    """
    require(actor, Deed.ASK)
    request = (await trade.request(work, actor, request_id)).request
    if request.company_id != actor.company_id or await store.credentials(work, request.supplier_id) is None:
        raise absent("partner")
    if request.state not in (trade.RequestState.ASKED, trade.RequestState.LINKED):
        raise conflict("exchange.settled", f"The request is {request.state}.", "Ask again first.")
    return await add(work, request.supplier_id, "created", {"item": request.item_number or request.item}, request_id)


async def publish(work: Work, actor: Actor, request_id: RequestId) -> UUID:
    """Has a buyer's system told that a request was answered. Refuses (`absent`) what the company has not answered, and who is no partner."""
    require(actor, Deed.ANSWER)
    request = (await trade.request(work, actor, request_id)).request
    answered = request.state == trade.RequestState.ANSWERED and request.supplier_id == actor.company_id
    if not answered or await store.credentials(work, request.company_id) is None:
        raise absent("partner")
    return await add(work, request.company_id, "published", {}, request_id)


async def listed(work: Work, actor: Actor, after: tuple[datetime, UUID] | None, limit: int) -> list[Delivery]:
    """The company's deliveries, newest first."""
    require(actor, Deed.READ)
    return await work.all(store.deliveries(after, limit))


async def due(work: Work, limit: int) -> list[Due]:
    """The deliveries whose time has come, one for each pair of companies. For the worker: it reads who calls whom, and no content."""
    await work.pin(Viewpoint.FOLLOWER, None)
    return await store.deliveries_due(work, limit)


async def begin(work: Work, one: Due) -> Delivery | None:
    """The delivery, taken for some minutes, if it still waits. The work is then pinned to its owner."""
    await work.pin(Viewpoint.MEMBER, one.company_id)
    found = await store.delivery(work, one.delivery_id)
    return found if await store.ATTEMPTS.take(work, found) else None


async def succeeded(work: Work, one: Due) -> None:
    """Settles a delivery of the pinned company's."""
    await store.ATTEMPTS.succeeded(work, one.delivery_id)
    work.record(facts.delivered("exchange.delivered", one.partner_id, one.delivery_id))


async def failed(work: Work, one: Delivery, trouble: str, *, again: bool) -> None:
    """Notes a failure: tried again after a pause that doubles, or given up where trying is of no use or three days have gone."""
    if await store.ATTEMPTS.failed(work, one, trouble, again=again):
        work.record(facts.delivered("exchange.given_up", one.partner_id, one.delivery_id))
