"""The SQL of parts and structures."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import LiteralString
from uuid import UUID

from ashiato.domain.products.model import BatteryModel, Changes, Component, NewComponent, Part, PartsWanted
from ashiato.kernel.ids import PartId
from ashiato.kernel.wording import folded
from ashiato.plumbing.db import Question, rows, text_array, values
from ashiato.plumbing.unit_of_work import Work

_PART = """
    SELECT part_id, part_number, name, declared_unit, mass_kg, site_id, sourcing, supplier_number, supplier_part_number FROM part
"""


async def parts_by_number(work: Work, part_numbers: list[str]) -> dict[str, Part]:
    """The registered ones among these part numbers."""
    found = await rows(
        work.connection,
        Part,
        f"{_PART} WHERE company_id = %(company_id)s AND part_number = ANY(%(numbers)s)",
        {"company_id": work.tenant, "numbers": part_numbers},
    )
    return {part.part_number: part for part in found}


async def parts_by_id(work: Work, part_ids: list[UUID]) -> dict[UUID, Part]:
    """The registered ones among these identifiers."""
    found = await rows(
        work.connection,
        Part,
        f"{_PART} WHERE company_id = %(company_id)s AND part_id = ANY(%(part_ids)s)",
        {"company_id": work.tenant, "part_ids": part_ids},
    )
    return {part.part_id: part for part in found}


def part(part_id: UUID) -> Question[Part]:
    """A part of the pinned company."""
    return Question(Part, f"{_PART} WHERE company_id = (SELECT tenant()) AND part_id = %(part_id)s", {"part_id": part_id})


def parts(sourcing: str | None, part_number: str | None, after: str | None, limit: int) -> Question[Part]:
    """The pinned company's parts by part number, from after the given one. Every condition bounds a range of an index."""
    return Question(
        Part,
        f"""
        {_PART}
        WHERE company_id = (SELECT tenant()) AND part_number > %(after)s
          {"AND sourcing = %(sourcing)s" if sourcing else ""} {"AND part_number = %(part_number)s" if part_number else ""}
        ORDER BY part_number LIMIT %(limit)s
        """,
        {"sourcing": sourcing, "part_number": part_number, "after": after or "", "limit": limit},
    )


def listed(wanted: PartsWanted, after: str | None, limit: int) -> Question[Part]:
    """The pinned company's parts that a list shows, by part number, from after the given one.

    A text is looked for in each of the company's parts from there on, until the list is full: no index serves a substring under
    row-level security (a pattern's operator is not leakproof).
    """
    conditions = [
        ("part_number > %(after)s" if not wanted.backwards else "part_number < %(after)s") if after is not None else "",
        "sourcing = %(sourcing)s" if wanted.sourcing else "",
        "supplier_number = %(supplier)s" if wanted.supplier_number else "",
        "part_number = ANY(%(numbers)s)" if wanted.part_numbers else "",
        "strpos(sought, %(text)s) > 0" if wanted.text else "",
    ]
    params = {
        "after": after, "sourcing": wanted.sourcing, "supplier": wanted.supplier_number, "numbers": list(wanted.part_numbers),
        "text": folded(wanted.text), "limit": limit,
    }  # fmt: skip
    narrowed: LiteralString = "".join([f" AND {condition}" for condition in conditions if condition])
    order: LiteralString = "DESC" if wanted.backwards else "ASC"
    return Question(Part, f"{_PART} WHERE company_id = (SELECT tenant()){narrowed} ORDER BY part_number {order} LIMIT %(limit)s", params)


def finished(after: str, limit: int) -> Question[Part]:
    """The pinned company's products from after a part number, by part number: what it makes, and what goes into nothing else of its own."""
    return Question(
        Part,
        f"""
        {_PART} WHERE company_id = (SELECT tenant()) AND sourcing = 'made' AND part_number > %(after)s AND NOT EXISTS (
            SELECT FROM part_structure WHERE part_structure.company_id = (SELECT tenant()) AND child_id = part.part_id
        )
        ORDER BY part_number LIMIT %(limit)s
        """,
        {"after": after, "limit": limit},
    )


def beyond(number: int) -> Question[str]:
    """The one part number of the pinned company's that stands after so many others; none where there are not more."""
    query: LiteralString = "SELECT part_number FROM part WHERE company_id = (SELECT tenant()) ORDER BY part_number OFFSET %(number)s LIMIT 1"
    return Question(str, query, {"number": number})


async def all_parts(work: Work) -> list[Part]:
    """Every part of the pinned company, by part number."""
    return await rows(work.connection, Part, f"{_PART} WHERE company_id = %(company_id)s ORDER BY part_number", {"company_id": work.tenant})


