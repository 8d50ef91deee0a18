"""What was entered for a part, line by line: page after page, and whole as a file."""

from dataclasses import dataclass
from typing import Annotated, ClassVar, Literal
from uuid import UUID

from fastapi import Query, Response

from ashiato.domain import footprint, products
from ashiato.domain.participants import Actor
from ashiato.domain.products import Part
from ashiato.kernel.ids import PartId
from ashiato.plumbing.unit_of_work import Work
from ashiato.web.lists import Listing
from ashiato.web.route import AtDoor, View, journey
from ashiato.web.tables import Column, FileKind, Table, as_file
from ashiato.web.words import Words, words_for

router = journey()
_AT_ONCE = 100
_MOST_IN_A_FILE = 100_000
Of = Literal["lines", "circular"]
_Entered = tuple[Part, list[footprint.inventory.StoredLine], list[footprint.inventory.StoredCircular]]


@dataclass(frozen=True, slots=True)
class InventoryPage:
    """The page: inventory lines, or materials under the circular footprint formula."""

    template: ClassVar[str] = "inventory.html"
    part: Part
    lines: list[footprint.inventory.StoredLine]
    circular: list[footprint.inventory.StoredCircular]
    listing: Listing
    of: Of


@router.get("/parts/{part_id:uuid}/inventory")
async def inventory(visit: AtDoor, part_id: UUID, of: Of = "lines", after: Annotated[int, Query(ge=0, le=2**31 - 1)] = 0) -> Response:
    """What was entered for an own part, by line."""

    async def verb(work: Work, actor: Actor) -> View:
        part, lines, circular = await _entered(work, actor, PartId(part_id), of, after, _AT_ONCE + 1)
        numbers = [row.line for row in lines or circular]
        more = str(numbers[_AT_ONCE - 1]) if len(numbers) > _AT_ONCE else None
        listing = Listing(f"/parts/{part_id}/inventory", {"of": of}, more, begun=after > 0)
        return InventoryPage(part, lines[:_AT_ONCE], circular[:_AT_ONCE], listing, of)

    return await visit.show(verb)


@router.get("/parts/{part_id:uuid}/inventory.{kind}")
async def table(visit: AtDoor, part_id: UUID, kind: FileKind, of: Of = "lines") -> Response:
    """The same as a file, all of it."""

    async def verb(work: Work, actor: Actor) -> _Entered:
        return await _entered(work, actor, PartId(part_id), of, 0, _MOST_IN_A_FILE)

    (_, lines, circular), words = await visit.look(verb), words_for(visit.request)
    return await as_file(_lines(lines, words) if of == "lines" else _circular(circular, words), kind)


async def _entered(work: Work, actor: Actor, part_id: PartId, of: Of, after: int, limit: int) -> _Entered:
    part = await products.part(work, actor, part_id)
    lines = await footprint.inventory.lines(work, actor, part_id, after, limit) if of == "lines" else []
    circular = await footprint.inventory.circular(work, actor, part_id, after, limit) if of == "circular" else []
    return part, lines, circular


def _lines(lines: list[footprint.inventory.StoredLine], words: Words) -> Table:
    columns = [
        words("line"),
        words("activity"),
        words("stage"),
        words("amount"),
        words("changed.unit").capitalize(),
        words("factor"),
        words("flow"),
        words("source"),
    ]
    rows: list[tuple[object, ...]] = [
        (each.line, each.activity, words(f"stage.{each.stage}"), each.amount, each.unit, each.factor_code, words(f"flow.{each.flow}"),
         words(f"source.{each.data_source}"))
        for each in lines
    ]  # fmt: skip
    return Table("inventory", tuple(Column(name, figures=place in (0, 3)) for place, name in enumerate(columns)), rows)


def _circular(circular: list[footprint.inventory.StoredCircular], words: Words) -> Table:
    columns = [words("line"), words("material"), f"{words('amount')} (kg)", words("terms"), words("source")]
    rows: list[tuple[object, ...]] = [
        (each.line, each.material, each.mass_kg, words(f"terms.{each.terms}"), words(f"source.{each.data_source}")) for each in circular
    ]
    return Table("materials", tuple(Column(name, figures=place in (0, 2)) for place, name in enumerate(columns)), rows)
