"""Messages about grants, accesses, facts and the log."""

from datetime import datetime
from typing import Any
from uuid import UUID

from ashiato.gateways.rest.wire.words import Out


class GrantOut(Out):
    """Who may see what of the own company's."""

    grant_id: UUID
    grantee: str
    subject_kind: str
    subject_id: UUID
    purpose: str
    granted_at: datetime
    valid_until: datetime | None
    revoked_at: datetime | None


class AccessOut(Out):
    """Who first read what of the own company's."""

    reader: str
    subject_kind: str
    subject_id: UUID
    first_read_at: datetime


class FactOut(Out):
    """What has happened in the own company's affairs."""

    fact_id: UUID
    kind: str
    subject: dict[str, Any]
    recorded_at: datetime


class CheckpointOut(Out):
    """The transparency log's signed state (C2SP tlog-checkpoint), and the line that verifies it."""

    tree_size: int
    root_hash: str
    note: str
    verifier_key: str
    signed_at: datetime
