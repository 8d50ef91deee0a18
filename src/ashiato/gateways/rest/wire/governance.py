"""Messages about what the operator answers for: registers, terms, treatment, transparency reports, criteria; who used which data."""

from datetime import date, datetime
from typing import Any, Literal
from uuid import UUID

from ashiato.gateways.rest.wire.words import Day, Figure, In, LongText, Out, Text


class EntryIn(In):
    """What the operator enters into a register. Not disclosed: a law forbids to tell whom it concerns."""

    kind: Literal["incident", "conflict_of_interest", "authority_request"]
    title: Text
    details: LongText
    company_id: UUID | None = None
    disclosed: bool = True


class OutcomeIn(In):
    """How an entry came out."""

    outcome: LongText


class EntryOut(Out):
    """An entry of a register."""

    entry_id: UUID
    kind: str
    title: str
    details: str
    concerned: str
    disclosed: bool
    entered_at: datetime
    settled_at: datetime | None
    outcome: str


class DepartureOut(Out):
    """A limit as it is published, and as this installation sets it for everybody."""

    published: int
    in_force: int


class TermsOut(Out):
    """Fees (yen a year, by kind of company) and limits, alike for all, and where this installation departs from them."""

    version: str
    valid_from: date
    status: str
    fees: dict[str, int]
    limits: dict[str, int]
    departures: dict[str, DepartureOut]


class FeeOut(Out):
    """What the own company owes for a year, in yen, and how that follows from the published table."""

    year: int
    kind: str
    yearly: int
    days: int
    days_of_year: int
    owed: Figure
    version: str


class TreatmentOut(Out):
    """How a company has been treated: what it waited for, what it may ask, what it owes."""

    company: str
    kind: str
    country: str
    state: str
    applied_at: datetime
    admitted_at: datetime | None
    waited_days: str
    support_days: str | None
    suspensions: int
    requests_per_minute: int
    fee_yearly: int
    stands_out: bool


class ReportPeriodIn(In):
    """The days that a report is about."""

    period_start: Day
    period_end: Day


class TransparencyItemOut(Out):
    """A transparency report in a list."""

    report_id: UUID
    period_start: date
    period_end: date
    drawn_at: datetime


class TransparencyOut(TransparencyItemOut):
    """A transparency report as it was published, and the log's signature over it (a signed note)."""

    document: dict[str, Any]
    note: str
    verifier_key: str


class StandingIn(In):
    """Where a criterion stands, who looks after it, and a note."""

    state: Literal["open", "prepared", "met", "not_applicable"]
    owner: Text
    note: LongText = ""


class CriterionOut(Out):
    """A criterion of certification (a working list, unverified), and where it stands."""

    criterion: str
    en: str
    ja: str
    evidence: list[str]
    state: str
    owner: str
    note: str
    changed_at: datetime | None


class DataUseOut(Out):
    """Who may use, or used, which data of whom, for which purpose, under which terms; when it was first read, and until when it counts."""

    direction: str
    owner: str
    user: str
    subject_kind: str
    subject_id: UUID
    purpose: str
    terms: str
    granted_at: datetime
    valid_until: datetime | None
    revoked_at: datetime | None
    first_read_at: datetime | None
