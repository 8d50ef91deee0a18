"""First pages. A member's: requests that wait, products to compute again, parts with their figures, declarations. A verifier's: its rooms."""

from collections import Counter
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

MOST = 200
_DUTIES = 10  # that are shown until all are asked for
_LINES = 6  # of every other list: the rest stands on the list's own page
_FIRST = 20  # products of a house too large to be looked through here
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
class Waiting:
    """What has to be done, as every first page tells it: what is shown of it, and how many there are."""

    duties: list[Duty]  # that are shown
    others: int  # how many were found that are no requests
    uncounted: bool  # whether of one kind of these there may be more
    received: dict[RequestState, trade.lists.Counted]
    asked: dict[RequestState, trade.lists.Counted]  # of suppliers

    def address(self, duty: Duty) -> str:
        """Where a duty is done."""
        return ADDRESSES[duty.kind].format(duty.subject_id)

    def title(self, duty: Duty, language: Language) -> str:
        """What a duty is about, in the reader's language where it is the code of something."""
        return notifications.duties.titled(duty.kind, duty.title, language)

    @property
    def to_answer(self) -> int:
        """How many answers of ours are open."""
        return _sum(self.received, *_OPEN)

    @property
    def to_chase(self) -> int:
        """How many of our requests are overdue or declined."""
        overdue = sum(self.asked[state].overdue for state in _OPEN if state in self.asked)
        return overdue + _sum(self.asked, RequestState.REJECTED)

    @property
    def number(self) -> int:
        """How many things there are to do, as far as somebody has counted."""
        return max(len(self.duties), self.others + self.to_answer + self.to_chase)

    @property
    def spelled(self) -> str:
        """The number as it is read."""
        told = self.told(self.number)
        return told if not self.uncounted or told.endswith("+") else f"{told}+"

    @property
    def more_to_answer(self) -> int:
        """How many requests wait for an answer of ours beside those that are shown."""
        return max(0, self.to_answer - sum(duty.kind in _TO_ANSWER for duty in self.duties))

    @property
    def more_to_chase(self) -> int:
        """How many of our requests are overdue or declined beside those that are shown."""
        return max(0, self.to_chase - sum(duty.kind in _TO_CHASE for duty in self.duties))

    @staticmethod
    def told(number: int) -> str:
        """A count as it is read: as far as somebody has counted."""
        return f"{number:,}" + ("+" if number >= trade.lists.COUNTED else "")


@dataclass(frozen=True, slots=True)
class Everything:
    """All that has to be done, and nothing else."""

    template: ClassVar[str] = "everything.html"
    waiting: Waiting


@dataclass(frozen=True, slots=True)
class Examining:
    """A verifier's first page."""

    template: ClassVar[str] = "examining.html"
    waiting: Waiting
    rooms: Rooms


@dataclass(frozen=True, slots=True)
class Todo:
    """A member's first page: of each list the lines that come first."""

    template: ClassVar[str] = "todo.html"
    waiting: Waiting
    sent: list[Asked]
    stale: list[Stale]
    rows: list[Row]
    trouble: Refusal | None  # why the present figures cannot be shown
    declarations: list[footprint.declaring.DeclaredOf]  # the newest of them
    declared: int
    method: str
    methods: list[str]
    parts: int | None  # None: too many to be counted here
    guarded: bool  # whether the reader has a second factor
    may_import: bool
    workbook: bool  # whether a workbook of answers can be filled in
    lines: int = _LINES

    @property
    def late(self) -> int:
        """How many answers of ours are late."""
        return sum(self.waiting.received[state].overdue for state in _OPEN if state in self.waiting.received)

    @property
    def answered(self) -> int:
        """How many of our requests are answered."""
        return _sum(self.waiting.asked, RequestState.ANSWERED)

    @property
    def rejected(self) -> int:
        """How many of our requests are declined."""
        return _sum(self.waiting.asked, RequestState.REJECTED)

    @property
    def requests(self) -> int:
        """How many requests we have sent."""
        return _sum(self.waiting.asked, *RequestState)


