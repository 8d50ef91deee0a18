"""The words of a footprint: stages, flows, qualities, factors, inventories (pure)."""

from dataclasses import dataclass, field
from decimal import Decimal
from enum import StrEnum
from typing import NamedTuple
from uuid import UUID

from ashiato.kernel.errors import Flaw, Refusal
from ashiato.kernel.quantity import Quantity, Unit, no_conversion

GWP_PREFIX = "gwp:"


class Stage(StrEnum):
    """Life-cycle stages of EU 2023/1542 Annex II(4); the use phase is outside."""

    RAW_MATERIALS = "raw_materials"  # acquisition and pre-processing; `pre` in the Japanese interface
    PRODUCTION = "production"  # main product production; `main` in the Japanese interface
    DISTRIBUTION = "distribution"
    END_OF_LIFE = "end_of_life"


class Flow(StrEnum):
    """What an inventory line is, which decides how it enters the mass balance and the primary share."""

    INPUT = "input"  # material that is bought and enters the process
    ENERGY = "energy"  # electricity, heat, fuel, transport
    EMISSION = "emission"  # leaves to air or water; direct greenhouse gases among them
    WASTE = "waste"  # leaves as waste
    CREDIT = "credit"  # negative, where the method allows it


class DataSource(StrEnum):
    """Where an amount comes from."""

    OWN = "own"  # the company's own records of this part at this site
    AVERAGE = "average"  # literature, averages, assumptions


class FactorStanding(StrEnum):
    """How well a factor is founded. A result that rests on an estimate is a draft."""

    PUBLISHED = "published"  # printed in a source that a reader can open
    SUPPLIER = "supplier"  # stated by the supplier of the very thing
    MEASURED = "measured"  # from the company's own measurement
    ESTIMATE = "estimate"  # a placeholder


class ElectricityBasis(StrEnum):
    """What an electricity factor describes; a method admits some and not others."""

    DIRECT_LINE = "direct_line"
    SUPPLIER_SPECIFIC = "supplier_specific"
    RESIDUAL_MIX = "residual_mix"
    CONSUMPTION_MIX = "consumption_mix"  # life cycle, losses and imports included
    GENERATION = "generation"  # of the grid, without losses


class CircularTerms(StrEnum):
    """Which terms of the circular footprint formula a material is accounted for with."""

    MATERIAL = "material"
    END_OF_LIFE = "end_of_life"
    BOTH = "both"


@dataclass(frozen=True, slots=True)
class Quality:
    """Technological, geographical and temporal representativeness, each 1 (best) to 5 (worst)."""

    ter: Decimal
    ger: Decimal
    tir: Decimal


@dataclass(frozen=True, slots=True)
class NewFactor:
    """An emission factor as a company states it, with its provenance."""

    code: str
    name: str
    kg_co2e: Decimal
    per: Unit
    year: int
    geography: str
    source: str
    citation: str
    licence: str
    standing: FactorStanding
    electricity_basis: ElectricityBasis | None = None
    ter: int | None = None
    ger: int | None = None
    tir: int | None = None
    extra: dict[str, str] = field(default_factory=dict)


class NewLine(NamedTuple):
    """One line of a part's inventory, per declared unit of the part. A tuple, because a catalogue has hundreds of thousands."""

    part_number: str
    line: int
    stage: Stage
    activity: str
    amount: Decimal
    unit: Unit
    factor_code: str | None
    flow: Flow
    data_source: DataSource
    evidence: str = ""
    ter: int | None = None
    ger: int | None = None
    tir: int | None = None
    extra: dict[str, str] | None = None


@dataclass(frozen=True, slots=True)
class NewCircularMaterial:
    """A material accounted for by the circular footprint formula. Factors are named by code, shares are 0 to 1."""

    part_number: str
    line: int
    material: str
    mass_kg: Decimal
    terms: CircularTerms
    data_source: DataSource
    shares: dict[str, Decimal]  # a, b, r1, r2, r3, qsin_qp, qsout_qp, lhv, xer_heat, xer_elec
    factor_codes: dict[str, str]  # ev, erec, erec_eol, ev_star, eer, ese_heat, ese_elec, ed
    evidence: str = ""
    extra: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class NewSecondaryFactor:
    """The factor that stands in for a bought part until its supplier answers, and the stage it counts to."""

    part_number: str
    factor_code: str
    stage: Stage


@dataclass(frozen=True, slots=True)
class StoredLine:
    """A registered inventory line."""

    part_id: UUID
    line: int
    stage: str
    activity: str
    amount: Decimal
    unit: str
    factor_code: str | None
    flow: str
    data_source: str
    evidence: str
    ter: int | None
    ger: int | None
    tir: int | None


@dataclass(frozen=True, slots=True)
class StoredFactor:
    """A registered emission factor."""

    code: str
    name: str
    kg_co2e: Decimal
    per_unit: str
    year: int
    geography: str
    source: str
    citation: str
    licence: str
    standing: str
    electricity_basis: str | None
    ter: int | None
    ger: int | None
    tir: int | None


def line_flaw(quantity: Quantity, flow: Flow, factor_per: Unit | None) -> Flaw | None:
    """What is wrong with a line: a sign that does not fit its flow, or a unit that does not convert into the factor's."""
    if flow is not Flow.CREDIT and quantity.amount < 0:
        return Flaw("amount", "inventory.negative", "Only a credit is negative.", str(-quantity.amount))
    if flow is Flow.CREDIT and quantity.amount > 0:
        return Flaw("amount", "inventory.credit", "A credit is negative.", str(-quantity.amount))
    if factor_per is not None:
        try:
            quantity.in_unit(factor_per)
        except Refusal:
            refusal = no_conversion(quantity.unit, factor_per)
            return Flaw("unit", refusal.code, refusal.message, str(factor_per))
    return None
