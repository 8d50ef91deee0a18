"""What a data owner serves: its releases that are granted to the asking partner, as messages, page by page."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any
from uuid import UUID, uuid4

from fastapi import Response
from pydantic import ValidationError

from ashiato.domain import audit, exchange, footprint
from ashiato.domain.participants import Actor
from ashiato.gateways.pact.desk import Desk
from ashiato.gateways.pact.errors import bad
from ashiato.gateways.pact.naming import Issuer
from ashiato.gateways.pact.v3 import filters, mapping
from ashiato.gateways.pact.v3.wire import ProductFootprint
from ashiato.kernel.errors import Refusal, absent
from ashiato.kernel.ids import CompanyId
from ashiato.plumbing.unit_of_work import Work

BASE = "/pact/{company_id}"
MOST = 200
KIND_OF = {"CreatedEvent": "created", "FulfilledEvent": "fulfilled", "RejectedEvent": "rejected", "PublishedEvent": "published"}


@dataclass(slots=True)
class Page:
    """A page of a list; `more`: another one follows."""

    limit: int
    offset: int
    more: bool = False


async def serve(
    work: Work, actor: Actor, owner_id: UUID, issuer: Issuer, fits: Callable[[ProductFootprint], bool], page: Page
) -> list[ProductFootprint]:
    """Those footprints of an owner's that the partner may see and that fit, one page of them. What is served counts as read."""
    told: dict[UUID, ProductFootprint] = {}

    def pick(releases: list[footprint.package.Release]) -> list[UUID]:
        told.update({one.id: one for one in messages(releases, issuer)})
        fitting = [one.id for one in filters.in_order(list(told.values())) if fits(one)]
        page.more = len(fitting) > page.offset + page.limit
        return fitting[page.offset : page.offset + page.limit]

    read = await footprint.answering.handed_to(work, actor, CompanyId(owner_id), pick)
    return [told[UUID(one.release_id)] for one in read]


async def one(desk: Desk, company_id: UUID, footprint_id: UUID) -> ProductFootprint:
    """One footprint of an owner's. Refuses (`absent`) alike what does not exist and what the caller may not see."""

    async def verb(work: Work, actor: Actor) -> list[ProductFootprint]:
        return await serve(work, actor, company_id, desk.issuer, lambda told: told.id == footprint_id, Page(1, 0))

    found = await desk.run(verb)
    if not found:
        raise absent("footprint")
    return found[0]


def messages(releases: list[footprint.package.Release], issuer: Issuer) -> list[ProductFootprint]:
    """Releases as messages; of each product the newest is active. What PACT has no words for is left out."""
    newest: dict[str, int] = {}
    for one in releases:
        newest[one.product.part_number] = max(one.version, newest.get(one.product.part_number, 0))
    found = []
    for one in releases:
        try:
            found.append(mapping.message(one, issuer, "Active" if one.version == newest[one.product.part_number] else "Deprecated"))
        except Refusal:
            continue
    return found


async def require_asked(work: Work, company_id: UUID, actor: Actor, number: str) -> None:
    """Refuses (400) an answer to an event that the company has not sent to the answering partner."""
    if not await exchange.events.expected(work, company_id, actor.company_id, number):
        raise bad("requestEventId: no such request was sent to you.")


async def take(desk: Desk, company_id: UUID, version: int, read: Callable[[bytes], Any]) -> Response:
    """Takes an event for a company. Refuses (400) what is no event, an answer to nothing, and another event under a known number."""
    await desk.run(_nothing)  # who may not ask is not told what is wrong with the question
    body = await desk.body()
    try:
        event = read(body)
    except (ValidationError, RecursionError) as error:
        raise bad(named(error)) from error
    kind = KIND_OF[type(event).__name__]

    async def verb(work: Work, actor: Actor) -> str:
        if kind in ("fulfilled", "rejected"):
            await require_asked(work, company_id, actor, event.data.requestEventId)
        kept = exchange.events.Event(actor.company_id, uuid4(), company_id, kind, version, event.source, event.id, body.decode())
        await exchange.events.receive(work, actor, kept)
        return audit.proofs.promised(work)

    receipt = await desk.run(verb)
    return Response(None, 200, {audit.proofs.RECEIPT: receipt} if receipt else {})


async def _nothing(_: Work, __: Actor) -> None: ...


def named(error: Exception) -> str:
    """What is wrong with a message, member by member."""
    if not isinstance(error, ValidationError):
        return "This is no JSON of reasonable depth."
    found = error.errors(include_url=False, include_input=False, include_context=False)[:20]
    return "; ".join(f"{'.'.join(str(step) for step in one['loc']) or 'body'}: {one['msg']}" for one in found)
