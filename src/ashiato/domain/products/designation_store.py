"""The SQL of parts by item, supplement and site."""

from dataclasses import dataclass
from decimal import Decimal
from typing import Any
from uuid import UUID

from ashiato.plumbing.db import Question, row, rows, run, value
from ashiato.plumbing.unit_of_work import Work


@dataclass(frozen=True, slots=True)
class Designated:
    """A part in the words of the Japanese interface. `unit` is None where its company states none."""

    part_id: UUID
    site_id: UUID
    item: str
    supplement: str | None
    label: str | None
    notes: list[str | None]
    unit: str | None
    terminal: bool
    sourcing: str


@dataclass(frozen=True, slots=True)
class Portion:
    """So much of a part goes into one declared unit of the parent."""

    parent_id: UUID
    part: Designated
    amount: Decimal


# A part that was registered elsewhere says by its structure that it is the end of a chain: it is made here, of nothing that is listed.
_WORDS = """
    part.part_id, coalesce(part.site_id, '00000000-0000-0000-0000-000000000000') AS site_id, part.item, part.supplement, part.label, part.notes,
    CASE WHEN part.unit_stated THEN part.declared_unit END AS unit,
    part.terminal OR (part.designation IS NULL AND part.sourcing = 'made' AND NOT EXISTS (
        SELECT FROM part_structure AS inside WHERE inside.company_id = part.company_id AND inside.parent_id = part.part_id OFFSET 0)) AS terminal,
    part.sourcing
"""
_STANDING = "part.company_id = %(me)s AND part.withdrawn_at IS NULL"
_LIVING = "part.company_id = %(me)s AND part.withdrawn_at IS NULL AND part.site_id IS NOT NULL"


async def designated(work: Work, part_ids: list[UUID]) -> list[Designated]:
    """The pinned company's living parts among these."""
    return await rows(
        work.connection,
        Designated,
        f"SELECT {_WORDS} FROM part WHERE {_LIVING} AND part.part_id = ANY(%(part_ids)s)",
        {"me": work.tenant, "part_ids": part_ids},
    )


def standing(me: UUID | None, part_ids: list[UUID]) -> Question[Designated]:
    """A company's parts among these that are not withdrawn, those without a site too."""
    query = f"SELECT {_WORDS} FROM part WHERE {_STANDING} AND part.part_id = ANY(%(part_ids)s)"
    return Question(Designated, query, {"me": me, "part_ids": part_ids})


async def catalogue(
    work: Work, *, part_id: UUID | None, item: str | None, site_id: UUID | None, made: bool | None, start: UUID | None, limit: int
) -> list[Designated]:
    """The pinned company's living parts by item, from the part `start` on."""
    return await rows(
        work.connection,
        Designated,
        f"""
        SELECT {_WORDS} FROM part
        WHERE {_LIVING}
          AND (%(start)s::uuid IS NULL OR (part.item COLLATE "C", part.part_id) >= (
              SELECT first.item COLLATE "C", first.part_id FROM part AS first WHERE first.company_id = %(me)s AND first.part_id = %(start)s))
          AND (%(part_id)s::uuid IS NULL OR part.part_id = %(part_id)s)
          AND (%(item)s::text IS NULL OR part.item = %(item)s)
          AND (%(site_id)s::uuid IS NULL OR part.site_id = %(site_id)s)
          AND (%(made)s::boolean IS NULL OR (part.sourcing = 'made') = %(made)s)
        ORDER BY part.item COLLATE "C", part.part_id LIMIT %(limit)s
        """,
        {"me": work.tenant, "start": start, "part_id": part_id, "item": item, "site_id": site_id, "made": made, "limit": limit},
    )


async def portions(work: Work, parent_ids: list[UUID]) -> list[Portion]:
    """What goes directly into these parts, by item."""
    cursor = await work.connection.execute(
        f"""
        SELECT part_structure.parent_id, part_structure.amount, {_WORDS}
        FROM part_structure JOIN part ON part.company_id = part_structure.company_id AND part.part_id = part_structure.child_id
        WHERE part_structure.company_id = %(me)s AND part_structure.parent_id = ANY(%(parent_ids)s) AND {_LIVING}
        ORDER BY part_structure.parent_id, part.item COLLATE "C", part.part_id
        """,
        {"me": work.tenant, "parent_ids": parent_ids},
    )
    return [Portion(found[0], Designated(*found[2:]), found[1]) for found in await cursor.fetchall()]


