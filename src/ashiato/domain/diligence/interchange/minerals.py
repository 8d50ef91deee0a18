"""Minerals reporting templates of the Responsible Minerals Initiative (EMRT from 2.0, CMRT): reading what suppliers have, by sheet and cell.

Sheets and columns are found by their labels (order and wording from published field lists, not from the template itself). A template says
who the smelters are, not how the mass divides among them: where it says that all are identified, the stated content of the part is divided
evenly, which changes no total; where it does not, nothing is put down as known. What is written is a sheet of the same shape under our own
name: the RMI recognises no altered template.
"""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from functools import cache
from importlib import resources

from ashiato.domain import participants, products
from ashiato.domain.diligence import origin_store
from ashiato.domain.diligence.model import Content, Material, Origin, cid_flaw
from ashiato.domain.diligence.origins import Materials, materials, state
from ashiato.domain.participants import Actor, Deed, require
from ashiato.kernel.errors import Flaw, invalid
from ashiato.kernel.ids import PartId
from ashiato.kernel.quantity import plain, settle
from ashiato.plumbing.spreadsheet import Sheet, cell_name, write
from ashiato.plumbing.unit_of_work import Work

SMELTERS, DECLARATION = "Smelter List", "Declaration"
DIVIDED = "divided evenly among the smelters named"
_COLUMNS = {
    "metal": "Metal", "name": "Smelter Name", "country": "Smelter Country", "cid": "Smelter Identification", "mine": "Name of Mine",
    "mine_country": "Location (Country) of Mine", "recycled": "Indicate if 100%", "comments": "Comments",
}  # fmt: skip
_NEEDED = ("metal", "name", "cid")
_METALS = {
    "cobalt": Material.COBALT, "mica": Material.MICA, "copper": Material.COPPER, "natural graphite": Material.NATURAL_GRAPHITE,
    "graphite (natural)": Material.NATURAL_GRAPHITE, "lithium": Material.LITHIUM, "nickel": Material.NICKEL, "tin": Material.TIN,
    "tantalum": Material.TANTALUM, "tungsten": Material.TUNGSTEN, "gold": Material.GOLD,
}  # fmt: skip
_CONFLICT = {Material.TIN, Material.TANTALUM, Material.TUNGSTEN, Material.GOLD}
_YES, _UNKNOWN = frozenset({"yes", "はい"}), frozenset({"", "unknown", "not disclosed", "n/a"})


@dataclass(frozen=True, slots=True)
class CellError:
    """What is wrong in one cell of a template, and what to write instead."""

    sheet: str
    cell: str
    code: str
    message: str
    suggestion: str | None = None


@dataclass(frozen=True, slots=True)
class Smelter:
    """A row of the list of smelters."""

    material: Material
    name: str
    country: str
    cid: str
    mine: str
    mine_country: str
    recycled: bool


@dataclass(frozen=True, slots=True)
class Template:
    """What a template says: which one it is, whose, the smelters, for which materials all are identified; and what is wrong with it."""

    kind: str
    company: str
    smelters: tuple[Smelter, ...]
    complete: frozenset[Material]
    errors: tuple[CellError, ...]


def read_template(sheets: list[Sheet]) -> Template:
    """What a workbook says. Every error is told with its sheet and cell; rows with errors are not among the smelters."""
    by_name = {sheet.name.strip().casefold(): sheet for sheet in sheets}
    listed = by_name.get(SMELTERS.casefold())
    if listed is None:
        missing = CellError(SMELTERS, "A1", "template.sheet", "The workbook has no sheet “Smelter List”.", SMELTERS)
        return Template("", "", (), frozenset(), (missing,))
    declared = by_name.get(DECLARATION.casefold())
    found, errors = _smelters(listed)
    company, complete = _declared(declared) if declared else ("", frozenset[Material]())
    if declared is None:
        errors.append(CellError(DECLARATION, "A1", "template.sheet", "The workbook has no sheet “Declaration”.", DECLARATION))
    kind = "CMRT" if found and {smelter.material for smelter in found} <= _CONFLICT else "EMRT"
    return Template(kind, company, tuple(found), complete, tuple(errors))


