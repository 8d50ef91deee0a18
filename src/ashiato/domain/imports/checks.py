"""From rows of text to what the slices below register, checked against the file itself and against what is registered (pure)."""

import itertools
from dataclasses import dataclass, field
from decimal import Decimal
from difflib import get_close_matches
from typing import TypeVar

from ashiato.domain import footprint, products
from ashiato.domain.imports.fields import Reader
from ashiato.domain.imports.report import Errors
from ashiato.domain.imports.tables import Row, Table, TableKind
from ashiato.domain.participants import NewSite
from ashiato.domain.products import BatteryCategory, BatteryModel, NewComponent, NewPart, Sourcing, component_flaw
from ashiato.kernel.errors import Flaw
from ashiato.kernel.ids import corporate_number
from ashiato.kernel.quantity import KILOGRAM, Dimension, Quantity, Unit, bridge, parse_intensity

words = footprint.model
T = TypeVar("T")

SOURCINGS = {"内製": Sourcing.MADE, "購入": Sourcing.BOUGHT, "外注": Sourcing.BOUGHT, "make": Sourcing.MADE, "buy": Sourcing.BOUGHT}
STAGES = {
    "原材料": words.Stage.RAW_MATERIALS, "原材料調達": words.Stage.RAW_MATERIALS, "pre": words.Stage.RAW_MATERIALS,
    "raw material": words.Stage.RAW_MATERIALS,
    "製造": words.Stage.PRODUCTION, "主要製造": words.Stage.PRODUCTION, "main": words.Stage.PRODUCTION, "main production": words.Stage.PRODUCTION,
    "流通": words.Stage.DISTRIBUTION, "輸送": words.Stage.DISTRIBUTION,
    "廃棄": words.Stage.END_OF_LIFE, "廃棄・リサイクル": words.Stage.END_OF_LIFE, "eol": words.Stage.END_OF_LIFE,
}  # fmt: skip
FLOWS = {
    "投入": words.Flow.INPUT, "材料": words.Flow.INPUT, "エネルギー": words.Flow.ENERGY, "輸送": words.Flow.ENERGY, "transport": words.Flow.ENERGY,
    "排出": words.Flow.EMISSION, "廃棄物": words.Flow.WASTE, "控除": words.Flow.CREDIT, "クレジット": words.Flow.CREDIT,
}  # fmt: skip
SOURCES = {"自社": words.DataSource.OWN, "実測": words.DataSource.OWN, "primary": words.DataSource.OWN, "平均": words.DataSource.AVERAGE,
           "secondary": words.DataSource.AVERAGE}  # fmt: skip
STANDINGS = {"公表": words.FactorStanding.PUBLISHED, "仕入先": words.FactorStanding.SUPPLIER, "実測": words.FactorStanding.MEASURED,
             "推定": words.FactorStanding.ESTIMATE}  # fmt: skip
_GASES = ("gwp:CO2", "gwp:CH4", "gwp:CH4_biogenic", "gwp:N2O")
_SHARES = ("a", "b", "r1", "r2", "r3", "qsin_qp", "qsout_qp", "xer_heat", "xer_elec")
_EMISSIONS = ("ev", "erec", "erec_eol", "ev_star", "ed", "eer", "ese_heat", "ese_elec")
_ENERGY_EMISSIONS = ("ese_heat", "ese_elec")


@dataclass(frozen=True, slots=True)
class KnownPart:
    """What other rows need to know of a part."""

    declared_unit: Unit
    mass_kg: Decimal | None
    sourcing: Sourcing


@dataclass(frozen=True, slots=True)
class KnownFactor:
    """What other rows need to know of a factor."""

    per: Unit
    rated: bool


@dataclass(slots=True)
class Known:
    """What is registered already, and what the file adds to it as its rows prove good."""

    parts: dict[str, KnownPart] = field(default_factory=dict)
    factors: dict[str, KnownFactor] = field(default_factory=dict)
    sites: set[str] = field(default_factory=set)
    structure: dict[str, set[str]] = field(default_factory=dict)


