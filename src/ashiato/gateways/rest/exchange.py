"""Routes: partners' systems, deliveries to them, footprints that they sent (PACT)."""

import json
from typing import Annotated
from uuid import UUID

from fastapi import Query, Response

from ashiato.domain import exchange, footprint
from ashiato.domain.participants import Actor, Deed, require
from ashiato.gateways.rest.desk import AtDesk, Desk, cursor, moment_and_id, place
from ashiato.gateways.rest.routing import PREFIX, routes_about
from ashiato.gateways.rest.wire.exchange import (
    AcceptIn,
    DeliveryOut,
    DocumentOut,
    EndpointIn,
    EndpointOut,
    FetchIn,
    FileOut,
    FormOut,
    LossOut,
    PartnerIn,
    PartnerOut,
    PutIn,
    QueuedOut,
    ReceivedOut,
    StateName,
)
from ashiato.gateways.rest.wire.words import Page
from ashiato.kernel.errors import Flaw, invalid
from ashiato.kernel.ids import RequestId
from ashiato.plumbing.outbound import Outbound, OutboundError
from ashiato.plumbing.unit_of_work import Work

router = routes_about("exchange", f"{PREFIX}/pact")


@router.get("/endpoint", response_model=EndpointOut)
async def endpoint(desk: AtDesk) -> Response:
    """Where the own system answers partners."""

    async def verb(work: Work, actor: Actor) -> EndpointOut:
        return EndpointOut.model_validate(await exchange.partners.own_endpoint(work, actor))

    return await desk.read(verb)


@router.put("/endpoint", response_model=EndpointOut)
async def state_endpoint(body: EndpointIn, desk: AtDesk) -> Response:
    """States where the own system answers partners. Nobody else can say it for the company."""

    async def verb(work: Work, actor: Actor) -> EndpointOut:
        _check(desk, body)
        return EndpointOut.model_validate(await exchange.partners.state_endpoint(work, actor, body.address, body.token_address or "", body.version))

    return await desk.write(verb)


def _check(desk: Desk, body: EndpointIn) -> None:
    for field, address in (("address", body.address), ("token_address", body.token_address)):
        try:
            if address is not None:
                Outbound(own=desk.tools.settings.public_url).check(address)
        except OutboundError as error:
            flaw = Flaw(field, error.code, str(error))
            raise invalid("exchange.address", "No system can be called there.", "Name an https address.", flaw) from error


@router.get("/partners", response_model=Page[PartnerOut])
async def partners(desk: AtDesk) -> Response:
    """The companies whose systems the own company calls, by name."""

    async def verb(work: Work, actor: Actor) -> Page[PartnerOut]:
        return Page(items=[PartnerOut.model_validate(found) for found in await exchange.partners.listed(work, actor)])

    return await desk.read(verb)


@router.put("/partners/{partner_id}", status_code=204, response_class=Response)
async def state_partner(partner_id: UUID, body: PartnerIn, desk: AtDesk) -> Response:
    """States with which account the own company calls a partner's system."""

    async def verb(work: Work, actor: Actor) -> None:
        await exchange.partners.state(work, actor, partner_id, body.account, body.secret, desk.tools.seal)

    return await desk.write(verb, secret=True)


@router.delete("/partners/{partner_id}", status_code=204, response_class=Response)
async def forget_partner(partner_id: UUID, desk: AtDesk) -> Response:
    """Forgets the account: nothing is sent to the partner or fetched there from now on."""

    async def verb(work: Work, actor: Actor) -> None:
        await exchange.partners.forget(work, actor, partner_id)

    return await desk.write(verb)


@router.post("/partners/{partner_id}/fetches", status_code=202, response_model=QueuedOut)
async def fetch(partner_id: UUID, body: FetchIn, desk: AtDesk) -> Response:
    """Has a partner's footprints fetched."""

    async def verb(work: Work, actor: Actor) -> QueuedOut:
        wanted = [str(one) for one in body.footprint_ids]
        return QueuedOut(delivery_id=await exchange.deliveries.fetch(work, actor, partner_id, wanted))

    return await desk.write(verb, 202)


@router.post("/inquiries", status_code=202, response_model=QueuedOut)
async def ask(body: PutIn, desk: AtDesk) -> Response:
    """Puts a request that was sent to its supplier's system."""

    async def verb(work: Work, actor: Actor) -> QueuedOut:
        return QueuedOut(delivery_id=await exchange.deliveries.ask(work, actor, RequestId(body.request_id)))

    return await desk.write(verb, 202)