def _smelters(sheet: Sheet) -> tuple[list[Smelter], list[CellError]]:
    place = next((number for number, row in enumerate(sheet.rows) if _header(row).keys() >= set(_NEEDED)), None)
    if place is None:
        missing = ", ".join(_COLUMNS[name] for name in _NEEDED)
        return [], [CellError(sheet.name, "A1", "template.columns", f"No row of headings holds {missing}.")]
    columns = _header(sheet.rows[place])
    found, errors, seen = [], [], dict[tuple[Material, str, str], int]()
    for number, row in enumerate(sheet.rows[place + 1 :], place + 2):
        cells = {name: row[column].strip() if column < len(row) else "" for name, column in columns.items()}
        if not any(cells.values()):
            continue
        flaws, smelter = _smelter(cells)
        for name, code, message, suggestion in flaws:
            errors.append(CellError(sheet.name, cell_name(number, columns.get(name, 0) + 1), code, message, suggestion))
        if smelter is not None:
            key = smelter.material, smelter.cid, smelter.name if not smelter.cid else ""
            if key in seen:
                at = cell_name(number, columns["cid"] + 1)
                errors.append(CellError(sheet.name, at, "smelter.repeated", f"This smelter stands in row {seen[key]} already.", "Remove the row."))
                continue
            seen[key] = number
            found.append(smelter)
    return found, errors


def _header(row: list[str]) -> dict[str, int]:
    """The columns that a row heads, by the beginning of their labels."""
    labels = [" ".join(cell.replace("*", "").split()).casefold() for cell in row]
    found = {}
    for name, label in _COLUMNS.items():
        beginning = [place for place, text in enumerate(labels) if text.startswith(label.casefold())]
        if beginning:
            found[name] = min(beginning, key=lambda place: len(labels[place]))  # “Smelter Identification”, not its input column
    return found


_Flaw = tuple[str, str, str, str | None]


def _smelter(cells: Mapping[str, str]) -> tuple[list[_Flaw], Smelter | None]:
    flaws: list[_Flaw] = []
    material = _METALS.get(cells["metal"].casefold())
    if material is None:
        flaws.append(("metal", "smelter.metal", f"“{cells['metal']}” is no metal of the template.", "Cobalt"))
    cid = "" if cells["cid"].casefold() in _UNKNOWN else cells["cid"]
    wrong = cid_flaw("cid", cid)
    if wrong:
        flaws.append(("cid", wrong.code, wrong.message, wrong.suggestion))
    if not cells["name"]:
        flaws.append(("name", "smelter.name", "The smelter has no name.", None))
    codes = {}
    for name in ("country", "mine_country"):
        code = country(cells.get(name, ""))
        if code is None:
            flaws.append((name, "country.form", f"“{cells[name]}” is not a known country.", "Write the two letters of ISO 3166-1."))
        codes[name] = code or ""
    if flaws or material is None:
        return flaws, None
    recycled = cells.get("recycled", "").casefold() in _YES
    mine = "" if cells.get("mine", "").casefold() in _UNKNOWN else cells.get("mine", "")
    return [], Smelter(material, cells["name"], codes["country"], cid, mine, codes["mine_country"], recycled)


def _declared(sheet: Sheet) -> tuple[str, frozenset[Material]]:
    """The company, and the materials for which it answers that all smelters are identified: rows under that question, one a metal."""
    company, complete, inside = "", set(), False
    for row in sheet.rows:
        cells = [cell.strip() for cell in row]
        words = [cell for cell in cells if cell]
        if not company and words and words[0].casefold().startswith("company name"):
            company = words[1] if len(words) > 1 else ""
        if any("identified all of the smelters" in cell.casefold() for cell in cells):
            inside = True
        elif inside and words:
            material = _METALS.get(words[0].replace("(*)", "").strip().casefold())
            if material is None:
                inside = False
            elif len(words) > 1 and words[1].casefold().split(",")[0] in _YES:
                complete.add(material)
    return company, frozenset(complete)


@cache
def _countries() -> dict[str, str]:
    stated = tomllib.loads((resources.files(__package__ or "") / "countries.toml").read_text(encoding="utf-8"))
    return {name: code for code, names in stated.items() for name in names}


