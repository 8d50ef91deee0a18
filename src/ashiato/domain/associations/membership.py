"""Memberships: an association asks, the member confirms, either ends it."""

from uuid import UUID

from ashiato.domain import participants
from ashiato.domain.associations import facts
from ashiato.domain.associations import membership_store as store
from ashiato.domain.associations.model import Membership, MembershipState, check_transition
from ashiato.domain.participants import Actor, CompanyKind, CompanyState, Deed, require
from ashiato.kernel.errors import absent
from ashiato.plumbing.unit_of_work import Work

__all__ = ["ask", "confirm", "confirmed_in", "end", "listed"]


async def ask(work: Work, actor: Actor, member_id: UUID) -> Membership:
    """Asks a member company to be a member of the actor's association.

    Refuses (`denied`) who is no association, (`absent`) what is no admitted member, (`conflict`) a member that confirmed already.
    """
    require(actor, Deed.CONVENE)
    found = await participants.directory.members(work, [member_id])
    if not found or found[0].state != CompanyState.ADMITTED:
        raise absent("company")
    present = await store.one(work, actor.company_id, member_id)
    if present is not None:
        check_transition(MembershipState(present.state), MembershipState.ASKED)
    kept = await store.ask(work, member_id)
    work.record(facts.membership_moved(MembershipState.ASKED, member_id))
    return kept


async def confirm(work: Work, actor: Actor, association_id: UUID) -> Membership:
    """Says that the actor's company is a member. Refuses (`absent`) where no association has asked, (`conflict`) where it has ended."""
    require(actor, Deed.ANSWER)
    present = await store.one(work, association_id, actor.company_id)
    if present is None:
        raise absent("membership")
    check_transition(MembershipState(present.state), MembershipState.CONFIRMED)
    if present.state == MembershipState.CONFIRMED:
        return present
    kept = await store.confirm(work, association_id)
    work.record(facts.membership_moved(MembershipState.CONFIRMED, association_id))
    return kept


async def end(work: Work, actor: Actor, other_id: UUID) -> None:
    """Ends a membership, from either side, from the next request on. What was published with the member's figure stays published."""
    association = actor.kind is CompanyKind.ASSOCIATION
    require(actor, Deed.CONVENE if association else Deed.ANSWER)
    present = await (store.one(work, actor.company_id, other_id) if association else store.one(work, other_id, actor.company_id))
    if present is None:
        raise absent("membership")
    check_transition(MembershipState(present.state), MembershipState.ENDED)
    await store.end(work, present)
    work.record(facts.membership_moved(MembershipState.ENDED, other_id))


async def listed(work: Work, actor: Actor, after: UUID | None, limit: int) -> list[Membership]:
    """An association's memberships, or a member's, ended ones included, by the other's identifier."""
    require(actor, Deed.READ)
    return await store.listed(work, after, limit)


async def confirmed_in(work: Work, actor: Actor, association_id: UUID) -> None:
    """Refuses (`absent`) an association that the actor's company is no confirmed member of."""
    present = await store.one(work, association_id, actor.company_id)
    if present is None or present.state != MembershipState.CONFIRMED:
        raise absent("survey")
