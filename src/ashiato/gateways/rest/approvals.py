"""Routes: releases that wait for a second person."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query, Response

from ashiato.domain import footprint
from ashiato.domain.participants import Actor
from ashiato.gateways.rest.desk import AtDesk, cursor, moment_and_id, place
from ashiato.gateways.rest.wire.requests import ApprovalIn, ApprovalOut, ReasonIn, ReleaseOut
from ashiato.gateways.rest.wire.words import Page
from ashiato.kernel.ids import FootprintId, RequestId
from ashiato.plumbing.unit_of_work import Work

router = APIRouter(tags=["trade"])


@router.get("/approvals", response_model=Page[ApprovalOut])
async def approvals(desk: AtDesk, after: str | None = None, limit: Annotated[int, Query(ge=1, le=200)] = 50) -> Response:
    """What a second person was asked to release, newest first."""

    async def verb(work: Work, actor: Actor) -> Page[ApprovalOut]:
        found = await footprint.approvals.approvals(work, actor, place(after, moment_and_id), limit)
        more = cursor(found[-1].asked_at, found[-1].approval_id) if len(found) == limit else None
        return Page(items=[_out(one) for one in found], next=more)

    return await desk.read(verb)


@router.post("/approvals", status_code=201, response_model=ApprovalOut)
async def ask(body: ApprovalIn, desk: AtDesk) -> Response:
    """Asks a colleague to release a footprint to the buyers behind these requests."""

    async def verb(work: Work, actor: Actor) -> ApprovalOut:
        requests = [RequestId(request_id) for request_id in dict.fromkeys(body.requests)]
        return _out(await footprint.approvals.ask(work, actor, FootprintId(body.footprint_id), requests, body.note))

    return await desk.write(verb, 201)


@router.post("/approvals/{approval_id}/release", status_code=201, response_model=ReleaseOut)
async def release(approval_id: UUID, desk: AtDesk) -> Response:
    """Approver: releases what a colleague has prepared."""

    async def verb(work: Work, actor: Actor) -> ReleaseOut:
        content = footprint.package.encode(await footprint.approvals.release(work, actor, approval_id, desk.tools.seal))
        return ReleaseOut.model_validate({"release": content})

    return await desk.write(verb, 201)


@router.post("/approvals/{approval_id}/return", response_model=ApprovalOut)
async def give_back(approval_id: UUID, body: ReasonIn, desk: AtDesk) -> Response:
    """Approver: gives back what a colleague has prepared, with a reason."""

    async def verb(work: Work, actor: Actor) -> ApprovalOut:
        return _out(await footprint.approvals.give_back(work, actor, approval_id, body.reason))

    return await desk.write(verb)


def _out(found: footprint.approvals.Approval) -> ApprovalOut:
    names = ("approval_id", "footprint_id", "release_id", "part_number", "note", "state", "asked_at", "decided_at", "reason")
    told = {name: getattr(found, name) for name in names}
    return ApprovalOut.model_validate(told | {"requests": found.request_ids, "asked_by": found.asker, "decided_by": found.decider})
