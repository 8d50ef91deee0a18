"""The ledger of data use: who may use and used which data for which purpose, on a page and as a file."""

from dataclasses import dataclass
from datetime import datetime
from typing import ClassVar, Literal

from fastapi import Response

from ashiato.domain import participants, sharing
from ashiato.domain.participants import Actor
from ashiato.kernel.ids import CompanyId
from ashiato.plumbing.unit_of_work import Work
from ashiato.web.lists import MOST_IN_A_FILE, PER_PAGE, Kind, Listing, Place, Told, as_file, moment_and_id
from ashiato.web.pages.sharing import subjects
from ashiato.web.route import AtDoor, View, journey
from ashiato.web.words import Words, words_for

router = journey()
Direction = Literal["given", "received"]
COLUMNS = ("with", "what", "about", "purpose", "granted", "until", "withdrawn", "first_read", "terms", "subject")


@dataclass(frozen=True, slots=True)
class Row:
    """A use, the other company's name (empty for the operator), and the own data that it is about (empty for others' data)."""

    use: sharing.ledger.Use
    partner: str
    about: str


@dataclass(frozen=True, slots=True)
class DataUses:
    """The page: uses of the own data by others (`given`) or of others' data by the own company, oldest first."""

    template: ClassVar[str] = "data_uses.html"
    direction: Direction
    rows: list[Row]
    listing: Listing


@router.get("/sharing/uses")
async def uses(visit: AtDoor, direction: Direction = "given", after: Place = "") -> Response:
    """The ledger, page after page."""

    async def verb(work: Work, actor: Actor) -> View:
        rows = await _rows(work, actor, direction, after, PER_PAGE + 1)
        last = rows[PER_PAGE - 1].use if len(rows) > PER_PAGE else None
        more = f"{last.granted_at.isoformat()}/{last.grant_id}" if last else None
        return DataUses(direction, rows[:PER_PAGE], Listing("/sharing/uses", {"direction": direction}, more, begun=bool(after)))

    return await visit.show(verb)


@router.get("/sharing/uses.{kind}")
async def uses_as_file(visit: AtDoor, kind: Kind, direction: Direction = "given", after: Place = "") -> Response:
    """The same rows as a file."""
    t = words_for(visit.request)

    async def verb(work: Work) -> Response:
        rows = await _rows(work, await visit.enter(work), direction, after, MOST_IN_A_FILE)
        return await as_file(
            kind, Told(f"data-uses-{direction}", [t(f"use.{column}") for column in COLUMNS], [_cells(row, t) for row in rows]), work.now
        )

    return await visit.tools.works.run(verb, read_only=True)


async def _rows(work: Work, actor: Actor, direction: Direction, after: str, limit: int) -> list[Row]:
    found = await sharing.ledger.uses(work, actor, given=direction == "given", after=moment_and_id(after), limit=limit)
    other = {each.grant_id: CompanyId(each.grantee_id if direction == "given" else each.company_id) for each in found}
    names = await participants.names_of(work, sorted(set(other.values())))
    about = await subjects(work, actor, found) if direction == "given" else {}
    return [Row(each, names.get(other[each.grant_id], ""), about.get(each.subject_id, "")) for each in found]


def _cells(row: Row, t: Words) -> list[str]:
    use = row.use
    moments = [_instant(moment) for moment in (use.granted_at, use.valid_until, use.revoked_at, use.first_read_at)]
    words = [row.partner or t("the_operator"), t(f"use_kind.{use.subject_kind}"), row.about, t(f"use_purpose.{use.purpose}")]
    return [*words, *moments, use.terms, str(use.subject_id)]


def _instant(moment: datetime | None) -> str:
    return f"{moment:%Y-%m-%dT%H:%M:%SZ}" if moment else ""
