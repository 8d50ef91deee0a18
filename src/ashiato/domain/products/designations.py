"""Parts in the words of the Japanese interface: an item and its supplement at a site name one part, and structures have two levels."""

from dataclasses import dataclass, replace
from decimal import Decimal
from uuid import UUID

from ashiato.domain.participants import Actor, Deed, require
from ashiato.domain.products import designation_store as store
from ashiato.domain.products import facts
from ashiato.domain.products.designation_store import Designated, Portion
from ashiato.domain.products.model import Sourcing
from ashiato.kernel.errors import absent, conflict, invalid
from ashiato.kernel.ids import PartId
from ashiato.plumbing.db import Question
from ashiato.plumbing.unit_of_work import Work

__all__ = [
    "Designated", "Portion", "Wanted", "above", "asked_inside", "buy", "catalogue", "in_structure", "inside", "one", "portions", "put",
    "set_portions", "withdraw",
]  # fmt: skip

NOBODYS = UUID(int=0)


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which parts to list: all that are set must hold. `start` is the first part of the page."""

    part_id: UUID | None = None
    item: str | None = None
    site_id: UUID | None = None
    made: bool | None = None
    start: UUID | None = None


async def catalogue(work: Work, actor: Actor, wanted: Wanted, limit: int) -> list[Designated]:
    """The company's parts by item, from the part `start` on; none if there is no such part."""
    require(actor, Deed.READ)
    return await store.catalogue(
        work, part_id=wanted.part_id, item=wanted.item, site_id=wanted.site_id, made=wanted.made, start=wanted.start, limit=limit
    )


async def one(work: Work, actor: Actor, part_id: UUID) -> Designated:
    """One of the company's parts. Refuses (`absent`) every other."""
    require(actor, Deed.READ)
    part = await store.part_of(work, part_id)
    if part is None:
        raise absent("part")
    return part


async def portions(work: Work, actor: Actor, part_id: UUID) -> list[Portion]:
    """What goes directly into a part, by item."""
    require(actor, Deed.READ)
    return await store.portions(work, [part_id])


async def inside(work: Work, part_ids: list[UUID]) -> tuple[dict[UUID, Designated], list[Portion]]:
    """These parts of the pinned company's, and everything of its own that goes into them."""
    parts, portions = asked_inside(work, part_ids)
    await work.ask_ahead([parts, portions])
    return {part.part_id: part for part in await work.all(parts)}, await work.all(portions)


def asked_inside(work: Work, part_ids: list[UUID]) -> tuple[Question[Designated], Question[Portion]]:
    """What `inside` asks."""
    return store.standing(work.tenant, part_ids), store.portions_below(work.tenant, part_ids)


async def above(work: Work, *part_ids: UUID) -> list[UUID]:
    """These parts and every part of the company's that they go into."""
    return await store.parts_above(work, list(part_ids))


async def put(work: Work, actor: Actor, part: Designated) -> Designated:
    """Registers a part without components, or states anew the one of that name. The zero identifier asks for a fresh one.

    Refuses (`absent`) another's part, (`invalid`) a site that is not the company's and another site, item or supplement for a known part.
    """
    require(actor, Deed.ENTER_DATA)
    (kept,) = await _register(work, [part], made=False)
    await store.replace_portions(work, kept.part_id, [])
    work.record(facts.structure_changed(kept.part_id))
    return kept


async def set_portions(work: Work, actor: Actor, parent: Designated, children: list[tuple[Designated, Decimal]]) -> tuple[Designated, list[Portion]]:
    """Registers a part and gives it exactly these components, registered with it where they are new.

    Refuses what `put` does, and (`invalid`) a component that is named twice, and a part that would go into itself.
    """
    require(actor, Deed.ENTER_DATA)
    kept, *below_it = await _register(work, [parent, *(child for child, _ in children)], made=True)
    if len({child.part_id for child in below_it}) < len(below_it):
        raise invalid("structure.repeated", "childrenPartsModel: the same part is listed twice.", "List it once, with its whole amount.")
    amounts = [(child.part_id, amount) for child, (_, amount) in zip(below_it, children, strict=True)]
    if amounts and await store.leads_to(work, [part_id for part_id, _ in amounts], kept.part_id):
        raise invalid("structure.cycle", "childrenPartsModel: a part cannot go into itself.", "Leave the part out of its own structure.")
    await store.replace_portions(work, kept.part_id, amounts)
    work.record(facts.structure_changed(kept.part_id))
    return kept, await store.portions(work, [kept.part_id])


async def _register(work: Work, parts: list[Designated], *, made: bool) -> list[Designated]:
    """The parts as they are kept, in the same order: known ones by identifier or by name, the others new. `made`: the first one is."""
    if await store.foreign_sites(work, [part.site_id for part in parts]):
        raise invalid("part.site", "plantId: there is no such plant.", "Name a plant of your own.")
    known = {part.part_id: part for part in await store.designated(work, [part.part_id for part in parts if part.part_id != NOBODYS])}
    named = {_name(part): part for part in await store.by_designation(work, parts)}
    kept: list[Designated] = []
    fresh: dict[tuple[UUID, str, str], Designated] = {}
    for place, part in enumerate(parts):
        present = known.get(part.part_id) if part.part_id != NOBODYS else named.get(_name(part))
        if present is None and part.part_id != NOBODYS:
            raise absent("part")
        if present is not None and _name(present) != _name(part):
            raise invalid("part.name", "plantId, partsName and supportPartsName cannot be changed.", "Register another part.")
        if present is None:
            present = fresh.setdefault(_name(part), replace(part, part_id=work.new_id()))
        kept.append(replace(part, part_id=present.part_id, sourcing=Sourcing.MADE if made and place == 0 else present.sourcing))
    new = {part.part_id for part in fresh.values()}
    if new:
        await store.add(work, list({part.part_id: part for part in kept if part.part_id in new}.values()))
    if len(new) < len(kept):
        await store.change(work, [part for part in kept if part.part_id not in new])
    return kept


def _name(part: Designated) -> tuple[UUID, str, str]:
    return part.site_id, part.item, part.supplement or ""


async def buy(work: Work, actor: Actor, part_id: UUID) -> Designated:
    """Makes sure that a part is one that is bought: a supplier is to be asked about it.

    Refuses (`absent`) what is not the company's, (`conflict`) what has components: it is made in the company's own sites.
    """
    require(actor, Deed.ASK)
    part = await one(work, actor, part_id)
    if part.sourcing == Sourcing.MADE:
        if await store.portions(work, [part_id]):
            raise conflict("request.part", "downstreamTraceId: the part is made in your own sites.", "Ask about a part that you buy.")
        await store.buy(work, part_id)
    return replace(part, sourcing=Sourcing.BOUGHT)


async def withdraw(work: Work, actor: Actor, part_id: PartId) -> None:
    """Takes a part out of every list; the same name gets a new identifier from now on.

    Refuses (`absent`) what is not the company's, (`conflict`) what stands in a structure. That no request holds it is the caller's to see.
    """
    require(actor, Deed.ENTER_DATA)
    if await store.part_of(work, part_id) is None:
        raise absent("part")
    if await store.in_structure(work, part_id):
        raise conflict("part.in_structure", "The part stands in a structure.", "Take it out of the structure first.")
    await store.withdraw(work, part_id)
    work.record(facts.part_withdrawn(part_id))


async def in_structure(work: Work, part_id: PartId) -> bool:
    """Whether something goes into one of the pinned company's parts, or it goes into something."""
    return await store.in_structure(work, part_id)
