"""What was computed and declared so far, as lists tell it."""

from datetime import datetime
from uuid import UUID

from ashiato.domain.footprint import store
from ashiato.domain.footprint.service import Outline, footprints, latest_footprints, newest_outlines, newest_results, outline
from ashiato.domain.footprint.store import FootprintHead, OwnDeclaration
from ashiato.domain.participants import Actor, Deed, require
from ashiato.kernel.ids import PartId
from ashiato.plumbing.unit_of_work import Work

__all__ = [
    "FootprintHead",
    "Outline",
    "OwnDeclaration",
    "declarations",
    "declarations_of",
    "footprints",
    "latest_footprints",
    "newest_declarations",
    "newest_outlines",
    "newest_results",
    "outline",
    "versions",
]


async def versions(work: Work, actor: Actor, part_id: PartId, limit: int) -> list[FootprintHead]:
    """The newest footprints of one of the company's parts in short, newest first. Nothing of a part that is not the company's."""
    require(actor, Deed.READ)
    return await work.all(store.footprint_heads(part_id, limit))


async def declarations(work: Work, actor: Actor, after: tuple[datetime, UUID] | None, limit: int) -> list[OwnDeclaration]:
    """The company's declarations, oldest first."""
    require(actor, Deed.READ)
    return await store.declarations(work, after, limit)


async def newest_declarations(work: Work, actor: Actor, limit: int) -> list[OwnDeclaration]:
    """The company's newest declarations, newest first."""
    require(actor, Deed.READ)
    return await store.newest_declarations(work, limit)


async def declarations_of(work: Work, actor: Actor, part_id: PartId, limit: int) -> list[OwnDeclaration]:
    """The company's declarations of one of its parts, newest first."""
    require(actor, Deed.READ)
    return await store.declarations_of(work, part_id, limit)
