"""Routes: releases that wait for a second person."""

from typing import Annotated, Any, cast
from uuid import UUID

from fastapi import Query, Response

from ashiato.domain import diligence, footprint, trade
from ashiato.domain.participants import Actor
from ashiato.gateways.rest.desk import AtDesk, Desk, cursor, moment_and_id, place
from ashiato.gateways.rest.routing import routes_about
from ashiato.gateways.rest.wire.requests import ApprovalIn, ApprovalOut, HandedOut, ReasonIn
from ashiato.gateways.rest.wire.words import Page
from ashiato.kernel.errors import invalid
from ashiato.kernel.frozen import encode
from ashiato.kernel.ids import FootprintId, PartId, RequestId
from ashiato.plumbing.unit_of_work import Work

router = routes_about("trade")
Content = dict[str, Any]


@router.get("/approvals", response_model=Page[ApprovalOut])
async def approvals(desk: AtDesk, after: str | None = None, limit: Annotated[int, Query(ge=1, le=200)] = 50) -> Response:
    """What a second person was asked to release, newest first."""

    async def verb(work: Work, actor: Actor) -> Page[ApprovalOut]:
        found = await trade.approvals.approvals(work, actor, place(after, moment_and_id), limit)
        more = cursor(found[-1].asked_at, found[-1].approval_id) if len(found) == limit else None
        return Page(items=[_out(one) for one in found], next=more)

    return await desk.read(verb)


@router.post("/approvals", status_code=201, response_model=ApprovalOut)
async def ask(body: ApprovalIn, desk: AtDesk) -> Response:
    """Asks a colleague to release a footprint, or what is known of a part, to the buyers behind these requests."""
    requests = [RequestId(request_id) for request_id in dict.fromkeys(body.requests)]

    async def verb(work: Work, actor: Actor) -> ApprovalOut:
        return _out(await _asked(work, actor, body, requests, desk))

    return await desk.write(verb, 201)


async def _asked(work: Work, actor: Actor, body: ApprovalIn, requests: list[RequestId], desk: Desk) -> trade.approvals.Approval:
    if body.footprint_id is not None and body.part_id is None:
        return await footprint.approvals.ask(work, actor, FootprintId(body.footprint_id), requests, body.note)
    if body.part_id is None or body.footprint_id is not None:
        raise invalid("approval", "Say what is to be released.", "Name a footprint, or a part whose due diligence was asked for.")
    part_id, seal = PartId(body.part_id), desk.tools.seal
    return await diligence.answering.ask_approval(work, actor, part_id, requests, seal, standing=body.standing, note=body.note)


@router.post("/approvals/{approval_id}/release", status_code=201, response_model=HandedOut)
async def release(approval_id: UUID, desk: AtDesk) -> Response:
    """Approver: releases what a colleague has prepared."""

    async def verb(work: Work, actor: Actor) -> HandedOut:
        approved = await trade.approvals.approve(work, actor, approval_id)
        if approved.statement_id is not None:
            return HandedOut(statement=cast(Content, encode(await diligence.answering.release(work, actor, approved))))
        released = await footprint.approvals.release(work, actor, approved, desk.tools.seal)
        return HandedOut(release=cast(Content, footprint.package.encode(released)))

    return await desk.write(verb, 201)


@router.post("/approvals/{approval_id}/return", response_model=ApprovalOut)
async def give_back(approval_id: UUID, body: ReasonIn, desk: AtDesk) -> Response:
    """Approver: gives back what a colleague has prepared, with a reason."""

    async def verb(work: Work, actor: Actor) -> ApprovalOut:
        return _out(await trade.approvals.give_back(work, actor, approval_id, body.reason))

    return await desk.write(verb)


def _out(found: trade.approvals.Approval) -> ApprovalOut:
    names = (
        "approval_id",
        "footprint_id",
        "release_id",
        "statement_id",
        "standing",
        "part_number",
        "note",
        "state",
        "asked_at",
        "decided_at",
        "reason",
    )
    told = {name: getattr(found, name) for name in names}
    return ApprovalOut.model_validate(told | {"requests": found.request_ids, "asked_by": found.asker, "decided_by": found.decider})
