"""What the operator answers for: equal treatment, registers, transparency reports, certification.

- Fees and limits are one published table, applied by this code; no setting and no table names a company (`terms`).
- Every act of the operator is a fact; what concerns a company is shown to it (`registers`, `treatment`).
- A transparency report is counted from the log, signed with its key, public, and verifiable by anybody (`transparency`).
- Criteria of certification are data, marked unverified, each with the evidence that the platform prints by itself (`criteria`).

The operator has no right on any value here either: it counts facts by kind, never what they are about.
"""

from ashiato.domain.governance import criteria, document, registers, terms, transparency, treatment
from ashiato.domain.governance.model import CriterionState, Entry, NewEntry, Register, Standing

__all__ = [
    "CriterionState",
    "Entry",
    "NewEntry",
    "Register",
    "Standing",
    "criteria",
    "document",
    "registers",
    "terms",
    "transparency",
    "treatment",
]