async def by_designation(work: Work, wanted: list[Designated]) -> list[Designated]:
    """The living parts with these sites, items and supplements."""
    return await rows(
        work.connection,
        Designated,
        f"""
        SELECT {_WORDS} FROM part
        JOIN unnest(%(sites)s::uuid[], %(items)s::text[], %(supplements)s::text[]) AS wanted (site_id, item, supplement)
          ON part.site_id = wanted.site_id AND part.item = wanted.item AND coalesce(part.supplement, '') = coalesce(wanted.supplement, '')
        WHERE {_LIVING}
        """,
        {
            "me": work.tenant, "sites": [part.site_id for part in wanted], "items": [part.item for part in wanted],
            "supplements": [part.supplement for part in wanted],
        },
    )  # fmt: skip


async def foreign_sites(work: Work, site_ids: list[UUID]) -> int:
    """How many of these are no sites of the pinned company's."""
    return int(
        await value(
            work.connection,
            """
            SELECT count(*) FROM unnest(%(site_ids)s::uuid[]) AS wanted (site_id)
            WHERE NOT EXISTS (SELECT FROM site WHERE site.company_id = %(me)s AND site.site_id = wanted.site_id)
            """,
            {"me": work.tenant, "site_ids": site_ids},
        )
    )


def _columns(work: Work, parts: list[Designated]) -> dict[str, object]:
    return {
        "me": work.tenant, "now": work.now, "ids": [part.part_id for part in parts], "sites": [part.site_id for part in parts],
        "items": [part.item for part in parts], "supplements": [part.supplement for part in parts], "labels": [part.label for part in parts],
        "first": [part.notes[0] for part in parts], "second": [part.notes[1] for part in parts], "third": [part.notes[2] for part in parts],
        "units": [part.unit for part in parts], "terminals": [part.terminal for part in parts], "sourcings": [part.sourcing for part in parts],
    }  # fmt: skip


_STATED = """
    unnest(%(ids)s::uuid[], %(sites)s::uuid[], %(items)s::text[], %(supplements)s::text[], %(labels)s::text[], %(first)s::text[],
           %(second)s::text[], %(third)s::text[], %(units)s::text[], %(terminals)s::boolean[], %(sourcings)s::text[])
    AS stated (part_id, site_id, item, supplement, label, first, second, third, unit, terminal, sourcing)
"""


async def add(work: Work, parts: list[Designated]) -> None:
    """Registers parts under their items; one whose item is another part's number already gets a number of its own."""
    await run(
        work.connection,
        f"""
        INSERT INTO part (company_id, part_id, part_number, name, declared_unit, site_id, sourcing, registered_at,
                          designation, supplement, label, notes, unit_stated, terminal)
        SELECT %(me)s, part_id,
               CASE WHEN row_number() OVER (PARTITION BY item ORDER BY part_id) > 1
                      OR EXISTS (SELECT FROM part AS other WHERE other.company_id = %(me)s AND other.part_number = stated.item)
                    THEN item || ' #' || part_id ELSE item END,
               coalesce(nullif(label, ''), item), coalesce(unit, 'piece'), site_id, sourcing, %(now)s,
               item, supplement, label, ARRAY[first, second, third], unit IS NOT NULL, terminal
        FROM {_STATED}
        """,
        _columns(work, parts),
    )


async def change(work: Work, parts: list[Designated]) -> None:
    """States parts anew, all but their site, item and supplement; a part that is made has no supplier."""
    await run(
        work.connection,
        f"""
        UPDATE part SET name = coalesce(nullif(stated.label, ''), part.name), label = stated.label,
            notes = ARRAY[stated.first, stated.second, stated.third], declared_unit = coalesce(stated.unit, part.declared_unit),
            unit_stated = stated.unit IS NOT NULL, terminal = stated.terminal, sourcing = stated.sourcing,
            supplier_number = CASE WHEN stated.sourcing = 'made' THEN NULL ELSE part.supplier_number END,
            supplier_part_number = CASE WHEN stated.sourcing = 'made' THEN NULL ELSE part.supplier_part_number END
        FROM {_STATED}
        WHERE part.company_id = %(me)s AND part.part_id = stated.part_id
          AND (part.label, part.notes, part.unit_stated, part.declared_unit, part.terminal, part.sourcing) IS DISTINCT FROM
              (stated.label, ARRAY[stated.first, stated.second, stated.third], stated.unit IS NOT NULL,
               coalesce(stated.unit, part.declared_unit), stated.terminal, stated.sourcing)
        """,
        _columns(work, parts),
    )


async def replace_portions(work: Work, parent_id: UUID, portions: list[tuple[UUID, Decimal]]) -> None:
    """Gives a part exactly these components, each in its own declared unit."""
    params = {"me": work.tenant, "parent_id": parent_id, "children": [part for part, _ in portions], "amounts": [amount for _, amount in portions]}
    await run(
        work.connection,
        "DELETE FROM part_structure WHERE company_id = %(me)s AND parent_id = %(parent_id)s AND NOT child_id = ANY(%(children)s::uuid[])",
        params,
    )
    await run(
        work.connection,
        """
        INSERT INTO part_structure (company_id, parent_id, child_id, amount, unit)
        SELECT %(me)s, %(parent_id)s, child_id, amount, part.declared_unit
        FROM unnest(%(children)s::uuid[], %(amounts)s::numeric[]) AS stated (child_id, amount)
        JOIN part ON part.company_id = %(me)s AND part.part_id = child_id
        ON CONFLICT (company_id, parent_id, child_id) DO UPDATE SET amount = excluded.amount, unit = excluded.unit
        WHERE (part_structure.amount, part_structure.unit) IS DISTINCT FROM (excluded.amount, excluded.unit)
        """,
        params,
    )


