"""Messages about footprints, drafts, declarations and methods."""

from datetime import date, datetime
from typing import Any
from uuid import UUID

from ashiato.gateways.rest.wire.words import Day, In, Out, Text, Url


class ComputeIn(In):
    """Under which method, and for which period (a year, or from–to)."""

    method: Text
    period_start: Day
    period_end: Day


class FootprintOut(Out):
    """A computed footprint. `stale` names the bought parts that newer answers exist for."""

    footprint_id: UUID
    part_id: UUID
    part_number: str
    method: str
    period_start: date
    period_end: date
    computed_at: datetime
    package_digest: str
    draft: bool
    stale: list[str]
    result: dict[str, Any]


class DraftOut(Out):
    """A part's present figure in kg CO2e per declared unit: for orientation, in floating point, never stored or declared."""

    part_number: str
    name: str
    declared_unit: str
    sourcing: str
    stages: dict[str, float]
    total: float
    primary_data_share: float
    dqr: float | None
    complete: bool


class DeclareIn(In):
    """What is added to a footprint when it is declared (EU 2023/1542 Article 7(1)(f), (g))."""

    footprint_id: UUID
    conformity_declaration_id: Text | None = None
    study_url: Url | None = None


class DeclarationOut(Out):
    """A declaration: `file` is what `ashiato declaration verify` checks."""

    declaration_id: UUID
    part_id: UUID | None
    url: str
    file: dict[str, Any]


class DeclarationItemOut(Out):
    """A declaration in a list."""

    declaration_id: UUID
    part_id: UUID
    footprint_id: UUID
    declared_at: datetime


class MethodOut(Out):
    """A calculation method."""

    id: str
    title: str
    version: str
    status: str
    source: str
    unverified: list[str]
