"""Nouns of due diligence: materials, risk categories, severity, origins (pure).

Risk categories are the fifteen of EU 2023/1542 Annex X point 2; materials are those of its point 1, those of the RMI's extended
and conflict minerals templates, and aluminium.
"""

import re
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from enum import StrEnum

from ashiato.kernel.errors import Flaw


class Material(StrEnum):
    """Raw materials whose origin is asked for."""

    COBALT = "cobalt"
    NATURAL_GRAPHITE = "natural_graphite"
    LITHIUM = "lithium"
    NICKEL = "nickel"
    COPPER = "copper"
    MICA = "mica"
    ALUMINIUM = "aluminium"
    TIN = "tin"
    TANTALUM = "tantalum"
    TUNGSTEN = "tungsten"
    GOLD = "gold"


ANNEX_X = (Material.COBALT, Material.NATURAL_GRAPHITE, Material.LITHIUM, Material.NICKEL)


class RiskCategory(StrEnum):
    """EU 2023/1542 Annex X point 2: (a) environment, climate, health; (b) labour and human rights; (c) community life."""

    AIR = "air"
    WATER = "water"
    SOIL = "soil"
    BIODIVERSITY = "biodiversity"
    HAZARDOUS_SUBSTANCES = "hazardous_substances"
    NOISE = "noise"
    PLANT_SAFETY = "plant_safety"
    ENERGY = "energy"
    WASTE = "waste"
    HEALTH_AND_SAFETY = "health_and_safety"
    CHILD_LABOUR = "child_labour"
    FORCED_LABOUR = "forced_labour"
    DISCRIMINATION = "discrimination"
    TRADE_UNION_FREEDOMS = "trade_union_freedoms"
    COMMUNITY_LIFE = "community_life"


class Severity(StrEnum):
    """How grave an impact is or would be; worst first in `WORST_FIRST`."""

    LOW = "low"
    MEDIUM = "medium"
    HIGH = "high"
    SEVERE = "severe"


WORST_FIRST = (Severity.SEVERE, Severity.HIGH, Severity.MEDIUM, Severity.LOW)


class Custody(StrEnum):
    """Chain-of-custody models (ISO 22095)."""

    IDENTITY_PRESERVED = "identity_preserved"
    SEGREGATED = "segregated"
    CONTROLLED_BLENDING = "controlled_blending"
    MASS_BALANCE = "mass_balance"
    BOOK_AND_CLAIM = "book_and_claim"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Content:
    """So many kilograms of a material in one declared unit of a part; of what goes in, the share that is lost in the making."""

    material: Material
    mass_kg: Decimal
    loss_share: Decimal = Decimal(0)


@dataclass(frozen=True, slots=True)
class Origin:
    """So many kilograms of a material per declared unit of a part that its company brings in itself. Empty texts: not known.

    `country` is where it was mined, `refiner_country` where the refiner stands.
    `audit_until` is the day to which the refiner's audit under `audit_scheme` is good.
    """

    material: Material
    mass_kg: Decimal
    form: str = ""
    country: str = ""
    region: str = ""
    mine: str = ""
    refiner: str = ""
    refiner_cid: str = ""
    custody: Custody = Custody.UNKNOWN
    recycled: bool = False
    audit_scheme: str = ""
    audit_until: date | None = None
    refiner_country: str = ""

    def refiner_known(self) -> bool:
        return bool(self.refiner_cid or self.refiner)

    def audited(self, day: date) -> bool:
        """Whether a known refiner's audit is good on a day."""
        return self.refiner_known() and bool(self.audit_scheme) and self.audit_until is not None and self.audit_until >= day


_COUNTRY = re.compile(r"[A-Z]{2}")
_REGION = re.compile(r"[A-Z]{2}-[A-Z0-9]{1,3}")
_CID = re.compile(r"CID[0-9]{6}")


def cid_flaw(where: str, cid: str) -> Flaw | None:
    """What is wrong with a smelter's identification number, which the RMI issues as CID and six digits."""
    if not cid or _CID.fullmatch(cid):
        return None
    digits = "".join(character for character in cid if character.isdigit())
    return Flaw(where, "origin.cid", f"“{cid}” is no smelter number: it is CID and six digits.", f"CID{digits}" if len(digits) == 6 else None)  # noqa: PLR2004


