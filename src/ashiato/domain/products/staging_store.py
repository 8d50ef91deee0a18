"""The SQL that merges many parts and links at once, from staging tables."""

import json
from collections.abc import Iterable, Iterator
from decimal import Decimal

import numpy as np

from ashiato.domain.products.model import Changes, NewPart
from ashiato.plumbing.db import run
from ashiato.plumbing.progress import Progress
from ashiato.plumbing.staging import Block, Column, Columns, Merge, by_columns, by_rows, staged
from ashiato.plumbing.unit_of_work import Work


def _extra(stated: dict[str, str] | None) -> str:
    return json.dumps(stated, sort_keys=True) if stated else "{}"


async def outlines(work: Work, part_numbers: list[str]) -> list[tuple[str, str, Decimal | None, str]]:
    """Part number, declared unit, mass of one and sourcing of the registered ones among these part numbers."""
    cursor = await work.connection.execute(
        """
        SELECT part_number, declared_unit, mass_kg, sourcing FROM part
        WHERE company_id = %(company_id)s AND part_number = ANY(%(numbers)s)
        """,
        {"company_id": work.tenant, "numbers": part_numbers},
    )
    return await cursor.fetchall()


_STATED_PART = """
    part_id uuid, part_number text, name text, declared_unit text, sourcing text, mass_kg numeric, site_code text,
    supplier_number text, supplier_part_number text, extra jsonb
"""


async def put_parts(work: Work, parts: Iterable[NewPart]) -> Changes:
    """Registers parts, or changes those with the same part number."""
    stated = (
        (work.new_id(), part.part_number, part.name, part.declared_unit, part.sourcing, part.mass_kg, part.site_code,
         part.supplier_number, part.supplier_part_number, _extra(part.extra))
        for part in parts
    )  # fmt: skip
    return await _put_parts(work, by_rows(stated))


async def put_parts_by_columns(work: Work, tables: Iterable[Columns], progress: Progress) -> Changes:
    """Registers parts, or changes those with the same part number: tables with the columns of `NewPart`."""

    def stated() -> Iterator[Columns]:
        for *columns, extra in tables:
            count = len(extra.places)
            ids = Column([work.new_id() for _ in range(count)], np.arange(count))
            yield (ids, *columns, extra.each(_extra))

    return await _put_parts(work, by_columns(stated(), progress))


async def _put_parts(work: Work, blocks: Iterable[Block]) -> Changes:
    params = {"company_id": work.tenant, "now": work.now}
    async with staged(work.connection, "stated_part", _STATED_PART, blocks) as count:
        if not count:
            return Changes()
        changed = await run(
            work.connection,
            """
            UPDATE part
            SET name = stated.name, declared_unit = stated.declared_unit, mass_kg = stated.mass_kg, site_id = site.site_id,
                sourcing = stated.sourcing, supplier_number = stated.supplier_number,
                supplier_part_number = stated.supplier_part_number, extra = stated.extra
            FROM stated_part AS stated
            LEFT JOIN site ON site.company_id = %(company_id)s AND site.code = stated.site_code
            WHERE part.company_id = %(company_id)s AND part.part_number = stated.part_number
              AND (part.name, part.declared_unit, part.mass_kg, part.site_id, part.sourcing, part.supplier_number,
                   part.supplier_part_number, part.extra)
                  IS DISTINCT FROM
                  (stated.name, stated.declared_unit, stated.mass_kg, site.site_id, stated.sourcing, stated.supplier_number,
                   stated.supplier_part_number, stated.extra)
            """,
            params,
        )
        new = await run(
            work.connection,
            """
            INSERT INTO part (company_id, part_id, part_number, name, declared_unit, mass_kg, site_id, sourcing,
                              supplier_number, supplier_part_number, registered_at, extra)
            SELECT %(company_id)s, stated.part_id, part_number, stated.name, declared_unit, mass_kg, site.site_id, sourcing,
                   supplier_number, supplier_part_number, %(now)s, stated.extra
            FROM stated_part AS stated
            LEFT JOIN site ON site.company_id = %(company_id)s AND site.code = stated.site_code
            WHERE NOT EXISTS (SELECT FROM part WHERE part.company_id = %(company_id)s AND part.part_number = stated.part_number)
            """,
            params,
        )
    return Changes(new, changed, count - new - changed)


_STATED_COMPONENT = "parent text, child text, amount numeric, unit text, extra jsonb"
_STRUCTURE = Merge(
    name="stated_link",
    standing="""
    SELECT EXISTS (
        SELECT FROM stated_component AS stated
        JOIN part AS parent ON parent.company_id = %(company_id)s AND parent.part_number = stated.parent
        JOIN part_structure AS link ON link.company_id = %(company_id)s AND link.parent_id = parent.part_id
    )
""",
    resolve="""
    SELECT parent.company_id, parent.part_id AS parent_id, child.part_id AS child_id, amount, unit, coalesce(stated.extra, '{}') AS extra
    FROM stated_component AS stated
    JOIN part AS parent ON parent.company_id = %(company_id)s AND parent.part_number = stated.parent
    JOIN part AS child ON child.company_id = %(company_id)s AND child.part_number = stated.child
    ORDER BY parent_id, child_id
""",
    remove="""
    DELETE FROM part_structure AS link
    WHERE link.company_id = %(company_id)s AND link.parent_id IN (SELECT parent_id FROM stated_link)
      AND NOT EXISTS (SELECT FROM stated_link AS stated WHERE stated.parent_id = link.parent_id AND stated.child_id = link.child_id)
""",
    change="""
    UPDATE part_structure AS link SET amount = stated.amount, unit = stated.unit, extra = stated.extra
    FROM stated_link AS stated
    WHERE link.company_id = %(company_id)s AND link.parent_id = stated.parent_id AND link.child_id = stated.child_id
      AND (link.amount, link.unit, link.extra) IS DISTINCT FROM (stated.amount, stated.unit, stated.extra)
""",
    into="INSERT INTO part_structure (company_id, parent_id, child_id, amount, unit, extra)",
    add="""
    SELECT company_id, parent_id, child_id, amount, unit, extra FROM stated_link AS stated
    WHERE NOT EXISTS (
        SELECT FROM part_structure AS link
        WHERE link.company_id = %(company_id)s AND link.parent_id = stated.parent_id AND link.child_id = stated.child_id
    )
""",
)


async def replace_structure(work: Work, tables: Iterable[Columns], progress: Progress) -> Changes:
    """Gives each parent named here exactly these components: tables with the columns of `NewComponent`. All parts must be registered."""
    stated = ((*columns, extra.each(_extra)) for *columns, extra in tables)
    blocks = by_columns(stated, progress)
    return Changes(*await _STRUCTURE.carried_out(work.connection, "stated_component", _STATED_COMPONENT, blocks, {"company_id": work.tenant}))
