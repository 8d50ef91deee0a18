"""Stating what a part holds and where it comes from."""

from dataclasses import dataclass
from decimal import Decimal

from ashiato.domain import products
from ashiato.domain.diligence import facts
from ashiato.domain.diligence import origin_store as store
from ashiato.domain.diligence.model import Content, Material, Origin, origin_flaws
from ashiato.domain.participants import Actor, Deed, require, text_flaw
from ashiato.domain.products import Part
from ashiato.kernel.errors import Flaw, invalid
from ashiato.kernel.ids import PartId
from ashiato.kernel.quantity import UNITS, Dimension
from ashiato.plumbing.unit_of_work import Work

__all__ = ["Materials", "material_flaws", "materials", "state"]

_LONGEST = 200


@dataclass(frozen=True, slots=True)
class Materials:
    """What one declared unit of a part holds, and where it comes from as far as its company brings it in itself."""

    contents: list[Content]
    origins: list[Origin]


async def materials(work: Work, actor: Actor, part_id: PartId) -> Materials:
    """What the company states of one of its parts. Refuses (`absent`) every other."""
    await products.part(work, actor, part_id)
    contents, origins = await store.contents(work, [part_id]), await store.origins(work, [part_id])
    return Materials(contents.get(part_id, []), origins.get(part_id, []))


async def state(work: Work, actor: Actor, part_id: PartId, stated: Materials) -> Materials:
    """States a part's materials anew, in place of what was stated before.

    Refuses (`absent`) a part that is not the company's; (`invalid`, by field) masses beyond that of the part, origins beyond the content that
    is stated, a material twice, a smelter number or a code that cannot be.
    """
    require(actor, Deed.ENTER_DATA)
    part = await products.part(work, actor, part_id)
    flaws = material_flaws(part, stated)
    if flaws:
        raise invalid("materials", "The materials cannot be stated so.", "Correct what is named here; nothing was saved.", *flaws)
    await store.replace(work, part_id, stated.contents, stated.origins)
    work.record(facts.materials_stated(part_id))
    return await materials(work, actor, part_id)


def material_flaws(part: Part, stated: Materials) -> list[Flaw]:
    """What is wrong with materials as they are stated of a part, by field (pure)."""
    flaws = [flaw for place, origin in enumerate(stated.origins) for flaw in origin_flaws(f"origins.{place}", origin)]
    for place, origin in enumerate(stated.origins):
        texts = {"form": origin.form, "mine": origin.mine, "refiner": origin.refiner, "audit_scheme": origin.audit_scheme}
        flaws += [flaw for name, text in texts.items() if text for flaw in [text_flaw(f"origins.{place}.{name}", text, _LONGEST)] if flaw]
    named = [content.material for content in stated.contents]
    for place, content in enumerate(stated.contents):
        if content.mass_kg <= 0 or not 0 <= content.loss_share < 1:
            flaws.append(Flaw(f"contents.{place}", "content.mass", "A mass is greater than zero; a loss is a share from 0 to below 1."))
        if named.count(content.material) > 1:
            flaws.append(Flaw(f"contents.{place}.material", "content.repeated", f"{content.material} is listed twice: state its whole mass once."))
    return flaws + _whole_flaws(part, stated)


def _whole_flaws(part: Part, stated: Materials) -> list[Flaw]:
    """More than there is: of all materials in the part, or of one material's origins in its content."""
    flaws = []
    whole = Decimal(1) * UNITS[part.declared_unit].in_base if UNITS[part.declared_unit].dimension is Dimension.MASS else part.mass_kg
    held = {content.material: content.mass_kg for content in stated.contents}
    traced: dict[Material, Decimal] = {}
    for origin in stated.origins:
        traced[origin.material] = traced.get(origin.material, Decimal(0)) + origin.mass_kg
    together = sum((max(held.get(material, Decimal(0)), Decimal(0)) for material in held), Decimal(0))
    if whole is not None and together > whole:
        said = f"The materials weigh {together} kg, the part {whole} kg: more than 100 %. Lower a mass, or correct the part's own."
        flaws.append(Flaw("contents", "content.beyond", said))
    losses = {content.material: content.loss_share for content in stated.contents}
    for material, mass in traced.items():
        most = held[material] / (1 - losses[material]) if material in held and losses[material] < 1 else None
        if most is not None and mass > most and part.sourcing == products.Sourcing.BOUGHT:
            said = f"The origins of {material} weigh {mass} kg, the part holds {held[material]} kg: lower one of them."
            flaws.append(Flaw("origins", "origin.beyond", said))
        elif most is None and whole is not None and mass > whole:
            said = f"The origins of {material} weigh {mass} kg, the whole part {whole} kg: more than 100 %. Lower one of them."
            flaws.append(Flaw("origins", "origin.beyond", said))
    return flaws