@dataclass(slots=True)
class Good:
    """The rows that can be registered, each with where it stands in the file."""

    sites: list[tuple[Row, NewSite]] = field(default_factory=list)
    factors: list[tuple[Row, footprint.model.NewFactor]] = field(default_factory=list)
    parts: list[tuple[Row, NewPart]] = field(default_factory=list)
    secondary: list[tuple[Row, footprint.model.NewSecondaryFactor]] = field(default_factory=list)
    no_secondary: list[str] = field(default_factory=list)  # parts whose row leaves the column of stand-ins empty
    components: list[tuple[Row, NewComponent]] = field(default_factory=list)
    batteries: list[tuple[Row, BatteryModel]] = field(default_factory=list)
    lines: list[tuple[Row, footprint.model.NewLine]] = field(default_factory=list)
    circular: list[tuple[Row, footprint.model.NewCircularMaterial]] = field(default_factory=list)
    keys: set[tuple[str, ...]] = field(default_factory=set)  # what the file has named already, by table

    def first(self, *key: str) -> bool:
        """Whether the file names this for the first time."""
        fresh = key not in self.keys
        self.keys.add(key)
        return fresh


def check(tables: list[Table], known: Known, errors: Errors) -> Good:
    """The good rows of all tables; `errors` tells of the others. Rows of one part stand or fall together."""
    good = Good()
    for row in _rows(tables, TableKind.SITES):
        _site(row, known, errors, good)
    for row in _rows(tables, TableKind.FACTORS):
        _factor(row, known, errors, good)
    for row in _rows(tables, TableKind.PARTS):
        _part(row, known, errors, good)
    for row in _rows(tables, TableKind.BATTERIES):
        _battery(row, known, errors, good)
    for row in _rows(tables, TableKind.STRUCTURE):
        _component(row, known, errors, good)
    good.components = _together(good.components, _rows(tables, TableKind.STRUCTURE), "parent", errors)
    _cycles(good, known, errors)
    counts: dict[str, int] = {}
    for row in _rows(tables, TableKind.INVENTORY):
        _line(row, known, errors, good, counts)
    good.lines = _together(good.lines, _rows(tables, TableKind.INVENTORY), "part_number", errors)
    counts = {}
    for row in _rows(tables, TableKind.CIRCULARITY):
        _circular(row, known, errors, good, counts)
    good.circular = _together(good.circular, _rows(tables, TableKind.CIRCULARITY), "part_number", errors)
    return good


def _rows(tables: list[Table], kind: TableKind) -> list[Row]:
    return [row for table in tables if table.kind is kind for row in table.rows]


def _together(good: list[tuple[Row, T]], rows: list[Row], key: str, errors: Errors) -> list[tuple[Row, T]]:
    """Holds back the good rows of a part of which another row is bad: half an inventory would be a wrong one."""
    spoilt = {row.cells[key].text: row for row in rows if errors.has(row)}
    kept = []
    for row, item in good:
        spoiler = spoilt.get(row.cells[key].text)
        if spoiler is None:
            kept.append((row, item))
        else:
            errors.add(row, Flaw(key, "row.held_back", f"Row {spoiler.number} of the same part is wrong, so this row waits for it."))
    return kept


def _site(row: Row, known: Known, errors: Errors, good: Good) -> None:
    read = Reader(row, errors)
    code, name, country = read.text("code"), read.text("name"), read.text("country")
    if country is not None and not (len(country) == 2 and country.isascii() and country.isalpha()):  # noqa: PLR2004 — ISO 3166-1 alpha-2
        read.flaw("country", "country.form", "Write the two letters of ISO 3166-1, such as JP.")
    address = read.text("address", required=False, longest=400) or ""
    _once(read, good, TableKind.SITES, "code")
    if not errors.has(row) and code and name and country:
        good.sites.append((row, NewSite(code, name, country.upper(), address, row.extra)))
        known.sites.add(code)


def _once(read: Reader, good: Good, table: TableKind, column: str) -> None:
    if not good.first(table, read.raw(column)):
        read.flaw(column, "row.repeated", "This stands in the file already.")


