"""Parts and what they are made of: the nouns and their rules (pure)."""

from dataclasses import dataclass, field
from decimal import Decimal
from enum import StrEnum
from typing import NamedTuple

from ashiato.kernel.errors import Flaw, Refusal
from ashiato.kernel.ids import CompanyNumber, PartId, SiteId
from ashiato.kernel.quantity import Quantity, Unit


class Sourcing(StrEnum):
    """Where a part comes from, seen from the company that lists it."""

    MADE = "made"  # in the company's own sites: it has an inventory
    BOUGHT = "bought"  # from a supplier, who is asked for its footprint


class BatteryCategory(StrEnum):
    """UNECE vehicle categories that the battery is for (they set the cycles per year), and batteries for other use."""

    M1 = "M1"
    M2 = "M2"
    M3 = "M3"
    N1 = "N1"
    N2 = "N2"
    N3 = "N3"
    L = "L"
    OTHER = "other"


@dataclass(frozen=True, slots=True)
class NewPart:
    """A part as its company states it. `mass_kg` is the mass of one declared unit."""

    part_number: str
    name: str
    declared_unit: Unit
    sourcing: Sourcing
    mass_kg: Decimal | None = None
    site_code: str | None = None
    supplier_number: CompanyNumber | None = None
    supplier_part_number: str | None = None
    extra: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class PartsWanted:
    """Which of the company's parts a list shows; what is not stated does not narrow it.

    `text` stands anywhere in the part number or the name, whatever its case and width; `part_numbers` are at most 500.
    """

    text: str = ""
    sourcing: Sourcing | None = None
    supplier_number: str = ""
    part_numbers: tuple[str, ...] = ()
    backwards: bool = False


@dataclass(frozen=True, slots=True)
class Part:
    """A registered part of the actor's company."""

    part_id: PartId
    part_number: str
    name: str
    declared_unit: str
    mass_kg: Decimal | None
    site_id: SiteId | None
    sourcing: str
    supplier_number: str | None
    supplier_part_number: str | None


class NewComponent(NamedTuple):
    """So much of the child goes into one declared unit of the parent, both named by part number.

    A tuple, because a catalogue has half a million.
    """

    parent: str
    child: str
    amount: Decimal
    unit: Unit
    extra: dict[str, str] | None = None

    @property
    def quantity(self) -> Quantity:
        return Quantity(self.amount, self.unit)


@dataclass(frozen=True, slots=True)
class Component:
    """One edge of the structure: `amount` (in `unit`) of the child in one declared unit of the parent."""

    parent_id: PartId
    child_id: PartId
    amount: Decimal
    unit: str


@dataclass(frozen=True, slots=True)
class BatteryModel:
    """What the functional unit of a battery's footprint is computed from (per declared unit of the part)."""

    part_number: str
    category: BatteryCategory
    chemistry: str
    usable_energy_kwh: Decimal | None = None
    warranty_years: Decimal | None = None
    warranty_km: Decimal | None = None
    delivered_energy_kwh: Decimal | None = None


@dataclass(frozen=True, slots=True)
class Changes:
    """What a registration did."""

    new: int = 0
    changed: int = 0
    unchanged: int = 0
    removed: int = 0

    def __add__(self, other: "Changes") -> "Changes":
        return Changes(self.new + other.new, self.changed + other.changed, self.unchanged + other.unchanged, self.removed + other.removed)

    @property
    def any(self) -> bool:
        return bool(self.new or self.changed or self.removed)


def component_flaw(quantity: Quantity, child_unit: Unit, child_mass_kg: Decimal | None) -> Flaw | None:
    """What is wrong with an amount of a child: not positive, or in a unit that does not lead to the child's declared unit.

    `child_mass_kg` is the mass of one declared unit that is not itself one of mass.
    """
    if quantity.amount <= 0:
        return Flaw("amount", "structure.amount", "The amount of a component is greater than zero.")
    try:
        quantity.in_unit(child_unit, child_mass_kg)
    except Refusal as refusal:
        return Flaw("unit", refusal.code, f"{refusal.message} {refusal.remedy}", str(child_unit))
    return None
