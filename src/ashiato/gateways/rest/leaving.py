"""Routes: a company takes all its data with it, brings them along from elsewhere, leaves."""

from collections.abc import AsyncIterator, Iterator
from datetime import timedelta
from itertools import chain
from typing import Annotated
from uuid import UUID

from fastapi import Query, Response
from fastapi.responses import StreamingResponse

from ashiato.domain import leaving
from ashiato.domain.participants import Actor, Deed, require
from ashiato.gateways.rest.desk import AtDesk, Desk, cursor, moment_and_id, place, word
from ashiato.gateways.rest.routing import routes_about
from ashiato.gateways.rest.wire.leaving import BundleOut, CarriedRecordOut, DepartureOut
from ashiato.gateways.rest.wire.words import Page
from ashiato.kernel.errors import Kind, Refusal, conflict, invalid
from ashiato.plumbing import bundles
from ashiato.plumbing.blobs import TooLargeError
from ashiato.plumbing.unit_of_work import Work

LARGEST_BUNDLE = 64 * 1024 * 1024 * 1024  # bytes: the most that the settings allow
router = routes_about("leaving")
_ZIP = "application/zip"


def _kept_for(desk: Desk) -> timedelta:
    return timedelta(days=desk.tools.settings.bundle_days)


@router.post("/bundles", response_model=BundleOut, status_code=202)
async def order(desk: AtDesk) -> Response:
    """Asks for a signed bundle of everything that the company may read. The worker makes it."""

    async def verb(work: Work, actor: Actor) -> BundleOut:
        return BundleOut.model_validate(await leaving.order(work, actor, _kept_for(desk)))

    return await desk.write(verb, 202)


@router.get("/bundles", response_model=Page[BundleOut])
async def listed(desk: AtDesk, after: str | None = None, limit: Annotated[int, Query(ge=1, le=200)] = 50) -> Response:
    """The company's bundles, taken along and brought along, oldest first."""

    async def verb(work: Work, actor: Actor) -> Page[BundleOut]:
        found = await leaving.bundles(work, actor, place(after, moment_and_id), limit)
        more = cursor(found[-1].requested_at, found[-1].bundle_id) if len(found) == limit else None
        return Page(items=[BundleOut.model_validate(each) for each in found], next=more)

    return await desk.read(verb)


@router.get("/bundles/{bundle_id}", response_model=BundleOut)
async def one(bundle_id: UUID, desk: AtDesk) -> Response:
    """One of the company's bundles: how far it is, what is in it, what became of it."""

    async def verb(work: Work, actor: Actor) -> BundleOut:
        return BundleOut.model_validate(await leaving.bundle(work, actor, bundle_id))

    return await desk.read(verb)


@router.get("/bundles/{bundle_id}/content", response_class=Response, responses={200: {"content": {_ZIP: {}}}})
async def content(bundle_id: UUID, desk: AtDesk) -> Response:
    """The bundle itself (zip). A download that broke off goes on with `Range: bytes=N-`."""

    async def verb(work: Work) -> leaving.Bundle:
        return await leaving.bundle(work, await desk.enter(work), bundle_id)

    found = await desk.tools.works.run(verb, read_only=True)
    if found.state != leaving.BundleState.DONE or found.sealed_key is None or found.size is None:
        raise conflict("bundle.state", f"This bundle is {found.state}.", "Wait until it is done, or ask for another.")
    begin = _begin(desk, found.size)
    headers = {
        "Content-Disposition": f'attachment; filename="ashiato-{found.bundle_id}.zip"', "Cache-Control": "private, no-store",
        "Accept-Ranges": "bytes",
        "ETag": f'"{found.digest}"', "Content-Length": str(found.size - begin), "X-Content-Type-Options": "nosniff",
    }  # fmt: skip
    if begin:
        headers["Content-Range"] = f"bytes {begin}-{found.size - 1}/{found.size}"
    return StreamingResponse(_pieces(desk, found, begin), 206 if begin else 200, headers, _ZIP)


def _begin(desk: Desk, size: int) -> int:
    """Where the asker wants to go on; other ranges than `bytes=N-` get the whole."""
    wanted = desk.request.headers.get("range", "").removeprefix("bytes=")
    begin = int(wanted[:-1]) if wanted.endswith("-") and wanted[:-1].isdecimal() and len(wanted) < 20 else 0  # noqa: PLR2004 — digits of a size
    return begin if begin < size else 0


