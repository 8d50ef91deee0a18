"""Routes: parts, structures, factors, inventories, drafts."""

from typing import Annotated, Literal
from uuid import UUID

from fastapi import Query, Response

from ashiato.domain import footprint, products
from ashiato.domain.participants import Actor, Deed, require
from ashiato.domain.products import NewComponent, Structure
from ashiato.gateways.rest.desk import AtDesk, cursor, place, word
from ashiato.gateways.rest.routing import routes_about
from ashiato.gateways.rest.wire.footprints import DraftOut
from ashiato.gateways.rest.wire.parts import (
    CircularOut,
    ComponentIn,
    ComponentOut,
    FactorOut,
    InventoryOut,
    LineOut,
    ParticularsIn,
    ParticularsOut,
    PartOut,
    StructureIn,
    StructureOut,
)
from ashiato.gateways.rest.wire.words import Page
from ashiato.kernel.ids import PartId
from ashiato.kernel.quantity import parse_unit
from ashiato.plumbing.unit_of_work import Work

router = routes_about("products")


@router.get("/parts", response_model=Page[PartOut])
async def parts(
    desk: AtDesk,
    sourcing: Literal["made", "bought"] | None = None,
    part_number: Annotated[str | None, Query(max_length=200)] = None,
    after: str | None = None,
    limit: Annotated[int, Query(ge=1, le=200)] = 50,
) -> Response:
    """The own company's parts, by part number; or the one with the given number."""

    def wanted() -> tuple[str | None, str | None, str | None, int]:
        return sourcing, part_number, place(after, word), limit

    async def verb(work: Work, actor: Actor) -> Page[PartOut]:
        found = await products.parts(work, actor, *wanted())
        more = cursor(found[-1].part_number) if len(found) == limit else None
        return Page[PartOut].model_validate({"items": found, "next": more})

    return await desk.read(verb, asks=lambda _: products.asked.parts(*wanted()))


@router.get("/parts/{part_id}", response_model=PartOut)
async def part(part_id: UUID, desk: AtDesk) -> Response:
    """One of the own company's parts."""

    async def verb(work: Work, actor: Actor) -> PartOut:
        return PartOut.model_validate(await products.part(work, actor, PartId(part_id)))

    return await desk.read(verb, asks=lambda _: products.asked.part(PartId(part_id)))


@router.get("/parts/{part_id}/particulars", response_model=ParticularsOut)
async def particulars(part_id: UUID, desk: AtDesk) -> Response:
    """What the own company states of one of its parts beside the figures."""

    async def verb(work: Work, actor: Actor) -> ParticularsOut:
        return ParticularsOut.model_validate(await footprint.describing.stated(work, actor, PartId(part_id)))

    return await desk.read(verb)


@router.put("/parts/{part_id}/particulars", response_model=ParticularsOut)
async def describe(part_id: UUID, body: ParticularsIn, desk: AtDesk) -> Response:
    """States a part's particulars in place of those before. They go out with the next release."""

    async def verb(work: Work, actor: Actor) -> ParticularsOut:
        known = {footprint.describing.Known(name): figure for name, figure in body.known.items()}
        stated = footprint.describing.Particulars(
            tuple(body.names), tuple(body.maker_names), tuple(body.classes), known=known,
            **body.model_dump(exclude={"names", "maker_names", "classes", "known"}),
        )  # fmt: skip
        return ParticularsOut.model_validate(await footprint.describing.describe(work, actor, PartId(part_id), stated))

    return await desk.write(verb)


@router.get("/parts/{part_id}/structure", response_model=StructureOut)
async def structure(part_id: UUID, desk: AtDesk) -> Response:
    """A part with all of the own company's that goes into it."""

    async def verb(work: Work, actor: Actor) -> StructureOut:
        return _structure(await products.structure(work, actor, PartId(part_id)))

    return await desk.read(verb, asks=lambda _: products.asked.structure(PartId(part_id)))


@router.put("/parts/{part_id}/structure", response_model=StructureOut)
async def set_structure(part_id: UUID, body: StructureIn, desk: AtDesk) -> Response:
    """Gives a part exactly these components. With If-Match, only if nobody changed it meanwhile."""

    async def verb(work: Work, actor: Actor) -> StructureOut:
        require(actor, Deed.ENTER_DATA)  # before it is told whether there is such a part
        before = await products.structure(work, actor, PartId(part_id))
        desk.check_match(_structure(before).model_dump_json())
        components = [_component(before.top.part_number, component) for component in body.components]
        return _structure(await products.set_structure(work, actor, PartId(part_id), components))

    return await desk.write(verb)


def _component(parent: str, stated: ComponentIn) -> NewComponent:
    return NewComponent(parent, stated.part_number, stated.amount, parse_unit(stated.unit))


def _structure(found: Structure) -> StructureOut:
    return StructureOut(
        part=PartOut.model_validate(found.top),
        parts=[PartOut.model_validate(part) for part in sorted(found.parts.values(), key=lambda part: part.part_number)],
        components=[
            ComponentOut(
                parent=found.parts[link.parent_id].part_number, part_number=found.parts[link.child_id].part_number, amount=link.amount, unit=link.unit
            )
            for link in found.components
        ],
    )


@router.get("/parts/{part_id}/inventory", response_model=InventoryOut)
async def inventory(part_id: UUID, desk: AtDesk) -> Response:
    """A part's inventory: activity data by stage, materials under the circular footprint formula, the factor that stands in."""

    async def verb(work: Work, actor: Actor) -> InventoryOut:
        found = await footprint.inventory.inventory(work, actor, PartId(part_id))
        return InventoryOut(
            lines=[LineOut.model_validate(line) for line in found.lines],
            circular=[CircularOut.model_validate(item) for item in found.circular],
            secondary_factor=found.secondary.factor_code if found.secondary else None,
        )

    return await desk.read(verb)


@router.get("/factors", response_model=Page[FactorOut])
async def factors(desk: AtDesk, after: str | None = None, limit: Annotated[int, Query(ge=1, le=200)] = 50) -> Response:
    """The own company's emission factors, by code."""

    async def verb(work: Work, actor: Actor) -> Page[FactorOut]:
        found = await footprint.inventory.factors(work, actor, place(after, word), limit)
        more = cursor(found[-1].code) if len(found) == limit else None
        return Page(items=[FactorOut.model_validate(factor) for factor in found], next=more)

    return await desk.read(verb)


@router.get("/drafts", response_model=Page[DraftOut])
async def drafts(
    desk: AtDesk,
    method: Annotated[str, Query(max_length=100)] = "JRC-CFB-EV-2023-06",
    after: str | None = None,
    limit: Annotated[int, Query(ge=1, le=10_000)] = 1_000,
) -> Response:
    """The present figure of every part of the own company, by part number, for orientation; nothing is stored.

    Each page rolls up what goes into its parts, hence long pages.
    """

    async def verb(work: Work, actor: Actor) -> Page[DraftOut]:
        found = await products.parts(work, actor, None, None, place(after, word), limit)
        figures = await footprint.drafts.drafts(work, actor, method, [part.part_id for part in found], desk.tools.settings.structures)
        more = cursor(found[-1].part_number) if len(found) == limit else None
        return Page(items=[DraftOut.model_validate(figures[part.part_id]) for part in found], next=more)

    return await desk.read(verb, notes=True)
