"""All that a company has registered, as one workbook that can be imported again: importing it changes nothing."""

import asyncio
from decimal import Decimal
from typing import Any, BinaryIO

from ashiato.domain.imports import export_store as store
from ashiato.domain.imports.tables import TABLES, TableKind
from ashiato.domain.participants import Actor, Deed, require
from ashiato.kernel.quantity import CONTEXT, plain
from ashiato.plumbing.spreadsheet import LongBook
from ashiato.plumbing.unit_of_work import Work

_FARTHEST = 30  # powers of ten that an importable number reaches


async def catalogue(work: Work, actor: Actor, kinds: list[TableKind], file: BinaryIO) -> None:
    """Writes these tables of the company to a file (.xlsx), each on a sheet of its own with the company's own columns after ours."""
    require(actor, Deed.READ)
    with LongBook(file) as book:
        for kind in kinds:
            columns = TABLES[kind]
            own = await store.headers_of_extra(work, kind)
            sheet = book.sheet(kind.value, [*(column.headers[0] for column in columns), *own])
            async for found in store.rows(work, kind):
                rows = [[*(_spelled(row.get(column.field)) for column in columns), *(row["extra"].get(header, "") for header in own)]
                        for row in map(_importable, found)]  # fmt: skip
                await asyncio.to_thread(sheet.add, rows)


def _importable(row: dict[str, Any]) -> dict[str, Any]:
    """The row in the words of the import format."""
    if "parameters" in row:
        return {**row, **row["parameters"]["shares"], **row["parameters"]["factors"]}
    if "geography" in row:
        scale, times = _scale(row["value"])
        return row | {"value": CONTEXT.multiply(row["value"], times), "unit": f"{scale} CO2e/{row['unit']}"}
    return row


def _scale(value: Decimal) -> tuple[str, Decimal]:
    """The unit in which a factor's value is written as a number that the import understands."""
    if value and value.adjusted() > _FARTHEST:
        return "t", Decimal("0.001")
    if value and value.adjusted() < -_FARTHEST:
        return "mg", Decimal(1_000_000)
    return "kg", Decimal(1)


def _spelled(value: object) -> str:
    match value:
        case None:
            return ""
        case Decimal() if abs(value.adjusted()) >= _FARTHEST - 1:  # too long to be written out
            return f"{value.normalize(CONTEXT):E}"
        case Decimal():
            return plain(value)
        case _:
            return str(value)