async def set_structure(work: Work, part_id: UUID, components: list[NewComponent]) -> None:
    """Gives one part exactly these components, each named once. All parts must be registered."""
    await work.connection.execute(
        """
        WITH stated AS (
            SELECT child.part_id AS child_id, amount, unit
            FROM unnest(%(children)s::text[], %(amounts)s::numeric[], %(units)s::text[]) AS stated (part_number, amount, unit)
            JOIN part AS child ON child.company_id = %(company_id)s AND child.part_number = stated.part_number
        ), removed AS (
            DELETE FROM part_structure AS link
            WHERE company_id = %(company_id)s AND parent_id = %(part_id)s
              AND NOT EXISTS (SELECT FROM stated WHERE stated.child_id = link.child_id)
        )
        INSERT INTO part_structure AS link (company_id, parent_id, child_id, amount, unit)
        SELECT %(company_id)s, %(part_id)s, child_id, amount, unit FROM stated
        ON CONFLICT (company_id, parent_id, child_id) DO UPDATE SET amount = excluded.amount, unit = excluded.unit, extra = excluded.extra
        WHERE (link.amount, link.unit, link.extra) IS DISTINCT FROM (excluded.amount, excluded.unit, excluded.extra)
        """,
        {
            "company_id": work.tenant,
            "part_id": part_id,
            "children": [component.child for component in components],
            "amounts": [component.amount for component in components],
            "units": [component.unit.symbol for component in components],
        },
    )


async def whole_structure(work: Work) -> list[Component]:
    """Every edge of the pinned company's structure."""
    return await rows(
        work.connection,
        Component,
        "SELECT parent_id, child_id, amount, unit FROM part_structure WHERE company_id = %(company_id)s ORDER BY parent_id, child_id",
        {"company_id": work.tenant},
    )


# Level by level from a part downward; OFFSET 0 keeps each step a look-up in the primary key, however large the structure is.
_BELOW = """
    WITH RECURSIVE below AS (
        SELECT %(part_id)s::uuid AS part_id
        UNION
        SELECT link.child_id
        FROM below CROSS JOIN LATERAL (
            SELECT child_id FROM part_structure WHERE company_id = (SELECT tenant()) AND parent_id = below.part_id OFFSET 0
        ) AS link
    )
"""


_BELOW_THESE = _BELOW.replace("%(part_id)s::uuid", "unnest(%(part_ids)s::uuid[])")
_LINKS = """
    SELECT link.parent_id, link.child_id, link.amount, link.unit
    FROM below CROSS JOIN LATERAL (
        SELECT parent_id, child_id, amount, unit FROM part_structure
        WHERE company_id = (SELECT tenant()) AND parent_id = below.part_id OFFSET 0
    ) AS link
"""
_PIECES = f"""
    SELECT piece.* FROM below CROSS JOIN LATERAL (
        {_PART} WHERE company_id = (SELECT tenant()) AND part.part_id = below.part_id OFFSET 0
    ) AS piece
"""


def structure_below(part_id: UUID) -> Question[Component]:
    """Every edge at and below a part of the pinned company."""
    return Question(Component, _BELOW + _LINKS, {"part_id": part_id})


def parts_below(part_id: UUID) -> Question[Part]:
    """A part of the pinned company, and every part that goes into it."""
    return Question(Part, _BELOW + _PIECES, {"part_id": part_id})


def structure_below_these(part_ids: list[PartId]) -> Question[Component]:
    """Every edge at and below these parts of the pinned company."""
    return Question(Component, _BELOW_THESE + _LINKS, {"part_ids": part_ids})


def parts_below_these(part_ids: list[PartId]) -> Question[Part]:
    """These parts of the pinned company, and every part that goes into them."""
    return Question(Part, _BELOW_THESE + _PIECES, {"part_ids": part_ids})


@dataclass(frozen=True, slots=True)
class ComponentView:
    """A component of a part as a tree shows it. `components`: how many of its own it has."""

    part_id: UUID
    part_number: str
    name: str
    declared_unit: str
    sourcing: str
    amount: Decimal
    unit: str
    components: int


def components_of(part_id: UUID, after: str, limit: int) -> Question[ComponentView]:
    """What goes into a part of the pinned company directly, by part number, from after the given one."""
    return Question(
        ComponentView,
        """
        SELECT part.part_id, part_number, name, declared_unit, sourcing, amount, unit,
               CASE WHEN sourcing = 'made' THEN (
                   SELECT count(*) FROM part_structure AS below WHERE below.company_id = (SELECT tenant()) AND below.parent_id = part.part_id
               ) ELSE 0 END AS components
        FROM part_structure AS link JOIN part ON part.company_id = link.company_id AND part.part_id = link.child_id
        WHERE link.company_id = (SELECT tenant()) AND link.parent_id = %(part_id)s AND part_number > %(after)s
        ORDER BY part_number LIMIT %(limit)s
        """,
        {"part_id": part_id, "after": after, "limit": limit},
    )


