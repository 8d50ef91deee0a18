"""Calls about companies and their plants (authInfo)."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query, Response
from pydantic import AfterValidator

from ashiato.domain import participants
from ashiato.domain.participants import Actor
from ashiato.gateways.ouranos import errors, mapping
from ashiato.gateways.ouranos.desk import LARGEST, AtDesk, Call
from ashiato.gateways.ouranos.listing import ids
from ashiato.gateways.ouranos.wire import MOST_OPERATORS, OperatorModel, PlantModel, seen
from ashiato.plumbing.unit_of_work import Work

router = APIRouter(route_class=Call, tags=["authInfo"], max_body_size=LARGEST)
_INFO = "/api/v1/authInfo?dataTarget="


@router.get(f"{_INFO}operator", response_model=OperatorModel | list[OperatorModel])
async def operators(
    desk: AtDesk, openOperatorId: Annotated[str | None, Query(min_length=1, max_length=20)] = None, operatorIds: str | None = None
) -> Response:
    """The own company; the one with a public number; or those with these identifiers, unknown ones left out."""
    if openOperatorId is not None and operatorIds is not None:
        raise errors.Fault(400, "Invalid request parameters, only one of operatorIds and openOperatorId can be set.")
    wanted = ids("operatorIds", operatorIds, MOST_OPERATORS) if operatorIds is not None else None

    async def verb(work: Work, actor: Actor) -> OperatorModel | list[OperatorModel]:
        if wanted is not None:
            return [mapping.operator(profile) for profile in await participants.directory.profiles(work, actor, wanted)]
        if openOperatorId is not None:
            return mapping.operator(await participants.directory.by_number(work, actor, openOperatorId))
        return mapping.operator(await participants.directory.own(work, actor))

    return desk.answer(await desk.read(verb))


@router.put(f"{_INFO}operator", status_code=201, response_model=OperatorModel)
async def present(body: Annotated[OperatorModel, AfterValidator(seen)], desk: AtDesk) -> Response:
    """Changes what the own company shows of itself; its identifiers stay."""

    async def verb(work: Work, actor: Actor) -> OperatorModel:
        own(actor, body.operatorId)
        if mapping.operator(await participants.directory.own(work, actor)).openOperatorId != body.openOperatorId:
            raise errors.Fault(400, "openOperatorId: field is immutable.")
        shown = await participants.directory.present(work, actor, body.operatorName, body.operatorAddress, body.operatorAttribute.globalOperatorId)
        return mapping.operator(shown)

    return desk.answer(await desk.write(verb), 201)


@router.get(f"{_INFO}plant", response_model=list[PlantModel])
async def plants(desk: AtDesk) -> Response:
    """The own company's plants."""

    async def verb(work: Work, actor: Actor) -> list[PlantModel]:
        return [
            mapping.plant_model(plant, actor.company_id) for plant in await participants.directory.plants(work, actor) if mapping.can_be_told(plant)
        ]

    return desk.answer(await desk.read(verb))


@router.put(f"{_INFO}plant", status_code=201, response_model=PlantModel)
async def put_plant(body: Annotated[PlantModel, AfterValidator(seen)], desk: AtDesk) -> Response:
    """Registers a plant, or changes the one with the identifier."""

    async def verb(work: Work, actor: Actor) -> PlantModel:
        own(actor, body.operatorId)
        return mapping.plant_model(await participants.directory.register_plant(work, actor, mapping.plant(body)), actor.company_id)

    return desk.answer(await desk.write(verb), 201)


def own(actor: Actor, operator_id: UUID) -> None:
    """Refuses (403) to act in another company's name."""
    if operator_id != actor.company_id:
        raise errors.denied(errors.NOT_MINE)
