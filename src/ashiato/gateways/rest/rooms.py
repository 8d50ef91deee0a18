"""Routes: verification rooms, what is shown in them, notes, samples, opinions."""

from typing import Annotated, Any, Literal
from uuid import UUID

from fastapi import Query, Response

from ashiato.domain import assurance, footprint
from ashiato.domain.participants import Actor
from ashiato.gateways.rest.desk import AtDesk, cursor, moment_and_id, place
from ashiato.gateways.rest.routing import routes_about
from ashiato.gateways.rest.wire.rooms import (
    AccessInRoomOut,
    DrawnOut,
    ItemOut,
    OpinionIn,
    OpinionOut,
    RoomIn,
    RoomNoteIn,
    RoomNoteOut,
    RoomOut,
    RowOut,
    SampleOut,
    ShownOut,
    TraceOut,
    WholeRoomOut,
)
from ashiato.gateways.rest.wire.words import Page
from ashiato.kernel import frozen
from ashiato.kernel.ids import FootprintId
from ashiato.plumbing.unit_of_work import Work

router = routes_about("assurance")


def _object(found: object) -> dict[str, Any]:
    encoded = frozen.encode(found)
    if not isinstance(encoded, dict):
        raise TypeError("an object is expected")
    return encoded


def _opinion(signed: assurance.opinions.Signed) -> OpinionOut:
    signature = {"jws": signed.jws, "key": signed.key}
    return OpinionOut(opinion=_object(signed.opinion), digest=signed.digest, signature=signature, room_id=signed.room_id, signed_at=signed.signed_at)


def _row(row: footprint.verifying.tracing.Row) -> dict[str, Any]:
    told = {name: getattr(row, name) for name in RowOut.model_fields if name != "factor"}
    return told | {"factor": row.factor.code if row.factor else None}


@router.post("/rooms", status_code=201, response_model=RoomOut)
async def open_room(body: RoomIn, desk: AtDesk) -> Response:
    """Opens a room for a verifier: it may read these footprints with everything that they follow from, until a day."""

    async def verb(work: Work, actor: Actor) -> RoomOut:
        shown = [FootprintId(one) for one in body.footprints]
        return RoomOut.model_validate(await footprint.verifying.open_room(work, actor, body.verifier, body.title, shown, body.until))

    return await desk.write(verb, 201)


@router.get("/rooms", response_model=Page[RoomOut])
async def rooms(desk: AtDesk, after: str | None = None, limit: Annotated[int, Query(ge=1, le=200)] = 50) -> Response:
    """The own company's rooms, and those that are open to it, newest first."""

    async def verb(work: Work, actor: Actor) -> Page[RoomOut]:
        found = await assurance.rooms.listed(work, actor, place(after, moment_and_id), limit)
        more = cursor(found[-1].opened_at, found[-1].room_id) if len(found) == limit else None
        return Page(items=[RoomOut.model_validate(one) for one in found], next=more)

    return await desk.read(verb)


@router.get("/rooms/{room_id}", response_model=WholeRoomOut)
async def room(room_id: UUID, desk: AtDesk) -> Response:
    """A room with what is shown in it, the notes and opinions; its owner also sees what the verifier has read."""

    async def verb(work: Work, actor: Actor) -> WholeRoomOut:
        found = await assurance.rooms.room(work, actor, room_id)
        shown = await assurance.rooms.items(work, actor, room_id)
        return WholeRoomOut(
            **RoomOut.model_validate(found).model_dump(),
            items=[ItemOut.model_validate(one) for one in shown],
            notes=[RoomNoteOut.model_validate(one) for one in await assurance.rooms.notes(work, actor, room_id)],
            opinions=[_opinion(one) for one in await assurance.opinions.in_room(work, actor, room_id)],
            accesses=[AccessInRoomOut.model_validate(one) for one in await footprint.verifying.read_in(work, actor, found, shown)],
        )

    return await desk.read(verb)


@router.delete("/rooms/{room_id}", status_code=204, response_class=Response)
async def close(room_id: UUID, desk: AtDesk) -> Response:
    """Closes a room of the own company's: from the next request on nothing in it can be read by the verifier."""

    async def verb(work: Work, actor: Actor) -> None:
        await footprint.verifying.close(work, actor, room_id)

    return await desk.write(verb)


