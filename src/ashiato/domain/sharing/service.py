"""Giving, listing and withdrawing grants."""

from collections.abc import Iterable
from datetime import datetime
from uuid import UUID

from ashiato.domain.participants import Actor, Deed, require
from ashiato.domain.sharing import facts, store
from ashiato.domain.sharing.model import Conditions, Grant, Purpose, SeenGrant, Selection, Subject, SubjectKind
from ashiato.domain.sharing.store import Access
from ashiato.kernel.errors import absent, invalid
from ashiato.kernel.ids import CompanyId, GrantId
from ashiato.plumbing.unit_of_work import Work


async def give(
    work: Work,
    actor: Actor,
    grantee_ids: list[CompanyId],
    subject: Subject,
    purpose: Purpose,
    conditions: Conditions | None = None,
    *,
    fresh: bool = False,
) -> None:
    """Lets other companies read one subject, until it is withdrawn unless conditions say otherwise.

    Giving the same again changes nothing; on other conditions, or after it has ended, it counts anew. `fresh`: the subject was made in this
    work, so that nobody has it yet. Refuses (`invalid`) a grant that has ended before it begins.
    """
    pairs = [(grantee_id, subject.subject_id) for grantee_id in grantee_ids]
    await give_each(work, actor, subject.kind, pairs, purpose, conditions, fresh=fresh)


async def give_each(
    work: Work,
    actor: Actor,
    kind: SubjectKind,
    pairs: Iterable[tuple[CompanyId, UUID]],
    purpose: Purpose,
    conditions: Conditions | None = None,
    *,
    fresh: bool = False,
) -> None:
    """As `give`, of many subjects of one kind, each to a company."""
    require(actor, Deed.ANSWER)
    grants: dict[UUID, tuple[UUID, UUID]] = {work.new_id(): pair for pair in dict.fromkeys(pairs)}
    conditions = conditions or Conditions()
    if conditions.valid_until is not None and conditions.valid_until <= work.now:
        raise invalid("grant.ended", "This grant would have ended already.", "Name an instant to come, or none.")
    for grant_id, grantee_id, subject_id in await store.add_grants(work, grants, kind, purpose, conditions, fresh=fresh):
        work.record(facts.grant_moved("grant.given", grant_id, grantee_id, Subject(kind, subject_id)))


async def revoke(work: Work, actor: Actor, grant_id: GrantId) -> None:
    """Withdraws a grant, from the next request on. What the recipient already computed with it stays computed.

    Refuses (`absent`) a grant that is not the company's own or was withdrawn before.
    """
    require(actor, Deed.ANSWER)
    grant = await store.revoke(work, grant_id)
    if grant is None:
        raise absent("grant")
    subject = Subject(SubjectKind(grant.subject_kind), grant.subject_id)
    work.record(facts.grant_moved("grant.revoked", grant_id, grant.grantee_id, subject))


async def given(work: Work, actor: Actor, after: GrantId | None, limit: int) -> list[Grant]:
    """What the actor's company has granted, withdrawn grants included."""
    require(actor, Deed.READ)
    return await store.given(work, after, limit)


async def seen(work: Work, actor: Actor, *, live: bool, before: tuple[datetime, UUID] | None, limit: int) -> list[SeenGrant]:
    """What the actor's company lets others see now, or no longer, newest first, each with when its recipient first read it."""
    require(actor, Deed.READ)
    return await store.seen(work, live=live, before=before, limit=limit)


async def seen_one(work: Work, actor: Actor, grant_id: GrantId) -> SeenGrant:
    """One grant of the actor's company. Refuses (`absent`) every other."""
    require(actor, Deed.READ)
    found = await store.seen_one(work, grant_id)
    if found is None:
        raise absent("grant")
    return found


async def seen_of(work: Work, actor: Actor, subject: Subject) -> list[SeenGrant]:
    """To whom the actor's company ever granted one subject, newest first."""
    require(actor, Deed.READ)
    return await store.seen_of(work, subject.kind, subject.subject_id)


async def ever_given(work: Work, actor: Actor, selection: Selection, grantee_ids: list[CompanyId]) -> dict[UUID, set[CompanyId]]:
    """Which of these subjects of the actor's company were ever granted to which of these companies, withdrawn or not."""
    require(actor, Deed.READ)
    found: dict[UUID, set[CompanyId]] = {}
    for subject_id, grantee_id in await store.ever_given(work, selection, grantee_ids):
        found.setdefault(subject_id, set()).add(CompanyId(grantee_id))
    return found


async def accesses(work: Work, actor: Actor, after: tuple[datetime, UUID, UUID] | None, limit: int) -> list[Access]:
    """Who first read what of the actor's company's, newest first."""
    require(actor, Deed.READ)
    return await store.accesses(work, after, limit)


async def withdraw(work: Work, actor: Actor, grantee_id: CompanyId, subjects: list[Subject]) -> None:
    """Withdraws what is granted of these to one company, from the next request on; nothing happens to what is not."""
    require(actor, Deed.ANSWER)
    for grant in await store.withdraw(work, grantee_id, subjects):
        subject = Subject(SubjectKind(grant.subject_kind), grant.subject_id)
        work.record(facts.grant_moved("grant.revoked", grant.grant_id, grantee_id, subject))
