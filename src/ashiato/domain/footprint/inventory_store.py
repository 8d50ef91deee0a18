"""The SQL of factors and inventories."""

import json
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, Final
from uuid import UUID

from ashiato.domain.footprint.model import NewCircularMaterial, NewFactor, NewSecondaryFactor, StoredFactor, StoredLine
from ashiato.domain.products import Changes
from ashiato.plumbing.db import Question, rows, run, values
from ashiato.plumbing.unit_of_work import Work


async def put_factors(work: Work, factors: list[NewFactor]) -> Changes:
    """Registers emission factors, or changes those with the same code."""
    inserted = await values(
        work.connection,
        """
        INSERT INTO emission_factor (company_id, code, name, kg_co2e, per_unit, year, geography, source, citation, licence, standing,
                                     electricity_basis, ter, ger, tir, extra)
        SELECT %(company_id)s, * FROM unnest(
            %(codes)s::text[], %(names)s::text[], %(values)s::numeric[], %(units)s::text[], %(years)s::int[], %(geographies)s::text[],
            %(sources)s::text[], %(citations)s::text[], %(licences)s::text[], %(standings)s::text[], %(bases)s::text[],
            %(ters)s::int[], %(gers)s::int[], %(tirs)s::int[], %(extras)s::jsonb[])
        ON CONFLICT (company_id, code) DO UPDATE
        SET name = excluded.name, kg_co2e = excluded.kg_co2e, per_unit = excluded.per_unit, year = excluded.year,
            geography = excluded.geography, source = excluded.source, citation = excluded.citation, licence = excluded.licence,
            standing = excluded.standing, electricity_basis = excluded.electricity_basis, ter = excluded.ter, ger = excluded.ger,
            tir = excluded.tir, extra = excluded.extra
        WHERE (emission_factor.name, emission_factor.kg_co2e, emission_factor.per_unit, emission_factor.year, emission_factor.geography,
               emission_factor.source, emission_factor.citation, emission_factor.licence, emission_factor.standing,
               emission_factor.electricity_basis, emission_factor.ter, emission_factor.ger, emission_factor.tir, emission_factor.extra)
              IS DISTINCT FROM
              (excluded.name, excluded.kg_co2e, excluded.per_unit, excluded.year, excluded.geography, excluded.source, excluded.citation,
               excluded.licence, excluded.standing, excluded.electricity_basis, excluded.ter, excluded.ger, excluded.tir, excluded.extra)
        RETURNING xmax = 0
        """,
        {
            "company_id": work.tenant, "codes": [factor.code for factor in factors], "names": [factor.name for factor in factors],
            "values": [factor.kg_co2e for factor in factors], "units": [factor.per.symbol for factor in factors],
            "years": [factor.year for factor in factors], "geographies": [factor.geography for factor in factors],
            "sources": [factor.source for factor in factors], "citations": [factor.citation for factor in factors],
            "licences": [factor.licence for factor in factors], "standings": [factor.standing.value for factor in factors],
            "bases": [factor.electricity_basis.value if factor.electricity_basis else None for factor in factors],
            "ters": [factor.ter for factor in factors], "gers": [factor.ger for factor in factors], "tirs": [factor.tir for factor in factors],
            "extras": [json.dumps(factor.extra, sort_keys=True) for factor in factors],
        },
    )  # fmt: skip
    new = sum(inserted)
    return Changes(new, len(inserted) - new, len(factors) - len(inserted))


async def factors_by_code(work: Work, codes: list[str]) -> dict[str, StoredFactor]:
    """The registered ones among these codes."""
    found = await rows(
        work.connection,
        StoredFactor,
        """
        SELECT code, name, kg_co2e, per_unit, year, geography, source, citation, licence, standing, electricity_basis, ter, ger, tir
        FROM emission_factor WHERE company_id = %(company_id)s AND code = ANY(%(codes)s)
        """,
        {"company_id": work.tenant, "codes": codes},
    )
    return {factor.code: factor for factor in found}


async def factors(work: Work, after: str | None, limit: int) -> list[StoredFactor]:
    """The pinned company's factors by code, from after the given one."""
    return await rows(
        work.connection,
        StoredFactor,
        """
        SELECT code, name, kg_co2e, per_unit, year, geography, source, citation, licence, standing, electricity_basis, ter, ger, tir
        FROM emission_factor
        WHERE company_id = %(company_id)s AND (%(after)s::text IS NULL OR code > %(after)s)
        ORDER BY code LIMIT %(limit)s
        """,
        {"company_id": work.tenant, "after": after, "limit": limit},
    )


