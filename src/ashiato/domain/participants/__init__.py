"""Companies, their people, programs, sites and keys; how a company is admitted and by whom it acts.

- Only an admitted company can do anything: the state is read with the credentials, in the same statement, at every request.
- Every wrong credential gets the same answer.
- A corporate number is checked by its check digit (法人番号, kernel.ids).
- Roles say what a person may do within its company (`Deed`); between companies only grants count (`sharing`).

The verbs stand in `access` (who asks), `admission` (becoming a participant), `accounts` (people, programs, sites), `signing`,
`directory` (profiles and plants), `applications` (keys of the Japanese interface).
"""

from ashiato.domain.participants import access, accounts, admission, applications, directory, signing
from ashiato.domain.participants.directory import Plant, Profile
from ashiato.domain.participants.model import (
    TRANSITIONS,
    Actor,
    Application,
    Company,
    CompanyKind,
    CompanyState,
    NewSite,
    Role,
    text_flaw,
    unidentified,
)
from ashiato.domain.participants.policy import Deed, may, require
from ashiato.domain.participants.store import names_of

__all__ = [
    "TRANSITIONS",
    "Actor",
    "Application",
    "Company",
    "CompanyKind",
    "CompanyState",
    "Deed",
    "NewSite",
    "Plant",
    "Profile",
    "Role",
    "access",
    "accounts",
    "admission",
    "applications",
    "directory",
    "may",
    "names_of",
    "require",
    "signing",
    "text_flaw",
    "unidentified",
]
