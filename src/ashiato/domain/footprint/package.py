"""The input package of a footprint: everything the result follows from, frozen, and its one canonical JSON.

A package can be archived, hashed, sent to a verifier and computed again on another machine; it names no database.
"""

import dataclasses
import types
import typing
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from enum import Enum
from functools import cache
from typing import Any, TypeVar, cast

from ashiato.domain.footprint.model import CircularTerms, DataSource, ElectricityBasis, FactorStanding, Flow, Quality, Stage
from ashiato.kernel.digest import Json
from ashiato.kernel.quantity import plain

SCHEMA = "ashiato/footprint-package/1"
T = TypeVar("T")


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


def encode(frozen: object) -> Json:
    """The JSON of frozen dataclasses: absent members are left out, figures are decimal strings."""
    match frozen:
        case None | bool() | int() | str() if not isinstance(frozen, Enum):
            return frozen
        case Enum():
            return str(frozen.value)
        case Decimal():
            return plain(frozen)
        case date():
            return frozen.isoformat()
        case tuple() | list():
            return [encode(item) for item in frozen]
        case dict():
            return {str(encode(key)): encode(value) for key, value in sorted(frozen.items())}
        case _:
            members = ((member.name, getattr(frozen, member.name)) for member in dataclasses.fields(cast(Any, frozen)))
            return {name: encode(value) for name, value in members if value is not None}


def decode(shape: type[T], content: Json) -> T:
    """The frozen dataclass that JSON of its own spells. Refuses (ValueError) missing, unknown and wrongly typed members."""
    return cast(T, _decode(shape, content, ""))


def _decode(shape: Any, content: Json, where: str) -> object:
    origin = typing.get_origin(shape)
    if origin is types.UnionType:  # of something and nothing, and nothing is spelled by leaving the member out
        return _decode(_something(shape), content, where)
    if origin is tuple and isinstance(content, list):
        return tuple(_decode(typing.get_args(shape)[0], item, f"{where}/{place}") for place, item in enumerate(content))
    if origin is dict and isinstance(content, dict):
        key_shape, value_shape = typing.get_args(shape)
        return {_decode(key_shape, key, where): _decode(value_shape, value, f"{where}/{key}") for key, value in content.items()}
    if dataclasses.is_dataclass(shape) and isinstance(content, dict):
        return _decode_members(cast(type, shape), content, where)
    if shape in (int, bool) and type(content) is shape:
        return content
    if isinstance(content, str) and isinstance(shape, type):
        value = _decode_text(shape, content)
        if value is not None and encode(value) == content:  # of all spellings, only our own
            return value
    raise ValueError(f"{where or '/'}: {content!r} does not fit here")


def _something(shape: Any) -> Any:
    return next(option for option in typing.get_args(shape) if option is not type(None))


def _decode_text(shape: type, content: str) -> object | None:
    try:
        if issubclass(shape, Enum | datetime | date | str):
            return shape.fromisoformat(content) if issubclass(shape, date) else shape(content)
        number = Decimal(content) if shape is Decimal else None
    except (ArithmeticError, ValueError):
        return None
    return number if number is not None and number.is_finite() else None


def _decode_members(shape: type, content: dict[str, Json], where: str) -> object:
    hints = _hints(shape)
    for name in content:
        if name not in hints:
            raise ValueError(f"{where}/{name}: unknown member")
    given = {name: _decode(hints[name], value, f"{where}/{name}") for name, value in content.items()}
    for member in dataclasses.fields(shape):
        if member.name not in content and member.default is dataclasses.MISSING:
            if typing.get_origin(hints[member.name]) is not types.UnionType:
                raise ValueError(f"{where}/{member.name}: missing")
            given[member.name] = None
    return shape(**given)


@cache
def _hints(shape: type) -> dict[str, Any]:
    return typing.get_type_hints(shape)
