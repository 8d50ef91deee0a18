"""How uncertain a product's footprint is: lognormal draws over its factors, amounts and answers (pure, floats).

- The stated figure is the median of its distribution; a credit stays negative.
- A factor is one unknown, however many lines use it, in whatever part and stage; so is a supplier's answer with all its stages.
- An amount is an unknown of its own. How much of a component goes into a part counts as certain unless the caller says otherwise.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from math import hypot, log

import numpy as np

from ashiato.domain.footprint.analyses.pedigree import pedigree
from ashiato.domain.footprint.analyses.sources import Source, sources_of
from ashiato.domain.footprint.calculation import WORST
from ashiato.domain.footprint.drafts import drafted, links_of, totals_of
from ashiato.domain.footprint.lanes import Floats, Ints
from ashiato.domain.footprint.methods import Method
from ashiato.domain.footprint.model import Stage
from ashiato.domain.footprint.package import CircularMaterial, Line, PartInput, Secondary, SignedRelease
from ashiato.domain.footprint.rollup import drawn, ends, network
from ashiato.kernel.digest import digest_of_bytes
from ashiato.kernel.errors import Flaw, invalid

FEWEST_DRAWS, USUAL_DRAWS, MOST_DRAWS = 100, 1_000, 10_000
LARGEST_GSD = 100
LARGEST_SEED = 2**53 - 1
_QUANTILES = (0.05, 0.5, 0.95)
_CERTAIN = 0.0


@dataclass(frozen=True, slots=True)
class Unknown:
    """Something that is not known exactly: a factor; of a part, a line's amount, a component's amount, or else what it was answered with."""

    factor: str | None = None
    part_number: str | None = None
    line: int | None = None
    component: str | None = None
    material: int | None = None  # under the circular footprint formula


@dataclass(frozen=True, slots=True)
class StatedSpread:
    """The geometric standard deviation that the caller states for one unknown (1 is certain), in place of what its ratings say."""

    of: Unknown
    gsd: Decimal


@dataclass(frozen=True, slots=True)
class Interval:
    """kg CO2e per declared unit: the figure as it stands, and of the draws their mean, median, 5 % and 95 %."""

    figure: float
    mean: float
    median: float
    low: float
    high: float


@dataclass(frozen=True, slots=True)
class Uncertainty:
    """The distribution of a product's total and stages. The same seed gives the same; what it rests on is told with it."""

    part_number: str
    declared_unit: str
    method: str
    draws: int
    seed: int
    total: Interval
    stages: dict[Stage, Interval]
    complete: bool
    source: str
    citation: str
    unverified: tuple[str, ...]


def uncertainty(parts: tuple[PartInput, ...], rules: Method, draws: int, seed: int | None, stated: Sequence[StatedSpread] = ()) -> Uncertainty:
    """The distribution of the footprint of the last of these parts. Without a seed, it follows from the inputs.

    Refuses (`invalid`) a number of draws outside 100 to 10,000, and spreads of what is not in the product.
    """
    if not FEWEST_DRAWS <= draws <= MOST_DRAWS:
        message = f"From {FEWEST_DRAWS} to {MOST_DRAWS} draws."
        raise invalid("uncertainty.draws", message, f"{USUAL_DRAWS} are usual.", Flaw("draws", "uncertainty.draws", message, str(USUAL_DRAWS)))
    product, numbers, model = drafted(parts[-1], totals_of(parts, rules)[-1]), pedigree(), _model(parts, rules)
    spreads = model.spreads | _checked(stated, model.spreads)
    chosen = _seed(model) if seed is None else seed
    found = {stage: _draws(model, stage, spreads, draws, chosen) for stage in Stage}
    return Uncertainty(
        part_number=product.part_number,
        declared_unit=product.declared_unit,
        method=rules.id,
        draws=draws,
        seed=chosen,
        total=_interval(product.total, np.sum(list(found.values()), axis=0)),
        stages={stage: _interval(product.stages[stage], found[stage]) for stage in Stage},
        complete=product.complete,
        source=numbers.source,
        citation=numbers.citation,
        unverified=numbers.unverified,
    )


@dataclass(frozen=True, slots=True)
class _Model:
    """The product as a network of parts (its own the last), of their sources, and of values: factors and answers, each one node.

    A part holds one of each of its sources; a source holds so many kg CO2e, by stage, at its value; a value is one, more or less.
    """

    top: int
    nodes: int
    parent: Ints
    child: Ints
    amounts: dict[Stage, Floats]
    values: dict[Unknown, int]
    links: list[Unknown | None]
    spreads: dict[Unknown, float]


