"""Messages about what is to be done, reminders and webhooks."""

from datetime import datetime
from typing import Annotated, Any, Literal
from uuid import UUID

from pydantic import Field

from ashiato.gateways.rest.wire.words import In, Out, Text


class DutyOut(Out):
    """One thing to be done: what it is about, whom it concerns, by when."""

    kind: str
    subject_id: UUID
    title: str
    party: str
    due_at: datetime | None
    overdue: bool


class DutiesOut(Out):
    """What the own company has to do, the most urgent first; at most a hundred of a kind."""

    items: list[DutyOut]


class PreferenceBody(In):
    """Whether reminders come by mail, and in which language."""

    mail: bool
    language: Literal["en", "ja"]


class PreferenceOut(Out):
    """What the acting person has chosen; nothing yet where both are null."""

    mail: bool | None
    language: str | None


class WebhookIn(In):
    """Where the company's own system listens (https), and the kinds of events that it wants; all, if none is named."""

    address: Annotated[str, Field(max_length=2000)]
    events: Annotated[list[Text], Field(max_length=20, default_factory=list)]


class WebhookAddedOut(Out):
    """A fresh webhook; the secret (Standard Webhooks, `whsec_…`) is told now and never again."""

    webhook_id: UUID
    secret: str


class WebhookOut(Out):
    """A webhook of the company's."""

    webhook_id: UUID
    address: str
    events: list[str]
    stated_at: datetime


class WebhooksOut(Out):
    """The company's webhooks."""

    items: list[WebhookOut]


class WebhookDeliveryOut(Out):
    """A delivery to one of the company's systems, and how far it has come."""

    delivery_id: UUID
    event: str
    body: dict[str, Any]
    webhook_id: UUID
    state: Literal["waiting", "done", "failed"]
    attempts: int
    trouble: str
    noted_at: datetime
    due_at: datetime
    settled_at: datetime | None


class DeliveryAddedOut(Out):
    """A delivery that goes out now."""

    delivery_id: UUID
