"""Routes: grievances. Complaining and following need no login."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query, Response

from ashiato.domain import diligence
from ashiato.domain.participants import Actor
from ashiato.gateways.rest.desk import AtDesk, cursor, moment_and_id, place
from ashiato.gateways.rest.wire.grievances import (
    CodeOut,
    FollowIn,
    GrievanceIn,
    GrievanceItemOut,
    GrievanceMoveIn,
    GrievanceOut,
    GrievanceStepOut,
    MediatorIn,
    RespondIn,
)
from ashiato.gateways.rest.wire.words import Page
from ashiato.plumbing.unit_of_work import Work

router = APIRouter(tags=["grievances"])


@router.post("/grievances", status_code=201)
async def complain(body: GrievanceIn, desk: AtDesk) -> CodeOut:
    """Anybody: complains about a company, anonymously unless a contact is left. The code in the answer is told once."""
    found = diligence.grievances.NewGrievance(**body.model_dump())
    return CodeOut(code=await desk.tools.works.run(lambda work: diligence.grievances.complain(work, found, desk.tools.seal)))


@router.post("/grievances/followed")
async def follow(body: FollowIn, desk: AtDesk) -> GrievanceOut:
    """Anybody with a code: what has become of the grievance."""
    return _out(await desk.tools.works.run(lambda work: diligence.grievances.follow(work, body.code), read_only=True))


@router.post("/grievances/responses")
async def respond(body: RespondIn, desk: AtDesk) -> GrievanceOut:
    """Anybody with a code: adds something to the grievance."""
    return _out(await desk.tools.works.run(lambda work: diligence.grievances.respond(work, body.code, body.words)))


@router.get("/received-grievances", response_model=Page[GrievanceItemOut])
async def received(desk: AtDesk, mediating: bool = False, after: str | None = None, limit: Annotated[int, Query(ge=1, le=200)] = 50) -> Response:
    """The grievances against the own company, or those that it was asked to mediate, oldest first."""

    async def verb(work: Work, actor: Actor) -> Page[GrievanceItemOut]:
        found = await diligence.grievances.listed(work, actor, place(after, moment_and_id), limit, mediating=mediating)
        more = cursor(found[-1].received_at, found[-1].grievance_id) if len(found) == limit else None
        return Page(items=[GrievanceItemOut.model_validate(each) for each in found], next=more)

    return await desk.read(verb)


@router.get("/received-grievances/{grievance_id}", response_model=GrievanceOut)
async def grievance(grievance_id: UUID, desk: AtDesk) -> Response:
    """A grievance against the own company, or one that it mediates. Who complained is nowhere in it."""

    async def verb(work: Work, actor: Actor) -> GrievanceOut:
        return _out(await diligence.grievances.one(work, actor, grievance_id, desk.tools.seal))

    return await desk.read(verb)


@router.post("/received-grievances/{grievance_id}/steps", response_model=GrievanceOut)
async def move(grievance_id: UUID, body: GrievanceMoveIn, desk: AtDesk) -> Response:
    """Takes a grievance one step further, in words that the reporter reads; a mediator adds words only."""

    async def verb(work: Work, actor: Actor) -> GrievanceOut:
        return _out(await diligence.grievances.move(work, actor, grievance_id, body.state, body.words, desk.tools.seal))

    return await desk.write(verb)


@router.put("/received-grievances/{grievance_id}/mediator", response_model=GrievanceOut)
async def mediate(grievance_id: UUID, body: MediatorIn, desk: AtDesk) -> Response:
    """Asks a named third party to mediate."""

    async def verb(work: Work, actor: Actor) -> GrievanceOut:
        return _out(await diligence.grievances.mediate(work, actor, grievance_id, body.company_number, desk.tools.seal))

    return await desk.write(verb)


def _out(found: diligence.grievances.Followed) -> GrievanceOut:
    item = GrievanceItemOut.model_validate(found.grievance).model_dump()
    steps = [GrievanceStepOut.model_validate(step) for step in found.steps]
    return GrievanceOut(**item, words=found.grievance.words, steps=steps, contact=found.contact)