_LINE: Final = """
    SELECT part_id, line, stage, activity, amount, unit, factor_code, flow, data_source, evidence, ter, ger, tir FROM inventory_line
"""


async def lines_of(work: Work, part_ids: list[UUID]) -> list[StoredLine]:
    """The inventory lines of these parts of the pinned company, by part and line."""
    return await rows(
        work.connection,
        StoredLine,
        f"""
        {_LINE} WHERE company_id = %(company_id)s AND part_id = ANY(%(part_ids)s) ORDER BY part_id, line
        """,
        {"company_id": work.tenant, "part_ids": part_ids},
    )


def lines_from(part_id: UUID, after: int, limit: int) -> Question[StoredLine]:
    """The inventory lines of a part of the pinned company, by line, from after the given one."""
    return Question(
        StoredLine,
        f"{_LINE} WHERE company_id = (SELECT tenant()) AND part_id = %(part_id)s AND line > %(after)s ORDER BY line LIMIT %(limit)s",
        {"part_id": part_id, "after": after, "limit": limit},
    )


async def replace_circular(work: Work, materials: list[NewCircularMaterial]) -> Changes:
    """Gives each part named here exactly these materials under the circular footprint formula."""
    params = {
        "company_id": work.tenant, "numbers": [item.part_number for item in materials], "lines": [item.line for item in materials],
        "materials": [item.material for item in materials], "masses": [item.mass_kg for item in materials],
        "terms": [item.terms.value for item in materials], "parameters": [_parameters(item) for item in materials],
        "sources": [item.data_source.value for item in materials], "evidence": [item.evidence for item in materials],
        "extras": [json.dumps(item.extra, sort_keys=True) for item in materials],
    }  # fmt: skip
    removed = await run(
        work.connection,
        """
        DELETE FROM circular_material USING part
        WHERE circular_material.company_id = %(company_id)s AND part.company_id = %(company_id)s AND part.part_id = circular_material.part_id
          AND part.part_number = ANY(%(numbers)s::text[])
          AND NOT EXISTS (
              SELECT FROM unnest(%(numbers)s::text[], %(lines)s::int[]) AS stated (number, line)
              WHERE number = part.part_number AND stated.line = circular_material.line
          )
        """,
        params,
    )
    inserted = await values(
        work.connection,
        """
        INSERT INTO circular_material (company_id, part_id, line, material, mass_kg, terms, parameters, data_source, evidence, extra)
        SELECT %(company_id)s, part.part_id, line, material, stated.mass_kg, terms, parameters, data_source, evidence, stated.extra
        FROM unnest(%(numbers)s::text[], %(lines)s::int[], %(materials)s::text[], %(masses)s::numeric[], %(terms)s::text[],
                    %(parameters)s::jsonb[], %(sources)s::text[], %(evidence)s::text[], %(extras)s::jsonb[])
             AS stated (number, line, material, mass_kg, terms, parameters, data_source, evidence, extra)
        JOIN part ON part.company_id = %(company_id)s AND part.part_number = number
        ON CONFLICT (company_id, part_id, line) DO UPDATE
        SET material = excluded.material, mass_kg = excluded.mass_kg, terms = excluded.terms, parameters = excluded.parameters,
            data_source = excluded.data_source, evidence = excluded.evidence, extra = excluded.extra
        WHERE (circular_material.material, circular_material.mass_kg, circular_material.terms, circular_material.parameters,
               circular_material.data_source, circular_material.evidence, circular_material.extra)
              IS DISTINCT FROM
              (excluded.material, excluded.mass_kg, excluded.terms, excluded.parameters, excluded.data_source, excluded.evidence, excluded.extra)
        RETURNING xmax = 0
        """,
        params,
    )
    new = sum(inserted)
    return Changes(new, len(inserted) - new, len(materials) - len(inserted), removed)


def _parameters(material: NewCircularMaterial) -> str:
    shares = {symbol: str(share) for symbol, share in material.shares.items()}
    return json.dumps({"shares": shares, "factors": material.factor_codes}, sort_keys=True)


