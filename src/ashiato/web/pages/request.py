"""One request: the supplier links it to a part, computes, sees what the buyer would see, and releases; the buyer reads the answer."""

from dataclasses import dataclass
from datetime import datetime
from typing import Annotated, ClassVar
from uuid import UUID

from fastapi import Form, Response

from ashiato.domain import diligence, exchange, footprint, products, trade
from ashiato.domain.participants import Actor, Deed, text_flaw
from ashiato.domain.products import Part
from ashiato.domain.trade import RequestState, RequestView
from ashiato.kernel.errors import Flaw, Kind, Refusal, conflict, invalid
from ashiato.kernel.ids import FootprintId, PartId, RequestId
from ashiato.kernel.period import Period
from ashiato.kernel.quantity import UNITS, Dimension
from ashiato.plumbing.keys import key_id
from ashiato.plumbing.unit_of_work import Work
from ashiato.web.pages import statement
from ashiato.web.pages.part import Day, period_of
from ashiato.web.route import AtDoor, Once, View, journey, may

router = journey()
_TO_CHOOSE_FROM = 200  # parts; of more, the number is typed
_OPEN = (RequestState.ASKED, RequestState.LINKED)


@dataclass(frozen=True, slots=True)
class Offer:
    """What would be released: the footprint, exactly what the buyer would see of it, and what it could infer."""

    computed: footprint.history.Outline
    foreseen: footprint.protection.Preview
    fresh: bool  # the buyer does not have it yet


@dataclass(frozen=True, slots=True)
class ToAnswer:
    """The supplier's page."""

    template: ClassVar[str] = "answer.html"
    asked: RequestView
    late: bool
    parts: list[Part]  # to choose from; none where there are too many, and the number is to be typed
    typed: str  # the number that is proposed there
    linked: Part | None
    proposed: PartId | None
    offer: Offer | None
    approval: trade.approvals.Approval | None  # the newest time that a second person was asked
    held: footprint.package.Release | None  # what the company's own system stated or sent, and a second person has to look at
    second_person: bool
    mine: bool  # whether the present reader asked
    nothing: bool  # no part is registered yet
    address: str  # of this page, to be handed to a colleague
    others: int  # further open requests that the same answer would do for
    released: footprint.answering.Answered | None
    signer: str
    period: Period
    open: bool
    may_prepare: bool
    may_release: bool
    forms: ClassVar[list[exchange.losses.Form]] = list(exchange.losses.Form)  # of the file that the answer can be saved as


@dataclass(frozen=True, slots=True)
class Others:
    """The page that hands the same answer to others."""

    template: ClassVar[str] = "others.html"
    asked: RequestView
    others: list[RequestView]
    foreseen: footprint.protection.Preview
    footprint_id: FootprintId
    second_person: bool
    may_release: bool
    now: datetime


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
            return await statement.shown(work, actor, asked, visit.tools.settings.public_url)
        buying = asked.request.party(actor.company_id) is trade.Party.BUYER
        return await (_sent(work, actor, asked) if buying else _to_answer(work, actor, asked, visit.tools.settings.public_url))

    return await visit.show(verb, notes=True)


@router.post("/requests/{request_id:uuid}/link")
async def link(
    visit: AtDoor,
    request_id: UUID,
    once: Once,
    part_id: Annotated[UUID | None, Form()] = None,
    part_number: Annotated[str, Form(max_length=200)] = "",
) -> Response:
    """Supplier: which of its parts the request is about, chosen or named by its number."""

    async def verb(work: Work, actor: Actor) -> None:
        chosen = part_id or await _numbered(work, part_number.strip())
        await trade.link(work, actor, RequestId(request_id), PartId(chosen))

    return await visit.act(verb, f"/requests/{request_id}#compute", once)


async def _numbered(work: Work, part_number: str) -> UUID:
    found = (await products.parts_by_number(work, [part_number])).get(part_number)
    if found is None:
        flaw = Flaw("part_number", "part.unknown", f"There is no part {part_number}.")
        raise invalid("part.unknown", flaw.message, "Write the number of a registered part, or create the part.", flaw)
    return found.part_id


