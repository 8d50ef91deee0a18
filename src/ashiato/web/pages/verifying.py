"""Whether a receipt holds, for anybody: judged by the same verifier that the command line ships, against the log's published state.

A receipt is a bundle (the file of a receipt's page), or the hash of its leaf, as every deed's answer tells it.
"""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Annotated, Any, ClassVar

from fastapi import File, Form, Response, UploadFile

from ashiato import verifier
from ashiato.domain import audit
from ashiato.kernel.errors import Refusal
from ashiato.plumbing.db import Viewpoint
from ashiato.plumbing.unit_of_work import Work
from ashiato.verifier import Finding, Trust
from ashiato.web.render import page
from ashiato.web.route import AtGate, journey
from ashiato.web.words import words_for

router = journey()
LARGEST = 1024 * 1024  # bytes: receipts of thousands of facts
_LEAF = re.compile(r"(?:.*leaf=)?([0-9a-f]{64})\s*", re.DOTALL)
_SCHEMA = "ashiato/log-bundle/1"
_UNKNOWN = Finding("entry.unknown", "", "The log holds no such leaf.")
_NOTHING = Finding("bundle.form", "", "This is no receipt.")
_AHEAD = Finding("checkpoint.ahead", "", "The receipt names a larger log than the one that is published.")


@dataclass(frozen=True, slots=True)
class Proven:
    """A fact that the log holds: its place, and what it says where the receipt tells it."""

    log_index: int
    said: str | None
    recorded_at: datetime | None


@dataclass(frozen=True, slots=True)
class Verifying:
    """The page: nothing looked at yet, or what was found."""

    template: ClassVar[str] = "verifying.html"
    proven: list[Proven]
    findings: list[Finding]
    published: audit.Checkpoint | None = None

    @property
    def looked(self) -> bool:
        """Whether a receipt was looked at."""
        return bool(self.proven or self.findings)


@router.get("/verify")
async def ask(visit: AtGate) -> Response:
    """Where a receipt is laid in."""
    return page(visit.request, Verifying.template, Verifying([], []))


@router.post("/verify", max_body_size=LARGEST)
async def verify(
    visit: AtGate, receipt: Annotated[str, Form(max_length=LARGEST)] = "", file: Annotated[UploadFile | None, File()] = None
) -> Response:
    """What holds of the receipt, in words. Nothing is kept."""
    text = receipt.strip() or ((await file.read()).decode(errors="replace").strip() if file is not None else "")
    key, tongue = visit.tools.log_key.verifier_key, words_for(visit.request).written

    async def verb(work: Work) -> Verifying:
        await work.pin(Viewpoint.VISITOR, None)
        newest = await audit.checkpoint(work)
        bundle = await _bundle(work, text, newest)
        if newest is None or not isinstance(bundle, Mapping):
            return Verifying([], [_UNKNOWN if _LEAF.fullmatch(text) else _NOTHING], newest)
        trust = Trust(keys=(key,))
        findings = verifier.verify_bundle(bundle, trust) or await _against(work, bundle, newest, trust)
        entries = bundle.get("entries") if not findings else None
        proven = [_proven(entry, tongue) for entry in entries] if isinstance(entries, list) else []
        return Verifying(proven, findings if proven or findings else [_NOTHING], newest)

    found = await visit.tools.works.run(verb, read_only=True)
    return page(visit.request, Verifying.template, found, status=200 if found.proven else 422)


async def _bundle(work: Work, text: str, newest: audit.Checkpoint | None) -> Any:
    """What was laid in as a bundle; None where it is neither a bundle nor a leaf that the log holds."""
    if found := _LEAF.fullmatch(text):
        try:
            place = await audit.proofs.inclusion(work, bytes.fromhex(found[1]), None)
        except Refusal:
            return None
        path = [step.hex() for step in place.path]
        entry = {"content": None, "leaf_hash": found[1], "log_index": place.log_index, "path": path}
        return {"schema": _SCHEMA, "checkpoint": newest.note if newest else "", "cosignatures": [], "entries": [entry]}
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        return None


async def _against(work: Work, bundle: Mapping[str, Any], newest: audit.Checkpoint, trust: Trust) -> list[Finding]:
    """What does not hold of the receipt's state of the log against the one that is published."""
    size = verifier.read_note(bundle["checkpoint"]).size
    if size > newest.tree_size:
        return [_AHEAD]
    _, path = await audit.proofs.consistency(work, size, newest.tree_size)
    earlier = {"checkpoint": bundle["checkpoint"], "path": [step.hex() for step in path]}
    held = {"schema": _SCHEMA, "checkpoint": newest.note, "cosignatures": [], "earlier": earlier, "entries": []}
    return verifier.verify_bundle(held, Trust(keys=trust.keys, remembered=bundle["checkpoint"]))


def _proven(entry: Mapping[str, Any], tongue: audit.wordings.Tongue) -> Proven:
    """What an entry that was verified says; its content is a fact, or is not told."""
    if entry["content"] is None:
        return Proven(entry["log_index"], None, None)
    fact = json.loads(entry["content"])
    return Proven(entry["log_index"], audit.wordings.said(fact["kind"], tongue, None, None), datetime.fromisoformat(fact["recorded_at"]))
