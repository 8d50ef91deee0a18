"""Tracks: what became of a write, by the number that its answer carried, kept in the transaction that had the effect."""

from dataclasses import dataclass
from datetime import datetime

from ashiato.plumbing.db import rows, run
from ashiato.plumbing.unit_of_work import Work


@dataclass(frozen=True, slots=True)
class Track:
    """One write of the pinned company's."""

    track_id: str
    accepted_at: datetime
    succeeded: bool


async def keep(work: Work, track_id: str, *, succeeded: bool) -> None:
    """Notes what became of a write; what was noted first counts."""
    await run(
        work.connection,
        """
        INSERT INTO track (company_id, track_id, accepted_at, succeeded) VALUES (%(me)s, %(track_id)s, %(now)s, %(succeeded)s)
        ON CONFLICT DO NOTHING
        """,
        {"me": work.tenant, "now": work.now, "track_id": track_id, "succeeded": succeeded},
    )


async def found(work: Work, track_ids: list[str]) -> list[Track]:
    """The pinned company's writes among these, by number."""
    return await rows(
        work.connection,
        Track,
        "SELECT track_id, accepted_at, succeeded FROM track WHERE company_id = %(me)s AND track_id = ANY(%(track_ids)s) ORDER BY track_id",
        {"me": work.tenant, "track_ids": track_ids},
    )
