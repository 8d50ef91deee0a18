"""Verification rooms: a member opens one, the verifier traces totals down to meter readings, samples, notes, and signs its opinion."""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Annotated, ClassVar, Literal
from urllib.parse import quote
from uuid import UUID

from fastapi import Form, Query, Response

from ashiato.domain import assurance, footprint, participants, sharing
from ashiato.domain.assurance import Conclusion, Item, Level, Note, NoteKind, Room
from ashiato.domain.participants import Actor, CompanyKind, Deed
from ashiato.kernel import frozen
from ashiato.kernel.digest import Json, canonical
from ashiato.kernel.ids import CompanyId, FootprintId
from ashiato.plumbing.keys import key_id
from ashiato.plumbing.unit_of_work import Work
from ashiato.web.lists import MOST_IN_A_FILE
from ashiato.web.route import AtDoor, Once, View, Visit, journey, may
from ashiato.web.tables import Column, FileKind, Table, as_file
from ashiato.web.words import words_for

router = journey()
tracing = footprint.verifying.tracing
_MOST = 100
_MOST_OFFERED = 500  # verifiers in one field; beyond, a number is typed
_USUAL_DAYS = 60
Short = Annotated[str, Form(max_length=200)]
Words = Annotated[str, Form(max_length=2000)]
Place = Annotated[str, Form(min_length=1, max_length=500)]
Steps = Annotated[list[str] | None, Query(max_length=50)]


@dataclass(frozen=True, slots=True)
class Rooms:
    """The company's rooms, and those that are open to it."""

    template: ClassVar[str] = "rooms.html"
    rooms: list[Room]
    names: dict[CompanyId, str]
    now: datetime
    me: CompanyId


@dataclass(frozen=True, slots=True)
class ToOpen:
    """What is about to be shown, to whom, until when."""

    template: ClassVar[str] = "room_new.html"
    computed: footprint.Footprint
    until: date
    verifiers: list[participants.directory.Listed]
    more: bool  # there are more than can be chosen from


@dataclass(frozen=True, slots=True)
class RoomPage:
    """A room from either side."""

    template: ClassVar[str] = "room.html"
    room: Room
    items: list[Item]
    names: dict[CompanyId, str]
    notes: list[Note]
    open: dict[UUID, set[str]]
    opinions: list[assurance.opinions.Signed]
    accesses: list[sharing.Access]
    live: bool
    own: bool
    may_close: bool


@dataclass(frozen=True, slots=True)
class TracePage:
    """One part of a shown footprint, with the way to it and the notes on its lines."""

    template: ClassVar[str] = "room_trace.html"
    found: footprint.verifying.Examined
    traced: tracing.Trace
    crumbs: list[tuple[str, str]]  # name, address
    threads: Mapping[str, list[Note]]
    proofs: Mapping[str, list[assurance.Proof]]
    open: set[str]
    address: str
    me: CompanyId
    verifies: bool
    may_note: bool
    may_sign: bool

    def below(self, number: str) -> str:
        """The address one step further down."""
        joiner = "&" if "?" in self.address else "?"
        return f"{self.address}{joiner}at={quote(number, safe='')}"


@dataclass(frozen=True, slots=True)
class SamplePage:
    """A random sample of the lines behind a footprint."""

    template: ClassVar[str] = "room_sample.html"
    found: footprint.verifying.Examined
    seed: str
    size: int
    by: str
    strata: tuple[str, ...]
    drawn: list[tuple[str, tracing.Row]]
    ticked: set[str]


@dataclass(frozen=True, slots=True)
class OpinionPage:
    """A signed opinion."""

    template: ClassVar[str] = "opinion.html"
    signed: assurance.opinions.Signed


@router.get("/rooms")
async def rooms(visit: AtDoor) -> Response:
    """The company's rooms, and those that are open to it."""
    return await visit.show(listed)


