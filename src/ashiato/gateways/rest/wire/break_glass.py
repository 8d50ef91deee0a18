"""Messages about break-glass accesses."""

from datetime import datetime
from typing import Annotated, Literal
from uuid import UUID

from pydantic import Field

from ashiato.gateways.rest.wire.requests import ReleaseOut
from ashiato.gateways.rest.wire.words import In, LongText, Out


class AccessIn(In):
    """What a person of the operator's asks a second one for. Without a release: all that the company has released."""

    company_id: UUID
    purpose: Literal["incident", "authority_order", "company_asked"]
    reason: LongText
    hours: Annotated[int, Field(ge=1, le=72)]
    release_id: UUID | None = None


class OperatorAccessOut(Out):
    """An access as both sides see it; `state` is asked, approved, refused, ended or expired."""

    access_id: UUID
    company: str
    release_id: UUID | None
    purpose: str
    reason: str
    hours: int
    state: str
    asked_by: str
    asked_at: datetime
    decided_by: str
    decided_at: datetime | None
    valid_until: datetime | None
    ended_at: datetime | None
    ended_by: str


class OpenedOut(Out):
    """What is open to the operator, as its recipients see it."""

    releases: list[ReleaseOut]
