"""Routes: questionnaires, and answering them."""

from typing import Annotated, Any, cast
from uuid import UUID

from fastapi import Query, Response

from ashiato.domain import diligence
from ashiato.domain.participants import Actor
from ashiato.gateways.rest.desk import AtDesk, cursor, moment_and_id, place
from ashiato.gateways.rest.routing import routes_about
from ashiato.gateways.rest.wire.diligence import AssessmentIn, AssessmentOut, PrefillOut, QuestionnaireOut, ScoreOut
from ashiato.gateways.rest.wire.words import Page
from ashiato.kernel.frozen import encode
from ashiato.plumbing.unit_of_work import Work

router = routes_about("diligence")


@router.get("/questionnaires")
async def questionnaires() -> Page[QuestionnaireOut]:
    """The questionnaires that are installed, in English and Japanese. Open to everybody."""
    found = diligence.questionnaires.all_questionnaires().values()
    return Page(items=[QuestionnaireOut.model_validate(encode(each)) for each in found])


@router.get("/assessment-prefill", response_model=PrefillOut)
async def prefill(
    desk: AtDesk, questionnaire: Annotated[str, Query(max_length=100)] = "company", subject: Annotated[str, Query(max_length=100)] = ""
) -> Response:
    """The answers of last time, as far as they fit today's questions."""

    async def verb(work: Work, actor: Actor) -> PrefillOut:
        return PrefillOut.model_validate(await diligence.assessments.prefill(work, actor, questionnaire, subject))

    return await desk.read(verb)


@router.post("/assessments/examination", response_model=ScoreOut)
async def examine(body: AssessmentIn, desk: AtDesk) -> Response:
    """What answers would score, each point explained. Nothing is kept."""

    async def verb(work: Work, actor: Actor) -> ScoreOut:
        return ScoreOut.model_validate(encode(await diligence.assessments.examine(work, actor, _given(body))))

    return await desk.read(verb)


@router.post("/assessments", status_code=201, response_model=AssessmentOut)
async def assess(body: AssessmentIn, desk: AtDesk) -> Response:
    """Answers a questionnaire; the score is kept with the version of the rules. What answers say of risks enters the register."""

    async def verb(work: Work, actor: Actor) -> AssessmentOut:
        kept = await diligence.assessments.assess(work, actor, _given(body))
        await diligence.answering.renew_above(work, actor, None, desk.tools.seal)
        return AssessmentOut.model_validate(kept)

    return await desk.write(verb, 201)


def _given(body: AssessmentIn) -> diligence.assessments.Given:
    return diligence.assessments.Given(body.questionnaire, cast(dict[str, Any], body.answers), body.evidence, body.subject)


@router.get("/assessments", response_model=Page[AssessmentOut])
async def assessments(desk: AtDesk, after: str | None = None, limit: Annotated[int, Query(ge=1, le=200)] = 50) -> Response:
    """The own answered questionnaires, oldest first."""

    async def verb(work: Work, actor: Actor) -> Page[AssessmentOut]:
        found = await diligence.assessments.listed(work, actor, place(after, moment_and_id), limit)
        more = cursor(found[-1].assessed_at, found[-1].assessment_id) if len(found) == limit else None
        return Page(items=[AssessmentOut.model_validate(each) for each in found], next=more)

    return await desk.read(verb)


@router.get("/assessments/{assessment_id}", response_model=AssessmentOut)
async def assessment(assessment_id: UUID, desk: AtDesk) -> Response:
    """One of the own answered questionnaires: the answers, the evidence, and what earned each point."""

    async def verb(work: Work, actor: Actor) -> AssessmentOut:
        return AssessmentOut.model_validate(await diligence.assessments.one(work, actor, assessment_id))

    return await desk.read(verb)
