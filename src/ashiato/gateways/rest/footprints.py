"""Routes: computing footprints, declaring them, methods."""

from typing import Annotated, Any
from uuid import UUID

from fastapi import Query, Response

from ashiato.domain import footprint
from ashiato.domain.footprint import Footprint
from ashiato.domain.participants import Actor
from ashiato.gateways.rest.desk import AtDesk, cursor, moment_and_id, place
from ashiato.gateways.rest.routing import routes_about
from ashiato.gateways.rest.wire.footprints import ComputeIn, DeclarationItemOut, DeclarationOut, DeclareIn, FootprintOut, MethodOut
from ashiato.gateways.rest.wire.words import Page
from ashiato.kernel.ids import DeclarationId, FootprintId, PartId
from ashiato.kernel.period import Period
from ashiato.plumbing.unit_of_work import Work

router = routes_about("footprint")


@router.get("/methods")
async def methods() -> Page[MethodOut]:
    """The calculation methods that are installed. Open to everybody."""
    return Page(items=[MethodOut.model_validate(method) for method in footprint.methods.all_methods().values()])


@router.post("/parts/{part_id}/footprints", status_code=201, response_model=FootprintOut)
async def compute(part_id: UUID, body: ComputeIn, desk: AtDesk) -> Response:
    """Computes a part's footprint from all that is known now, and freezes what it follows from."""

    async def verb(work: Work, actor: Actor) -> FootprintOut:
        period = Period(body.period_start, body.period_end)
        return _out(await footprint.compute(work, actor, PartId(part_id), body.method, period), [])

    return await desk.write(verb, 201)


@router.get("/parts/{part_id}/footprints", response_model=Page[FootprintOut])
async def footprints(part_id: UUID, desk: AtDesk, after: str | None = None, limit: Annotated[int, Query(ge=1, le=100)] = 20) -> Response:
    """The footprints of one of the own parts, newest first."""

    async def verb(work: Work, actor: Actor) -> Page[FootprintOut]:
        found = await footprint.history.footprints(work, actor, PartId(part_id), place(after, moment_and_id), limit)
        more = cursor(found[-1].computed_at, found[-1].footprint_id) if len(found) == limit else None
        return Page(items=[_out(computed, []) for computed in found], next=more)

    return await desk.read(verb)


@router.get("/footprints/{footprint_id}", response_model=FootprintOut)
async def one_footprint(footprint_id: UUID, desk: AtDesk) -> Response:
    """One of the own footprints, and which newer answers make it stale."""

    async def verb(work: Work, actor: Actor) -> FootprintOut:
        computed = await footprint.footprint(work, actor, FootprintId(footprint_id))
        stale = await footprint.stale_answers(work, actor, [computed])
        return _out(computed, stale[computed.footprint_id])

    return await desk.read(verb)


def _out(computed: Footprint, stale: list[str]) -> FootprintOut:
    return FootprintOut.model_validate(
        {
            "footprint_id": computed.footprint_id, "part_id": computed.part_id, "part_number": computed.package.product,
            "method": computed.package.method, "period_start": computed.package.period.start, "period_end": computed.package.period.end,
            "computed_at": computed.computed_at, "package_digest": computed.package_digest, "draft": computed.result.draft,
            "stale": stale, "result": footprint.package.encode(computed.result),
        }
    )  # fmt: skip


@router.get("/footprints/{footprint_id}/package")
async def package(footprint_id: UUID, desk: AtDesk) -> dict[str, Any]:
    """The frozen input package of one of the own footprints."""

    async def verb(work: Work) -> dict[str, Any]:
        computed = await footprint.footprint(work, await desk.enter(work), FootprintId(footprint_id))
        content = footprint.package.encode(computed.package)
        return content if isinstance(content, dict) else {}

    return await desk.tools.works.run(verb, read_only=True)


@router.post("/declarations", status_code=201, response_model=DeclarationOut)
async def declare(body: DeclareIn, desk: AtDesk) -> Response:
    """Freezes, signs and publishes the declaration of a battery's footprint. A draft is refused, with every line that makes it one."""

    async def verb(work: Work, actor: Actor) -> DeclarationOut:
        declared = await footprint.declaring.declare(
            work, actor, FootprintId(body.footprint_id), desk.tools.seal, body.conformity_declaration_id, body.study_url
        )
        return _declared(desk, declared)

    return await desk.write(verb, 201)


@router.get("/declarations", response_model=Page[DeclarationItemOut])
async def declarations(desk: AtDesk, after: str | None = None, limit: Annotated[int, Query(ge=1, le=200)] = 50) -> Response:
    """The own declarations, oldest first."""

    async def verb(work: Work, actor: Actor) -> Page[DeclarationItemOut]:
        found = await footprint.history.declarations(work, actor, place(after, moment_and_id), limit)
        more = cursor(found[-1].declared_at, found[-1].declaration_id) if len(found) == limit else None
        return Page(items=[DeclarationItemOut.model_validate(item) for item in found], next=more)

    return await desk.read(verb)


@router.get("/declarations/{declaration_id}", response_model=DeclarationOut)
async def declaration(declaration_id: UUID, desk: AtDesk) -> Response:
    """One of the own declarations; its file holds the input package."""

    async def verb(work: Work, actor: Actor) -> DeclarationOut:
        return _declared(desk, await footprint.declaring.declaration(work, actor, DeclarationId(declaration_id)))

    return await desk.read(verb)


@router.get("/published-declarations/{declaration_id}")
async def published(declaration_id: UUID, desk: AtDesk) -> DeclarationOut:
    """A declaration as everybody may see it; its file holds no input package."""
    found = await desk.tools.works.run(lambda work: footprint.declaring.published_declaration(work, DeclarationId(declaration_id)), read_only=True)
    return _declared(desk, found)


def _declared(desk: AtDesk, declared: footprint.declaration.Declared) -> DeclarationOut:
    url = f"{desk.tools.settings.public_url}/declarations/{declared.declaration_id}"
    return DeclarationOut.model_validate({"declaration_id": declared.declaration_id, "part_id": declared.part_id, "url": url, "file": declared.file})
