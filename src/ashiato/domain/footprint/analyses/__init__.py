"""Analyses of a product's present figure: who carries it, what it would be if, how certain it is. In floats, never stored.

- They see what the company sees: of a supplier's answer its released stages as one thing, of nothing its inside.
- Figures of different methods are never added or compared.
- They rest on the inputs as they are now, complete or not, and say which.
"""

from ashiato.domain.footprint.analyses.contribution import Carrier, Contribution, Ranking, Rest, contribution_within
from ashiato.domain.footprint.analyses.scenario import (
    MOST_CHANGES,
    Change,
    ChangeAmount,
    ChangeComponent,
    ChangeElectricity,
    ChangeFactor,
    Scenario,
    TakeAnswer,
    TakeSecondary,
)
from ashiato.domain.footprint.analyses.service import contribution_of, scenario_of, uncertainty_of
from ashiato.domain.footprint.analyses.uncertainty import (
    FEWEST_DRAWS,
    LARGEST_SEED,
    MOST_DRAWS,
    USUAL_DRAWS,
    Interval,
    StatedSpread,
    Uncertainty,
    Unknown,
)

__all__ = [
    "FEWEST_DRAWS",
    "LARGEST_SEED",
    "MOST_CHANGES",
    "MOST_DRAWS",
    "USUAL_DRAWS",
    "Carrier",
    "Change",
    "ChangeAmount",
    "ChangeComponent",
    "ChangeElectricity",
    "ChangeFactor",
    "Contribution",
    "Interval",
    "Ranking",
    "Rest",
    "Scenario",
    "StatedSpread",
    "TakeAnswer",
    "TakeSecondary",
    "Uncertainty",
    "Unknown",
    "contribution_of",
    "contribution_within",
    "scenario_of",
    "uncertainty_of",
]