def _pieces(desk: Desk, found: leaving.Bundle, begin: int) -> Iterator[bytes]:
    tools = desk.tools
    try:
        key = tools.seal.open(found.sealed_key or b"", found.purpose)
        pieces = bundles.content(tools.settings.home, found.bundle_id, key, found.purpose, begin)
        return chain([next(pieces, b"")], pieces)
    except (ValueError, OSError) as error:
        raise Refusal(Kind.UNAVAILABLE, "bundle.damaged", "The bundle is missing or damaged.", "Ask for another.") from error


@router.delete("/bundles/{bundle_id}", status_code=204, response_class=Response)
async def remove(bundle_id: UUID, desk: AtDesk) -> Response:
    """Takes a bundle away that is no longer needed; that it was made stays in the log."""

    async def verb(work: Work, actor: Actor) -> None:
        await leaving.remove(work, actor, bundle_id)

    response = await desk.write(verb)
    bundles.discard(desk.tools.settings.home, bundle_id)
    return response


@router.post("/received-bundles", response_model=BundleOut, status_code=202, max_body_size=LARGEST_BUNDLE,
             openapi_extra={"requestBody": {"content": {_ZIP: {"schema": {"type": "string", "format": "binary"}}}, "required": True}})  # fmt: skip
async def receive(desk: AtDesk) -> Response:
    """Brings a bundle along that another installation has signed, as the body of the request. The worker verifies it and takes it up."""
    tools = desk.tools
    bundle_id, received = await _kept(desk)

    async def verb(work: Work, actor: Actor) -> BundleOut:
        return BundleOut.model_validate(await leaving.receive(work, actor, bundle_id, received, _kept_for(desk)))

    try:
        return await desk.write(verb, 202, told=f"bundle {received[0]}")
    except Refusal:
        bundles.discard(tools.settings.home, bundle_id)
        raise


async def _kept(desk: Desk) -> tuple[UUID, tuple[str, int, bytes]]:
    """The bundle that is sent, kept sealed: how it is called; its digest, size and sealed key. Nobody's is read who may not bring any."""
    tools = desk.tools
    actor, bundle_id = await tools.works.run(lambda work: _administrator(desk, work), read_only=True)
    key, purpose, limit = bundles.new_key(), f"bundle {actor.company_id} {bundle_id}", tools.settings.bundle_limit_mb * 1024 * 1024
    try:
        digest, size = await bundles.keep(tools.settings.home, bundle_id, key, purpose, _body(desk), limit)
    except TooLargeError as error:
        raise invalid("bundle.too_large", f"A bundle has at most {tools.settings.bundle_limit_mb} MB.", "Ask the operator.") from error
    return bundle_id, (digest, size, tools.seal.seal(key, purpose))


async def _administrator(desk: Desk, work: Work) -> tuple[Actor, UUID]:
    """Who sends the bundle, and how it will be called; nobody's is read who may not bring any."""
    actor = await desk.enter(work)
    require(actor, Deed.ADMINISTER)
    return actor, work.new_id()


async def _body(desk: Desk) -> AsyncIterator[bytes]:
    async for chunk in desk.request.stream():
        yield chunk


@router.get("/carried-records", response_model=Page[CarriedRecordOut])
async def carried(desk: AtDesk, after: str | None = None, limit: Annotated[int, Query(ge=1, le=200)] = 50) -> Response:
    """What was brought along and has no place here, with the reasons."""

    async def verb(work: Work, actor: Actor) -> Page[CarriedRecordOut]:
        found = await leaving.carried(work, actor, place(after, word), limit)
        more = cursor(found[-1].record_id) if len(found) == limit else None
        return Page(items=[CarriedRecordOut.model_validate(each) for each in found], next=more)

    return await desk.read(verb)


@router.get("/departure", response_model=DepartureOut)
async def departure(desk: AtDesk) -> Response:
    """Whether and when the company leaves."""

    async def verb(work: Work, actor: Actor) -> DepartureOut:
        found = await leaving.present(work, actor)
        return DepartureOut.model_validate(found) if found else DepartureOut(state="none")

    return await desk.read(verb)


@router.post("/departure", response_model=DepartureOut, status_code=201)
async def announce(desk: AtDesk) -> Response:
    """Announces that the company leaves. When the time of grace is over, what is its alone is taken away; until then it can be cancelled."""
    grace = timedelta(days=desk.tools.settings.leaving_days)

    async def verb(work: Work, actor: Actor) -> DepartureOut:
        return DepartureOut.model_validate(await leaving.announce(work, actor, grace))

    return await desk.write(verb, 201)


@router.delete("/departure", status_code=204, response_class=Response)
async def cancel(desk: AtDesk) -> Response:
    """The company stays after all."""

    async def verb(work: Work, actor: Actor) -> None:
        await leaving.cancel(work, actor)

    return await desk.write(verb)
