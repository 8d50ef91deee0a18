"""Rooms, notes and opinions: the nouns and their rules (pure)."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from uuid import UUID

LONGEST_DAYS = 400  # a yearly verification, with some weeks to spare
MOST_ITEMS = 50


class NoteKind(StrEnum):
    """What is noted about one line."""

    TICK = "tick"  # the verifier has seen it and agrees
    QUESTION = "question"  # the verifier wants to know more
    FINDING = "finding"  # the verifier disagrees: something has to be mended or explained
    REPLY = "reply"  # either side
    SETTLED = "settled"  # the verifier takes question or finding back


OPENING = frozenset({NoteKind.QUESTION, NoteKind.FINDING})
CLOSING = frozenset({NoteKind.TICK, NoteKind.SETTLED})


class Level(StrEnum):
    """How thorough an assurance is (ISO 14064-3, ISAE 3410)."""

    LIMITED = "limited"
    REASONABLE = "reasonable"


class Conclusion(StrEnum):
    """What a verifier concludes (ISO 14064-3 clause 9: unmodified, modified, adverse; ISAE 3410: disclaimer)."""

    UNMODIFIED = "unmodified"
    QUALIFIED = "qualified"
    ADVERSE = "adverse"
    DISCLAIMED = "disclaimed"


ASSURING = frozenset({Conclusion.UNMODIFIED, Conclusion.QUALIFIED})


@dataclass(frozen=True, slots=True)
class Room:
    """A room: whose, for which verifier, until when."""

    company_id: UUID
    room_id: UUID
    verifier_id: UUID
    title: str
    opened_at: datetime
    expires_at: datetime
    closed_at: datetime | None

    def live(self, now: datetime) -> bool:
        """Whether anything can be read or noted in it now."""
        return self.closed_at is None and self.expires_at > now


@dataclass(frozen=True, slots=True)
class Proof:
    """A file that proves a line, shown in the room with it."""

    part_number: str
    line: int
    evidence_id: str
    name: str
    digest: str


@dataclass(frozen=True, slots=True)
class Item:
    """What is shown in a room: one computed footprint, by the digest of its package, and the files behind its lines."""

    footprint_id: UUID
    package_digest: str
    label: str
    proofs: tuple[Proof, ...]


@dataclass(frozen=True, slots=True)
class Note:
    """A note on one line (`place`) of what is shown, by one of the two companies."""

    company_id: UUID
    note_id: UUID
    room_id: UUID
    footprint_id: UUID
    place: str
    kind: str
    words: str
    noted_at: datetime


@dataclass(frozen=True, slots=True)
class Opinion:
    """A verifier's opinion, as it is signed."""

    schema: str
    opinion_id: str
    verifier: str
    verifier_name: str
    company: str
    company_name: str
    footprint_id: str
    label: str
    package_digest: str
    standard: str
    level: Level
    conclusion: Conclusion
    words: str
    ticked: int
    raised: int
    settled: int
    signed_on: date


def open_places(notes: Iterable[Note], kind: NoteKind | None = None) -> set[str]:
    """The lines whose last word but replies is a question or finding that nobody has settled; of one kind, if one is named."""
    standing: dict[str, str] = {}
    for note in sorted(notes, key=lambda one: (one.noted_at, one.note_id)):
        if note.kind in OPENING:
            standing[note.place] = note.kind
        elif note.kind in CLOSING:
            standing.pop(note.place, None)
    return {place for place, open_kind in standing.items() if kind is None or open_kind == kind}
