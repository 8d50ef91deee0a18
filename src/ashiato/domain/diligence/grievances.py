"""Grievances: anybody may complain about a company without logging in, anonymously or with a name, and follow by a code.

The code is drawn here, told once, and not kept: its digest is the only key to what the reporter sees and to who that is. The company
concerned reads the words and can answer; it has no way to the reporter. Who mediates sees what each side hands over (`mediation`).
"""

import hashlib
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from uuid import UUID

from ashiato.domain import participants
from ashiato.domain.diligence import facts, mediation_store
from ashiato.domain.diligence import grievance_store as store
from ashiato.domain.diligence.grievance_store import Grievance, Step
from ashiato.domain.diligence.law import law
from ashiato.domain.diligence.mediation_store import Mediation, Note
from ashiato.domain.diligence.model import RiskCategory
from ashiato.domain.participants import Actor, Deed, require, text_flaw
from ashiato.kernel.errors import absent, conflict, invalid
from ashiato.plumbing.db import Viewpoint
from ashiato.plumbing.keys import Seal
from ashiato.plumbing.unit_of_work import Work

__all__ = ["TRANSITIONS", "Followed", "Grievance", "GrievanceState", "NewGrievance", "Step", "complain", "follow", "listed", "move", "one", "respond"]

_LONGEST = 5000
_ALPHABET = "23456789ABCDEFGHJKMNPQRSTUVWXYZ"  # nothing that looks like something else when it is written down
_CODE_LENGTH = 20


class GrievanceState(StrEnum):
    """How far a grievance has come; the company has until `due_at` for its next step."""

    RECEIVED = "received"
    ACKNOWLEDGED = "acknowledged"
    INVESTIGATING = "investigating"
    REMEDIED = "remedied"
    DISMISSED = "dismissed"


_S = GrievanceState
TRANSITIONS: dict[GrievanceState, frozenset[GrievanceState]] = {
    _S.RECEIVED: frozenset({_S.ACKNOWLEDGED}),
    _S.ACKNOWLEDGED: frozenset({_S.INVESTIGATING, _S.DISMISSED}),
    _S.INVESTIGATING: frozenset({_S.INVESTIGATING, _S.REMEDIED, _S.DISMISSED}),
    _S.REMEDIED: frozenset({_S.INVESTIGATING}),
    _S.DISMISSED: frozenset({_S.INVESTIGATING}),
}


@dataclass(frozen=True, slots=True)
class NewGrievance:
    """What somebody complains about, in any language. `contact`: a name or an address, kept sealed until they hand it to a mediator."""

    company_number: str
    category: RiskCategory
    words: str
    language: str = "en"
    contact: str = ""


@dataclass(frozen=True, slots=True)
class Followed:
    """A grievance with all that was done and said; who mediates it, and what the viewer handed to them or they said."""

    grievance: Grievance
    steps: list[Step]
    mediations: list[Mediation]
    notes: list[Note]


async def complain(work: Work, found: NewGrievance, seal: Seal) -> str:
    """Keeps a grievance; the code by which its reporter can follow it. Needs nobody to be logged in.

    Refuses (`absent`) a number of no admitted company, (`invalid`) words that are empty or too long.
    """
    flaws = [flaw for flaw in (text_flaw("words", found.words, _LONGEST), text_flaw("contact", found.contact or "-", 500)) if flaw]
    if flaws:
        raise invalid("grievance", "The grievance cannot be taken in.", "Correct the fields named here.", *flaws)
    company = await participants.admission.addressed(work, found.company_number)
    code = "".join(secrets.choice(_ALPHABET) for _ in range(_CODE_LENGTH))
    await work.pin(Viewpoint.VISITOR, _key(code))
    grievance = Grievance(
        company.company_id, work.ids.new(None), found.category, found.language, found.words, GrievanceState.RECEIVED, work.now,
        work.now + timedelta(days=law().acknowledge_days),
    )  # fmt: skip
    sealed = seal.seal(found.contact.encode(), f"grievance/{grievance.grievance_id}") if found.contact else None
    await store.add(work, grievance, sealed)
    return code


def _key(code: str) -> UUID:
    plain = "".join(character for character in code.upper() if character.isalnum())
    return UUID(bytes=hashlib.sha256(b"grievance/" + plain.encode()).digest()[:16])


async def follow(work: Work, code: str) -> Followed:
    """What has become of the grievance of this code. Refuses (`absent`) a code of none."""
    await work.pin(Viewpoint.VISITOR, _key(code))
    grievance = await store.followed(work)
    if grievance is None:
        raise absent("grievance")
    return await _followed(work, grievance)


async def _followed(work: Work, grievance: Grievance) -> Followed:
    named = grievance.company_id, grievance.grievance_id
    mediations, notes = await mediation_store.of_grievance(work, *named), await mediation_store.notes(work, *named)
    return Followed(grievance, await store.steps(work, grievance), mediations, notes)


async def respond(work: Work, code: str, words: str) -> Followed:
    """The reporter adds something. Refuses (`absent`) a code of none, (`invalid`) empty or endless words."""
    flaw = text_flaw("words", words, _LONGEST)
    if flaw:
        raise invalid("grievance", "This cannot be added.", "Correct it.", flaw)
    found = await follow(work, code)
    await store.add_step(work, found.grievance, "reporter", found.grievance.state, words)
    return await follow(work, code)


async def listed(work: Work, actor: Actor, after: tuple[datetime, UUID] | None, limit: int, *, newest: bool = False) -> list[Grievance]:
    """The grievances against the actor's company, oldest first or newest first."""
    require(actor, Deed.READ)
    return await store.listed(work, after, limit, newest=newest)


async def one(work: Work, actor: Actor, grievance_id: UUID) -> Followed:
    """A grievance against the actor's company. Refuses (`absent`) every other."""
    require(actor, Deed.READ)
    grievance = await store.one(work, grievance_id)
    if grievance is None:
        raise absent("grievance")
    return await _followed(work, grievance)


async def move(work: Work, actor: Actor, grievance_id: UUID, state: GrievanceState, words: str) -> Followed:
    """The company takes a grievance one step further, in words that the reporter reads.

    Refuses (`absent`) what is not against the company, (`conflict`) an impossible step, (`invalid`) a step without words.
    """
    require(actor, Deed.ENTER_DATA)
    flaw = text_flaw("words", words, _LONGEST)
    if flaw:
        raise invalid("grievance", "Say what was done: the reporter will read it.", "", flaw)
    grievance = (await one(work, actor, grievance_id)).grievance
    if state not in TRANSITIONS[GrievanceState(grievance.state)]:
        steps = ", ".join(sorted(TRANSITIONS[GrievanceState(grievance.state)]))
        raise conflict("grievance.transition", f"A grievance that is {grievance.state} cannot become {state}.", f"It can become: {steps}.")
    ended = state in (GrievanceState.REMEDIED, GrievanceState.DISMISSED)
    await store.move(work, grievance, state, None if ended else grievance.received_at + timedelta(days=law().settle_days))
    await store.add_step(work, grievance, "company", state, words)
    work.record(facts.grievance_moved(grievance_id, state))
    return await one(work, actor, grievance_id)
