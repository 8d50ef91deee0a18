"""Notices: what one party of a request is told of the other's deeds."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from uuid import UUID

from ashiato.domain.participants import Actor, Deed, require
from ashiato.domain.trade import notice_store as store
from ashiato.domain.trade.model import Party, Request, RequestState
from ashiato.domain.trade.notice_store import Received, Told, Waiting
from ashiato.plumbing.attempts import pause_after
from ashiato.plumbing.db import Viewpoint
from ashiato.plumbing.unit_of_work import Work

__all__ = [
    "NoticeKind",
    "Received",
    "Waiting",
    "Within",
    "put_off",
    "received",
    "take_up",
    "tell",
    "tell_answered",
    "tell_each",
    "under_way",
    "waiting",
]


class NoticeKind(StrEnum):
    """What a party is told."""

    ASKED = "asked"
    CANCELLED = "cancelled"
    REJECTED = "rejected"
    ANSWERED = "answered"
    UPDATED = "updated"  # a newer answer supersedes the one before
    REPLIED = "replied"  # the supplier's message to the request changed
    PROGRESSED = "progressed"  # counts of further tiers changed: told to the buyer's company, not to its people
    PROBED = "probed"  # a question for the whole chain waits at the supplier
    PROBE_ANSWERED = "probe_answered"  # what the supplier answers to it changed


_TO_SUPPLIER = frozenset({NoticeKind.ASKED, NoticeKind.CANCELLED, NoticeKind.PROBED})
_UNREAD = frozenset({NoticeKind.PROGRESSED, NoticeKind.PROBED, NoticeKind.PROBE_ANSWERED})


@dataclass(frozen=True, slots=True)
class Within:
    """Which notices to list. `start` is the first one of the page."""

    since: datetime | None = None
    until: datetime | None = None
    start: UUID | None = None


async def tell(work: Work, request: Request, kind: NoticeKind) -> None:
    """Tells the other party what the pinned company has just done to a request."""
    await store.add_each(work, [_told(request, kind)])


def _told(request: Request, kind: NoticeKind) -> store.Told:
    party = Party.SUPPLIER if kind in _TO_SUPPLIER else Party.BUYER
    recipient = request.supplier_id if party is Party.SUPPLIER else request.company_id
    return store.Told(recipient, kind, request.company_id, request.request_id)


async def tell_each(work: Work, requests: Sequence[Request], kind: NoticeKind) -> None:
    """Tells the other parties what the pinned company has just done to these requests."""
    await store.add_each(work, [_told(request, kind) for request in requests])


async def tell_answered(work: Work, requests: Sequence[Request], besides: Sequence[Told] = ()) -> None:
    """Tells the buyers of answers, or that newer ones supersede them, and what else there is to tell. The requests are in the states that they
    had before.
    """
    kinds = [NoticeKind.UPDATED if request.state == RequestState.ANSWERED else NoticeKind.ANSWERED for request in requests]
    await store.add_each(work, [*(_told(request, kind) for request, kind in zip(requests, kinds, strict=True)), *besides])


async def received(work: Work, actor: Actor, within: Within, limit: int) -> list[Received]:
    """What the actor's company was told, newest first, from the notice `start` on."""
    require(actor, Deed.READ)
    return await store.received(work, within.since, within.until, within.start, sorted(_UNREAD), limit)


async def waiting(work: Work, limit: int) -> list[Waiting]:
    """The notices that wait to be passed on to further tiers, oldest first. For the worker: it reads who told whom, and no figure."""
    await work.pin(Viewpoint.FOLLOWER, None)
    return await store.waiting(work, limit)


async def put_off(work: Work, notice: Waiting) -> None:
    """Has a notice that cannot be carried on wait, twice as long each time, so that it keeps no later one from being carried on."""
    await work.pin(Viewpoint.FOLLOWER, None)
    await store.put_off(work, notice, work.now + pause_after(notice.attempts))


async def under_way(work: Work, actor: Actor, moments: list[datetime]) -> set[datetime]:
    """Which of the company's own writes, told by their moments, still wait to be carried on at the other party's."""
    require(actor, Deed.READ)
    return set(await store.under_way(work, moments))


async def take_up(work: Work, waiting: Sequence[Waiting]) -> list[Waiting]:
    """Marks notices as passed on; those of them that still waited and whose recipient is admitted. The eyes are then still the worker's own."""
    question = store.take_up(waiting, work.now)
    await work.pin(Viewpoint.FOLLOWER, None, [question])
    taken = set(await work.all(question))
    return [notice for notice in waiting if notice.notice_id in taken]