@router.get("/rooms.{kind}")
async def rooms_as_file(visit: AtDoor, kind: FileKind) -> Response:
    """The same rooms as a file."""
    t, found = words_for(visit.request), await visit.look(lambda work, actor: listed(work, actor, MOST_IN_A_FILE))
    headings = ("rooms.title", "rooms.company", "rooms.verifier", "rooms.opened", "rooms.until", "state")
    rows: list[tuple[object, ...]] = [
        (one.title, found.names.get(CompanyId(one.company_id), ""), found.names.get(CompanyId(one.verifier_id), ""), one.opened_at, one.expires_at,
         t("rooms.open") if one.live(found.now) else t("rooms.closed"))
        for one in found.rooms
    ]  # fmt: skip
    return await as_file(Table("rooms", tuple(Column(t(key)) for key in headings), rows), kind)


async def listed(work: Work, actor: Actor, most: int = _MOST) -> Rooms:
    """The newest rooms from either side."""
    found = await assurance.rooms.listed(work, actor, None, most)
    met = {*(one.company_id for one in found), *(one.verifier_id for one in found)}
    return Rooms(found, await participants.names_of(work, list(met)), work.now, actor.company_id)


@router.get("/rooms/new")
async def to_open(visit: AtDoor, footprint_id: Annotated[UUID, Query(alias="footprint")]) -> Response:
    """What is about to be shown to a verifier."""

    async def verb(work: Work, actor: Actor) -> View:
        computed = await footprint.footprint(work, actor, FootprintId(footprint_id))
        offered = await participants.directory.verifiers(work, actor, _MOST_OFFERED + 1)
        return ToOpen(computed, (work.now + timedelta(days=_USUAL_DAYS)).date(), offered, len(offered) > _MOST_OFFERED)

    return await visit.show(verb)


@router.post("/rooms")
async def open_room(
    visit: AtDoor, footprint_id: Annotated[UUID, Form()], verifier: Annotated[str, Form(min_length=1, max_length=200)],
    until: Annotated[date, Form()], once: Once, title: Short = "",
) -> Response:  # fmt: skip
    """Opens a room for a verifier."""

    async def verb(work: Work, actor: Actor) -> None:
        ends = datetime.combine(until, time(23, 59, 59), UTC)
        await footprint.verifying.open_room(work, actor, verifier.strip(), title, [FootprintId(footprint_id)], ends)

    return await visit.act(verb, "/rooms", once)


@router.get("/rooms/{room_id:uuid}")
async def room(visit: AtDoor, room_id: UUID) -> Response:
    """A room: what is shown, what was noted and concluded; its owner also sees what was read."""

    async def verb(work: Work, actor: Actor) -> View:
        found = await assurance.rooms.room(work, actor, room_id)
        items = await assurance.rooms.items(work, actor, room_id)
        notes = await assurance.rooms.notes(work, actor, room_id)
        own = found.company_id == actor.company_id
        standing = {one.footprint_id: assurance.open_places(note for note in notes if note.footprint_id == one.footprint_id) for one in items}
        return RoomPage(
            found, items, await participants.names_of(work, [found.company_id, found.verifier_id]), notes, standing,
            await assurance.opinions.in_room(work, actor, room_id), await footprint.verifying.read_in(work, actor, found, items),
            found.live(work.now), own, own and found.live(work.now) and may(actor, Deed.ANSWER),
        )  # fmt: skip

    return await visit.show(verb)


@router.post("/rooms/{room_id:uuid}/closing")
async def close(visit: AtDoor, room_id: UUID, once: Once) -> Response:
    """Closes a room of the company's."""

    async def verb(work: Work, actor: Actor) -> None:
        await footprint.verifying.close(work, actor, room_id)

    return await visit.act(verb, f"/rooms/{room_id}", once)