async def everything(work: Work, actor: Actor) -> Everything:
    """All that the actor's company has to do, as far as it is ever listed."""
    return Everything(await _waiting(work, actor, notifications.duties.MOST, None))


async def examining(work: Work, actor: Actor) -> Examining:
    """What a verifier has to examine, and its rooms."""
    return Examining(await _waiting(work, actor, _DUTIES, _DUTIES), await listed(work, actor))


async def todo(work: Work, actor: Actor, method: str, structures: Path) -> Todo:
    """The page of the actor's company; `structures` is the folder of snapshots."""
    parts, links, whole = await _house(work, actor)
    inner = {link.child_id for link in links}
    finished = {part.part_id for part in parts.values() if part.sourcing == Sourcing.MADE} - inner
    ordered = sorted(parts.values(), key=lambda part: (part.sourcing == Sourcing.BOUGHT, part.part_id in inner, part.part_number))
    tops = [part for part in ordered if part.part_id in finished]
    shown = ordered[:_LINES]
    made = list(dict.fromkeys(part.part_id for part in (*tops, *shown) if part.sourcing == Sourcing.MADE))
    computed = await footprint.history.newest_outlines(work, actor, made, method)
    drafts, trouble = await _drafts(work, actor, method, shown, structures) if whole else ({}, None)
    return Todo(
        waiting=await _waiting(work, actor, _DUTIES, _DUTIES),
        sent=await _sent(work, actor),
        stale=await _stale(work, actor, tops, computed),
        rows=[Row(part, part.part_id in finished, drafts.get(part.part_id), computed.get(part.part_id)) for part in shown],
        trouble=trouble,
        declarations=await footprint.declaring.declared_of(work, actor, "", None, _LINES),
        declared=await footprint.declaring.declared_up_to(work, actor, trade.lists.COUNTED),
        method=method,
        methods=list(footprint.methods.all_methods()),
        parts=len(ordered) if whole else None,
        guarded=actor.second_factor,
        may_import=may(actor, Deed.ENTER_DATA),
        workbook=await trade.lists.footprint_awaited(work, actor),
    )


async def _waiting(work: Work, actor: Actor, of_a_kind: int, shown: int | None) -> Waiting:
    """`shown`: how many at most; None: all that were found."""
    found = await notifications.duties.duties(work, actor, most=of_a_kind)
    others = Counter(duty.kind for duty in found if duty.kind not in (*_TO_ANSWER, *_TO_CHASE))
    return Waiting(
        duties=found if shown is None else notifications.duties.foremost(found, shown),
        others=others.total(),
        uncounted=any(number >= of_a_kind for number in others.values()),
        received=await trade.lists.counted(work, actor, sent=False),
        asked=await trade.lists.counted(work, actor, sent=True),
    )


async def _sent(work: Work, actor: Actor) -> list[Asked]:
    """Of what was asked of suppliers: rejected, late, then by the day that the answer is due; what is answered comes last."""
    waiting = trade.lists.RequestsWanted(sent=True, states=(*_OPEN, RequestState.REJECTED))
    views = await trade.lists.listed(work, actor, waiting, None, _LINES)
    if len(views) < _LINES:
        answered = trade.lists.RequestsWanted(sent=True, states=(RequestState.ANSWERED,), backwards=True)
        views += await trade.lists.listed(work, actor, answered, None, _LINES - len(views))
    return sorted([Asked(view, view.request.overdue(work.now)) for view in views], key=_urgency)


async def _house(work: Work, actor: Actor) -> tuple[dict[PartId, Part], list[products.Component], bool]:
    """All parts and links of a small house; of a large one its first products alone: the rest stands in its list."""
    if await products.lists.more_than(work, actor, MOST):
        return {part.part_id: part for part in await products.lists.finished(work, actor, "", _FIRST)}, [], False
    return *await products.catalogue(work, actor), True


def _sum(counted: dict[RequestState, trade.lists.Counted], *states: RequestState) -> int:
    return sum(counted[state].requests for state in states if state in counted)


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