@dataclass(frozen=True, slots=True)
class StoredCircular:
    """A registered material under the circular footprint formula."""

    part_id: UUID
    line: int
    material: str
    mass_kg: Decimal
    terms: str
    parameters: dict[str, Any]
    data_source: str
    evidence: str


_CIRCULAR: Final = "SELECT part_id, line, material, mass_kg, terms, parameters, data_source, evidence FROM circular_material"


async def circular_of(work: Work, part_ids: list[UUID]) -> list[StoredCircular]:
    """The materials of these parts of the pinned company, by part and line."""
    return await rows(
        work.connection,
        StoredCircular,
        f"""
        {_CIRCULAR} WHERE company_id = %(company_id)s AND part_id = ANY(%(part_ids)s) ORDER BY part_id, line
        """,
        {"company_id": work.tenant, "part_ids": part_ids},
    )


def circular_from(part_id: UUID, after: int, limit: int) -> Question[StoredCircular]:
    """The materials of a part of the pinned company, by line, from after the given one."""
    return Question(
        StoredCircular,
        f"{_CIRCULAR} WHERE company_id = (SELECT tenant()) AND part_id = %(part_id)s AND line > %(after)s ORDER BY line LIMIT %(limit)s",
        {"part_id": part_id, "after": after, "limit": limit},
    )


@dataclass(frozen=True, slots=True)
class Entered:
    """How many lines of an inventory, and how many materials under the circular footprint formula, a part has."""

    lines: int
    circular: int


def entered(part_id: UUID) -> Question[Entered]:
    """How much was entered for a part of the pinned company."""
    return Question(
        Entered,
        """
        SELECT (SELECT count(*) FROM inventory_line WHERE company_id = (SELECT tenant()) AND part_id = %(part_id)s) AS lines,
               (SELECT count(*) FROM circular_material WHERE company_id = (SELECT tenant()) AND part_id = %(part_id)s) AS circular
        """,
        {"part_id": part_id},
    )


async def put_secondary(work: Work, stand_ins: list[NewSecondaryFactor]) -> Changes:
    """Names the factors that stand in for bought parts. Parts and factors must be registered."""
    inserted = await values(
        work.connection,
        """
        INSERT INTO secondary_factor (company_id, part_id, factor_code, stage)
        SELECT %(company_id)s, part.part_id, factor_code, stage
        FROM unnest(%(numbers)s::text[], %(codes)s::text[], %(stages)s::text[]) AS stated (number, factor_code, stage)
        JOIN part ON part.company_id = %(company_id)s AND part.part_number = number
        ON CONFLICT (company_id, part_id) DO UPDATE SET factor_code = excluded.factor_code, stage = excluded.stage
        WHERE (secondary_factor.factor_code, secondary_factor.stage) IS DISTINCT FROM (excluded.factor_code, excluded.stage)
        RETURNING xmax = 0
        """,
        {
            "company_id": work.tenant, "numbers": [item.part_number for item in stand_ins],
            "codes": [item.factor_code for item in stand_ins], "stages": [item.stage.value for item in stand_ins],
        },
    )  # fmt: skip
    new = sum(inserted)
    return Changes(new, len(inserted) - new, len(stand_ins) - len(inserted))


async def drop_secondary(work: Work, part_numbers: list[str]) -> int:
    """Takes the stand-ins of these parts away; how many there were."""
    return await run(
        work.connection,
        """
        DELETE FROM secondary_factor USING part
        WHERE secondary_factor.company_id = %(company_id)s AND part.company_id = %(company_id)s
          AND part.part_id = secondary_factor.part_id AND part.part_number = ANY(%(numbers)s)
        """,
        {"company_id": work.tenant, "numbers": part_numbers},
    )


@dataclass(frozen=True, slots=True)
class StoredSecondary:
    """The factor that stands in for a bought part."""

    part_id: UUID
    factor_code: str
    stage: str


async def secondary_of(work: Work, part_ids: list[UUID]) -> dict[UUID, StoredSecondary]:
    """The stand-ins of these parts of the pinned company."""
    found = await rows(
        work.connection,
        StoredSecondary,
        "SELECT part_id, factor_code, stage FROM secondary_factor WHERE company_id = %(company_id)s AND part_id = ANY(%(part_ids)s)",
        {"company_id": work.tenant, "part_ids": part_ids},
    )
    return {item.part_id: item for item in found}
