"""A request for due diligence: the supplier links it, sees exactly what would be handed over, and hands it to those it consents to."""

from dataclasses import dataclass
from datetime import timedelta
from typing import Annotated, ClassVar
from uuid import UUID

from fastapi import Form, Response

from ashiato.domain import diligence, products, trade
from ashiato.domain.participants import Actor, Deed
from ashiato.domain.products import Part, Sourcing
from ashiato.domain.trade import RequestState, RequestView
from ashiato.kernel.errors import Kind, Refusal
from ashiato.kernel.ids import PartId, RequestId
from ashiato.plumbing.unit_of_work import Work
from ashiato.web.route import AtDoor, Once, View, journey, may

router = journey()
_OPEN = [RequestState.ASKED, RequestState.LINKED]
_MOST = 200
_TO_CHOOSE_FROM = 200  # parts; of more, the number is typed
_DAYS = timedelta(days=30)


@dataclass(frozen=True, slots=True)
class ToState:
    """The supplier's page. `others`: open requests of other customers that the same statement can go to, each with its consent.

    `parts`: to choose from, unless there are too many; then the number is typed, and `typed` is the one that is proposed.
    """

    template: ClassVar[str] = "to_state.html"
    asked: RequestView
    late: bool
    parts: list[Part]
    nothing: bool
    typed: str
    linked: Part | None
    proposed: PartId | None
    seen: diligence.model.Statement | None
    others: list[RequestView]
    answered: diligence.answering.Answered | None
    open: bool
    may_prepare: bool
    may_release: bool
    approval: trade.approvals.Approval | None  # the newest time that a second person was asked
    second_person: bool
    mine: bool  # whether the present reader asked
    address: str  # of this page, to be handed to a colleague


@dataclass(frozen=True, slots=True)
class Stated:
    """The buyer's page."""

    template: ClassVar[str] = "stated.html"
    asked: RequestView
    late: bool
    answered: diligence.answering.Answered | None
    open: bool
    may_cancel: bool


async def shown(work: Work, actor: Actor, asked: RequestView, public_url: str) -> View:
    """The page of a request for due diligence, for whichever side the actor's company is."""
    answered, late = await _answered(work, actor, asked), asked.request.overdue(work.now)
    is_open = asked.request.state in _OPEN
    if asked.request.party(actor.company_id) is trade.Party.BUYER:
        return Stated(asked, late, answered, is_open, may(actor, Deed.ASK))
    found = await products.parts(work, actor, Sourcing.MADE, None, None, _TO_CHOOSE_FROM + 1)
    linked = await products.part(work, actor, asked.own_part_id) if asked.own_part_id else None
    named = (await products.parts_by_number(work, [asked.request.item_number])).get(asked.request.item_number)
    proposed = linked or (named if named and named.sourcing == Sourcing.MADE else None)
    approval = await trade.approvals.of_request(work, actor, asked.request.request_id)
    seen = await _seen(work, actor, approval, linked)
    return ToState(
        asked, late, found if len(found) <= _TO_CHOOSE_FROM else [], not found, proposed.part_number if proposed else "", linked,
        proposed.part_id if proposed else None, seen, await _others(work, actor, asked, linked) if linked else [],
        answered, is_open, may(actor, Deed.ENTER_DATA), may(actor, Deed.ANSWER), approval, await trade.approvals.wanted(work),
        approval is not None and approval.asked_by == actor.person_id, f"{public_url}/requests/{asked.request.request_id}",
    )  # fmt: skip


async def _seen(work: Work, actor: Actor, approval: trade.approvals.Approval | None, linked: Part | None) -> diligence.model.Statement | None:
    """Exactly what the customer would see: what waits for a second person, else what would be stated now."""
    if approval is not None and approval.statement_id is not None and approval.state == trade.approvals.ApprovalState.WAITING:
        return await diligence.answering.stated(work, actor, approval.statement_id)
    return await diligence.answering.foresee(work, actor, linked.part_id) if linked else None


async def _others(work: Work, actor: Actor, asked: RequestView, linked: Part) -> list[RequestView]:
    """The open requests for due diligence that the same statement can go to, those that are due first."""
    wanted = trade.lists.RequestsWanted(sent=False, states=(*_OPEN,), subject=trade.SubjectKind.DILIGENCE)
    waiting = await trade.lists.listed(work, actor, wanted, None, _MOST)
    return [view for view in waiting if _alike(view, asked, linked)]


def _alike(view: RequestView, asked: RequestView, linked: Part) -> bool:
    """Whether another open request asks the same about the same part, as far as it says."""
    one, other = view.request, asked.request
    same = view.own_part_id == linked.part_id if view.own_part_id else one.item_number == linked.part_number
    return one.request_id != other.request_id and one.subject_kind == other.subject_kind and one.method == other.method and same


async def _answered(work: Work, actor: Actor, asked: RequestView) -> diligence.answering.Answered | None:
    if asked.request.state != RequestState.ANSWERED:
        return None
    try:
        return await diligence.answering.answered(work, actor, asked.request.request_id)
    except Refusal as refusal:
        if refusal.kind is not Kind.ABSENT:
            raise
        return None


@router.post("/requests/{request_id:uuid}/statement")
async def state(visit: AtDoor, request_id: UUID, part_id: Annotated[UUID, Form()], once: Once, standing: Annotated[bool, Form()] = False,
                note: Annotated[str, Form(max_length=1000)] = "",
                other: Annotated[list[UUID] | None, Form(max_length=100)] = None) -> Response:  # fmt: skip
    """Hands over what is known of the part, to this customer and to those that were ticked; or asks a colleague to, where two have to look."""
    seal, part = visit.tools.seal, PartId(part_id)
    chosen = [RequestId(each) for each in (request_id, *(other or []))]

    async def verb(work: Work, actor: Actor) -> None:
        for view in await trade.lists.requests_named(work, actor, chosen):
            if view.own_part_id is None:
                await trade.link(work, actor, view.request.request_id, part)
        if await trade.approvals.wanted(work):
            await diligence.answering.ask_approval(work, actor, part, chosen, seal, standing=standing, note=note.strip())
        else:
            await diligence.answering.answer(work, actor, part, chosen, seal, standing=standing)

    return await visit.act(verb, f"/requests/{request_id}", once)


@router.post("/parts/{part_id:uuid}/diligence-requests")
async def ask(visit: AtDoor, part_id: UUID, once: Once) -> Response:
    """Asks every supplier of what goes into this part that was not asked yet, to be answered within thirty days."""

    async def verb(work: Work, actor: Actor) -> None:
        due_at, kind = work.now + _DAYS, trade.SubjectKind.DILIGENCE
        await trade.ask_for_all(work, actor, PartId(part_id), "company", due_at, "", visit.tools.seal, kind)

    return await visit.act(verb, f"/parts/{part_id}/diligence#coverage", once)
