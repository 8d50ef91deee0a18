"""Releasing by two people: one prepares and asks, another looks at exactly what would be released, and releases it or gives it back.

Whether a company wants it is part of its release policy (`protection`). What is approved is one footprint for the requests that were named:
a newer footprint, or another request, is another approval. What the company's own system states or sends waits here too (`handing`).
"""

from collections.abc import Sequence
from datetime import datetime
from enum import StrEnum
from uuid import UUID

from ashiato.domain import trade
from ashiato.domain.footprint import answering, elsewhere, facts, statements
from ashiato.domain.footprint import approval_store as store
from ashiato.domain.footprint.approval_store import Approval
from ashiato.domain.footprint.package import Release
from ashiato.domain.participants import Actor, Deed, require, text_flaw
from ashiato.kernel.errors import absent, conflict, invalid
from ashiato.kernel.ids import FootprintId, PartId, RequestId
from ashiato.plumbing.keys import Seal
from ashiato.plumbing.unit_of_work import Work

__all__ = ["TRANSITIONS", "Approval", "ApprovalState", "approval", "approvals", "ask", "give_back", "of_request", "release", "waiting"]

LONGEST_NOTE = 1000


class ApprovalState(StrEnum):
    """How far it has come."""

    WAITING = "waiting"
    APPROVED = "approved"  # and released
    RETURNED = "returned"  # to who asked, with a reason
    OVERTAKEN = "overtaken"  # by a newer asking for the same request


TRANSITIONS: dict[ApprovalState, frozenset[ApprovalState]] = {
    ApprovalState.WAITING: frozenset({ApprovalState.APPROVED, ApprovalState.RETURNED, ApprovalState.OVERTAKEN}),
    ApprovalState.APPROVED: frozenset(),
    ApprovalState.RETURNED: frozenset(),
    ApprovalState.OVERTAKEN: frozenset(),
}


def _account(actor: Actor) -> UUID:
    account = actor.person_id or actor.client_id
    if account is None:
        raise RuntimeError("an actor is a person or a program")
    return account


async def ask(work: Work, actor: Actor, footprint_id: FootprintId, request_ids: Sequence[RequestId], note: str = "") -> Approval:
    """Asks a colleague to release a footprint to the buyers behind these requests. What waited for the same requests is overtaken.

    Refuses what releasing it would refuse: (`conflict`) a request that is not linked to its part or asks for another method,
    (`absent`) what is not the company's.
    """
    require(actor, Deed.ENTER_DATA)
    if note and (flaw := text_flaw("note", note, LONGEST_NOTE)):
        raise invalid("approval", "The note cannot be sent.", "Correct it.", flaw)
    await answering.check(work, actor, footprint_id, list(request_ids))
    approval_id = work.new_id()
    await store.add(work, approval_id, store.Prepared(footprint_id, None), list(request_ids), note, _account(actor))
    work.record(facts.approval_moved("release.approval_asked", approval_id))
    return await approval(work, actor, approval_id)


async def approval(work: Work, actor: Actor, approval_id: UUID) -> Approval:
    """One of the company's. Refuses (`absent`) every other."""
    require(actor, Deed.READ)
    found = await work.one(store.approval(approval_id))
    if found is None:
        raise absent("approval")
    return found


async def approvals(work: Work, actor: Actor, after: tuple[datetime, UUID] | None, limit: int) -> list[Approval]:
    """The company's, newest first."""
    require(actor, Deed.READ)
    return await work.all(store.approvals(after, limit))


async def waiting(work: Work, actor: Actor, limit: int) -> list[Approval]:
    """Those that wait, the longest waiting first."""
    require(actor, Deed.READ)
    return await work.all(store.waiting(limit))


async def of_request(work: Work, actor: Actor, request_id: RequestId) -> Approval | None:
    """The newest one for a request, if a second person was ever asked."""
    require(actor, Deed.READ)
    return await work.one(store.of_request(request_id))


async def release(work: Work, actor: Actor, approval_id: UUID, seal: Seal) -> Release:
    """Releases what was prepared. Refuses (`conflict`) who prepared it, and what was settled before."""
    require(actor, Deed.ANSWER)
    found = await _to_decide(work, actor, approval_id, ApprovalState.APPROVED)
    if found.asked_by == _account(actor):
        raise conflict("approval.same_person", "You prepared this yourself.", "A colleague who may release has to look at it.")
    await _decide(work, actor, found, ApprovalState.APPROVED, "")
    requests = [RequestId(request_id) for request_id in found.request_ids]
    if found.footprint_id is None:
        return await _hand_over(work, actor, found, requests)
    return await answering.answer(work, actor, FootprintId(found.footprint_id), requests, seal, second_person=True)


async def _hand_over(work: Work, actor: Actor, found: Approval, requests: list[RequestId]) -> Release:
    """Hands over what the company's own system stated or sent, to whom and as far as it would have gone by itself."""
    release_id = found.release_id or UUID(int=0)
    released = await answering.own_release(work, actor, release_id)
    if elsewhere.ELSEWHERE in released.obstacles:
        await elsewhere.release_to(work, actor, PartId(found.part_id), release_id, requests)
    else:
        await statements.release_to(work, actor, PartId(found.part_id), release_id, requests)
    return released


async def give_back(work: Work, actor: Actor, approval_id: UUID, reason: str) -> Approval:
    """Gives back what was prepared, with a reason. Refuses (`invalid`) none, (`conflict`) what was settled before."""
    require(actor, Deed.ANSWER)
    flaw = text_flaw("reason", reason, trade.messages.LONGEST_MESSAGE)
    if flaw:
        raise invalid("reason", "State the reason: your colleague will read it.", "", flaw)
    found = await _to_decide(work, actor, approval_id, ApprovalState.RETURNED)
    await _decide(work, actor, found, ApprovalState.RETURNED, reason)
    return await approval(work, actor, approval_id)


async def _to_decide(work: Work, actor: Actor, approval_id: UUID, wanted: ApprovalState) -> Approval:
    found = await approval(work, actor, approval_id)
    if wanted not in TRANSITIONS[ApprovalState(found.state)]:
        raise conflict("approval.settled", f"It is {found.state} already.", "Look at the request again.")
    return found


async def _decide(work: Work, actor: Actor, found: Approval, state: ApprovalState, reason: str) -> None:
    if not await store.decide(work, found.approval_id, state, _account(actor), reason):
        raise conflict("approval.settled", "It was settled meanwhile.", "Look at the request again.")
    work.record(facts.approval_moved(f"release.approval_{state}", found.approval_id))
