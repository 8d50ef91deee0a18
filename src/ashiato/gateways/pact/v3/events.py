"""Events of version 3, as CloudEvents 1.0 in structured mode."""

from typing import Annotated, Literal
from uuid import UUID

from pydantic import Field, StringConstraints, TypeAdapter

from ashiato.gateways.pact.v3.filters import Criteria
from ashiato.gateways.pact.v3.wire import ProductFootprint
from ashiato.gateways.pact.wire import Failure, Instant, Model, Text

_KIND = "org.wbcsd.pact.ProductFootprint"
TYPES = {
    "created": f"{_KIND}.RequestCreatedEvent.3", "fulfilled": f"{_KIND}.RequestFulfilledEvent.3",
    "rejected": f"{_KIND}.RequestRejectedEvent.3", "published": f"{_KIND}.PublishedEvent.3",
}  # fmt: skip
Mark = Annotated[str, StringConstraints(min_length=1, max_length=400)]


class Envelope(Model):
    """What all events say of themselves."""

    specversion: Literal["1.0"]
    id: Mark
    source: Mark
    time: Instant


class Wish(Criteria):
    """What is asked for, with words."""

    comment: Text | None = None


class CreatedEvent(Envelope):
    """A data recipient asks for footprints."""

    type: Literal["org.wbcsd.pact.ProductFootprint.RequestCreatedEvent.3"]
    data: Wish


class Fulfilment(Model):
    """The footprints that answer an event."""

    requestEventId: Mark
    pfs: Annotated[list[ProductFootprint], Field(min_length=1, max_length=200)]


class FulfilledEvent(Envelope):
    """The data owner answers."""

    type: Literal["org.wbcsd.pact.ProductFootprint.RequestFulfilledEvent.3"]
    data: Fulfilment


class Rejection(Model):
    """Why an event is not answered."""

    requestEventId: Mark
    error: Failure


class RejectedEvent(Envelope):
    """The data owner cannot answer, or does not wish to."""

    type: Literal["org.wbcsd.pact.ProductFootprint.RequestRejectedEvent.3"]
    data: Rejection


class Publication(Model):
    """What is new."""

    pfIds: Annotated[list[UUID], Field(min_length=1, max_length=500)]


class PublishedEvent(Envelope):
    """The data owner has something new."""

    type: Literal["org.wbcsd.pact.ProductFootprint.PublishedEvent.3"]
    data: Publication


AnyEvent = CreatedEvent | FulfilledEvent | RejectedEvent | PublishedEvent
_EVENTS: TypeAdapter[AnyEvent] = TypeAdapter(Annotated[AnyEvent, Field(discriminator="type")])


def read(body: bytes) -> AnyEvent:
    """An event of this version. Raises ValidationError for what is none."""
    return _EVENTS.validate_json(body)
