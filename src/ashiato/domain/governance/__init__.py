"""What the operator answers for: equal treatment, registers, transparency reports, certification.

- Fees and limits are one published table, applied by this code; no setting and no table names a company (`terms`).
- A company asks for support itself; how long it waits is counted from its own word (`support`).
- Every act of the operator is a fact; what concerns a company is shown to it (`registers`, `treatment`).
- A transparency report is counted from the log, signed with its key, public, and verifiable by anybody (`transparency`).
- Criteria of certification are data, marked unverified, each with the evidence that the platform prints by itself (`criteria`).

- What a company has released opens to the operator through a grant alone, if two of its persons agree, for hours (`break_glass`).

The operator has no right on any value here either: it counts facts by kind, never what they are about.
"""

from ashiato.domain.governance import break_glass, criteria, document, registers, support, terms, transparency, treatment
from ashiato.domain.governance.model import CriterionState, Entry, GlassState, NewEntry, Register, Standing

__all__ = [
    "CriterionState",
    "Entry",
    "GlassState",
    "NewEntry",
    "Register",
    "Standing",
    "break_glass",
    "criteria",
    "document",
    "registers",
    "support",
    "terms",
    "transparency",
    "treatment",
]
