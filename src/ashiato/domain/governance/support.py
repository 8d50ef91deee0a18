"""Requests for support: a company opens one itself, the operator answers and closes it with words.

How long a company waits runs from its own opening to the operator's first word, or until now where there is none: neither beginning nor end is
the operator's to choose, and not answering shortens nothing. The operator reads what was written here, by whom, and nothing else of the company.
"""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from ashiato.domain import participants
from ashiato.domain.governance import facts
from ashiato.domain.governance import support_store as store
from ashiato.domain.governance.support_store import SupportRequest, SupportWord
from ashiato.domain.participants import Actor, CompanyKind, Deed, require, text_flaw
from ashiato.kernel.errors import absent, conflict, invalid
from ashiato.plumbing.unit_of_work import Work

__all__ = ["Heard", "SupportRequest", "SupportWord", "add", "close", "listed", "one", "open_one", "unanswered"]

_LONGEST_SUBJECT, _LONGEST_WORDS = 200, 4000


@dataclass(frozen=True, slots=True)
class Heard:
    """A request with all that was said of it, oldest first."""

    request: SupportRequest
    words: list[SupportWord]


async def open_one(work: Work, actor: Actor, subject: str, words: str) -> SupportRequest:
    """Opens a request of the actor's company, which any of its people may. Refuses (`denied`) the operator, (`invalid`) empty texts."""
    require(actor, Deed.READ)
    flaws = [flaw for flaw in (text_flaw("subject", subject, _LONGEST_SUBJECT), text_flaw("words", words, _LONGEST_WORDS, lines=True)) if flaw]
    if flaws:
        raise invalid("support", "This cannot be sent yet.", "Correct the fields named here.", *flaws)
    request_id = work.new_id()
    await store.add(work, request_id, subject)
    await _say(work, actor, actor.company_id, request_id, words)
    work.record(facts.support_opened(request_id))
    return await _found(work, actor, request_id)


async def add(work: Work, actor: Actor, request_id: UUID, words: str) -> Heard:
    """Says more, as either side. Refuses (`invalid`) empty words, (`absent`) another's request, (`conflict`) one that is closed."""
    request = await _spoken_of(work, actor, request_id, words)
    await _say(work, actor, request.company_id, request_id, words)
    of_operator = actor.kind is CompanyKind.OPERATOR
    work.record(facts.support_answered(request_id, request.company_id) if of_operator else facts.support_added(request_id))
    return await _heard(work, actor, request_id)


async def close(work: Work, actor: Actor, request_id: UUID, words: str) -> Heard:
    """Closes it, with the reason, which the other side reads: the operator, or the company whose trouble is over. Refuses as `add` does."""
    request = await _spoken_of(work, actor, request_id, words)
    await _say(work, actor, request.company_id, request_id, words)
    await store.close(work, request.company_id, request_id)
    work.record(facts.support_closed(request_id, request.company_id, of_operator=actor.kind is CompanyKind.OPERATOR))
    return await _heard(work, actor, request_id)


async def one(work: Work, actor: Actor, request_id: UUID) -> Heard:
    """A request of the actor's company, for the operator any. Refuses (`absent`) every other."""
    _require_reader(actor)
    return await _heard(work, actor, request_id)


async def listed(
    work: Work, actor: Actor, *, still_open: bool, after: tuple[datetime, UUID] | None, limit: int, newest: bool = False
) -> list[SupportRequest]:
    """The requests of the actor's company, for the operator of all, oldest (or `newest`) first: those that are open, or all of them."""
    _require_reader(actor)
    return await store.listed(work, _whose(actor), after, limit, still_open=still_open, newest=newest)


async def unanswered(work: Work, actor: Actor, limit: int) -> int:
    """Operator: how many open requests wait for its first word; no more than `limit` are counted."""
    require(actor, Deed.SUPERVISE)
    return len(await store.listed(work, _whose(actor), None, limit, still_open=True, unanswered=True))


def _whose(actor: Actor) -> UUID | None:
    """Whose requests the actor may see: its company's, or the operator all of them (None)."""
    return None if actor.kind is CompanyKind.OPERATOR else actor.company_id


def _require_reader(actor: Actor) -> None:
    require(actor, Deed.SUPERVISE if actor.kind is CompanyKind.OPERATOR else Deed.READ)


async def _spoken_of(work: Work, actor: Actor, request_id: UUID, words: str) -> SupportRequest:
    _require_reader(actor)
    request = await _found(work, actor, request_id)
    flaw = text_flaw("words", words, _LONGEST_WORDS, lines=True)
    if flaw:
        raise invalid("support", "This cannot be sent yet.", "Correct the fields named here.", flaw)
    if request.closed_at is not None:
        raise conflict("support.closed", "This request is closed.", "Open a new one if something came up again.")
    return request


async def _say(work: Work, actor: Actor, company_id: UUID, request_id: UUID, words: str) -> None:
    known = await participants.accounts.own_account(work, actor)
    spoken = SupportWord(work.new_id(), actor.kind is CompanyKind.OPERATOR, known.display_name if known else "", words, work.now)
    await store.say(work, company_id, request_id, spoken)


async def _heard(work: Work, actor: Actor, request_id: UUID) -> Heard:
    request = await _found(work, actor, request_id)
    return Heard(request, await store.words(work, request.company_id, request_id))


async def _found(work: Work, actor: Actor, request_id: UUID) -> SupportRequest:
    found = await store.one(work, _whose(actor), request_id)
    if found is None:
        raise absent("support")
    return found
