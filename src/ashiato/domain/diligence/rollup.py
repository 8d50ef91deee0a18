"""Rolling up a part's chain: masses by material, the places where something is wrong, coverage by tier; and the mass balance (pure).

What a company says it sold must be covered by what it says it bought, less the loss that it states; where it is not, the rest counts as
of unknown origin and the place is named. Where a supplier is silent about what goes in, nothing can be said of the balance.
"""

import decimal
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from decimal import Decimal
from uuid import UUID

from ashiato.domain.diligence.model import Content, Masses, Material, Origin, Place, PlaceKind, Statement, Tier
from ashiato.kernel.quantity import CONTEXT

TOLERANCE = Decimal("0.005")  # of what is sold: masses are stated to about three digits
DEEPEST = 20  # tiers; what companies that buy from one another tell each other ends here
_ONE = Decimal(1)
_NOTHING = Decimal(0)


@dataclass(frozen=True, slots=True)
class Node:
    """A part with what its company knows of its materials. `factor`: how many of the supplier's units are in one of its own."""

    part_id: UUID
    bought: bool
    contents: tuple[Content, ...] = ()
    origins: tuple[Origin, ...] = ()
    asked: bool = False
    statement: Statement | None = None
    factor: Decimal = _ONE


@dataclass(frozen=True, slots=True)
class Edge:
    """So many declared units of the child in one of the parent."""

    parent_id: UUID
    child_id: UUID
    amount: Decimal


@dataclass(frozen=True, slots=True)
class Found:
    """A place of the chain and the own part through which it is reached; None where it is in the company itself."""

    place: Place
    via: UUID | None = None


@dataclass(frozen=True, slots=True)
class RolledUp:
    """What one declared unit of a part holds, what is wrong where, and how much of the chain has spoken."""

    materials: dict[Material, Masses]
    found: tuple[Found, ...]
    coverage: tuple[Tier, ...]


def roll_up(top: UUID, nodes: Mapping[UUID, Node], edges: Iterable[Edge], day: date) -> RolledUp:
    """The chain of one part, as its company can see it: its own statements, and those that its suppliers made to it."""
    with decimal.localcontext(CONTEXT):
        chain = _Chain(nodes, edges, day)
        materials = chain.masses(top)
    reached = [nodes[part_id] for part_id in chain.reached]
    found = [*chain.found, *(each for node in reached for each in _passed_on(node))]
    return RolledUp(materials, tuple(sorted(found, key=_order)), _coverage(reached, day))


def _order(found: Found) -> tuple[int, str, str, str, str]:
    place = found.place
    return place.tier, place.kind, place.material or "", place.category or "", str(found.via)


def _passed_on(node: Node) -> list[Found]:
    """What a supplier's statement tells of places, seen from one tier further down."""
    places = node.statement.places if node.statement is not None else ()
    return [Found(replace(place, tier=place.tier + 1), node.part_id) for place in places if place.tier < DEEPEST]


def _coverage(nodes: list[Node], day: date) -> tuple[Tier, ...]:
    tiers: dict[int, Tier] = {}
    for node in nodes:
        if node.bought and node.asked:
            said = node.statement
            rated = said is not None and said.rating is not None and said.rating.valid_until >= day
            above = [replace(tier, tier=tier.tier + 1) for tier in said.coverage if tier.tier < DEEPEST] if said else []
            for tier in [Tier(1, 1, int(said is not None), int(rated)), *above]:
                before = tiers.get(tier.tier, Tier(tier.tier, 0, 0, 0))
                tiers[tier.tier] = Tier(tier.tier, before.asked + tier.asked, before.answered + tier.answered, before.assessed + tier.assessed)
    return tuple(tiers[number] for number in sorted(tiers))


def of_origins(origins: Iterable[Origin], day: date) -> dict[Material, Masses]:
    """The masses that origins account for; recycled material needs no mine, and counts as known where its country is."""
    masses: dict[Material, Masses] = {}
    for origin in origins:
        mass = origin.mass_kg
        known = Masses(
            mass, mass if origin.country else _NOTHING, mass if origin.refiner_known() else _NOTHING, mass if origin.audited(day) else _NOTHING
        )
        masses[origin.material] = masses.get(origin.material, Masses()) + known
    return masses


def balanced(content: Content, sources: Masses) -> tuple[Masses, Decimal]:
    """What of a stated content its sources account for, and the share of it that they do not cover (0 where they do).

    Without any source the whole content is of unknown origin, and no balance can be struck.
    """
    if sources.total <= 0:
        return Masses(content.mass_kg), _NOTHING
    available = sources.total * (1 - content.loss_share)
    covered = min(content.mass_kg, available)
    known = sources.times(covered / sources.total)
    return replace(known, total=content.mass_kg), 1 - covered / content.mass_kg


@dataclass
class _Chain:
    nodes: Mapping[UUID, Node]
    links: Iterable[Edge]
    day: date
    found: list[Found] = field(default_factory=list)
    reached: dict[UUID, dict[Material, Masses]] = field(default_factory=dict)
    children: dict[UUID, list[Edge]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        for edge in self.links:
            self.children.setdefault(edge.parent_id, []).append(edge)

    def masses(self, part_id: UUID) -> dict[Material, Masses]:
        if part_id not in self.reached:
            self.reached[part_id] = {}
            self.reached[part_id] = self._of(self.nodes[part_id])
        return self.reached[part_id]

    def _of(self, node: Node) -> dict[Material, Masses]:
        if node.bought and node.statement is not None:
            return {material: masses.times(node.factor) for material, masses in node.statement.materials.items()}
        sources = of_origins(node.origins, self.day)
        for edge in self.children.get(node.part_id, ()) if not node.bought else ():
            for material, masses in self.masses(edge.child_id).items():
                sources[material] = sources.get(material, Masses()) + masses.times(edge.amount)
        self._unknown(node)
        result = dict(sources)
        for content in node.contents:
            result[content.material], missing = balanced(content, sources.get(content.material, Masses()))
            if missing > TOLERANCE and not self._silent_below(node.part_id):
                self.found.append(Found(Place(PlaceKind.IMBALANCE, int(node.bought), content.material, share=missing)))
            if content.material not in sources and not self._silent_below(node.part_id):
                self.found.append(Found(Place(PlaceKind.UNKNOWN_ORIGIN, int(node.bought), content.material, share=_ONE)))
        return result

    def _unknown(self, node: Node) -> None:
        """Names the materials of which the company itself does not know where a part of it comes from."""
        for material, masses in of_origins(node.origins, self.day).items():
            if masses.country < masses.total:
                share = (masses.total - masses.country) / masses.total
                self.found.append(Found(Place(PlaceKind.UNKNOWN_ORIGIN, int(node.bought), material, share=share)))

    def _silent_below(self, part_id: UUID) -> bool:
        """Whether something is bought below of which nothing at all is known."""
        below = [self.nodes[edge.child_id] for edge in self.children.get(part_id, ())]
        silent = (node.bought and node.statement is None and not node.origins and not node.contents for node in below)
        return any(silent) or any(self._silent_below(node.part_id) for node in below if not node.bought)
