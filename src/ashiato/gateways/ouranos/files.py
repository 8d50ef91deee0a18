"""Sending and fetching files at addresses that were signed for one file and one company, for a few minutes."""

import mimetypes
from datetime import datetime
from urllib.parse import quote

from fastapi import APIRouter, Request, Response
from fastapi.responses import StreamingResponse

from ashiato.domain import evidence, footprint
from ashiato.gateways.ouranos.desk import AtDesk, Call, Desk
from ashiato.gateways.ouranos.errors import Fault
from ashiato.gateways.ouranos.tokens import FileAddress
from ashiato.gateways.ouranos.wire import Nothing
from ashiato.kernel.ids import CompanyId
from ashiato.plumbing import blobs
from ashiato.plumbing.unit_of_work import Work

router = APIRouter(route_class=Call, tags=["files"])
PATH = "/certificate-files/{address}"
MOST_BYTES = 100 * 1024 * 1024
_WRONG = "The address is not good, or no longer."


def url(desk: Desk, allowed: FileAddress, now: datetime) -> str:
    """The address that opens one file for a few minutes."""
    return f"{desk.tools.settings.public_url}{PATH.format(address=desk.tokens.address(allowed, now))}"


def _allowed(desk: Desk, address: str, deed: str) -> FileAddress:
    found = desk.tokens.allowed(address, deed, desk.tools.works.clock.now())
    if found is None:
        raise Fault(403, _WRONG)
    return found


@router.put(PATH, response_model=Nothing)
async def send(address: str, request: Request, desk: AtDesk) -> Response:
    """Keeps the file; what a cloud store would be told in headers is not needed."""
    allowed = _allowed(desk, address, "put")
    try:
        blob = await desk.tools.files.keep(request.stream(), MOST_BYTES)
    except blobs.TooLargeError:
        raise Fault(400, f"A file has at most {MOST_BYTES // 1024 // 1024} MB.") from None

    async def verb(work: Work) -> None:
        await footprint.certificates.owned_file(work, CompanyId(allowed.owner_id), allowed.file_id)
        await evidence.record(work, allowed.file_id, blob)

    await desk.tools.works.run(verb)
    return desk.answer(Nothing())


@router.get(PATH, response_class=StreamingResponse)
async def fetch(address: str, desk: AtDesk) -> Response:
    """The file, under its name."""
    allowed = _allowed(desk, address, "get")

    async def verb(work: Work) -> evidence.File:
        return await footprint.certificates.owned_file(work, CompanyId(allowed.owner_id), allowed.file_id)

    file = await desk.tools.works.run(verb, read_only=True)
    headers = {
        "Content-Disposition": f"attachment; filename*=UTF-8''{quote(file.name)}",
        "X-Content-Type-Options": "nosniff",
        "Content-Length": str(file.size),
    }
    media_type = mimetypes.guess_type(file.name)[0] or "application/octet-stream"
    return StreamingResponse(desk.tools.files.blocks(file.digest or ""), headers=headers, media_type=media_type)
