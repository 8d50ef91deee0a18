"""Routes: all that a company has registered, as one workbook."""

from typing import Annotated, BinaryIO

from fastapi import Query
from fastapi.responses import StreamingResponse

from ashiato.domain import imports
from ashiato.domain.imports import TableKind
from ashiato.gateways.rest.desk import AtDesk
from ashiato.gateways.rest.listing import XLSX, written
from ashiato.gateways.rest.routing import routes_about
from ashiato.plumbing.unit_of_work import Work

router = routes_about("imports")


@router.get("/catalogue.xlsx", response_class=StreamingResponse, responses={200: {"content": {XLSX: {}}}})
async def catalogue(desk: AtDesk, table: Annotated[list[TableKind] | None, Query(description="only these tables")] = None) -> StreamingResponse:
    """All that the own company has registered, as a workbook that can be imported again; importing it changes nothing."""

    async def write(file: BinaryIO) -> None:
        async def verb(work: Work) -> None:
            await imports.catalogue(work, await desk.enter(work), list(dict.fromkeys(table or TableKind)), file)

        await desk.tools.works.run(verb, read_only=True)

    return await written("catalogue.xlsx", write)
