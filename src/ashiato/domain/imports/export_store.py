"""The SQL of what is registered of every table that a file may hold, in the tables' own columns."""

from collections.abc import AsyncIterator
from typing import Any, LiteralString

from psycopg.rows import dict_row

from ashiato.domain.imports.tables import TableKind
from ashiato.plumbing.unit_of_work import Work

_ROWS = 2_000  # fetched at a time

_QUERIES: dict[TableKind, LiteralString] = {
    TableKind.SITES: "SELECT code, name, country, address, extra FROM site WHERE company_id = %(company_id)s ORDER BY code",
    TableKind.FACTORS: """
        SELECT code, name, kg_co2e AS value, per_unit AS unit, year, geography, source, citation, licence, standing, electricity_basis,
               ter, ger, tir, extra
        FROM emission_factor WHERE company_id = %(company_id)s ORDER BY code
    """,
    TableKind.PARTS: """
        SELECT part_number, part.name, declared_unit, mass_kg, site.code AS site, sourcing, supplier_number, supplier_part_number,
               secondary_factor.factor_code AS secondary_factor, secondary_factor.stage AS secondary_stage, part.extra
        FROM part
        LEFT JOIN site USING (company_id, site_id)
        LEFT JOIN secondary_factor ON secondary_factor.company_id = part.company_id AND secondary_factor.part_id = part.part_id
                                      AND part.sourcing = 'bought'
        WHERE part.company_id = %(company_id)s ORDER BY part_number
    """,
    TableKind.STRUCTURE: """
        SELECT parent.part_number AS parent, child.part_number AS child, amount, unit, part_structure.extra
        FROM part_structure
        JOIN part AS parent ON parent.company_id = part_structure.company_id AND parent.part_id = parent_id AND parent.sourcing = 'made'
        JOIN part AS child ON child.company_id = part_structure.company_id AND child.part_id = child_id
        WHERE part_structure.company_id = %(company_id)s ORDER BY parent.part_number, child.part_number
    """,
    TableKind.BATTERIES: """
        SELECT part_number, category, chemistry, usable_energy_kwh, warranty_years, warranty_km, delivered_energy_kwh, '{}'::jsonb AS extra
        FROM battery_model JOIN part USING (company_id, part_id) WHERE company_id = %(company_id)s ORDER BY part_number
    """,
    TableKind.INVENTORY: """
        SELECT part_number, stage, activity, amount, unit, factor_code AS factor, flow, data_source, evidence, ter, ger, tir, line,
               inventory_line.extra
        FROM inventory_line JOIN part USING (company_id, part_id)
        WHERE company_id = %(company_id)s AND part.sourcing = 'made' ORDER BY part_number, line
    """,
    TableKind.CIRCULARITY: """
        SELECT part_number, material, circular_material.mass_kg AS mass, terms, data_source, evidence, parameters, circular_material.extra
        FROM circular_material JOIN part USING (company_id, part_id)
        WHERE company_id = %(company_id)s AND part.sourcing = 'made' ORDER BY part_number, line
    """,
}  # what a bought part was made of before it was bought is its supplier's to say now


async def headers_of_extra(work: Work, kind: TableKind) -> list[str]:
    """The headers of the pinned company's own columns in a table."""
    cursor = await work.connection.execute(
        f"SELECT DISTINCT jsonb_object_keys(extra) AS header FROM ({_QUERIES[kind]}) AS listed ORDER BY header", {"company_id": work.tenant}
    )
    return [header for (header,) in await cursor.fetchall()]


async def rows(work: Work, kind: TableKind) -> AsyncIterator[list[dict[str, Any]]]:
    """The pinned company's rows of a table, some at a time, from a cursor of the server."""
    async with work.connection.cursor("exported", row_factory=dict_row) as cursor:
        await cursor.execute(_QUERIES[kind], {"company_id": work.tenant})
        while found := await cursor.fetchmany(_ROWS):
            yield found
