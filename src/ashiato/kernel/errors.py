"""Refusals: what the platform will not do, told by kind, with what to do about it.

A refusal knows nothing of HTTP or of exit codes: each gateway maps the kinds to its own standard's errors, totally.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum


class Kind(StrEnum):
    """Why a deed was refused, in the words that every gateway translates."""

    INVALID = "invalid"  # the request itself is wrong; repeating it will not help
    UNIDENTIFIED = "unidentified"  # who asks is not known: no, wrong or expired credentials
    DENIED = "denied"  # who asks is known and may not
    ABSENT = "absent"  # no such thing, or none that the asker may see: the two are never told apart
    CONFLICT = "conflict"  # it contradicts the present state; read the state again
    GONE = "gone"  # it existed for the asker and no longer does
    LIMITED = "limited"  # too often; the same request will succeed later
    UNAVAILABLE = "unavailable"  # not now; the same request may succeed later


@dataclass(frozen=True, slots=True)
class Flaw:
    """One thing that is wrong with the input: where, why, and what to write instead."""

    field: str
    code: str
    message: str
    suggestion: str | None = None


@dataclass(slots=True)
class Refusal(Exception):
    """The platform will not do this. `code` is stable for programs, `remedy` tells a person what to do next."""

    kind: Kind
    code: str
    message: str
    remedy: str = ""
    flaws: tuple[Flaw, ...] = ()
    facts: Mapping[str, str] = field(default_factory=dict)

    def __str__(self) -> str:
        return f"{self.message} {self.remedy}".strip()


def invalid(code: str, message: str, remedy: str = "", *flaws: Flaw) -> Refusal:
    """A refusal of the request as it stands."""
    return Refusal(Kind.INVALID, code, message, remedy, flaws)


def denied(code: str, message: str, remedy: str = "") -> Refusal:
    """A refusal because of who asks."""
    return Refusal(Kind.DENIED, code, message, remedy)


def absent(what: str) -> Refusal:
    """The one answer for a thing that does not exist and for a thing that belongs to somebody else."""
    return Refusal(Kind.ABSENT, "absent", f"There is no such {what}.", "Check the identifier, or list what you can see.")


def conflict(code: str, message: str, remedy: str = "", *flaws: Flaw) -> Refusal:
    """A refusal because the present state forbids it."""
    return Refusal(Kind.CONFLICT, code, message, remedy, flaws)