def _model(parts: tuple[PartInput, ...], rules: Method) -> _Model:
    sources = [(place, source) for place, part in enumerate(parts) for source in sources_of(part, rules)]
    nodes = np.arange(len(parts), len(parts) + len(sources))
    values: dict[Unknown, int] = {}
    for _, source in sources:
        values.setdefault(_value(source), len(parts) + len(sources) + len(values))
    parent, child, amount = links_of(parts)
    components = [Unknown(part_number=part.part_number, component=component.part_number) for part in parts for component in part.components]
    return _Model(
        top=len(parts) - 1,
        nodes=len(parts) + len(sources) + len(values),
        parent=np.concatenate([parent, np.array([place for place, _ in sources], np.int64), nodes]),
        child=np.concatenate([child, nodes, np.array([values[_value(source)] for _, source in sources], np.int64)]),
        amounts={
            stage: np.concatenate([amount, np.ones(len(sources)), np.array([float(source.stages.get(stage, 0)) for _, source in sources])])
            for stage in Stage
        },
        values=values,
        links=[*components, *[None] * len(sources), *(_activity(source) for _, source in sources)],
        spreads=dict.fromkeys(components, _CERTAIN) | _spreads([source for _, source in sources]),
    )


def _value(source: Source) -> Unknown:
    match source.of:
        case Line(factor=factor) | Secondary(factor=factor):
            return Unknown(factor=factor.code if factor else None)
        case CircularMaterial():
            return Unknown(part_number=source.part.part_number, material=source.line)
        case SignedRelease():
            return Unknown(part_number=source.part.part_number)


def _activity(source: Source) -> Unknown | None:
    return Unknown(part_number=source.part.part_number, line=source.line) if isinstance(source.of, Line) else None


def _spreads(sources: list[Source]) -> dict[Unknown, float]:
    """ln GSD from ratings. A line's ratings speak of its amount; where its factor has none, they speak of the factor as well."""
    numbers = pedigree()
    spreads: dict[Unknown, float] = {}
    for source in sources:
        value, spread = _value(source), numbers.spread(source.quality)
        if isinstance(source.of, Line):
            rated = numbers.spread(source.of.quality) if source.of.quality else _CERTAIN
            spreads[Unknown(part_number=source.part.part_number, line=source.line)] = hypot(numbers.activity[source.of.data_source], rated)
            factor = source.of.factor
            spread = numbers.spread(factor.quality) if factor and factor.quality else _CERTAIN if source.of.quality else numbers.spread(WORST)
        spreads[value] = max(spread, spreads.get(value, _CERTAIN))
    return spreads


def _draws(model: _Model, stage: Stage, spreads: dict[Unknown, float], count: int, seed: int) -> Floats:
    """So many draws of one stage. With one seed an unknown is drawn the same for every stage: their networks differ in amounts only."""
    net = network(model.nodes, model.parent, model.child, model.amounts[stage])
    own, of_values = np.zeros((model.nodes, 1)), np.zeros(model.nodes)
    for unknown, node in model.values.items():
        own[node], of_values[node] = 1.0, spreads[unknown]
    of_links = np.array([spreads[unknown] if unknown else _CERTAIN for unknown in model.links])
    users, used = ends(net)
    stated = np.argsort(model.parent * model.nodes + model.child)
    place = np.searchsorted((model.parent * model.nodes + model.child)[stated], users * model.nodes + used)
    return drawn(net, own, of_values, of_links[stated][place], model.top, count, seed)[:, 0]


def _checked(stated: Sequence[StatedSpread], known: dict[Unknown, float]) -> dict[Unknown, float]:
    flaws = []
    for place, each in enumerate(stated):
        if each.of not in known:
            flaws.append(Flaw(f"spreads.{place}", "uncertainty.unknown", "Nothing in this product is named so."))
        if not 1 <= each.gsd <= LARGEST_GSD:
            flaws.append(Flaw(f"spreads.{place}.gsd", "uncertainty.gsd", f"A geometric standard deviation is from 1 to {LARGEST_GSD}."))
    if flaws:
        raise invalid("uncertainty.spreads", "The spreads cannot be applied.", "Correct what is named here.", *flaws)
    return {each.of: log(float(each.gsd)) for each in stated}


def _seed(model: _Model) -> int:
    """A seed that follows from the inputs, so that equal inputs give equal intervals."""
    figures = [model.parent, model.child, *model.amounts.values(), np.array(list(model.spreads.values()))]
    return int(digest_of_bytes(b"".join(array.tobytes() for array in figures)).removeprefix("sha256:")[:13], 16)


def _interval(figure: float, draws: Floats) -> Interval:
    low, median, high = (float(found) for found in np.quantile(draws, _QUANTILES))
    return Interval(figure, float(draws.mean()), median, low, high)
