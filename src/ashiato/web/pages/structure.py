"""What a part is made of, one level at a time: as nested pages, or opened in place; and a search inside."""

from dataclasses import dataclass
from typing import Annotated, ClassVar
from uuid import UUID

from fastapi import Query, Response

from ashiato.domain import products
from ashiato.domain.participants import Actor
from ashiato.domain.products import Part
from ashiato.kernel.ids import PartId
from ashiato.plumbing.unit_of_work import Work
from ashiato.web.render import fragment
from ashiato.web.route import AtDoor, journey

router = journey()
_AT_ONCE = 100
_FOUND = 50
_DEEPEST = 100
After = Annotated[str, Query(max_length=200)]


@dataclass(frozen=True, slots=True)
class StructurePage:
    """The page. `more`: the part number after which further components follow."""

    template: ClassVar[str] = "structure.html"
    part: Part
    components: list[products.tree.ComponentView]
    more: str
    find: str
    found: list[products.tree.Within]
    most: int = _FOUND


@dataclass(frozen=True, slots=True)
class Components:
    """The components of one node, to be put into the tree."""

    parent: Part
    components: list[products.tree.ComponentView]
    more: str
    depth: int
    after: str


@router.get("/parts/{part_id:uuid}/structure")
async def structure(visit: AtDoor, part_id: UUID, after: After = "", find: Annotated[str, Query(max_length=200)] = "") -> Response:
    """The direct components of an own part, and what was found among all that goes into it."""
    words = find.strip()

    async def verb(work: Work, actor: Actor) -> StructurePage:
        part = await products.part(work, actor, PartId(part_id))
        components, more = await _level(work, actor, part, after)
        found = await products.tree.found_within(work, actor, part.part_id, words, _FOUND, visit.tools.settings.structures) if words else []
        return StructurePage(part, components, more, words, found)

    return await visit.show(verb)


@router.get("/parts/{part_id:uuid}/components")
async def components(visit: AtDoor, part_id: UUID, depth: Annotated[int, Query(ge=1, le=_DEEPEST)] = 1, after: After = "") -> Response:
    """The direct components of an own part, as a piece of the tree."""

    async def verb(work: Work, actor: Actor) -> Components:
        part = await products.part(work, actor, PartId(part_id))
        return Components(part, *await _level(work, actor, part, after), depth, after)

    return fragment(visit.request, "components.html", await visit.look(verb))


async def _level(work: Work, actor: Actor, part: Part, after: str) -> tuple[list[products.tree.ComponentView], str]:
    found = await products.tree.components(work, actor, part.part_id, after, _AT_ONCE + 1)
    return found[:_AT_ONCE], found[_AT_ONCE - 1].part_number if len(found) > _AT_ONCE else ""
