"""The operator's console: one company's admission, the installation's health, one request by its identifier, the rules by version.

No value of a company is on any of these pages: the operator's viewpoint has no right on a table that holds one.
"""

import difflib
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Annotated, ClassVar
from uuid import UUID

from fastapi import Form, Query, Response

from ashiato.domain import diligence, exchange, footprint, governance, participants, trade
from ashiato.domain.participants import Actor, CompanyState
from ashiato.kernel.errors import Refusal
from ashiato.kernel.ids import CompanyId
from ashiato.plumbing import backups, probing
from ashiato.plumbing.settings import Settings
from ashiato.plumbing.unit_of_work import Work
from ashiato.web.route import AtDoor, Once, View, Visit, journey
from ashiato.web.words import words_for

router = journey()
_LATE = timedelta(minutes=1)
_MOST = 100
_BACKUP_EVERY = timedelta(days=2)
_DRILL_EVERY = timedelta(days=92)  # once a quarter
_RENEW_BEFORE = timedelta(days=21)


@dataclass(frozen=True, slots=True)
class Case:
    """One company: what it stated, what is fulfilled, what can be done next, and what was decided and why."""

    template: ClassVar[str] = "company_case.html"
    found: participants.candidacy.Candidacy
    steps: tuple[CompanyState, ...]


class Trouble(StrEnum):
    """What the page of health asks a deed for."""

    LATE = "late"
    GIVEN_UP = "given_up"
    UNBACKED = "unbacked"
    UNDRILLED = "undrilled"
    DIFFERED = "differed"
    EXPIRING = "expiring"


@dataclass(frozen=True, slots=True)
class Ending:
    """A certificate with how near its end is: whether it is to be renewed, and whether it is over."""

    held: probing.Held
    near: bool
    over: bool


@dataclass(frozen=True, slots=True)
class Healthy:
    """The queues, the head of the log, backup, restore and certificates, and what asks for a deed."""

    template: ClassVar[str] = "health.html"
    health: exchange.health.Health
    backed_up_at: datetime | None
    certificates: list[Ending]
    troubles: tuple[Trouble, ...]


@dataclass(frozen=True, slots=True)
class Find:
    """One request, or that there is none by this identifier."""

    template: ClassVar[str] = "find_request.html"
    sought: str
    found: trade.lookup.Outline | None
    looked: bool = True  # whether the request was looked for yet


@dataclass(frozen=True, slots=True)
class Change:
    """A line of a text against the version before: added, taken away, or neither."""

    sign: str
    text: str


@dataclass(frozen=True, slots=True)
class Ruled:
    """The rules in force: terms with what changed, checklist, methods, questionnaires."""

    template: ClassVar[str] = "rules.html"
    terms: participants.admission_rules.Terms
    changes: list[Change]
    checklist: tuple[participants.admission_rules.Item, ...]
    methods: list[tuple[str, str, str]]
    questionnaires: list[diligence.questionnaires.Questionnaire]


@dataclass(frozen=True, slots=True)
class Done:
    """What the operator did with the reader's company, and why."""

    template: ClassVar[str] = "operator_deeds.html"
    found: participants.candidacy.Candidacy
    glass: list[governance.break_glass.Access]


def _rules(visit: Visit) -> participants.admission_rules.Rules:
    return participants.admission_rules.load(visit.tools.settings.admission_rules)


@router.get("/companies/{company_id:uuid}")
async def case(visit: AtDoor, company_id: UUID) -> Response:
    """Operator: one company's admission."""

    async def verb(work: Work, actor: Actor) -> View:
        found = await participants.candidacy.of_company(work, actor, CompanyId(company_id), _rules(visit))
        possible = participants.model.TRANSITIONS[CompanyState(found.company.state)]
        return Case(found, tuple(state for state in CompanyState if state in possible))

    return await visit.show(verb)


@router.post("/companies/{company_id:uuid}/checks")
async def check(
    visit: AtDoor,
    company_id: UUID,
    items: Annotated[list[str], Form(max_length=50)],
    reason: Annotated[str, Form(max_length=1000)],
    once: Once,
    failed: Annotated[str, Form(max_length=5)] = "",
) -> Response:
    """Operator: what was found of items of the checklist, with the reason that the company will read."""

    async def verb(work: Work, actor: Actor) -> None:
        await participants.candidacy.check(work, actor, CompanyId(company_id), items, reason.strip(), _rules(visit), passed=not failed)

    return await visit.act(verb, f"/companies/{company_id}", once)


