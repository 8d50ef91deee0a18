"""What has to be done now, by when: asked for anew whenever somebody looks, one question a kind, never more than is shown."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from enum import StrEnum
from typing import Literal
from uuid import UUID

from ashiato.domain import diligence, trade
from ashiato.domain.notifications import duty_store as store
from ashiato.domain.participants import Actor, CompanyKind, Deed, may, require
from ashiato.plumbing.unit_of_work import Work

MOST = 100  # of a kind
EVIDENCE_DAYS = 60  # before a file of evidence runs out
CLOSED_DAYS = 7  # after the operator has closed a request for support, it is still shown


class DutyKind(StrEnum):
    """What has to be done."""

    ANSWER = "answer"  # a request that was received
    ANSWER_DILIGENCE = "answer_diligence"  # one that asks for due diligence
    APPROVE = "approve"  # a colleague asks for approval
    RETURNED = "returned"  # a colleague gave back what was to be released
    CHASE = "chase"  # a request that was sent is overdue
    DECIDE = "decide"  # a supplier declined: ask another, or go without
    REVIEW = "review"  # a footprint came from a partner's system and waits for a person
    RENEW = "renew"  # a file of evidence runs out
    ASSESSMENT = "assessment"
    CONSENT = "consent"
    RISK = "risk"
    GRIEVANCE = "grievance"
    VERIFICATION = "verification"
    AUDIT = "audit"
    BREAK_GLASS = "break_glass"  # the operator asks to read what the company has released, or may: it can be ended
    EXAMINE = "examine"  # a verifier: something is shown to it that it has not given its opinion on
    REPLY = "reply"  # a verifier's question or finding that nobody has replied to
    SUPPORT = "support"  # the operator has answered a request for support, or closed it of late


@dataclass(frozen=True, slots=True)
class Duty:
    """One thing to be done. `title` is what it is about, `party` whom it concerns; `due_at` is None where there is no day.

    `anew_at`: when it came up last, of what can come up again: people are told of it once a day on which it does.
    """

    kind: DutyKind
    subject_id: UUID
    title: str
    party: str
    due_at: datetime | None
    overdue: bool
    anew_at: datetime | None = None


def titled(kind: DutyKind, title: str, language: Literal["en", "ja"]) -> str:
    """What a duty is about: a company's own words as they are, the code of a category, questionnaire or material in the reader's language."""
    if kind not in (DutyKind.GRIEVANCE, DutyKind.ASSESSMENT, DutyKind.CONSENT):
        return title
    code, _, about = title.partition(" ")
    known = diligence.questionnaires.all_questionnaires().get(code)
    spoken = (known.title.ja if language == "ja" else known.title.en) if known else diligence.document.spoken(code, language)
    return f"{spoken} {diligence.document.spoken(about, language)}" if about else spoken


async def duties(work: Work, actor: Actor, days: int = 3650, most: int = MOST) -> list[Duty]:
    """What the actor's company has to do, as far as it is overdue or due within so many days: the most urgent first, without a day last.

    About `most` of a kind: so many at the head of the list are the most urgent of all.
    """
    require(actor, Deed.READ)
    found = [
        *await _watched(work, most),
        *await _trade(work, days, most),
        *await _approvals(work, actor),
        *await _received(work, actor, most),
        *await _support(work, most),
        *await _rooms(work, actor, most),
        *await _dated(work, actor, most),
    ]
    return sorted(found, key=lambda duty: (duty.due_at is None, duty.due_at or work.now, duty.kind, str(duty.subject_id)))


def foremost(found: list[Duty], most: int) -> list[Duty]:
    """The most urgent of each kind, so that no kind is hidden behind a flood of another, and then of all, up to so many; in their order."""
    firsts = {duty.kind: duty for duty in reversed(found)}
    chosen = [duty for duty in found if firsts[duty.kind] is duty]
    chosen += [duty for duty in found if firsts[duty.kind] is not duty][: max(0, most - len(chosen))]
    return sorted(chosen, key=found.index)


async def _trade(work: Work, days: int, most: int) -> list[Duty]:
    asked = await store.to_answer(work, work.now + timedelta(days=days), most)
    sent = await store.to_chase(work, most)
    kinds = {"footprint": DutyKind.ANSWER, "diligence": DutyKind.ANSWER_DILIGENCE}
    found = [Duty(kinds[one.subject_kind], one.request_id, one.item, one.party or "", one.due_at, one.due_at < work.now) for one in asked]
    for one in sent:
        kind = DutyKind.DECIDE if one.state == trade.RequestState.REJECTED else DutyKind.CHASE
        found.append(Duty(kind, one.request_id, one.item, one.party or "", one.due_at, one.due_at < work.now))
    return found


async def _approvals(work: Work, actor: Actor) -> list[Duty]:
    own = (actor.person_id, actor.client_id)
    waiting = await trade.approvals.waiting(work, actor, MOST) if may(actor, Deed.ANSWER) else []
    returned = await trade.approvals.returned(work, actor, MOST) if may(actor, Deed.ENTER_DATA) else []
    told = [(DutyKind.APPROVE, one, one.asker) for one in waiting if one.asked_by not in own]
    told += [(DutyKind.RETURNED, one, one.decider) for one in returned if one.asker is None or one.asked_by in own]
    return [Duty(kind, one.request_ids[0], one.part_number, party or "", None, overdue=False) for kind, one, party in told]


async def _watched(work: Work, most: int) -> list[Duty]:
    found = await store.watched(work, most)
    return [Duty(DutyKind.BREAK_GLASS, one.access_id, one.reason, one.asker, one.until, overdue=False) for one in found]


async def _support(work: Work, most: int) -> list[Duty]:
    found = await store.helped(work, CLOSED_DAYS, most)
    return [Duty(DutyKind.SUPPORT, one.request_id, one.subject, one.speaker, None, overdue=False, anew_at=one.said_at) for one in found]


async def _rooms(work: Work, actor: Actor, most: int) -> list[Duty]:
    if actor.kind is CompanyKind.VERIFIER:
        found, kind = await store.to_examine(work, most), DutyKind.EXAMINE
    else:
        found, kind = await store.to_reply(work, most), DutyKind.REPLY
    return [Duty(kind, one.room_id, one.title, one.party or "", one.expires_at, overdue=False) for one in found]


async def _received(work: Work, actor: Actor, most: int) -> list[Duty]:
    found: Sequence[store.Waiting] = await store.to_review(work, most) if may(actor, Deed.ANSWER) else []
    return [Duty(DutyKind.REVIEW, one.received_id, one.footprint_id, one.party or "", None, overdue=False) for one in found]


async def _dated(work: Work, actor: Actor, most: int) -> list[Duty]:
    """What has a day and no hour: it is overdue once the day has gone."""
    reminders = await diligence.due.due(work, actor, most=most * len(diligence.due.DueKind))
    files = await store.running_out(work, work.now.date() + timedelta(days=EVIDENCE_DAYS), most)
    dated = [(DutyKind(one.kind.value), one.subject_id, one.title, one.due_on) for one in reminders]
    dated += [(DutyKind.RENEW, one.evidence_id, one.name, one.expires_on) for one in files]
    return [Duty(kind, subject, title, "", datetime.combine(day, time(), UTC), day < work.now.date()) for kind, subject, title, day in dated]
