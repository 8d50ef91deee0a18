"""Events of version 2: other types, and a request that holds a fragment of a footprint."""

from typing import Annotated, Any, Literal

from pydantic import Field, TypeAdapter

from ashiato.gateways.pact.v2.wire import ProductFootprint
from ashiato.gateways.pact.v3.events import Envelope, Mark, Publication, Rejection
from ashiato.gateways.pact.wire import Model, Text

_KIND = "org.wbcsd.pathfinder.ProductFootprint"
TYPES = {
    "created": f"{_KIND}Request.Created.v1", "fulfilled": f"{_KIND}Request.Fulfilled.v1", "rejected": f"{_KIND}Request.Rejected.v1",
    "published": f"{_KIND}.Published.v1",
}  # fmt: skip


class Wish(Model):
    """What is asked for: footprints that have what a fragment has."""

    pf: dict[str, Any]
    comment: Text | None = None


class CreatedEvent(Envelope):
    """A data recipient asks for footprints."""

    type: Literal["org.wbcsd.pathfinder.ProductFootprintRequest.Created.v1"]
    data: Wish


class Fulfilment(Model):
    """The footprints that answer an event."""

    requestEventId: Mark
    pfs: Annotated[list[ProductFootprint], Field(min_length=1, max_length=200)]


class FulfilledEvent(Envelope):
    """The data owner answers."""

    type: Literal["org.wbcsd.pathfinder.ProductFootprintRequest.Fulfilled.v1"]
    data: Fulfilment


class RejectedEvent(Envelope):
    """The data owner cannot answer, or does not wish to."""

    type: Literal["org.wbcsd.pathfinder.ProductFootprintRequest.Rejected.v1"]
    data: Rejection


class PublishedEvent(Envelope):
    """The data owner has something new."""

    type: Literal["org.wbcsd.pathfinder.ProductFootprint.Published.v1"]
    data: Publication


AnyEvent = CreatedEvent | FulfilledEvent | RejectedEvent | PublishedEvent
_EVENTS: TypeAdapter[AnyEvent] = TypeAdapter(Annotated[AnyEvent, Field(discriminator="type")])


def read(body: bytes) -> AnyEvent:
    """An event of this version. Raises ValidationError for what is none."""
    return _EVENTS.validate_json(body)
