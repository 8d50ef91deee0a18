"""Routes: requests to suppliers and their answers."""

from typing import Annotated, Any, Literal
from uuid import UUID

from fastapi import Query, Response

from ashiato.domain import diligence, footprint, participants, sharing, trade
from ashiato.domain.participants import Actor
from ashiato.domain.trade import NewRequest, RequestState, RequestView
from ashiato.gateways.rest.desk import AtDesk, cursor, moment_and_id, place
from ashiato.gateways.rest.routing import routes_about
from ashiato.gateways.rest.wire.requests import AnswerIn, AnswerOut, LinkIn, MessageOut, ReasonIn, ReleaseOut, RequestAllIn, RequestIn, RequestOut
from ashiato.gateways.rest.wire.words import Page
from ashiato.kernel.ids import FootprintId, PartId, RequestId
from ashiato.plumbing.unit_of_work import Work

router = routes_about("trade")


@router.post("/requests", status_code=201, response_model=RequestOut)
async def ask(body: RequestIn, desk: AtDesk) -> Response:
    """Asks a supplier about a bought part: for its footprint, or for due diligence."""

    async def verb(work: Work, actor: Actor) -> RequestOut:
        subject = _asked_for(body)
        number = participants.numbers.company_number(body.supplier_number) if body.supplier_number else None
        wanted = NewRequest(PartId(body.part_id), body.method, body.due_at, number, body.item, body.item_number, body.message, subject)
        return await _request(work, actor, (await trade.ask(work, actor, wanted, desk.tools.seal)).request_id)

    return await desk.write(verb, 201)


@router.post("/parts/{part_id}/requests", status_code=201, response_model=Page[RequestOut])
async def ask_for_all(part_id: UUID, body: RequestAllIn, desk: AtDesk) -> Response:
    """Asks for every bought part that goes into this one, names its supplier and was not asked about yet."""

    async def verb(work: Work, actor: Actor) -> Page[RequestOut]:
        subject = _asked_for(body)
        asked = await trade.ask_for_all(work, actor, PartId(part_id), body.method, body.due_at, body.message, desk.tools.seal, subject)
        return Page(items=[await _request(work, actor, request.request_id) for request in asked])

    return await desk.write(verb, 201)


def _asked_for(body: RequestIn | RequestAllIn) -> trade.SubjectKind:
    """Refuses (`invalid`) a method, or a questionnaire of companies, that is not installed."""
    subject = trade.SubjectKind(body.subject)
    if subject is trade.SubjectKind.FOOTPRINT:
        footprint.methods.method(body.method)
    else:
        diligence.questionnaires.of_companies(body.method)
    return subject


@router.get("/requests", response_model=Page[RequestOut])
async def requests(
    desk: AtDesk,
    direction: Literal["sent", "received"],
    state: Annotated[list[RequestState] | None, Query()] = None,
    after: str | None = None,
    limit: Annotated[int, Query(ge=1, le=200)] = 50,
) -> Response:
    """The requests that the own company sent, or received, oldest first."""
    sent = direction == "sent"

    async def verb(work: Work, actor: Actor) -> Page[RequestOut]:
        found = await trade.requests(work, actor, sent=sent, states=state, after=place(after, moment_and_id), limit=limit)
        more = cursor(found[-1].request.asked_at, found[-1].request.request_id) if len(found) == limit else None
        return Page(items=[_out(work, actor, view) for view in found], next=more)

    return await desk.read(verb, asks=lambda _: trade.asked.requests(sent=sent, states=state, after=place(after, moment_and_id), limit=limit))


@router.get("/requests/{request_id}", response_model=RequestOut)
async def request(request_id: UUID, desk: AtDesk) -> Response:
    """A request that the own company sent or received."""

    async def verb(work: Work, actor: Actor) -> RequestOut:
        return await _request(work, actor, RequestId(request_id))

    return await desk.read(verb, asks=lambda _: trade.asked.request(RequestId(request_id)))


