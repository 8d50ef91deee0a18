"""Version 3 of the PACT data model and of its calls: the one that this gateway is built on."""

from typing import Annotated, Any

from pydantic import AfterValidator, TypeAdapter

from ashiato.domain.exchange import Foreign, Loss
from ashiato.gateways.pact.v3 import mapping
from ashiato.gateways.pact.v3.events import TYPES, Wish, read
from ashiato.gateways.pact.v3.filters import Criteria
from ashiato.gateways.pact.v3.wire import ProductFootprint
from ashiato.gateways.pact.wire import seen

__all__ = ["TYPES", "criteria", "foreign", "read", "spelled", "wish"]

_ARRIVED = TypeAdapter(Annotated[ProductFootprint, AfterValidator(seen)])


def criteria(wanted: Wish) -> Criteria:
    """What an event asks for."""
    return wanted


def wish(product_ids: list[str]) -> dict[str, Any]:
    """The content of an event that asks for these products."""
    return {"productId": product_ids}


def spelled(told: ProductFootprint) -> dict[str, Any] | None:
    """A footprint as this version spells it."""
    return told.model_dump(mode="json", exclude_none=True)


def foreign(document: bytes) -> tuple[Foreign | None, tuple[Loss, ...]]:
    """What a footprint in this version means, and what is lost of it. Raises ValidationError for what is none."""
    return mapping.foreign(_ARRIVED.validate_json(document))
