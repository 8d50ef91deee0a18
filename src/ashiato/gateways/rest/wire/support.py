"""Messages about requests for support."""

from datetime import datetime
from typing import Annotated
from uuid import UUID

from pydantic import StringConstraints

from ashiato.gateways.rest.wire.words import In, Out, Text, storable

Words = Annotated[str, StringConstraints(min_length=1, max_length=4000), storable]


class SupportIn(In):
    """What help is asked for. The operator reads exactly this, and nothing else of the company's."""

    subject: Text
    words: Words


class SupportWordIn(In):
    """What one side says."""

    words: Words


class SupportOut(Out):
    """A request for support. `answered_at`: the operator's first word."""

    support_id: UUID
    company: str
    subject: str
    opened_at: datetime
    answered_at: datetime | None
    closed_at: datetime | None


class SupportWordOut(Out):
    """What one side said."""

    by_operator: bool
    speaker: str
    words: str
    said_at: datetime


class SupportThreadOut(SupportOut):
    """A request with all that was said of it, oldest first."""

    said: list[SupportWordOut]