def _factor(row: Row, known: Known, errors: Errors, good: Good) -> None:
    read = Reader(row, errors)
    code, name, value = read.text("code"), read.text("name"), read.number("value")
    if code is not None and code.startswith(words.GWP_PREFIX):
        read.flaw("code", "factor.reserved", f"Codes that start with {words.GWP_PREFIX} stand for direct emissions.")
    intensity = read.parsed("unit", lambda unit: parse_intensity(value or Decimal(0), unit))
    year, geography = read.year("year"), read.text("geography")
    source, citation, licence = read.text("source", longest=500), read.text("citation", longest=500), read.text("licence")
    standing = read.choice("standing", words.FactorStanding, STANDINGS, None)
    basis = read.choice("electricity_basis", words.ElectricityBasis, {}, None) if read.raw("electricity_basis") else None
    if basis is not None and intensity is not None and intensity.per.dimension is not Dimension.ENERGY:
        read.flaw("electricity_basis", "factor.electricity_unit", "Only a factor per kWh or MJ describes electricity.")
    ter, ger, tir = read.rating("ter"), read.rating("ger"), read.rating("tir")
    _once(read, good, TableKind.FACTORS, "code")
    if errors.has(row) or intensity is None or not (code and name and year and geography and source and citation and licence and standing):
        return
    new = words.NewFactor(
        code, name, intensity.kg_co2e, intensity.per, year, geography, source, citation, licence, standing, basis, ter, ger, tir, row.extra
    )
    good.factors.append((row, new))
    known.factors[code] = KnownFactor(intensity.per, None not in (ter, ger, tir))


def _part(row: Row, known: Known, errors: Errors, good: Good) -> None:
    read = Reader(row, errors)
    number, name, unit = read.text("part_number"), read.text("name"), read.unit("declared_unit")
    mass = _mass(read, unit)
    supplier = read.parsed("supplier_number", corporate_number, required=False)
    supplier_part = read.text("supplier_part_number", required=False)
    bought = bool(read.raw("supplier_number") or read.raw("secondary_factor"))
    sourcing = read.choice("sourcing", Sourcing, SOURCINGS, Sourcing.BOUGHT if bought else Sourcing.MADE)
    if sourcing is Sourcing.MADE and (read.raw("supplier_number") or supplier_part):
        read.flaw("sourcing", "part.made_with_supplier", "A part that you make has no supplier.", Sourcing.BOUGHT.value)
    site = read.text("site", required=False)
    if site is not None and site not in known.sites:
        read.flaw("site", "site.unknown", f"There is no site {site}.", _nearest(site, known.sites))
    secondary = read.text("secondary_factor", required=False)
    stage = read.choice("secondary_stage", words.Stage, STAGES, words.Stage.RAW_MATERIALS)
    if secondary is not None and unit is not None:
        _check_secondary(read, secondary, sourcing, unit, mass, known)
    _once(read, good, TableKind.PARTS, "part_number")
    if errors.has(row) or unit is None or not (number and name and sourcing):
        return
    good.parts.append((row, NewPart(number, name, unit, sourcing, mass, site, supplier, supplier_part, row.extra)))
    known.parts[number] = KnownPart(unit, mass, sourcing)
    if secondary is not None and stage is not None:
        good.secondary.append((row, words.NewSecondaryFactor(number, secondary, stage)))
    elif "secondary_factor" in row.cells:
        good.no_secondary.append(number)


def _mass(read: Reader, unit: Unit | None) -> Decimal | None:
    """The mass of one declared unit: as stated, or as the declared unit says where it is one of mass."""
    mass = read.positive("mass_kg")
    if unit is None or unit.dimension is not Dimension.MASS:
        return mass
    given = Quantity(Decimal(1), unit).in_unit(KILOGRAM)
    if mass is not None and mass != given:
        read.flaw("mass_kg", "part.mass_differs", f"One {unit} has a mass of {given} kg.", str(given))
    return given


def _check_secondary(read: Reader, code: str, sourcing: Sourcing | None, unit: Unit, mass: Decimal | None, known: Known) -> None:
    if sourcing is Sourcing.MADE:
        read.flaw("secondary_factor", "part.secondary_for_made", "Only a part that you buy has a secondary factor.")
    factor = known.factors.get(code)
    if factor is None:
        read.flaw("secondary_factor", "factor.unknown", f"There is no factor {code}.", _nearest(code, known.factors))
        return
    flaw = component_flaw(Quantity(Decimal(1), unit), factor.per, bridge(unit, mass))
    if flaw:
        read.flaw("secondary_factor", flaw.code, flaw.message, None)


