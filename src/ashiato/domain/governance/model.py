"""The operator's accountability: registers, the state of criteria (pure)."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from uuid import UUID


class Register(StrEnum):
    """What the operator keeps a register of."""

    INCIDENT = "incident"
    CONFLICT_OF_INTEREST = "conflict_of_interest"
    AUTHORITY_REQUEST = "authority_request"  # of an authority, domestic or foreign, for a company's data
    SUPPORT = "support"  # as it was entered by the operator once; companies open these themselves now (`support`)


@dataclass(frozen=True, slots=True)
class NewEntry:
    """What the operator enters. `concerned_id`: the company that it is about; `disclosed`: whether that company, or everybody, may see it."""

    kind: Register
    title: str
    details: str
    concerned_id: UUID | None = None
    disclosed: bool = True


@dataclass(frozen=True, slots=True)
class Entry:
    """An entry of a register, open until it is settled with an outcome."""

    entry_id: UUID
    kind: str
    title: str
    details: str
    concerned_id: UUID | None
    disclosed: bool
    entered_at: datetime
    settled_at: datetime | None
    outcome: str


class CriterionState(StrEnum):
    """How far the operator has come with a criterion, as it says itself."""

    OPEN = "open"
    PREPARED = "prepared"
    MET = "met"
    NOT_APPLICABLE = "not_applicable"


class GlassState(StrEnum):
    """Where a break-glass access stands. Nobody moves one to `expired`: time does."""

    ASKED = "asked"
    APPROVED = "approved"
    REFUSED = "refused"
    ENDED = "ended"
    EXPIRED = "expired"


GLASS_MOVES: dict[GlassState, frozenset[GlassState]] = {
    GlassState.ASKED: frozenset({GlassState.APPROVED, GlassState.REFUSED}),
    GlassState.APPROVED: frozenset({GlassState.ENDED}),
    GlassState.REFUSED: frozenset(),
    GlassState.ENDED: frozenset(),
    GlassState.EXPIRED: frozenset(),
}


@dataclass(frozen=True, slots=True)
class Standing:
    """Where a criterion stands, who looks after it, and a note."""

    criterion: str
    state: str
    owner: str
    note: str
    changed_at: datetime
