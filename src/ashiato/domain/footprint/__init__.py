"""The carbon footprint of a part: inventories, computing, releasing to buyers, declaring to the public.

- A footprint follows from a frozen package; computing it again gives the same bytes (`declaration.verify` does, offline).
- Components enter with what their suppliers released, else with a secondary factor, flagged as a gap.
- Own and component share, each by stage of EU 2023/1542 Annex II(4); TeR, GeR, TiR weighted by emissions; primary-data share.
- Methods are versioned plug-ins (`methods`); figures of different methods are never added.
- A result that rests on an estimate, breaks the mass balance or uses an inadmissible electricity factor is a draft: it says why,
  and cannot be declared.
- A footprint may also be stated in four figures (`statements`, the Japanese interface); what rests on one is a draft.
- A release shows totals, quality, coverage by tier, nothing of structure, inventory or suppliers. What its recipients could infer
  from all they have of them is computed before (`protection`), and a policy warns, holds or coarsens.
"""

from ashiato.domain.footprint import (
    analyses,
    answering,
    approvals,
    asked,
    bulk,
    certificates,
    declaration,
    declaring,
    describing,
    document,
    drafts,
    elsewhere,
    evidencing,
    history,
    inventory,
    methods,
    model,
    package,
    protection,
    statements,
    verifying,
)
from ashiato.domain.footprint.service import (
    Computed,
    Footprint,
    compute,
    footprint,
    stale_answers,
)

__all__ = [
    "Computed",
    "Footprint",
    "analyses",
    "answering",
    "approvals",
    "asked",
    "bulk",
    "certificates",
    "compute",
    "declaration",
    "declaring",
    "describing",
    "document",
    "drafts",
    "elsewhere",
    "evidencing",
    "footprint",
    "history",
    "inventory",
    "methods",
    "model",
    "package",
    "protection",
    "stale_answers",
    "statements",
    "verifying",
]
