"""A published declaration, as anybody may read it: a page, the file that can be verified, and paper."""

import asyncio
from dataclasses import dataclass
from decimal import Decimal
from uuid import UUID

from fastapi import Response

from ashiato.domain import footprint
from ashiato.kernel.digest import canonical
from ashiato.kernel.ids import DeclarationId
from ashiato.web.headers import PUBLIC
from ashiato.web.render import page
from ashiato.web.route import AtDoor, Visit, journey
from ashiato.web.words import words_for

router = journey()


@dataclass(frozen=True, slots=True)
class StageLine:
    """One stage: per kWh, per declared unit, and its share."""

    stage: footprint.model.Stage
    per_kwh: Decimal
    total: Decimal
    share: Decimal


@dataclass(frozen=True, slots=True)
class Published:
    """What the page shows."""

    declared: footprint.declaration.Declared
    address: str
    stages: list[StageLine]


@router.get("/declarations/{declaration_id:uuid}.json")
async def file(visit: AtDoor, declaration_id: UUID) -> Response:
    """The signed file."""
    declared = await _declared(visit, declaration_id)
    disposition = f'attachment; filename="declaration-{declaration_id}.json"'
    return Response(canonical(declared.file), headers={**PUBLIC, "Content-Disposition": disposition}, media_type="application/json")


@router.get("/declarations/{declaration_id:uuid}.pdf")
async def paper(visit: AtDoor, declaration_id: UUID) -> Response:
    """The declaration on paper, in the language asked for."""
    declared = await _declared(visit, declaration_id)
    language = words_for(visit.request).written
    content = await asyncio.to_thread(footprint.document.declaration_pdf, declared, _address(visit, declared), language)
    disposition = f'inline; filename="declaration-{declaration_id}-{language}.pdf"'
    return Response(content, headers={**PUBLIC, "Content-Disposition": disposition}, media_type="application/pdf")


@router.get("/declarations/{declaration_id:uuid}")
async def declaration(visit: AtDoor, declaration_id: UUID) -> Response:
    """The page."""
    declared = await _declared(visit, declaration_id)
    return page(visit.request, "declaration.html", _published(visit, declared), headers=PUBLIC)


async def _declared(visit: Visit, declaration_id: UUID) -> footprint.declaration.Declared:
    return await visit.tools.works.run(lambda work: footprint.declaring.published_declaration(work, DeclarationId(declaration_id)), read_only=True)


def _address(visit: Visit, declared: footprint.declaration.Declared) -> str:
    return f"{visit.tools.settings.public_url}/declarations/{declared.declaration_id}"


def _published(visit: Visit, declared: footprint.declaration.Declared) -> Published:
    return Published(declared, _address(visit, declared), stage_lines(declared.declaration.result))


def stage_lines(result: footprint.declaration.DeclaredResult) -> list[StageLine]:
    """The stages of a declared result, each per kWh, per declared unit and as a share."""
    per_kwh = result.per_kwh
    return [StageLine(stage, per_kwh.stages[stage], result.stages[stage], per_kwh.stage_shares[stage]) for stage in footprint.model.Stage]
