"""Routes: materials and origins, a part's chain, statements to buyers, the register of risks."""

from typing import Annotated, Any, cast
from uuid import UUID

from fastapi import Query, Response

from ashiato.domain import diligence
from ashiato.domain.participants import Actor
from ashiato.gateways.rest.desk import AtDesk, cursor, moment_and_id, place
from ashiato.gateways.rest.routing import routes_about
from ashiato.gateways.rest.wire.diligence import (
    BasisOut,
    MaterialsIn,
    MaterialsOut,
    OverviewOut,
    RedFlagOut,
    ReminderOut,
    RiskIn,
    RiskOut,
    RiskStepIn,
    StatementAnswerIn,
    StatementAnswerOut,
    StatementOut,
    StepOut,
)
from ashiato.gateways.rest.wire.words import Page
from ashiato.kernel.frozen import encode
from ashiato.kernel.ids import PartId, RequestId
from ashiato.plumbing.unit_of_work import Work

router = routes_about("diligence")


@router.get("/parts/{part_id}/materials", response_model=MaterialsOut)
async def materials(part_id: UUID, desk: AtDesk) -> Response:
    """What the own company states that a part holds, and where it comes from."""

    async def verb(work: Work, actor: Actor) -> MaterialsOut:
        return MaterialsOut.model_validate(await diligence.origins.materials(work, actor, PartId(part_id)))

    return await desk.read(verb)


@router.put("/parts/{part_id}/materials", response_model=MaterialsOut)
async def state_materials(part_id: UUID, body: MaterialsIn, desk: AtDesk) -> Response:
    """States a part's materials and origins anew, in place of what was stated before. Wrong ones are told by field; nothing is saved."""
    contents = [diligence.model.Content(**content.model_dump()) for content in body.contents]
    origins = [diligence.model.Origin(**origin.model_dump()) for origin in body.origins]

    async def verb(work: Work, actor: Actor) -> MaterialsOut:
        stated = diligence.origins.Materials(contents, origins)
        kept = await diligence.origins.state(work, actor, PartId(part_id), stated)
        await diligence.answering.renew_above(work, actor, PartId(part_id), desk.tools.seal)
        return MaterialsOut.model_validate(kept)

    return await desk.write(verb)


@router.get("/parts/{part_id}/red-flags", response_model=Page[RedFlagOut])
async def red_flags(part_id: UUID, desk: AtDesk) -> Response:
    """What the origins of a part and of what goes into it point to, with the indicators' sources."""

    async def verb(work: Work, actor: Actor) -> Page[RedFlagOut]:
        found = await diligence.register.flags_of(work, actor, PartId(part_id))
        return Page(items=[RedFlagOut.model_validate(flag) for flag in found])

    return await desk.read(verb)


@router.get("/parts/{part_id}/diligence", response_model=OverviewOut)
async def overview(part_id: UUID, desk: AtDesk) -> Response:
    """A part's chain as far as it has spoken: shares by material, what is wrong at which tier, coverage, and what it follows from."""

    async def verb(work: Work, actor: Actor) -> OverviewOut:
        found = await diligence.overview.of_part(work, actor, PartId(part_id))
        return OverviewOut(part_id=found.part_id, part_number=found.part_number, overview=_json(found))

    return await desk.read(verb, notes=True)


@router.get("/parts/{part_id}/statement-preview", response_model=StatementOut)
async def preview(part_id: UUID, desk: AtDesk) -> Response:
    """Exactly what a buyer would see of a part if it were stated now, and nothing else."""

    async def verb(work: Work, actor: Actor) -> StatementOut:
        return StatementOut(statement=_json(await diligence.answering.foresee(work, actor, PartId(part_id))))

    return await desk.read(verb, notes=True)


@router.post("/statements", status_code=201, response_model=StatementOut)
async def answer(body: StatementAnswerIn, desk: AtDesk) -> Response:
    """Supplier: states what is known of a part to the buyers behind these requests. A newer statement supersedes an older one."""
    requests = [RequestId(request_id) for request_id in dict.fromkeys(body.requests)]

    async def verb(work: Work, actor: Actor) -> StatementOut:
        stated = await diligence.answering.answer(work, actor, PartId(body.part_id), requests, desk.tools.seal, standing=body.standing)
        return StatementOut(statement=_json(stated))

    return await desk.write(verb, 201)


