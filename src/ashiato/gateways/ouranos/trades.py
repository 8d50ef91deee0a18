"""Calls about requests: asking, answering, states."""

from datetime import date
from typing import Annotated, Literal
from uuid import UUID

from fastapi import APIRouter, Query, Response

from ashiato.domain import footprint, trade
from ashiato.domain.participants import Actor
from ashiato.domain.trade import Party
from ashiato.gateways.ouranos import errors, mapping
from ashiato.gateways.ouranos.desk import LARGEST, AtDesk, Call, Desk
from ashiato.gateways.ouranos.listing import Limit, Start, ids, page, parameters
from ashiato.gateways.ouranos.operators import own
from ashiato.gateways.ouranos.wire import MOST_TRACES, Id, Nothing, StatusModel, TradeModel, TradeRequestModel, TradeResponseModel
from ashiato.kernel.ids import CompanyId, PartId, RequestId
from ashiato.plumbing.unit_of_work import Work

router = APIRouter(route_class=Call, tags=["trade"], max_body_size=LARGEST)
_TRANSPORT = "/api/v1/datatransport?dataTarget="


@router.get(f"{_TRANSPORT}tradeRequest", response_model=list[TradeModel])
async def sent(desk: AtDesk, limit: Limit = 100, after: Start = None, traceIds: str | None = None) -> Response:
    """The requests that the own company sent, newest first; or those about these of its parts, all of them."""
    wanted = ids("traceIds", traceIds, MOST_TRACES) if traceIds is not None else None
    rows, following = await _listed(
        desk, trade.dealings.Wanted(sent=True, part_ids=wanted, start=after if wanted is None else None), limit if wanted is None else None
    )
    return desk.answer([mapping.trade_model(one) for one in rows], 200, (parameters("tradeRequest", limit), following))


@router.get(f"{_TRANSPORT}tradeResponse", response_model=list[TradeResponseModel])
async def received(desk: AtDesk, limit: Limit = 100, after: Start = None) -> Response:
    """The requests that the own company received, newest first, each with the buyer's part."""
    rows, following = await _listed(desk, trade.dealings.Wanted(sent=False, start=after), limit)
    told = [
        TradeResponseModel(statusModel=mapping.status_model(one), tradeModel=mapping.trade_model(one), partsModel=mapping.shown_part(one))
        for one in rows
    ]
    return desk.answer(told, 200, (parameters("tradeResponse", limit), following))


@router.get(f"{_TRANSPORT}status", response_model=list[StatusModel])
async def states(
    desk: AtDesk, limit: Limit = 100, after: Start = None, statusTarget: Literal["REQUEST", "RESPONSE"] | None = None, statusId: Start = None,
    traceId: Start = None,
) -> Response:  # fmt: skip
    """How far requests have come, newest first: those sent, those received, or both."""
    if statusTarget == "REQUEST" and statusId is not None:
        raise errors.unexpected("statusId")
    parts = [traceId] if traceId is not None and statusTarget == "REQUEST" else None
    wanted = trade.dealings.Wanted({"REQUEST": True, "RESPONSE": False}.get(statusTarget or ""), parts, statusId, after)
    rows, following = await _listed(desk, wanted, limit)
    query = parameters("status", limit, statusTarget=statusTarget, statusId=statusId, traceId=traceId)
    return desk.answer([mapping.status_model(one) for one in rows], 200, (query, following))


async def _listed(desk: Desk, wanted: trade.dealings.Wanted, limit: int | None) -> tuple[list[trade.dealings.Dealing], UUID | None]:
    """A page of requests and the first one of the next; without a limit, all of them."""

    async def verb(work: Work, actor: Actor) -> list[trade.dealings.Dealing]:
        return await trade.dealings.listed(work, actor, wanted, limit + 1 if limit else 10_000)

    rows, following = page(await desk.read(verb), limit or 10_000)
    return rows, following.request_id if following else None


@router.put(f"{_TRANSPORT}tradeRequest", status_code=201, response_model=TradeRequestModel)
async def ask(body: TradeRequestModel, desk: AtDesk) -> Response:
    """Asks a supplier about a part. The same again while the request is open is the same request."""
    day = _day(body.statusModel.responseDueDate)
    stated = body.tradeModel
    known = {stated.tradeId, body.statusModel.statusId, body.statusModel.tradeId}
    if len(known) > 1:
        raise errors.flawed("tradeId, statusId: all of them are blank, or all of them name one request.")

    async def verb(work: Work, actor: Actor) -> TradeRequestModel:
        own(actor, stated.downstreamOperatorId)
        method, message = desk.tools.settings.ouranos_method, body.statusModel.message or ""
        question = trade.dealings.Question(PartId(stated.downstreamTraceId), CompanyId(stated.upstreamOperatorId), method, mapping.due(day), message)
        asking = trade.dealings.ask(work, actor, question, desk.tools.seal) if known == {None} else _same(work, actor, question, stated.tradeId)
        asked = await asking
        return TradeRequestModel(statusModel=mapping.status_model(asked), tradeModel=mapping.trade_model(asked))

    return desk.answer(await desk.write(verb), 201)


