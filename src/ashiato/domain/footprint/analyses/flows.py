"""From where to where the carbon of a product flows: what emits, through which parts, into the product (pure, floats).

Nodes that carry less than a share of it are merged, so that a picture of any product stays one that can be read. What a merged part
passed on goes on to whatever that part went into; nothing is lost, and every kept node passes on what it receives.
"""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

import numpy as np

from ashiato.domain.footprint.analyses.sources import Source, SourceKind, sources_of
from ashiato.domain.footprint.drafts import links_of
from ashiato.domain.footprint.lanes import Floats
from ashiato.domain.footprint.methods import Method, method
from ashiato.domain.footprint.package import Line, Package, PartInput
from ashiato.domain.footprint.rollup import network, roll_up, usage

USUAL_CUT = 0.02  # of Σ|emissions|
MOST_NODES = 32  # besides the product and what is merged: more cannot be told apart in one picture


class NodeKind(StrEnum):
    """What a node of the picture is."""

    MADE = "made"  # a part of the company's own making
    ANSWER = "answer"  # a bought part with its supplier's answer
    SECONDARY = "secondary"  # a bought part with a factor in the answer's place
    ACTIVITY = "activity"  # what emits at the company's own: activities that share a factor, or a circular material
    OTHER = "other"  # all that is merged


@dataclass(frozen=True, slots=True)
class Node:
    """A node, with what it carries: kg CO2e per declared unit of the product. `share` is of Σ|emissions|."""

    number: int
    kind: NodeKind
    name: str
    part_number: str
    total: float
    share: float


@dataclass(frozen=True, slots=True)
class Flow:
    """What goes from one node into another, in kg CO2e per declared unit of the product. `weight` is its Σ|emissions|, never negative."""

    source: int
    target: int
    total: float
    weight: float


@dataclass(frozen=True, slots=True)
class Flows:
    """The picture: the product is the last node. `merged` nodes below the `cut` are in one."""

    declared_unit: str
    total: float
    weight: float
    nodes: tuple[Node, ...]
    flows: tuple[Flow, ...]
    merged: int
    cut: float

    @property
    def credited(self) -> bool:
        """Whether anything in it is taken off, so that a flow weighs more than it brings."""
        return any(flow.total < flow.weight * (1 - 1e-9) for flow in self.flows)

    @property
    def hottest(self) -> int | None:
        """The number of the node that brings most into the picture, merged ones aside."""
        fed = {flow.target for flow in self.flows}
        origins = [node for node in self.nodes if node.number not in fed and node.kind is not NodeKind.OTHER]
        return max(origins, key=lambda node: node.share).number if origins else None


_Key = tuple[str, str]  # what kind of node, and which
_OTHER: _Key = ("other", "")


class _Graph:
    """Flows (net, weight) between keys, both ways."""

    def __init__(self) -> None:
        self.into: defaultdict[_Key, dict[_Key, tuple[float, float]]] = defaultdict(dict)
        self.out: defaultdict[_Key, dict[_Key, tuple[float, float]]] = defaultdict(dict)

    def add(self, source: _Key, target: _Key, net: float, weight: float) -> None:
        before = self.into[target].get(source, (0.0, 0.0))
        self.into[target][source] = self.out[source][target] = (before[0] + net, before[1] + weight)

    def drop(self, key: _Key) -> None:
        """Takes a node out. What went into it goes on to where it went; what it brought itself comes from the merged."""
        out, into = self.out.pop(key, {}), self.into.pop(key, {})
        for target in out:
            del self.into[target][key]
        for source in into:
            del self.out[source][key]
        passed = sum(weight for _, weight in out.values())
        received = (sum(net for net, _ in into.values()), sum(weight for _, weight in into.values()))
        for target, (net, weight) in out.items():
            part = weight / passed if passed else 0.0
            for source, (given, heavy) in into.items():
                self.add(source, target, given * part, heavy * part)
            if not into:
                self.add(_OTHER, target, net, weight)
            elif weight - received[1] * part > 1e-12 * weight:
                self.add(_OTHER, target, net - received[0] * part, weight - received[1] * part)


