"""The rule of two people at every way by which a footprint is handed over: answers of people, statements and systems elsewhere.

Where a company wants a second person to look, who computed here is refused and asks a colleague (`approvals`). What comes from a company's own
system, stated over the Japanese interface or sent over PACT, is drawn and signed, and waits until somebody who may release hands it over.
"""

from collections.abc import Sequence
from uuid import UUID

from ashiato.domain.footprint import approval_store as store
from ashiato.domain.footprint import facts, protection
from ashiato.domain.participants import Actor
from ashiato.kernel.errors import conflict
from ashiato.plumbing.unit_of_work import Work

NOBODY = UUID(int=0)  # who asks where neither a person nor a program does: the platform, for the company's own system


async def check_people(work: Work, actor: Actor, *, second_person: bool) -> None:
    """Refuses (`conflict`) releasing alone where the company wants two people to look."""
    if not second_person and (await protection.policy(work, actor)).second_person:
        raise conflict("approval.needed", "Your company releases nothing by one person alone.", "Ask a colleague for approval.")


async def waits(work: Work, actor: Actor, release_id: UUID, request_ids: Sequence[UUID]) -> bool:
    """Whether a release has to wait for a second person of the acting company's before it answers these requests; if so, somebody is asked.

    The very same asked once more changes nothing; another release for the same requests overtakes what waited.
    """
    if not request_ids or not (await protection.policy(work, actor)).second_person:
        return False
    if not await store.asked_for(work, release_id, list(request_ids)):
        approval_id = work.new_id()
        asker = actor.person_id or actor.client_id or NOBODY
        await store.add(work, approval_id, store.Prepared(None, release_id), list(request_ids), "", asker)
        work.record(facts.approval_moved("release.approval_asked", approval_id))
    return True


async def overtake(work: Work, release_id: UUID) -> None:
    """Has nobody look any more at a release of the acting company's: its owner takes it back."""
    await store.overtake(work, release_id)
