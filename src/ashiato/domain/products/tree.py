"""The structure as a tree that is opened level by level, and searched as a whole."""

import asyncio
from dataclasses import dataclass
from pathlib import Path

from ashiato.domain.participants import Actor, Deed, require
from ashiato.domain.products import snapshot, store
from ashiato.domain.products.model import BatteryModel, Component, Part
from ashiato.domain.products.store import ComponentView
from ashiato.kernel.errors import absent
from ashiato.kernel.ids import PartId
from ashiato.plumbing.unit_of_work import Work

__all__ = ["ComponentView", "Within", "batteries", "components", "found_within", "inside_of"]


async def components(work: Work, actor: Actor, part_id: PartId, after: str, limit: int) -> list[ComponentView]:
    """What goes into a part directly, by part number, from after the given one. Nothing of a part that is not the company's."""
    require(actor, Deed.READ)
    return await work.all(store.components_of(part_id, after, limit))


async def inside_of(work: Work, actor: Actor, part_ids: list[PartId]) -> tuple[dict[PartId, Part], list[Component]]:
    """These parts and all that goes into them, and the links among them. Refuses (`absent`) where one is not the company's."""
    require(actor, Deed.READ)
    known = {PartId(part.part_id): part for part in await work.all(store.parts_below_these(part_ids))}
    if not known.keys() >= set(part_ids):
        raise absent("part")
    return known, await work.all(store.structure_below_these(part_ids))


async def batteries(work: Work, actor: Actor, part_ids: list[PartId]) -> dict[str, BatteryModel]:
    """What batteries these parts of the company's are, those that are any, by part number."""
    require(actor, Deed.READ)
    return await store.battery_models(work, part_ids)


@dataclass(frozen=True, slots=True)
class Within:
    """A part found inside another, and what it goes into there."""

    part: Part
    parents: list[Part]


async def found_within(work: Work, actor: Actor, part_id: PartId, words: str, limit: int, structures: Path) -> list[Within]:
    """The parts that go into this one, however deep, whose number or name holds the words; `structures` is the folder of snapshots."""
    require(actor, Deed.READ)
    whole = await snapshot.structure_snapshot(work, actor, structures)
    inside = await asyncio.to_thread(snapshot.beneath, whole, {part_id})
    found = [part for part in await store.parts_named(work, inside.spelled, words, limit + 1) if part.part_id != part_id][:limit]
    links = [(child, parent) for child, parent in await store.parents_of(work, [part.part_id for part in found]) if inside.holds(PartId(parent))]
    parents = await store.parts_by_id(work, list({parent for _, parent in links}))
    return [Within(part, [parents[parent] for child, parent in links if child == part.part_id and parent in parents]) for part in found]
