"""A company's whole structure as arrays, kept in a file beside the database: read whole once, then only what changed.

What suppliers answered is not in it: that is read through `sharing.reach` each time, and no decision of its is kept.
"""

import asyncio
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from ashiato.domain.participants import Actor, Deed, require
from ashiato.domain.products import snapshot_store as store
from ashiato.domain.products.snapshot_store import LINK, PART
from ashiato.plumbing import mapped
from ashiato.plumbing.mapped import Rows
from ashiato.plumbing.unit_of_work import Work


@dataclass(frozen=True, slots=True)
class StructureSnapshot:
    """All parts by identifier and all links by parent and child, as of a numbered change. `unit` is a place in `UNITS`."""

    number: int
    parts: Rows
    links: Rows


async def structure_snapshot(work: Work, actor: Actor, folder: Path) -> StructureSnapshot:
    """The company's parts and links as they are now, from its file in this folder, which is brought up to date.

    A file that is absent, damaged, another company's or from before a large import is built again.
    """
    require(actor, Deed.READ)
    path = folder / f"{work.tenant}.structure"
    last, kept = await store.last_change(work), await asyncio.to_thread(_kept, path, str(work.tenant))
    if kept is not None and kept.number == last.number:
        return kept
    if kept is None or not last.whole_since <= kept.number < last.number:
        fresh = StructureSnapshot(last.number, await store.parts_since(work, None), await store.links_since(work, None))
    else:
        changed = (await store.changed_since(work, kept.number))["part"]
        fresh = StructureSnapshot(
            last.number,
            replaced(kept.parts, "part", changed, await store.parts_since(work, kept.number)),
            replaced(kept.links, "parent", changed, await store.links_since(work, kept.number)),
        )
    about = {"company": str(work.tenant), "number": fresh.number}
    await asyncio.to_thread(mapped.keep, path, about, {"parts": fresh.parts, "links": fresh.links})
    return fresh


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
    return StructureSnapshot(int(found.about["number"]), parts, links)
