"""The SQL of footprints that other systems sent."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from ashiato.plumbing.db import Question, row, rows, run
from ashiato.plumbing.unit_of_work import Work


@dataclass(frozen=True, slots=True)
class StoredFootprint:
    """A received footprint: the document as it came, and in canonical JSON what it means, what was lost and what is wrong with it."""

    received_id: UUID
    partner_id: UUID
    footprint_id: str
    version: int
    document: str
    digest: str
    meaning: str | None
    losses: str
    flaws: str
    state: str
    request_id: UUID | None
    release_id: UUID | None
    received_at: datetime
    settled_at: datetime | None


_RECEIVED = """
    SELECT received_id, partner_id, footprint_id, version, document, digest, meaning, losses, flaws, state, request_id, release_id,
           received_at, settled_at
    FROM received_footprint
"""


async def add(work: Work, stored: StoredFootprint) -> bool:
    """Keeps a received footprint; false where the very same document is kept already."""
    return bool(
        await run(
            work.connection,
            """
            INSERT INTO received_footprint (company_id, received_id, partner_id, footprint_id, version, document, digest, meaning, losses, flaws,
                                            state, request_id, received_at)
            VALUES (%(me)s, %(received_id)s, %(partner_id)s, %(footprint_id)s, %(version)s, %(document)s, %(digest)s, %(meaning)s, %(losses)s,
                    %(flaws)s, %(state)s, %(request_id)s, %(now)s)
            ON CONFLICT (company_id, partner_id, footprint_id, digest) DO NOTHING
            """,
            {
                "me": work.tenant, "received_id": stored.received_id, "partner_id": stored.partner_id, "footprint_id": stored.footprint_id,
                "version": stored.version, "document": stored.document, "digest": stored.digest, "meaning": stored.meaning,
                "losses": stored.losses, "flaws": stored.flaws, "state": stored.state, "request_id": stored.request_id, "now": work.now,
            },
        )
    )  # fmt: skip


async def settle(work: Work, received_id: UUID, state: str, request_id: UUID | None, release_id: UUID | None) -> None:
    """Notes what became of a received footprint."""
    await run(
        work.connection,
        """
        UPDATE received_footprint SET state = %(state)s, request_id = coalesce(%(request_id)s, request_id),
               release_id = coalesce(%(release_id)s, release_id), settled_at = %(now)s
        WHERE company_id = %(me)s AND received_id = %(received_id)s
        """,
        {"me": work.tenant, "received_id": received_id, "state": state, "request_id": request_id, "release_id": release_id, "now": work.now},
    )


async def one(work: Work, received_id: UUID) -> StoredFootprint | None:
    """A footprint that the pinned company received."""
    query = f"{_RECEIVED} WHERE company_id = %(me)s AND received_id = %(received_id)s"
    return await row(work.connection, StoredFootprint, query, {"me": work.tenant, "received_id": received_id})


async def answering(work: Work, partner_id: UUID, footprint_ids: list[str]) -> list[StoredFootprint]:
    """Those of these footprints of a partner that answer a request of the pinned company's, or did and nothing took their place; newest first."""
    return await rows(
        work.connection,
        StoredFootprint,
        f"""
        {_RECEIVED} WHERE company_id = %(me)s AND partner_id = %(partner_id)s AND footprint_id = ANY(%(footprint_ids)s)
          AND (state = 'accepted' OR (state = 'superseded' AND NOT EXISTS (
              SELECT FROM received_footprint AS other
              WHERE other.company_id = %(me)s AND other.request_id = received_footprint.request_id AND other.state = 'accepted')))
        ORDER BY settled_at DESC, received_id
        """,
        {"me": work.tenant, "partner_id": partner_id, "footprint_ids": footprint_ids},
    )


async def ancestry(work: Work, partner_id: UUID) -> list[str]:
    """What each footprint that came from a partner means, newest first."""
    found = await rows(
        work.connection,
        StoredFootprint,
        f"{_RECEIVED} WHERE company_id = %(me)s AND partner_id = %(partner_id)s AND meaning IS NOT NULL ORDER BY received_at DESC LIMIT 5000",
        {"me": work.tenant, "partner_id": partner_id},
    )
    return [stored.meaning for stored in found if stored.meaning]


def listed(states: list[str], after: tuple[datetime, UUID] | None, limit: int) -> Question[StoredFootprint]:
    """The footprints in these states that the pinned company received, newest first, from after the given one."""
    received_at, received_id = after or (None, None)
    params = {"states": states, "limit": limit}
    return Question(
        StoredFootprint,
        f"""
        {_RECEIVED} WHERE company_id = (SELECT tenant()) AND state = ANY(%(states)s)
          {"AND (received_at, received_id) < (%(received_at)s, %(received_id)s)" if after else ""}
        ORDER BY received_at DESC, received_id DESC LIMIT %(limit)s
        """,
        params | {"received_at": received_at, "received_id": received_id} if after else params,
    )
