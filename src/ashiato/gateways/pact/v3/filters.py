"""Filters of version 3: repeated values of one are alternatives, different ones must all hold (pure)."""

from typing import Annotated

from pydantic import AwareDatetime, BaseModel, BeforeValidator, Field

from ashiato.gateways.pact.v3.mapping import validity
from ashiato.gateways.pact.v3.wire import GEOGRAPHY, ProductFootprint

Values = Annotated[list[str], BeforeValidator(lambda value: [value] if isinstance(value, str) else value), Field(max_length=100)]
_REGIONS = {
    "Africa": ("Northern Africa", "Sub-Saharan Africa"), "Americas": ("Latin America and the Caribbean", "Northern America"),
    "Asia": ("Central Asia", "Eastern Asia", "South-eastern Asia", "Southern Asia", "Western Asia"),
    "Europe": ("Eastern Europe", "Northern Europe", "Southern Europe", "Western Europe"),
    "Oceania": ("Australia and New Zealand", "Melanesia", "Micronesia", "Polynesia"),
}  # fmt: skip


class Criteria(BaseModel):
    """What is sought. Nothing that is empty restricts."""

    productId: Values = []
    companyId: Values = []
    geography: Values = []
    classification: Values = []
    validOn: AwareDatetime | None = None
    validAfter: AwareDatetime | None = None
    validBefore: AwareDatetime | None = None
    status: Values = []


def matches(found: ProductFootprint, wanted: Criteria) -> bool:
    """Whether a footprint is one of those that are sought."""
    starts, ends = validity(found)
    return all(
        (
            _among(found.productIds, wanted.productId),
            _among(found.companyIds, wanted.companyId),
            _among(_places(found), wanted.geography),
            _among(found.productClassifications or [], wanted.classification),
            _among([found.status], wanted.status),
            wanted.validOn is None or starts <= wanted.validOn <= ends,
            wanted.validAfter is None or starts > wanted.validAfter,
            wanted.validBefore is None or ends < wanted.validBefore,
        )
    )


def _among(has: list[str], wanted: list[str]) -> bool:
    return not wanted or bool({one.casefold() for one in has} & {one.casefold() for one in wanted})


def _places(found: ProductFootprint) -> list[str]:
    """Where a footprint is from, and what that lies in."""
    stated = [place for name in GEOGRAPHY if (place := getattr(found.pcf, name))]
    countries = [place.partition("-")[0] for place in stated if found.pcf.geographyCountrySubdivision == place]
    return stated + countries + [region for region, parts in _REGIONS.items() if set(stated) & set(parts)]


def in_order(found: list[ProductFootprint]) -> list[ProductFootprint]:
    """Oldest first: what is published later does not move what was listed before."""
    return sorted(found, key=lambda one: (one.created, one.id))
