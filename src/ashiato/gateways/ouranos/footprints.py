"""Calls about footprints and their certificates."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Body, Query, Response

from ashiato.domain import footprint
from ashiato.domain.participants import Actor
from ashiato.gateways.ouranos import errors, mapping
from ashiato.gateways.ouranos.desk import LARGEST, AtDesk, Call
from ashiato.gateways.ouranos.listing import ids
from ashiato.gateways.ouranos.wire import MOST_TRACES, CertificationFile, CfpCertificationModel, CfpModel, DqrValue, Id, StatedCfpModel
from ashiato.kernel.errors import Kind, Refusal
from ashiato.kernel.ids import PartId
from ashiato.plumbing.unit_of_work import Work

router = APIRouter(route_class=Call, tags=["cfp"], max_body_size=LARGEST)
_TRANSPORT = "/api/v1/datatransport?dataTarget="


@router.get(f"{_TRANSPORT}cfp", response_model=list[CfpModel])
async def figures(desk: AtDesk, traceIds: str) -> Response:
    """What is known of these of the own company's parts, in their order; others are left out."""
    wanted = ids("traceIds", traceIds, MOST_TRACES)

    async def verb(work: Work, actor: Actor) -> list[CfpModel]:
        return [model for shown in await footprint.statements.shown(work, actor, wanted) for model in mapping.cfp_models(shown)]

    return desk.answer(await desk.read(verb, notes=True))


@router.put(f"{_TRANSPORT}cfp", status_code=201, response_model=list[CfpModel])
async def state(body: Annotated[list[StatedCfpModel], Body()], desk: AtDesk) -> Response:
    """States a part's four figures at once, and answers the requests that are linked to the part."""
    check(body)

    async def verb(work: Work, actor: Actor) -> list[CfpModel]:
        kept = await footprint.statements.state(work, actor, mapping.statement(body), desk.tools.seal)
        by_kind = {model.cfpType: model for model in mapping.stated_models(kept)}
        return [by_kind[stated.cfpType] for stated in body]

    return desk.answer(await desk.write(verb), 201)


def check(models: list[StatedCfpModel]) -> None:
    """Refuses what is not the four figures of one part, each with the quality of its process."""
    if len(models) != len(mapping.STATED):
        raise errors.flawed("cfp models must be 4 elements")
    for kind in mapping.STATED:
        if kind not in {model.cfpType for model in models}:
            raise errors.flawed(f"cfpType {kind} is insufficient")
    for field in ("cfpId", "traceId", "ghgDeclaredUnit"):
        if len({getattr(model, field) for model in models}) > 1:
            raise errors.flawed(f"ensure all objects have the same {field}")
    for place, model in enumerate(models):
        if model.dqrType != mapping.quality_type(model.cfpType):
            raise errors.flawed(f"cfpModel[{place}]: (ensure the combination of cfpType and dqrType is correct.).")
    by_kind = {model.cfpType: model for model in models}
    for process in ("pre", "main"):
        production, component = by_kind[f"{process}Production"], by_kind[f"{process}Component"]  # type: ignore[index]
        if production.dqrValue != component.dqrValue:
            raise errors.flawed("different dqrValues are set for the same dqrType.")
        if _rated(production.dqrValue) and not (production.ghgEmission or component.ghgEmission):
            words = f"set ghgEmission to a value greater than 0 for cfpType of {process}Production or {process}Component."
            raise errors.flawed(words)


def _rated(quality: DqrValue) -> bool:
    return any(rating for rating in (quality.TeR, quality.GeR, quality.TiR))


@router.get(f"{_TRANSPORT}cfpCertification", response_model=list[CfpCertificationModel])
async def certification(desk: AtDesk, traceId: Annotated[Id, Query()]) -> Response:
    """The certificate of one of the own parts, or its supplier's as far as it is disclosed; none where there is none."""

    async def verb(work: Work, actor: Actor) -> list[CfpCertificationModel]:
        try:
            found = await footprint.certificates.certificate(work, actor, PartId(traceId))
        except Refusal as refusal:
            if refusal.kind is not Kind.ABSENT:
                raise
            found = None
        return [told(found, traceId)] if found else []

    return desk.answer(await desk.read(verb, notes=True))


def told(found: footprint.certificates.Certificate, trace_id: UUID) -> CfpCertificationModel:
    """A certificate, shown on the part that it was asked for; only its own company reads what it says of it."""
    files = [CertificationFile(operatorId=found.company_id, fileId=file_id, fileName=name) for file_id, name in found.files]
    return CfpCertificationModel(
        cfpCertificationId=found.certificate_id, traceId=trace_id, cfpCertificationDescription=found.description, cfpCertificationFileInfo=files
    )
