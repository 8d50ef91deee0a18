"""What a page shows as a table, as a file: .csv or .xlsx, with the same columns and rows."""

import asyncio
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal
from enum import StrEnum

from fastapi import Response

from ashiato.kernel.quantity import plain
from ashiato.plumbing import spreadsheet
from ashiato.plumbing.delimited import BOM, csv_lines

_LONGEST_SHEET_NAME = 31


class FileKind(StrEnum):
    """In which form a table is handed out."""

    CSV = "csv"
    XLSX = "xlsx"


_MEDIA_TYPES = {FileKind.CSV: "text/csv; charset=utf-8", FileKind.XLSX: "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"}


@dataclass(frozen=True, slots=True)
class Column:
    """A column by its heading; whether it holds figures."""

    heading: str
    figures: bool = False


@dataclass(frozen=True, slots=True)
class Table:
    """Rows under headings, and the name of the file that they make."""

    name: str
    columns: tuple[Column, ...]
    rows: list[tuple[object, ...]]


async def as_file(table: Table, kind: FileKind) -> Response:
    """The table as a download. A .csv file is marked as UTF-8, so that spreadsheets read its Japanese; text is never a formula."""
    return await asyncio.to_thread(_file, table, kind)  # a large workbook takes seconds, which others need not wait for


def _file(table: Table, kind: FileKind) -> Response:
    rows = [[column.heading for column in table.columns], *([_cell(value) for value in row] for row in table.rows)]
    content = (BOM + csv_lines(rows)).encode() if kind is FileKind.CSV else _workbook(table, rows)
    headers = {"Content-Disposition": f'attachment; filename="{table.name}.{kind}"'}
    return Response(content, headers=headers, media_type=_MEDIA_TYPES[kind])


def _workbook(table: Table, rows: list[list[str]]) -> bytes:
    figures = frozenset(column.heading for column in table.columns if column.figures)
    return spreadsheet.write([spreadsheet.Sheet(table.name[:_LONGEST_SHEET_NAME], rows)], figures)


def _cell(value: object) -> str:
    match value:
        case None:
            return ""
        case float():
            return plain(Decimal(f"{value:.12g}"))
        case Decimal():
            return plain(value)
        case datetime():
            return f"{value.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}"
        case _:
            return str(value)
