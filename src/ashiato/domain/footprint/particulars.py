"""What a supplier states of a product beside its figures: other names, classes, the place it is made at, what is carbon of which origin (pure).

Nothing here is computed, and nothing is assumed: what is not stated is absent, never zero. The nouns are those of PACT 3.0.3.
"""

import re
from dataclasses import dataclass, field
from decimal import Decimal
from enum import StrEnum

from ashiato.kernel.errors import Flaw

_URN = re.compile(r"[uU][rR][nN]:[A-Za-z0-9][A-Za-z0-9-]{0,30}:[!-~]{1,400}")
_GTIN = re.compile(r"[uU][rR][nN]:[gG][tT][iI][nN]:(.*)")
_GTIN_LENGTHS = (8, 12, 13, 14)
_COUNTRY, _SUBDIVISION = re.compile("[A-Z]{2}"), re.compile("[A-Z]{2}-[A-Z0-9]{1,3}")
_LONGEST = 2000
_MOST_NAMES = 50
_HUNDRED = 100
REGIONS = (
    "Africa", "Americas", "Asia", "Europe", "Oceania", "Australia and New Zealand", "Central Asia", "Eastern Asia", "Eastern Europe",
    "Latin America and the Caribbean", "Melanesia", "Micronesia", "Northern Africa", "Northern America", "Northern Europe", "Polynesia",
    "South-eastern Asia", "Southern Asia", "Southern Europe", "Sub-Saharan Africa", "Western Asia", "Western Europe",
)  # fmt: skip


class Known(StrEnum):
    """A figure that a supplier may know of one declared unit: kg CO2e, kg of carbon for contents, m2a of land."""

    FOSSIL_CARBON = "fossil_carbon_content"
    BIOGENIC_CARBON = "biogenic_carbon_content"
    RECYCLED_CARBON = "recycled_carbon_content"
    FOSSIL = "fossil_emissions"
    LAND_USE_CHANGE = "land_use_change_emissions"
    LAND_LEAKAGE = "land_carbon_leakage"
    LAND_FOSSIL = "land_management_fossil_emissions"
    LAND_BIOGENIC = "land_management_biogenic_emissions"
    LAND_REMOVALS = "land_management_biogenic_removals"
    UPTAKE = "biogenic_uptake"
    BIOGENIC_OTHER = "biogenic_non_co2_emissions"
    LAND_AREA = "land_area_occupation"
    AIRCRAFT = "aircraft_emissions"
    PACKAGING = "packaging_emissions"
    PACKAGING_BIOGENIC_CARBON = "packaging_biogenic_carbon_content"
    OUTBOUND = "outbound_logistics_emissions"


REMOVALS = frozenset({Known.LAND_REMOVALS, Known.UPTAKE})  # at most 0; every other is at least 0


@dataclass(frozen=True, slots=True)
class Particulars:
    """What is stated of a product. Names and classes are URNs; of country, subdivision and region at most one is stated."""

    names: tuple[str, ...] = ()
    maker_names: tuple[str, ...] = ()
    classes: tuple[str, ...] = ()
    country: str | None = None
    subdivision: str | None = None
    region: str | None = None
    known: dict[Known, Decimal] = field(default_factory=dict)
    packaging_included: bool | None = None
    exempted_percent: Decimal | None = None
    exempted_because: str | None = None
    boundary: str | None = None
    allocation: str | None = None


NOTHING = Particulars()


def flaws_of(stated: Particulars) -> list[Flaw]:
    """What is wrong with particulars, field by field: names that are no URNs, a GTIN with a wrong check digit, signs, two places."""
    found = [flaw for field_name in ("names", "maker_names", "classes") for flaw in _name_flaws(field_name, getattr(stated, field_name))]
    found += _place_flaws(stated)
    for known, figure in stated.known.items():
        if (figure > 0) if known in REMOVALS else (figure < 0):
            found.append(Flaw(f"known.{known}", "particulars.sign", "A removal is at most 0." if known in REMOVALS else "It is at least 0."))
    if stated.exempted_percent is not None and not 0 <= stated.exempted_percent <= _HUNDRED:
        found.append(Flaw("exempted_percent", "particulars.percent", "A share lies between 0 and 100 percent."))
    if stated.packaging_included is False and Known.PACKAGING in stated.known:
        found.append(Flaw("packaging_included", "particulars.packaging", "Emissions of packaging are stated, so they are included.", "true"))
    texts = {"exempted_because": stated.exempted_because, "boundary": stated.boundary, "allocation": stated.allocation}
    found += [Flaw(name, "text.long", f"At most {_LONGEST} characters fit here.") for name, text in texts.items() if text and len(text) > _LONGEST]
    return found


def _name_flaws(field_name: str, names: tuple[str, ...]) -> list[Flaw]:
    if len(names) > _MOST_NAMES:
        return [Flaw(field_name, "particulars.many", f"At most {_MOST_NAMES} fit here.")]
    found = []
    for name in names:
        gtin = _GTIN.fullmatch(name)
        if _URN.fullmatch(name) is None:
            bare = name.strip().replace(" ", "")
            suggestion = f"urn:gtin:{bare}" if is_gtin(bare) else None
            found.append(Flaw(field_name, "particulars.urn", f"“{name[:80]}” is no URN.", suggestion))
        elif gtin is not None and not is_gtin(gtin[1]):
            found.append(Flaw(field_name, "particulars.gtin", f"“{name[:80]}” is no GTIN: its check digit or length is wrong."))
    return found


def is_gtin(text: str) -> bool:
    """Whether digits are a GTIN-8, -12, -13 or -14 (GS1 General Specifications section 7.9: the check digit)."""
    if len(text) not in _GTIN_LENGTHS or not (text.isascii() and text.isdigit()):
        return False
    weighted = sum(int(digit) * (3 if place % 2 else 1) for place, digit in enumerate(reversed(text)))
    return weighted % 10 == 0


def _place_flaws(stated: Particulars) -> list[Flaw]:
    places = {"country": stated.country, "subdivision": stated.subdivision, "region": stated.region}
    given = [name for name, place in places.items() if place is not None]
    found = [Flaw(given[-1], "particulars.places", "State the country, its subdivision or the region: one of them.")] if len(given) > 1 else []
    if stated.country is not None and _COUNTRY.fullmatch(stated.country) is None:
        found.append(Flaw("country", "country.form", "Write the two letters of ISO 3166-1, such as JP."))
    if stated.subdivision is not None and _SUBDIVISION.fullmatch(stated.subdivision) is None:
        found.append(Flaw("subdivision", "particulars.subdivision", "Write the code of ISO 3166-2, such as JP-23."))
    if stated.region is not None and stated.region not in REGIONS:
        found.append(Flaw("region", "particulars.region", "Write a region of UN M49, such as Eastern Asia."))
    return found
