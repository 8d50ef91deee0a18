"""Bundles and departures: the nouns and their states (pure)."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

from ashiato.kernel.errors import conflict

SCHEMA = "ashiato/company-bundle/1"


class Direction(StrEnum):
    """Whether a company takes a bundle with it or brings it along."""

    OUT = "out"
    IN = "in"


class BundleState(StrEnum):
    """How far a bundle has come."""

    WAITING = "waiting"  # the worker makes it or takes it up
    DONE = "done"
    FAILED = "failed"
    REMOVED = "removed"  # its bytes are gone, by its company's wish or because its time was over; that it was, stays


TRANSITIONS: dict[BundleState, frozenset[BundleState]] = {
    BundleState.WAITING: frozenset({BundleState.DONE, BundleState.FAILED}),
    BundleState.DONE: frozenset({BundleState.REMOVED}),
    BundleState.FAILED: frozenset({BundleState.REMOVED}),
    BundleState.REMOVED: frozenset(),
}


def check_transition(present: BundleState, wanted: BundleState) -> None:
    """Refuses (`conflict`) a state that does not follow the present one."""
    if wanted not in TRANSITIONS[present]:
        raise conflict("bundle.state", f"A bundle that is {present} cannot become {wanted}.", "Wait until it is done.")


class DepartureState(StrEnum):
    """How far a departure has come. Until it is carried out it can be cancelled."""

    ANNOUNCED = "announced"
    CANCELLED = "cancelled"
    CARRIED_OUT = "carried_out"


class Reason(StrEnum):
    """Why a record that was brought along has no place here."""

    NOT_TAKEN_UP = "not_taken_up"  # of a kind that has no force elsewhere: see `contents`
    ANOTHERS = "anothers"  # the counterparty's record, kept as it was received
    COUNTERPARTY_ABSENT = "counterparty_absent"  # it names a company that is not here
    GRANT_CLOSED = "grant_closed"  # a grant to a company that is not here
    UNLINKED = "unlinked"  # it hangs on a record that is not here
    TAKEN = "taken"  # another record here has its number


@dataclass(frozen=True, slots=True)
class Bundle:
    """A bundle of one company; size and digest (SHA-256, hexadecimal) once its bytes are there, `kept_until` when they are taken away."""

    company_id: UUID
    bundle_id: UUID
    direction: str
    state: str
    requested_at: datetime
    settled_at: datetime | None
    kept_until: datetime
    size: int | None
    digest: str | None
    sealed_key: bytes | None
    place: Mapping[str, Any]
    report: Mapping[str, Any]
    trouble: str

    @property
    def purpose(self) -> str:
        """What its bytes are sealed for: no other bundle's key opens them."""
        return f"bundle {self.company_id} {self.bundle_id}"


@dataclass(frozen=True, slots=True)
class Job:
    """A bundle that waits for the worker."""

    company_id: UUID
    bundle_id: UUID
    direction: str


@dataclass(frozen=True, slots=True)
class CarriedRecord:
    """A record that was brought along and has no place here."""

    record_id: str
    origin: str
    kind: str
    content: Mapping[str, Any]
    reason: str
    carried_at: datetime


@dataclass(frozen=True, slots=True)
class Departure:
    """That a company leaves, and from when on what is its own alone is taken away."""

    departure_id: UUID
    state: str
    announced_at: datetime
    effective_at: datetime
    settled_at: datetime | None
