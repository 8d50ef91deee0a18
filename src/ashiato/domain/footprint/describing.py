"""Stating particulars of the company's own products. They go out with the next release; what was released before stays as it is."""

from typing import Any
from uuid import UUID

from ashiato.domain import products
from ashiato.domain.footprint import describing_store as store
from ashiato.domain.footprint import facts
from ashiato.domain.footprint.particulars import NOTHING, Known, Particulars, flaws_of
from ashiato.domain.participants import Actor, Deed, require
from ashiato.kernel import frozen
from ashiato.kernel.digest import canonical, parse
from ashiato.kernel.errors import invalid
from ashiato.kernel.ids import PartId
from ashiato.plumbing.db import Question
from ashiato.plumbing.unit_of_work import Work

__all__ = ["NOTHING", "Known", "Particulars", "asked", "describe", "stated", "stated_of"]


async def describe(work: Work, actor: Actor, part_id: PartId, particulars: Particulars) -> Particulars:
    """States the particulars of a part in place of those before; empty ones take them back.

    Refuses (`absent`) a part that is not the company's, (`invalid`) names that are no URNs, wrong signs, two places at once.
    """
    require(actor, Deed.ENTER_DATA)
    await products.part(work, actor, part_id)
    flaws = flaws_of(particulars)
    if flaws:
        raise invalid("particulars", "These particulars cannot be stated.", "Correct the fields named here.", *flaws)
    await store.put(work, part_id, canonical(frozen.encode(particulars)).decode())
    work.record(facts.described(part_id))
    return particulars


async def stated(work: Work, actor: Actor, part_id: PartId) -> Particulars:
    """The particulars of a part; empty where none are stated. Refuses (`absent`) a part that is not the company's."""
    require(actor, Deed.READ)
    await products.part(work, actor, part_id)
    return await stated_of(work, part_id) or NOTHING


def asked(part_id: PartId) -> Question[Any]:
    """What `stated_of` asks."""
    return store.stated(part_id)


async def stated_of(work: Work, part_id: PartId) -> Particulars | None:
    """What the pinned company states of a part, if anything."""
    found = await work.one(store.stated(part_id))
    return _particulars(found.content) if found else None


async def stated_of_each(work: Work, part_ids: list[PartId]) -> dict[UUID, Particulars | None]:
    """What the pinned company states of each of these parts that it states anything of."""
    return {found.part_id: _particulars(found.content) for found in await work.all(store.stated_of_each(part_ids))}


def _particulars(content: str) -> Particulars | None:
    return frozen.decode(Particulars, parse(content)) if content != _EMPTY else None


_EMPTY = canonical(frozen.encode(NOTHING)).decode()
