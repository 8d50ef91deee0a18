"""Routes: minerals templates in and out, incidents, bundles of evidence."""

import asyncio
from dataclasses import asdict
from typing import Annotated, Any
from uuid import UUID

from fastapi import File, Query, Response, UploadFile

from ashiato.domain import diligence
from ashiato.domain.participants import Actor
from ashiato.gateways.rest.desk import AtDesk
from ashiato.gateways.rest.evidence import plain
from ashiato.gateways.rest.imports import uploaded
from ashiato.gateways.rest.listing import XLSX
from ashiato.gateways.rest.routing import routes_about
from ashiato.gateways.rest.wire.diligence import BundleIn, IncidentOut, MaterialsOut, OriginOut, TemplateOut
from ashiato.kernel.digest import digest_of_bytes
from ashiato.kernel.ids import PartId
from ashiato.plumbing import spreadsheet, turns
from ashiato.plumbing.unit_of_work import Work

router = routes_about("diligence")
ZIP = "application/zip"


@router.post("/parts/{part_id}/minerals-template", response_model=TemplateOut)
async def import_template(
    part_id: UUID,
    desk: AtDesk,
    file: Annotated[UploadFile, File(description="an EMRT (2.0 or later) or CMRT workbook as the supplier has it")],
    dry_run: Annotated[bool, Query(description="read only; nothing is saved")] = False,
) -> Response:
    """States a part's origins from a minerals template. Errors are told by sheet and cell; then nothing is saved."""
    name, content = await uploaded(desk, file)
    minerals, origins, template = diligence.interchange.minerals, diligence.origins, diligence.interchange.template
    found = template.read_template(await turns.FILES.take(spreadsheet.read, content))

    async def verb(work: Work, actor: Actor) -> TemplateOut:
        reading = origins.materials(work, actor, PartId(part_id)) if dry_run else minerals.import_template(work, actor, PartId(part_id), found)
        stated = await reading
        if not dry_run:
            await diligence.answering.renew_above(work, actor, PartId(part_id), desk.tools.seal)
        taken = [OriginOut.model_validate(origin) for origin in minerals.origins(found, stated.contents)]
        return TemplateOut.model_validate({**_told(found), "origins": taken, "saved": not dry_run, "stated": MaterialsOut.model_validate(stated)})

    return await desk.write(verb, told=f"{name} {dry_run} {digest_of_bytes(content)}")


def _told(found: diligence.interchange.template.Template) -> dict[str, Any]:
    cells = {name: [asdict(each) for each in told] for name, told in (("errors", found.errors), ("notes", found.notes))}
    return {"kind": found.kind, "company": found.company, "smelters": len(found.smelters), "complete": sorted(found.complete), **cells}


@router.get("/parts/{part_id}/minerals-template", response_class=Response, responses={200: {"content": {XLSX: {}}}})
async def export_template(part_id: UUID, desk: AtDesk) -> Response:
    """What the own company states of a part and of what goes into it, as a workbook in the shape of an extended minerals template."""

    async def verb(work: Work) -> bytes:
        return await diligence.interchange.minerals.export_template(work, await desk.enter(work), PartId(part_id))

    content = await desk.tools.works.run(verb, read_only=True)
    return Response(content, headers={"Content-Disposition": 'attachment; filename="minerals.xlsx"'}, media_type=XLSX)


@router.get("/risks/{risk_id}/incident", response_model=IncidentOut)
async def incident(risk_id: UUID, desk: AtDesk) -> Response:
    """An entry of the own register as an incident of Catena-X (io.catenax.essincident 4.0.0)."""

    async def verb(work: Work, actor: Actor) -> IncidentOut:
        return IncidentOut(incident=await diligence.register.incident_of(work, actor, risk_id))

    return await desk.read(verb)


@router.post("/parts/{part_id}/evidence-bundle", response_class=Response, responses={200: {"content": {ZIP: {}}}})
async def bundle(part_id: UUID, body: BundleIn, desk: AtDesk) -> Response:
    """A bundle of evidence for customs: part tree, parties that the asker may see, origins, quantities, papers; with a signed manifest."""
    forms = diligence.interchange.bundle
    papers = [forms.Paper(**paper.model_dump()) for paper in body.papers]

    async def verb(work: Work) -> diligence.interchange.bundle.Drawn:
        return await forms.draw_up(work, await desk.enter(work), PartId(part_id), papers, desk.tools.seal)

    drawn = await desk.tools.works.run(verb)
    kept = {name: await plain(desk.tools, item) for name, item in drawn.papers.items()}
    content = await asyncio.to_thread(forms.zipped, drawn, kept)
    return Response(content, headers={"Content-Disposition": 'attachment; filename="evidence.zip"'}, media_type=ZIP)
