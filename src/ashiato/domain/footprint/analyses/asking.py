"""Whom to ask next: the bought parts of a product by how much rests on how poor data (pure)."""

from dataclasses import dataclass

import numpy as np

from ashiato.domain.footprint.analyses.sources import SourceKind, sources_of
from ashiato.domain.footprint.drafts import links_of
from ashiato.domain.footprint.methods import Method
from ashiato.domain.footprint.package import PartInput
from ashiato.domain.footprint.quality import rating
from ashiato.domain.footprint.rollup import network, usage
from ashiato.domain.products import Sourcing

_BEST, _WORST = 1.0, 5.0


@dataclass(frozen=True, slots=True)
class Worth:
    """What asking for a bought part could better: its share of the product's Σ|emissions|, times how poor its data is (0 best, 1 worst)."""

    part_number: str
    name: str
    share: float
    dqr: float
    answered: bool
    worth: float


def worth_asking(parts: tuple[PartInput, ...], rules: Method, most: int) -> tuple[Worth, ...]:
    """The bought parts that go into the last of these parts, the one most worth asking for first; nothing that nothing rests on."""
    used = usage(network(len(parts), *links_of(parts)), len(parts) - 1)
    weights, ratings = np.zeros(len(parts)), np.full(len(parts), _WORST)
    for place, part in enumerate(parts):
        for source in sources_of(part, rules):
            weights[place] += sum(abs(float(amount)) for amount in source.stages.values()) * used[place]
            if source.kind in (SourceKind.ANSWER, SourceKind.SECONDARY):
                ratings[place] = float(rating(source.quality))
    whole = float(weights.sum()) or 1.0
    found = [
        Worth(part.part_number, part.name, share, dqr, part.answer is not None, share * (dqr - _BEST) / (_WORST - _BEST))
        for part, weight, dqr in zip(parts, weights.tolist(), ratings.tolist(), strict=True)
        if part.sourcing == Sourcing.BOUGHT and (share := weight / whole) > 0
    ]
    return tuple(sorted(found, key=lambda each: (-each.worth, -each.share, each.part_number))[:most])