@router.get("/rooms/{room_id}/footprints/{footprint_id}", response_model=ShownOut)
async def shown(room_id: UUID, footprint_id: UUID, desk: AtDesk) -> Response:
    """A footprint that is shown in a room: the frozen package, with which anybody can compute it again, and the result."""

    async def verb(work: Work, actor: Actor) -> ShownOut:
        found = await footprint.verifying.examined(work, actor, room_id, FootprintId(footprint_id))
        return ShownOut(package=_object(found.package), package_digest=found.item.package_digest, result=_object(found.result))

    return await desk.read(verb, notes=True)


@router.get("/rooms/{room_id}/footprints/{footprint_id}/trace", response_model=TraceOut)
async def trace(
    room_id: UUID,
    footprint_id: UUID,
    desk: AtDesk,
    at: Annotated[list[str] | None, Query(max_length=50, description="parts from the product down")] = None,
) -> Response:
    """What one part of a shown footprint carries, row by row: the product, or the part at the end of `at`."""

    async def verb(work: Work, actor: Actor) -> TraceOut:
        found = await footprint.verifying.examined(work, actor, room_id, FootprintId(footprint_id))
        traced = footprint.verifying.tracing.trace(found.package, at or [])
        return TraceOut(
            path=at or [], part_number=traced.part.part_number, name=traced.part.name, declared_unit=traced.part.declared_unit,
            used=traced.crumbs[-1].used, total=traced.total, rows=[RowOut(**_row(row)) for row in traced.rows],
        )  # fmt: skip

    return await desk.read(verb, notes=True)


@router.get("/rooms/{room_id}/footprints/{footprint_id}/sample", response_model=SampleOut)
async def sample(
    room_id: UUID,
    footprint_id: UUID,
    desk: AtDesk,
    seed: Annotated[str, Query(min_length=1, max_length=100)],
    size: Annotated[int, Query(ge=1, le=1000)] = 20,
    strata: Literal["stage", "part", "source"] = "stage",
) -> Response:
    """A random sample of the lines behind a footprint; whoever draws with the same seed draws the same ones."""

    async def verb(work: Work, actor: Actor) -> SampleOut:
        found = await footprint.verifying.examined(work, actor, room_id, FootprintId(footprint_id))
        drawn = footprint.verifying.sampled(found, size, seed, strata)
        return SampleOut(seed=seed, size=size, strata=strata, rows=[DrawnOut(stratum=stratum, **_row(row)) for stratum, row in drawn])

    return await desk.read(verb, notes=True)


@router.post("/rooms/{room_id}/notes", status_code=201, response_model=RoomNoteOut)
async def note(room_id: UUID, body: RoomNoteIn, desk: AtDesk) -> Response:
    """Notes something on one line: the verifier ticks, asks, finds and settles, either side replies."""

    async def verb(work: Work, actor: Actor) -> RoomNoteOut:
        kind = assurance.NoteKind(body.kind)
        return RoomNoteOut.model_validate(await assurance.rooms.note(work, actor, room_id, body.footprint_id, body.place, kind, body.words))

    return await desk.write(verb, 201)


@router.post("/rooms/{room_id}/opinions", status_code=201, response_model=OpinionOut)
async def sign(room_id: UUID, body: OpinionIn, desk: AtDesk) -> Response:
    """The verifier signs its opinion on a footprint, bound to the digest of the package that was shown."""

    async def verb(work: Work, actor: Actor) -> OpinionOut:
        conclusion = assurance.Conclusion(body.conclusion)
        new = assurance.opinions.NewOpinion(body.standard, assurance.Level(body.level), conclusion, body.words)
        return _opinion(await assurance.opinions.sign(work, actor, room_id, body.footprint_id, new, desk.tools.seal))

    return await desk.write(verb, 201)


@router.get("/opinions/{opinion_id}", response_model=OpinionOut)
async def opinion(opinion_id: UUID, desk: AtDesk) -> Response:
    """An opinion that the own company has signed, or that is about it."""

    async def verb(work: Work, actor: Actor) -> OpinionOut:
        return _opinion(await assurance.opinions.one(work, actor, opinion_id))

    return await desk.read(verb)