@router.get("/operator/health")
async def health(visit: AtDoor) -> Response:
    """Operator: is everything going on as it should?"""

    async def verb(work: Work, actor: Actor) -> View:
        return await healthy(work, actor, visit.tools.settings)

    return await visit.show(verb)


async def healthy(work: Work, actor: Actor, settings: Settings) -> Healthy:
    """How the installation is, and what asks for a deed."""
    found = await exchange.health.health(work, actor)
    return _judged(found, backups.last_made(settings.home), probing.certificates(settings), work.now)


def _judged(found: exchange.health.Health, backed_up_at: datetime | None, certificates: list[probing.Held], now: datetime) -> Healthy:
    endings = [Ending(one, one.until is None or one.until - now < _RENEW_BEFORE, one.until is not None and one.until <= now) for one in certificates]
    troubles = {
        Trouble.LATE: found.oldest_fact is not None and now - found.oldest_fact > _LATE,
        Trouble.GIVEN_UP: found.deliveries_given_up + found.messages_given_up > 0,
        Trouble.UNBACKED: backed_up_at is not None and now - backed_up_at > _BACKUP_EVERY,
        Trouble.UNDRILLED: found.drilled_at is None or now - found.drilled_at > _DRILL_EVERY,
        Trouble.DIFFERED: bool(found.drill_differences),
        Trouble.EXPIRING: any(one.near for one in endings),
    }
    return Healthy(found, backed_up_at, endings, tuple(name for name, so in troubles.items() if so))


@router.get("/operator/request")
async def find(visit: AtDoor, identifier: Annotated[str, Query(alias="id", max_length=100)] = "") -> Response:
    """Operator: the form by which one request is looked up; nothing is, before a reason is sent."""

    async def verb(work: Work, actor: Actor) -> View:
        participants.require(actor, participants.Deed.SUPERVISE)
        return Find(identifier, None, looked=False)

    return await visit.show(verb)


@router.post("/operator/request")
async def found(visit: AtDoor, request_id: Annotated[str, Form(max_length=100)], reason: Annotated[str, Form(max_length=1000)]) -> Response:
    """Operator: one request by its identifier; both parties see that it was looked up."""

    async def verb(work: Work, actor: Actor) -> View:
        try:
            return Find(request_id, await trade.lookup.look_up(work, actor, UUID(request_id.strip()), reason.strip()))
        except ValueError:
            return Find(request_id, None)
        except Refusal as refusal:
            if refusal.code != "absent":
                raise
            return Find(request_id, None)

    return await visit.show(verb, notes=True)


@router.get("/operator/rules")
async def rules(visit: AtDoor, ja: bool | None = None) -> Response:
    """Operator: the rules by version, and what the newest terms changed; in the reader's language, or as asked for."""
    japanese = ja if ja is not None else words_for(visit.request).language == "ja"

    async def verb(work: Work, actor: Actor) -> View:
        participants.require(actor, participants.Deed.SUPERVISE)
        known = _rules(visit)
        texts = [each.japanese if japanese else each.english for each in known.terms[-2:]]
        methods = [(each.id, each.version, each.status) for each in footprint.methods.all_methods().values()]
        questions = list(diligence.questionnaires.all_questionnaires().values())
        return Ruled(known.present, _changes(texts), known.checklist, methods, questions)

    return await visit.show(verb)


def _changes(texts: list[str]) -> list[Change]:
    before, now = (texts[0] if len(texts) > 1 else texts[-1]).splitlines(), texts[-1].splitlines()
    if before == now:
        return [Change("", line) for line in now]
    return [Change(line[0].strip(), line[2:]) for line in difflib.ndiff(before, now) if line[0] in "+- "]


@router.get("/operator-deeds")
async def deeds(visit: AtDoor) -> Response:
    """What the operator did with the own company: every decision and check, with who and why."""

    async def verb(work: Work, actor: Actor) -> View:
        own = await participants.candidacy.own(work, actor, _rules(visit))
        return Done(own, await governance.break_glass.listed(work, actor, None, _MOST))

    return await visit.show(verb)
