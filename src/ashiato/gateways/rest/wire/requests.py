"""Messages about requests and their answers."""

from datetime import datetime
from typing import Annotated, Any
from uuid import UUID

from pydantic import Field, StringConstraints

from ashiato.gateways.rest.wire.words import In, Instant, LongText, Out, Text


class RequestIn(In):
    """What is asked of a supplier. The supplier is the one that the part names, unless another is given."""

    part_id: UUID
    method: Text
    due_at: Instant
    supplier_number: Annotated[str, StringConstraints(pattern=r"^\d{13}$")] | None = None
    item: Text | None = None
    item_number: Text | None = None
    message: LongText = ""


class RequestAllIn(In):
    """What is asked of all suppliers of what goes into a part."""

    method: Text
    due_at: Instant
    message: LongText = ""


class RequestOut(Out):
    """A request, as its viewer sees it."""

    request_id: UUID
    buyer: str
    supplier: str
    sent: bool
    subject: str
    item: str
    item_number: str
    declared_unit: str
    method: str
    message: str
    reply: str
    state: str
    asked_at: datetime
    due_at: datetime
    settled_at: datetime | None
    late: bool
    own_part_id: UUID | None


class LinkIn(In):
    """Which of the supplier's parts a request is about."""

    part_id: UUID


class ReasonIn(In):
    """Why; the other side reads it."""

    reason: LongText


class PreviewOut(Out):
    """Exactly what a buyer would see."""

    release: dict[str, Any]


class AnswerIn(In):
    """Which footprint answers which requests."""

    footprint_id: UUID
    requests: Annotated[list[UUID], Field(min_length=1, max_length=1000)]


class AnswerOut(Out):
    """What a supplier handed over: the release, its digest, the supplier's signature, and how many it supersedes."""

    request_id: UUID
    release: dict[str, Any]
    digest: str
    signature: dict[str, Any]
    superseded: int
