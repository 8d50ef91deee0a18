"""Messages about applications of the Japanese interface."""

from datetime import datetime
from typing import Annotated, Literal
from uuid import UUID

from pydantic import Field

from ashiato.gateways.rest.wire.words import In, Out, Text


class AdmitIn(In):
    """An application, and the networks (CIDR) that it calls from. A `system` asks whether keys and tokens are good."""

    name: Text
    kind: Literal["application", "system"] = "application"
    networks: Annotated[list[Text], Field(min_length=1, max_length=100)]


class ApplicationKeyOut(Out):
    """A fresh application's identifier and key: the key is told once."""

    application_id: UUID
    key: str


class AdmittedOut(Out):
    """An application, without its key."""

    application_id: UUID
    name: str
    kind: str
    networks: list[str]
    active: bool
    registered_at: datetime
