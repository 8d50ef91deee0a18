"""Parts, their structure, and the battery models among them: a company's own, seen by nobody else.

- Company → site → part (declared unit; mass of one declared unit) → structure: the amount of each child in one declared unit of
  the parent. A directed acyclic graph: a cycle, a missing unit conversion or an amount that is not positive is refused.
- A bought part is the buyer's own record; which part of the supplier's stands behind it is for `trade` to link.
"""

from ashiato.domain.products import asked, designations, lists, registration, snapshot, tree
from ashiato.domain.products import store as _store
from ashiato.domain.products.designations import Designated
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
    set_structure,
    structure,
)
from ashiato.domain.products.structure import children_first

battery_model = _store.battery_model
parts_by_id = _store.parts_by_id
parts_by_number = _store.parts_by_number

__all__ = [
    "BatteryCategory",
    "BatteryModel",
    "Changes",
    "Component",
    "Designated",
    "NewComponent",
    "NewPart",
    "Part",
    "Sourcing",
    "Structure",
    "asked",
    "battery_model",
    "catalogue",
    "children_first",
    "component_flaw",
    "designations",
    "lists",
    "part",
    "parts",
    "parts_by_id",
    "parts_by_number",
    "registration",
    "set_structure",
    "snapshot",
    "structure",
    "tree",
]
