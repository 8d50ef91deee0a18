"""Asking, linking, rejecting, cancelling; and the record of what was handed over."""

from datetime import datetime
from decimal import Decimal
from uuid import UUID

from ashiato.domain import participants, products
from ashiato.domain.participants import Actor, CompanyState, Deed, require, text_flaw
from ashiato.domain.trade import facts, messages, notices, progress, store
from ashiato.domain.trade.model import (
    LONGEST_MESSAGE,
    Inquiry,
    NewRequest,
    Party,
    Request,
    RequestState,
    RequestView,
    SubjectKind,
    check_transition,
    state_words,
)
from ashiato.kernel.errors import absent, conflict, invalid
from ashiato.kernel.ids import CompanyId, PartId, RequestId
from ashiato.kernel.quantity import UNITS, Quantity, bridge
from ashiato.plumbing.keys import Seal
from ashiato.plumbing.unit_of_work import Work


async def ask(work: Work, actor: Actor, wanted: NewRequest, seal: Seal) -> Request:
    """Asks a supplier about a bought part, for its footprint or for due diligence; the question is signed by the buyer.

    Refuses (`absent`) a part that is not the company's, a supplier that is not a participant; (`invalid`) a part that is not
    bought or names no supplier; (`conflict`) a second request while one is open, and a supplier that is suspended.
    """
    require(actor, Deed.ASK)
    part = await products.part(work, actor, wanted.part_id)
    if part.sourcing != products.Sourcing.BOUGHT:
        raise invalid("request.part", f"{part.part_number} is made in your own sites.", "Ask about a part that you buy.")
    supplier = await _supplier(work, actor, wanted, part)
    if supplier.company_id == actor.company_id:
        raise invalid("request.self", "A company does not ask itself.", "Register the part as made.")
    if supplier.state != CompanyState.ADMITTED:
        raise conflict("request.supplier_suspended", f"{supplier.name} cannot answer at present.", "Name a secondary factor until it can.")
    _check_words(wanted)
    if await store.is_open(work, part.part_id, supplier.company_id, wanted.subject):
        raise conflict("request.open", f"A request about {part.part_number} is open already.", "Wait for the answer, or cancel the request first.")
    request = Request(
        company_id=actor.company_id,
        request_id=RequestId(work.new_id()),
        supplier_id=CompanyId(supplier.company_id),
        subject_kind=wanted.subject,
        item=wanted.item or part.name,
        item_number=wanted.item_number or part.supplier_part_number or "",
        declared_unit=part.declared_unit,
        method=wanted.method,
        message=wanted.message,
        reply="",
        state=RequestState.ASKED,
        asked_at=work.now,
        due_at=wanted.due_at,
        settled_at=None,
    )
    await record_asked(work, actor, request, part.part_id, seal)
    return request


async def _supplier(work: Work, actor: Actor, wanted: NewRequest, part: products.Part) -> participants.directory.Profile | participants.model.Company:
    if wanted.supplier_id is not None:
        found = await participants.directory.members(work, [wanted.supplier_id])
        if not found:
            raise absent("company")
        return found[0]
    number = wanted.supplier_number or (participants.numbers.company_number(part.supplier_number) if part.supplier_number else None)
    if number is None:
        raise invalid("request.supplier", f"{part.part_number} names no supplier.", "State the supplier's corporate number, LEI, D-U-N-S or BPN.")
    return await participants.admission.find_company(work, actor, number)


async def record_asked(work: Work, actor: Actor, request: Request, part_id: PartId, seal: Seal) -> None:
    """Keeps a fresh request, signs it, tells the supplier of it, and counts it where the part goes into an answer of the buyer's own."""
    await store.add_request(work, request, part_id)
    await messages.sign(work, actor, request, seal)
    await notices.tell(work, request, notices.NoticeKind.ASKED)
    await progress.tell(work, part_id)
    work.record(facts.request_moved(request, RequestState.ASKED))


def _check_words(wanted: NewRequest) -> None:
    stated = [("message", wanted.message, LONGEST_MESSAGE), ("item", wanted.item, 200), ("item_number", wanted.item_number, 200)]
    flaws = [flaw for field, text, longest in stated if text for flaw in [text_flaw(field, text, longest)] if flaw]
    if flaws:
        raise invalid("request", "The request cannot be sent.", "Correct the fields named here.", *flaws)


async def ask_for_all(
    work: Work, actor: Actor, part_id: PartId, method: str, due_at: datetime, message: str, seal: Seal, subject: SubjectKind = SubjectKind.FOOTPRINT
) -> list[Request]:
    """Asks for every bought part at or below this one whose supplier is named and that has not been asked about."""
    require(actor, Deed.ASK)
    structure = await products.structure(work, actor, part_id)
    bought = [part for part in structure.parts.values() if part.sourcing == products.Sourcing.BOUGHT and part.supplier_number]
    asked = {inquiry.part_id for inquiry in await store.inquiries(work, [part.part_id for part in bought], subject)}
    waiting = sorted((part for part in bought if part.part_id not in asked), key=lambda part: part.part_number)
    return [await ask(work, actor, NewRequest(part.part_id, method, due_at, message=message, subject=subject), seal) for part in waiting]


