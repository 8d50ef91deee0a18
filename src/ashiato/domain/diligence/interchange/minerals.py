"""Origins from minerals templates (`template`) and back into a workbook of their shape.

A template says who the smelters are, not how the mass divides among them: where it says that all are identified, the stated content of the
part is divided evenly among the smelters, and among the mines of each, which changes no total; where it does not, nothing is put down as known.
What is written are sheets of the same shape under our own name: the RMI recognises no altered template.
"""

from collections import Counter
from dataclasses import dataclass
from decimal import Decimal

from ashiato.domain import participants, products
from ashiato.domain.diligence import origin_store
from ashiato.domain.diligence.interchange.template import DECLARATION, MINES, PRODUCTS, SMELTERS, Smelter, Template, metals
from ashiato.domain.diligence.model import Content, Material, Origin
from ashiato.domain.diligence.origins import Materials, materials, state
from ashiato.domain.participants import Actor, Deed, require
from ashiato.kernel.errors import Flaw, invalid
from ashiato.kernel.ids import PartId
from ashiato.kernel.quantity import plain, settle
from ashiato.plumbing.spreadsheet import Sheet, write
from ashiato.plumbing.unit_of_work import Work

_Refiner = tuple[str, str, str]  # material, number, and a name where there is no number
_MINES = ["Metal", "Name of Smelter(s) sourcing from this Mine Facility", "Mine Facility (Site) Name", "Mine Identification (e.g. CID)",
          "Source of Mine Facility Identification Number", "Mine Facility Country"]  # fmt: skip
DIVIDED = "divided evenly among the smelters named, and a smelter's among its mines"


@dataclass(frozen=True, slots=True)
class Told:
    """What a template says of origins: its smelters, and the materials of which all are identified. Waits for somebody to confirm it."""

    smelters: tuple[Smelter, ...] = ()
    complete: tuple[Material, ...] = ()


def told(template: Template) -> Told:
    """What of a template can be taken over."""
    return Told(template.smelters, tuple(sorted(template.complete)))


def origins(template: Template | Told, contents: list[Content]) -> list[Origin]:
    """What a template says of the origin of a part's stated contents: of materials whose smelters are all identified, nothing of others."""
    found = []
    for content in contents:
        named = [smelter for smelter in template.smelters if smelter.material == content.material]
        if content.material in template.complete and named:
            mines = Counter((each.name, each.cid) for each in named)
            form = DIVIDED if len(named) > 1 else ""
            for each in named:
                mass = settle(content.mass_kg / len(mines) / mines[each.name, each.cid])
                mined = "" if each.recycled else each.mine_country
                found.append(Origin(content.material, mass, form, mined, "", each.mine, each.name, each.cid, recycled=each.recycled,
                                    refiner_country=each.country))  # fmt: skip
    return found


