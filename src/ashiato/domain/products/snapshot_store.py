"""The SQL of snapshots of parts and structures."""

from dataclasses import dataclass

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
    """The number of the last change, and the one from which on the list of changes tells everything."""

    number: int
    whole_since: int


async def last_change(work: Work) -> Numbered:
    """Up to where the pinned company's parts and structures are numbered."""
    found = await row(
        work.connection,
        Numbered,
        "SELECT number, whole_since FROM structure_number WHERE company_id = %(company_id)s",
        {"company_id": work.tenant},
    )
    return found or Numbered(0, 0)


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
