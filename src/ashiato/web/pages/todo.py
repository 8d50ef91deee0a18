"""First pages. A member's: requests that wait, products to compute again, parts with their figures, declarations. A verifier's: its rooms."""

from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import ClassVar

from ashiato.domain import footprint, notifications, products, trade
from ashiato.domain.notifications import Duty, DutyKind
from ashiato.domain.participants import Actor, Deed, may
from ashiato.domain.products import Part, Sourcing
from ashiato.domain.trade import RequestState, RequestView
from ashiato.kernel.errors import Kind, Refusal
from ashiato.kernel.ids import PartId
from ashiato.plumbing.unit_of_work import Work
from ashiato.web.pages.rooms import Rooms, listed
from ashiato.web.words import Language

PER_PAGE = 50
MOST = 200
_FIRST = 20  # products of a house too large to be shown here
_SENT = 20  # requests; the others stand in their list
_DECLARED = 20  # declarations, likewise
_TO_ANSWER = (DutyKind.ANSWER, DutyKind.ANSWER_DILIGENCE)
_TO_CHASE = (DutyKind.CHASE, DutyKind.DECIDE)
_A_REQUEST, _A_ROOM = "/requests/{}", "/rooms/{}"
ADDRESSES: dict[DutyKind, str] = {
    DutyKind.ANSWER: _A_REQUEST, DutyKind.ANSWER_DILIGENCE: _A_REQUEST, DutyKind.APPROVE: _A_REQUEST, DutyKind.CHASE: _A_REQUEST,
    DutyKind.DECIDE: _A_REQUEST, DutyKind.REVIEW: "/exchange/received/{}", DutyKind.RENEW: "/evidence/{}", DutyKind.ASSESSMENT: "/questionnaires",
    DutyKind.CONSENT: "/consents", DutyKind.RISK: "/risks/{}", DutyKind.GRIEVANCE: "/grievances/{}", DutyKind.VERIFICATION: "/reports",
    DutyKind.AUDIT: "/parts/{}/diligence", DutyKind.BREAK_GLASS: "/break-glass", DutyKind.EXAMINE: _A_ROOM, DutyKind.REPLY: _A_ROOM,
    DutyKind.RETURNED: _A_REQUEST, DutyKind.SUPPORT: "/support/{}",
}  # fmt: skip
_OPEN = [RequestState.ASKED, RequestState.LINKED]


@dataclass(frozen=True, slots=True)
class Asked:
    """A request in a list, and whether its answer is late."""

    view: RequestView
    late: bool


@dataclass(frozen=True, slots=True)
class Row:
    """A part with its present figure and what was last computed for it. A product is made here and goes into nothing else of ours."""

    part: Part
    product: bool
    draft: footprint.drafts.DraftFigure | None
    computed: footprint.history.Outline | None


@dataclass(frozen=True, slots=True)
class Stale:
    """A product whose suppliers have handed over something newer, or withdrawn it, since it was computed."""

    part: Part
    because: list[str]


@dataclass(frozen=True, slots=True)
class FirstPage:
    """What has to be done, as both first pages tell it."""

    duties: list[Duty]

    def address(self, duty: Duty) -> str:
        """Where a duty is done."""
        return ADDRESSES[duty.kind].format(duty.subject_id)

    def title(self, duty: Duty, language: Language) -> str:
        """What a duty is about, in the reader's language where it is the code of something."""
        return notifications.duties.titled(duty.kind, duty.title, language)


@dataclass(frozen=True, slots=True)
class Examining(FirstPage):
    """A verifier's first page."""

    template: ClassVar[str] = "examining.html"
    rooms: Rooms


@dataclass(frozen=True, slots=True)
class Todo(FirstPage):
    """A member's first page."""

    template: ClassVar[str] = "todo.html"
    received: dict[RequestState, trade.lists.Counted]
    asked: dict[RequestState, trade.lists.Counted]  # of suppliers
    sent: list[Asked]  # the first of them
    stale: list[Stale]
    rows: list[Row]
    trouble: Refusal | None  # why the present figures cannot be shown
    declarations: list[footprint.declaring.DeclaredOf]  # the newest of them
    declared: int
    method: str
    methods: list[str]
    page: int
    pages: int
    parts: int | None  # None: too many to be shown here
    guarded: bool  # whether the reader has a second factor
    may_import: bool
    workbook: bool  # whether a workbook of answers can be filled in

    @property
    def to_answer(self) -> int:
        """How many answers of ours are open."""
        return _sum(self.received, *_OPEN)

    @property
    def late(self) -> int:
        """How many answers of ours are late."""
        return sum(self.received[state].overdue for state in _OPEN if state in self.received)

    @property
    def answered(self) -> int:
        """How many of our requests are answered."""
        return _sum(self.asked, RequestState.ANSWERED)

    @property
    def rejected(self) -> int:
        """How many of our requests are declined."""
        return _sum(self.asked, RequestState.REJECTED)

    @property
    def more_to_answer(self) -> int:
        """How many requests wait for an answer of ours beside those that are listed."""
        return max(0, self.to_answer - sum(duty.kind in _TO_ANSWER for duty in self.duties))

    @property
    def more_to_chase(self) -> int:
        """How many of our requests are overdue or declined beside those that are listed."""
        overdue = sum(self.asked[state].overdue for state in _OPEN if state in self.asked)
        return max(0, overdue + self.rejected - sum(duty.kind in _TO_CHASE for duty in self.duties))

    @staticmethod
    def told(number: int) -> str:
        """A count as it is read: as far as somebody has counted."""
        return f"{number:,}" + ("+" if number >= trade.lists.COUNTED else "")


