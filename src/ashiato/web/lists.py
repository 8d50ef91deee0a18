"""How every list works: filters in its address, one page after another by what comes last on it, the same as a file.

A list's address says all that is on the screen, so that it can be sent to a colleague, kept as a view, and asked for as .csv or .xlsx: the same
rows in the same order in the same columns, from the same place on, however many more there are (at most 5,000).
"""

import asyncio
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Annotated, Generic, Literal, TypeVar
from urllib.parse import urlencode
from uuid import UUID

from fastapi import Query, Response

from ashiato.domain import participants
from ashiato.domain.participants import Actor
from ashiato.kernel.errors import invalid
from ashiato.plumbing.delimited import BOM, csv_lines
from ashiato.plumbing.spreadsheet import Sheet, write
from ashiato.plumbing.unit_of_work import Work
from ashiato.web.headers import PRIVATE

T = TypeVar("T")
PER_PAGE = 50
MOST_IN_A_FILE = 5_000
MOST_PASTED = 500
Kind = Literal["csv", "xlsx"]
Place = Annotated[str, Query(max_length=100)]  # where a page of a list begins, as its address says it
_MEDIA_TYPES: dict[str, str] = {"csv": "text/csv; charset=utf-8", "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"}


@dataclass(frozen=True, slots=True)
class Listing:
    """What is listed, as its address says it: `asked` are the filters, `more` is where the next page begins (None: nowhere)."""

    path: str
    asked: Mapping[str, str]
    more: str | None
    begun: bool  # this is not the first page

    def at(self, **changes: object) -> str:
        """The address with other filters, from the first row on."""
        return addressed(self.path, **{**self.asked, **changes})

    @property
    def next(self) -> str:
        """The next page's address."""
        return self.at(after=self.more)

    def file(self, kind: Kind) -> str:
        """The same as a file."""
        return addressed(f"{self.path}.{kind}", **self.asked)

    @property
    def name(self) -> str:
        """Which list it is, as saved views name it."""
        return self.path.removeprefix("/")

    @property
    def filters(self) -> str:
        """What is asked for, as saved views keep it."""
        return self.at().partition("?")[2]

    @property
    def narrowed(self) -> bool:
        """Whether anything but the order was asked for: an empty list is then no empty house."""
        return any(value for name, value in self.asked.items() if name not in ("sort", "side", "method"))


def addressed(path: str, **asked: object) -> str:
    """A list's address with these filters; what is empty is left out."""
    query = urlencode({name: str(value) for name, value in asked.items() if value not in ("", None, False)})
    return f"{path}?{query}" if query else path


async def kept(work: Work, actor: Actor, which: str) -> list[participants.views.SavedView]:
    """The reader's own views of this list."""
    return [view for view in await participants.views.listed(work, actor) if view.list == which]


def narrowed_to(which: str, filters: str) -> str:
    """The address of a list with the filters of a saved view; the first page, where there is no such list."""
    return f"/{which}?{filters}" if which in participants.views.LISTS else "/"


def pasted(text: str) -> tuple[str, ...]:
    """The entries of a column that was pasted, each once. Refuses (`invalid`) more than 500."""
    entries = tuple(dict.fromkeys(entry.strip() for entry in re.split(r"[\r\n\t]+", text) if entry.strip()))
    if len(entries) > MOST_PASTED:
        raise invalid("list.pasted", f"{len(entries)} entries are too many at once.", f"Paste at most {MOST_PASTED}.")
    return entries


def moment_and_id(place: str) -> tuple[datetime, UUID] | None:
    """Where a page begins that is in the order of an instant and an identifier. Refuses (`invalid`) what no page's end gave."""
    if not place:
        return None
    moment, _, identifier = place.partition("/")
    try:
        found = datetime.fromisoformat(moment), UUID(identifier)
    except ValueError as error:
        raise invalid("after", "This is no place in the list.", "Begin with its first page.") from error
    if found[0].tzinfo is None:
        raise invalid("after", "This is no place in the list.", "Begin with its first page.")
    return found


@dataclass(frozen=True, slots=True)
class Rows(Generic[T]):
    """Rows of one of the lists on a page, and the address where it goes on (None: nowhere)."""

    rows: list[T]
    more: str | None


def newest_first(found: list[T], place: Callable[[T], tuple[datetime, UUID]], path: str, name: str, limit: int = PER_PAGE) -> Rows[T]:
    """The rows of a list that was read one row further than it is shown; `name`: what its place is called in the address."""
    if len(found) <= limit:
        return Rows(found, None)
    moment, identifier = place(found[limit - 1])
    return Rows(found[:limit], addressed(path, **{name: f"{moment.astimezone(UTC).isoformat()}/{identifier}"}))


def by_place(found: list[T], place: Callable[[T], str], path: str, **asked: object) -> Rows[T]:
    """The same for a list in another order; of the filters that are `asked` the last is the place, filled in here."""
    if len(found) <= PER_PAGE:
        return Rows(found, None)
    *kept, name = asked
    return Rows(found[:PER_PAGE], addressed(path, **{each: asked[each] for each in kept}, **{name: place(found[PER_PAGE - 1])}))


@dataclass(frozen=True, slots=True)
class Told:
    """A list as it stands in a file: a header in the reader's language, rows of text, and which columns hold numbers."""

    name: str
    header: Sequence[str]
    rows: Sequence[Sequence[str]]
    numeric: frozenset[str] = frozenset()


async def as_file(kind: Kind, told: Told, made_at: datetime) -> Response:
    """The file, for Excel and everything else."""
    table = [list(told.header), *(list(row) for row in told.rows)]
    if kind == "csv":
        content = (BOM + csv_lines(table)).encode()
    else:
        content = await asyncio.to_thread(write, [Sheet(told.name, table)], told.numeric, made_at)
    headers = {**PRIVATE, "Content-Disposition": f'attachment; filename="{told.name}.{kind}"'}
    return Response(content, headers=headers, media_type=_MEDIA_TYPES[kind])
