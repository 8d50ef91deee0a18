"""A part's chain: traceability by material, what is wrong at which tier, who has answered; what the part holds; where it all comes from."""

from dataclasses import dataclass
from decimal import Decimal
from typing import Annotated, ClassVar, Literal
from uuid import UUID

from fastapi import Form, Query, Response

from ashiato.domain import diligence, products
from ashiato.domain.diligence import Custody, Material
from ashiato.domain.participants import Actor, Deed
from ashiato.domain.products import Part
from ashiato.kernel.ids import PartId
from ashiato.plumbing.unit_of_work import Work
from ashiato.web.lists import PER_PAGE, Place, Rows, by_place
from ashiato.web.pages.risks import MaybeDay
from ashiato.web.route import AtDoor, Once, View, journey, may
from ashiato.web.tables import Column, FileKind, Table, as_file
from ashiato.web.words import Words, words_for

router = journey()
_WIDTH, _HEIGHT = 720, 360
Figure = Annotated[Decimal, Form(max_digits=30)]
Line = Annotated[str, Form(max_length=200)]
Shown = Annotated[str, Query(max_length=40)]
Land = Annotated[str, Query(max_length=2)]


def _laid(place: tuple[float, float]) -> tuple[float, float]:
    """Latitude and longitude laid flat."""
    return (place[1] + 180) * _WIDTH / 360, (90 - place[0]) * _HEIGHT / 180


@dataclass(frozen=True, slots=True)
class Chains:
    """The products whose chains can be looked at."""

    template: ClassVar[str] = "chains.html"
    products: Rows[Part]
    led: bool  # here from a minerals template that names none of them alone


@dataclass(frozen=True, slots=True)
class ChainOfPart:
    """One part's chain."""

    template: ClassVar[str] = "chain.html"
    materials: ClassVar[tuple[Material, ...]] = tuple(Material)
    custodies: ClassVar[tuple[Custody, ...]] = tuple(Custody)
    purposes: ClassVar[tuple[diligence.probes.Purpose, ...]] = tuple(diligence.probes.Purpose)
    part: Part
    overview: diligence.overview.Overview
    stated: diligence.origins.Materials
    flags: list[diligence.risk.RedFlag]
    seen: diligence.model.Statement
    may_enter: bool
    may_ask: bool
    may_screen: bool


@dataclass(frozen=True, slots=True)
class Dot:
    """Where a country stands on the picture, how large, and whether a source speaks of it."""

    country: str
    x: float
    y: float
    size: float
    warned: bool


@dataclass(frozen=True, slots=True)
class Map:
    """Dots and a list; no border is drawn."""

    template: ClassVar[str] = "map.html"
    width: ClassVar[int] = _WIDTH
    height: ClassVar[int] = _HEIGHT
    ground: ClassVar[list[tuple[float, float]]] = [
        _laid(place) for place in diligence.atlas.centres().values()
    ]  # by which the eye knows the continents
    materials: ClassVar[tuple[Material, ...]] = tuple(Material)
    spots: list[diligence.atlas.Spot]
    dots: list[Dot]
    material: str
    country: str


@router.get("/chains")
async def chains(visit: AtDoor, after: Place = "", led: Literal["", "yes"] = "") -> Response:
    """The products that the own company makes and that go into nothing else of its own, by their numbers."""

    async def verb(work: Work, actor: Actor) -> View:
        found = await products.lists.finished(work, actor, after, PER_PAGE + 1)
        return Chains(by_place(found, lambda part: part.part_number, "/chains", led=led, after=after), bool(led))

    return await visit.show(verb)


@router.get("/parts/{part_id:uuid}/diligence")
async def chain(visit: AtDoor, part_id: UUID) -> Response:
    """One part's chain, as far as it has spoken. First readings of suppliers' answers are recorded for them."""

    async def verb(work: Work, actor: Actor) -> View:
        own = PartId(part_id)
        part = await products.part(work, actor, own)
        return ChainOfPart(
            part, await diligence.overview.of_part(work, actor, own), await diligence.origins.materials(work, actor, own),
            await diligence.register.flags_of(work, actor, own), await diligence.answering.foresee(work, actor, own),
            may(actor, Deed.ENTER_DATA), may(actor, Deed.ASK), may(actor, Deed.DECLARE),
        )  # fmt: skip

    return await visit.show(verb, notes=True)


@router.post("/parts/{part_id:uuid}/contents")
async def hold(visit: AtDoor, part_id: UUID, material: Annotated[Material, Form()], mass_kg: Figure, once: Once,
               loss_percent: Figure = Decimal(0)) -> Response:  # fmt: skip
    """States how much of a material the part holds, and what is lost in the making."""
    content = diligence.model.Content(material, mass_kg, loss_percent / 100)

    async def verb(work: Work, actor: Actor) -> None:
        before = await diligence.origins.materials(work, actor, PartId(part_id))
        await _state(
            visit,
            work,
            actor,
            part_id,
            diligence.origins.Materials([*(each for each in before.contents if each.material != material), content], before.origins),
        )

    return await visit.act(verb, f"/parts/{part_id}/diligence#held", once)


