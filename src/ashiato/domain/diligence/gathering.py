"""Gathering a part's chain: what the company states itself, and what its suppliers' statements say, read through their grants."""

from dataclasses import dataclass
from decimal import Decimal
from typing import Any
from uuid import UUID

from ashiato.domain import products, sharing, trade
from ashiato.domain.diligence import origin_store, register_store
from ashiato.domain.diligence import statement_store as store
from ashiato.domain.diligence.model import Content, Masses, Material, Origin, Place, PlaceKind, RiskCategory, Severity, Statement, Tier
from ashiato.domain.diligence.risk import Risk, RiskKind
from ashiato.domain.diligence.rollup import Edge, Found, Node, RolledUp, roll_up
from ashiato.domain.participants import Actor
from ashiato.domain.products import Part, Sourcing
from ashiato.domain.sharing import Selection, SubjectKind
from ashiato.domain.trade import Inquiry
from ashiato.kernel.digest import parse
from ashiato.kernel.errors import Refusal
from ashiato.kernel.frozen import decode
from ashiato.kernel.ids import PartId
from ashiato.kernel.quantity import UNITS, Quantity, bridge
from ashiato.plumbing.unit_of_work import Work


@dataclass(frozen=True, slots=True)
class Signed:
    """A supplier's statement with its signature."""

    statement: Statement
    digest: str
    signature: dict[str, Any]


@dataclass(frozen=True, slots=True)
class Chain:
    """All that a company knows of one part's chain. `answers`: by bought part, the statement that counts: granted, and not out of date."""

    top: Part
    parts: dict[PartId, Part]
    components: list[products.Component]
    contents: dict[UUID, list[Content]]
    origins: dict[UUID, list[Origin]]
    inquiries: dict[PartId, Inquiry]
    answers: dict[PartId, Signed]
    risks: list[Risk]
    rolled: RolledUp

    def found(self) -> list[Found]:
        """Every place with something wrong: the company's own, its register's, and those that suppliers tell of."""
        return [*(Found(_place_of(risk)) for risk in self.risks), *self.rolled.found]

    def masses(self) -> dict[Material, Masses]:
        """The masses by material, in the materials' own order."""
        return {material: self.rolled.materials[material] for material in Material if material in self.rolled.materials}

    def coverage(self) -> tuple[Tier, ...]:
        """How much of the chain has spoken, by tier."""
        return self.rolled.coverage


def _place_of(risk: Risk) -> Place:
    kind = PlaceKind.FINDING if risk.kind == RiskKind.FINDING else PlaceKind.RED_FLAG
    material = Material(risk.material) if risk.material else None
    return Place(kind, 0, material, RiskCategory(risk.category), Severity(risk.severity), risk.state)


async def chain(work: Work, actor: Actor, part_id: PartId) -> Chain:
    """Everything that is known of a part's chain now. Refuses (`absent`) a part that is not the company's."""
    structure = await products.structure(work, actor, part_id)
    ids: list[UUID] = list(structure.parts)
    contents, origins = await origin_store.contents(work, ids), await origin_store.origins(work, ids)
    bought = [part.part_id for part in structure.parts.values() if part.sourcing == Sourcing.BOUGHT]
    inquiries = await trade.inquiries(work, bought, trade.SubjectKind.DILIGENCE)
    answers = await _answers(work, actor, inquiries)
    nodes = {
        UUID(str(part.part_id)): _node(part, contents.get(part.part_id, []), origins.get(part.part_id, []), inquiries, answers)
        for part in structure.parts.values()
    }
    edges = [_edge(edge, structure.parts[edge.child_id]) for edge in structure.components]
    rolled = roll_up(structure.top.part_id, nodes, edges, work.now.date())
    risks = await register_store.concerning(work, ids)
    return Chain(structure.top, structure.parts, structure.components, contents, origins, inquiries, answers, risks, rolled)


def _edge(edge: products.Component, child: Part) -> Edge:
    declared = UNITS[child.declared_unit]
    amount = Quantity(edge.amount, UNITS[edge.unit]).in_unit(declared, bridge(declared, child.mass_kg))
    return Edge(edge.parent_id, edge.child_id, amount)


def _node(part: Part, contents: list[Content], origins: list[Origin], inquiries: dict[PartId, Inquiry], answers: dict[PartId, Signed]) -> Node:
    answer = answers.get(part.part_id)
    asked, factor = part.part_id in inquiries, Decimal(1)
    if answer is not None:
        try:
            declared = UNITS[part.declared_unit]
            factor = Quantity(Decimal(1), declared).in_unit(UNITS[answer.statement.declared_unit], bridge(declared, part.mass_kg))
        except Refusal:  # per another unit than is bought, with no mass to lead there: as if it had not been answered
            answer = None
    return Node(part.part_id, part.sourcing == Sourcing.BOUGHT, tuple(contents), tuple(origins), asked, answer.statement if answer else None, factor)


async def _answers(work: Work, actor: Actor, inquiries: dict[PartId, Inquiry]) -> dict[PartId, Signed]:
    last = {part_id: inquiry.answer_id for part_id, inquiry in inquiries.items() if inquiry.answer_id}
    if not last:
        return {}
    selection = Selection.of(SubjectKind.DILIGENCE_STATEMENT, list(last.values()))
    reaches = await sharing.reach_all(work, actor, selection)
    found = {each.statement_id: each for each in await work.all(store.snapshots(selection)) if each.statement_id in reaches}
    answers = {part_id: signed(found[statement_id]) for part_id, statement_id in last.items() if statement_id in found}
    return {part_id: answer for part_id, answer in answers.items() if answer.statement.valid_until >= work.now.date()}


def signed(stored: store.Snapshot) -> Signed:
    """A stored snapshot as the statement that it spells."""
    return Signed(decode(Statement, parse(stored.snapshot)), stored.digest, stored.signature)
