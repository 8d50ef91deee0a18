"""Requests that were received and sent, as lists by the day that the answer is due."""

from dataclasses import dataclass
from datetime import datetime
from typing import Annotated, ClassVar, Literal
from uuid import UUID

from fastapi import Depends, Query, Response

from ashiato.domain import participants, trade
from ashiato.domain.participants import Actor
from ashiato.domain.trade import RequestState, RequestView
from ashiato.kernel.ids import CompanyId, RequestId
from ashiato.plumbing.unit_of_work import Work
from ashiato.web.lists import MOST_IN_A_FILE, PER_PAGE, Kind, Listing, Told, as_file, kept, moment_and_id, pasted
from ashiato.web.route import AtDoor, View, journey
from ashiato.web.words import Words, words_for

router = journey()
COLUMNS = ("item", "item_number", "partner", "subject", "due", "state", "late", "asked", "settled", "request")
_SETS: dict[str, tuple[RequestState, ...]] = {
    "open": (RequestState.ASKED, RequestState.LINKED),
    "": tuple(RequestState),
    **{state.value: (state,) for state in RequestState},
}
State = Literal["", "open", "asked", "linked", "answered", "rejected", "cancelled"]


@dataclass(frozen=True, slots=True)
class Asked:
    """The filters, as they stand in the address."""

    side: str
    q: str
    state: str
    late: bool
    partner: UUID | None
    numbers: str
    sort: str
    after: str

    @property
    def sent(self) -> bool:
        """Whether the requests are those that the own company sent."""
        return self.side == "sent"

    @property
    def wanted(self) -> trade.lists.RequestsWanted:
        """The same in the words of the domain."""
        entries = pasted(self.numbers)
        named = tuple(RequestId(UUID(entry)) for entry in entries if _is_id(entry))
        numbers = tuple(entry for entry in entries if not _is_id(entry))
        partner = CompanyId(self.partner) if self.partner else None
        return trade.lists.RequestsWanted(self.sent, _SETS[self.state], self.q.strip(), self.late, partner, numbers, named, self.sort == "-due")

    @property
    def place(self) -> tuple[datetime, UUID] | None:
        """Where the page begins."""
        return moment_and_id(self.after)

    def listing(self, more: str | None) -> Listing:
        """The list's addresses."""
        asked = {
            "side": "sent" if self.sent else "", "q": self.q, "state": self.state, "late": "1" if self.late else "",
            "partner": str(self.partner or ""), "numbers": self.numbers, "sort": self.sort,
        }  # fmt: skip
        return Listing("/requests", asked, more, begun=bool(self.after))


def _is_id(entry: str) -> bool:
    try:
        return str(UUID(entry)) == entry.lower()
    except ValueError:
        return False


async def _asked(
    side: Literal["received", "sent"] = "received",
    q: Annotated[str, Query(max_length=200)] = "",
    state: State = "",
    late: Literal["", "1"] = "",
    partner: Literal[""] | UUID = "",
    numbers: Annotated[str, Query(max_length=60_000)] = "",
    sort: Literal["", "-due"] = "",
    after: Annotated[str, Query(max_length=100)] = "",
) -> Asked:
    return Asked(side, q, state, bool(late), partner or None, numbers, sort, after)


AsAsked = Annotated[Asked, Depends(_asked)]


@dataclass(frozen=True, slots=True)
class Row:
    """A request, and whether its answer is late."""

    view: RequestView
    late: bool

    def partner(self, sent: bool) -> str:
        """The other side's name."""
        return self.view.supplier if sent else self.view.buyer

    def partner_id(self, sent: bool) -> CompanyId:
        """The other side."""
        return self.view.request.supplier_id if sent else self.view.request.company_id


@dataclass(frozen=True, slots=True)
class Requests:
    """The page."""

    template: ClassVar[str] = "requests.html"
    asked: Asked
    rows: list[Row]
    listing: Listing
    views: list[participants.views.SavedView]
    states: list[str]


@router.get("/requests")
async def requests(visit: AtDoor, asked: AsAsked) -> Response:
    """The requests, the most urgent first."""
    place = asked.place

    async def verb(work: Work, actor: Actor) -> View:
        rows = await _rows(work, actor, asked, place, PER_PAGE + 1)
        last = rows[PER_PAGE - 1].view.request if len(rows) > PER_PAGE else None
        more = f"{last.due_at.isoformat()}/{last.request_id}" if last else None
        return Requests(asked, rows[:PER_PAGE], asked.listing(more), await kept(work, actor, "requests"), [state for state in _SETS if state])

    return await visit.show(verb, asks=lambda now: trade.asked.listed(asked.wanted, now, place, PER_PAGE + 1))


@router.get("/requests.{kind}")
async def requests_as_file(visit: AtDoor, kind: Kind, asked: AsAsked) -> Response:
    """The same rows as a file."""
    t, place = words_for(visit.request), asked.place

    async def verb(work: Work, actor: Actor) -> Response:
        rows = await _rows(work, actor, asked, place, MOST_IN_A_FILE)
        header = [t(f"listed.{column}") for column in COLUMNS]
        return await as_file(kind, Told(f"requests-{asked.side}", header, [_cells(row, asked, t) for row in rows]), work.now)

    return await visit.look(verb)


async def _rows(work: Work, actor: Actor, asked: Asked, place: tuple[datetime, UUID] | None, limit: int) -> list[Row]:
    return [Row(view, view.request.overdue(work.now)) for view in await trade.lists.listed(work, actor, asked.wanted, place, limit)]


def _cells(row: Row, asked: Asked, t: Words) -> list[str]:
    request = row.view.request
    settled = request.settled_at.isoformat(timespec="seconds") if request.settled_at else ""
    return [
        request.item,
        request.item_number,
        row.partner(asked.sent),
        t("footprint" if request.subject_kind == "footprint" else "rights"),
        request.due_at.isoformat(timespec="seconds"),
        t(f"request_state.{request.state}"),
        t("late") if row.late else "",
        request.asked_at.isoformat(timespec="seconds"),
        settled,
        str(request.request_id),
    ]
