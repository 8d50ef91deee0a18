"""Associations: memberships, surveys, what is published of them, and what an association offers to its members (pure)."""

from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum
from uuid import UUID

from ashiato.kernel.errors import Flaw, conflict


class MembershipState(StrEnum):
    """How far a membership has come."""

    ASKED = "asked"  # by the association
    CONFIRMED = "confirmed"  # by the member
    ENDED = "ended"  # by either


TRANSITIONS: dict[MembershipState, frozenset[MembershipState]] = {
    MembershipState.ASKED: frozenset({MembershipState.ASKED, MembershipState.CONFIRMED, MembershipState.ENDED}),
    MembershipState.CONFIRMED: frozenset({MembershipState.CONFIRMED, MembershipState.ENDED}),
    MembershipState.ENDED: frozenset({MembershipState.ASKED}),
}


def check_transition(present: MembershipState, wanted: MembershipState) -> None:
    """Refuses (`conflict`) a step that does not follow the present state."""
    if wanted not in TRANSITIONS[present]:
        raise conflict(
            "membership.transition",
            f"A membership that is {present} cannot become {wanted}.",
            "The association asks, the member confirms, either ends it.",
        )


@dataclass(frozen=True, slots=True)
class Membership:
    """A company's membership of an association."""

    company_id: UUID  # the association
    member_id: UUID
    state: str
    asked_at: datetime
    confirmed_at: datetime | None
    ended_at: datetime | None


class Measure(StrEnum):
    """The one figure that each member contributes to a survey; it is never negative."""

    FOOTPRINT = "footprint"  # kg CO2e per declared unit of one of its parts
    OWN_DATA_SHARE = "own_data_share"  # of that footprint, from 0 to 1 (PACT, primary data share)
    ANSWER_DAYS = "answer_days"  # median days from being asked to answering, over the requests received in the period
    COVERAGE = "coverage"  # share of the requests sent in the period that were answered, from 0 to 1

    @property
    def of_a_part(self) -> bool:
        """Whether the member names one of its parts."""
        return self in (Measure.FOOTPRINT, Measure.OWN_DATA_SHARE)


@dataclass(frozen=True, slots=True)
class NewSurvey:
    """A survey as an association wants it. `category`: which products are meant, in words that the members know."""

    title: str
    measure: Measure
    period_start: date
    period_end: date
    closes_at: datetime
    category: str = ""
    declared_unit: str = ""
    method: str = ""


@dataclass(frozen=True, slots=True)
class Survey:
    """A survey, open until `closes_at`."""

    company_id: UUID  # the association
    survey_id: UUID
    title: str
    measure: str
    category: str
    declared_unit: str
    method: str
    period_start: date
    period_end: date
    opened_at: datetime
    closes_at: datetime


@dataclass(frozen=True, slots=True)
class Contribution:
    """A member's own figure in a survey, and the part that it is about, if it is about one."""

    association_id: UUID
    survey_id: UUID
    part_id: UUID | None
    amount: Decimal
    contributed_at: datetime


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came of a survey. Not published: no figure and no count, whatever the reason.

    `mean` of all figures; `middle`: the mean of the middle figures (a median is somebody's very figure, so it is never told).
    """

    survey_id: UUID
    published: bool
    contributors: int | None
    mean: Decimal | None
    middle: Decimal | None
    drawn_at: datetime


class PublicationKind(StrEnum):
    """What an association can offer to its members."""

    QUESTIONNAIRE = "questionnaire"
    FACTORS = "factors"


@dataclass(frozen=True, slots=True)
class Publication:
    """One version of something that an association offers; `content` is canonical JSON and never changes."""

    company_id: UUID  # the association
    publication_id: UUID
    kind: str
    code: str
    version: int
    title: str
    content: str
    digest: str
    published_at: datetime


def survey_flaws(wanted: NewSurvey, now: datetime) -> list[Flaw]:
    """What is wrong with a survey's days and with what it needs to name a part."""
    flaws = []
    if wanted.period_end < wanted.period_start:
        flaws.append(Flaw("period_end", "survey.period", "The period ends before it begins."))
    if wanted.closes_at <= now:
        flaws.append(Flaw("closes_at", "survey.closes_at", "A survey closes at an instant to come."))
    if wanted.measure.of_a_part:
        named = {"category": wanted.category, "declared_unit": wanted.declared_unit, "method": wanted.method}
        flaws += [
            Flaw(field, "survey.part", "A survey about parts names their category, declared unit and method.")
            for field, text in named.items()
            if not text
        ]
    return flaws
