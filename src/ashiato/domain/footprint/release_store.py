"""The SQL of keeping releases, and of finding the newest one of many parts."""

from collections.abc import Sequence
from dataclasses import dataclass

from psycopg.types.json import Jsonb

from ashiato.domain.footprint.store import OwnRelease
from ashiato.kernel.ids import PartId
from ashiato.plumbing.db import Question, run_each
from ashiato.plumbing.keys import Signature
from ashiato.plumbing.unit_of_work import Work


@dataclass(frozen=True, slots=True)
class Frozen:
    """A release, and what its recipients will see: its canonical JSON, its digest and its signature."""

    release: OwnRelease
    snapshot: str
    digest: str
    signature: Signature


async def add_releases(work: Work, frozen: Sequence[Frozen]) -> None:
    """Keeps releases and what their recipients will see."""
    params = [
        {
            "company_id": work.tenant, "release_id": one.release.release_id, "part_id": one.release.part_id,
            "footprint_id": one.release.footprint_id, "version": one.release.version, "released_at": one.release.released_at,
            "snapshot": one.snapshot, "digest": one.digest, "signature": Jsonb({"jws": one.signature.jws, "key": one.signature.key}),
        }
        for one in frozen
    ]  # fmt: skip
    await run_each(
        work.connection,
        """
        WITH released AS (
            INSERT INTO release (company_id, release_id, part_id, footprint_id, version, released_at)
            VALUES (%(company_id)s, %(release_id)s, %(part_id)s, %(footprint_id)s, %(version)s, %(released_at)s)
        )
        INSERT INTO release_snapshot (company_id, release_id, snapshot, digest, signature)
        VALUES (%(company_id)s, %(release_id)s, %(snapshot)s, %(digest)s, %(signature)s)
        """,
        params,
    )


def latest_releases(part_ids: list[PartId]) -> Question[OwnRelease]:
    """The newest release of each of these parts of the pinned company."""
    return Question(
        OwnRelease,
        """
        SELECT newest.* FROM unnest(%(part_ids)s::uuid[]) AS wanted CROSS JOIN LATERAL (
            SELECT release_id, part_id, footprint_id, version, released_at FROM release
            WHERE company_id = (SELECT tenant()) AND part_id = wanted ORDER BY version DESC LIMIT 1
        ) AS newest
        """,
        {"part_ids": part_ids},
    )