async def _same(work: Work, actor: Actor, question: trade.dealings.Question, trade_id: UUID | None) -> trade.dealings.Dealing:
    """The request that is named, if it is the one that is stated: nothing of a request can be changed once it was sent."""
    present = await trade.dealings.one(work, actor, RequestId(trade_id or mapping.NEW))
    told = (present.buyer_id, present.downstream_part_id, present.supplier_id, present.message, present.due_at)
    if told != (actor.company_id, question.part_id, question.supplier_id, question.message, question.due_at):
        raise errors.flawed("tradeId: a request cannot be changed once it was sent; cancel it and ask again.")
    return present


def _day(text: str | None) -> date:
    if not text:
        raise errors.flawed("responseDueDate: cannot be blank.")
    try:
        day = date.fromisoformat(text) if len(text) == len("2024-12-31") else None
    except ValueError:
        day = None
    if day is None or not 2000 <= day.year <= 2200:  # noqa: PLR2004 — a due date, not geology
        raise errors.flawed("responseDueDate: must be a valid date.")
    return day


@router.put(f"{_TRANSPORT}tradeResponse", status_code=201, response_model=TradeModel)
async def link(desk: AtDesk, tradeId: Annotated[Id, Query()], traceId: Annotated[Id, Query()]) -> Response:
    """Says which of the own parts answers a request; what is stated of the part answers it at once."""

    async def verb(work: Work, actor: Actor) -> TradeModel:
        linked = await trade.dealings.link(work, actor, RequestId(tradeId), PartId(traceId))
        if desk.tools.settings.ouranos_disclosure == "linked":
            await _disclose(work, actor, linked, traceId)
        await footprint.statements.release_to_linked(work, actor, PartId(traceId), desk.tools.seal)
        return mapping.trade_model(await trade.dealings.one(work, actor, RequestId(tradeId)))

    return desk.answer(await desk.write(verb), 201)


async def _disclose(work: Work, actor: Actor, linked: trade.dealings.Dealing, part_id: UUID) -> None:
    """Where the installation has it so, linking is disclosing, unless the company has said something about this buyer already."""
    said = {wish.recipient_id for wish in await footprint.statements.disclosures(work, actor, PartId(part_id))}
    if linked.buyer_id not in said:
        await footprint.statements.disclose(work, actor, footprint.statements.Disclosure(part_id, linked.buyer_id, figures=True, quality=True))


@router.put(f"{_TRANSPORT}status", status_code=201, response_model=Nothing)
async def close(body: StatusModel, desk: AtDesk) -> Response:
    """The buyer cancels a request, or the supplier rejects it and says why."""
    status_id, wanted = _closing(body)

    async def verb(work: Work, actor: Actor) -> Nothing:
        party = Party.BUYER if wanted == "CANCEL" else Party.SUPPLIER
        await trade.dealings.close(work, actor, RequestId(status_id), party, (body.replyMessage or "") if wanted == "REJECT" else "")
        part_id = await trade.progress.own_part(work, status_id) if wanted == "CANCEL" else None
        if part_id is not None:
            await footprint.statements.renew(work, CompanyId(actor.company_id), part_id, desk.tools.seal)
        return Nothing()

    return desk.answer(await desk.write(verb), 201)


def _closing(body: StatusModel) -> tuple[UUID, str]:
    if body.statusId is None or body.tradeId is None:
        raise errors.flawed(f"{'statusId' if body.statusId is None else 'tradeId'}: cannot be blank.")
    if body.statusId != body.tradeId:
        raise errors.Fault(404, "There is no such request.")
    for field in ("cfpResponseStatus", "tradeTreeStatus"):
        if getattr(body.requestStatus, field) is None:
            raise errors.flawed(f"requestStatus: ({field}: cannot be blank.).")
    wanted = body.requestStatus.cfpResponseStatus or ""
    if wanted not in ("CANCEL", "REJECT"):
        raise errors.flawed(f"requestStatus: (cfpResponseStatus: cannot be allowed '{wanted}'.).")
    return body.statusId, wanted
