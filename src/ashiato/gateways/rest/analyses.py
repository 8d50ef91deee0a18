"""Routes: analyses of a product's present figure. They write nothing; a first reading of an answer is noted for its supplier."""

from typing import Annotated
from uuid import UUID

from fastapi import Query, Response

from ashiato.domain import footprint
from ashiato.domain.participants import Actor
from ashiato.gateways.rest.desk import AtDesk
from ashiato.gateways.rest.routing import routes_about
from ashiato.gateways.rest.wire import analyses as wire
from ashiato.kernel.ids import PartId, RequestId
from ashiato.plumbing.unit_of_work import Work

router = routes_about("analyses")


@router.get("/parts/{part_id}/contribution", response_model=wire.ContributionOut)
async def contribution(
    part_id: UUID,
    desk: AtDesk,
    method: Annotated[str, Query(max_length=100)] = wire.USUAL_METHOD,
    cut: Annotated[float, Query(ge=0.001, le=1)] = 0.01,
) -> Response:
    """Which parts, activities and tiers carry how much of a product's present figure; below the share `cut`, all in one."""

    async def verb(work: Work, actor: Actor) -> wire.ContributionOut:
        return wire.ContributionOut.model_validate(await footprint.analyses.contribution_of(work, actor, PartId(part_id), method, cut))

    return await desk.read(verb, notes=True)


@router.post("/parts/{part_id}/scenario", response_model=wire.ScenarioOut)
async def scenario(part_id: UUID, body: wire.ScenarioIn, desk: AtDesk) -> Response:
    """A product's present figure beside what it would be with some changes. The changes are not made."""

    async def verb(work: Work, actor: Actor) -> wire.ScenarioOut:
        changes = [_change(stated) for stated in body.changes]
        return wire.ScenarioOut.model_validate(await footprint.analyses.scenario_of(work, actor, PartId(part_id), body.method, changes))

    return await desk.read(verb, notes=True)


def _change(stated: wire.ChangeIn) -> footprint.analyses.Change:
    match stated:
        case wire.TakeAnswerIn():
            return footprint.analyses.TakeAnswer(stated.part_number, RequestId(stated.request_id))
        case wire.TakeSecondaryIn():
            return footprint.analyses.TakeSecondary(stated.part_number, stated.factor, footprint.model.Stage(stated.stage) if stated.stage else None)
        case wire.ChangeComponentIn():
            return footprint.analyses.ChangeComponent(stated.part_number, stated.component, stated.amount, stated.unit)
        case wire.ChangeAmountIn():
            return footprint.analyses.ChangeAmount(stated.part_number, stated.line, stated.amount, stated.unit)
        case wire.ChangeFactorIn():
            return footprint.analyses.ChangeFactor(stated.factor, stated.by, stated.kg_co2e)
        case wire.ChangeElectricityIn():
            return footprint.analyses.ChangeElectricity(stated.factor, tuple(stated.part_numbers))


@router.post("/parts/{part_id}/uncertainty", response_model=wire.UncertaintyOut)
async def uncertainty(part_id: UUID, body: wire.UncertaintyIn, desk: AtDesk) -> Response:
    """How uncertain a product's present figure is: median and 90 % interval of lognormal draws over factors, amounts and answers."""

    async def verb(work: Work, actor: Actor) -> wire.UncertaintyOut:
        stated = [_spread(spread) for spread in body.spreads]
        found = await footprint.analyses.uncertainty_of(work, actor, PartId(part_id), body.method, body.draws, body.seed, stated)
        return wire.UncertaintyOut.model_validate(found)

    return await desk.read(verb, notes=True)


def _spread(stated: wire.SpreadIn) -> footprint.analyses.StatedSpread:
    return footprint.analyses.StatedSpread(footprint.analyses.Unknown(**stated.model_dump(exclude={"gsd"})), stated.gsd)
