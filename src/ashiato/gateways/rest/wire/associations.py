"""Messages about associations: memberships, surveys, what is offered to members."""

from datetime import date, datetime
from typing import Annotated, Any, Literal
from uuid import UUID

from pydantic import Field, StringConstraints

from ashiato.gateways.rest.wire.words import Day, Figure, In, Instant, LongText, Out, StatedFigure, Text

Word = Annotated[str, StringConstraints(strip_whitespace=True, max_length=200)]


class MembershipIn(In):
    """The company that an association asks, by its identifier or its corporate number."""

    company_id: UUID | None = None
    company_number: Annotated[str, StringConstraints(pattern=r"^\d{13}$")] | None = None


class MembershipOut(Out):
    """A membership, and the other party of it: the member, or the association."""

    party_id: UUID
    party: str
    state: str
    asked_at: datetime
    confirmed_at: datetime | None
    ended_at: datetime | None


class SurveyIn(In):
    """What an association asks its members to have counted, until it closes."""

    title: Text
    measure: Literal["footprint", "own_data_share", "answer_days", "coverage"]
    period_start: Day
    period_end: Day
    closes_at: Instant
    category: Word = ""
    declared_unit: Word = ""
    method: Word = ""


class OutcomeOut(Out):
    """What came of a survey. Not published: neither figure nor count, for whatever reason."""

    published: bool
    contributors: int | None
    mean: Figure | None
    middle: Figure | None
    drawn_at: datetime


class OwnFigureOut(Out):
    """The own figure: what would be counted, or what is."""

    amount: Figure
    part_id: UUID | None
    contributed_at: datetime | None


class SurveyOut(Out):
    """A survey with what came of it, and the own figure in it."""

    survey_id: UUID
    association_id: UUID
    association: str
    title: str
    measure: str
    category: str
    declared_unit: str
    method: str
    period_start: date
    period_end: date
    opened_at: datetime
    closes_at: datetime
    state: str
    outcome: OutcomeOut | None
    own: OwnFigureOut | None


class ContributionIn(In):
    """The part that the survey is about, where it is about one."""

    part_id: UUID | None = None


class FactorIn(In):
    """An emission factor of a set."""

    code: Text
    name: Text
    kg_co2e: StatedFigure
    per: Text
    year: Annotated[int, Field(ge=1990, le=2100)]
    geography: Text
    source: Text
    citation: LongText
    licence: Text
    electricity_basis: Word | None = None
    ter: Annotated[int, Field(ge=1, le=5)] | None = None
    ger: Annotated[int, Field(ge=1, le=5)] | None = None
    tir: Annotated[int, Field(ge=1, le=5)] | None = None


class QuestionIn(In):
    """A question, in two languages."""

    id: Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_]{0,59}$")]
    type: Literal["boolean", "integer", "share", "date", "text"]
    en: LongText
    ja: LongText


class PublicationIn(In):
    """What an association offers: a set of factors or a questionnaire."""

    kind: Literal["factors", "questionnaire"]
    code: Text
    title: Text
    factors: Annotated[list[FactorIn], Field(max_length=1000, default_factory=list)]
    questions: Annotated[list[QuestionIn], Field(max_length=1000, default_factory=list)]


class PublicationItemOut(Out):
    """Something that an association offers, in a list."""

    publication_id: UUID
    association_id: UUID
    association: str
    kind: str
    code: str
    version: int
    title: str
    digest: str
    published_at: datetime
    adopted_at: datetime | None


class PublicationOut(PublicationItemOut):
    """The same with what it holds."""

    content: dict[str, Any]
