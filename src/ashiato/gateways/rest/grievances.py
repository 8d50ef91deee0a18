"""Routes: grievances. Complaining and following need no login."""

from typing import Annotated
from uuid import UUID

from fastapi import Query, Response

from ashiato.domain import diligence
from ashiato.domain.participants import Actor
from ashiato.gateways.rest.desk import AtDesk, AtGate, cursor, moment_and_id, place
from ashiato.gateways.rest.routing import routes_about
from ashiato.gateways.rest.wire.grievances import (
    CodeOut,
    FollowIn,
    GrievanceIn,
    GrievanceItemOut,
    GrievanceMoveIn,
    GrievanceOut,
    GrievanceStepOut,
    HeardOut,
    MediationItemOut,
    MediationOut,
    MediatorIn,
    MediatorOut,
    NoteIn,
    NoteOut,
    ReporterMediatorIn,
    RespondIn,
)
from ashiato.gateways.rest.wire.words import Page
from ashiato.plumbing.unit_of_work import Work

router = routes_about("grievances")


@router.post("/grievances", status_code=201)
async def complain(body: GrievanceIn, desk: AtGate) -> CodeOut:
    """Anybody: complains about a company, anonymously unless a contact is left. The code in the answer is told once."""
    found = diligence.grievances.NewGrievance(**body.model_dump())
    return CodeOut(code=await desk.tools.works.run(lambda work: diligence.grievances.complain(work, found, desk.tools.seal)))


@router.post("/grievances/followed")
async def follow(body: FollowIn, desk: AtGate) -> GrievanceOut:
    """Anybody with a code: what has become of the grievance."""
    return _out(await desk.tools.works.run(lambda work: diligence.grievances.follow(work, body.code), read_only=True))


@router.post("/grievances/responses")
async def respond(body: RespondIn, desk: AtGate) -> GrievanceOut:
    """Anybody with a code: adds something to the grievance."""
    return _out(await desk.tools.works.run(lambda work: diligence.grievances.respond(work, body.code, body.words)))


@router.post("/grievances/mediators")
async def ask_as_reporter(body: ReporterMediatorIn, desk: AtGate) -> GrievanceOut:
    """Anybody with a code: asks the operator or a member to mediate, and hands these words to it, with the contact only if that is wished."""
    ask = diligence.mediation.report_to
    return _out(await desk.tools.works.run(lambda work: ask(work, body.code, body.mediator, body.words, contact=body.contact)))


@router.get("/received-grievances", response_model=Page[GrievanceItemOut])
async def received(desk: AtDesk, after: str | None = None, limit: Annotated[int, Query(ge=1, le=200)] = 50) -> Response:
    """The grievances against the own company, oldest first."""

    async def verb(work: Work, actor: Actor) -> Page[GrievanceItemOut]:
        found = await diligence.grievances.listed(work, actor, place(after, moment_and_id), limit)
        more = cursor(found[-1].received_at, found[-1].grievance_id) if len(found) == limit else None
        return Page(items=[GrievanceItemOut.model_validate(each) for each in found], next=more)

    return await desk.read(verb)


@router.get("/received-grievances/{grievance_id}", response_model=GrievanceOut)
async def grievance(grievance_id: UUID, desk: AtDesk) -> Response:
    """A grievance against the own company. Who complained is nowhere in it."""

    async def verb(work: Work, actor: Actor) -> GrievanceOut:
        return _out(await diligence.grievances.one(work, actor, grievance_id))

    return await desk.read(verb)


@router.post("/received-grievances/{grievance_id}/steps", response_model=GrievanceOut)
async def move(grievance_id: UUID, body: GrievanceMoveIn, desk: AtDesk) -> Response:
    """Takes a grievance one step further, in words that the reporter reads."""

    async def verb(work: Work, actor: Actor) -> GrievanceOut:
        return _out(await diligence.grievances.move(work, actor, grievance_id, body.state, body.words))

    return await desk.write(verb)


@router.put("/received-grievances/{grievance_id}/mediator", response_model=GrievanceOut)
async def ask_as_company(grievance_id: UUID, body: MediatorIn, desk: AtDesk) -> Response:
    """Asks the operator or a member to mediate, and hands these words to it; each time again, to say more."""

    async def verb(work: Work, actor: Actor) -> GrievanceOut:
        return _out(await diligence.mediation.hand_over(work, actor, grievance_id, body.mediator, body.words))

    return await desk.write(verb)


@router.get("/mediations", response_model=Page[MediationItemOut])
async def mediations(desk: AtDesk, after: str | None = None, limit: Annotated[int, Query(ge=1, le=200)] = 50) -> Response:
    """What the own company, or the operator, was asked to mediate, oldest first."""

    async def verb(work: Work, actor: Actor) -> Page[MediationItemOut]:
        found = await diligence.mediation.listed(work, actor, place(after, moment_and_id), limit)
        more = cursor(found[-1].mediation.asked_at, found[-1].mediation.grievance_id) if len(found) == limit else None
        return Page(items=[_item(each) for each in found], next=more)

    return await desk.read(verb)


@router.get("/mediations/{grievance_id}", response_model=MediationOut)
async def mediation(grievance_id: UUID, desk: AtDesk) -> Response:
    """A mediation: what each side handed over, and nothing else of the grievance."""

    async def verb(work: Work, actor: Actor) -> MediationOut:
        return _mediated(await diligence.mediation.one(work, actor, grievance_id, desk.tools.seal))

    return await desk.read(verb)


@router.post("/mediations/{grievance_id}/notes", response_model=MediationOut)
async def say(grievance_id: UUID, body: NoteIn, desk: AtDesk) -> Response:
    """The mediator says something to both sides."""

    async def verb(work: Work, actor: Actor) -> MediationOut:
        return _mediated(await diligence.mediation.say(work, actor, grievance_id, body.words, desk.tools.seal))

    return await desk.write(verb)


def _item(found: diligence.mediation.Mediated) -> MediationItemOut:
    told = {name: getattr(found.mediation, name) for name in ("grievance_id", "asked_by", "asked_at")}
    return MediationItemOut(company=found.company, **told)


def _mediated(found: diligence.mediation.Mediated) -> MediationOut:
    return MediationOut(**_item(found).model_dump(), heard=[HeardOut.model_validate(each) for each in found.heard])


def _out(found: diligence.grievances.Followed) -> GrievanceOut:
    item = GrievanceItemOut.model_validate(found.grievance).model_dump()
    return GrievanceOut(
        **item, words=found.grievance.words, steps=[GrievanceStepOut.model_validate(step) for step in found.steps],
        mediators=[MediatorOut.model_validate(each) for each in found.mediations], notes=[NoteOut.model_validate(note) for note in found.notes],
    )  # fmt: skip
