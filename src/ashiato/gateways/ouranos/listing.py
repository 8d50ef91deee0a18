"""Lists: identifiers with commas between them, and pages whose cursor is their first item."""

from collections.abc import Sequence
from typing import Annotated, TypeVar
from urllib.parse import urlencode
from uuid import UUID

from fastapi import Query

from ashiato.gateways.ouranos import errors
from ashiato.gateways.ouranos.wire import Id

Row = TypeVar("Row")
Limit = Annotated[int, Query(ge=1, le=100)]
Start = Annotated[Id | None, Query()]


def ids(field: str, text: str, most: int) -> list[UUID]:
    """Identifiers in their order. Refuses (400) none, too many, and what is no identifier."""
    try:
        found = [UUID(each.strip()) for each in text.split(",")]
    except ValueError:
        raise errors.unexpected(field) from None
    if len(found) > most:
        raise errors.unexpected(field)
    return found


def parameters(target: str, limit: int, **others: object) -> str:
    """The query that asks for the next page, but for its cursor."""
    given = {name: str(value).lower() if isinstance(value, bool) else str(value) for name, value in others.items() if value is not None}
    return urlencode({"dataTarget": target, "limit": limit} | given)


def page(rows: Sequence[Row], limit: int) -> tuple[list[Row], Row | None]:
    """The rows of this page, and the first one of the next: one more row was asked for than the page has."""
    return list(rows[:limit]), rows[limit] if len(rows) > limit else None
