"""Questionnaires: how each stands, a sheet to answer on (what is open first, last time's answers marked, saved with every change), the score."""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Annotated, ClassVar
from urllib.parse import quote
from uuid import UUID

from fastapi import Query, Response
from starlette.datastructures import FormData

from ashiato.domain import diligence, evidence, participants, trade
from ashiato.domain.diligence import Material, RiskCategory
from ashiato.domain.participants import Actor, Deed
from ashiato.domain.trade import RequestState, RequestView
from ashiato.kernel.digest import Json
from ashiato.kernel.ids import RequestId
from ashiato.kernel.quantity import plain
from ashiato.plumbing.unit_of_work import Work
from ashiato.web.route import AtDoor, View, Visit, journey, may

router = journey()
_YES = "yes"
_MOST = 200
_WAITING = (RequestState.ASKED, RequestState.LINKED)
_SETTLED = (RequestState.REJECTED, RequestState.ANSWERED)
Subject = Annotated[str, Query(max_length=100)]


@dataclass(frozen=True, slots=True)
class Questionnaires:
    """How every questionnaire stands, those that wait for an answer first, and what is due in due diligence. `late`: requests past their day."""

    template: ClassVar[str] = "questionnaires.html"
    standings: list[diligence.sheets.Standing]
    due: list[diligence.due.Reminder]
    fresh_materials: list[Material]
    received: list[RequestView]
    sent: list[RequestView]
    late: set[RequestId]


@dataclass(frozen=True, slots=True)
class Answering:
    """The sheet of one questionnaire."""

    template: ClassVar[str] = "questionnaire.html"
    sheet: diligence.sheets.Sheet
    subject: str
    checked: bool
    may_answer: bool
    categories: ClassVar[tuple[RiskCategory, ...]] = tuple(RiskCategory)

    def shown(self, question: diligence.questionnaires.Question, answer: Json) -> str:
        """An answer as it stands in its field: shares in percent, as people write them."""
        if answer is None:
            return ""
        try:
            return plain(Decimal(str(answer)) * 100) if question.type == "share" else str(answer)
        except ArithmeticError:
            return str(answer)


@dataclass(frozen=True, slots=True)
class Answered:
    """An answered questionnaire with what earned each point."""

    template: ClassVar[str] = "assessment.html"
    stored: diligence.assessments.Stored
    asked: diligence.questionnaires.Questionnaire
    subject: str
    answers: list[tuple[diligence.questionnaires.Question, Json, list[evidence.items.Item]]]


@router.get("/questionnaires")
async def questionnaires(visit: AtDoor) -> Response:
    """Every questionnaire of the own company."""

    async def verb(work: Work, actor: Actor) -> View:
        standings = await diligence.sheets.overview(work, actor)
        begun = {standing.subject_id for standing in standings if standing.asked.subject == "material"}
        standings.sort(key=lambda standing: standing.counts)
        received, sent = [await _requests(work, actor, sent=sent) for sent in (False, True)]
        late = {view.request.request_id for view in (*received, *sent) if view.request.overdue(work.now)}
        fresh = [each for each in Material if each not in begun]
        return Questionnaires(standings, await diligence.due.due(work, actor), fresh, received, sent, late)

    return await visit.show(verb)


async def _requests(work: Work, actor: Actor, *, sent: bool) -> list[RequestView]:
    """The requests for due diligence that wait for an answer, by their day, and after them the sent ones that were declined or answered."""
    wanted = trade.lists.RequestsWanted(sent=sent, states=_WAITING, subject=trade.SubjectKind.DILIGENCE)
    waiting = await trade.lists.listed(work, actor, wanted, None, _MOST)
    if not sent:
        return waiting
    settled = trade.lists.RequestsWanted(sent=True, states=_SETTLED, subject=trade.SubjectKind.DILIGENCE, backwards=True)
    return [*waiting, *await trade.lists.listed(work, actor, settled, None, _MOST)]


@router.get("/questionnaires/{questionnaire_id}")
async def sheet(visit: AtDoor, questionnaire_id: str, subject: Subject = "", check: bool = False) -> Response:
    """The sheet to answer on."""

    async def verb(work: Work, actor: Actor) -> View:
        found = await diligence.sheets.open_sheet(work, actor, questionnaire_id, subject, checked=check)
        return Answering(found, await _subject(work, actor, found.asked, subject), check, may(actor, Deed.ENTER_DATA))

    return await visit.show(verb)


@router.post("/questionnaires/{questionnaire_id}/draft")
async def save(visit: AtDoor, questionnaire_id: str, subject: Subject = "") -> Response:
    """Keeps what is on the sheet so far."""
    given, once = await _given(visit, questionnaire_id, subject)

    async def verb(work: Work, actor: Actor) -> None:
        await diligence.sheets.save(work, actor, given)

    return await visit.act(verb, _address(questionnaire_id, subject), once)


