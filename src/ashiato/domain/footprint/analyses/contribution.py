"""Which part, stage, activity and tier of a product carries how much of its footprint (pure, floats).

One adjoint pass tells how much of each part goes into the product; no part is computed twice. An answer of a supplier is one
carrier with the stages that were released: neither its inside nor how it divides among deeper tiers is known here.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeAlias

import numpy as np

from ashiato.domain.footprint.analyses.sources import OWN_TIER, SUPPLIERS_TIERS, Source, SourceKind, sources_of
from ashiato.domain.footprint.drafts import links_of, without_value
from ashiato.domain.footprint.lanes import Floats
from ashiato.domain.footprint.methods import Method, method
from ashiato.domain.footprint.model import Stage
from ashiato.domain.footprint.package import Package, PartInput
from ashiato.domain.footprint.rollup import network, usage
from ashiato.domain.products import Sourcing
from ashiato.kernel.errors import Flaw, invalid

Figures: TypeAlias = tuple[dict[Stage, float], float, float]  # by stage, together, share of Σ|emissions|
USUAL_CUT = 0.01  # of Σ|emissions|: what carries less is summed up
SMALLEST_CUT, LARGEST_CUT = 0.001, 1.0  # so an answer names a thousand carriers at most


@dataclass(frozen=True, slots=True)
class Carrier:
    """A part, or one source in it, with what it carries: kg CO2e per declared unit of the product, all the places that use it together.

    `share` is of Σ|emissions|, so that credits do not make shares exceed one. `used`: declared units of the part in one of the product.
    """

    part_number: str
    name: str
    tier: str
    used: float
    stages: dict[Stage, float]
    total: float
    share: float
    kind: SourceKind | None = None
    activity: str | None = None
    line: int | None = None


@dataclass(frozen=True, slots=True)
class Rest:
    """What is below the cut, together."""

    count: int
    stages: dict[Stage, float]
    total: float
    share: float


@dataclass(frozen=True, slots=True)
class Ranking:
    """The carriers above the cut, largest first, and the rest; together the total."""

    carriers: tuple[Carrier, ...]
    rest: Rest


@dataclass(frozen=True, slots=True)
class Contribution:
    """A product's footprint taken apart in three ways, each of which sums to the total: by activity, by part, by tier."""

    part_number: str
    declared_unit: str
    method: str
    total: float
    stages: dict[Stage, float]
    tiers: dict[str, float]
    activities: Ranking
    parts: Ranking
    complete: bool


def contribution(parts: tuple[PartInput, ...], rules: Method, cut: float) -> Contribution:
    """Who carries the footprint of the last of these parts; what carries less than the share `cut` is summed up.

    Refuses (`invalid`) a cut outside 0.001 to 1.
    """
    if not SMALLEST_CUT <= cut <= LARGEST_CUT:
        message = f"The cut is a share from {SMALLEST_CUT} to {LARGEST_CUT:.0f}."
        raise invalid("contribution.cut", message, "Write 0.01 for one percent.", Flaw("cut", "contribution.cut", message, "0.01"))
    product, used = parts[-1], usage(network(len(parts), *links_of(parts)), len(parts) - 1)
    sources = [(place, source) for place, part in enumerate(parts) for source in sources_of(part, rules)]
    places = np.array([place for place, _ in sources], np.int64)
    alone = np.array([[float(source.stages.get(stage, 0)) for stage in Stage] for _, source in sources])
    carried = alone.reshape(-1, len(Stage)) * used[places][:, None]
    of_parts, weights = np.zeros((len(parts), len(Stage))), np.abs(carried).sum(axis=1)
    np.add.at(of_parts, places, carried)
    weights_of_parts = np.bincount(places, weights, len(parts)).astype(np.float64)
    own = np.array([source.tier == OWN_TIER for _, source in sources], bool)
    return Contribution(
        part_number=product.part_number,
        declared_unit=product.declared_unit,
        method=rules.id,
        total=float(carried.sum()),
        stages=_by_stage(carried.sum(axis=0)),
        tiers={OWN_TIER: float(carried[own].sum()), SUPPLIERS_TIERS: float(carried[~own].sum())},
        activities=_ranked(carried, weights, cut, lambda row, figures: _activity(sources[row][1], float(used[places[row]]), figures)),
        parts=_ranked(of_parts, weights_of_parts, cut, lambda row, figures: _whole(parts[row], float(used[row]), figures)),
        complete=not any(without_value(part) for part in parts),
    )


def contribution_within(package: Package, cut: float) -> Contribution:
    """Who carries the footprint that was computed of a frozen package."""
    return contribution(package.parts, method(package.method), cut)


def _ranked(carried: Floats, weights: Floats, cut: float, named: Callable[[int, Figures], Carrier]) -> Ranking:
    """The rows that weigh at least the cut of all, heaviest first, each named; those below in one, without those that carry nothing."""
    absolute = float(weights.sum())

    def figures(stages: Floats) -> Figures:
        total = float(stages.sum())
        return _by_stage(stages), total, total / absolute if absolute else 0.0

    order = np.argsort(-weights, kind="stable")
    order = order[weights[order] > 0]
    above = weights[order] >= cut * absolute
    below = order[~above]
    return Ranking(tuple(named(int(row), figures(carried[row])) for row in order[above]), Rest(len(below), *figures(carried[below].sum(axis=0))))


def _by_stage(stages: Floats) -> dict[Stage, float]:
    return {stage: float(amount) for stage, amount in zip(Stage, stages, strict=True)}


def _activity(source: Source, used: float, figures: Figures) -> Carrier:
    return Carrier(source.part.part_number, source.part.name, source.tier, used, *figures, source.kind, source.activity, source.line)


def _whole(part: PartInput, used: float, figures: Figures) -> Carrier:
    return Carrier(part.part_number, part.name, OWN_TIER if part.sourcing == Sourcing.MADE else SUPPLIERS_TIERS, used, *figures)
