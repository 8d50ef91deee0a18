"""Checks of master data: sites, factors, parts, battery models (pure)."""

import decimal
import itertools
from collections.abc import Iterable
from decimal import Decimal
from typing import Any

import numpy as np

from ashiato.domain import footprint, participants
from ashiato.domain.imports.cells import Cells
from ashiato.domain.imports.checks import Examination, Kept, KnownFactor, KnownPart
from ashiato.domain.imports.fields import Reader
from ashiato.domain.imports.tables import Table, TableKind
from ashiato.domain.products import BatteryCategory, BatteryModel, NewPart, Sourcing, component_flaw
from ashiato.kernel.errors import Flaw
from ashiato.kernel.quantity import CONTEXT, Dimension, Intensity, Quantity, Unit, bridge, parse_intensity

words = footprint.model
_ONE = Decimal(1)

SOURCINGS = {"内製": Sourcing.MADE, "購入": Sourcing.BOUGHT, "外注": Sourcing.BOUGHT, "make": Sourcing.MADE, "buy": Sourcing.BOUGHT}
STAGES = {
    "原材料": words.Stage.RAW_MATERIALS, "原材料調達": words.Stage.RAW_MATERIALS, "pre": words.Stage.RAW_MATERIALS,
    "raw material": words.Stage.RAW_MATERIALS,
    "製造": words.Stage.PRODUCTION, "主要製造": words.Stage.PRODUCTION, "main": words.Stage.PRODUCTION, "main production": words.Stage.PRODUCTION,
    "流通": words.Stage.DISTRIBUTION, "輸送": words.Stage.DISTRIBUTION,
    "廃棄": words.Stage.END_OF_LIFE, "廃棄・リサイクル": words.Stage.END_OF_LIFE, "eol": words.Stage.END_OF_LIFE,
}  # fmt: skip
STANDINGS = {"公表": words.FactorStanding.PUBLISHED, "仕入先": words.FactorStanding.SUPPLIER, "実測": words.FactorStanding.MEASURED,
             "推定": words.FactorStanding.ESTIMATE}  # fmt: skip


def check_sites(table: Table, exam: Examination) -> None:
    """Sites: a code that stands once, a name, a country of ISO 3166-1."""
    read = Reader(table, exam.errors)

    def country(text: str) -> str | Flaw:
        if len(text) == 2 and text.isascii() and text.isalpha():  # noqa: PLR2004 — ISO 3166-1 alpha-2
            return text.upper()
        return Flaw("country", "country.form", "Write the two letters of ISO 3166-1, such as JP.")

    codes, names, countries = read.text("code"), read.text("name"), read.parsed("country", country)
    addresses = read.text("address", required=False, longest=400).each(lambda address: address or "")
    exam.once(read, "code", codes)
    kept = exam.keep(read, participants.model.NewSite, codes, names, countries, addresses, read.extra())
    exam.good.sites.append(kept)
    exam.known.sites.update(site.code for site in kept)


def check_factors(table: Table, exam: Examination) -> None:
    """Emission factors: a code that stands once and is not reserved, a value per something, provenance, ratings."""
    read = Reader(table, exam.errors)
    codes, names, values = read.text("code"), read.text("name"), read.number("value")
    for place, code in enumerate(codes):
        if code is not None and code.startswith(words.GWP_PREFIX):
            read.flaw(place, "code", "factor.reserved", f"Codes that start with {words.GWP_PREFIX} stand for direct emissions.")
    scales = read.parsed("unit", lambda text: parse_intensity(_ONE, text))
    years, geographies = read.year("year"), read.text("geography")
    sources, citations, licences = read.text("source", longest=500), read.text("citation", longest=500), read.text("licence")
    standings = read.choice("standing", words.FactorStanding, STANDINGS)
    bases = read.choice("electricity_basis", words.ElectricityBasis, {}, required=False)
    for place, (basis, scale) in enumerate(zip(bases, scales, strict=True)):
        if basis is not None and scale is not None and scale.per.dimension is not Dimension.ENERGY:
            read.flaw(place, "electricity_basis", "factor.electricity_unit", "Only a factor per kWh or MJ describes electricity.")
    ratings = read.rating("ter"), read.rating("ger"), read.rating("tir")
    exam.once(read, "code", codes)
    kept = exam.keep(
        read, _factor, values, scales, codes, names, years, geographies, sources, citations, licences, standings, bases, *ratings, read.extra()
    )
    exam.good.factors.append(kept)
    for item in kept:
        exam.known.factors[item.code] = KnownFactor(item.per, None not in (item.ter, item.ger, item.tir))


def _factor(value: Decimal, scale: Intensity, code: str, name: str, *provenance: Any) -> footprint.model.NewFactor:
    with decimal.localcontext(CONTEXT):
        return words.NewFactor(code, name, value * scale.kg_co2e, scale.per, *provenance)


