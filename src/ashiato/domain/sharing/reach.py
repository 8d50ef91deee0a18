"""THE door to visibility: whether an actor may read some subjects. Nothing else decides it, and no decision is kept."""

from uuid import UUID

from ashiato.domain.participants import Actor
from ashiato.domain.sharing import facts, store
from ashiato.domain.sharing.model import Reach, Selection, Subject
from ashiato.kernel.errors import absent
from ashiato.kernel.ids import CompanyId
from ashiato.plumbing.unit_of_work import Work


async def reach_all(work: Work, actor: Actor, selection: Selection) -> dict[UUID, Reach]:
    """The actor's ways to those of these subjects that other companies grant to it now. First readings are recorded for the owners."""
    granted = await work.all(store.live_grants(selection, work.now))
    first = [grant for grant in granted if not grant.read_before]
    if first:
        for owner_id, subject_id in await store.note_reads(work, selection.kind, first):
            work.record(facts.first_read(owner_id, Subject(selection.kind, subject_id)))
    return {grant.subject_id: Reach(CompanyId(grant.company_id), Subject(selection.kind, grant.subject_id), own=False) for grant in granted}


async def reach(work: Work, actor: Actor, subject: Subject) -> Reach:
    """The actor's way to what another company has granted to it. The first reading is recorded for the owner.

    Refuses (`absent`) in the same words what does not exist, what belongs to somebody else, and what is no longer granted.
    """
    found = await reach_all(work, actor, Selection.of(subject.kind, [subject.subject_id]))
    if subject.subject_id not in found:
        raise absent("item")
    return found[subject.subject_id]


async def reach_each(work: Work, actor: Actor, subjects: list[Subject]) -> dict[Subject, Reach]:
    """Like `reach_all`, for subjects of several kinds."""
    found: dict[Subject, Reach] = {}
    for kind in dict.fromkeys(subject.kind for subject in subjects):
        wanted = Selection.of(kind, [subject.subject_id for subject in subjects if subject.kind is kind])
        found |= {reach.subject: reach for reach in (await reach_all(work, actor, wanted)).values()}
    return found


async def granted(work: Work, actor: Actor, selection: Selection) -> set[UUID]:
    """Which of these subjects others grant to the actor now. Nothing of them is read, so nothing is recorded."""
    return {grant.subject_id for grant in await work.all(store.live_grants(selection, work.now))}


def own_reach(actor: Actor, subject: Subject) -> Reach:
    """A company's way to its own: row-level security admits no other rows to it."""
    return Reach(actor.company_id, subject, own=True)
