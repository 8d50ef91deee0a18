"""Grants: who may see what of whose, for which purpose, until when.

- No value of one company reaches another except through a live grant, and the functions of `reach.py` are the only ones that find it.
- The database decides the same a second time by row-level security.
- A withdrawn grant closes at the next request: no decision is kept between requests.
- The owner sees who first read what.
"""

from ashiato.domain.sharing import asked, glass, ledger
from ashiato.domain.sharing.model import Conditions, Purpose, Reach, SeenGrant, Selection, Subject, SubjectKind
from ashiato.domain.sharing.reach import granted, own_reach, reach, reach_all, reach_each
from ashiato.domain.sharing.service import accesses, ever_given, give, give_each, given, revoke, seen, seen_of, seen_one, withdraw
from ashiato.domain.sharing.store import Access

__all__ = [
    "Access",
    "Conditions",
    "Purpose",
    "Reach",
    "SeenGrant",
    "Selection",
    "Subject",
    "SubjectKind",
    "accesses",
    "asked",
    "ever_given",
    "give",
    "give_each",
    "given",
    "glass",
    "granted",
    "ledger",
    "own_reach",
    "reach",
    "reach_all",
    "reach_each",
    "revoke",
    "seen",
    "seen_of",
    "seen_one",
    "withdraw",
]
