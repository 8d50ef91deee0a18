"""The SQL that merges many inventory lines at once, from staging tables."""

import json
from collections.abc import Iterable

from ashiato.domain import products
from ashiato.domain.products import Changes
from ashiato.plumbing.progress import Progress
from ashiato.plumbing.staging import Columns, Merge, by_columns, in_order
from ashiato.plumbing.unit_of_work import Work

_INVENTORY = Merge(
    staging="stated_part_line",
    columns="""
    part integer, line integer, stage text, activity text, amount numeric, unit text, factor_code text, flow text, data_source text,
    evidence text, ter integer, ger integer, tir integer, extra jsonb
""",
    resolve="""
    SELECT %(company_id)s::uuid AS company_id, named.ids[part] AS part_id, line, stage, activity, amount, unit, factor_code, flow, data_source,
           coalesce(evidence, '') AS evidence, ter, ger, tir, extra
    FROM stated_part_line, (SELECT %(ids)s::uuid[] AS ids) AS named
""",
    table="inventory_line",
    into="""
    INSERT INTO inventory_line (company_id, part_id, line, stage, activity, amount, unit, factor_code, flow, data_source, evidence,
                                ter, ger, tir, extra)
""",
    key="part_id, line",
    name="stated_line",
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
    remove="""
    DELETE FROM inventory_line AS kept
    WHERE kept.company_id = %(company_id)s AND kept.part_id IN (SELECT part_id FROM stated_line)
      AND NOT EXISTS (SELECT FROM stated_line AS stated WHERE stated.part_id = kept.part_id AND stated.line = kept.line)
""",
)


async def replace_lines(work: Work, tables: Iterable[Columns], progress: Progress) -> Changes:
    """Gives each part named here exactly these inventory lines: tables with the columns of `NewLine`. The parts must be registered."""
    stated = list(tables)
    named = (number for numbers, *_ in stated for number in numbers.values if number)
    places, ids = await products.registration.in_order_of_ids(work, named)
    by_place = (in_order((numbers.each(places.get), *columns, extra.each(_extra)), keys=1) for numbers, *columns, extra in stated)
    return Changes(*await _INVENTORY.carried_out(work.connection, by_columns(by_place, progress), {"company_id": work.tenant, "ids": ids}))


def _extra(stated: dict[str, str] | None) -> str:
    return json.dumps(stated, sort_keys=True) if stated else "{}"
