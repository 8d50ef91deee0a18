"""Releasing by two people: one prepares and asks, another looks at exactly what would be handed over, and releases it or gives it back.

Whether a company wants it is part of its release policy. What is approved is one thing for the requests that were named: a newer one, or another
request, is another approval. Who prepared something by hand is refused and asks a colleague; what a company's own system states or sends, or
what is renewed by itself, is drawn and signed, and waits until somebody who may release hands it over. The handing over is the owning slice's.
"""

from collections.abc import Sequence
from datetime import datetime
from enum import StrEnum
from uuid import UUID

from ashiato.domain.participants import Actor, Deed, require, text_flaw
from ashiato.domain.trade import approval_store as store
from ashiato.domain.trade import facts, messages
from ashiato.domain.trade.approval_store import Approval, Prepared
from ashiato.kernel.errors import absent, conflict, invalid
from ashiato.kernel.ids import RequestId
from ashiato.plumbing.unit_of_work import Work

__all__ = [
    "TRANSITIONS", "Approval", "ApprovalState", "Prepared", "approval", "approvals", "approve", "ask", "check_alone", "give_back", "of_request",
    "overtake", "returned", "waiting", "waits", "wanted",
]  # fmt: skip

LONGEST_NOTE = 1000
NOBODY = UUID(int=0)  # who asks where neither a person nor a program does: the platform, for the company's own system


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


async def wanted(work: Work) -> bool:
    """Whether the pinned company wants a second person to look at whatever it hands over."""
    return await store.second_person(work)


def check_alone(*, wanted: bool, second_person: bool = False) -> None:
    """Refuses (`conflict`) releasing alone where the company wants two people to look."""
    if wanted and not second_person:
        raise conflict("approval.needed", "Your company releases nothing by one person alone.", "Ask a colleague for approval.")


async def ask(work: Work, actor: Actor, prepared: Prepared, request_ids: Sequence[RequestId], note: str = "") -> Approval:
    """Asks a colleague to hand over what is prepared to the buyers behind these requests. What waited for the same requests is overtaken.

    That it may answer them is the caller's to check. Refuses (`invalid`) a note that cannot be sent.
    """
    require(actor, Deed.ENTER_DATA)
    if note and (flaw := text_flaw("note", note, LONGEST_NOTE)):
        raise invalid("approval", "The note cannot be sent.", "Correct it.", flaw)
    return await approval(work, actor, await _add(work, prepared, request_ids, note, _account(actor)))


async def waits(work: Work, actor: Actor, prepared: Prepared, request_ids: Sequence[UUID]) -> bool:
    """Whether what was drawn has to wait for a second person of the acting company's before it answers these requests; if so, somebody is asked.

    The very same asked once more changes nothing; something else for the same requests overtakes what waited.
    """
    if not request_ids or not await wanted(work):
        return False
    if not await store.asked_for(work, prepared, list(request_ids)):
        await _add(work, prepared, request_ids, "", actor.person_id or actor.client_id or NOBODY)
    return True


async def _add(work: Work, prepared: Prepared, request_ids: Sequence[UUID], note: str, asked_by: UUID) -> UUID:
    approval_id = work.new_id()
    await store.add(work, approval_id, prepared, list(request_ids), note, asked_by)
    work.record(facts.approval_moved("release.approval_asked", approval_id))
    return approval_id


async def overtake(work: Work, release_id: UUID) -> None:
    """Has nobody look any more at a release of the acting company's: its owner takes it back."""
    await store.overtake(work, release_id)


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


async def returned(work: Work, actor: Actor, limit: int) -> list[Approval]:
    """Those that a colleague gave back and nobody has prepared anew, the oldest first."""
    require(actor, Deed.READ)
    return await work.all(store.returned(limit))


async def of_request(work: Work, actor: Actor, request_id: RequestId) -> Approval | None:
    """The newest one for a request, if a second person was ever asked."""
    require(actor, Deed.READ)
    return await work.one(store.of_request(request_id))


async def approve(work: Work, actor: Actor, approval_id: UUID) -> Approval:
    """Settles what was prepared as approved; the caller hands it over in the same work.

    Refuses (`conflict`) who prepared it, and what was settled before.
    """
    require(actor, Deed.ANSWER)
    found = await _to_decide(work, actor, approval_id, ApprovalState.APPROVED)
    if found.asked_by == _account(actor):
        raise conflict("approval.same_person", "You prepared this yourself.", "A colleague who may release has to look at it.")
    await _decide(work, actor, found, ApprovalState.APPROVED, "")
    return found


async def give_back(work: Work, actor: Actor, approval_id: UUID, reason: str) -> Approval:
    """Gives back what was prepared, with a reason. Refuses (`invalid`) none, (`conflict`) what was settled before."""
    require(actor, Deed.ANSWER)
    flaw = text_flaw("reason", reason, messages.LONGEST_MESSAGE)
    if flaw:
        raise invalid("reason", "State the reason: your colleague will read it.", "", flaw)
    found = await _to_decide(work, actor, approval_id, ApprovalState.RETURNED)
    await _decide(work, actor, found, ApprovalState.RETURNED, reason)
    return await approval(work, actor, approval_id)


async def _to_decide(work: Work, actor: Actor, approval_id: UUID, wish: ApprovalState) -> Approval:
    found = await approval(work, actor, approval_id)
    if wish not in TRANSITIONS[ApprovalState(found.state)]:
        raise conflict("approval.settled", f"It is {found.state} already.", "Look at the request again.")
    return found


async def _decide(work: Work, actor: Actor, found: Approval, state: ApprovalState, reason: str) -> None:
    if not await store.decide(work, found.approval_id, state, _account(actor), reason):
        raise conflict("approval.settled", "It was settled meanwhile.", "Look at the request again.")
    work.record(facts.approval_moved(f"release.approval_{state}", found.approval_id))
