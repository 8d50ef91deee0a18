"""Registering and reading factors and inventories of the company's own."""

from collections.abc import Iterable
from dataclasses import dataclass

from ashiato.domain.footprint import inventory_store as store
from ashiato.domain.footprint import staging_store
from ashiato.domain.footprint.inventory_store import StoredCircular, StoredSecondary
from ashiato.domain.footprint.model import NewCircularMaterial, NewFactor, NewLine, NewSecondaryFactor, StoredFactor, StoredLine
from ashiato.domain.participants import Actor, Deed, require
from ashiato.domain.products import Changes
from ashiato.domain.products import part as own_part
from ashiato.kernel.ids import PartId
from ashiato.plumbing.unit_of_work import Work


@dataclass(frozen=True, slots=True)
class Inventory:
    """All that one part's own share is computed from."""

    lines: list[StoredLine]
    circular: list[StoredCircular]
    secondary: StoredSecondary | None


async def register_factors(work: Work, actor: Actor, factors: list[NewFactor]) -> Changes:
    """Registers emission factors or changes those with the same code; what changed."""
    require(actor, Deed.ENTER_DATA)
    return await store.put_factors(work, factors) if factors else Changes()


async def register_inventory(work: Work, actor: Actor, lines: Iterable[NewLine]) -> Changes:
    """Gives each part named here exactly these inventory lines. The lines have passed their checks."""
    require(actor, Deed.ENTER_DATA)
    return await staging_store.replace_lines(work, lines)


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
