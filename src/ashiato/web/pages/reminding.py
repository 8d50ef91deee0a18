"""What a person is told by mail, and where a company's own systems are told of events."""

from dataclasses import dataclass
from datetime import datetime
from typing import Annotated, ClassVar, Literal
from uuid import UUID

from fastapi import Form, Query, Response

from ashiato.domain import notifications
from ashiato.domain.participants import Actor, Deed
from ashiato.kernel.errors import invalid
from ashiato.plumbing import outbound
from ashiato.plumbing.unit_of_work import Work
from ashiato.web.route import AtDoor, Once, journey, may
from ashiato.web.words import words_for

router = journey()
_DELIVERIES = 50


@dataclass(frozen=True, slots=True)
class Reminding:
    """The page."""

    template: ClassVar[str] = "reminders.html"
    mail: bool
    language: str
    administers: bool
    webhooks: list[notifications.webhooks.Webhook]
    deliveries: list[notifications.deliveries.Delivery]
    before: str | None
    events: list[str]
    secret: str = ""


@router.get("/reminders")
async def reminders(visit: AtDoor, before: Annotated[str | None, Query(max_length=100)] = None) -> Response:
    """Mail for the reader; for administrators the webhooks and what went out to them."""
    language = words_for(visit.request).language

    async def verb(work: Work, actor: Actor) -> Reminding:
        return await _page(work, actor, language, _place(before))

    return await visit.show(verb)


def _place(text: str | None) -> tuple[datetime, UUID] | None:
    if text is None:
        return None
    try:
        moment, _, delivery_id = text.partition("~")
        return datetime.fromisoformat(moment), UUID(delivery_id)
    except ValueError as error:
        raise invalid("cursor", "This is no place in the list.", "Begin again at its first page.") from error


async def _page(work: Work, actor: Actor, language: str, before: tuple[datetime, UUID] | None = None, secret: str = "") -> Reminding:
    chosen = await notifications.preferences.preference(work, actor)
    administers = may(actor, Deed.ADMINISTER)
    found = await notifications.deliveries.listed(work, actor, before, _DELIVERIES) if administers else []
    last = found[-1] if len(found) == _DELIVERIES else None
    return Reminding(
        mail=chosen.mail if chosen else True,
        language=chosen.language if chosen else language,
        administers=administers,
        webhooks=await notifications.webhooks.listed(work, actor) if administers else [],
        deliveries=found,
        before=f"{last.noted_at.isoformat().replace('+00:00', 'Z')}~{last.delivery_id}" if last else None,
        events=[kind.value for kind in notifications.EventKind],
        secret=secret,
    )


@router.post("/reminders")
async def prefer(visit: AtDoor, language: Annotated[Literal["en", "ja"], Form()], once: Once, mail: Annotated[bool, Form()] = False) -> Response:
    """Whether the reader wants mail, and in which language."""

    async def verb(work: Work, actor: Actor) -> None:
        await notifications.preferences.prefer(work, actor, mail=mail, language=language)

    return await visit.act(verb, "/reminders", once)


@router.post("/reminders/webhooks")
async def add(
    visit: AtDoor,
    address: Annotated[str, Form(max_length=2000)],
    once: Once,
    event: Annotated[list[str] | None, Form(max_length=20)] = None,
) -> Response:
    """Administrator: registers a webhook; the page that follows shows its secret, this once."""
    language = words_for(visit.request).language

    async def verb(work: Work, actor: Actor) -> Reminding:
        reach = outbound.of(visit.tools.settings)
        added = await notifications.webhooks.add(work, actor, address.strip(), event or [], visit.tools.seal, reach)
        return await _page(work, actor, language, secret=added.secret)

    return await visit.show(verb, notes=True)


@router.post("/reminders/webhooks/{webhook_id:uuid}/removal")
async def remove(visit: AtDoor, webhook_id: UUID, once: Once) -> Response:
    """Administrator: forgets a webhook."""

    async def verb(work: Work, actor: Actor) -> None:
        await notifications.webhooks.remove(work, actor, webhook_id)

    return await visit.act(verb, "/reminders", once)


@router.post("/reminders/webhooks/{webhook_id:uuid}/test")
async def try_out(visit: AtDoor, webhook_id: UUID, once: Once) -> Response:
    """Administrator: has a test event delivered."""

    async def verb(work: Work, actor: Actor) -> None:
        await notifications.deliveries.try_out(work, actor, webhook_id)

    return await visit.act(verb, "/reminders#deliveries", once)


@router.post("/reminders/deliveries/{delivery_id:uuid}/replay")
async def replay(visit: AtDoor, delivery_id: UUID, once: Once) -> Response:
    """Administrator: delivers the same once more."""

    async def verb(work: Work, actor: Actor) -> None:
        await notifications.deliveries.replay(work, actor, delivery_id)

    return await visit.act(verb, "/reminders#deliveries", once)