@router.post("/parts/{part_id:uuid}/origins")
async def add_origin(visit: AtDoor, part_id: UUID, material: Annotated[Material, Form()], mass_kg: Figure, once: Once, form: Line = "",
                     country: Line = "", region: Line = "", mine: Line = "", refiner: Line = "", refiner_cid: Line = "",
                     refiner_country: Line = "", custody: Annotated[Custody, Form()] = Custody.UNKNOWN,
                     recycled: Annotated[bool, Form()] = False, audit_scheme: Line = "", audit_until: MaybeDay = None) -> Response:  # fmt: skip
    """States one more origin of a material in the part."""
    origin = diligence.model.Origin(
        material, mass_kg, form.strip(), country.strip().upper(), region.strip().upper(), mine.strip(), refiner.strip(),
        refiner_cid.strip().upper(), custody, recycled, audit_scheme.strip(), audit_until, refiner_country.strip().upper(),
    )  # fmt: skip

    async def verb(work: Work, actor: Actor) -> None:
        before = await diligence.origins.materials(work, actor, PartId(part_id))
        await _state(visit, work, actor, part_id, diligence.origins.Materials(before.contents, [*before.origins, origin]))

    return await visit.act(verb, f"/parts/{part_id}/diligence#held", once)


@router.post("/parts/{part_id:uuid}/origins/removal")
async def remove_origin(visit: AtDoor, part_id: UUID, line: Annotated[int, Form(ge=0)], once: Once) -> Response:
    """Takes back one origin."""

    async def verb(work: Work, actor: Actor) -> None:
        before = await diligence.origins.materials(work, actor, PartId(part_id))
        kept = [origin for place, origin in enumerate(before.origins) if place != line]
        await _state(visit, work, actor, part_id, diligence.origins.Materials(before.contents, kept))

    return await visit.act(verb, f"/parts/{part_id}/diligence#held", once)


async def _state(visit: AtDoor, work: Work, actor: Actor, part_id: UUID, stated: diligence.origins.Materials) -> None:
    await diligence.origins.state(work, actor, PartId(part_id), stated)
    await diligence.answering.renew_above(work, actor, PartId(part_id), visit.tools.seal)


@router.post("/parts/{part_id:uuid}/probes")
async def ask(visit: AtDoor, part_id: UUID, kind: Annotated[diligence.probes.ProbeKind, Form()], subject: Line, once: Once, purpose: Line = "",
              reason: Annotated[str, Form(max_length=1000)] = "") -> Response:  # fmt: skip
    """Asks the whole chain: who is on the path of a material, or whether something is in it."""
    question = diligence.probes.Question(
        kind, PartId(part_id), subject.strip(), *([purpose, reason.strip()] if kind is diligence.probes.ProbeKind.SCREENING else [])
    )

    async def verb(work: Work, actor: Actor) -> None:
        await diligence.probes.ask(work, actor, question)

    return await visit.act(verb, "/consents", once)


@router.get("/chains/map")
async def where(visit: AtDoor, material: Shown = "", country: Land = "") -> Response:
    """Where materials come from, as far as is known here: dots and a list."""

    async def verb(work: Work, actor: Actor) -> View:
        spots = await _spots(work, actor, material, country)
        return Map(spots, _dots(spots), material, country)

    return await visit.show(verb, notes=True)


@router.get("/chains/map.{kind}")
async def where_as_file(visit: AtDoor, kind: FileKind, material: Shown = "", country: Land = "") -> Response:
    """The list beside the picture, as a file."""
    t = words_for(visit.request)
    spots = await visit.look(lambda work, actor: _spots(work, actor, material, country), notes=True)
    headings = ("country", "material", "map.parts", "map.refiners", "map.named", "flags")
    rows: list[tuple[object, ...]] = [
        (spot.country, diligence.document.spoken(spot.material, t.written), spot.parts, spot.refiners, spot.named, _flagged(spot, t))
        for spot in spots
    ]
    return await as_file(Table("origins", tuple(Column(t(key), key in headings[2:5]) for key in headings), rows), kind)


def _flagged(spot: diligence.atlas.Spot, t: Words) -> str:
    return "; ".join(f"{one.words_ja if t.written == 'ja' else one.words} ({one.citation})" for one in spot.indicators)


async def _spots(work: Work, actor: Actor, material: str, country: str) -> list[diligence.atlas.Spot]:
    chosen = Material(material) if material in set(Material) else None
    return [spot for spot in await diligence.atlas.atlas(work, actor, chosen) if country.upper() in ("", spot.country)]


def _dots(spots: list[diligence.atlas.Spot]) -> list[Dot]:
    """One dot a country."""
    dots = []
    for country in sorted({spot.country for spot in spots if spot.country}):
        there, place = [spot for spot in spots if spot.country == country], diligence.atlas.centre(country)
        if place is not None:
            count = sum(spot.parts + spot.named for spot in there)
            warned = any(spot.indicators for spot in there)
            dots.append(Dot(country, *_laid(place), min(6 + 2 * count, 16), warned))
    return dots
