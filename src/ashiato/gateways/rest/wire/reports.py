"""Messages about verifications and yearly reports."""

from datetime import date, datetime
from typing import Annotated, Any
from uuid import UUID

from pydantic import Field

from ashiato.gateways.rest.wire.words import Day, In, LongText, Out, Text


class VerificationIn(In):
    """What a third party verified: scheme, issuer, scope, summary, validity, and the file that shows it."""

    scheme: Text
    issuer: Text
    scope: LongText
    summary: LongText
    valid_from: Day
    valid_until: Day
    evidence_id: UUID | None = None


class VerificationOut(Out):
    """A recorded verification."""

    verification_id: UUID
    scheme: str
    issuer: str
    scope: str
    summary: str
    valid_from: date
    valid_until: date
    evidence_id: UUID | None
    recorded_at: datetime


class ReportIn(In):
    """The year and the products that the report is about."""

    year: Annotated[int, Field(ge=2020, le=2100)]
    parts: Annotated[list[UUID], Field(min_length=1, max_length=100)]


class ReportItemOut(Out):
    """A report in a list."""

    report_id: UUID
    year: int
    reported_at: datetime


class YearlyReportOut(Out):
    """A report as it was published, with what each of its figures follows from: addresses that open to whoever may see them."""

    report_id: UUID
    url: str
    document: dict[str, Any]
    basis: dict[str, list[str]]


class PublishedReportOut(Out):
    """A report as everybody may see it, and the company's signature over its canonical JSON."""

    report_id: UUID
    document: dict[str, Any]
    signature: dict[str, Any]