async def leads_to(work: Work, starts: list[UUID], part_id: UUID) -> bool:
    """Whether a part goes into one of these, however deep, or is one of them."""
    return bool(
        await value(
            work.connection,
            """
            WITH RECURSIVE below AS (
                SELECT unnest(%(starts)s::uuid[]) AS part_id
                UNION
                SELECT child_id FROM part_structure JOIN below ON part_structure.parent_id = below.part_id
                WHERE part_structure.company_id = %(me)s
            )
            SELECT true FROM below WHERE part_id = %(part_id)s
            """,
            {"me": work.tenant, "starts": starts, "part_id": part_id},
        )
    )


async def in_structure(work: Work, part_id: UUID) -> bool:
    """Whether something goes into a part, or it goes into something."""
    return bool(
        await value(
            work.connection,
            """
            SELECT true WHERE EXISTS (SELECT FROM part_structure WHERE company_id = %(me)s AND parent_id = %(part_id)s)
                           OR EXISTS (SELECT FROM part_structure WHERE company_id = %(me)s AND child_id = %(part_id)s)
            """,
            {"me": work.tenant, "part_id": part_id},
        )
    )


async def withdraw(work: Work, part_id: UUID) -> int:
    """Takes a part out of every list and frees its number; how many that were."""
    return await run(
        work.connection,
        """
        UPDATE part SET withdrawn_at = %(now)s, part_number = part_number || ' †' || part_id, designation = item
        WHERE company_id = %(me)s AND part_id = %(part_id)s AND withdrawn_at IS NULL
        """,
        {"me": work.tenant, "now": work.now, "part_id": part_id},
    )


async def parts_above(work: Work, part_ids: list[UUID]) -> list[UUID]:
    """These parts and every part of the pinned company that they go into, however deep."""
    found = await work.connection.execute(
        """
        WITH RECURSIVE above AS (
            SELECT unnest(%(part_ids)s::uuid[]) AS part_id
            UNION
            SELECT link.parent_id FROM above CROSS JOIN LATERAL (
                SELECT parent_id FROM part_structure WHERE company_id = %(me)s AND child_id = above.part_id OFFSET 0
            ) AS link
        )
        SELECT part_id FROM above
        """,
        {"me": work.tenant, "part_ids": part_ids},
    )
    return [part_id for (part_id,) in await found.fetchall()]


def portions_below(me: UUID | None, part_ids: list[UUID]) -> Question[Portion]:
    """Everything of a company's that goes into these parts, however deep. What goes into a bought part is its supplier's to say."""
    return Question(
        _portion,
        f"""
        WITH RECURSIVE below AS (
            SELECT unnest(%(part_ids)s::uuid[]) AS part_id
            UNION
            SELECT link.child_id FROM below CROSS JOIN LATERAL (
                SELECT child_id FROM part_structure WHERE company_id = %(me)s AND parent_id = below.part_id OFFSET 0
            ) AS link
        )
        SELECT link.parent_id, link.amount, {_WORDS}
        FROM below
        CROSS JOIN LATERAL (
            SELECT parent_id, child_id, amount FROM part_structure WHERE company_id = %(me)s AND parent_id = below.part_id OFFSET 0
        ) AS link
        CROSS JOIN LATERAL (SELECT * FROM part WHERE company_id = %(me)s AND part_id = link.child_id OFFSET 0) AS part
        WHERE {_STANDING}
        """,
        {"me": me, "part_ids": part_ids},
    )


def _portion(parent_id: UUID, amount: Decimal, *words: Any) -> Portion:
    return Portion(parent_id, Designated(*words), amount)


async def buy(work: Work, part_id: UUID) -> None:
    """Makes a part one that is bought."""
    await run(
        work.connection,
        "UPDATE part SET sourcing = 'bought' WHERE company_id = %(me)s AND part_id = %(part_id)s AND sourcing <> 'bought'",
        {"me": work.tenant, "part_id": part_id},
    )


async def part_of(work: Work, part_id: UUID) -> Designated | None:
    """One living part of the pinned company's."""
    query = f"SELECT {_WORDS} FROM part WHERE {_LIVING} AND part.part_id = %(part_id)s"
    return await row(work.connection, Designated, query, {"me": work.tenant, "part_id": part_id})
