"""Reminders: what is due soon and what is overdue, told once a rule by mail and to the company's systems; and letters in the reader's language."""

import json
from collections.abc import Sequence
from datetime import date, datetime, timedelta
from importlib import resources
from typing import Any
from uuid import UUID

from ashiato.domain.notifications import deliveries, duties, store
from ashiato.domain.notifications.duties import Duty
from ashiato.domain.notifications.events import OF_NOTICES, EventKind
from ashiato.domain.notifications.store import Reader, Reminder
from ashiato.domain.participants import Actor, CompanyKind, Role
from ashiato.kernel.ids import CompanyId
from ashiato.plumbing.db import Viewpoint
from ashiato.plumbing.letters import Letter
from ashiato.plumbing.unit_of_work import Work

__all__ = ["NEW", "SOON", "companies", "letter", "remind", "rules_for", "tell_of_notices"]

SOON = timedelta(days=7)
_MOST_COMPANIES = 100_000
_LINES = 40  # of a letter
_WORDS: dict[str, list[str]] = json.loads((resources.files(__package__) / "letters.json").read_text(encoding="utf-8"))


NEW = "new"  # by mail alone: systems are told of the event itself
_ONCE_FOR_ALL = date(1, 1, 1)  # the day of what has none


def rules_for(duty: Duty, now: datetime) -> list[str]:
    """The rules that remind of a duty now (pure): that it is there, that it is due within a week, that it is overdue."""
    rules: list[str] = [NEW]
    if duty.due_at is not None and duty.overdue:
        rules.append(EventKind.OVERDUE)
    elif duty.due_at is not None and duty.due_at <= now + SOON:
        rules.append(EventKind.DUE_SOON)
    return rules


def _worker(company_id: UUID) -> Actor:
    """Who looks what a company's people have to do: nobody of them, with the eyes of all."""
    return Actor(CompanyId(company_id), CompanyKind.MEMBER, frozenset({Role.CLERK, Role.APPROVER}))


async def companies(work: Work) -> list[UUID]:
    """Whom to remind: every admitted company. For the worker."""
    await work.pin(Viewpoint.FOLLOWER, None)
    return await store.admitted(work, _MOST_COMPANIES)


async def remind(work: Work, company_id: UUID) -> int:
    """Tells a company's people and systems what is new, due soon or overdue and was not told before; how many things those are."""
    await work.pin(Viewpoint.MEMBER, company_id)
    fresh: list[Duty] = []
    due = await duties.duties(work, _worker(company_id))
    reminders = {duty: {rule: Reminder(f"{rule}:{duty.kind}", duty.subject_id, _day(duty)) for rule in rules_for(duty, work.now)} for duty in due}
    first = await store.remind(work, [reminder for each in reminders.values() for reminder in each.values()])
    events: list[tuple[EventKind, dict[str, Any]]] = []
    for duty, each in reminders.items():
        told = [rule for rule, reminder in each.items() if reminder in first]
        data = {"duty": duty.kind.value, "subject_id": str(duty.subject_id), "due_at": duty.due_at.isoformat() if duty.due_at else None}
        events += [(EventKind(rule), data) for rule in told if rule != NEW]
        if told:
            fresh.append(duty)
    await deliveries.tell_each(work, events)
    if fresh:
        lines = [[duty.kind.value, duty.title, duty.party, duty.due_at.date().isoformat() if duty.due_at else "", duty.overdue] for duty in fresh]
        for reader in await store.readers(work):
            await store.add_delivery(work, work.new_id(), "reminder", {"lines": lines}, person_id=reader.person_id)
    return len(fresh)


def _day(duty: Duty) -> date:
    moment = duty.due_at or duty.anew_at
    return moment.date() if moment else _ONCE_FOR_ALL


async def tell_of_notices(work: Work, told: Sequence[tuple[str, UUID]]) -> None:
    """Tells the pinned company's systems what the other parties of requests have done: (kind of notice, request)."""
    await deliveries.tell_each(work, [(OF_NOTICES[kind], {"request_id": str(request_id)}) for kind, request_id in told if kind in OF_NOTICES])


def letter(reader: Reader, body: dict[str, object], public_url: str) -> Letter:
    """A letter with all that is new, in the reader's language; it holds titles and days, no figure."""
    place = 1 if reader.language == "ja" else 0

    def say(key: str, **values: object) -> str:
        return _WORDS[key][place].format(**values)

    given = body.get("lines")
    lines = given if isinstance(given, list) else []
    told = [
        "- "
        + say(f"line.{kind}", item=duties.titled(duties.DutyKind(kind), item, "ja" if place else "en"), party=party or say("nobody"))
        + (f" ({say('overdue' if late else 'due', day=day)})" if day else "")
        for kind, item, party, day, late in lines[:_LINES]
    ]
    if len(lines) > _LINES:
        told.append(say("more", number=len(lines) - _LINES))
    text = "\n".join(
        [say("greeting", name=reader.display_name), "", *told, "", f"{public_url}/", "", say("off", address=f"{public_url}/reminders"), ""]
    )
    return Letter(reader.email, say("subject", number=len(lines)), text)