@router.get("/requests/{request_id}/statement", response_model=StatementAnswerOut)
async def answered(request_id: UUID, desk: AtDesk) -> Response:
    """What the supplier states in answer to a request for due diligence, with its signature. The first reading is recorded for it."""

    async def verb(work: Work, actor: Actor) -> StatementAnswerOut:
        found = await diligence.answering.answered(work, actor, RequestId(request_id))
        told = found.signed
        return StatementAnswerOut(
            request_id=request_id, statement=_json(told.statement), digest=told.digest, signature=told.signature, superseded=found.superseded
        )

    return await desk.read(verb, notes=True)


@router.delete("/requests/{request_id}/renewal", status_code=204, response_class=Response)
async def end_renewing(request_id: UUID, desk: AtDesk) -> Response:
    """Supplier: ends the renewing of an answer by itself."""

    async def verb(work: Work, actor: Actor) -> None:
        await diligence.answering.end_renewing(work, actor, RequestId(request_id))

    return await desk.write(verb)


@router.get("/statements/{statement_id}/basis", response_model=BasisOut)
async def basis(statement_id: UUID, desk: AtDesk) -> Response:
    """What one of the own statements follows from; its recipients cannot ask for it."""

    async def verb(work: Work, actor: Actor) -> BasisOut:
        return BasisOut(basis=dict(await diligence.answering.basis(work, actor, statement_id)))

    return await desk.read(verb)


@router.get("/reminders", response_model=Page[ReminderOut])
async def reminders(desk: AtDesk, days: Annotated[int, Query(ge=0, le=400)] = diligence.due.DAYS_AHEAD) -> Response:
    """What is overdue or due within so many days: questionnaires, consents, risks, grievances, verifications, refiners' audits."""

    async def verb(work: Work, actor: Actor) -> Page[ReminderOut]:
        return Page(items=[ReminderOut.model_validate(each) for each in await diligence.due.due(work, actor, days)])

    return await desk.read(verb)


@router.get("/risks", response_model=Page[RiskOut])
async def risks(desk: AtDesk, after: str | None = None, limit: Annotated[int, Query(ge=1, le=200)] = 50) -> Response:
    """The own register of risks, oldest entry first."""

    async def verb(work: Work, actor: Actor) -> Page[RiskOut]:
        found = await diligence.register.listed(work, actor, place(after, moment_and_id), limit)
        more = cursor(found[-1].opened_at, found[-1].risk_id) if len(found) == limit else None
        return Page(items=[_risk(work, risk) for risk in found], next=more)

    return await desk.read(verb)


@router.post("/risks", status_code=201, response_model=RiskOut)
async def identify(body: RiskIn, desk: AtDesk) -> Response:
    """Takes a risk into the register. A finding is told, without a name, to whoever is answered about the part."""
    found = diligence.register.NewRisk(**body.model_dump())

    async def verb(work: Work, actor: Actor) -> RiskOut:
        identified = await diligence.register.identify(work, actor, found)
        await diligence.answering.renew_above(work, actor, found.part_id, desk.tools.seal)
        return _risk(work, identified)

    return await desk.write(verb, 201)


@router.get("/risks/{risk_id}", response_model=RiskOut)
async def risk(risk_id: UUID, desk: AtDesk) -> Response:
    """One entry of the own register."""

    async def verb(work: Work, actor: Actor) -> RiskOut:
        return _risk(work, await diligence.register.one(work, actor, risk_id))

    return await desk.read(verb)


@router.post("/risks/{risk_id}/steps", response_model=RiskOut)
async def move(risk_id: UUID, body: RiskStepIn, desk: AtDesk) -> Response:
    """Takes a risk one step further: assessed, mitigating, disengaging, closed; or sets its plan anew."""

    async def verb(work: Work, actor: Actor) -> RiskOut:
        moved = await diligence.register.move(work, actor, risk_id, diligence.register.Move(**body.model_dump()))
        await diligence.answering.renew_above(work, actor, PartId(moved.part_id) if moved.part_id else None, desk.tools.seal)
        return _risk(work, moved)

    return await desk.write(verb)


@router.get("/risks/{risk_id}/steps", response_model=Page[StepOut])
async def steps(risk_id: UUID, desk: AtDesk) -> Response:
    """What happened to an entry of the own register, and why."""

    async def verb(work: Work, actor: Actor) -> Page[StepOut]:
        return Page(items=[StepOut.model_validate(step) for step in await diligence.register.steps(work, actor, risk_id)])

    return await desk.read(verb)


def _risk(work: Work, found: diligence.risk.Risk) -> RiskOut:
    return RiskOut.model_validate({**_json(found), "weight": found.weight(), "overdue": found.overdue(work.now.date())}, from_attributes=False)


def _json(frozen: object) -> dict[str, Any]:
    return cast(dict[str, Any], encode(frozen))
