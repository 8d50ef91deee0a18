"""Routes: third parties' verifications, and the yearly report on due diligence."""

import asyncio
from typing import Annotated, Any, Literal, cast
from uuid import UUID

from fastapi import Query, Response

from ashiato.domain import diligence
from ashiato.domain.participants import Actor
from ashiato.gateways.rest.desk import AtDesk, Desk, cursor, moment_and_id, place
from ashiato.gateways.rest.routing import routes_about
from ashiato.gateways.rest.wire.reports import PublishedReportOut, ReportIn, ReportItemOut, VerificationIn, VerificationOut, YearlyReportOut
from ashiato.gateways.rest.wire.words import Page
from ashiato.kernel.ids import PartId
from ashiato.plumbing.unit_of_work import Work

router = routes_about("diligence")


@router.post("/verifications", status_code=201, response_model=VerificationOut)
async def verify(body: VerificationIn, desk: AtDesk) -> Response:
    """Records what a third party verified."""
    found = diligence.reports.NewVerification(**body.model_dump())

    async def verb(work: Work, actor: Actor) -> VerificationOut:
        return VerificationOut.model_validate(await diligence.reports.verify(work, actor, found))

    return await desk.write(verb, 201)


@router.get("/verifications", response_model=Page[VerificationOut])
async def verifications(desk: AtDesk, after: str | None = None, limit: Annotated[int, Query(ge=1, le=200)] = 50) -> Response:
    """What third parties verified of the own company, oldest first."""

    async def verb(work: Work, actor: Actor) -> Page[VerificationOut]:
        found = await diligence.reports.verifications(work, actor, place(after, moment_and_id), limit)
        more = cursor(found[-1].recorded_at, found[-1].verification_id) if len(found) == limit else None
        return Page(items=[VerificationOut.model_validate(each) for each in found], next=more)

    return await desk.read(verb)


@router.post("/reports", status_code=201, response_model=YearlyReportOut)
async def report(body: ReportIn, desk: AtDesk) -> Response:
    """Draws up, signs and publishes the report of a year about these products. It names no supplier."""

    async def verb(work: Work, actor: Actor) -> YearlyReportOut:
        parts = [PartId(part_id) for part_id in body.parts]
        drawn = await diligence.reports.report(work, actor, body.year, parts, desk.tools.seal)
        return _out(desk, drawn.report_id, drawn.document, drawn.basis)

    return await desk.write(verb, 201)


@router.get("/reports", response_model=Page[ReportItemOut])
async def reports(desk: AtDesk, after: str | None = None, limit: Annotated[int, Query(ge=1, le=200)] = 50) -> Response:
    """The own reports, oldest first."""

    async def verb(work: Work, actor: Actor) -> Page[ReportItemOut]:
        found = await diligence.reports.listed(work, actor, place(after, moment_and_id), limit)
        more = cursor(found[-1].reported_at, found[-1].report_id) if len(found) == limit else None
        return Page(items=[ReportItemOut.model_validate(each) for each in found], next=more)

    return await desk.read(verb)


@router.get("/reports/{report_id}", response_model=YearlyReportOut)
async def one_report(report_id: UUID, desk: AtDesk) -> Response:
    """One of the own reports, with what its figures follow from."""

    async def verb(work: Work, actor: Actor) -> YearlyReportOut:
        follows = await diligence.reports.basis(work, actor, report_id)
        document, _ = await diligence.reports.published(work, report_id)
        return _out(desk, report_id, document, follows)

    return await desk.read(verb)


def _out(desk: Desk, report_id: UUID, document: dict[str, Any], follows: dict[str, Any]) -> YearlyReportOut:
    return YearlyReportOut(report_id=report_id, url=_address(desk, report_id), document=document, basis=follows)


def _address(desk: Desk, report_id: UUID) -> str:
    return f"{desk.tools.settings.public_url}/api/v1/published-reports/{report_id}"


@router.get("/published-reports/{report_id}")
async def published(report_id: UUID, desk: AtDesk) -> PublishedReportOut:
    """A report as everybody may see it."""
    document, signature = await desk.tools.works.run(lambda work: diligence.reports.published(work, report_id), read_only=True)
    return PublishedReportOut(report_id=report_id, document=cast(dict[str, Any], document), signature=signature)


@router.get("/published-reports/{report_id}/document", response_class=Response, responses={200: {"content": {"application/pdf": {}}}})
async def paper(report_id: UUID, desk: AtDesk, lang: Literal["en", "ja"] = "en") -> Response:
    """A report as PDF, in English or Japanese. Open to everybody."""
    document, _ = await desk.tools.works.run(lambda work: diligence.reports.published(work, report_id), read_only=True)
    content = await asyncio.to_thread(diligence.document.report_pdf, document, _address(desk, report_id), lang)
    disposition = f'inline; filename="diligence-{report_id}-{lang}.pdf"'
    return Response(content, headers={"Content-Disposition": disposition}, media_type="application/pdf")
