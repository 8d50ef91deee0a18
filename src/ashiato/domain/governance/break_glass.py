"""Break-glass: the operator reads what a company has released, if two of its persons agree, for hours, with the company watching.

asked → approved → ended; a request is refused, or runs out after a day; an access runs out after the hours that were asked for. One person asks
with purpose and reason, another approves; both by a second factor just given. What opens is a grant of the company's to the operator like any
other: `sharing.reach` finds it, the walls hold, the ledger and the log tell of it, the company ends it whenever it likes. Nothing but released
figures can be opened: there is no way to an inventory, a structure, a file or a name on a path. There is no secret access: the company concerned
sees the request as soon as it is made.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from uuid import UUID

from ashiato.domain import footprint, participants, sharing
from ashiato.domain.governance import break_glass_store as store
from ashiato.domain.governance import facts
from ashiato.domain.governance.break_glass_store import Access
from ashiato.domain.governance.model import GLASS_MOVES, GlassState
from ashiato.domain.participants import Actor, CompanyKind, Deed, may, require, text_flaw
from ashiato.kernel.errors import Flaw, absent, conflict, denied, invalid
from ashiato.kernel.ids import CompanyId
from ashiato.plumbing.db import Viewpoint
from ashiato.plumbing.unit_of_work import Work

__all__ = ["LONGEST_HOURS", "Access", "Purpose", "Wanted", "approve", "ask", "end", "listed", "one", "refuse", "releases", "state_of"]

LONGEST_HOURS = 72
_ANSWERED_WITHIN = timedelta(days=1)
_LONGEST_REASON = 1000
Release = footprint.package.Release


class Purpose(StrEnum):
    """What for the operator asks."""

    INCIDENT = "incident"
    AUTHORITY_ORDER = "authority_order"
    COMPANY_ASKED = "company_asked"


@dataclass(frozen=True, slots=True)
class Wanted:
    """What is asked for: one release of a company's or, without its identifier, all of them, for so many hours."""

    concerned_id: UUID
    purpose: Purpose
    reason: str
    hours: int
    release_id: UUID | None = None


def state_of(access: Access, now: datetime) -> GlassState:
    """Where an access stands at an instant (pure): what nobody ended ends by itself."""
    state = GlassState(access.state)
    if state is GlassState.ASKED and now >= access.asked_at + _ANSWERED_WITHIN:
        return GlassState.EXPIRED
    if state is GlassState.APPROVED and access.valid_until is not None and now >= access.valid_until:
        return GlassState.EXPIRED
    return state


async def ask(work: Work, actor: Actor, wanted: Wanted) -> Access:
    """Operator's person: asks a second one to open a company's released figures. The company sees it at once.

    Refuses (`denied`) who is not the operator's or has given no second factor, (`invalid`) no reason and more than three days, (`absent`) a company
    that there is not, (`conflict`) a second access to the same company while one is asked for or open.
    """
    name = await _person(work, actor)
    flaws = [flaw for flaw in [text_flaw("reason", wanted.reason, _LONGEST_REASON, lines=True)] if flaw]
    if not 1 <= wanted.hours <= LONGEST_HOURS:
        flaws.append(Flaw("hours", "hours", f"Name 1 to {LONGEST_HOURS} hours."))
    if flaws:
        raise invalid("break_glass", "This cannot be asked for yet.", "Correct the fields named here.", *flaws)
    if wanted.concerned_id == actor.company_id or not await participants.names_of(work, [wanted.concerned_id]):
        raise absent("company")
    present = [each for each in await store.unsettled(work, wanted.concerned_id) if state_of(each, work.now) is not GlassState.EXPIRED]
    if present:
        raise conflict("break_glass.under_way", "An access to this company is asked for or open.", "Settle or end that one first.")
    access = Access(
        work.new_id(), wanted.concerned_id, wanted.release_id, wanted.purpose, wanted.reason, wanted.hours, GlassState.ASKED,
        _someone(actor), name, work.now,
    )  # fmt: skip
    await store.add(work, access)
    work.record(facts.glass_moved("break_glass.asked", access))
    return access


