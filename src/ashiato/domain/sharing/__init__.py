"""Grants: who may see what of whose, for which purpose, until when.

- No value of one company reaches another except through a live grant, and `reach` is the only function that finds it.
- The database decides the same a second time by row-level security.
- A withdrawn grant closes at the next request: no decision is kept between requests.
- The owner sees who first read what.
"""

from ashiato.domain.sharing.model import Grant, Purpose, Reach, Subject, SubjectKind
from ashiato.domain.sharing.reach import own_reach, reach
from ashiato.domain.sharing.service import accesses, give, given, revoke
from ashiato.domain.sharing.store import Access

__all__ = ["Access", "Grant", "Purpose", "Reach", "Subject", "SubjectKind", "accesses", "give", "given", "own_reach", "reach", "revoke"]
