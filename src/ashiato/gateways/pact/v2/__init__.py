"""Version 2 of the PACT data model and of its calls: only what differs from version 3."""

from typing import Annotated, Any

from pydantic import AfterValidator, TypeAdapter

from ashiato.domain.exchange import Foreign, Loss
from ashiato.gateways.pact.v2 import mapping
from ashiato.gateways.pact.v2.events import TYPES, Wish, read
from ashiato.gateways.pact.v2.wire import ProductFootprint
from ashiato.gateways.pact.v3 import wire as v3_wire
from ashiato.gateways.pact.v3.filters import Criteria
from ashiato.gateways.pact.wire import seen
from ashiato.kernel.errors import Refusal

__all__ = ["TYPES", "criteria", "foreign", "read", "spelled", "wish"]

_ARRIVED = TypeAdapter(Annotated[ProductFootprint, AfterValidator(seen)])


def criteria(wanted: Wish) -> Criteria:
    """What an event asks for, as far as version 3 has the same filters: products, companies, classifications."""
    names = {"productId": "productIds", "companyId": "companyIds", "classification": "productClassifications"}
    stated = {ours: wanted.pf[theirs] for ours, theirs in names.items() if isinstance(wanted.pf.get(theirs), list)}
    return Criteria.model_validate({name: [one for one in values if isinstance(one, str)] for name, values in stated.items()})


def wish(product_ids: list[str]) -> dict[str, Any]:
    """The content of an event that asks for these products."""
    return {"pf": {"productIds": product_ids}}


def spelled(told: v3_wire.ProductFootprint) -> dict[str, Any] | None:
    """A footprint as this version spells it; None for one that it has no words for."""
    try:
        return mapping.message(told).model_dump(mode="json", exclude_none=True)
    except Refusal:
        return None


def foreign(document: bytes) -> tuple[Foreign | None, tuple[Loss, ...]]:
    """What a footprint in this version means, and what is lost of it. Raises ValidationError for what is none."""
    return mapping.foreign(_ARRIVED.validate_json(document))