@router.post("/publications", status_code=202, response_model=QueuedOut)
async def publish(body: PutIn, desk: AtDesk) -> Response:
    """Tells a buyer's system that its request was answered, or answered anew."""

    async def verb(work: Work, actor: Actor) -> QueuedOut:
        return QueuedOut(delivery_id=await exchange.deliveries.publish(work, actor, RequestId(body.request_id)))

    return await desk.write(verb, 202)


@router.get("/losses", response_model=Page[FormOut])
async def losses(desk: AtDesk) -> Response:
    """What a released footprint loses in each form in which it goes out, and why."""

    async def verb(_: Work, actor: Actor) -> Page[FormOut]:
        require(actor, Deed.READ)
        lost = exchange.losses.LOSSES
        return Page(items=[FormOut(form=form.value, losses=[LossOut.model_validate(one) for one in lost[form]]) for form in exchange.losses.Form])

    return await desk.read(verb)


@router.get("/files/{request_id}", response_model=FileOut)
async def file(request_id: UUID, desk: AtDesk, form: exchange.losses.Form, legal: str = "", site: str = "", customer_part: str = "") -> Response:
    """What the own company answered a request with, as PACT or Catena-X spells it; a component with the names that Catena-X has issued."""
    wish = exchange.files.Wish(form, exchange.files.Roles(legal, site, customer_part))

    async def verb(work: Work, actor: Actor) -> FileOut:
        found = await exchange.files.of_answer(work, actor, RequestId(request_id), wish, desk.tools.spell)
        return FileOut.model_validate({"payload": found.payload, **exchange.files.report_of(found.form, found.report)})

    return await desk.read(verb)


@router.get("/deliveries", response_model=Page[DeliveryOut])
async def deliveries(desk: AtDesk, after: str | None = None, limit: Annotated[int, Query(ge=1, le=200)] = 50) -> Response:
    """What goes out to partners' systems or is fetched there, newest first."""

    async def verb(work: Work, actor: Actor) -> Page[DeliveryOut]:
        found = await exchange.deliveries.listed(work, actor, place(after, moment_and_id), limit)
        more = cursor(found[-1].noted_at, found[-1].delivery_id) if len(found) == limit else None
        return Page(items=[DeliveryOut.model_validate(one) for one in found], next=more)

    return await desk.read(verb)


@router.get("/received", response_model=Page[ReceivedOut])
async def received(
    desk: AtDesk,
    state: Annotated[list[StateName] | None, Query()] = None,
    after: str | None = None,
    limit: Annotated[int, Query(ge=1, le=200)] = 50,
) -> Response:
    """Footprints that partners' systems sent, newest first."""

    async def verb(work: Work, actor: Actor) -> Page[ReceivedOut]:
        states = [exchange.ReceivedState(one) for one in state] if state else None
        found = await exchange.received.listed(work, actor, states, place(after, moment_and_id), limit)
        more = cursor(found[-1].received_at, found[-1].received_id) if len(found) == limit else None
        return Page(items=[ReceivedOut.model_validate(one) for one in found], next=more)

    return await desk.read(verb)


@router.get("/received/{received_id}", response_model=DocumentOut)
async def received_one(received_id: UUID, desk: AtDesk) -> Response:
    """A footprint that a partner's system sent, with the document as it came."""

    async def verb(work: Work, actor: Actor) -> DocumentOut:
        return _told(await exchange.received.one(work, actor, received_id))

    return await desk.read(verb)


def _told(found: exchange.received.Received) -> DocumentOut:
    return DocumentOut(**ReceivedOut.model_validate(found).model_dump(), document=json.loads(found.document))


@router.post("/received/{received_id}/acceptance", response_model=DocumentOut)
async def accept(received_id: UUID, body: AcceptIn, desk: AtDesk) -> Response:
    """Takes a footprint as the answer to a request that was sent to this partner."""

    async def verb(work: Work, actor: Actor) -> DocumentOut:
        stage = footprint.model.Stage(body.stage)
        return _told(await exchange.received.accept(work, actor, received_id, RequestId(body.request_id), stage, desk.tools.seal))

    return await desk.write(verb)


@router.post("/received/{received_id}/refusal", response_model=DocumentOut)
async def decline(received_id: UUID, desk: AtDesk) -> Response:
    """Puts a footprint aside: it answers nothing."""

    async def verb(work: Work, actor: Actor) -> DocumentOut:
        return _told(await exchange.received.decline(work, actor, received_id))

    return await desk.write(verb)