def country(text: str) -> str | None:
    """The code of a country as a template spells it; empty for one that is not told; None for what is none."""
    spelled = " ".join(text.upper().split())
    if spelled.casefold() in _UNKNOWN:
        return ""
    if len(spelled) == 2 and spelled.isascii() and spelled.isalpha():  # noqa: PLR2004 — ISO 3166-1 alpha-2
        return spelled
    return _countries().get(spelled)


def origins(template: Template, contents: list[Content]) -> list[Origin]:
    """What a template says of the origin of a part's stated contents: of materials whose smelters are all identified, nothing of others."""
    found = []
    for content in contents:
        named = [smelter for smelter in template.smelters if smelter.material == content.material]
        if content.material in template.complete and named:
            mass = settle(content.mass_kg / len(named))
            form = DIVIDED if len(named) > 1 else ""
            for each in named:
                mined = "" if each.recycled else each.mine_country
                found.append(Origin(content.material, mass, form, mined, "", each.mine, each.name, each.cid, recycled=each.recycled))
    return found


def sheets_of(company: str, origins: list[Origin], products: list[tuple[str, str]]) -> list[Sheet]:
    """Sheets of the template's shape from what a company states, which `read_template` reads again."""
    names = {material: name.title() for name, material in reversed(_METALS.items())}
    stated = sorted({origin.material for origin in origins if origin.material in names})
    known = {material: all(origin.refiner_known() for origin in origins if origin.material == material) for material in stated}
    declaration = [
        ["Minerals reporting by Ashiato, in the shape of an extended minerals template; not the RMI's template"], ["Company Name", company],
        ["Have you identified all of the smelters supplying the minerals to your supply chain?"],
        *([names[material], "Yes" if known[material] else "No"] for material in stated),
    ]  # fmt: skip
    header = ["Metal", "Smelter Name", "Smelter Country", "Smelter Identification", "Name of Mine(s)", "Location (Country) of Mine(s)",
              "Indicate if 100% of the feedstock is recycled or scrap", "Comments"]  # fmt: skip
    rows: dict[tuple[str, str, str], list[str]] = {}
    masses: dict[tuple[str, str, str], Decimal] = {}
    for origin in origins:
        if origin.material in names and origin.refiner_known():
            key = origin.material, origin.refiner_cid, "" if origin.refiner_cid else origin.refiner
            rows.setdefault(key, [names[origin.material], origin.refiner or origin.refiner_cid, "", origin.refiner_cid, origin.mine, origin.country,
                                  "Yes" if origin.recycled else "No"])  # fmt: skip
            masses[key] = masses.get(key, Decimal(0)) + origin.mass_kg
    smelters = [header, *([*row, f"{plain(masses[key])} kg"] for key, row in sorted(rows.items()))]
    listed = [["Product Number", "Product Name"], *([number, name] for number, name in products)]
    return [Sheet(DECLARATION, declaration), Sheet(SMELTERS, smelters), Sheet("Product List", listed)]


async def import_template(work: Work, actor: Actor, part_id: PartId, template: Template) -> Materials:
    """States the origins of a part's contents from a template, in place of those stated before of the materials that it tells.

    Refuses (`absent`) a part that is not the company's, (`invalid`, by sheet and cell) a template with errors: nothing is saved then.
    """
    require(actor, Deed.ENTER_DATA)
    before = await materials(work, actor, part_id)
    if template.errors:
        flaws = [Flaw(f"{error.sheet}!{error.cell}", error.code, error.message, error.suggestion) for error in template.errors]
        raise invalid("template", "The workbook has errors.", "Correct the cells named here and send it again; nothing was saved.", *flaws)
    told = origins(template, before.contents)
    named = {origin.material for origin in told}
    kept = [origin for origin in before.origins if origin.material not in named]
    return await state(work, actor, part_id, Materials(before.contents, [*kept, *told]))


async def export_template(work: Work, actor: Actor, part_id: PartId) -> bytes:
    """What the company states of a part and of what goes into it, as a workbook of the template's shape. Refuses (`absent`) another's part."""
    structure = await products.structure(work, actor, part_id)
    company = await participants.admission.own_company(work, actor)
    stated = await origin_store.origins(work, list(structure.parts))
    lines = [origin for part in sorted(stated, key=str) for origin in stated[part]]
    return write(sheets_of(company.name, lines, [(structure.top.part_number, structure.top.name)]), made_at=work.now)
