"""The SQL of bundles, carried records and departures."""

import json
from datetime import datetime, timedelta
from typing import Any, LiteralString
from uuid import UUID

from ashiato.domain.leaving.model import Bundle, BundleState, CarriedRecord, Departure, Direction, Job
from ashiato.domain.sharing import SubjectKind
from ashiato.plumbing.db import row, rows, run, value
from ashiato.plumbing.unit_of_work import Work

_BUNDLE = """
    SELECT company_id, bundle_id, direction, state, requested_at, settled_at, kept_until, size, digest, sealed_key, place, report, trouble
    FROM bundle
"""
_DEPARTURE = "SELECT departure_id, state, announced_at, effective_at, settled_at FROM departure"


# What others have granted to the pinned company, kind by kind.
GRANTED: dict[SubjectKind, LiteralString] = {
    SubjectKind.FOOTPRINT_RELEASE: "SELECT release_id FROM release_snapshot WHERE company_id <> %(me)s",
    SubjectKind.RELEASE_QUALITY: "SELECT release_id FROM release_quality WHERE company_id <> %(me)s",
    SubjectKind.DILIGENCE_STATEMENT: "SELECT statement_id FROM diligence_snapshot WHERE company_id <> %(me)s",
    SubjectKind.CERTIFICATE: "SELECT part_id FROM certificate WHERE company_id <> %(me)s",
    SubjectKind.PATH_NAME: "SELECT root_id FROM path_name WHERE company_id <> %(me)s",
    SubjectKind.EVIDENCE: "SELECT evidence_id FROM evidence_item WHERE company_id <> %(me)s",
}


async def add(work: Work, bundle_id: UUID, direction: Direction, kept_for: timedelta, received: tuple[str, int, bytes] | None = None) -> None:
    """Notes a bundle that waits, and until when it is kept; one that came in with its digest, size and sealed key."""
    digest, size, sealed_key = received or (None, None, None)
    await run(
        work.connection,
        """
        INSERT INTO bundle (company_id, bundle_id, direction, state, requested_at, kept_until, digest, size, sealed_key)
        VALUES (%(me)s, %(bundle_id)s, %(direction)s, 'waiting', %(now)s, %(kept_until)s, %(digest)s, %(size)s, %(sealed_key)s)
        """,
        {
            "me": work.tenant,
            "bundle_id": bundle_id,
            "direction": direction,
            "now": work.now,
            "kept_until": work.now + kept_for,
            "digest": digest,
            "size": size,
            "sealed_key": sealed_key,
        },
    )


async def bundle(work: Work, bundle_id: UUID) -> Bundle | None:
    """One of the pinned company's bundles."""
    query = f"{_BUNDLE} WHERE company_id = %(me)s AND bundle_id = %(bundle_id)s"
    return await row(work.connection, Bundle, query, {"me": work.tenant, "bundle_id": bundle_id})


async def claimed(work: Work, bundle_id: UUID) -> Bundle | None:
    """One of the pinned company's bundles, with its record held until the transaction ends: of two workers one waits for the other."""
    query = f"{_BUNDLE} WHERE company_id = %(me)s AND bundle_id = %(bundle_id)s FOR UPDATE"
    return await row(work.connection, Bundle, query, {"me": work.tenant, "bundle_id": bundle_id})


async def hold(work: Work, bundle_id: UUID) -> bool:
    """Whether nobody else takes this bundle up; then nobody else will until the transaction ends."""
    return bool(await value(work.connection, "SELECT pg_try_advisory_xact_lock(hashtextextended(%(id)s, 0))", {"id": str(bundle_id)}))


async def bundles(work: Work, after: tuple[Any, UUID] | None, limit: int) -> list[Bundle]:
    """The pinned company's bundles, oldest first."""
    moment, last = after or (None, None)
    query = f"""{_BUNDLE}
        WHERE company_id = %(me)s AND (%(moment)s::timestamptz IS NULL OR (requested_at, bundle_id) > (%(moment)s, %(last)s))
        ORDER BY requested_at, bundle_id LIMIT %(limit)s"""
    return await rows(work.connection, Bundle, query, {"me": work.tenant, "moment": moment, "last": last, "limit": limit})


async def jobs(work: Work, limit: int) -> list[Job]:
    """The bundles of all companies that wait for the worker, oldest first."""
    return await rows(
        work.connection,
        Job,
        "SELECT company_id, bundle_id, direction FROM bundle WHERE state = 'waiting' ORDER BY requested_at LIMIT %(limit)s",
        {"limit": limit},
    )


async def next_ended(work: Work) -> Job | None:
    """The bundle, of all companies, whose time has been over for longest and whose bytes are still there."""
    query = """
        SELECT company_id, bundle_id, direction FROM bundle WHERE state IN ('done', 'failed') AND kept_until <= %(now)s ORDER BY kept_until LIMIT 1
    """
    return await row(work.connection, Job, query, {"now": work.now})


async def keep_until(work: Work, bundle_id: UUID, moment: datetime) -> None:
    """Notes until when the bundle's bytes are kept."""
    query = "UPDATE bundle SET kept_until = %(moment)s WHERE company_id = %(me)s AND bundle_id = %(bundle_id)s"
    await run(work.connection, query, {"me": work.tenant, "bundle_id": bundle_id, "moment": moment})


async def settle(work: Work, bundle: Bundle, state: BundleState, report: dict[str, Any], trouble: str = "") -> None:
    """Notes how a bundle ended."""
    await run(
        work.connection,
        """
        UPDATE bundle SET state = %(state)s, settled_at = %(now)s, report = %(report)s, trouble = %(trouble)s
        WHERE company_id = %(me)s AND bundle_id = %(bundle_id)s
        """,
        {"me": work.tenant, "bundle_id": bundle.bundle_id, "state": state, "now": work.now, "report": json.dumps(report), "trouble": trouble},
    )


