"""Registering and reading parts."""

from dataclasses import dataclass

from ashiato.domain.participants import Actor, Deed, require
from ashiato.domain.products import facts, store
from ashiato.domain.products.model import Component, NewComponent, Part, component_flaw
from ashiato.domain.products.structure import cycle
from ashiato.kernel.errors import Flaw, absent, invalid
from ashiato.kernel.ids import PartId
from ashiato.kernel.quantity import UNITS, bridge
from ashiato.plumbing.unit_of_work import Work


@dataclass(frozen=True, slots=True)
class Structure:
    """A part with everything of the company's own that goes into it."""

    top: Part
    parts: dict[PartId, Part]
    components: list[Component]


async def set_structure(work: Work, actor: Actor, part_id: PartId, components: list[NewComponent]) -> Structure:
    """Gives one part exactly these components, named by part number.

    Refuses (`invalid`) unknown parts, amounts that are not positive, units that do not convert, and a cycle.
    """
    require(actor, Deed.ENTER_DATA)
    parent = await work.one(store.part(part_id))
    if parent is None:
        raise absent("part")
    known = await store.parts_by_number(work, [component.child for component in components])
    flaws = []
    for place, component in enumerate(components):
        child = known.get(component.child)
        if child is None:
            flaws.append(Flaw(f"components.{place}.part_number", "part.unknown", f"There is no part {component.child}."))
            continue
        declared = UNITS[child.declared_unit]
        flaw = component_flaw(component.quantity, declared, bridge(declared, child.mass_kg))
        if flaw:
            flaws.append(Flaw(f"components.{place}.{flaw.field}", flaw.code, flaw.message, flaw.suggestion))
    if len({component.child for component in components}) < len(components):
        flaws.append(Flaw("components", "structure.repeated", "Each component is listed once, with its whole amount."))
    edges: dict[str, set[str]] = {}
    for parent_number, child_number in await store.numbers_of_structure(work, [parent.part_number]):
        edges.setdefault(parent_number, set()).add(child_number)
    edges[parent.part_number] = {component.child for component in components}
    loop = cycle(edges)
    if loop:
        flaws.append(Flaw("components", "structure.cycle", f"A part cannot go into itself: {' → '.join(loop)}."))
    if flaws:
        raise invalid("structure", "The structure cannot be registered.", "Correct what is named here.", *flaws)
    await store.set_structure(work, part_id, components)
    work.record(facts.structure_changed(part_id))
    return await structure(work, actor, part_id)


async def part(work: Work, actor: Actor, part_id: PartId) -> Part:
    """One of the company's parts. Refuses (`absent`) every other."""
    require(actor, Deed.READ)
    found = await work.one(store.part(part_id))
    if found is None:
        raise absent("part")
    return found


async def parts(work: Work, actor: Actor, sourcing: str | None, part_number: str | None, after: str | None, limit: int) -> list[Part]:
    """The company's parts by part number, or the one with the given number."""
    require(actor, Deed.READ)
    return await work.all(store.parts(sourcing, part_number, after, limit))


async def structure(work: Work, actor: Actor, part_id: PartId) -> Structure:
    """A part with all that goes into it, as far as the company's own structure reaches, in the order of part numbers."""
    require(actor, Deed.READ)
    known = {part.part_id: part for part in await work.all(store.parts_below(part_id))}
    if part_id not in known:
        raise absent("part")
    components = await work.all(store.structure_below(part_id))
    components.sort(key=lambda link: (known[link.parent_id].part_number, known[link.child_id].part_number))
    return Structure(known[part_id], known, components)


async def catalogue(work: Work, actor: Actor) -> tuple[dict[PartId, Part], list[Component]]:
    """All the company's parts and links."""
    require(actor, Deed.READ)
    return {PartId(part.part_id): part for part in await store.all_parts(work)}, await store.whole_structure(work)