@router.post("/questionnaires/{questionnaire_id}/answers")
async def send(visit: AtDoor, questionnaire_id: str, subject: Subject = "") -> Response:
    """Answers the questionnaire with what is on the sheet; where something is missing or wrong, the sheet says so and nothing is lost."""
    given, once = await _given(visit, questionnaire_id, subject)

    async def verb(work: Work, actor: Actor) -> None:
        if await diligence.sheets.send(work, actor, given) is not None:
            await diligence.answering.renew_above(work, actor, None, visit.tools.seal)

    return await visit.act(verb, f"/questionnaires/{quote(questionnaire_id)}/outcome?subject={quote(subject)}", once)


@router.get("/questionnaires/{questionnaire_id}/outcome")
async def outcome(visit: AtDoor, questionnaire_id: str, subject: Subject = "") -> Response:
    """What came of sending: the score, or the sheet with what has to be corrected."""

    async def verb(work: Work, actor: Actor) -> View:
        found = await diligence.sheets.open_sheet(work, actor, questionnaire_id, subject, checked=True)
        if found.saved_at is None and found.last is not None:
            return await _answered(work, actor, found.last)
        return Answering(found, await _subject(work, actor, found.asked, subject), True, may(actor, Deed.ENTER_DATA))

    return await visit.show(verb)


@router.get("/assessments/{assessment_id:uuid}")
async def assessment(visit: AtDoor, assessment_id: UUID) -> Response:
    """One of the own answered questionnaires."""

    async def verb(work: Work, actor: Actor) -> View:
        return await _answered(work, actor, await diligence.assessments.one(work, actor, assessment_id))

    return await visit.show(verb)


async def _answered(work: Work, actor: Actor, stored: diligence.assessments.Stored) -> View:
    asked = diligence.questionnaires.questionnaire(stored.questionnaire)
    items = await evidence.items.present(work, stored.evidence())
    answers: list[tuple[diligence.questionnaires.Question, Json, list[evidence.items.Item]]] = []
    for question in asked.questions:
        said = stored.answers.get(question.id)
        if isinstance(said, dict) and isinstance(named := said["evidence"], list):
            answers.append((question, said["value"], [items[UUID(str(one))] for one in named if UUID(str(one)) in items]))
    return Answered(stored, asked, await _subject(work, actor, asked, stored.subject_id), answers)


async def _subject(work: Work, actor: Actor, asked: diligence.questionnaires.Questionnaire, subject_id: str) -> str:
    if asked.subject != "site":
        return subject_id
    sites = {str(site.site_id): site.name for site in await participants.accounts.sites(work, actor)}
    return sites.get(subject_id, "")


def _address(questionnaire_id: str, subject: str) -> str:
    return f"/questionnaires/{quote(questionnaire_id)}" + (f"?subject={quote(subject)}" if subject else "")


async def _given(visit: Visit, questionnaire_id: str, subject: str) -> tuple[diligence.assessments.Given, str]:
    """What the form says: answers by question, in the question's type where they have it, as typed where they do not."""
    form = await visit.request.form()
    asked = diligence.questionnaires.questionnaire(questionnaire_id)
    answers = {question.id: _answer(question, form) for question in asked.questions if f"asked-{question.id}" in form}
    files = {question.id: _files(form, question.id) for question in asked.questions if f"demands-{question.id}" in form}
    return diligence.assessments.Given(asked.id, answers, files, subject), str(form.get("once", ""))


def _answer(question: diligence.questionnaires.Question, form: FormData) -> Json:
    if question.type == "categories":
        return [str(each) for each in form.getlist(f"answer-{question.id}")] or None
    typed = str(form.get(f"answer-{question.id}", "")).strip()
    match question.type:
        case _ if not typed:
            return None
        case "boolean":
            return typed == _YES
        case "integer":
            return int(typed) if typed.isdecimal() else typed
        case "share":
            return _share(typed)
        case _:
            return typed


def _share(typed: str) -> str:
    """Percent, as people write it, as a share of one; what is no figure stays as it was typed, and is told so."""
    figure = typed.replace("％", "%").rstrip("% ").replace(",", ".")
    try:
        return plain(Decimal(figure) / 100)
    except ArithmeticError:
        return typed


def _files(form: FormData, question_id: str) -> list[UUID]:
    named: Mapping[str, None] = dict.fromkeys(str(each) for each in form.getlist(f"file-{question_id}") if each)
    return [UUID(each) for each in named]
