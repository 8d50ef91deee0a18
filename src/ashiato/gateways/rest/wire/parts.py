"""Messages about parts, structures, factors and inventories."""

from typing import Annotated, Any, Literal
from uuid import UUID

from pydantic import Field

from ashiato.gateways.rest.wire.words import Figure, In, LongText, Out, StatedFigure, Text, storable


class PartOut(Out):
    """A part of the own company's."""

    part_id: UUID
    part_number: str
    name: str
    declared_unit: str
    mass_kg: Figure | None
    sourcing: str
    supplier_number: str | None
    supplier_part_number: str | None


KnownName = Literal[
    "fossil_carbon_content", "biogenic_carbon_content", "recycled_carbon_content", "fossil_emissions", "land_use_change_emissions",
    "land_carbon_leakage", "land_management_fossil_emissions", "land_management_biogenic_emissions", "land_management_biogenic_removals",
    "biogenic_uptake", "biogenic_non_co2_emissions", "land_area_occupation", "aircraft_emissions", "packaging_emissions",
    "packaging_biogenic_carbon_content", "outbound_logistics_emissions",
]  # fmt: skip
Urns = Annotated[list[Annotated[str, Field(min_length=1, max_length=500), storable]], Field(max_length=50)]


class ParticularsIn(In):
    """What is stated of a product beside its figures; what is not known is left out.

    `names`, `maker_names` and `classes` are URNs. Of country (ISO 3166-1), subdivision (ISO 3166-2) and region (UN M49) at most one is
    stated. `known` is per declared unit: kg CO2e, kg of carbon for contents, m2a of land; removals are at most 0.
    """

    names: Urns = Field([])
    maker_names: Urns = Field([])
    classes: Urns = Field([])
    country: Text | None = None
    subdivision: Text | None = None
    region: Text | None = None
    known: dict[KnownName, StatedFigure] = Field({})
    packaging_included: bool | None = None
    exempted_percent: StatedFigure | None = None
    exempted_because: LongText | None = None
    boundary: LongText | None = None
    allocation: LongText | None = None


class ParticularsOut(Out):
    """What is stated of a product beside its figures."""

    names: tuple[str, ...]
    maker_names: tuple[str, ...]
    classes: tuple[str, ...]
    country: str | None
    subdivision: str | None
    region: str | None
    known: dict[str, Figure]
    packaging_included: bool | None
    exempted_percent: Figure | None
    exempted_because: str | None
    boundary: str | None
    allocation: str | None


class ComponentIn(In):
    """So much of a part goes into one declared unit of the parent."""

    part_number: Text
    amount: StatedFigure
    unit: Text


class StructureIn(In):
    """All components of a part."""

    components: Annotated[list[ComponentIn], Field(max_length=10_000)]


class ComponentOut(Out):
    """One link of a structure."""

    parent: str
    part_number: str
    amount: Figure
    unit: str


class StructureOut(Out):
    """A part with all of the own company's that goes into it."""

    part: PartOut
    parts: list[PartOut]
    components: list[ComponentOut]


class FactorOut(Out):
    """An emission factor with its provenance."""

    code: str
    name: str
    kg_co2e: Figure
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


class LineOut(Out):
    """An inventory line, per declared unit of its part."""

    line: int
    stage: str
    activity: str
    amount: Figure
    unit: str
    factor_code: str | None
    flow: str
    data_source: str
    evidence: str
    ter: int | None
    ger: int | None
    tir: int | None


class CircularOut(Out):
    """A material under the circular footprint formula."""

    line: int
    material: str
    mass_kg: Figure
    terms: str
    parameters: dict[str, Any]
    data_source: str
    evidence: str


class InventoryOut(Out):
    """All that one part's own share is computed from."""

    lines: list[LineOut]
    circular: list[CircularOut]
    secondary_factor: str | None