def check_parts(table: Table, exam: Examination) -> None:
    """Parts: a number that stands once, a declared unit, a mass that fits it, a supplier or a stand-in only for what is bought."""
    read = Reader(table, exam.errors)
    numbers, names, units = read.text("part_number"), read.text("name"), read.unit("declared_unit")
    masses = _masses(read, units)
    suppliers = read.parsed("supplier_number", participants.numbers.company_number, required=False)
    supplier_parts = read.text("supplier_part_number", required=False)
    sourcings = _sourcings(read)
    made = sourcings.array(lambda sourcing: sourcing is Sourcing.MADE) != 0
    supplied = (read.raw("supplier_number").array(bool) | supplier_parts.array(bool)) != 0
    for place in np.flatnonzero(made & supplied).tolist():
        read.flaw(place, "sourcing", "part.made_with_supplier", "A part that you make has no supplier.", Sourcing.BOUGHT.value)
    sites = read.text("site", required=False)
    for place in sites.where(lambda site: site is not None and site not in exam.known.sites).tolist():
        site = sites[place] or ""
        if not exam.waits(read, place, "site", TableKind.SITES, site):
            near = exam.known.likeness.nearest(site, exam.known.sites)
            read.flaw(place, "site", "site.unknown", f"There is no site {site}.", near)
    secondary = _secondary(read, exam, sourcings, units, masses)
    exam.once(read, "part_number", numbers)
    kept = exam.keep(read, NewPart, numbers, names, units, sourcings, masses, sites, suppliers, supplier_parts, read.extra())
    exam.good.parts.append(kept)
    _know(exam, kept, secondary, numbers, units, masses, sourcings)


def _sourcings(read: Reader) -> Cells[Sourcing | None]:
    """Where the parts come from: as stated, else bought where a supplier or a stand-in is named."""
    stated = read.choice("sourcing", Sourcing, SOURCINGS, required=False)
    kinds = list(Sourcing)
    named = (read.raw("supplier_number").array(bool) | read.raw("secondary_factor").array(bool)) != 0
    guessed = np.where(named, kinds.index(Sourcing.BOUGHT), kinds.index(Sourcing.MADE))
    numbers = stated.array(lambda sourcing: -1 if sourcing is None else kinds.index(sourcing))
    return Cells([*kinds], np.where(numbers < 0, guessed, numbers).astype(np.int32))


def _know(exam: Examination, kept: Kept[NewPart], secondary: dict[int, tuple[str, footprint.model.Stage]], *columns: Iterable[Any]) -> None:
    """Notes what the rows of a file that follow may name: `columns` are the parts' numbers and what is to be known of them; and what
    stands in for the bought ones.
    """
    alike: dict[tuple[Any, ...], KnownPart] = {}  # one object for all parts of which other rows need to know the same
    states_secondary = "secondary_factor" in kept.table.columns
    for place, (number, *told) in itertools.compress(enumerate(zip(*columns, strict=True)), kept.good):
        part = alike.get(key := tuple(told))
        exam.known.parts[number] = part or alike.setdefault(key, KnownPart(*told))
        if (stand_in := secondary.get(place)) is not None:
            exam.good.secondary.append(words.NewSecondaryFactor(number, *stand_in))
        elif states_secondary:
            exam.good.no_secondary.append(number)


def _masses(read: Reader, units: Cells[Unit | None]) -> Cells[Decimal | None]:
    """The mass of one declared unit: as stated, or as the declared unit says where it is one of mass."""
    stated = read.positive("mass_kg")
    masses = Cells(list(stated.values), stated.numbers.copy())
    for number, unit in enumerate(units.values):
        if unit is None or unit.dimension is not Dimension.MASS:
            continue
        rows = units.numbers == number
        differs = np.array([mass is not None and mass != unit.in_base for mass in stated.values], np.bool_)[stated.numbers]
        for place in np.flatnonzero(rows & differs).tolist():
            read.flaw(place, "mass_kg", "part.mass_differs", f"One {unit} has a mass of {unit.in_base} kg.", str(unit.in_base))
        masses.numbers[rows] = len(masses.values)
        masses.values.append(unit.in_base)
    return masses


def _secondary(
    read: Reader, exam: Examination, sourcings: Cells[Sourcing | None], units: Cells[Unit | None], masses: Cells[Decimal | None]
) -> dict[int, tuple[str, footprint.model.Stage]]:
    """The factors that stand in for bought parts, by the places of their rows, and the stages that they count to."""
    codes = read.text("secondary_factor", required=False)
    stages = read.choice("secondary_stage", words.Stage, STAGES, required=False)
    found = {}
    for place in codes.where(bool).tolist():
        code, unit = codes[place] or "", units[place]
        found[place] = (code, stages[place] or words.Stage.RAW_MATERIALS)
        if unit is None:
            continue
        if sourcings[place] is Sourcing.MADE:
            read.flaw(place, "secondary_factor", "part.secondary_for_made", "Only a part that you buy has a secondary factor.")
        factor = exam.known.factors.get(code)
        if factor is None:
            exam.unknown_factor(read, place, "secondary_factor", code)
        elif flaw := component_flaw(Quantity(_ONE, unit), factor.per, bridge(unit, masses[place])):
            read.flaw(place, "secondary_factor", flaw.code, flaw.message)
    return found


def check_batteries(table: Table, exam: Examination) -> None:
    """Battery models: a known part, its category, its chemistry, and what the functional unit is computed from."""
    read = Reader(table, exam.errors)
    numbers, _ = exam.known_parts(read, "part_number")
    categories, chemistries = read.choice("category", BatteryCategory, {}), read.text("chemistry")
    usable, delivered = read.positive("usable_energy_kwh"), read.positive("delivered_energy_kwh")
    years, km = read.positive("warranty_years"), read.positive("warranty_km")
    for place, energies in enumerate(zip(usable, delivered, strict=True)):
        if energies == (None, None) and place not in exam.errors.of(table):
            read.flaw(place, "usable_energy_kwh", "battery.incomplete", "State the usable energy, or the energy delivered over the service life.")
    exam.once(read, "part_number", numbers)
    exam.good.batteries.append(exam.keep(read, BatteryModel, numbers, categories, chemistries, usable, years, km, delivered))
