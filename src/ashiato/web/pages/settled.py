"""What came of a file that was registered, answered with or discarded, and what can be done next with it."""

from dataclasses import dataclass, field
from typing import ClassVar

from ashiato.domain import trade
from ashiato.domain.imports import DraftOutline
from ashiato.domain.participants import Actor
from ashiato.domain.trade import RequestState, RequestView, SubjectKind
from ashiato.plumbing.unit_of_work import Work

_MOST_WAITING = 3


@dataclass(frozen=True, slots=True)
class SettledPage:
    """A file that was registered, answered with, or discarded. `waiting`: requests for footprints that can be answered next, the newest first."""

    template: ClassVar[str] = "settled.html"
    outline: DraftOutline
    answers: bool
    counted: dict[str, int] = field(default_factory=dict)
    waiting: list[RequestView] = field(default_factory=list)


async def settled(work: Work, actor: Actor, outline: DraftOutline) -> SettledPage:
    """The page of a file that waits no more."""
    told = outline.outcome or {}
    answers = told.get("kind") == "answers"
    counted = {name: sum(change[name] for change in told.get("changes", {}).values()) for name in ("new", "changed", "unchanged", "removed")}
    states = [RequestState.ASKED, RequestState.LINKED]
    found = [] if answers else await trade.requests(work, actor, sent=False, states=states, after=None, limit=_MOST_WAITING)
    return SettledPage(outline, answers, counted, [view for view in found if view.request.subject_kind == SubjectKind.FOOTPRINT])