async def parts_named(work: Work, part_ids: str, words: str, limit: int) -> list[Part]:
    """Those of these parts of the pinned company (the literal of an array) whose number or name holds the words, by part number."""
    return await rows(
        work.connection,
        Part,
        f"""
        {_PART} WHERE company_id = %(company_id)s AND part_id = ANY(%(part_ids)s::uuid[]) AND strpos(sought, %(text)s) > 0
        ORDER BY part_number LIMIT %(limit)s
        """,
        {"company_id": work.tenant, "part_ids": part_ids, "text": folded(words), "limit": limit},
    )


async def parents_of(work: Work, part_ids: Collection[UUID]) -> list[tuple[UUID, UUID]]:
    """(child, parent) of these parts of the pinned company."""
    cursor = await work.connection.execute(
        "SELECT child_id, parent_id FROM part_structure WHERE company_id = %(me)s AND child_id = ANY(%(part_ids)s) ORDER BY child_id, parent_id",
        {"me": work.tenant, "part_ids": list(part_ids)},
    )
    return [(child, parent) for child, parent in await cursor.fetchall()]


async def numbers_of_structure(work: Work, without: list[str]) -> list[tuple[str, str]]:
    """Every (parent, child) of the pinned company's structure by part number, but those of some parents, for the search for cycles."""
    cursor = await work.connection.execute(
        """
        SELECT parent.part_number, child.part_number
        FROM part_structure
        JOIN part AS parent ON parent.company_id = part_structure.company_id AND parent.part_id = parent_id
        JOIN part AS child ON child.company_id = part_structure.company_id AND child.part_id = child_id
        WHERE part_structure.company_id = %(company_id)s AND parent.part_number <> ALL (%(without)s::text[])
        """,
        {"company_id": work.tenant, "without": text_array(without)},
    )
    return [(parent, child) for parent, child in await cursor.fetchall()]


async def put_battery_models(work: Work, models: list[BatteryModel]) -> Changes:
    """States what batteries some parts are. The parts must be registered."""
    inserted = await values(
        work.connection,
        """
        INSERT INTO battery_model (company_id, part_id, category, chemistry, usable_energy_kwh, warranty_years, warranty_km, delivered_energy_kwh)
        SELECT %(company_id)s, part_id, category, chemistry, usable, years, km, delivered
        FROM unnest(%(numbers)s::text[], %(categories)s::text[], %(chemistries)s::text[], %(usable)s::numeric[], %(years)s::numeric[],
                    %(km)s::numeric[], %(delivered)s::numeric[]) AS stated (number, category, chemistry, usable, years, km, delivered)
        JOIN part ON part.company_id = %(company_id)s AND part_number = number
        ON CONFLICT (company_id, part_id) DO UPDATE
        SET category = excluded.category, chemistry = excluded.chemistry, usable_energy_kwh = excluded.usable_energy_kwh,
            warranty_years = excluded.warranty_years, warranty_km = excluded.warranty_km, delivered_energy_kwh = excluded.delivered_energy_kwh
        WHERE (battery_model.category, battery_model.chemistry, battery_model.usable_energy_kwh, battery_model.warranty_years,
               battery_model.warranty_km, battery_model.delivered_energy_kwh)
              IS DISTINCT FROM
              (excluded.category, excluded.chemistry, excluded.usable_energy_kwh, excluded.warranty_years, excluded.warranty_km,
               excluded.delivered_energy_kwh)
        RETURNING xmax = 0
        """,
        {
            "company_id": work.tenant, "numbers": [model.part_number for model in models], "categories": [model.category.value for model in models],
            "chemistries": [model.chemistry for model in models], "usable": [model.usable_energy_kwh for model in models],
            "years": [model.warranty_years for model in models], "km": [model.warranty_km for model in models],
            "delivered": [model.delivered_energy_kwh for model in models],
        },
    )  # fmt: skip
    new = sum(inserted)
    return Changes(new, len(inserted) - new, len(models) - len(inserted))


async def battery_model(work: Work, part_id: UUID) -> BatteryModel | None:
    """What battery a part is, if it is one."""
    return next(iter((await battery_models(work, [part_id])).values()), None)


async def battery_models(work: Work, part_ids: Sequence[UUID]) -> dict[str, BatteryModel]:
    """What batteries these parts are, those that are any, by part number."""
    found = await rows(
        work.connection,
        BatteryModel,
        """
        SELECT part_number, category, chemistry, usable_energy_kwh, warranty_years, warranty_km, delivered_energy_kwh
        FROM battery_model JOIN part USING (company_id, part_id)
        WHERE company_id = %(company_id)s AND part_id = ANY(%(part_ids)s)
        """,
        {"company_id": work.tenant, "part_ids": list(part_ids)},
    )
    return {model.part_number: model for model in found}
