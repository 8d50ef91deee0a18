"""The SQL of snapshots of parts and structures."""

from dataclasses import dataclass
from uuid import UUID

import numpy as np

from ashiato.kernel.quantity import UNITS
from ashiato.plumbing.db import copied, row
from ashiato.plumbing.mapped import Rows
from ashiato.plumbing.unit_of_work import Work

PART = np.dtype([("part", "S16"), ("mass_kg", "f8"), ("unit", "i4"), ("made", "i4")])
LINK = np.dtype([("parent", "S16"), ("child", "S16"), ("amount", "f8"), ("unit", "i4")])
CHANGED = np.dtype([("part", "S16")])


@dataclass(frozen=True, slots=True)
class Numbered:
    """The number and the mark of the last change, and the number from which on the list of changes tells everything."""

    number: int
    mark: UUID
    whole_since: int

    @property
    def moment(self) -> "Moment":
        """The last change, as a snapshot remembers it."""
        return Moment(self.number, self.mark)


@dataclass(frozen=True, slots=True)
class Moment:
    """A numbered change, and its random mark: of two databases, or of two pasts of one, no change has the same."""

    number: int
    mark: UUID


_BEFORE_ALL = UUID(int=0)  # nothing has changed yet


async def last_change(work: Work) -> Numbered:
    """Up to where the pinned company's parts and structures are numbered; number 0 where there are none yet."""
    found = await row(
        work.connection,
        Numbered,
        """
        SELECT number, mark, whole_since FROM structure_number JOIN structure_moment USING (company_id, number)
        WHERE company_id = %(company_id)s
        """,
        {"company_id": work.tenant},
    )
    return found or Numbered(0, _BEFORE_ALL, 0)


async def has_been(work: Work, moment: Moment) -> bool:
    """Whether this change is one of the pinned company's last thousand."""
    found = await row(
        work.connection,
        Moment,
        "SELECT number, mark FROM structure_moment WHERE company_id = %(company_id)s AND number = %(number)s AND mark = %(mark)s",
        {"company_id": work.tenant, "number": moment.number, "mark": moment.mark},
    )
    return found is not None


async def changed_since(work: Work, number: int) -> Rows:
    """The parts that changed, or what goes into which changed, after this number."""
    return await copied(
        work.connection,
        CHANGED,
        "SELECT part_id FROM structure_change WHERE company_id = %(company_id)s AND number > %(number)s ORDER BY part_id",
        {"company_id": work.tenant, "number": number},
    )


async def parts_since(work: Work, number: int | None) -> Rows:
    """The pinned company's parts by identifier: those that changed after this number, or all.

    A unit is its place in `UNITS`, a mass that is not known 0.
    """
    return await copied(
        work.connection,
        PART,
        """
        SELECT part_id, coalesce(mass_kg, 0)::float8, array_position(%(units)s::text[], declared_unit) - 1, (sourcing = 'made')::int4
        FROM part
        WHERE company_id = %(company_id)s AND (%(number)s::bigint IS NULL OR part_id IN (
            SELECT part_id FROM structure_change WHERE company_id = %(company_id)s AND number > %(number)s))
        ORDER BY part_id
        """,
        {"company_id": work.tenant, "number": number, "units": list(UNITS)},
    )


async def links_since(work: Work, number: int | None) -> Rows:
    """The pinned company's links by parent and child: those of parents that changed after this number, or all."""
    return await copied(
        work.connection,
        LINK,
        """
        SELECT parent_id, child_id, amount::float8, array_position(%(units)s::text[], unit) - 1
        FROM part_structure
        WHERE company_id = %(company_id)s AND (%(number)s::bigint IS NULL OR parent_id IN (
            SELECT part_id FROM structure_change WHERE company_id = %(company_id)s AND number > %(number)s))
        ORDER BY parent_id, child_id
        """,
        {"company_id": work.tenant, "number": number, "units": list(UNITS)},
    )
