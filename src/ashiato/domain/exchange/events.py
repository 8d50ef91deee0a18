"""Events that partners' systems send: kept once, handled later with their recipient's eyes."""

from datetime import timedelta
from typing import Any
from uuid import UUID

from ashiato.domain import participants, products, trade
from ashiato.domain.exchange import deliveries, store
from ashiato.domain.exchange.store import Event, PromisedAnswer, Waiting
from ashiato.domain.participants import Actor, CompanyState, Deed, require
from ashiato.domain.products import NewPart, Sourcing
from ashiato.kernel.errors import absent, conflict
from ashiato.kernel.ids import CompanyId, PartId, RequestId
from ashiato.kernel.quantity import KILOGRAM
from ashiato.plumbing.db import Question, Viewpoint
from ashiato.plumbing.keys import Seal
from ashiato.plumbing.unit_of_work import Work

__all__ = [
    "Event",
    "Waiting",
    "acting",
    "ask_for",
    "asked",
    "expected",
    "promise",
    "receive",
    "rejected",
    "take_up",
    "tell_promised",
    "waiting",
    "wanted",
]

_DUE = timedelta(days=14)


async def receive(work: Work, actor: Actor, event: Event) -> None:
    """Keeps an event. The very same once more changes nothing: senders repeat what they are not sure of.

    Refuses (`denied`) who is no partner's program, (`absent`) a recipient that is no member, (`conflict`) another content under a known number.
    """
    require(actor, Deed.EXCHANGE)
    members = await participants.directory.members(work, [event.recipient_id])
    if event.recipient_id == actor.company_id or not any(one.state == CompanyState.ADMITTED for one in members):
        raise absent("recipient")
    if not await store.add_event(work, event):
        known = await store.same_event(work, event.recipient_id, event.source, event.number)
        if known is None or (known.kind, known.body) != (event.kind, event.body):
            raise conflict("exchange.replayed", "Another event has come under this identifier.", "Give each event an identifier of its own.")


async def expected(work: Work, recipient_id: UUID, sender_id: UUID, number: str) -> bool:
    """Whether the recipient has asked this sender under this number. The work is then pinned to the sender again."""
    await work.pin(Viewpoint.MEMBER, recipient_id)
    found = await _asked(work, sender_id, number)
    await work.pin(Viewpoint.MEMBER, sender_id)
    return found is not None


async def _asked(work: Work, partner_id: UUID, number: str) -> store.Delivery | None:
    try:
        asked = await store.delivery(work, UUID(number))
    except ValueError:
        return None
    return asked if asked is not None and (asked.partner_id, asked.kind) == (partner_id, "created") else None


async def wanted(work: Work, partner_id: UUID, number: str) -> UUID | None:
    """The request of the pinned company's that an event of its own asked about."""
    asked = await _asked(work, partner_id, number)
    return asked.request_id if asked else None


async def waiting(work: Work, limit: int) -> list[Waiting]:
    """The events that wait to be handled. For the worker: it reads who sent to whom, and no content."""
    await work.pin(Viewpoint.FOLLOWER, None)
    return await store.events_waiting(work, limit)


async def take_up(work: Work, one: Waiting) -> Event | None:
    """The event, marked as handled, if it still waited. The work is then pinned to its recipient."""
    await work.pin(Viewpoint.FOLLOWER, None)
    taken = await store.take_up_event(work, one)
    await work.pin(Viewpoint.MEMBER, one.recipient_id)
    return await store.received_event(work, one.company_id, one.event_id) if taken else None


async def ask_for(work: Work, actor: Actor, supplier_id: CompanyId, part_number: str, method: str, seal: Seal) -> RequestId:
    """Asks a supplier about one of its products, in the acting company's name: its open request about it, or a fresh one.

    Per kilogram: the event says no unit, and PACT demands the mass of every product.
    """
    own_number = f"{supplier_id}:{part_number}"
    if not await products.parts_by_number(work, [own_number]):
        part = NewPart(own_number, part_number, KILOGRAM, Sourcing.BOUGHT, supplier_part_number=part_number)
        await products.registration.parts(work, actor, [part])
    part_id = PartId((await products.parts_by_number(work, [own_number]))[own_number].part_id)
    standing = (await trade.inquiries(work, [part_id])).get(part_id)
    if standing is not None and standing.state in (trade.RequestState.ASKED, trade.RequestState.LINKED):
        return RequestId(standing.request_id)
    asked = trade.NewRequest(part_id, method, work.now + _DUE, supplier_id=supplier_id, item=part_number, item_number=part_number)
    return (await trade.ask(work, actor, asked, seal)).request_id


async def promise(work: Work, buyer_id: UUID, request_id: UUID, number: str, version: int) -> None:
    """Notes for the pinned supplier that an event waits for the end of a request."""
    await store.add_inquiry(work, PromisedAnswer(buyer_id, request_id, number, version))


def asked(buyer_id: UUID, request_id: UUID) -> Question[Any]:
    """What `tell_promised` asks where nothing was promised and the buyer's system is no partner."""
    return store.concerned(buyer_id, request_id)


async def tell_promised(work: Work, buyer_id: UUID, request_id: UUID, *, answered: bool) -> None:
    """Has the pinned supplier tell a buyer's system what became of its request: what was promised, else that there is something new."""
    if not await work.one(store.concerned(buyer_id, request_id)):
        return
    promised = await store.settle_inquiries(work, request_id)
    for one in promised:
        subject = {"requestEventId": one.number, "version": one.version}
        await deliveries.add(work, one.buyer_id, "fulfilled" if answered else "rejected", subject, request_id)
    if promised or not answered or await store.credentials(work, buyer_id) is None:
        return
    view = await trade.request(work, acting(CompanyId(work.tenant or UUID(int=0))), RequestId(request_id))
    if view.request.subject_kind == trade.SubjectKind.FOOTPRINT:
        await deliveries.add(work, buyer_id, "published", {}, request_id)


def acting(company_id: CompanyId) -> Actor:
    """The platform, doing for a company what its own system has asked for."""
    roles = frozenset({participants.Role.CLERK, participants.Role.APPROVER, participants.Role.PARTNER})
    return Actor(company_id, participants.CompanyKind.MEMBER, roles)


async def rejected(work: Work, partner_id: UUID, number: str, reason: str) -> None:
    """A partner's system declines to answer the pinned company's request: the request is rejected with its reason."""
    request_id, me = await wanted(work, partner_id, number), work.tenant
    if request_id is None:
        return
    view = await trade.request(work, acting(CompanyId(me or UUID(int=0))), RequestId(request_id))
    if view.request.state in (trade.RequestState.ASKED, trade.RequestState.LINKED) and view.request.supplier_id == partner_id:
        await work.pin(Viewpoint.MEMBER, partner_id)
        await trade.reject(work, acting(CompanyId(partner_id)), RequestId(request_id), reason[: trade.messages.LONGEST_MESSAGE] or "declined")
        await work.pin(Viewpoint.MEMBER, me)
