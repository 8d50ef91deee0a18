"""The SQL of statements to buyers."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from psycopg.types.json import Jsonb

from ashiato.domain.sharing import Selection
from ashiato.plumbing.db import Question, row, rows, run
from ashiato.plumbing.keys import Signature
from ashiato.plumbing.unit_of_work import Work


@dataclass(frozen=True, slots=True)
class Snapshot:
    """A statement as its recipients see it: canonical JSON, its digest, the supplier's signature."""

    statement_id: UUID
    snapshot: str
    digest: str
    signature: dict[str, Any]


@dataclass(frozen=True, slots=True)
class Own:
    """A statement of the pinned company's own, with what its figures follow from."""

    statement_id: UUID
    part_id: UUID
    version: int
    basis: str
    stated_at: datetime
    snapshot: str


def snapshots(selection: Selection) -> Question[Snapshot]:
    """The statements that a selection names, as far as row-level security shows them."""
    return Question(
        Snapshot,
        f"SELECT statement_id, snapshot, digest, signature FROM diligence_snapshot WHERE statement_id = ANY(ARRAY({selection.query}))",
        selection.params,
    )


_OWN = """
    SELECT statement_id, part_id, version, basis, stated_at, snapshot
    FROM diligence_statement JOIN diligence_snapshot USING (company_id, statement_id)
"""


async def latest(work: Work, part_id: UUID) -> Own | None:
    """The newest statement about a part of the pinned company's."""
    query = f"{_OWN} WHERE company_id = %(me)s AND part_id = %(part_id)s ORDER BY version DESC LIMIT 1"
    return await row(work.connection, Own, query, {"me": work.tenant, "part_id": part_id})


async def stated_parts(work: Work, statement_ids: list[UUID]) -> list[tuple[UUID, str, str, int]]:
    """(statement, part number, name, version) of these statements of the pinned company."""
    cursor = await work.connection.execute(
        """
        SELECT statement_id, part_number, name, version FROM diligence_statement JOIN part USING (company_id, part_id)
        WHERE company_id = %(me)s AND statement_id = ANY(%(statement_ids)s)
        """,
        {"me": work.tenant, "statement_ids": statement_ids},
    )
    return [(statement_id, number, name, version) for statement_id, number, name, version in await cursor.fetchall()]


async def own(work: Work, statement_id: UUID) -> Own | None:
    """One of the pinned company's statements."""
    query = f"{_OWN} WHERE company_id = %(me)s AND statement_id = %(statement_id)s"
    return await row(work.connection, Own, query, {"me": work.tenant, "statement_id": statement_id})


async def add(work: Work, own: Own, digest: str, signature: Signature) -> None:
    """Keeps a statement, apart from what its recipients see of it."""
    await run(
        work.connection,
        """
        INSERT INTO diligence_statement (company_id, statement_id, part_id, version, basis, stated_at)
        VALUES (%(me)s, %(statement_id)s, %(part_id)s, %(version)s, %(basis)s, %(stated_at)s)
        """,
        {
            "me": work.tenant, "statement_id": own.statement_id, "part_id": own.part_id, "version": own.version, "basis": own.basis,
            "stated_at": own.stated_at,
        },
    )  # fmt: skip
    await run(
        work.connection,
        """
        INSERT INTO diligence_snapshot (company_id, statement_id, snapshot, digest, signature)
        VALUES (%(me)s, %(statement_id)s, %(snapshot)s, %(digest)s, %(signature)s)
        """,
        {
            "me": work.tenant, "statement_id": own.statement_id, "snapshot": own.snapshot, "digest": digest,
            "signature": Jsonb({"jws": signature.jws, "key": dict(signature.key)}),
        },
    )  # fmt: skip


async def consent(work: Work, part_id: UUID, requests: list[tuple[UUID, UUID]]) -> None:
    """Notes to which (buyer, request) a part's statement is renewed by itself."""
    await run(
        work.connection,
        """
        INSERT INTO standing_consent (company_id, part_id, buyer_id, request_id)
        SELECT %(me)s, %(part_id)s, buyer_id, request_id FROM unnest(%(buyers)s::uuid[], %(ids)s::uuid[]) AS given (buyer_id, request_id)
        ON CONFLICT DO NOTHING
        """,
        {"me": work.tenant, "part_id": part_id, "buyers": [buyer for buyer, _ in requests], "ids": [request for _, request in requests]},
    )


async def withdraw_consent(work: Work, request_id: UUID) -> int:
    """Ends the renewing by itself for one request; how many parts that concerned."""
    return await run(
        work.connection,
        "DELETE FROM standing_consent WHERE company_id = %(me)s AND request_id = %(request_id)s",
        {"me": work.tenant, "request_id": request_id},
    )


@dataclass(frozen=True, slots=True)
class Consent:
    """A request whose answer is renewed by itself, and what was handed over last."""

    part_id: UUID
    request_id: UUID
    statement_id: UUID | None


async def consents(work: Work, part_ids: list[UUID] | None) -> list[Consent]:
    """The requests whose answers about these own parts, or (None) about any, are renewed by themselves."""
    return await rows(
        work.connection,
        Consent,
        """
        SELECT part_id, standing_consent.request_id, (
            SELECT subject_id FROM answer
            WHERE answer.company_id = %(me)s AND answer.buyer_id = standing_consent.buyer_id AND answer.request_id = standing_consent.request_id
            ORDER BY ordinal DESC LIMIT 1
        ) AS statement_id
        FROM standing_consent WHERE company_id = %(me)s AND (%(part_ids)s::uuid[] IS NULL OR part_id = ANY(%(part_ids)s)) ORDER BY part_id, request_id
        """,
        {"me": work.tenant, "part_ids": part_ids},
    )
