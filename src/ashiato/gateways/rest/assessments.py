"""Routes: questionnaires, answering them, and the files that prove the answers."""

from collections.abc import AsyncIterator
from typing import Annotated, Any, cast
from urllib.parse import quote
from uuid import UUID

from fastapi import APIRouter, File, Query, Response, UploadFile
from fastapi.responses import FileResponse

from ashiato.domain import diligence, evidence
from ashiato.domain.participants import Actor, Deed, require
from ashiato.gateways.rest.desk import AtDesk, cursor, moment_and_id, place
from ashiato.gateways.rest.imports import uploaded
from ashiato.gateways.rest.wire.diligence import AssessmentIn, AssessmentOut, EvidenceOut, PrefillOut, QuestionnaireOut, ScoreOut
from ashiato.gateways.rest.wire.words import Page
from ashiato.kernel.errors import absent
from ashiato.kernel.frozen import encode
from ashiato.plumbing import blobs
from ashiato.plumbing.unit_of_work import Work

router = APIRouter(tags=["diligence"])


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


@router.post("/evidence", status_code=201, response_model=EvidenceOut)
async def keep(desk: AtDesk, file: Annotated[UploadFile, File(description="a file that proves an answer")]) -> Response:
    """Keeps a file as evidence. Nobody else can read it."""
    name, content = await uploaded(desk, file)
    blob = await blobs.keep(desk.tools.settings.home, _whole(content), len(content))

    async def verb(work: Work, actor: Actor) -> EvidenceOut:
        require(actor, Deed.ENTER_DATA)
        (announced,) = await evidence.announce(work, [evidence.NewFile(name, name.rpartition(".")[2])])
        await evidence.record(work, announced.file_id, blob)
        return EvidenceOut.model_validate(await evidence.file(work, announced.file_id))

    return await desk.write(verb, 201, told=f"{name} {blob.digest}")


async def _whole(content: bytes) -> AsyncIterator[bytes]:
    yield content


@router.get("/evidence/{file_id}", response_class=Response, responses={200: {"content": {"application/octet-stream": {}}}})
async def fetch(file_id: UUID, desk: AtDesk) -> Response:
    """One of the own files, under its name."""

    async def verb(work: Work) -> evidence.File:
        require(await desk.enter(work), Deed.READ)
        return await evidence.file(work, file_id)

    file = await desk.tools.works.run(verb, read_only=True)
    if file.digest is None:
        raise absent("file")
    headers = {"Content-Disposition": f"attachment; filename*=UTF-8''{quote(file.name)}", "X-Content-Type-Options": "nosniff"}
    return FileResponse(blobs.path_of(desk.tools.settings.home, file.digest), headers=headers, media_type="application/octet-stream")
