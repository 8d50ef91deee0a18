"""A release in any of the forms in which footprints go out, as a file, with its loss report (pure)."""

from typing import Any

from ashiato.domain import exchange, footprint
from ashiato.gateways.pact import catenax
from ashiato.gateways.pact.naming import Issuer
from ashiato.gateways.pact.v2 import mapping as second
from ashiato.gateways.pact.v3 import mapping
from ashiato.gateways.pact.v3.wire import ProductFootprint

Form = exchange.losses.Form
_THIRD = (*mapping.UNKNOWN.values(), mapping.EXEMPTED)
_UNSTATED = catenax.UNKNOWN | {Form.PACT_3: _THIRD, Form.PACT_2: (*_THIRD, *second.UNKNOWN)}


def report(form: Form) -> exchange.files.Report:
    """What a form has no place for, and what it says although nobody has stated it."""
    return exchange.files.Report(exchange.losses.LOSSES[form], tuple(_UNSTATED[form]))


def spelling(public_url: str) -> exchange.files.Spelling:
    """How this installation writes its releases in each form. Refuses (`invalid`, `conflict`) what a form has no word for."""
    issuer = Issuer(public_url)

    def spell(release: footprint.package.Release, wish: exchange.files.Wish) -> exchange.files.Spelled:
        payload = _payload(mapping.message(release, issuer, "Active"), wish)
        return exchange.files.Spelled(wish.form, release.product.part_number, payload, report(wish.form))

    return spell


def _payload(told: ProductFootprint, wish: exchange.files.Wish) -> dict[str, Any]:
    match wish.form:
        case Form.PACT_3:
            return told.model_dump(mode="json", exclude_none=True)
        case Form.PACT_2:
            return second.message(told).model_dump(mode="json", exclude_none=True)
        case Form.COMPONENT:
            return catenax.component(told, wish.roles)
        case _:
            return catenax.PAYLOADS[int(wish.form.rsplit("-", 1)[1])](told)