def _battery(row: Row, known: Known, errors: Errors, good: Good) -> None:
    read = Reader(row, errors)
    number = _known_part(read, "part_number", known)
    category = read.choice("category", BatteryCategory, {}, None)
    chemistry = read.text("chemistry")
    usable, delivered = read.positive("usable_energy_kwh"), read.positive("delivered_energy_kwh")
    years, km = read.positive("warranty_years"), read.positive("warranty_km")
    if usable is None and delivered is None and not errors.has(row):
        read.flaw("usable_energy_kwh", "battery.incomplete", "State the usable energy, or the energy delivered over the service life.")
    _once(read, good, TableKind.BATTERIES, "part_number")
    if not errors.has(row) and number and category and chemistry:
        good.batteries.append((row, BatteryModel(number, category, chemistry, usable, years, km, delivered)))


def _known_part(read: Reader, column: str, known: Known) -> str | None:
    number = read.text(column)
    if number is not None and number not in known.parts:
        read.flaw(column, "part.unknown", f"There is no part {number}.", _nearest(number, known.parts))
        return None
    return number


def _nearest(text: str, known: object) -> str | None:
    near = get_close_matches(text, list(known)[:5000], n=1, cutoff=0.7) if isinstance(known, (dict, set)) else []
    return near[0] if near else None


def _component(row: Row, known: Known, errors: Errors, good: Good) -> None:
    read = Reader(row, errors)
    parent, child = _known_part(read, "parent", known), _known_part(read, "child", known)
    quantity = read.quantity("amount", "unit")
    if parent is not None and parent == child:
        read.flaw("child", "structure.self", "A part does not go into itself.")
    if parent is not None and known.parts[parent].sourcing is Sourcing.BOUGHT:
        read.flaw("parent", "structure.bought_parent", "What goes into a bought part is its supplier's to say.")
    if child is not None and quantity is not None:
        declared = known.parts[child].declared_unit
        flaw = component_flaw(quantity, declared, bridge(declared, known.parts[child].mass_kg))
        if flaw:
            errors.add(row, flaw)
    if parent and child and not good.first(TableKind.STRUCTURE, parent, child):
        read.flaw("child", "row.repeated", "This component is listed already; state its whole amount in one row.")
    if not errors.has(row) and parent and child and quantity:
        good.components.append((row, NewComponent(parent, child, quantity, row.extra)))


def _cycles(good: Good, known: Known, errors: Errors) -> None:
    """Takes out the rows along every cycle that the file would close, with all rows of the parents concerned."""
    restated = {item.parent for _, item in good.components}
    edges = {parent: set(children) for parent, children in known.structure.items() if parent not in restated}
    for _, item in good.components:
        edges.setdefault(item.parent, set()).add(item.child)
    while loop := products.cycle(edges):
        links = set(itertools.pairwise(loop))
        told = False
        for row, item in good.components:
            if (item.parent, item.child) in links:
                errors.add(row, Flaw("child", "structure.cycle", f"A part cannot go into itself: {' → '.join(loop)}."))
                edges[item.parent].discard(item.child)
                told = True
        if not told:  # only what is registered already closes it, which registering refused
            return
    spoilt = {item.parent for row, item in good.components if errors.has(row)}
    kept = []
    for row, item in good.components:
        if item.parent not in spoilt:
            kept.append((row, item))
        elif not errors.has(row):
            errors.add(row, Flaw("parent", "row.held_back", "Another row of the same part is wrong, so this row waits for it."))
    good.components = kept


def _line(row: Row, known: Known, errors: Errors, good: Good, counts: dict[str, int]) -> None:
    read = Reader(row, errors)
    number = _made_part(read, known)
    stage = read.choice("stage", words.Stage, STAGES, None)
    activity = read.text("activity")
    quantity = read.quantity("amount", "unit")
    code = read.text("factor", required=False)
    flow = read.choice("flow", words.Flow, FLOWS, _guessed_flow(code, quantity))
    source = read.choice("data_source", words.DataSource, SOURCES, words.DataSource.OWN)
    evidence = read.text("evidence", required=False, longest=400) or ""
    ratings = (read.rating("ter"), read.rating("ger"), read.rating("tir"))
    per = _factor_unit(read, code, flow, None not in ratings, known)
    if quantity is not None and flow is not None:
        flaw = words.line_flaw(quantity, flow, per)
        if flaw:
            errors.add(row, flaw)
    line = _line_number(read, number, counts)
    if number and line and not good.first(TableKind.INVENTORY, number, str(line)):
        read.flaw("line", "row.repeated", "This line number stands in the file already.")
    if errors.has(row) or line is None or not (number and stage and activity and quantity and flow and source):
        return
    good.lines.append((row, words.NewLine(number, line, stage, activity, quantity, code, flow, source, evidence, *ratings, row.extra)))


