"""Progress over tiers: how many requests stand above one, how many are answered, whether every branch has come to its end.

Each company counts with its own eyes: its own requests, as their suppliers tell, below the part that answers. It tells its buyer
three counts and one mark, so that nobody learns who stands above; the worker carries a change on, tier by tier.
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, TypeAlias
from uuid import UUID

from ashiato.domain import products
from ashiato.domain.products import Designated, Sourcing
from ashiato.domain.trade import notice_store
from ashiato.domain.trade import progress_store as store
from ashiato.domain.trade.model import Request, RequestState, SubjectKind
from ashiato.domain.trade.pace import Pace, pace
from ashiato.domain.trade.progress_store import Asked, Linked, Progress
from ashiato.kernel.ids import PartId
from ashiato.plumbing.db import Question
from ashiato.plumbing.unit_of_work import Work

__all__ = [
    "Asked", "Counted", "Linked", "Pace", "Progress", "asked_once_answered", "asked_own_parts", "linked", "once_answered", "own_part", "own_parts",
    "pace", "progress_of", "put", "tell", "tell_of_request",
]  # fmt: skip

Counted: TypeAlias = Sequence[tuple[Linked, Progress]]

DEEPEST = 20  # tiers; a ring of companies that ask one another ends here


def progress_of(part: Designated, bought: Iterable[Designated], *, has_parts: bool, asked: Iterable[Asked], answered: bool) -> Progress:
    """What stands above a request for this part. `bought` are the bought parts in it, `asked` the requests about them (pure)."""
    standing = list(asked)
    ended = {one.part_id for one in standing if one.terminated}
    open_ended = [one.part_id for one in bought if not one.terminal and one.part_id not in ended]
    return Progress(
        trades=1 + sum(one.trades for one in standing),
        completed=int(answered) + sum(one.completed for one in standing),
        tiers=1 + max((one.tiers for one in standing), default=0),
        terminated=part.terminal or (has_parts and not open_ended),
    )


async def linked(work: Work, part_ids: list[UUID]) -> list[Linked]:
    """The received requests that are about these own parts and still stand."""
    return await store.linked(work, part_ids)


async def own_part(work: Work, request_id: UUID) -> PartId | None:
    """The own part behind a request that was sent or received; None where there is none, or none yet."""
    return (await own_parts(work, [request_id])).get(request_id)


async def own_parts(work: Work, request_ids: Sequence[UUID]) -> dict[UUID, PartId]:
    """The own part behind each of these requests that has one."""
    return {one.request_id: PartId(one.part_id) for one in await work.all(asked_own_parts(request_ids))}


def asked_own_parts(request_ids: Sequence[UUID]) -> Question[store.OwnPart]:
    """What `own_parts` asks."""
    return store.own_parts(list(request_ids))


async def tell_of_request(work: Work, request_id: UUID) -> None:
    """Counts anew what rests on the own part behind a request."""
    part_id = await own_part(work, request_id)
    if part_id is not None:
        await tell(work, part_id)


async def tell(work: Work, *part_ids: UUID) -> None:
    """Counts anew, for every buyer whose request rests on one of these own parts, and tells those for whom something changed."""
    standing = await store.linked(work, await products.designations.above(work, *part_ids))
    await notice_store.add_each(work, await put(work, await _changed(work, standing)))


async def once_answered(work: Work, part_id: UUID, requests: Sequence[Request]) -> Counted:
    """What will have changed for the buyers of these requests once they are answered with an own part. It is theirs alone: what rests on the
    part elsewhere counts requests that the company sent, and none that it received.
    """
    questions = asked_once_answered(work, part_id, requests)
    if not questions:
        return []
    await work.ask_ahead(questions)
    return await _changed(work, await work.all(questions[0]))


def asked_once_answered(work: Work, part_id: UUID, requests: Sequence[Request]) -> list[Question[Any]]:
    """What `once_answered` asks of a part in which nothing is bought; of requests that are answered already, nothing."""
    fresh = [one for one in requests if one.subject_kind == SubjectKind.FOOTPRINT and one.state != RequestState.ANSWERED]
    if not fresh:
        return []
    return [store.told(work.tenant, part_id, fresh, RequestState.ANSWERED), *products.designations.asked_inside(work, [part_id])]


async def _changed(work: Work, standing: Sequence[Linked]) -> Counted:
    """These, each with what stands above it now, where that differs from what its buyer was told."""
    if not standing:
        return []
    tops = list({one.part_id for one in standing})
    parts, portions = await products.designations.inside(work, tops)
    known = parts | {portion.part.part_id: portion.part for portion in portions}
    asked: dict[UUID, list[Asked]] = {}
    bought_ids = [each.part_id for each in known.values() if each.sourcing == Sourcing.BOUGHT]
    for each in await store.asked(work, bought_ids) if bought_ids else ():
        asked.setdefault(each.part_id, []).append(each)
    children: dict[UUID, list[Designated]] = {}
    for portion in portions:
        children.setdefault(portion.parent_id, []).append(portion.part)
    told = []
    for one in standing:
        if one.part_id not in parts:
            continue
        inside = _inside(parts[one.part_id], children)
        bought = [each for each in inside.values() if each.sourcing == Sourcing.BOUGHT]
        progress = progress_of(
            parts[one.part_id], bought, has_parts=len(inside) > 1 or bool(bought),
            asked=[each for part_id in inside for each in asked.get(part_id, ())], answered=one.state == RequestState.ANSWERED,
        )  # fmt: skip
        if progress.tiers <= DEEPEST and progress != Progress(one.trades or 0, one.completed or 0, one.tiers or 0, bool(one.terminated)):
            told.append((one, progress))
    return told


async def put(work: Work, counted: Counted) -> list[notice_store.Told]:
    """Keeps what was counted; what its buyers are yet to be told."""
    if counted:
        await store.put(work, counted)
    return [notice_store.Told(one.buyer_id, "progressed", one.buyer_id, one.request_id) for one, _ in counted]


def _inside(top: Designated, children: Mapping[UUID, list[Designated]]) -> dict[UUID, Designated]:
    """The part and all that goes into it."""
    found: dict[UUID, Designated] = {}
    waiting = [top]
    while waiting:
        part = waiting.pop()
        if part.part_id not in found:
            found[part.part_id] = part
            waiting += children.get(part.part_id, ())
    return found
