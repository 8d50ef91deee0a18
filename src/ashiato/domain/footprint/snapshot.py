"""A snapshot of the structure as the network that the roll-up computes (pure, floats)."""

import numpy as np

from ashiato.domain import products
from ashiato.domain.footprint.network import Network, network
from ashiato.kernel.quantity import UNITS, Dimension

_IN_BASE = np.array([float(unit.in_base) for unit in UNITS.values()])
_DIMENSION = np.array([list(Dimension).index(unit.dimension) for unit in UNITS.values()])


def network_of(structure: products.snapshot.StructureSnapshot) -> Network:
    """The network of the parts in the snapshot's order; amounts in declared units. What went into a bought part is its supplier's to say."""
    parts = np.ascontiguousarray(structure.parts["part"])
    parent = np.searchsorted(parts, structure.links["parent"])
    made = structure.parts["made"][parent] == 1
    links, parent = structure.links[made], parent[made]
    child = np.searchsorted(parts, links["child"])
    unit, declared = links["unit"], structure.parts["unit"][child]
    one = np.where(_DIMENSION[unit] == _DIMENSION[declared], _IN_BASE[declared], structure.parts["mass_kg"][child])
    return network(len(parts), parent, child, links["amount"] * _IN_BASE[unit] / one)
