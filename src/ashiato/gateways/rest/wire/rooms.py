"""Messages about verification rooms: what is shown in them, notes on lines, samples, opinions."""

from datetime import datetime
from typing import Annotated, Any, Literal
from uuid import UUID

from pydantic import Field, StringConstraints

from ashiato.gateways.rest.wire.words import Figure, In, Instant, LongText, Out, Text, storable

KindName = Literal["tick", "question", "finding", "reply", "settled"]
Place = Annotated[str, StringConstraints(min_length=1, max_length=500), storable]


class RoomIn(In):
    """For which verifier (by number), what, and until when."""

    verifier: Text
    title: LongText = ""
    footprints: Annotated[list[UUID], Field(min_length=1, max_length=50)]
    until: Instant


class RoomOut(Out):
    """A verification room."""

    room_id: UUID
    company_id: UUID
    verifier_id: UUID
    title: str
    opened_at: datetime
    expires_at: datetime
    closed_at: datetime | None


class ProofOut(Out):
    """A file that proves a line of what is shown."""

    part_number: str
    line: int
    evidence_id: UUID
    name: str
    digest: str


class ItemOut(Out):
    """A footprint that is shown in a room."""

    footprint_id: UUID
    package_digest: str
    label: str
    proofs: tuple[ProofOut, ...]


class RoomNoteIn(In):
    """A note on one line, named by its place."""

    footprint_id: UUID
    place: Place
    kind: KindName
    words: LongText = ""


class RoomNoteOut(Out):
    """A note on one line, by one of the two companies."""

    note_id: UUID
    company_id: UUID
    footprint_id: UUID
    place: str
    kind: str
    words: str
    noted_at: datetime


class OpinionIn(In):
    """What the verifier concludes on one footprint."""

    footprint_id: UUID
    standard: Text
    level: Literal["limited", "reasonable"]
    conclusion: Literal["unmodified", "qualified", "adverse", "disclaimed"]
    words: LongText = ""


class OpinionOut(Out):
    """A signed opinion: the document, its digest, and the verifier's signature over its canonical JSON."""

    opinion: dict[str, Any]
    digest: str
    signature: dict[str, Any]
    room_id: UUID
    signed_at: datetime


class AccessInRoomOut(Out):
    """What the verifier has read, and when first."""

    subject_kind: str
    subject_id: UUID
    first_read_at: datetime


class WholeRoomOut(RoomOut):
    """A room with what is shown in it, the notes, the opinions, and for its owner what was read."""

    items: list[ItemOut]
    notes: list[RoomNoteOut]
    opinions: list[OpinionOut]
    accesses: list[AccessInRoomOut]


class RowOut(Out):
    """What carries something: kg CO2e per declared unit of the part that it belongs to."""

    place: str
    kind: str
    part_number: str
    name: str
    carried: Figure
    share: Figure
    amount: Figure | None
    unit: str | None
    stage: str | None
    line: int | None
    source: str | None
    evidence: str
    factor: str | None = None


class TraceOut(Out):
    """One part of a shown footprint: the way to it, its figure per declared unit, and what carries that, largest first."""

    path: list[str]
    part_number: str
    name: str
    declared_unit: str
    used: Figure
    total: Figure
    rows: list[RowOut]


class DrawnOut(RowOut):
    """A row of a sample, with its stratum."""

    stratum: str


class SampleOut(Out):
    """A seeded random sample; the same seed draws the same rows."""

    seed: str
    size: int
    strata: str
    rows: list[DrawnOut]


class ShownOut(Out):
    """A shown footprint: the frozen package and what follows from it."""

    package: dict[str, Any]
    package_digest: str
    result: dict[str, Any]
