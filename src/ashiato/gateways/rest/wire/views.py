"""Messages about saved views."""

from datetime import datetime
from typing import Annotated, Literal
from uuid import UUID

from pydantic import Field

from ashiato.gateways.rest.wire.words import In, Out, Text


class SavedViewIn(In):
    """A list of the workspace, a name, and the filters as the list's address spells them behind its question mark."""

    list: Literal["parts", "requests", "declarations"]
    name: Text
    filters: Annotated[str, Field(max_length=60_000, examples=["side=sent&late=1"])]


class SavedViewOut(Out):
    """A saved view."""

    view_id: UUID
    list: str
    name: str
    filters: str
    saved_at: datetime


class SavedViewsOut(Out):
    """The asking person's saved views, by list and name."""

    items: list[SavedViewOut]
