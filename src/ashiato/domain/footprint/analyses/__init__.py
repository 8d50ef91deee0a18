"""Analyses of a product's present figure: who carries it, what it would be if, how certain it is. In floats.

- They see what the company sees: of a supplier's answer its released stages as one thing, of nothing its inside.
- Figures of different methods are never added or compared.
- They rest on the inputs as they are now, complete or not, and say which.
"""

from ashiato.domain.footprint.analyses.asking import Worth
from ashiato.domain.footprint.analyses.contribution import Carrier, Contribution, Ranking, Rest, contribution_within
from ashiato.domain.footprint.analyses.difference import Cause, Difference, InputChange, Reason
from ashiato.domain.footprint.analyses.flows import USUAL_CUT, Flows, NodeKind, flows_within
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
from ashiato.domain.footprint.analyses.service import (
    Asking,
    contribution_of,
    difference_of,
    scenario_of,
    standing,
    uncertainty_of,
    uncertainty_within,
    whom_to_ask,
)
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
    "USUAL_CUT",
    "USUAL_DRAWS",
    "Asking",
    "Carrier",
    "Cause",
    "Change",
    "ChangeAmount",
    "ChangeComponent",
    "ChangeElectricity",
    "ChangeFactor",
    "Contribution",
    "Difference",
    "Flows",
    "InputChange",
    "Interval",
    "NodeKind",
    "Ranking",
    "Reason",
    "Rest",
    "Scenario",
    "StatedSpread",
    "TakeAnswer",
    "TakeSecondary",
    "Uncertainty",
    "Unknown",
    "Worth",
    "contribution_of",
    "contribution_within",
    "difference_of",
    "flows_within",
    "scenario_of",
    "standing",
    "uncertainty_of",
    "uncertainty_within",
    "whom_to_ask",
]