@router.get("/rooms/{room_id:uuid}/footprints/{footprint_id:uuid}")
async def trace(visit: AtDoor, room_id: UUID, footprint_id: UUID, at: Steps = None, find: Annotated[str, Query(max_length=200)] = "") -> Response:
    """What one part of a shown footprint carries; each row leads a step further down, or ends at what was measured."""

    async def verb(work: Work, actor: Actor) -> View:
        found = await footprint.verifying.examined(work, actor, room_id, FootprintId(footprint_id))
        way = at or (tracing.ways(found.package).get(find, []) if find else [])  # a sample's line and a note name their part alone
        traced = tracing.trace(found.package, way)
        steps = [_address(room_id, footprint_id, way[:depth]) for depth in range(len(way) + 1)]
        verifies = actor.kind is CompanyKind.VERIFIER and actor.company_id == found.room.verifier_id
        live = found.room.live(work.now)
        return TracePage(
            found, traced, [(crumb.part.name, step) for crumb, step in zip(traced.crumbs, steps, strict=True)], _threads(found.notes),
            _proofs(found, traced), assurance.open_places(found.notes), steps[-1], actor.company_id, verifies and live,
            live and may(actor, Deed.ENTER_DATA), verifies and live and may(actor, Deed.DECLARE),
        )  # fmt: skip

    return await visit.show(verb, notes=True)


def _address(room_id: UUID, footprint_id: UUID, at: list[str]) -> str:
    steps = "&".join(f"at={quote(number, safe='')}" for number in at)
    return f"/rooms/{room_id}/footprints/{footprint_id}{'?' if steps else ''}{steps}"


def _threads(notes: tuple[Note, ...]) -> dict[str, list[Note]]:
    found: dict[str, list[Note]] = {}
    for note in notes:
        found.setdefault(note.place, []).append(note)
    return found


def _proofs(found: footprint.verifying.Examined, traced: tracing.Trace) -> dict[str, list[assurance.Proof]]:
    by_place: dict[str, list[assurance.Proof]] = {}
    for row in traced.rows:
        by_place[row.place] = [proof for proof in found.item.proofs if (proof.part_number, proof.line) == (row.part_number, row.line)]
    return by_place


@router.post("/rooms/{room_id:uuid}/footprints/{footprint_id:uuid}/notes")
async def note(
    visit: AtDoor, room_id: UUID, footprint_id: UUID, place: Place, kind: Annotated[NoteKind, Form()], once: Once, words: Words = "",
    at: Annotated[list[str] | None, Form(max_length=50)] = None,
) -> Response:  # fmt: skip
    """Notes something on one line, and stays at it."""

    async def verb(work: Work, actor: Actor) -> None:
        await assurance.rooms.note(work, actor, room_id, footprint_id, place, kind, words)

    return await visit.act(verb, _address(room_id, footprint_id, at or []), once)


@router.get("/rooms/{room_id:uuid}/footprints/{footprint_id:uuid}/sample")
async def sample(
    visit: AtDoor, room_id: UUID, footprint_id: UUID, seed: Annotated[str, Query(max_length=100)] = "",
    size: Annotated[int, Query(ge=1, le=1000)] = 20, by: Literal["stage", "part", "source"] = "stage",
) -> Response:  # fmt: skip
    """A random sample of the lines behind a footprint; the seed is proposed and shown, so that it can be drawn again."""

    async def verb(work: Work, actor: Actor) -> View:
        found = await footprint.verifying.examined(work, actor, room_id, FootprintId(footprint_id))
        used = seed.strip() or found.item.package_digest[-12:]
        drawn = footprint.verifying.sampled(found, size, used, by)
        ticked = {one.place for one in found.notes if one.kind == NoteKind.TICK}
        return SamplePage(found, used, size, by, footprint.verifying.STRATA, drawn, ticked)

    return await visit.show(verb, notes=True)


