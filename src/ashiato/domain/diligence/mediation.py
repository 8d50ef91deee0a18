"""Mediation of grievances: the company concerned or the reporter asks the operator, or a member by its number, to mediate.

A mediator sees that it was asked, about which company, and what each side hands to it in words; neither the grievance itself nor who
complained. What one side hands over is not shown to the other; what the mediator says is shown to both. The reporter's contact goes to a
mediator only where the reporter hands it over, for the company may have chosen the mediator. So the operator can mediate although it may see
no company's values.
"""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from uuid import UUID

from ashiato.domain import participants
from ashiato.domain.diligence import facts, grievances
from ashiato.domain.diligence import mediation_store as store
from ashiato.domain.diligence.grievances import Followed, Grievance
from ashiato.domain.diligence.mediation_store import Mediation, Note
from ashiato.domain.participants import Actor, CompanyKind, Deed, require, text_flaw
from ashiato.kernel.errors import absent, invalid
from ashiato.kernel.ids import CompanyId
from ashiato.plumbing.db import Viewpoint
from ashiato.plumbing.keys import Seal
from ashiato.plumbing.unit_of_work import Work

__all__ = ["OPERATOR", "Heard", "Mediated", "Mediation", "Note", "Side", "hand_over", "listed", "one", "report_to", "say"]

OPERATOR = "operator"  # in place of a corporate number: whoever runs this installation
_LONGEST = 5000


class Side(StrEnum):
    """Who handed something over or spoke."""

    REPORTER = "reporter"
    COMPANY = "company"
    MEDIATOR = "mediator"


@dataclass(frozen=True, slots=True)
class Heard:
    """What a mediator was told, or said itself. `contact`: where the reporter can be reached, if the reporter handed that over."""

    by_whom: Side
    words: str
    contact: str | None
    written_at: datetime


@dataclass(frozen=True, slots=True)
class Mediated:
    """A mediation as the mediator sees it."""

    mediation: Mediation
    company: str
    heard: list[Heard]


async def hand_over(work: Work, actor: Actor, grievance_id: UUID, mediator: str, words: str) -> Followed:
    """The company concerned asks somebody to mediate, and hands over these words; each time again, to say more.

    `mediator`: `operator`, or a member's corporate number. Refuses (`absent`) a grievance that is not against the company and a mediator
    that is no member, (`invalid`) the company itself and empty words.
    """
    require(actor, Deed.ANSWER)
    _check(words)
    found = await grievances.one(work, actor, grievance_id)
    if mediator == OPERATOR:
        company = await participants.admission.operator(work)
        await work.pin(Viewpoint.MEMBER, actor.company_id)
    else:
        company = await participants.admission.find_company(work, actor, mediator)
    await _note(work, found.grievance, company, Side.COMPANY, words, None)
    work.record(facts.grievance_moved(grievance_id, "mediation"))
    return await grievances.one(work, actor, grievance_id)


async def report_to(work: Work, code: str, mediator: str, words: str, *, contact: bool) -> Followed:
    """The reporter asks somebody to mediate, and hands over these words; with `contact`, also the one that was left with the grievance.

    Refuses what `hand_over` refuses, and (`absent`) a code of none.
    """
    _check(words)
    company = await (participants.admission.operator(work) if mediator == OPERATOR else participants.admission.addressed(work, mediator))
    found = await grievances.follow(work, code)
    sealed = await store.left_contact(work) if contact else None
    if contact and sealed is None:
        raise invalid("mediation.contact", "No contact was left with this grievance.", "Write in the words how you can be reached.")
    await _note(work, found.grievance, company, Side.REPORTER, words, sealed)
    return await grievances.follow(work, code)


def _check(words: str) -> None:
    flaw = text_flaw("words", words, _LONGEST)
    if flaw:
        raise invalid("mediation", "Say to the mediator what it is about: it sees nothing else.", "", flaw)


async def _note(work: Work, grievance: Grievance, mediator: participants.model.Company, side: Side, words: str, contact: bytes | None) -> None:
    if mediator.company_id == grievance.company_id:
        raise invalid("grievance.mediator", "A company does not mediate what it is accused of.", "Name a third party.")
    mediation = Mediation(grievance.company_id, grievance.grievance_id, mediator.company_id, mediator.name, side, work.now)
    await store.add(work, mediation)
    await store.add_note(work, mediation, Note(mediator.company_id, work.ids.new(None), side, words, contact, work.now))


async def listed(work: Work, actor: Actor, after: tuple[datetime, UUID] | None, limit: int, *, newest: bool = False) -> list[Mediated]:
    """What the actor's company was asked to mediate, oldest first or newest first, without what was handed over."""
    _require(actor, Deed.READ)
    found = await store.listed(work, after, limit, newest=newest)
    names = await participants.names_of(work, [CompanyId(each.company_id) for each in found])
    return [Mediated(each, names.get(CompanyId(each.company_id), ""), []) for each in found]


async def one(work: Work, actor: Actor, grievance_id: UUID, seal: Seal) -> Mediated:
    """One mediation that the actor's company was asked for, with what it was told. Refuses (`absent`) every other."""
    _require(actor, Deed.READ)
    mediation = await _asked(work, grievance_id)
    names = await participants.names_of(work, [CompanyId(mediation.company_id)])
    notes = await store.notes(work, mediation.company_id, grievance_id, mediation.mediator_id)
    return Mediated(mediation, names.get(CompanyId(mediation.company_id), ""), [_heard(note, grievance_id, seal) for note in notes])


async def say(work: Work, actor: Actor, grievance_id: UUID, words: str, seal: Seal) -> Mediated:
    """The mediator says something to both sides. Refuses (`absent`) what it was not asked for, (`invalid`) empty words."""
    _require(actor, Deed.ENTER_DATA)
    _check(words)
    mediation = await _asked(work, grievance_id)
    await store.add_note(work, mediation, Note(mediation.mediator_id, work.ids.new(None), Side.MEDIATOR, words, None, work.now))
    work.record(facts.mediated(grievance_id))
    return await one(work, actor, grievance_id, seal)


def _require(actor: Actor, deed: Deed) -> None:
    """The operator's people mediate as they supervise; a member's need the role for the deed."""
    require(actor, Deed.SUPERVISE if actor.kind is CompanyKind.OPERATOR else deed)


async def _asked(work: Work, grievance_id: UUID) -> Mediation:
    found = await store.asked_of(work, grievance_id)
    if found is None:
        raise absent("grievance")
    return found


def _heard(note: Note, grievance_id: UUID, seal: Seal) -> Heard:
    contact = seal.open(bytes(note.contact), f"grievance/{grievance_id}").decode() if note.contact else None
    return Heard(Side(note.by_whom), note.words, contact, note.written_at)
