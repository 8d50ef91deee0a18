"""A company's whole structure as arrays, kept in a file beside the database: read whole once, then only what changed.

What suppliers answered is not in it: that is read through `sharing.reach` each time, and no decision of its is kept.
"""

import asyncio
from collections.abc import Collection
from dataclasses import dataclass
from pathlib import Path
from uuid import UUID

import numpy as np

from ashiato.domain.participants import Actor, Deed, require
from ashiato.domain.products import snapshot_store as store
from ashiato.domain.products.snapshot_store import LINK, PART, Moment
from ashiato.kernel.ids import PartId
from ashiato.plumbing import mapped
from ashiato.plumbing.mapped import Rows
from ashiato.plumbing.unit_of_work import Work


@dataclass(frozen=True, slots=True)
class StructureSnapshot:
    """Parts by identifier and links by parent and child, as of a numbered change. `unit` is a place in `UNITS`."""

    moment: Moment
    parts: Rows
    links: Rows

    @property
    def part_ids(self) -> list[PartId]:
        """The identifiers of the parts, in their order."""
        return [PartId(UUID(bytes=part.ljust(16, b"\0"))) for part in self.parts["part"].tolist()]

    @property
    def spelled(self) -> str:
        """The same as one literal of an array, where making ten thousand identifiers would take longer than looking them up."""
        digits = np.ascontiguousarray(self.parts["part"]).tobytes().hex()
        return "{" + ",".join(digits[place : place + 32] for place in range(0, len(digits), 32)) + "}"

    def holds(self, part_id: PartId) -> bool:
        """Whether a part is among them."""
        place = int(np.searchsorted(self.parts["part"], np.bytes_(part_id.bytes)))
        return place < len(self.parts) and self.parts["part"][place].ljust(16, b"\0") == part_id.bytes


async def structure_snapshot(work: Work, actor: Actor, folder: Path) -> StructureSnapshot:
    """The company's parts and links as they are now, from its file in this folder, which is brought up to date.

    A file that is absent, damaged, another company's, from before a large import, or of a past that this database does not know
    (it was restored from a backup; a transaction was rolled back) is built again.
    """
    require(actor, Deed.READ)
    path = folder / f"{work.tenant}.structure"
    last, kept = await store.last_change(work), await asyncio.to_thread(_kept, path, str(work.tenant))
    if kept is not None and kept.moment == last.moment:
        return kept
    if kept is None or not last.whole_since <= kept.moment.number < last.number or not await store.has_been(work, kept.moment):
        fresh = StructureSnapshot(last.moment, await store.parts_since(work, None), await store.links_since(work, None))
    else:
        since = kept.moment.number
        changed = (await store.changed_since(work, since))["part"]
        fresh = StructureSnapshot(
            last.moment,
            replaced(kept.parts, "part", changed, await store.parts_since(work, since)),
            replaced(kept.links, "parent", changed, await store.links_since(work, since)),
        )
    about = {"company": str(work.tenant), "number": last.number, "mark": str(last.mark)}
    await asyncio.to_thread(mapped.keep, path, about, {"parts": fresh.parts, "links": fresh.links})
    return fresh


def beneath(whole: StructureSnapshot, tops: Collection[PartId]) -> StructureSnapshot:
    """These parts, and all that goes into them. What goes into a bought part is its supplier's to say, and left out."""
    parts, parents = np.ascontiguousarray(whole.parts["part"]), np.ascontiguousarray(whole.links["parent"])
    reached, taken = np.zeros(len(parts), np.bool_), np.zeros(len(parents), np.bool_)
    level = np.flatnonzero(np.isin(parts, np.array([top.bytes for top in tops], parts.dtype)))
    while len(level):
        reached[level] = True
        made = parts[level[whole.parts["made"][level] == 1]]
        first, last = np.searchsorted(parents, made), np.searchsorted(parents, made, side="right")
        links = np.repeat(last - np.cumsum(last - first), last - first) + np.arange((last - first).sum())
        taken[links] = True
        below = np.unique(np.searchsorted(parts, whole.links["child"][links]))
        level = below[~reached[below]]
    return StructureSnapshot(whole.moment, whole.parts[reached], whole.links[taken])


def replaced(rows: Rows, key: str, changed: Rows, fresh: Rows) -> Rows:
    """Rows in the order of their key, those of changed keys replaced by fresh ones, which are in that order too."""
    keys = np.ascontiguousarray(rows[key])
    stay = np.ones(len(rows), np.bool_)
    for first, last in zip(np.searchsorted(keys, changed), np.searchsorted(keys, changed, side="right"), strict=True):
        stay[first:last] = False
    return np.insert(rows[stay], np.searchsorted(keys[stay], fresh[key]), fresh)


def _kept(path: Path, company: str) -> StructureSnapshot | None:
    found = mapped.held(path)
    if found is None or found.about.get("company") != company:
        return None
    parts, links = found.arrays.get("parts"), found.arrays.get("links")
    if parts is None or links is None or parts.dtype != PART or links.dtype != LINK:
        return None
    return StructureSnapshot(Moment(int(found.about["number"]), UUID(str(found.about.get("mark", UUID(int=0))))), parts, links)
