"""Industry associations: members that have confirmed it, aggregates over them that tell of no one of them, and what is offered to them.

- A membership is asked for by the association and confirmed by the member; either ends it.
- An association sees no figure of one member and not who contributed: it sees the aggregates that pass the release rules (`disclosure`:
  minimum number, dominance, p % rule with insiders, differencing over everything that was ever published of a measure).
- Where a rule refuses, no figure and no count is told, and the refusal does not say which rule it was.
- Contributions are read by a viewpoint of their own (the aggregator's), which the worker takes once a survey has closed.
- Questionnaires and factor sets are offered by version; a member chooses to adopt one.
"""

from ashiato.domain.associations import disclosure, membership, publications, surveys
from ashiato.domain.associations.model import (
    Contribution,
    Measure,
    Membership,
    MembershipState,
    NewSurvey,
    Outcome,
    Publication,
    PublicationKind,
    Survey,
)

__all__ = [
    "Contribution",
    "Measure",
    "Membership",
    "MembershipState",
    "NewSurvey",
    "Outcome",
    "Publication",
    "PublicationKind",
    "Survey",
    "disclosure",
    "membership",
    "publications",
    "surveys",
]
