"""Routes: what is to be done, reminders by mail, webhooks and their deliveries."""

from typing import Annotated
from uuid import UUID

from fastapi import Query, Response

from ashiato.domain import notifications
from ashiato.domain.participants import Actor
from ashiato.gateways.rest.desk import AtDesk, cursor, moment_and_id, place
from ashiato.gateways.rest.routing import routes_about
from ashiato.gateways.rest.wire.notifications import (
    DeliveryAddedOut,
    DutiesOut,
    DutyOut,
    PreferenceBody,
    PreferenceOut,
    WebhookAddedOut,
    WebhookDeliveryOut,
    WebhookIn,
    WebhookOut,
    WebhooksOut,
)
from ashiato.gateways.rest.wire.words import Page
from ashiato.plumbing import outbound
from ashiato.plumbing.unit_of_work import Work

router = routes_about("notifications")


@router.get("/duties", response_model=DutiesOut)
async def duties(desk: AtDesk) -> Response:
    """What the own company has to do now, by when; at most a hundred of each kind."""

    async def verb(work: Work, actor: Actor) -> DutiesOut:
        return DutiesOut(items=[DutyOut.model_validate(duty) for duty in await notifications.duties.duties(work, actor)])

    return await desk.read(verb)


@router.get("/notification-preference", response_model=PreferenceOut)
async def preference(desk: AtDesk) -> Response:
    """Whether reminders come to the asking person by mail, and in which language."""

    async def verb(work: Work, actor: Actor) -> PreferenceOut:
        found = await notifications.preferences.preference(work, actor)
        return PreferenceOut(mail=found.mail if found else None, language=found.language if found else None)

    return await desk.read(verb)


@router.put("/notification-preference", response_model=PreferenceOut)
async def prefer(body: PreferenceBody, desk: AtDesk) -> Response:
    """Chooses whether reminders come by mail, and in which language."""

    async def verb(work: Work, actor: Actor) -> PreferenceOut:
        found = await notifications.preferences.prefer(work, actor, mail=body.mail, language=body.language)
        return PreferenceOut(mail=found.mail, language=found.language)

    return await desk.write(verb)


@router.get("/webhooks", response_model=WebhooksOut)
async def webhooks(desk: AtDesk) -> Response:
    """Administrator: where the company's own systems listen, and to what."""

    async def verb(work: Work, actor: Actor) -> WebhooksOut:
        return WebhooksOut(items=[WebhookOut.model_validate(one) for one in await notifications.webhooks.listed(work, actor)])

    return await desk.read(verb)


@router.post("/webhooks", status_code=201, response_model=WebhookAddedOut)
async def add(body: WebhookIn, desk: AtDesk) -> Response:
    """Administrator: registers where a system of the company listens. Deliveries are signed after Standard Webhooks 1.0."""

    async def verb(work: Work, actor: Actor) -> WebhookAddedOut:
        reach = outbound.of(desk.tools.settings)
        found = await notifications.webhooks.add(work, actor, body.address, body.events, desk.tools.seal, reach)
        return WebhookAddedOut(webhook_id=found.webhook_id, secret=found.secret)

    return await desk.write(verb, 201, secret=True)


@router.delete("/webhooks/{webhook_id}", status_code=204)
async def remove(webhook_id: UUID, desk: AtDesk) -> Response:
    """Administrator: forgets a webhook; what waits for it is given up."""

    async def verb(work: Work, actor: Actor) -> None:
        await notifications.webhooks.remove(work, actor, webhook_id)

    return await desk.write(verb)


@router.post("/webhooks/{webhook_id}/test", status_code=202, response_model=DeliveryAddedOut)
async def try_out(webhook_id: UUID, desk: AtDesk) -> Response:
    """Administrator: has a test event delivered."""

    async def verb(work: Work, actor: Actor) -> DeliveryAddedOut:
        return DeliveryAddedOut(delivery_id=await notifications.deliveries.try_out(work, actor, webhook_id))

    return await desk.write(verb, 202)


@router.get("/webhook-deliveries", response_model=Page[WebhookDeliveryOut])
async def deliveries(desk: AtDesk, after: str | None = None, limit: Annotated[int, Query(ge=1, le=200)] = 50) -> Response:
    """Administrator: what went out to the company's systems, or waits, newest first."""

    async def verb(work: Work, actor: Actor) -> Page[WebhookDeliveryOut]:
        found = await notifications.deliveries.listed(work, actor, place(after, moment_and_id), limit)
        more = cursor(found[-1].noted_at, found[-1].delivery_id) if len(found) == limit else None
        return Page(items=[WebhookDeliveryOut.model_validate(one) for one in found], next=more)

    return await desk.read(verb)


@router.post("/webhook-deliveries/{delivery_id}/replay", status_code=202, response_model=DeliveryAddedOut)
async def replay(delivery_id: UUID, desk: AtDesk) -> Response:
    """Administrator: delivers the same once more."""

    async def verb(work: Work, actor: Actor) -> DeliveryAddedOut:
        return DeliveryAddedOut(delivery_id=await notifications.deliveries.replay(work, actor, delivery_id))

    return await desk.write(verb, 202)