@router.post("/requests/{request_id:uuid}/part")
async def create(
    visit: AtDoor, request_id: UUID, part_number: Annotated[str, Form(max_length=200)], name: Annotated[str, Form(max_length=200)], once: Once
) -> Response:
    """Supplier: registers the part that the request is about, in the unit that is asked for, and links it."""

    async def verb(work: Work, actor: Actor) -> None:
        number, called = part_number.strip(), name.strip()
        asked = await trade.request(work, actor, RequestId(request_id))
        flaws = [flaw for flaw in (text_flaw("part_number", number), text_flaw("name", called)) if flaw]
        if flaws:
            raise invalid("part", "The part cannot be registered.", "Correct the fields named here.", *flaws)
        if await products.parts_by_number(work, [number]):
            raise conflict("part.exists", f"There is a part {number} already.", "Choose it.")
        unit = UNITS[asked.request.declared_unit]
        mass = unit.in_base if unit.dimension is Dimension.MASS else None
        made = products.NewPart(number, called, unit, products.Sourcing.MADE, mass, None, None, None)
        await products.registration.parts(work, actor, [made])
        await trade.link(work, actor, RequestId(request_id), PartId(await _numbered(work, number)))

    return await visit.act(verb, f"/requests/{request_id}#compute", once)


@router.post("/requests/{request_id:uuid}/footprint")
async def compute(visit: AtDoor, request_id: UUID, start: Day, end: Day, once: Once) -> Response:
    """Supplier: computes the linked part under the method that is asked for."""

    async def verb(work: Work, actor: Actor) -> None:
        asked = await trade.request(work, actor, RequestId(request_id))
        part_id = await trade.lists.linked_part(work, RequestId(request_id))
        await footprint.compute(work, actor, part_id, asked.request.method, Period(start, end))

    return await visit.act(verb, f"/requests/{request_id}#preview", once)


@router.post("/requests/{request_id:uuid}/answer")
async def answer(visit: AtDoor, request_id: UUID, footprint_id: Annotated[UUID, Form()], once: Once) -> Response:
    """Supplier: releases the footprint that was previewed."""

    async def verb(work: Work, actor: Actor) -> None:
        await footprint.answering.answer(work, actor, FootprintId(footprint_id), [RequestId(request_id)], visit.tools.seal)

    return await visit.act(verb, f"/requests/{request_id}", once)


@router.post("/requests/{request_id:uuid}/approval")
async def ask_approval(
    visit: AtDoor, request_id: UUID, footprint_id: Annotated[UUID, Form()], once: Once, note: Annotated[str, Form(max_length=1000)] = ""
) -> Response:
    """Supplier: asks a colleague to look at what would be released, and to release it."""

    async def verb(work: Work, actor: Actor) -> None:
        await footprint.approvals.ask(work, actor, FootprintId(footprint_id), [RequestId(request_id)], note.strip())

    return await visit.act(verb, f"/requests/{request_id}", once)


@router.post("/requests/{request_id:uuid}/approval/release")
async def approve(visit: AtDoor, request_id: UUID, approval_id: Annotated[UUID, Form()], once: Once) -> Response:
    """Supplier, a second person: releases what a colleague has prepared."""

    async def verb(work: Work, actor: Actor) -> None:
        approved = await trade.approvals.approve(work, actor, approval_id)
        if approved.statement_id is not None:
            await diligence.answering.release(work, actor, approved)
        else:
            await footprint.approvals.release(work, actor, approved, visit.tools.seal)

    return await visit.act(verb, f"/requests/{request_id}", once)


@router.post("/requests/{request_id:uuid}/approval/return")
async def give_back(
    visit: AtDoor, request_id: UUID, approval_id: Annotated[UUID, Form()], reason: Annotated[str, Form(max_length=2000)], once: Once
) -> Response:
    """Supplier, a second person: gives back what a colleague has prepared, with a reason."""

    async def verb(work: Work, actor: Actor) -> None:
        await trade.approvals.give_back(work, actor, approval_id, reason.strip())

    return await visit.act(verb, f"/requests/{request_id}", once)


@router.get("/requests/{request_id:uuid}/others")
async def others(visit: AtDoor, request_id: UUID) -> Response:
    """Supplier: the same answer for the other open requests about the same part, as their buyers would see it."""

    async def verb(work: Work, actor: Actor) -> View:
        asked = await trade.request(work, actor, RequestId(request_id))
        computed = await _released(work, actor, asked)
        found = await footprint.answering.others(work, actor, RequestId(request_id))
        foreseen = await footprint.answering.preview(work, actor, computed.footprint_id, [view.request.request_id for view in found])
        rules = await footprint.protection.policy(work, actor)
        return Others(asked, found, foreseen, computed.footprint_id, rules.second_person, may(actor, Deed.ANSWER), work.now)

    return await visit.show(verb, notes=True)


