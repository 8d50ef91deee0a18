"""Registers: incidents, conflicts of interest, requests of authorities.

The operator enters and settles, each time with words that stay; the company concerned sees what is about it unless a law forbids that, and
everybody sees what is about nobody alone. Requests of authorities are published as counts (`transparency`).
"""

from datetime import datetime
from uuid import UUID

from ashiato.domain import participants
from ashiato.domain.governance import facts
from ashiato.domain.governance import register_store as store
from ashiato.domain.governance.model import Entry, NewEntry, Register
from ashiato.domain.participants import Actor, CompanyKind, Deed, require, text_flaw
from ashiato.kernel.errors import absent, conflict, invalid
from ashiato.plumbing.unit_of_work import Work

__all__ = ["disclose", "enter", "listed", "settle"]

_LONGEST = 1000


async def enter(work: Work, actor: Actor, wanted: NewEntry) -> Entry:
    """Enters something into a register.

    Refuses (`denied`) who is not the operator, (`invalid`) empty texts and a request of an authority that names no company, (`absent`) a company
    that there is not, (`conflict`) a request for support, which the company opens itself (`support`): else its waiting would begin when the
    operator says so.
    """
    require(actor, Deed.SUPERVISE)
    _check_text("title", wanted.title)
    _check_text("details", wanted.details)
    if wanted.kind is Register.SUPPORT:
        raise conflict("register.support", "A company opens its request for support itself.", "Ask it to open one; answer it under Support.")
    if wanted.kind is Register.AUTHORITY_REQUEST and wanted.concerned_id is None:
        raise invalid("register.concerned", "This register names the company concerned.", "Name it.")
    if wanted.concerned_id is not None and not await participants.names_of(work, [wanted.concerned_id]):
        raise absent("company")
    entry = Entry(
        work.new_id(), wanted.kind, wanted.title, wanted.details, wanted.concerned_id, wanted.disclosed, work.now, None, ""
    )  # fmt: skip
    await store.add(work, entry)
    work.record(facts.entered(entry))
    return entry


async def settle(work: Work, actor: Actor, entry_id: UUID, outcome: str) -> Entry:
    """Settles an entry, in words. Refuses (`absent`) what is not there, (`conflict`) what is settled already."""
    require(actor, Deed.SUPERVISE)
    _check_text("outcome", outcome)
    entry = await _open(work, entry_id)
    if entry.settled_at is not None:
        raise conflict("register.settled", "This entry is settled already.", "Enter a new one if something came up again.")
    kept = await store.settle(work, entry_id, outcome)
    work.record(facts.settled(kept))
    return kept


async def disclose(work: Work, actor: Actor, entry_id: UUID) -> Entry:
    """Lets whom an entry concerns see it, from the next request on. Refuses (`absent`) what is not there."""
    require(actor, Deed.SUPERVISE)
    await _open(work, entry_id)
    kept = await store.disclose(work, entry_id)
    work.record(facts.settled(kept))
    return kept


async def listed(work: Work, actor: Actor, after: tuple[datetime, UUID] | None, limit: int) -> list[Entry]:
    """All entries for the operator; for everybody else those that concern its company, or nobody alone, oldest first."""
    require(actor, Deed.SUPERVISE if actor.kind is CompanyKind.OPERATOR else Deed.READ)
    return await store.entries(work, after, limit)


async def _open(work: Work, entry_id: UUID) -> Entry:
    entry = await store.entry(work, entry_id)
    if entry is None:
        raise absent("entry")
    return entry


def _check_text(field: str, text: str) -> None:
    flaw = text_flaw(field, text, _LONGEST, lines=field != "title")
    if flaw:
        raise invalid("register", "The entry cannot be kept.", "Correct the field named here.", flaw)