def flows(parts: tuple[PartInput, ...], rules: Method, cut: float = USUAL_CUT, most: int = MOST_NODES) -> Flows:
    """How the footprint of the last of these parts flows into it. Nodes below the share `cut`, and all but the `most` heaviest, are merged."""
    product = parts[-1]
    net = network(len(parts), *links_of(parts))
    sources = [(place, source) for place, part in enumerate(parts) for source in sources_of(part, rules)]
    own = np.zeros((len(parts), 2))
    for place, source in sources:
        own[place] += _figures(source)
    per, used = roll_up(net, own), usage(net, len(parts) - 1)
    graph = _graph(parts, sources, per, used)
    names = {("part", part.part_number): part.name for part in parts} | _names(sources)
    carried = {("part", part.part_number): (per[place] * used[place]) for place, part in enumerate(parts)}
    for key in names:
        if key not in carried:
            given = list(graph.out[key].values())
            carried[key] = np.array([sum(net for net, _ in given), sum(weight for _, weight in given)])
    whole, top = float(per[-1][1]), ("part", product.part_number)
    heavy = sorted((key for key in names if key != top and carried[key][1] > 0), key=lambda key: (-float(carried[key][1]), key))
    kept = {key for key in heavy[:most] if float(carried[key][1]) >= cut * whole}
    dropped = [key for key in _inputs_first(parts, names) if key != top and key not in kept]
    for key in dropped:
        graph.drop(key)
    merged = sum(1 for key in dropped if carried[key][1] > 0)
    others = [_OTHER] if graph.out.get(_OTHER) else []
    return _picture(parts, graph, [*others, *_inputs_first(parts, kept), top], names, whole, merged, cut)


def flows_within(package: Package, cut: float = USUAL_CUT) -> Flows:
    """How the footprint that was computed of a frozen package flows into its product."""
    return flows(package.parts, method(package.method), cut)


def _figures(source: Source) -> tuple[float, float]:
    amounts = [float(amount) for amount in source.stages.values()]
    return sum(amounts), sum(map(abs, amounts))


def _graph(parts: tuple[PartInput, ...], sources: list[tuple[int, Source]], per: Floats, used: Floats) -> _Graph:
    graph = _Graph()
    place = {part.part_number: row for row, part in enumerate(parts)}
    for (parent, component), amount in zip(((part, item) for part in parts for item in part.components), links_of(parts)[2], strict=True):
        net, weight = per[place[component.part_number]] * float(amount) * used[place[parent.part_number]]
        if weight > 0:
            graph.add(("part", component.part_number), ("part", parent.part_number), float(net), float(weight))
    for row, source in sources:
        key = _key(source)
        net, weight = (figure * float(used[row]) for figure in _figures(source))
        if key is not None and weight > 0:
            graph.add(key, ("part", source.part.part_number), net, weight)
    return graph


def _key(source: Source) -> _Key | None:
    """The node of a source of its own; what is answered or stands in is the bought part itself. What is taken off is beside what emits."""
    if source.kind in (SourceKind.ANSWER, SourceKind.SECONDARY):
        return None
    if isinstance(source.of, Line):
        taken_off = _figures(source)[0] < 0
        return ("credit" if taken_off else "factor", source.of.factor.code) if source.of.factor else ("activity", source.activity)
    return ("material", source.activity)


def _names(sources: list[tuple[int, Source]]) -> dict[_Key, str]:
    """An activity by its own name where all that share its factor have that name, else the factor's."""
    found: dict[_Key, str] = {}
    for _, source in sources:
        key = _key(source)
        if key is not None:
            factor = source.of.factor if isinstance(source.of, Line) else None
            found[key] = source.activity if found.get(key, source.activity) == source.activity or factor is None else factor.name
    return found


def _inputs_first(parts: tuple[PartInput, ...], keys: Iterable[_Key]) -> list[_Key]:
    """Activities, then parts in the order of their computing, so that what goes into a part comes before it."""
    rank = {part.part_number: row for row, part in enumerate(parts)}
    return sorted(keys, key=lambda key: (key[0] == "part", rank.get(key[1], 0) if key[0] == "part" else 0, key))


def _picture(parts: tuple[PartInput, ...], graph: _Graph, order: list[_Key], names: dict[_Key, str], whole: float, merged: int, cut: float) -> Flows:
    number = {key: place for place, key in enumerate(order)}
    by_number = {part.part_number: part for part in parts}
    drawn = [
        Flow(number[source], number[target], net, weight)
        for target in order
        for source, (net, weight) in sorted(graph.into.get(target, {}).items(), key=lambda each: number[each[0]])
    ]
    nodes = []
    for key in order:
        through = graph.out.get(key) or graph.into.get(key) or {}
        total, weight = (sum((figures[column] for figures in through.values()), 0.0) for column in (0, 1))
        nodes.append(Node(number[key], _kind(key, by_number), names.get(key, ""), key[1] if key[0] == "part" else "", total, weight / (whole or 1.0)))
    return Flows(parts[-1].declared_unit, nodes[-1].total, whole, tuple(nodes), tuple(drawn), merged, cut)


def _kind(key: _Key, parts: dict[str, PartInput]) -> NodeKind:
    if key == _OTHER:
        return NodeKind.OTHER
    if key[0] != "part":
        return NodeKind.ACTIVITY
    part = parts[key[1]]
    if part.sourcing == "made":
        return NodeKind.MADE
    return NodeKind.ANSWER if part.answer is not None else NodeKind.SECONDARY
