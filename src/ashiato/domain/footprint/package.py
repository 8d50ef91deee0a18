"""The input package of a footprint: everything the result follows from, frozen, and its one canonical JSON.

A package can be archived, hashed, sent to a verifier and computed again on another machine; it names no database.
"""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from ashiato.domain.footprint.model import CircularTerms, DataSource, ElectricityBasis, FactorStanding, Flow, Quality, Stage
from ashiato.domain.footprint.particulars import Particulars
from ashiato.kernel import frozen

SCHEMA = "ashiato/footprint-package/1"
encode, decode = frozen.encode, frozen.decode


@dataclass(frozen=True, slots=True)
class Factor:
    """An emission factor as it was when the package was made."""

    code: str
    name: str
    kg_co2e: Decimal
    per: str
    year: int
    geography: str
    source: str
    citation: str
    licence: str
    standing: FactorStanding
    electricity_basis: ElectricityBasis | None = None
    quality: Quality | None = None


@dataclass(frozen=True, slots=True)
class Line:
    """One inventory line, per declared unit of its part."""

    line: int
    stage: Stage
    activity: str
    amount: Decimal
    unit: str
    flow: Flow
    data_source: DataSource
    evidence: str = ""
    factor: Factor | None = None
    quality: Quality | None = None


@dataclass(frozen=True, slots=True)
class CircularMaterial:
    """A material under the circular footprint formula: its shares by symbol, its emissions by symbol as factors."""

    line: int
    material: str
    mass_kg: Decimal
    terms: CircularTerms
    data_source: DataSource
    shares: dict[str, Decimal]
    factors: dict[str, Factor]
    evidence: str = ""


@dataclass(frozen=True, slots=True)
class TierCoverage:
    """How many suppliers' parts were asked about, and answered, at one tier; 1 is the direct suppliers."""

    tier: int
    asked: int
    answered: int


@dataclass(frozen=True, slots=True)
class Product:
    """What a release is about, in the supplier's words."""

    part_number: str
    name: str


@dataclass(frozen=True, slots=True)
class Party:
    """A company as it signs."""

    company_id: str
    name: str
    corporate_number: str | None
    country: str


@dataclass(frozen=True, slots=True)
class Span:
    """The reporting period, both days included."""

    start: date
    end: date


@dataclass(frozen=True, slots=True)
class Assurance:
    """Who verified the package that a release follows from, by which standard, how thoroughly, and until which day that took."""

    provider: str
    standard: str
    level: str | None
    completed_on: date
    coverage: str = "product level"
    comments: str | None = None
    package_digest: str | None = None


@dataclass(frozen=True, slots=True)
class Release:
    """What a supplier handed over: values per declared unit by stage, quality and coverage, and nothing of how they came about."""

    schema: str
    release_id: str
    version: int
    supplier: Party
    product: Product
    declared_unit: str
    method: str
    period: Span
    released_on: date
    valid_until: date
    stages: dict[Stage, Decimal]
    total: Decimal
    primary_data_share: Decimal
    coverage: tuple[TierCoverage, ...]
    obstacles: tuple[str, ...]
    mass_kg: Decimal | None = None
    quality: Quality | None = None
    dqr: Decimal | None = None
    supersedes: str | None = None
    withheld: tuple[str, ...] | None = None  # members that the supplier keeps to itself; a share that is withheld stands as 0
    particulars: Particulars | None = None
    assurance: Assurance | None = None


@dataclass(frozen=True, slots=True)
class SignedRelease:
    """A release with the supplier's signature over its canonical JSON."""

    release: Release
    jws: str
    key: dict[str, str]


@dataclass(frozen=True, slots=True)
class Secondary:
    """The factor that stands in for a bought part, and why it had to."""

    factor: Factor
    stage: Stage
    reason: str


@dataclass(frozen=True, slots=True)
class Component:
    """So much of another part in one declared unit of this one."""

    part_number: str
    amount: Decimal
    unit: str


@dataclass(frozen=True, slots=True)
class PartInput:
    """One part of the company's own list: made (with inventory and components) or bought (with an answer or a stand-in)."""

    part_number: str
    name: str
    declared_unit: str
    sourcing: str
    mass_kg: Decimal | None = None
    lines: tuple[Line, ...] = ()
    circular: tuple[CircularMaterial, ...] = ()
    components: tuple[Component, ...] = ()
    asked: bool = False
    answer: SignedRelease | None = None
    secondary: Secondary | None = None


@dataclass(frozen=True, slots=True)
class Battery:
    """The battery model, if the product is one."""

    category: str
    chemistry: str
    usable_energy_kwh: Decimal | None = None
    warranty_years: Decimal | None = None
    warranty_km: Decimal | None = None
    delivered_energy_kwh: Decimal | None = None


@dataclass(frozen=True, slots=True)
class Plant:
    """The site that makes the product."""

    code: str
    name: str
    country: str


@dataclass(frozen=True, slots=True)
class Package:
    """Everything that a footprint follows from. `parts` holds the product and all that goes into it, children first."""

    schema: str
    method: str
    manufacturer: Party
    product: str
    period: Span
    computed_on: date
    parts: tuple[PartInput, ...]
    plant: Plant | None = None
    battery: Battery | None = None
