"""Messages about partners' systems: where they stand, what goes out to them, what they sent."""

from datetime import date, datetime
from typing import Any, Literal
from uuid import UUID

from pydantic import Field

from ashiato.gateways.rest.wire.parts import ParticularsOut
from ashiato.gateways.rest.wire.words import Figure, Flaw, In, Out, StageName, Text, Url

Version = Literal[2, 3]
StateName = Literal["waiting", "quarantined", "accepted", "superseded", "declined"]


class EndpointIn(In):
    """Where the own system answers partners, and where it issues tokens if that is elsewhere."""

    address: Url
    token_address: Url | None = None
    version: Version = 3


class EndpointOut(Out):
    """Where the own system answers partners."""

    address: str
    token_address: str
    version: int


class PartnerIn(In):
    """The account that a partner's system has given to the own company. The secret is kept sealed and never told."""

    account: Text
    secret: Text


class PartnerOut(Out):
    """A partner, without its secret."""

    partner_id: UUID
    name: str
    state: str
    account: str
    address: str | None
    version: int | None
    stated_at: datetime


class FetchIn(In):
    """Which footprints to fetch; all, if none is named."""

    footprint_ids: list[UUID] = Field([], max_length=500)


class PutIn(In):
    """A request, to be put to its supplier's system or, once it is answered, to be made known to its buyer's."""

    request_id: UUID


class QueuedOut(Out):
    """What was put into the queue."""

    delivery_id: UUID


class DeliveryOut(Out):
    """What goes out to a partner's system or is fetched there, how far it has come, and what was in its way last."""

    delivery_id: UUID
    partner_id: UUID
    kind: str
    request_id: UUID | None
    state: str
    attempts: int
    trouble: str
    noted_at: datetime
    due_at: datetime
    settled_at: datetime | None


class LossOut(Out):
    """A member that could not be carried over, or not as it is, and why."""

    member: str
    why: str


class FormOut(Out):
    """A form in which released footprints go out, and what it has no place for."""

    form: str
    losses: list[LossOut]


class UnstatedOut(Out):
    """A member that a form demands although nobody has stated it, and what it holds instead."""

    member: str
    holds: str


class FileOut(Out):
    """A footprint in a form of another system's, with its loss report."""

    form: str
    payload: dict[str, Any]
    lost: list[LossOut]
    unstated: list[UnstatedOut]


class AssuranceOut(Out):
    """Who verified a footprint, by which standard, how thoroughly, and when."""

    provider: str
    standard: str
    level: str | None
    completed_on: date


class MeaningOut(Out):
    """What a footprint means in Ashiato's words: kg CO2e per `amount` of `unit`, cradle to gate."""

    product_name: str
    product_ids: tuple[str, ...]
    company_name: str
    company_ids: tuple[str, ...]
    status: str
    unit: str
    amount: Figure
    mass_kg: Figure | None
    carbon: Figure
    share: Figure | None
    start: date
    end: date
    valid_until: datetime
    rules: tuple[str, ...]
    method: str | None
    particulars: ParticularsOut | None
    assurance: AssuranceOut | None


class ReceivedOut(Out):
    """A footprint that a partner's system sent, what became of it, what it means, what was lost on the way and what is wrong with it."""

    received_id: UUID
    partner_id: UUID
    footprint_id: str
    version: int
    state: str
    request_id: UUID | None
    release_id: UUID | None
    received_at: datetime
    meaning: MeaningOut | None
    losses: list[LossOut]
    flaws: list[Flaw]


class DocumentOut(ReceivedOut):
    """The same with the document as it came."""

    document: Any


class AcceptIn(In):
    """Which request a footprint answers, and to which stage it counts where it says nothing of stages."""

    request_id: UUID
    stage: StageName = "raw_materials"