def _made_part(read: Reader, known: Known) -> str | None:
    number = _known_part(read, "part_number", known)
    if number is not None and known.parts[number].sourcing is Sourcing.BOUGHT:
        read.flaw("part_number", "part.bought_with_inventory", "How a bought part is made is its supplier's to say.")
    return number


def _guessed_flow(code: str | None, quantity: Quantity | None) -> footprint.model.Flow:
    if quantity is not None and quantity.amount < 0:
        return words.Flow.CREDIT
    if code is not None and code.startswith(words.GWP_PREFIX):
        return words.Flow.EMISSION
    if quantity is not None and quantity.unit.dimension in (Dimension.ENERGY, Dimension.TRANSPORT):
        return words.Flow.ENERGY
    return words.Flow.INPUT


def _factor_unit(read: Reader, code: str | None, flow: footprint.model.Flow | None, rated: bool, known: Known) -> Unit | None:
    if code is None:
        if flow not in (words.Flow.WASTE, words.Flow.EMISSION):
            read.flaw("factor", "inventory.factor_needed", "Only an outflow without burden needs no factor.")
        return None
    if code.startswith(words.GWP_PREFIX):
        if code not in _GASES:
            read.flaw("factor", "gas.unknown", f"Direct emissions are: {', '.join(_GASES)}.", _nearest(code, set(_GASES)))
        return KILOGRAM
    factor = known.factors.get(code)
    if factor is None:
        read.flaw("factor", "factor.unknown", f"There is no factor {code}.", _nearest(code, known.factors))
        return None
    if not rated and not factor.rated:
        read.flaw("ter", "factor.unrated", "Neither the row nor its factor is rated for data quality (TeR, GeR, TiR).")
    return factor.per


def _line_number(read: Reader, number: str | None, counts: dict[str, int]) -> int | None:
    counts[number or ""] = counts.get(number or "", 0) + 1
    if not read.raw("line"):
        return counts[number or ""]
    return read.whole("line", range(1, 1_000_001), "number.line", "A line number is a whole number from 1.")


def _circular(row: Row, known: Known, errors: Errors, good: Good, counts: dict[str, int]) -> None:
    read = Reader(row, errors)
    number, material = _made_part(read, known), read.text("material")
    mass = read.positive("mass", required=True)
    terms = read.choice("terms", words.CircularTerms, {}, words.CircularTerms.BOTH)
    source = read.choice("data_source", words.DataSource, SOURCES, words.DataSource.OWN)
    shares = {symbol: share for symbol in _SHARES if (share := read.share(symbol, required=symbol in ("a", "r1", "r2"))) is not None}
    if (lhv := read.positive("lhv")) is not None:
        shares["lhv"] = lhv
    codes = {symbol: code for symbol in _EMISSIONS if (code := read.text(symbol, required=symbol in ("ev", "erec"))) is not None}
    codes.setdefault("erec_eol", codes.get("erec", ""))
    codes.setdefault("ev_star", codes.get("ev", ""))
    for symbol, code in codes.items():
        _check_circular_factor(read, symbol, code, known)
    if shares.get("r2", Decimal(0)) + shares.get("r3", Decimal(0)) > 1:
        read.flaw("r3", "circular.sum", "R2 + R3 is more than 1.")
    evidence = read.text("evidence", required=False, longest=400) or ""
    counts[number or ""] = counts.get(number or "", 0) + 1
    if errors.has(row) or mass is None or not (number and material and terms and source):
        return
    new = words.NewCircularMaterial(number, counts[number], material, mass, terms, source, shares, codes, evidence, row.extra)
    good.circular.append((row, new))


def _check_circular_factor(read: Reader, symbol: str, code: str, known: Known) -> None:
    factor = known.factors.get(code)
    if factor is None:
        if read.raw(symbol):
            read.flaw(symbol, "factor.unknown", f"There is no factor {code}.", _nearest(code, known.factors))
    elif symbol in _ENERGY_EMISSIONS and factor.per.dimension is not Dimension.ENERGY:
        read.flaw(symbol, "factor.per_energy", "This factor is not per unit of energy.", None)
    elif symbol not in _ENERGY_EMISSIONS and factor.per.dimension is not Dimension.MASS:
        read.flaw(symbol, "factor.per_mass", "This factor is not per unit of mass.", None)