async def approve(work: Work, actor: Actor, access_id: UUID) -> Access:
    """Another person of the operator's: opens it, for the hours that were asked for, counted from now.

    Refuses (`denied`) as `ask` does, and who asked; (`absent`) what was not asked for; (`conflict`) what is settled or has run out.
    """
    name = await _person(work, actor)
    access = await _moving(work, access_id, GlassState.APPROVED)
    if access.asked_by == actor.person_id:
        raise denied("break_glass.same_person", "Who asks cannot approve.", "Another person of the operator's looks at it.")
    until = work.now + timedelta(hours=access.hours)
    kept = await store.decide(work, access_id, GlassState.APPROVED, _someone(actor), name, until)
    of = [access.release_id] if access.release_id else await store.releases_of(work, access.concerned_id)
    await sharing.glass.open_to_operator(work, CompanyId(access.concerned_id), of, sharing.Conditions(until, access.reason))
    work.record(facts.glass_moved("break_glass.approved", kept))
    return kept


async def refuse(work: Work, actor: Actor, access_id: UUID) -> Access:
    """The operator's: no. Who asked may take it back so. Refuses as `approve` does, but for who asked."""
    name = await _person(work, actor)
    await _moving(work, access_id, GlassState.REFUSED)
    kept = await store.decide(work, access_id, GlassState.REFUSED, _someone(actor), name, None)
    work.record(facts.glass_moved("break_glass.refused", kept))
    return kept


async def end(work: Work, actor: Actor, access_id: UUID) -> Access:
    """The operator, or an approver or administrator of the company concerned: closes it, from the next request on.

    Refuses (`denied`) everybody else, (`absent`) what does not concern the company, (`conflict`) what is not open.
    """
    operator = actor.kind is CompanyKind.OPERATOR
    if operator or not may(actor, Deed.ADMINISTER):
        require(actor, Deed.SUPERVISE if operator else Deed.ANSWER)
    access = await _moving(work, access_id, GlassState.ENDED)
    kept = await store.end(work, access_id, "operator" if operator else "company")
    await sharing.glass.close_to_operator(work, CompanyId(access.concerned_id))
    work.record(facts.glass_moved("break_glass.ended", kept))
    return kept


async def one(work: Work, actor: Actor, access_id: UUID) -> Access:
    """One access, for the operator or for the company concerned. Refuses (`absent`) everybody else."""
    require(actor, Deed.SUPERVISE if actor.kind is CompanyKind.OPERATOR else Deed.READ)
    found = await store.one(work, access_id)
    if found is None:
        raise absent("access")
    return found


async def listed(work: Work, actor: Actor, before: tuple[datetime, UUID] | None, limit: int) -> list[Access]:
    """All of them for the operator, else those that concern the actor's company, newest first, from before the given one."""
    require(actor, Deed.SUPERVISE if actor.kind is CompanyKind.OPERATOR else Deed.READ)
    return await store.listed(work, before, limit)


async def releases(work: Work, actor: Actor, access_id: UUID) -> list[Release]:
    """What is open, to the two persons who agreed on it, as its recipients see it; read through the grant, and the first reading is a fact.

    Refuses (`denied`) others and who has given no second factor, (`absent`) what is not open now. From here on the work has the eyes by which
    any company reads what it was granted, and no longer the operator's.
    """
    await _person(work, actor)
    access = await one(work, actor, access_id)
    if actor.person_id not in (access.asked_by, access.decided_by):
        raise denied("break_glass.others", "This was opened to two other persons.", "Ask for an access of your own.")
    if state_of(access, work.now) is not GlassState.APPROVED:
        raise absent("access")
    await work.pin(Viewpoint.MEMBER, actor.company_id)
    return await footprint.answering.opened(work, actor, CompanyId(access.concerned_id), access.release_id)


async def _person(work: Work, actor: Actor) -> str:
    """The name of the operator's person who acts, after a second factor that was just given. Refuses (`denied`) all others."""
    require(actor, Deed.SUPERVISE)
    known = await participants.accounts.own_account(work, actor)
    if known is None or not actor.second_factor:
        raise denied("break_glass.second_factor", "This is for persons with a second factor.", "Set one up on your account page, then repeat it.")
    participants.access.require_fresh(actor, work.now)
    return known.display_name


def _someone(actor: Actor) -> UUID:
    if actor.person_id is None:
        raise LookupError("a person was just found")
    return actor.person_id


async def _moving(work: Work, access_id: UUID, wanted: GlassState) -> Access:
    access = await store.one(work, access_id)
    if access is None:
        raise absent("access")
    present = state_of(access, work.now)
    if wanted not in GLASS_MOVES[present]:
        raise conflict("break_glass.state", f"This access is {present}.", "Look at it again, or ask for a new one.")
    return access