def origin_flaws(where: str, origin: Origin) -> list[Flaw]:
    """What is wrong with an origin as it is stated, by field."""
    flaws = [flaw for flaw in (cid_flaw(f"{where}.refiner_cid", origin.refiner_cid),) if flaw]
    if origin.country and not _COUNTRY.fullmatch(origin.country):
        flaws.append(Flaw(f"{where}.country", "origin.country", "Write the two letters of ISO 3166-1, such as CL."))
    if origin.refiner_country and not _COUNTRY.fullmatch(origin.refiner_country):
        flaws.append(Flaw(f"{where}.refiner_country", "origin.country", "Write the two letters of ISO 3166-1, such as CL."))
    if origin.region and (not _REGION.fullmatch(origin.region) or not origin.region.startswith(origin.country or "?")):
        flaws.append(Flaw(f"{where}.region", "origin.region", "Write the code of ISO 3166-2, such as CN-XJ, within the country."))
    if origin.audit_until is not None and not origin.audit_scheme:
        flaws.append(Flaw(f"{where}.audit_scheme", "origin.audit", "Name the scheme that audited the refiner."))
    if origin.mass_kg <= 0:
        flaws.append(Flaw(f"{where}.mass_kg", "origin.mass", "A mass is greater than zero."))
    return flaws


@dataclass(frozen=True, slots=True)
class Masses:
    """Kilograms of one material per declared unit: in all, and of these with known country, known refiner, audited refiner."""

    total: Decimal = Decimal(0)
    country: Decimal = Decimal(0)
    refiner: Decimal = Decimal(0)
    audited: Decimal = Decimal(0)

    def __add__(self, other: "Masses") -> "Masses":
        return Masses(self.total + other.total, self.country + other.country, self.refiner + other.refiner, self.audited + other.audited)

    def times(self, factor: Decimal) -> "Masses":
        """So many times as much."""
        return Masses(self.total * factor, self.country * factor, self.refiner * factor, self.audited * factor)


class PlaceKind(StrEnum):
    """What can be found at a place of the chain."""

    FINDING = "finding"
    UNKNOWN_ORIGIN = "unknown_origin"
    IMBALANCE = "imbalance"
    RED_FLAG = "red_flag"


@dataclass(frozen=True, slots=True, order=True)
class Place:
    """What is at one place of the chain: so many tiers above (0 is the company that states it), for which material. No names.

    `share`: for an imbalance, of what is sold the share that what was bought does not cover; for an unknown origin, of the material's mass
    in the part at that tier.
    """

    kind: PlaceKind
    tier: int
    material: Material | None = None
    category: RiskCategory | None = None
    severity: Severity | None = None
    state: str | None = None
    count: int = 1
    share: Decimal | None = None


@dataclass(frozen=True, slots=True)
class Tier:
    """At one tier, 1 being the direct suppliers: how many parts were asked about, how many answered, how many with a questionnaire in force."""

    tier: int
    asked: int
    answered: int
    assessed: int = 0


@dataclass(frozen=True, slots=True)
class Rating:
    """How a questionnaire came out: points of so many, until when it counts."""

    questionnaire: str
    version: str
    points: int
    of_points: int
    valid_until: date


@dataclass(frozen=True, slots=True)
class Party:
    """A company as its direct buyer knows it."""

    company_id: str
    name: str
    country: str


@dataclass(frozen=True, slots=True)
class Statement:
    """What a supplier states to its buyers about one declared unit of a part, and of the chain above it: shares and places, no names."""

    schema: str
    statement_id: str
    version: int
    supplier: Party
    part_number: str
    part_name: str
    declared_unit: str
    questionnaire: str
    stated_on: date
    valid_until: date
    rating: Rating | None = None
    materials: dict[Material, Masses] = field(default_factory=dict)
    places: tuple[Place, ...] = ()
    coverage: tuple[Tier, ...] = ()
    supersedes: str | None = None
