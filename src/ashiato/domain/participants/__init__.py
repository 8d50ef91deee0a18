"""Companies, their people, programs, sites and keys; how a company is admitted and by whom it acts.

- Only an admitted company can do anything: the state is read with the credentials, in the same statement, at every request.
- Every wrong credential gets the same answer.
- A company is known by its corporate number (法人番号), LEI, D-U-N-S or BPN, each checked as far as its scheme allows (kernel.ids).
- Roles say what a person may do within its company (`Deed`); between companies only grants count (`sharing`).

The verbs stand in `access` (who asks), `admission` (becoming a participant), `candidacy` (what is missing, who acts next), `control` (proof of a
domain or certificate), `invitations` (choosing a password once), `accounts` (people, programs, sites), `signing`,
`directory` (profiles and plants), `applications` (keys of the Japanese interface), `views` (lists that people keep).
"""

from ashiato.domain.participants import (
    access,
    accounts,
    admission,
    admission_rules,
    applications,
    candidacy,
    control,
    directory,
    factors,
    invitations,
    model,
    numbers,
    signing,
    sso,
    views,
)
from ashiato.domain.participants.model import (
    Actor,
    CompanyKind,
    CompanyState,
    FactorPolicy,
    Role,
    text_flaw,
)
from ashiato.domain.participants.policy import Deed, may, require
from ashiato.domain.participants.store import names_by_number, names_of

__all__ = [
    "Actor",
    "CompanyKind",
    "CompanyState",
    "Deed",
    "FactorPolicy",
    "Role",
    "access",
    "accounts",
    "admission",
    "admission_rules",
    "applications",
    "candidacy",
    "control",
    "directory",
    "factors",
    "invitations",
    "may",
    "model",
    "names_by_number",
    "names_of",
    "numbers",
    "require",
    "signing",
    "sso",
    "text_flaw",
    "views",
]
