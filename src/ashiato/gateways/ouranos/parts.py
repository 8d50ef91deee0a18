"""Calls about parts and their structures."""

from decimal import Decimal
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query, Response
from pydantic import AfterValidator

from ashiato.domain import footprint, products, trade
from ashiato.domain.participants import Actor
from ashiato.domain.products import Designated, Sourcing
from ashiato.gateways.ouranos import errors, mapping
from ashiato.gateways.ouranos.desk import LARGEST, AtDesk, Call, Desk
from ashiato.gateways.ouranos.listing import Limit, Start, page, parameters
from ashiato.gateways.ouranos.operators import own
from ashiato.gateways.ouranos.wire import Id, PartsModel, PartsStructureModel, seen
from ashiato.kernel.errors import Kind, Refusal
from ashiato.kernel.ids import PartId
from ashiato.plumbing.unit_of_work import Work

router = APIRouter(route_class=Call, tags=["parts"], max_body_size=LARGEST)
_TRANSPORT = "/api/v1/datatransport?dataTarget="


@router.get(f"{_TRANSPORT}parts", response_model=list[PartsModel])
async def parts(
    desk: AtDesk, limit: Limit = 100, after: Start = None, traceId: Start = None,
    partsName: Annotated[str | None, Query(min_length=1, max_length=50)] = None, plantId: Start = None, parentFlag: bool | None = None,
) -> Response:  # fmt: skip
    """The own company's parts by name: the amounts stand in structures."""

    async def verb(work: Work, actor: Actor) -> tuple[list[PartsModel], UUID | None]:
        found = await products.designations.catalogue(
            work, actor, products.designations.Wanted(traceId, partsName, plantId, parentFlag, after), limit + 1
        )
        rows, following = page(found, limit)
        told = [model for part in rows if (model := mapping.parts_model(part, actor.company_id))]
        return told, following.part_id if following else None

    told, following = await desk.read(verb)
    query = parameters("parts", limit, traceId=traceId, partsName=partsName, plantId=plantId, parentFlag=parentFlag)
    return desk.answer(told, 200, (query, following))


@router.put(f"{_TRANSPORT}parts", status_code=201, response_model=PartsModel)
async def put_part(body: Annotated[PartsModel, AfterValidator(seen)], desk: AtDesk) -> Response:
    """Registers a part without components, or states it anew."""
    if body.amountRequired is not None:
        raise errors.flawed("amountRequired: must be blank.")

    async def verb(work: Work, actor: Actor) -> PartsModel:
        own(actor, body.operatorId)
        kept = await products.designations.put(work, actor, mapping.designated(body, Sourcing.MADE))
        await _carry_on(work, actor, kept, desk)
        return _told(kept, actor)

    return desk.answer(await desk.write(verb), 201)


@router.get(f"{_TRANSPORT}partsStructure", response_model=PartsStructureModel)
async def structure(desk: AtDesk, traceId: Annotated[Id, Query()]) -> Response:
    """A part with what goes directly into it."""

    async def verb(work: Work, actor: Actor) -> PartsStructureModel:
        part = await products.designations.one(work, actor, traceId)
        return _structure(part, await products.designations.portions(work, actor, traceId), actor)

    return desk.answer(await desk.read(verb))


@router.put(f"{_TRANSPORT}partsStructure", status_code=201, response_model=PartsStructureModel)
async def put_structure(body: Annotated[PartsStructureModel, AfterValidator(seen)], desk: AtDesk) -> Response:
    """Registers a part with exactly these components, those that are new too."""
    if body.parentPartsModel.amountRequired is not None:
        raise errors.flawed("parentPartsModel: (amountRequired: must be blank.).")
    children = _children(body)

    async def verb(work: Work, actor: Actor) -> PartsStructureModel:
        for model in (body.parentPartsModel, *body.childrenPartsModel):
            own(actor, model.operatorId)
        kept, portions = await products.designations.set_portions(work, actor, mapping.designated(body.parentPartsModel, Sourcing.MADE), children)
        await _carry_on(work, actor, kept, desk)
        return _structure(kept, portions, actor)

    return desk.answer(await desk.write(verb), 201)


def _children(body: PartsStructureModel) -> list[tuple[Designated, Decimal]]:
    children = []
    for place, child in enumerate(body.childrenPartsModel):
        if child.amountRequired is None:
            raise errors.flawed(f"childrenPartsModel[{place}]: (amountRequired: cannot be blank.).")
        children.append((mapping.designated(child, Sourcing.BOUGHT), child.amountRequired))
    return children


@router.delete(f"{_TRANSPORT}parts", status_code=204, response_class=Response)
async def withdraw(desk: AtDesk, traceId: Annotated[Id, Query()]) -> Response:
    """Takes a part out of every list, with its footprint and its certificate, unless a structure or a request holds it."""

    async def verb(work: Work, actor: Actor) -> None:
        await _check_held(work, actor, PartId(traceId))
        await products.designations.withdraw(work, actor, PartId(traceId))
        await footprint.statements.forget(work, actor, PartId(traceId))
        await footprint.certificates.forget(work, actor, PartId(traceId))

    await desk.write(verb)
    return Response(None, 204)


async def _check_held(work: Work, actor: Actor, part_id: PartId) -> None:
    try:
        await products.designations.one(work, actor, part_id)
    except Refusal as refusal:
        if refusal.kind is Kind.ABSENT:
            raise errors.numbered(errors.NO_SUCH_PART) from refusal
        raise
    if await products.designations.in_structure(work, part_id):
        raise errors.numbered(errors.IN_STRUCTURE)
    held = await trade.dealings.held(work, part_id)
    if held.sent or held.received:
        raise errors.numbered(errors.REQUESTED if held.sent else errors.RECEIVED)


async def _carry_on(work: Work, actor: Actor, part: Designated, desk: Desk) -> None:
    """What goes into a part decides how many requests stand above it, and what those that rest on it are answered with."""
    await trade.progress.tell(work, part.part_id)
    await footprint.statements.follow(work, actor, PartId(part.part_id), desk.tools.seal)


def _structure(part: Designated, portions: list[products.designations.Portion], actor: Actor) -> PartsStructureModel:
    children = [mapping.parts_model(portion.part, actor.company_id, portion.amount) for portion in portions]
    return PartsStructureModel(parentPartsModel=_told(part, actor), childrenPartsModel=[child for child in children if child])


def _told(part: Designated, actor: Actor) -> PartsModel:
    model = mapping.parts_model(part, actor.company_id)
    if model is None:
        raise errors.Fault(404, "Not Found")
    return model
