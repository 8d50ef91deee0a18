"""Human rights and environment along the chain: questionnaires, origins, statements that travel with the parts, risks, grievances, reports.

- Questionnaires and their rules are versioned data; every point of a score is explained (OECD steps 1 to 5; EU 2023/1542 Annex X).
- What a tier sold must be covered by what it bought, less its stated loss; the place where it is not is named (`rollup`).
- A statement shows shares, counts and places by tier: no name beyond the company that makes it. Each company states anew what it passes
  on (`answering`); nothing looks through two tiers.
- Names along a path only once every company on it has consented; refusing and staying silent look alike (`probes`).
- Indicators of risk, thresholds and dates are configuration with sources, not rules of the code.
"""

from ashiato.domain.diligence import (
    answering,
    assessments,
    atlas,
    document,
    due,
    gathering,
    grievances,
    interchange,
    law,
    mediation,
    messages,
    model,
    origins,
    overview,
    probes,
    questionnaires,
    register,
    reports,
    risk,
    rollup,
    scoring,
    sheets,
)
from ashiato.domain.diligence.model import Custody, Material, RiskCategory, Severity

__all__ = [
    "Custody", "Material", "RiskCategory", "Severity", "answering", "assessments", "atlas", "document", "due", "gathering", "grievances",
    "interchange", "law", "mediation", "messages", "model", "origins", "overview", "probes", "questionnaires", "register", "reports", "risk",
    "rollup", "scoring", "sheets",
]  # fmt: skip
