"""The SQL of verifications and yearly reports."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from psycopg.types.json import Jsonb

from ashiato.plumbing.db import row, rows, run, value
from ashiato.plumbing.keys import Signature
from ashiato.plumbing.unit_of_work import Work


@dataclass(frozen=True, slots=True)
class Verification:
    """What a third party verified: under which scheme, of what, for how long; the file that shows it."""

    verification_id: UUID
    scheme: str
    issuer: str
    scope: str
    summary: str
    valid_from: date
    valid_until: date
    evidence_id: UUID | None
    recorded_at: datetime


@dataclass(frozen=True, slots=True)
class Published:
    """A report as everybody may see it: canonical JSON and the company's signature."""

    company_id: UUID
    report_id: UUID
    document: str
    signature: dict[str, Any]


@dataclass(frozen=True, slots=True)
class Item:
    """A report in a list, with what its figures follow from (JSON)."""

    report_id: UUID
    year: int
    basis: str
    reported_at: datetime


async def add_verification(work: Work, found: Verification) -> None:
    """Keeps what a third party verified."""
    await run(
        work.connection,
        """
        INSERT INTO verification (company_id, verification_id, scheme, issuer, scope, summary, valid_from, valid_until, evidence_id, recorded_at)
        VALUES (%(me)s, %(verification_id)s, %(scheme)s, %(issuer)s, %(scope)s, %(summary)s, %(valid_from)s, %(valid_until)s, %(evidence_id)s,
                %(recorded_at)s)
        """,
        {
            "me": work.tenant, "verification_id": found.verification_id, "scheme": found.scheme, "issuer": found.issuer, "scope": found.scope,
            "summary": found.summary, "valid_from": found.valid_from, "valid_until": found.valid_until, "evidence_id": found.evidence_id,
            "recorded_at": found.recorded_at,
        },
    )  # fmt: skip


async def verifications(work: Work, after: tuple[datetime, UUID] | None, limit: int, *, newest: bool = False) -> list[Verification]:
    """What third parties verified of the pinned company, oldest first, or newest first."""
    recorded_at, verification_id = after or (None, None)
    way, order = ("<", "DESC") if newest else (">", "ASC")
    return await rows(
        work.connection,
        Verification,
        f"""SELECT verification_id, scheme, issuer, scope, summary, valid_from, valid_until, evidence_id, recorded_at FROM verification
            WHERE company_id = %(me)s {f"AND (recorded_at, verification_id) {way} (%(recorded_at)s, %(verification_id)s)" if after else ""}
            ORDER BY recorded_at {order}, verification_id {order} LIMIT %(limit)s""",
        {"me": work.tenant, "recorded_at": recorded_at, "verification_id": verification_id, "limit": limit},
    )


async def last_reported(work: Work) -> datetime | None:
    """When the pinned company reported last."""
    found: datetime | None = await value(
        work.connection, "SELECT max(reported_at) FROM diligence_report WHERE company_id = %(me)s", {"me": work.tenant}
    )
    return found


async def add(work: Work, item: Item, document: str, signature: Signature) -> None:
    """Keeps a report, and what the public sees of it."""
    await run(
        work.connection,
        """
        INSERT INTO diligence_report (company_id, report_id, year, basis, reported_at)
        VALUES (%(me)s, %(report_id)s, %(year)s, %(basis)s, %(reported_at)s)
        """,
        {"me": work.tenant, "report_id": item.report_id, "year": item.year, "basis": item.basis, "reported_at": item.reported_at},
    )
    await run(
        work.connection,
        """
        INSERT INTO published_report (company_id, report_id, document, signature) VALUES (%(me)s, %(report_id)s, %(document)s, %(signature)s)
        """,
        {
            "me": work.tenant, "report_id": item.report_id, "document": document,
            "signature": Jsonb({"jws": signature.jws, "key": dict(signature.key)}),
        },
    )  # fmt: skip


async def one(work: Work, report_id: UUID) -> Item | None:
    """One of the pinned company's reports."""
    return await row(
        work.connection,
        Item,
        "SELECT report_id, year, basis, reported_at FROM diligence_report WHERE company_id = %(me)s AND report_id = %(report_id)s",
        {"me": work.tenant, "report_id": report_id},
    )


async def listed(work: Work, after: tuple[datetime, UUID] | None, limit: int, *, newest: bool = False) -> list[Item]:
    """The pinned company's reports, oldest first, or newest first."""
    reported_at, report_id = after or (None, None)
    way, order = ("<", "DESC") if newest else (">", "ASC")
    return await rows(
        work.connection,
        Item,
        f"""SELECT report_id, year, basis, reported_at FROM diligence_report
            WHERE company_id = %(me)s {f"AND (reported_at, report_id) {way} (%(reported_at)s, %(report_id)s)" if after else ""}
            ORDER BY reported_at {order}, report_id {order} LIMIT %(limit)s""",
        {"me": work.tenant, "reported_at": reported_at, "report_id": report_id, "limit": limit},
    )


async def published(work: Work, report_id: UUID) -> Published | None:
    """A report as the viewer may see it: anybody's for a visitor."""
    query = "SELECT company_id, report_id, document, signature FROM published_report WHERE report_id = %(report_id)s"
    return await row(work.connection, Published, query, {"report_id": report_id})