async def examining(work: Work, actor: Actor) -> Examining:
    """What a verifier has to examine, and its rooms."""
    return Examining(await notifications.duties.duties(work, actor), await listed(work, actor))


async def todo(work: Work, actor: Actor, method: str, page: int, structures: Path) -> Todo:
    """The page of the actor's company; `structures` is the folder of snapshots."""
    parts, links, whole = await _house(work, actor)
    inner = {link.child_id for link in links}
    finished = {part.part_id for part in parts.values() if part.sourcing == Sourcing.MADE} - inner
    ordered = sorted(parts.values(), key=lambda part: (part.sourcing == Sourcing.BOUGHT, part.part_id in inner, part.part_number))
    tops = [part for part in ordered if part.part_id in finished]
    shown = ordered[(page - 1) * PER_PAGE : page * PER_PAGE]
    made = list(dict.fromkeys(part.part_id for part in (*tops[:MOST], *shown) if part.sourcing == Sourcing.MADE))
    computed = await footprint.history.newest_outlines(work, actor, made, method)
    drafts, trouble = await _drafts(work, actor, method, shown, structures) if whole else ({}, None)
    sent = await trade.requests(work, actor, sent=True, states=[*_OPEN, RequestState.REJECTED], after=None, limit=_SENT)
    if len(sent) < _SENT:
        sent += await trade.requests(work, actor, sent=True, states=[RequestState.ANSWERED], after=None, limit=_SENT - len(sent))
    return Todo(
        duties=await notifications.duties.duties(work, actor),
        received=await trade.lists.counted(work, actor, sent=False),
        asked=await trade.lists.counted(work, actor, sent=True),
        sent=_asked(work, sent),
        stale=await _stale(work, actor, tops[:MOST], computed),
        rows=[Row(part, part.part_id in finished, drafts.get(part.part_id), computed.get(part.part_id)) for part in shown],
        trouble=trouble,
        declarations=await footprint.declaring.declared_of(work, actor, "", None, _DECLARED),
        declared=await footprint.declaring.declared_up_to(work, actor, trade.lists.COUNTED),
        method=method,
        methods=list(footprint.methods.all_methods()),
        page=page,
        pages=max(1, -(-len(ordered) // PER_PAGE)),
        parts=len(ordered) if whole else None,
        guarded=actor.second_factor,
        may_import=may(actor, Deed.ENTER_DATA),
        workbook=await trade.lists.footprint_awaited(work, actor),
    )


async def _house(work: Work, actor: Actor) -> tuple[dict[PartId, Part], list[products.Component], bool]:
    """All parts and links of a small house; of a large one its first products alone: the rest stands in its list."""
    if await products.lists.more_than(work, actor, MOST):
        return {part.part_id: part for part in await products.lists.finished(work, actor, "", _FIRST)}, [], False
    return *await products.catalogue(work, actor), True


def _sum(counted: dict[RequestState, trade.lists.Counted], *states: RequestState) -> int:
    return sum(counted[state].requests for state in states if state in counted)


def _asked(work: Work, views: list[RequestView]) -> list[Asked]:
    """What needs somebody first: rejected, late, then by the day that the answer is due; what is answered comes last."""
    return sorted([Asked(view, view.request.overdue(work.now)) for view in views], key=_urgency)


def _urgency(asked: Asked) -> tuple[bool, bool, datetime]:
    state = asked.view.request.state
    return state == RequestState.ANSWERED, state != RequestState.REJECTED, asked.view.request.due_at


async def _drafts(
    work: Work, actor: Actor, method: str, shown: list[Part], structures: Path
) -> tuple[dict[PartId, footprint.drafts.DraftFigure], Refusal | None]:
    try:
        return await footprint.drafts.drafts(work, actor, method, [part.part_id for part in shown], structures), None
    except Refusal as refusal:
        if refusal.kind not in (Kind.CONFLICT, Kind.INVALID):
            raise
        return {}, refusal


async def _stale(work: Work, actor: Actor, tops: list[Part], computed: dict[PartId, footprint.history.Outline]) -> list[Stale]:
    known = [(part, computed[part.part_id]) for part in tops if part.part_id in computed]
    because = await footprint.stale_answers(work, actor, [one for _, one in known])
    return [Stale(part, because[one.footprint_id]) for part, one in known if because[one.footprint_id]]