def sheets_of(company: str, origins: list[Origin], products: list[tuple[str, str]]) -> list[Sheet]:
    """Sheets of the template's shape from what a company states, which `read_template` reads again."""
    names = {material: name.capitalize() for name, material in reversed(metals().items())}
    stated = sorted({origin.material for origin in origins if origin.material in names})
    known = {material: all(origin.refiner_known() for origin in origins if origin.material == material) for material in stated}
    declaration = [
        ["Minerals reporting by Ashiato, in the shape of an extended minerals template; not the RMI's template"], ["Company Name", company],
        ["Have you identified all of the smelters supplying the minerals to your supply chain?"],
        *([names[material], "Yes" if known[material] else "No"] for material in stated),
    ]  # fmt: skip
    header = ["Metal", "Smelter Name", "Smelter Country", "Smelter Identification", "Name of Mine(s)", "Location (Country) of Mine(s)",
              "Indicate if 100% of the feedstock is recycled or scrap", "Comments"]  # fmt: skip
    rows: dict[_Refiner, list[str]] = {}
    masses: dict[_Refiner, Decimal] = {}
    recycled: dict[_Refiner, bool] = {}
    mines: dict[_Refiner, set[tuple[str, str]]] = {}
    for origin in origins:
        if origin.material in names and origin.refiner_known():
            key = origin.material, origin.refiner_cid, "" if origin.refiner_cid else origin.refiner
            rows.setdefault(key, [names[origin.material], origin.refiner or origin.refiner_cid, origin.refiner_country, origin.refiner_cid])
            masses[key] = masses.get(key, Decimal(0)) + origin.mass_kg
            recycled[key] = recycled.get(key, True) and origin.recycled
            if not origin.recycled and (origin.mine or origin.country):
                mines.setdefault(key, set()).add((origin.mine, origin.country))
    only = {key: next(iter(each)) for key, each in mines.items() if len(each) == 1}
    smelters = [[*row, *only.get(key, ("", "")), "Yes" if recycled[key] else "No", f"{plain(masses[key])} kg"] for key, row in sorted(rows.items())]
    named = Counter((row[0], row[1]) for row in rows.values())  # of two with one name, the number tells which
    sourced = [
        [metal, name if named[metal, name] == 1 else cid or name, mine, "", "", country]
        for key, (metal, name, _, cid) in sorted(rows.items()) for mine, country in sorted(mines.get(key, ()))
    ]  # fmt: skip
    listed = [["Product Number", "Product Name"], *([number, name] for number, name in products)]
    return [Sheet(DECLARATION, declaration), Sheet(SMELTERS, [header, *smelters]), Sheet(MINES, [_MINES, *sourced]), Sheet(PRODUCTS, listed)]


@dataclass(frozen=True, slots=True)
class Foreseen:
    """What a template would change: the origins that it states, those that they replace, the contents of which it says nothing that counts."""

    taken: list[Origin]
    replaced: list[Origin]
    unknown: list[Material]


async def foresee(work: Work, actor: Actor, part_id: PartId, said: Told) -> Foreseen:
    """What would change if a template were taken over for a part. Nothing is kept. Refuses (`absent`) a part that is not the company's."""
    require(actor, Deed.READ)
    before = await materials(work, actor, part_id)
    taken = origins(said, before.contents)
    named = {origin.material for origin in taken}
    replaced = [origin for origin in before.origins if origin.material in named]
    return Foreseen(taken, replaced, [content.material for content in before.contents if content.material not in named])


async def take_over(work: Work, actor: Actor, part_id: PartId, said: Told) -> Materials:
    """States the origins of a part's contents as a template tells them, in place of those stated before of the same materials.

    Refuses (`absent`) a part that is not the company's, and (`invalid`) what `origins.state` refuses.
    """
    require(actor, Deed.ENTER_DATA)
    before = await materials(work, actor, part_id)
    taken = origins(said, before.contents)
    named = {origin.material for origin in taken}
    kept = [origin for origin in before.origins if origin.material not in named]
    return await state(work, actor, part_id, Materials(before.contents, [*kept, *taken]))


async def import_template(work: Work, actor: Actor, part_id: PartId, template: Template) -> Materials:
    """Takes a template over, which is (`invalid`, by sheet and cell) refused if it has errors: nothing is saved then."""
    require(actor, Deed.ENTER_DATA)
    if template.errors:
        await products.part(work, actor, part_id)
        flaws = [Flaw(f"{error.sheet}!{error.cell}", error.code, error.message, error.suggestion) for error in template.errors]
        raise invalid("template", "The workbook has errors.", "Correct the cells named here and send it again; nothing was saved.", *flaws)
    return await take_over(work, actor, part_id, told(template))


async def export_template(work: Work, actor: Actor, part_id: PartId) -> bytes:
    """What the company states of a part and of what goes into it, as a workbook of the template's shape. Refuses (`absent`) another's part."""
    structure = await products.structure(work, actor, part_id)
    company = await participants.admission.own_company(work, actor)
    stated = await origin_store.origins(work, list(structure.parts))
    lines = [origin for part in sorted(stated, key=str) for origin in stated[part]]
    return write(sheets_of(company.name, lines, [(structure.top.part_number, structure.top.name)]), made_at=work.now)