async def _released(work: Work, actor: Actor, asked: RequestView) -> footprint.history.Outline:
    """The footprint that an answered request was answered with, as long as there is no newer one."""
    computed = None
    if asked.own_part_id is not None and asked.request.party(actor.company_id) is trade.Party.SUPPLIER:
        computed = (await footprint.history.newest_outlines(work, actor, [asked.own_part_id], asked.request.method)).get(asked.own_part_id)
    if computed is None or asked.request.state != RequestState.ANSWERED:
        raise conflict("answer.none", "This request is not answered yet.", "Answer it first.")
    return computed


@router.post("/requests/{request_id:uuid}/others")
async def answer_others(
    visit: AtDoor,
    request_id: UUID,
    footprint_id: Annotated[UUID, Form()],
    once: Once,
    request: Annotated[list[UUID] | None, Form(max_length=footprint.answering.MOST_OTHERS)] = None,
) -> Response:
    """Supplier: hands the same answer to the chosen ones of the others, or asks a colleague to."""

    async def verb(work: Work, actor: Actor) -> None:
        chosen = [RequestId(one) for one in dict.fromkeys(request or ())]
        if not chosen:
            raise invalid("answer.others", "No request is chosen.", "Choose at least one.")
        asked = await trade.request(work, actor, RequestId(request_id))
        computed = await _released(work, actor, asked)
        if computed.footprint_id != footprint_id:
            raise conflict("answer.newer", "There is a newer footprint of this part.", "Look at it before you release it.")
        await footprint.answering.link_all(work, actor, PartId(computed.part_id), chosen)
        if (await footprint.protection.policy(work, actor)).second_person:
            await footprint.approvals.ask(work, actor, computed.footprint_id, chosen)
        else:
            await footprint.answering.answer(work, actor, computed.footprint_id, chosen, visit.tools.seal)

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


async def _to_answer(work: Work, actor: Actor, asked: RequestView, public_url: str) -> View:
    linked = await products.part(work, actor, asked.own_part_id) if asked.own_part_id else None
    released = await _answered(work, actor, asked)
    offer = await _offer(work, actor, asked, linked, released)
    found = await products.parts(work, actor, None, None, None, _TO_CHOOSE_FROM + 1)
    ordered = sorted(found, key=lambda part: (part.sourcing == products.Sourcing.BOUGHT, part.part_number))
    named = (await products.parts_by_number(work, [asked.request.item_number])).get(asked.request.item_number)
    proposed = linked or named
    approval = await trade.approvals.of_request(work, actor, asked.request.request_id)
    return ToAnswer(
        asked=asked,
        late=asked.request.overdue(work.now),
        parts=ordered if len(ordered) <= _TO_CHOOSE_FROM else [],
        typed=proposed.part_number if proposed else "",
        linked=linked,
        proposed=proposed.part_id if proposed else None,
        offer=offer,
        approval=approval,
        held=await _held(work, actor, approval),
        second_person=(await footprint.protection.policy(work, actor)).second_person,
        mine=approval is not None and approval.asked_by == actor.person_id,
        nothing=not found,
        address=f"{public_url}/requests/{asked.request.request_id}",
        others=len(await footprint.answering.others(work, actor, asked.request.request_id)) if released and offer and not offer.fresh else 0,
        released=released,
        signer=key_id(released.released.key) if released else "",
        period=period_of(offer.computed.breakdown.period if offer else None, work.now.date()),
        open=asked.request.state in _OPEN,
        may_prepare=may(actor, Deed.ENTER_DATA),
        may_release=may(actor, Deed.ANSWER),
    )


async def _held(work: Work, actor: Actor, approval: trade.approvals.Approval | None) -> footprint.package.Release | None:
    if approval is None or approval.release_id is None or approval.state != trade.approvals.ApprovalState.WAITING:
        return None
    return await footprint.answering.own_release(work, actor, approval.release_id)


async def _offer(work: Work, actor: Actor, asked: RequestView, linked: Part | None, released: footprint.answering.Answered | None) -> Offer | None:
    """The newest footprint of the linked part under the method that is asked for; nothing once the request is closed."""
    if linked is None or asked.request.state not in (*_OPEN, RequestState.ANSWERED):
        return None
    computed = (await footprint.history.newest_outlines(work, actor, [linked.part_id], asked.request.method)).get(linked.part_id)
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
