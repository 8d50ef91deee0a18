"""Messages about parts, structures, factors and inventories."""

from typing import Annotated, Any
from uuid import UUID

from pydantic import Field

from ashiato.gateways.rest.wire.words import Figure, In, Out, StatedFigure, Text


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