@router.get("/rooms/{room_id:uuid}/footprints/{footprint_id:uuid}/sample.{kind}")
async def sample_file(
    visit: AtDoor, room_id: UUID, footprint_id: UUID, kind: FileKind, seed: Annotated[str, Query(min_length=1, max_length=100)],
    size: Annotated[int, Query(ge=1, le=1000)] = 20, by: Literal["stage", "part", "source"] = "stage",
) -> Response:  # fmt: skip
    """The same sample as a table."""

    async def verb(work: Work, actor: Actor) -> list[tuple[str, tracing.Row]]:
        found = await footprint.verifying.examined(work, actor, room_id, FootprintId(footprint_id))
        return footprint.verifying.sampled(found, size, seed, by)

    return await as_file(_sample_table(await visit.look(verb, notes=True), seed), kind)


def _sample_table(drawn: list[tuple[str, tracing.Row]], seed: str) -> Table:
    """Under the same headings in every language: whoever draws the sample again compares the files."""
    figures = ("amount", "kg_co2e")
    headings = ("stratum", "place", "part_number", "name", "amount", "unit", "factor", "kg_co2e", "source", "evidence", "seed")
    rows: list[tuple[object, ...]] = [
        (stratum, row.place, row.part_number, row.name, row.amount, row.unit, row.factor.code if row.factor else "", row.carried, row.source,
         row.evidence, seed)
        for stratum, row in drawn
    ]  # fmt: skip
    return Table("sample", tuple(Column(each, each in figures) for each in headings), rows)


@router.post("/rooms/{room_id:uuid}/footprints/{footprint_id:uuid}/opinions")
async def sign(
    visit: AtDoor, room_id: UUID, footprint_id: UUID, standard: Annotated[str, Form(min_length=1, max_length=200)], level: Annotated[Level, Form()],
    conclusion: Annotated[Conclusion, Form()], once: Once, words: Words = "",
) -> Response:  # fmt: skip
    """The verifier signs its opinion."""

    async def verb(work: Work, actor: Actor) -> None:
        new = assurance.opinions.NewOpinion(standard, level, conclusion, words)
        await assurance.opinions.sign(work, actor, room_id, footprint_id, new, visit.tools.seal)

    return await visit.act(verb, f"/rooms/{room_id}", once)


@router.get("/opinions/{opinion_id:uuid}.json")
async def opinion_file(visit: AtDoor, opinion_id: UUID) -> Response:
    """The signed opinion: its canonical JSON, the verifier's signature and key."""
    signed = await _opinion(visit, opinion_id)
    key: Json = {**signed.key}
    file: Json = {"opinion": frozen.encode(signed.opinion), "signature": {"jws": signed.jws, "key": key}}
    headers = {"Content-Disposition": f'attachment; filename="opinion-{opinion_id}.json"', "Cache-Control": "private, no-store"}
    return Response(canonical(file), headers=headers, media_type="application/json")


@router.get("/opinions/{opinion_id:uuid}.pdf")
async def opinion_paper(visit: AtDoor, opinion_id: UUID) -> Response:
    """The opinion on paper, in the reader's language."""
    signed, language = await _opinion(visit, opinion_id), words_for(visit.request).written
    content = await asyncio.to_thread(assurance.document.opinion_pdf, signed, key_id(signed.key), language)
    headers = {"Content-Disposition": f'inline; filename="opinion-{opinion_id}-{language}.pdf"', "Cache-Control": "private, no-store"}
    return Response(content, headers=headers, media_type="application/pdf")


async def _opinion(visit: Visit, opinion_id: UUID) -> assurance.opinions.Signed:
    async def verb(work: Work) -> assurance.opinions.Signed:
        return await assurance.opinions.one(work, await visit.enter(work), opinion_id)

    return await visit.tools.works.run(verb, read_only=True)


@router.get("/opinions/{opinion_id:uuid}")
async def opinion(visit: AtDoor, opinion_id: UUID) -> Response:
    """A signed opinion, with what proves it."""

    async def verb(work: Work, actor: Actor) -> View:
        return OpinionPage(await assurance.opinions.one(work, actor, opinion_id))

    return await visit.show(verb)
