"""Messages about grants and accesses."""

from datetime import datetime
from uuid import UUID

from ashiato.gateways.rest.wire.words import Out


class GrantOut(Out):
    """Who may see what of the own company's, for which purpose, until when, on which terms; `words` says it in a sentence, by language."""

    grant_id: UUID
    grantee: str
    subject_kind: str
    subject_id: UUID
    purpose: str
    granted_at: datetime
    valid_until: datetime | None
    revoked_at: datetime | None
    terms: str
    words: dict[str, str]


class AccessOut(Out):
    """Who first read what of the own company's."""

    reader: str
    subject_kind: str
    subject_id: UUID
    first_read_at: datetime
