"""Parts, their structure, and the battery models among them: a company's own, seen by nobody else.

- Company → site → part (declared unit; mass of one declared unit) → structure: the amount of each child in one declared unit of
  the parent. A directed acyclic graph: a cycle, a missing unit conversion or an amount that is not positive is refused.
- A bought part is the buyer's own record; which part of the supplier's stands behind it is for `trade` to link.
"""

from ashiato.domain.products import asked
from ashiato.domain.products import store as _store
from ashiato.domain.products.model import (
    BatteryCategory,
    BatteryModel,
    Changes,
    Component,
    NewComponent,
    NewPart,
    Part,
    Sourcing,
    component_flaw,
)
from ashiato.domain.products.service import (
    Structure,
    catalogue,
    part,
    parts,
    register_battery_models,
    register_parts,
    register_structure,
    set_structure,
    structure,
)
from ashiato.domain.products.snapshot import StructureSnapshot, structure_snapshot
from ashiato.domain.products.structure import children_first, cycle

battery_model = _store.battery_model
numbers_of_structure = _store.numbers_of_structure
parts_by_number = _store.parts_by_number

__all__ = [
    "BatteryCategory",
    "BatteryModel",
    "Changes",
    "Component",
    "NewComponent",
    "NewPart",
    "Part",
    "Sourcing",
    "Structure",
    "StructureSnapshot",
    "asked",
    "battery_model",
    "catalogue",
    "children_first",
    "component_flaw",
    "cycle",
    "numbers_of_structure",
    "part",
    "parts",
    "parts_by_number",
    "register_battery_models",
    "register_parts",
    "register_structure",
    "set_structure",
    "structure",
    "structure_snapshot",
]