@router.get("/requests/{request_id}/message", response_model=MessageOut)
async def message(request_id: UUID, desk: AtDesk) -> Response:
    """What the buyer signed when it asked: the very bytes, its signature, and the platform's time in them."""

    async def verb(work: Work, actor: Actor) -> MessageOut:
        found = await trade.messages.signed(work, actor, RequestId(request_id))
        return MessageOut(content=found.content, signature={"jws": found.signature.jws, "key": found.signature.key})

    return await desk.read(verb)


@router.put("/requests/{request_id}/link", response_model=RequestOut)
async def link(request_id: UUID, body: LinkIn, desk: AtDesk) -> Response:
    """Supplier: says which of its parts the request is about. The buyer does not see which."""

    async def verb(work: Work, actor: Actor) -> RequestOut:
        await trade.link(work, actor, RequestId(request_id), PartId(body.part_id))
        return await _request(work, actor, RequestId(request_id))

    return await desk.write(verb)


@router.post("/requests/{request_id}/rejection", response_model=RequestOut)
async def reject(request_id: UUID, body: ReasonIn, desk: AtDesk) -> Response:
    """Supplier: declines to answer, with a reason."""

    async def verb(work: Work, actor: Actor) -> RequestOut:
        await trade.reject(work, actor, RequestId(request_id), body.reason)
        return await _request(work, actor, RequestId(request_id))

    return await desk.write(verb)


@router.post("/requests/{request_id}/cancellation", response_model=RequestOut)
async def cancel(request_id: UUID, body: ReasonIn, desk: AtDesk) -> Response:
    """Buyer: takes a request back, with a reason."""

    async def verb(work: Work, actor: Actor) -> RequestOut:
        await trade.cancel(work, actor, RequestId(request_id), body.reason)
        return await _request(work, actor, RequestId(request_id))

    return await desk.write(verb)


@router.post("/answers", status_code=201, response_model=ReleaseOut)
async def answer(body: AnswerIn, desk: AtDesk) -> Response:
    """Supplier: releases a footprint to the buyers behind these requests. A newer answer supersedes an older one."""
    footprint_id, requests = FootprintId(body.footprint_id), [RequestId(request_id) for request_id in dict.fromkeys(body.requests)]
    conditions = sharing.Conditions(body.valid_until, body.terms)

    async def verb(work: Work, actor: Actor) -> ReleaseOut:
        return ReleaseOut(release=_json(await footprint.answering.answer(work, actor, footprint_id, requests, desk.tools.seal, conditions)))

    return await desk.write(verb, 201, asks=lambda _: footprint.asked.answer(footprint_id, requests))


@router.get("/requests/{request_id}/answer", response_model=AnswerOut)
async def answered(request_id: UUID, desk: AtDesk) -> Response:
    """What the supplier handed over, with its signature; the newest. The first reading is recorded for the supplier."""

    async def verb(work: Work, actor: Actor) -> AnswerOut:
        return _answer(await footprint.answering.answered(work, actor, RequestId(request_id)))

    return await desk.read(verb, notes=True, asks=lambda now: footprint.asked.answered(RequestId(request_id), now))


def _answer(found: footprint.answering.Answered) -> AnswerOut:
    signature = {"jws": found.released.jws, "key": found.released.key}
    return AnswerOut(
        request_id=found.request_id, release=_json(found.released.release), digest=found.digest, signature=signature, superseded=found.superseded
    )


def _json(frozen: object) -> dict[str, Any]:
    content = footprint.package.encode(frozen)
    if not isinstance(content, dict):
        raise TypeError("an object is expected")
    return content


async def _request(work: Work, actor: Actor, request_id: RequestId) -> RequestOut:
    return _out(work, actor, await trade.request(work, actor, request_id))


def _out(work: Work, actor: Actor, view: RequestView) -> RequestOut:
    request = view.request
    return RequestOut(
        request_id=request.request_id, buyer=view.buyer, supplier=view.supplier, sent=request.company_id == actor.company_id,
        subject=request.subject_kind, item=request.item, item_number=request.item_number, declared_unit=request.declared_unit,
        method=request.method, message=request.message, reply=request.reply, state=request.state, asked_at=request.asked_at,
        due_at=request.due_at, settled_at=request.settled_at, late=request.overdue(work.now), own_part_id=view.own_part_id,
    )  # fmt: skip
