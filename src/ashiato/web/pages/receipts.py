"""A receipt: a fact of the company's affairs, and what proves that the transparency log holds it."""

import json
from dataclasses import dataclass
from typing import ClassVar
from uuid import UUID

from fastapi import Response

from ashiato.domain import audit
from ashiato.domain.participants import Actor, names_of
from ashiato.kernel.digest import Json
from ashiato.kernel.errors import absent
from ashiato.kernel.ids import CompanyId
from ashiato.plumbing.unit_of_work import Work
from ashiato.web.route import AtDoor, journey
from ashiato.web.words import words_for

router = journey()


@dataclass(frozen=True, slots=True)
class ReceiptPage:
    """The page."""

    template: ClassVar[str] = "receipt.html"
    receipt: audit.proofs.Receipt
    said: str
    verifier_key: str


@router.get("/receipts/{fact_id:uuid}")
async def receipt(visit: AtDoor, fact_id: UUID) -> Response:
    """What proves a fact of the own company's affairs, or one that concerns it."""
    tongue = words_for(visit.request).written

    async def verb(work: Work, actor: Actor) -> ReceiptPage:
        found = await audit.proofs.receipt(work, fact_id)
        fact = found.fact
        named = [company for company in (fact.company_id, fact.counterpart_id) if company]
        names = await names_of(work, named)
        other = names.get(CompanyId(fact.counterpart_id)) if fact.counterpart_id else None
        return ReceiptPage(
            found, audit.wordings.said(fact.kind, tongue, names.get(CompanyId(fact.company_id)), other), visit.tools.log_key.verifier_key
        )

    return await visit.show(verb)


@router.get("/receipts/{fact_id:uuid}.json")
async def file(visit: AtDoor, fact_id: UUID) -> Response:
    """The receipt as a bundle of one fact, which `ashiato audit verify` checks without any server."""

    async def verb(work: Work, actor: Actor) -> Json:
        found = await audit.proofs.receipt(work, fact_id)
        if found.inclusion is None or found.checkpoint is None or found.leaf_hash is None or found.fact.content is None:
            raise absent("receipt")
        witnesses = await audit.proofs.cosignatures(work, found.inclusion.tree_size)
        path = [step.hex() for step in found.inclusion.path]
        entry: Json = {
            "content": found.fact.content.decode(),
            "leaf_hash": found.leaf_hash.hex(),
            "log_index": found.inclusion.log_index,
            "path": [*path],
        }
        lines: list[Json] = [{"verifier_key": witness.verifier_key, "line": witness.line} for witness in witnesses]
        return {
            "schema": "ashiato/log-bundle/1", "verifier_key": visit.tools.log_key.verifier_key, "checkpoint": found.checkpoint.note,
            "cosignatures": lines, "earlier": None, "entries": [entry], "leaves": None,
        }  # fmt: skip

    headers = {"Content-Disposition": f'attachment; filename="receipt-{fact_id}.json"'}
    return Response(json.dumps(await visit.look(verb), ensure_ascii=False, indent=1), headers=headers, media_type="application/json")