async def put_bytes(work: Work, bundle_id: UUID, digest: str | None, size: int | None, sealed_key: bytes | None) -> None:
    """Notes what the bundle's bytes are; without a key they are gone."""
    await run(
        work.connection,
        """
        UPDATE bundle SET digest = coalesce(%(digest)s, digest), size = coalesce(%(size)s, size), sealed_key = %(sealed_key)s
        WHERE company_id = %(me)s AND bundle_id = %(bundle_id)s
        """,
        {"me": work.tenant, "bundle_id": bundle_id, "digest": digest, "size": size, "sealed_key": sealed_key},
    )


async def put_place(work: Work, bundle_id: UUID, place: dict[str, Any]) -> None:
    """Notes how far a bundle has been taken up."""
    await run(
        work.connection,
        "UPDATE bundle SET place = %(place)s WHERE company_id = %(me)s AND bundle_id = %(bundle_id)s",
        {"me": work.tenant, "bundle_id": bundle_id, "place": json.dumps(place)},
    )


async def carried(work: Work, after: str | None, limit: int) -> list[CarriedRecord]:
    """What the pinned company has carried along, by record."""
    return await rows(
        work.connection,
        CarriedRecord,
        """
        SELECT record_id, origin, kind, content, reason, carried_at FROM carried_record
        WHERE company_id = %(me)s AND (%(after)s::text IS NULL OR record_id > %(after)s) ORDER BY record_id LIMIT %(limit)s
        """,
        {"me": work.tenant, "after": after, "limit": limit},
    )


async def carry(work: Work, origin: str, kind: str, records: list[tuple[str, str, str]]) -> None:
    """Carries records along: (record, JSON, reason) each. One that is there already gets the newer reason's place only if it was removed."""
    await run(
        work.connection,
        """
        INSERT INTO carried_record (company_id, record_id, origin, kind, content, reason, carried_at)
        SELECT %(me)s, record_id, %(origin)s, %(kind)s, content, reason, %(now)s
        FROM unnest(%(ids)s::text[], %(contents)s::jsonb[], %(reasons)s::text[]) AS given (record_id, content, reason)
        ON CONFLICT (company_id, record_id) DO NOTHING
        """,
        {"me": work.tenant, "origin": origin, "kind": kind, "now": work.now, "ids": [each[0] for each in records],
         "contents": [each[1] for each in records], "reasons": [each[2] for each in records]},
    )  # fmt: skip


async def uncarry(work: Work, record_ids: list[str]) -> None:
    """Forgets carried records that have found their place."""
    await run(
        work.connection,
        "DELETE FROM carried_record WHERE company_id = %(me)s AND record_id = ANY(%(ids)s)",
        {"me": work.tenant, "ids": record_ids},
    )


async def departure(work: Work) -> Departure | None:
    """The pinned company's announced departure, else its latest: a clock that was set back does not hide the one that stands."""
    query = f"{_DEPARTURE} WHERE company_id = %(me)s ORDER BY (state = 'announced') DESC, announced_at DESC LIMIT 1"
    return await row(work.connection, Departure, query, {"me": work.tenant})


async def announce(work: Work, departure: Departure) -> None:
    """Notes that the pinned company leaves."""
    await run(
        work.connection,
        """
        INSERT INTO departure (company_id, departure_id, state, announced_at, effective_at)
        VALUES (%(me)s, %(departure_id)s, 'announced', %(now)s, %(effective_at)s)
        """,
        {"me": work.tenant, "departure_id": departure.departure_id, "now": work.now, "effective_at": departure.effective_at},
    )


async def settle_departure(work: Work, departure_id: UUID, state: str) -> None:
    """Notes that a departure was cancelled or carried out."""
    await run(
        work.connection,
        "UPDATE departure SET state = %(state)s, settled_at = %(now)s WHERE company_id = %(me)s AND departure_id = %(departure_id)s",
        {"me": work.tenant, "departure_id": departure_id, "state": state, "now": work.now},
    )


async def due(work: Work, limit: int) -> list[tuple[UUID, UUID]]:
    """(company, departure) whose time of grace is over."""
    cursor = await work.connection.execute(
        """
        SELECT company_id, departure_id FROM departure WHERE state = 'announced' AND effective_at <= %(now)s ORDER BY effective_at LIMIT %(limit)s
        """,
        {"now": work.now, "limit": limit},
    )
    return [(company_id, departure_id) for company_id, departure_id in await cursor.fetchall()]


async def evidence_keys(work: Work, *, own: bool) -> list[tuple[UUID, UUID, str, bytes]]:
    """(owner, evidence, where it lies, sealed key) of the pinned company's evidence, or of what others have handed to it."""
    whose = "=" if own else "<>"
    cursor = await work.connection.execute(
        f"""
        SELECT company_id, evidence_id, stored, sealed_key FROM evidence_item
        WHERE company_id {whose} %(me)s AND sealed_key IS NOT NULL ORDER BY evidence_id
        """,
        {"me": work.tenant},
    )
    return [(owner_id, evidence_id, stored, bytes(sealed)) for owner_id, evidence_id, stored, sealed in await cursor.fetchall()]


async def kept_files(work: Work) -> list[tuple[UUID, str]]:
    """(file, digest) of the pinned company's files of the Japanese interface whose bytes are kept."""
    cursor = await work.connection.execute(
        "SELECT file_id, digest FROM evidence_file WHERE company_id = %(me)s AND digest IS NOT NULL ORDER BY file_id", {"me": work.tenant}
    )
    return [(file_id, digest) for file_id, digest in await cursor.fetchall()]
