"""The SQL that merges many inventory lines at once, from staging tables."""

import json
from collections.abc import Iterable

from ashiato.domain.products import Changes
from ashiato.plumbing.progress import Progress
from ashiato.plumbing.staging import Columns, Merge, by_columns
from ashiato.plumbing.unit_of_work import Work

_STATED_LINE = """
    part_number text, line integer, stage text, activity text, amount numeric, unit text, factor_code text, flow text, data_source text,
    evidence text, ter integer, ger integer, tir integer, extra jsonb
"""

_INVENTORY = Merge(
    name="stated_line",
    standing="""
    SELECT EXISTS (
        SELECT FROM stated_named_line AS stated
        JOIN part ON part.company_id = %(company_id)s AND part.part_number = stated.part_number
        JOIN inventory_line AS kept ON kept.company_id = %(company_id)s AND kept.part_id = part.part_id
    )
""",
    resolve="""
    SELECT part.company_id, part.part_id, line, stage, activity, amount, unit, factor_code, flow, data_source, coalesce(evidence, '') AS evidence,
           ter, ger, tir, coalesce(stated.extra, '{}') AS extra
    FROM stated_named_line AS stated
    JOIN part ON part.company_id = %(company_id)s AND part.part_number = stated.part_number
    ORDER BY part_id, line
""",
    remove="""
    DELETE FROM inventory_line AS kept
    WHERE kept.company_id = %(company_id)s AND kept.part_id IN (SELECT part_id FROM stated_line)
      AND NOT EXISTS (SELECT FROM stated_line AS stated WHERE stated.part_id = kept.part_id AND stated.line = kept.line)
""",
    change="""
    UPDATE inventory_line AS kept
    SET stage = stated.stage, activity = stated.activity, amount = stated.amount, unit = stated.unit,
        factor_code = stated.factor_code, flow = stated.flow, data_source = stated.data_source, evidence = stated.evidence,
        ter = stated.ter, ger = stated.ger, tir = stated.tir, extra = stated.extra
    FROM stated_line AS stated
    WHERE kept.company_id = %(company_id)s AND kept.part_id = stated.part_id AND kept.line = stated.line
      AND (kept.stage, kept.activity, kept.amount, kept.unit, kept.factor_code, kept.flow, kept.data_source, kept.evidence,
           kept.ter, kept.ger, kept.tir, kept.extra)
          IS DISTINCT FROM
          (stated.stage, stated.activity, stated.amount, stated.unit, stated.factor_code, stated.flow, stated.data_source,
           stated.evidence, stated.ter, stated.ger, stated.tir, stated.extra)
""",
    into="""
    INSERT INTO inventory_line (company_id, part_id, line, stage, activity, amount, unit, factor_code, flow, data_source, evidence,
                                ter, ger, tir, extra)
""",
    add="""
    SELECT company_id, part_id, line, stage, activity, amount, unit, factor_code, flow, data_source, evidence, ter, ger, tir, extra
    FROM stated_line AS stated
    WHERE NOT EXISTS (
        SELECT FROM inventory_line AS kept
        WHERE kept.company_id = %(company_id)s AND kept.part_id = stated.part_id AND kept.line = stated.line
    )
""",
)


async def replace_lines(work: Work, tables: Iterable[Columns], progress: Progress) -> Changes:
    """Gives each part named here exactly these inventory lines: tables with the columns of `NewLine`. The parts must be registered."""
    stated = ((*columns, extra.each(_extra)) for *columns, extra in tables)
    blocks = by_columns(stated, progress)
    return Changes(*await _INVENTORY.carried_out(work.connection, "stated_named_line", _STATED_LINE, blocks, {"company_id": work.tenant}))


def _extra(stated: dict[str, str] | None) -> str | None:
    return json.dumps(stated, sort_keys=True) if stated else None
