"""What is due in due diligence: answers that run out, consent that is waited for, deadlines of risks and grievances, audits, verifications.

Requests have their days in `trade`. Whoever reminds people (pages, mail, webhooks) asks here; nothing is recorded by asking.
"""

from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum
from uuid import UUID

from ashiato.domain.diligence import due_store as store
from ashiato.domain.participants import Actor, Deed, require
from ashiato.plumbing.unit_of_work import Work

__all__ = ["DAYS_AHEAD", "DueKind", "Reminder", "due"]

DAYS_AHEAD = 60
_MOST = 500


class DueKind(StrEnum):
    """What has a day, and which identifier names it."""

    ASSESSMENT = "assessment"  # a questionnaire has to be answered again
    CONSENT = "consent"  # somebody waits to hear whether the company may be named on a path (its question)
    RISK = "risk"  # the deadline of a risk's plan
    GRIEVANCE = "grievance"  # the next step that the reporter waits for
    VERIFICATION = "verification"  # a third party's verification runs out
    AUDIT = "audit"  # the audit of a refiner runs out (the part whose origin names it)


@dataclass(frozen=True, slots=True)
class Reminder:
    """Something with a day. `title` is the company's own word for it, or the code of a material, category or questionnaire."""

    kind: DueKind
    subject_id: UUID
    title: str
    due_on: date
    overdue: bool


async def due(work: Work, actor: Actor, days: int = DAYS_AHEAD, most: int = _MOST) -> list[Reminder]:
    """What of the actor's company is overdue or due within so many days, the most urgent first, at most so many."""
    require(actor, Deed.READ)
    today = work.now.date()
    until = today + timedelta(days=days)
    every = [*await store.due(work, until, most), *await store.consents_due(work, until, most)]
    found = sorted(every, key=lambda each: (each.due_on, each.kind, str(each.subject_id)))[:most]
    return [Reminder(DueKind(each.kind), each.subject_id, each.title, each.due_on, each.due_on < today) for each in found]
