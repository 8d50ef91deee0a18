"""Lists as tables (.csv, .xlsx): every list of the interface, page after page, for whoever sends `Accept: text/csv` or that of a workbook.

A page is as long as `limit` says and is read in a transaction of its own, so that memory does not grow with the list. Text is text
in a workbook. In a .csv file, a text that a spreadsheet would take for a formula is preceded by an apostrophe; `bom=true` marks the
file as UTF-8 for Excel.
"""

import json
import tempfile
from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Any, BinaryIO

from fastapi import Request
from fastapi.responses import Response, StreamingResponse
from pydantic import BaseModel

from ashiato.gateways.rest.wire.words import Page
from ashiato.plumbing.delimited import BOM, csv_lines
from ashiato.plumbing.spreadsheet import LongBook

CSV = "text/csv"
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
BLOCK = 1 << 16

Following = Callable[[str], Awaitable[BaseModel]]  # the page after a cursor


def wanted(request: Request) -> str | None:
    """The kind of table that the asker accepts, if any."""
    accepted = request.headers.get("accept", "")
    return next((kind for kind in (CSV, XLSX) if kind in accepted), None)


async def as_table(request: Request, kind: str, first: Page[Any], following: Following) -> Response:
    """A list from its first page on, as a table."""
    name = request.url.path.rstrip("/").rsplit("/", 1)[-1]
    columns = _columns(request)
    if kind == CSV:
        return StreamingResponse(_lines(_pages(first, following), columns, marked="bom" in request.query_params), 200, _headers(f"{name}.csv"), CSV)

    async def write(file: BinaryIO) -> None:
        with LongBook(file) as book:
            sheet = book.sheet(name[:31], columns)
            async for page in _pages(first, following):
                sheet.add([_cells(item, columns) for item in page.items])

    return await written(f"{name}.xlsx", write)


def _columns(request: Request) -> list[str]:
    """The members of the list's items, as the route describes them."""
    (item,) = request.scope["route"].response_model.__pydantic_generic_metadata__["args"]
    return list(item.model_fields)


async def _pages(first: Page[Any], following: Following) -> AsyncIterator[Page[Any]]:
    page: BaseModel = first
    while isinstance(page, Page):
        yield page
        if page.next is None:
            return
        page = await following(page.next)


def _cells(item: BaseModel, columns: list[str]) -> list[str]:
    told = item.model_dump(mode="json")
    return [_spelled(told[column]) for column in columns]


def _spelled(value: object) -> str:
    match value:
        case None:
            return ""
        case str():
            return value
        case _:
            return json.dumps(value, ensure_ascii=False)


async def _lines(pages: AsyncIterator[Page[Any]], columns: list[str], *, marked: bool) -> AsyncIterator[str]:
    yield (BOM if marked else "") + csv_lines([columns])
    async for page in pages:
        yield csv_lines([_cells(item, columns) for item in page.items])


def _headers(name: str) -> dict[str, str]:
    return {"Content-Disposition": f'attachment; filename="{name}"', "Cache-Control": "private, no-store"}


async def written(name: str, write: Callable[[BinaryIO], Awaitable[None]]) -> StreamingResponse:
    """A workbook that is written for this answer, and gone once it is sent."""
    file: BinaryIO = tempfile.TemporaryFile()  # noqa: SIM115 — closed when it has been sent, or here
    try:
        await write(file)
    except BaseException:
        file.close()
        raise

    async def blocks() -> AsyncIterator[bytes]:
        with file:
            file.seek(0)
            while block := file.read(BLOCK):
                yield block

    return StreamingResponse(blocks(), 200, _headers(name), XLSX)