async def link(work: Work, actor: Actor, request_id: RequestId, part_id: PartId) -> Request:
    """The supplier says which of its parts a request is about. The buyer does not see which.

    Refuses (`invalid`) a part whose declared unit does not convert into the unit that was asked for.
    """
    require(actor, Deed.ENTER_DATA)
    request = await _settle(work, actor, request_id, Party.SUPPLIER, RequestState.LINKED)
    part = await products.part(work, actor, part_id)
    declared = UNITS[part.declared_unit]
    Quantity(Decimal(1), UNITS[request.declared_unit]).in_unit(declared, bridge(declared, part.mass_kg))
    await store.put_link(work, request, part_id)
    if request.state != RequestState.LINKED:
        work.record(facts.request_moved(request, RequestState.LINKED))
    await store.set_state(work, request, RequestState.LINKED, None, None)
    await progress.tell(work, part_id)
    return await _own(work, request_id)


async def reject(work: Work, actor: Actor, request_id: RequestId, reason: str) -> Request:
    """The supplier declines to answer and says why. Refuses (`invalid`) an empty reason."""
    _check_reason(reason)
    return await close(work, actor, request_id, RequestState.REJECTED, reason)


async def cancel(work: Work, actor: Actor, request_id: RequestId, reason: str) -> Request:
    """The buyer takes a request back and says why."""
    _check_reason(reason)
    return await close(work, actor, request_id, RequestState.CANCELLED, reason)


def _check_reason(reason: str) -> None:
    flaw = text_flaw("reason", reason, LONGEST_MESSAGE)
    if flaw:
        raise invalid("reason", "State the reason: the other side will read it.", "", flaw)


async def close(work: Work, actor: Actor, request_id: RequestId, state: RequestState, reason: str | None) -> Request:
    """Rejects (the supplier) or cancels (the buyer) a request, with or without a reason."""
    require(actor, Deed.ASK)
    rejected = state is RequestState.REJECTED
    request = await _settle(work, actor, request_id, Party.SUPPLIER if rejected else Party.BUYER, state)
    await store.set_state(work, request, state, reason, work.now)
    await notices.tell(work, request, notices.NoticeKind.REJECTED if rejected else notices.NoticeKind.CANCELLED)
    if not rejected:
        await progress.tell_of_request(work, request_id)
    work.record(facts.request_moved(request, state))
    return await _own(work, request_id)


async def hand_over(
    work: Work, actor: Actor, requests: list[Request], part_id: PartId, subject_id: UUID, counted: progress.Counted | None = None
) -> None:
    """Records what answers these requests, all linked to this part; a further one supersedes it. The granting is the caller's to do.

    `counted`: what `progress.once_answered` has told of them before the caller began to write.
    """
    require(actor, Deed.ANSWER)
    for request in requests:
        _check_step(actor, request, Party.SUPPLIER, RequestState.ANSWERED)
    if counted is None:
        counted = await progress.once_answered(work, part_id, requests)
    await store.answer(work, requests, RequestState.ANSWERED, subject_id)
    await notices.tell_answered(work, requests, await progress.put(work, counted))
    for request in requests:
        work.record(facts.answered(request, subject_id))


async def _settle(work: Work, actor: Actor, request_id: RequestId, party: Party, state: RequestState) -> Request:
    request = await _own(work, request_id)
    _check_step(actor, request, party, state)
    return request


def _check_step(actor: Actor, request: Request, party: Party, state: RequestState) -> None:
    if request.party(actor.company_id) is not party:
        raise conflict("request.party", f"Only the {party} can do this.", "Ask the other side.")
    check_transition(RequestState(request.state), party, state)


async def _own(work: Work, request_id: RequestId) -> Request:
    request = await store.request(work, request_id)
    if request is None:
        raise absent("request")
    return request


async def request(work: Work, actor: Actor, request_id: RequestId) -> RequestView:
    """A request that the actor's company sent or received. Refuses (`absent`) every other."""
    return (await requests_named(work, actor, [request_id]))[0]


async def requests_named(work: Work, actor: Actor, request_ids: list[RequestId]) -> list[RequestView]:
    """These requests, each sent or received by the actor's company, in their order. Refuses (`absent`) where one is not."""
    require(actor, Deed.READ)
    found = {view.request.request_id: view for view in await work.all(store.views(list(request_ids)))}
    if any(request_id not in found for request_id in request_ids):
        raise absent("request")
    return [found[request_id] for request_id in request_ids]


async def requests(
    work: Work, actor: Actor, *, sent: bool, states: list[RequestState] | None, after: tuple[datetime, UUID] | None, limit: int
) -> list[RequestView]:
    """The requests that the actor's company sent, or received, oldest first."""
    require(actor, Deed.READ)
    return await work.all(store.requests(sent=sent, states=state_words(states), after=after, limit=limit))


async def linked_part(work: Work, request_id: RequestId) -> PartId:
    """Which of the actor's parts a received request is about. Refuses (`conflict`) one that is not linked yet."""
    part_id = await store.linked_part(work, request_id)
    if part_id is None:
        raise conflict("request.not_linked", "This request is not linked to a part yet.", "Say first which of your parts it is about.")
    return PartId(part_id)


async def inquiries(work: Work, part_ids: list[PartId], subject: SubjectKind = SubjectKind.FOOTPRINT) -> dict[PartId, Inquiry]:
    """Where the asking stands for each of these bought parts that was asked about."""
    return {inquiry.part_id: inquiry for inquiry in await store.inquiries(work, list(part_ids), subject)}


async def answers(work: Work, request_id: RequestId) -> list[UUID]:
    """What was handed over in answer to a request, newest first."""
    return await work.all(store.answers(request_id))
