"""The company's declarations as a list, the newest first."""

from dataclasses import dataclass
from datetime import datetime
from typing import Annotated, ClassVar
from uuid import UUID

from fastapi import Depends, Query, Response

from ashiato.domain import footprint, participants
from ashiato.domain.participants import Actor
from ashiato.plumbing.unit_of_work import Work
from ashiato.web.lists import MOST_IN_A_FILE, PER_PAGE, Kind, Listing, Told, as_file, kept, moment_and_id
from ashiato.web.route import AtDoor, View, journey
from ashiato.web.words import words_for

router = journey()
COLUMNS = ("part", "part_number", "declared", "declaration")


@dataclass(frozen=True, slots=True)
class Asked:
    """The filter, as it stands in the address."""

    q: str
    after: tuple[datetime, UUID] | None

    def listing(self, more: str | None) -> Listing:
        """The list's addresses."""
        return Listing("/declarations", {"q": self.q}, more, begun=self.after is not None)


async def _asked(q: Annotated[str, Query(max_length=200)] = "", after: Annotated[str, Query(max_length=100)] = "") -> Asked:
    return Asked(q.strip(), moment_and_id(after))


AsAsked = Annotated[Asked, Depends(_asked)]


@dataclass(frozen=True, slots=True)
class Declarations:
    """The page."""

    template: ClassVar[str] = "declarations.html"
    asked: Asked
    rows: list[footprint.declaring.DeclaredOf]
    listing: Listing
    views: list[participants.views.SavedView]


@router.get("/declarations")
async def declarations(visit: AtDoor, asked: AsAsked) -> Response:
    """What the company has declared."""

    async def verb(work: Work, actor: Actor) -> View:
        rows = await footprint.declaring.declared_of(work, actor, asked.q, asked.after, PER_PAGE + 1)
        last = rows[PER_PAGE - 1] if len(rows) > PER_PAGE else None
        more = f"{last.declared_at.isoformat()}/{last.declaration_id}" if last else None
        return Declarations(asked, rows[:PER_PAGE], asked.listing(more), await kept(work, actor, "declarations"))

    return await visit.show(verb, asks=lambda _: footprint.asked.declared_of(asked.q, asked.after, PER_PAGE + 1))


@router.get("/declarations.{kind}")
async def declarations_as_file(visit: AtDoor, kind: Kind, asked: AsAsked) -> Response:
    """The same rows as a file."""
    t = words_for(visit.request)

    async def verb(work: Work, actor: Actor) -> Response:
        found = await footprint.declaring.declared_of(work, actor, asked.q, asked.after, MOST_IN_A_FILE)
        rows = [[one.name, one.part_number, one.declared_at.isoformat(timespec="seconds"), str(one.declaration_id)] for one in found]
        return await as_file(kind, Told("declarations", [t(f"listed.{column}") for column in COLUMNS], rows), work.now)

    return await visit.look(verb)
