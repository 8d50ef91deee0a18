"""Calculation methods as versioned plug-ins: constants in a file each, one rule for the functional unit by name.

A result carries its method's id and version; figures of different methods are never added or compared.
"""

import tomllib
from dataclasses import dataclass
from decimal import Decimal
from functools import cache
from importlib import resources

from ashiato.domain.footprint.model import ElectricityBasis
from ashiato.domain.footprint.package import Battery
from ashiato.kernel.errors import Flaw, invalid


@dataclass(frozen=True, slots=True)
class Method:
    """The rules of one version of one method."""

    id: str
    title: str
    version: str
    status: str
    source: str
    energy_rule: str
    cut_off: Decimal
    electricity: frozenset[ElectricityBasis]
    credits: bool
    classes: tuple[tuple[str, Decimal], ...]
    gwp: dict[str, Decimal]
    cycles_per_year: dict[str, Decimal]
    km_per_year: Decimal | None
    years_without_warranty: Decimal | None
    unverified: tuple[str, ...]

    def total_energy_kwh(self, battery: Battery) -> Decimal:
        """kWh that the battery delivers over its service life: the functional unit is one of them.

        Refuses (`invalid`) a battery of which too little is stated for this method's rule.
        """
        return _ENERGY_RULES[self.energy_rule](self, battery)

    def performance_class(self, kg_per_kwh: Decimal) -> str | None:
        """The class that a declared value falls into; None while no classes are adopted."""
        return next((label for label, upper in self.classes if kg_per_kwh <= upper), None)


def _stated(method: Method, battery: Battery) -> Decimal:
    if battery.delivered_energy_kwh is None:
        raise _missing("delivered_energy_kwh", "the energy delivered over the service life")
    return battery.delivered_energy_kwh


def _equivalent_cycles(method: Method, battery: Battery) -> Decimal:
    """usable energy × full equivalent cycles per year × years; of a warranty in years and in kilometres, the shorter counts."""
    if battery.usable_energy_kwh is None:
        raise _missing("usable_energy_kwh", "the usable energy at the beginning of life")
    cycles = method.cycles_per_year.get(battery.category)
    if cycles is None:
        raise invalid("battery.category", f"{method.id} sets no cycles per year for category {battery.category}.", "Choose the vehicle category.")
    spans = [battery.warranty_years] if battery.warranty_years is not None else []
    if battery.warranty_km is not None and method.km_per_year is not None:
        spans.append(battery.warranty_km / method.km_per_year)
    if not spans and method.years_without_warranty is not None:
        spans.append(method.years_without_warranty)
    if not spans:
        raise _missing("warranty_years", "the warranty")
    return battery.usable_energy_kwh * cycles * min(spans)


_ENERGY_RULES = {"stated": _stated, "equivalent_cycles": _equivalent_cycles}


def _missing(field: str, words: str) -> Exception:
    message = f"The battery model does not state {words}."
    return invalid("battery.incomplete", message, "Complete the sheet of battery models.", Flaw(field, "battery.incomplete", message))


@cache
def all_methods() -> dict[str, Method]:
    """Every installed method by id."""
    files = [entry for entry in resources.files(__package__).iterdir() if entry.name.endswith(".toml")]
    methods = [_read(entry.read_text(encoding="utf-8")) for entry in files]
    return {method.id: method for method in sorted(methods, key=lambda method: method.id)}


def method(method_id: str) -> Method:
    """The method with this id. Refuses (`invalid`) unknown ones with the list of the known."""
    found = all_methods().get(method_id)
    if found is None:
        raise invalid("method.unknown", f"There is no method {method_id}.", f"Known: {', '.join(all_methods())}.")
    return found


def _read(text: str) -> Method:
    stated = tomllib.loads(text)
    return Method(
        id=stated["id"],
        title=stated["title"],
        version=stated["version"],
        status=stated["status"],
        source=stated["source"],
        energy_rule=stated["energy_rule"],
        cut_off=Decimal(stated["cut_off"]),
        electricity=frozenset(ElectricityBasis(basis) for basis in stated["electricity"]),
        credits=stated["credits"],
        classes=tuple((label, Decimal(upper)) for label, upper in stated["classes"]),
        gwp={gas: Decimal(factor) for gas, factor in stated["gwp"].items()},
        cycles_per_year={category: Decimal(cycles) for category, cycles in stated.get("cycles_per_year", {}).items()},
        km_per_year=Decimal(stated["km_per_year"]) if "km_per_year" in stated else None,
        years_without_warranty=Decimal(stated["years_without_warranty"]) if "years_without_warranty" in stated else None,
        unverified=tuple(stated["unverified"]),
    )
