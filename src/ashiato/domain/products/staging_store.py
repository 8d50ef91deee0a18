"""The SQL that merges many parts and links at once, from staging tables."""

import json
from collections.abc import Iterable, Iterator
from decimal import Decimal

import numpy as np

from ashiato.domain.products.model import Changes, NewPart
from ashiato.plumbing.db import text_array
from ashiato.plumbing.progress import Progress
from ashiato.plumbing.staging import Block, Column, Columns, Merge, by_columns, by_rows, in_order
from ashiato.plumbing.unit_of_work import Work


def _extra(stated: dict[str, str] | None) -> str:
    return json.dumps(stated, sort_keys=True) if stated else "{}"


async def outlines(work: Work, part_numbers: list[str]) -> list[tuple[str, str, Decimal | None, str]]:
    """Part number, declared unit, mass of one and sourcing of the registered ones among these part numbers."""
    cursor = await work.connection.execute(
        """
        SELECT part_number, declared_unit, mass_kg, sourcing FROM part
        WHERE company_id = %(company_id)s AND part_number = ANY(%(numbers)s::text[])
        """,
        {"company_id": work.tenant, "numbers": text_array(part_numbers)},
    )
    return await cursor.fetchall()


async def in_order_of_ids(work: Work, part_numbers: Iterable[str]) -> tuple[dict[str, int], str]:
    """Where the registered ones among these part numbers stand in the order of their identifiers, from 1; and these, as the text of an array."""
    cursor = await work.connection.execute(
        """
        SELECT coalesce(array_agg(part_number), '{}'), coalesce(array_agg(part_id), '{}')::text
        FROM (
            SELECT part_number, part_id FROM part WHERE company_id = %(company_id)s AND part_number = ANY(%(numbers)s::text[]) ORDER BY part_id
        ) AS named
        """,
        {"company_id": work.tenant, "numbers": text_array(sorted(dict.fromkeys(part_numbers)))},  # as they come, which is nearly in order
    )
    numbers, ids = await cursor.fetchone() or ([], "{}")
    return {number: place for place, number in enumerate(numbers, 1)}, ids


_PARTS = Merge(
    staging="stated_part",
    columns="""
    part_id uuid, part_number text, name text, declared_unit text, sourcing text, mass_kg numeric, site_code text,
    supplier_number text, supplier_part_number text, extra jsonb
""",
    resolve="""
    SELECT %(company_id)s::uuid AS company_id, part_id, part_number, stated.name, declared_unit, mass_kg, site.site_id, sourcing,
           supplier_number, supplier_part_number, %(now)s::timestamptz AS registered_at, stated.extra
    FROM stated_part AS stated
    LEFT JOIN site ON site.company_id = %(company_id)s AND site.code = stated.site_code
""",
    table="part",
    into="""
    INSERT INTO part (company_id, part_id, part_number, name, declared_unit, mass_kg, site_id, sourcing,
                      supplier_number, supplier_part_number, registered_at, extra)
""",
    key="part_number",
    name="stated_own_part",
    change="""
    UPDATE part
    SET name = stated.name, declared_unit = stated.declared_unit, mass_kg = stated.mass_kg, site_id = stated.site_id,
        sourcing = stated.sourcing, supplier_number = stated.supplier_number,
        supplier_part_number = stated.supplier_part_number, extra = stated.extra
    FROM stated_own_part AS stated
    WHERE part.company_id = %(company_id)s AND part.part_number = stated.part_number
      AND (part.name, part.declared_unit, part.mass_kg, part.site_id, part.sourcing, part.supplier_number,
           part.supplier_part_number, part.extra)
          IS DISTINCT FROM
          (stated.name, stated.declared_unit, stated.mass_kg, stated.site_id, stated.sourcing, stated.supplier_number,
           stated.supplier_part_number, stated.extra)
""",
)


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
            ids = Column(work.new_ids(count), np.arange(count))
            yield (ids, *columns, extra.each(_extra))

    return await _put_parts(work, by_columns(stated(), progress))


async def _put_parts(work: Work, blocks: Iterable[Block]) -> Changes:
    return Changes(*await _PARTS.carried_out(work.connection, blocks, {"company_id": work.tenant, "now": work.now}))


_STRUCTURE = Merge(
    staging="stated_component",
    columns="parent integer, child integer, amount numeric, unit text, extra jsonb",
    resolve="""
    SELECT %(company_id)s::uuid AS company_id, named.ids[parent] AS parent_id, named.ids[child] AS child_id, amount, unit, extra
    FROM stated_component, (SELECT %(ids)s::uuid[] AS ids) AS named
""",
    table="part_structure",
    into="INSERT INTO part_structure (company_id, parent_id, child_id, amount, unit, extra)",
    key="parent_id, child_id",
    name="stated_link",
    change="""
    UPDATE part_structure AS link SET amount = stated.amount, unit = stated.unit, extra = stated.extra
    FROM stated_link AS stated
    WHERE link.company_id = %(company_id)s AND link.parent_id = stated.parent_id AND link.child_id = stated.child_id
      AND (link.amount, link.unit, link.extra) IS DISTINCT FROM (stated.amount, stated.unit, stated.extra)
""",
    remove="""
    DELETE FROM part_structure AS link
    WHERE link.company_id = %(company_id)s AND link.parent_id IN (SELECT parent_id FROM stated_link)
      AND NOT EXISTS (SELECT FROM stated_link AS stated WHERE stated.parent_id = link.parent_id AND stated.child_id = link.child_id)
""",
)


async def replace_structure(work: Work, tables: Iterable[Columns], progress: Progress) -> Changes:
    """Gives each parent named here exactly these components: tables with the columns of `NewComponent`. All parts must be registered."""
    stated = list(tables)
    named = (number for parents, children, *_ in stated for number in (*parents.values, *children.values) if number)
    places, ids = await in_order_of_ids(work, named)
    by_place = (
        in_order((parents.each(places.get), children.each(places.get), *columns, extra.each(_extra)), keys=2)
        for parents, children, *columns, extra in stated
    )
    params = {"company_id": work.tenant, "ids": ids}
    return Changes(*await _STRUCTURE.carried_out(work.connection, by_columns(by_place, progress), params))
