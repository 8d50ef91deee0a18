"""Messages about bundles that a company takes with it or brings along, and about its departure."""

from datetime import datetime
from typing import Any, Literal
from uuid import UUID

from ashiato.gateways.rest.wire.words import Out


class BundleOut(Out):
    """A bundle; size and digest (SHA-256, hexadecimal) once its bytes are there. `report`: what is in it, or what became of it.

    `kept_until`: when a bundle that is done or failed is taken off the server. Until it is made the moment is an estimate.
    """

    bundle_id: UUID
    direction: Literal["out", "in"]
    state: Literal["waiting", "done", "failed", "removed"]
    requested_at: datetime
    settled_at: datetime | None
    kept_until: datetime
    size: int | None
    digest: str | None
    report: dict[str, Any]
    trouble: str


class CarriedRecordOut(Out):
    """A record that was brought along and has no place here, with the reason."""

    record_id: str
    origin: Literal["own", "received"]
    kind: str
    content: dict[str, Any]
    reason: str
    carried_at: datetime


class DepartureOut(Out):
    """Whether and when the company leaves. `state` is `none` where nothing was ever announced."""

    state: Literal["none", "announced", "cancelled", "carried_out"]
    announced_at: datetime | None = None
    effective_at: datetime | None = None
    settled_at: datetime | None = None
