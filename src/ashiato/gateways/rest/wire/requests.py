"""Messages about requests and their answers."""

from datetime import datetime
from decimal import Decimal
from typing import Annotated, Any, Literal
from uuid import UUID

from pydantic import Field, StringConstraints

from ashiato.gateways.rest.wire.words import Figure, In, Instant, LongText, Out, StatedFigure, Text


class RequestIn(In):
    """What is asked of a supplier: a footprint under a method, or due diligence by a questionnaire (named as the method).

    The supplier is the one that the part names, unless another is given.
    """

    part_id: UUID
    method: Text
    due_at: Instant
    supplier_number: Annotated[str, StringConstraints(pattern=r"^[0-9A-Z]{9,20}$")] | None = None
    item: Text | None = None
    item_number: Text | None = None
    message: LongText = ""
    subject: Literal["footprint", "diligence"] = "footprint"


class RequestAllIn(In):
    """What is asked of all suppliers of what goes into a part."""

    method: Text
    due_at: Instant
    message: LongText = ""
    subject: Literal["footprint", "diligence"] = "footprint"


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


class ReleaseOut(Out):
    """What was released: exactly what a buyer sees."""

    release: dict[str, Any]


class HandedOut(Out):
    """What a second person has released: exactly what a buyer sees of a footprint, or of due diligence."""

    release: dict[str, Any] | None = None
    statement: dict[str, Any] | None = None


class ToldOut(Out):
    """What could be told of an amount: between which values it lies. `high` is absent where nothing bounds it."""

    part_number: str
    name: str
    stage: str | None
    unit: str
    amount: float
    low: float
    high: float | None
    half_width: float | None
    words: str


class ExposureOut(Out):
    """What these companies together could tell of the recipe, narrowest first, and the half-width that is left whatever the amounts are."""

    audience: list[str]
    told: list[ToldOut]
    assured: float


class PreviewOut(Out):
    """Exactly what a buyer would see, what the buyers could infer from it with all they have, and what the policy makes of it."""

    release: dict[str, Any]
    outcome: Literal["released", "warned", "coarsened", "held"]
    margin: Figure
    exposures: list[ExposureOut]


class PolicyIn(In):
    """To within which share of itself an amount may be told, what happens otherwise, and who is taken to compare notes, by corporate number."""

    margin: Annotated[StatedFigure, Field(gt=0, le=Decimal("0.25"))]
    action: Literal["warn", "hold", "coarsen"]
    coalitions: Annotated[list[list[Text]], Field(max_length=20, default_factory=list)]
    second_person: bool = False


class PolicyOut(Out):
    """The policy on what releases may tell, coalitions by name, and whether a second person has to approve each."""

    margin: Figure
    action: str
    coalitions: list[list[str]]
    second_person: bool


class ApprovalIn(In):
    """What is to answer which requests, and what the colleague who approves should know.

    A footprint; or, for requests for due diligence, what is known of a part (`standing`: and renewed by itself from then on).
    """

    footprint_id: UUID | None = None
    part_id: UUID | None = None
    standing: bool = False
    requests: Annotated[list[UUID], Field(min_length=1, max_length=1000)]
    note: LongText = ""


class ApprovalOut(Out):
    """What waits for a second person, or waited, and what became of it. A program has no name.

    A footprint that was computed here, a release drawn from what the company's own system stated or sent, or a statement of due diligence.
    """

    approval_id: UUID
    footprint_id: UUID | None
    release_id: UUID | None
    statement_id: UUID | None
    standing: bool
    part_number: str
    requests: list[UUID]
    note: str
    state: Literal["waiting", "approved", "returned", "overtaken"]
    asked_by: str | None
    asked_at: datetime
    decided_by: str | None
    decided_at: datetime | None
    reason: str


class AnswerIn(In):
    """Which footprint answers which requests; until when the buyers may read it, and on which terms."""

    footprint_id: UUID
    requests: Annotated[list[UUID], Field(min_length=1, max_length=1000)]
    valid_until: Instant | None = None
    terms: LongText = ""


class AnswerOut(Out):
    """What a supplier handed over: the release, its digest, the supplier's signature, and how many it supersedes."""

    request_id: UUID
    release: dict[str, Any]
    digest: str
    signature: dict[str, Any]
    superseded: int


class MessageOut(Out):
    """What a sender signed, as canonical JSON in a text, and its detached JWS with the key; the key is among its company's public keys."""

    content: str
    signature: dict[str, Any]
