"""Registering and reading factors and inventories of the company's own."""

from collections.abc import Iterable
from dataclasses import dataclass

from ashiato.domain.footprint import inventory_store as store
from ashiato.domain.footprint import staging_store
from ashiato.domain.footprint.inventory_store import Entered, StoredCircular, StoredSecondary
from ashiato.domain.footprint.model import NewCircularMaterial, NewFactor, NewSecondaryFactor, StoredFactor, StoredLine
from ashiato.domain.participants import Actor, Deed, require
from ashiato.domain.products import Changes
from ashiato.domain.products import part as own_part
from ashiato.kernel.ids import PartId
from ashiato.plumbing.progress import Progress
from ashiato.plumbing.staging import Columns
from ashiato.plumbing.unit_of_work import Work

__all__ = [
    "Entered",
    "Excerpt",
    "Inventory",
    "StoredCircular",
    "StoredLine",
    "StoredSecondary",
    "circular",
    "excerpt",
    "factors",
    "factors_by_code",
    "inventory",
    "lines",
    "register_circular",
    "register_factors",
    "register_inventory",
    "register_secondary",
]


@dataclass(frozen=True, slots=True)
class Inventory:
    """All that one part's own share is computed from."""

    lines: list[StoredLine]
    circular: list[StoredCircular]
    secondary: StoredSecondary | None


@dataclass(frozen=True, slots=True)
class Excerpt:
    """The first of what one part's own share is computed from, and how much there is of it."""

    inventory: Inventory
    entered: Entered


async def register_factors(work: Work, actor: Actor, factors: list[NewFactor]) -> Changes:
    """Registers emission factors or changes those with the same code; what changed."""
    require(actor, Deed.ENTER_DATA)
    return await store.put_factors(work, factors) if factors else Changes()


async def register_inventory(work: Work, actor: Actor, lines: Iterable[Columns], progress: Progress) -> Changes:
    """Gives each part named here exactly these inventory lines: tables with the columns of `NewLine`, whose rows have passed their checks."""
    require(actor, Deed.ENTER_DATA)
    return await staging_store.replace_lines(work, lines, progress)


async def register_circular(work: Work, actor: Actor, materials: list[NewCircularMaterial]) -> Changes:
    """Gives each part named here exactly these materials under the circular footprint formula."""
    require(actor, Deed.ENTER_DATA)
    return await store.replace_circular(work, materials) if materials else Changes()


async def register_secondary(work: Work, actor: Actor, stand_ins: list[NewSecondaryFactor], without: list[str]) -> Changes:
    """Names the factors that stand in for bought parts until their suppliers answer; the parts in `without` have none any more."""
    require(actor, Deed.ENTER_DATA)
    removed = await store.drop_secondary(work, without) if without else 0
    return (await store.put_secondary(work, stand_ins) if stand_ins else Changes()) + Changes(removed=removed)


async def factors(work: Work, actor: Actor, after: str | None, limit: int) -> list[StoredFactor]:
    """The company's emission factors by code."""
    require(actor, Deed.READ)
    return await store.factors(work, after, limit)


async def factors_by_code(work: Work, actor: Actor, codes: list[str]) -> dict[str, StoredFactor]:
    """The company's factors among these codes."""
    require(actor, Deed.READ)
    return await store.factors_by_code(work, codes)


async def inventory(work: Work, actor: Actor, part_id: PartId) -> Inventory:
    """One part's inventory. Refuses (`absent`) a part that is not the company's."""
    await own_part(work, actor, part_id)
    secondary = await store.secondary_of(work, [part_id])
    return Inventory(await store.lines_of(work, [part_id]), await store.circular_of(work, [part_id]), secondary.get(part_id))


async def excerpt(work: Work, actor: Actor, part_id: PartId, most: int) -> Excerpt:
    """The first lines and materials of one of the company's parts, at most so many of each. Nothing of a part that is not the company's."""
    require(actor, Deed.READ)
    entered = (await work.all(store.entered(part_id)))[0]
    lines = await work.all(store.lines_from(part_id, 0, most))
    circular = await work.all(store.circular_from(part_id, 0, most))
    return Excerpt(Inventory(lines, circular, (await store.secondary_of(work, [part_id])).get(part_id)), entered)


async def lines(work: Work, actor: Actor, part_id: PartId, after: int, limit: int) -> list[StoredLine]:
    """The inventory lines of one of the company's parts, by line, from after the given one. Nothing of a part that is not the company's."""
    require(actor, Deed.READ)
    return await work.all(store.lines_from(part_id, after, limit))


async def circular(work: Work, actor: Actor, part_id: PartId, after: int, limit: int) -> list[StoredCircular]:
    """The materials of one of the company's parts under the circular footprint formula, likewise."""
    require(actor, Deed.READ)
    return await work.all(store.circular_from(part_id, after, limit))
