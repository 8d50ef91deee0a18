"""One request: the supplier links it to a part, computes, sees what the buyer would see, and releases; the buyer reads the answer."""

from dataclasses import dataclass
from typing import Annotated, ClassVar
from uuid import UUID

from fastapi import Form, Response

from ashiato.domain import footprint, products, trade
from ashiato.domain.footprint import Footprint
from ashiato.domain.participants import Actor, Deed
from ashiato.domain.products import Part
from ashiato.domain.trade import RequestState, RequestView
from ashiato.kernel.errors import Kind, Refusal, conflict
from ashiato.kernel.ids import FootprintId, PartId, RequestId
from ashiato.kernel.period import Period
from ashiato.plumbing.keys import key_id
from ashiato.plumbing.unit_of_work import Work
from ashiato.web.pages.part import Day, period_of
from ashiato.web.route import AtDoor, Once, View, journey, may

router = journey()
_OPEN = (RequestState.ASKED, RequestState.LINKED)


@dataclass(frozen=True, slots=True)
class Offer:
    """What would be released: the footprint, exactly what the buyer would see of it, and what it could infer."""

    computed: Footprint
    foreseen: footprint.protection.Preview
    fresh: bool  # the buyer does not have it yet


@dataclass(frozen=True, slots=True)
class ToAnswer:
    """The supplier's page."""

    template: ClassVar[str] = "answer.html"
    asked: RequestView
    late: bool
    parts: list[Part]
    linked: Part | None
    proposed: PartId | None
    offer: Offer | None
    released: footprint.answering.Answered | None
    signer: str
    period: Period
    open: bool
    may_prepare: bool
    may_release: bool


@dataclass(frozen=True, slots=True)
class Sent:
    """The buyer's page."""

    template: ClassVar[str] = "sent.html"
    asked: RequestView
    late: bool
    part: Part | None
    answer: footprint.answering.Answered | None
    signer: str
    open: bool
    may_cancel: bool


@router.get("/requests/{request_id:uuid}")
async def request(visit: AtDoor, request_id: UUID) -> Response:
    """A request that the own company received or sent."""

    async def verb(work: Work, actor: Actor) -> View:
        asked = await trade.request(work, actor, RequestId(request_id))
        if asked.request.subject_kind != trade.SubjectKind.FOOTPRINT:
            raise conflict("request.subject", "This request asks for due diligence.", "Answer or read it with `ashiato diligence`.")
        buying = asked.request.party(actor.company_id) is trade.Party.BUYER
        return await (_sent if buying else _to_answer)(work, actor, asked)

    return await visit.show(verb, notes=True)


@router.post("/requests/{request_id:uuid}/link")
async def link(visit: AtDoor, request_id: UUID, part_id: Annotated[UUID, Form()], once: Once) -> Response:
    """Supplier: which of its parts the request is about."""

    async def verb(work: Work, actor: Actor) -> None:
        await trade.link(work, actor, RequestId(request_id), PartId(part_id))

    return await visit.act(verb, f"/requests/{request_id}#compute", once)


@router.post("/requests/{request_id:uuid}/footprint")
async def compute(visit: AtDoor, request_id: UUID, start: Day, end: Day, once: Once) -> Response:
    """Supplier: computes the linked part under the method that is asked for."""

    async def verb(work: Work, actor: Actor) -> None:
        asked = await trade.request(work, actor, RequestId(request_id))
        part_id = await trade.linked_part(work, RequestId(request_id))
        await footprint.compute(work, actor, part_id, asked.request.method, Period(start, end))

    return await visit.act(verb, f"/requests/{request_id}#preview", once)


@router.post("/requests/{request_id:uuid}/answer")
async def answer(visit: AtDoor, request_id: UUID, footprint_id: Annotated[UUID, Form()], once: Once) -> Response:
    """Supplier: releases the footprint that was previewed."""

    async def verb(work: Work, actor: Actor) -> None:
        await footprint.answering.answer(work, actor, FootprintId(footprint_id), [RequestId(request_id)], visit.tools.seal)

    return await visit.act(verb, f"/requests/{request_id}", once)


@router.post("/requests/{request_id:uuid}/rejection")
async def reject(visit: AtDoor, request_id: UUID, reason: Annotated[str, Form(max_length=2000)], once: Once) -> Response:
    """Supplier: declines to answer, with a reason."""

    async def verb(work: Work, actor: Actor) -> None:
        await trade.reject(work, actor, RequestId(request_id), reason.strip())

    return await visit.act(verb, f"/requests/{request_id}", once)


@router.post("/requests/{request_id:uuid}/cancellation")
async def cancel(visit: AtDoor, request_id: UUID, reason: Annotated[str, Form(max_length=2000)], once: Once) -> Response:
    """Buyer: takes an open request back, with a reason."""

    async def verb(work: Work, actor: Actor) -> None:
        await trade.cancel(work, actor, RequestId(request_id), reason.strip())

    return await visit.act(verb, f"/requests/{request_id}", once)


async def _sent(work: Work, actor: Actor, asked: RequestView) -> View:
    answered = await _answered(work, actor, asked)
    return Sent(
        asked=asked,
        late=asked.request.overdue(work.now),
        part=await products.part(work, actor, asked.own_part_id) if asked.own_part_id else None,
        answer=answered,
        signer=key_id(answered.released.key) if answered else "",
        open=asked.request.state in _OPEN,
        may_cancel=may(actor, Deed.ASK),
    )


async def _to_answer(work: Work, actor: Actor, asked: RequestView) -> View:
    parts, _ = await products.catalogue(work, actor)
    linked = parts.get(asked.own_part_id) if asked.own_part_id else None
    released = await _answered(work, actor, asked)
    offer = await _offer(work, actor, asked, linked, released)
    ordered = sorted(parts.values(), key=lambda part: (part.sourcing == products.Sourcing.BOUGHT, part.part_number))
    by_number = (part.part_id for part in ordered if part.part_number == asked.request.item_number)
    return ToAnswer(
        asked=asked,
        late=asked.request.overdue(work.now),
        parts=ordered,
        linked=linked,
        proposed=linked.part_id if linked else next(by_number, None),
        offer=offer,
        released=released,
        signer=key_id(released.released.key) if released else "",
        period=period_of(offer.computed if offer else None, work.now.date()),
        open=asked.request.state in _OPEN,
        may_prepare=may(actor, Deed.ENTER_DATA),
        may_release=may(actor, Deed.ANSWER),
    )


async def _offer(work: Work, actor: Actor, asked: RequestView, linked: Part | None, released: footprint.answering.Answered | None) -> Offer | None:
    """The newest footprint of the linked part under the method that is asked for; nothing once the request is closed."""
    if linked is None or asked.request.state not in (*_OPEN, RequestState.ANSWERED):
        return None
    computed = (await footprint.latest_footprints(work, actor, [linked.part_id], asked.request.method)).get(linked.part_id)
    if computed is None:
        return None
    foreseen = await footprint.answering.preview(work, actor, computed.footprint_id, [asked.request.request_id])
    return Offer(computed, foreseen, released is None or released.released.release.release_id != foreseen.release.release_id)


async def _answered(work: Work, actor: Actor, asked: RequestView) -> footprint.answering.Answered | None:
    """What was handed over; nothing while there is no answer, and nothing any more once it was withdrawn."""
    if asked.request.state != RequestState.ANSWERED:
        return None
    try:
        return await footprint.answering.answered(work, actor, asked.request.request_id)
    except Refusal as refusal:
        if refusal.kind is not Kind.ABSENT:
            raise
        return None
