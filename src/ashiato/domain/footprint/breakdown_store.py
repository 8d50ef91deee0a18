"""The SQL of footprints as pages tell them: what was found out when they were computed, instead of all that they follow from."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from ashiato.kernel.ids import PartId
from ashiato.plumbing.db import Question


@dataclass(frozen=True, slots=True)
class StoredOutline:
    """A computed footprint without its package."""

    footprint_id: UUID
    part_id: UUID
    package_digest: str
    result: str
    computed_at: datetime
    breakdown: str | None


def newest_outlines(part_ids: list[PartId], method: str) -> Question[StoredOutline]:
    """The newest footprint under a method of each of these parts of the pinned company. What it follows from stays where it is."""
    return Question(
        StoredOutline,
        """
        SELECT newest.* FROM unnest(%(part_ids)s::uuid[]) AS wanted CROSS JOIN LATERAL (
            SELECT footprint_id, part_id, package_digest, result, computed_at, breakdown FROM footprint
            WHERE company_id = (SELECT tenant()) AND part_id = wanted AND method = %(method)s
            ORDER BY computed_at DESC, footprint_id DESC LIMIT 1
        ) AS newest
        """,
        {"part_ids": part_ids, "method": method},
    )


def outline(footprint_id: UUID) -> Question[StoredOutline]:
    """A footprint of the pinned company. What it follows from stays where it is."""
    return Question(
        StoredOutline,
        """
        SELECT footprint_id, part_id, package_digest, result, computed_at, breakdown
        FROM footprint WHERE company_id = (SELECT tenant()) AND footprint_id = %(footprint_id)s
        """,
        {"footprint_id": footprint_id},
    )
