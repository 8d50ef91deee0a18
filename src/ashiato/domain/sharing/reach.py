"""THE door to visibility: whether an actor may read one subject. Nothing else decides it, and no decision is kept."""

from ashiato.domain.participants import Actor
from ashiato.domain.sharing import facts, store
from ashiato.domain.sharing.model import Reach, Subject
from ashiato.kernel.errors import absent
from ashiato.kernel.ids import CompanyId
from ashiato.plumbing.unit_of_work import Work


async def reach(work: Work, actor: Actor, subject: Subject) -> Reach:
    """The actor's way to what another company has granted to it. The first reading is recorded for the owner.

    Refuses (`absent`) in the same words what does not exist, what belongs to somebody else, and what is no longer granted.
    """
    owner_id = await store.live_grant_owner(work, subject)
    if owner_id is None:
        raise absent("item")
    if await store.note_read(work, owner_id, subject):
        work.record(facts.first_read(owner_id, subject))
    return Reach(CompanyId(owner_id), subject, own=False)


def own_reach(actor: Actor, subject: Subject) -> Reach:
    """A company's way to its own: row-level security admits no other rows to it."""
    return Reach(actor.company_id, subject, own=True)
