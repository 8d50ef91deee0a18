"""Routes: evidence. Files are kept encrypted and only ever served as downloads that no browser runs."""

import hashlib
from datetime import date
from typing import Annotated
from urllib.parse import quote
from uuid import UUID

from fastapi import File, Query, Response, UploadFile

from ashiato.domain import evidence, footprint
from ashiato.domain.participants import Actor, Deed, require
from ashiato.gateways.rest.desk import AtDesk, Desk, Tools, cursor, moment_and_id, place
from ashiato.gateways.rest.imports import LARGEST_UPLOAD, uploaded
from ashiato.gateways.rest.routing import routes_about
from ashiato.gateways.rest.wire.evidence import DescribedOut, EvidenceGrantIn, EvidenceLinkIn, EvidenceOut
from ashiato.gateways.rest.wire.words import Page
from ashiato.kernel.errors import absent
from ashiato.kernel.ids import RequestId
from ashiato.plumbing import screening, sealed_files, turns
from ashiato.plumbing.unit_of_work import Work

router = routes_about("evidence")
_HARMLESS = {
    "Content-Security-Policy": "sandbox; default-src 'none'; frame-ancestors 'none'", "X-Content-Type-Options": "nosniff",
    "Cross-Origin-Resource-Policy": "same-origin", "Cache-Control": "private, no-store",
}  # fmt: skip


@router.post("/evidence", response_model=EvidenceOut, status_code=201, max_body_size=LARGEST_UPLOAD)
async def add(
    desk: AtDesk,
    file: Annotated[UploadFile, File(description="a .pdf, .png, .jpg, .csv, .txt, .xlsx or .zip")],
    expires_on: Annotated[date | None, Query(description="the last day on which it proves anything")] = None,
    personal: Annotated[bool, Query(description="it holds personal data, so that an administrator may erase it at any time")] = False,
) -> Response:
    """Keeps a file as evidence. The same bytes again get the item that is there."""
    extension = evidence.items.check_name(file.filename or "")
    _, content = await uploaded(desk, file)
    actor = await _allowed(desk)
    media_type = await turns.FILES.take(screening.screen, extension, file.content_type or "", content)
    new = evidence.items.NewItem(file.filename or "", media_type, hashlib.sha256(content).hexdigest(), len(content), personal, expires_on)
    return await _keep(desk, actor, new, content)


async def _allowed(desk: Desk) -> Actor:
    """Who sends the file; nobody's is looked at who may not add any."""

    async def verb(work: Work) -> Actor:
        actor = await desk.enter(work)
        require(actor, Deed.ENTER_DATA)
        return actor

    return await desk.tools.works.run(verb, read_only=True)


async def _keep(desk: Desk, sender: Actor, new: evidence.items.NewItem, content: bytes) -> Response:
    tools, used = desk.tools, False
    kept = await sealed_files.keep(tools.files, tools.seal, content, sender.company_id)

    async def verb(work: Work, actor: Actor) -> EvidenceOut:
        nonlocal used
        item = await footprint.evidencing.add(work, actor, new, kept)
        used = used or item.stored == kept.stored
        return EvidenceOut.model_validate(item)

    response = await desk.write(verb, 201, told=f"{new.name} {new.digest}")
    if not used:  # the company had it; where a write failed it stays, for nobody knows how far that came
        await tools.files.discard(kept.stored)
    return response


@router.get("/evidence", response_model=Page[EvidenceOut])
async def listed(desk: AtDesk, after: str | None = None, limit: Annotated[int, Query(ge=1, le=200)] = 50) -> Response:
    """The own company's evidence, oldest first; removed files with their digests."""

    async def verb(work: Work, actor: Actor) -> Page[EvidenceOut]:
        found = await footprint.evidencing.listed(work, actor, place(after, moment_and_id), limit)
        more = cursor(found[-1].added_at, found[-1].evidence_id) if len(found) == limit else None
        return Page(items=[EvidenceOut.model_validate(item) for item in found], next=more)

    return await desk.read(verb)


@router.get("/evidence/{evidence_id}", response_model=DescribedOut)
async def described(evidence_id: UUID, desk: AtDesk) -> Response:
    """One of the own company's files: what it proves, and until when it is kept by rule."""

    async def verb(work: Work, actor: Actor) -> DescribedOut:
        return DescribedOut.model_validate(await footprint.evidencing.described(work, actor, evidence_id))

    return await desk.read(verb)


@router.get("/evidence/{evidence_id}/content", response_class=Response, responses={200: {"content": {"application/octet-stream": {}}}})
async def content(evidence_id: UUID, desk: AtDesk) -> Response:
    """The file, as a download: the own company's, or one that was handed over to it."""

    async def verb(work: Work) -> evidence.items.Item:
        return await footprint.evidencing.opened(work, await desk.enter(work), evidence_id)

    item = await desk.tools.works.run(verb)
    headers = _HARMLESS | {"Content-Disposition": f"attachment; filename*=UTF-8''{quote(item.name, safe='')}"}
    return Response(await plain(desk.tools, item), 200, headers, "application/octet-stream")


async def plain(tools: Tools, item: evidence.items.Item) -> bytes:
    """The bytes of a file that may be read. Refuses (`absent`) a removed one, (`unavailable`) what cannot be read."""
    if item.sealed_key is None:
        raise absent("evidence")
    kept = sealed_files.SealedFile(item.stored, item.sealed_key)
    return await sealed_files.readable(tools.files, tools.seal, kept, item.company_id)


@router.post("/evidence/{evidence_id}/links", status_code=204, response_class=Response)
async def link(evidence_id: UUID, body: EvidenceLinkIn, desk: AtDesk) -> Response:
    """Says what a file proves. One file may prove many things; the same again changes nothing."""

    async def verb(work: Work, actor: Actor) -> None:
        await footprint.evidencing.link(work, actor, evidence_id, footprint.evidencing.Proven(body.subject_kind), body.subject_id, body.line)

    return await desk.write(verb)


@router.post("/evidence/{evidence_id}/grants", status_code=204, response_class=Response)
async def hand_over(evidence_id: UUID, body: EvidenceGrantIn, desk: AtDesk) -> Response:
    """Lets the buyer of an answered request read a file that is linked to that answer."""

    async def verb(work: Work, actor: Actor) -> None:
        await footprint.evidencing.hand_over(work, actor, evidence_id, RequestId(body.request_id), body.valid_until)

    return await desk.write(verb)


@router.delete("/evidence/{evidence_id}", status_code=204, response_class=Response)
async def remove(evidence_id: UUID, desk: AtDesk) -> Response:
    """Removes a file that need not be kept any longer; its digest stays."""
    gone: list[str] = []

    async def verb(work: Work, actor: Actor) -> None:
        gone.append((await footprint.evidencing.remove(work, actor, evidence_id)).stored)

    return await _without(desk, gone, await desk.write(verb))


@router.post("/evidence/{evidence_id}/erasure", status_code=204, response_class=Response)
async def erase(evidence_id: UUID, desk: AtDesk) -> Response:
    """Erases a file that holds personal data, whatever it supports; its digest stays. For administrators."""
    gone: list[str] = []

    async def verb(work: Work, actor: Actor) -> None:
        gone.append((await footprint.evidencing.erase(work, actor, evidence_id)).stored)

    return await _without(desk, gone, await desk.write(verb))


async def _without(desk: Desk, gone: list[str], response: Response) -> Response:
    """Takes the encrypted bytes away once it is durable that their key is gone."""
    for stored in gone:
        await desk.tools.files.discard(stored)
    return response
