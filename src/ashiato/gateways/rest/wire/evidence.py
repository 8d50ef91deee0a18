"""Messages about evidence."""

from datetime import date, datetime
from typing import Annotated, Literal
from uuid import UUID

from pydantic import AwareDatetime, Field

from ashiato.gateways.rest.wire.words import In, Out


class EvidenceOut(Out):
    """A file that proves something: its SHA-256, and when its bytes were removed, if they were."""

    evidence_id: UUID
    name: str
    media_type: str
    digest: str
    size: int
    personal: bool
    expires_on: date | None
    added_at: datetime
    removed_at: datetime | None


class LinkOut(Out):
    """What a file proves; the line is 0 where it is no line of an inventory."""

    subject_kind: str
    subject_id: UUID
    line: int
    linked_at: datetime


class DescribedOut(Out):
    """A file with what it proves, and until when it is kept by rule."""

    item: EvidenceOut
    links: list[LinkOut]
    retained_until: date | None
    expired: bool


class EvidenceLinkIn(In):
    """What a file proves: a line of a part's inventory, an answer (by its request), or a declaration."""

    subject_kind: Literal["inventory_line", "answer", "declaration"]
    subject_id: UUID
    line: Annotated[int, Field(ge=0, le=2**31 - 1, description="the inventory line's number; 0 otherwise")] = 0


class EvidenceGrantIn(In):
    """The answered request whose buyer may read the file, and until when."""

    request_id: UUID
    valid_until: AwareDatetime | None = None
