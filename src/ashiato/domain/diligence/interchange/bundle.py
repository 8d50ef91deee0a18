"""A bundle of evidence for customs (US Uyghur Forced Labor Prevention Act): part tree, parties that the asker may see, origins, quantities
that add up or do not, signed statements of suppliers, an index of transport and payment papers; a zip whose signed manifest names each file.
"""

import hashlib
import io
import json
import zipfile
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

from ashiato.domain import evidence, participants
from ashiato.domain.diligence import gathering, overview
from ashiato.domain.diligence.gathering import Chain
from ashiato.domain.participants import Actor, Deed, require
from ashiato.kernel.digest import Json, canonical, digest_of_bytes
from ashiato.kernel.errors import absent
from ashiato.kernel.frozen import encode
from ashiato.kernel.ids import PartId
from ashiato.kernel.quantity import plain
from ashiato.plumbing.keys import Seal
from ashiato.plumbing.unit_of_work import Work

SCHEMA = "ashiato/evidence-bundle/1"


class PaperKind(StrEnum):
    """What a paper shows."""

    TRANSPORT = "transport"
    PAYMENT = "payment"
    PRODUCTION = "production"
    OTHER = "other"


@dataclass(frozen=True, slots=True)
class Paper:
    """A file of the company's that goes into the bundle, and what it shows of which part."""

    evidence_id: UUID
    kind: PaperKind
    about: str


@dataclass(frozen=True, slots=True)
class Drawn:
    """The files of a bundle by name, without the papers' bytes; which items go in under which name; the signature."""

    files: Mapping[str, bytes]
    papers: Mapping[str, evidence.items.Item]
    signature: dict[str, Any]


async def draw_up(work: Work, actor: Actor, part_id: PartId, papers: list[Paper], seal: Seal) -> Drawn:
    """Everything that the company can show of one part. Refuses (`absent`) a part or a file that is not the company's."""
    require(actor, Deed.DECLARE)
    chain = await gathering.chain(work, actor, part_id)
    view = await overview.of_part(work, actor, part_id)
    stored = await evidence.items.present(work, {paper.evidence_id for paper in papers})
    if len(stored) < len({paper.evidence_id for paper in papers}):
        raise absent("evidence")
    names = {paper.evidence_id: f"papers/{paper.kind}/{paper.evidence_id}-{stored[paper.evidence_id].name}" for paper in papers}
    index: list[Json] = [
        {"file": names[paper.evidence_id], "kind": paper.kind.value, "about": paper.about, "digest": f"sha256:{stored[paper.evidence_id].digest}"}
        for paper in papers
    ]
    files = {
        "parts.json": _spelled(_tree(chain)), "parties.json": _spelled(await _parties(work, actor, chain)),
        "origins.json": _spelled({chain.parts[PartId(part)].part_number: encode(lines) for part, lines in chain.origins.items()}),
        "quantities.json": _spelled(_quantities(view)), "papers.json": _spelled(index),
        **{f"statements/{chain.parts[part].part_number}.json": _spelled(
            {"statement": encode(signed.statement), "digest": signed.digest, "signature": signed.signature}
        ) for part, signed in chain.answers.items()},
    }  # fmt: skip
    manifest: Json = {
        "schema": SCHEMA, "part_number": chain.top.part_number, "made_at": work.now.isoformat(timespec="seconds"),
        "files": {_ascii(name): digest_of_bytes(content) for name, content in sorted(files.items())},
        "papers": {_ascii(names[paper.evidence_id]): f"sha256:{stored[paper.evidence_id].digest}" for paper in papers},
    }  # fmt: skip
    content = canonical(manifest)
    signature = await participants.signing.sign(work, actor, content, seal)
    kept = {names[paper.evidence_id]: stored[paper.evidence_id] for paper in papers}
    return Drawn({**files, "manifest.json": content}, kept, {"jws": signature.jws, "key": dict(signature.key)})


def _ascii(name: str) -> str:
    """A name as canonical JSON takes it for a key."""
    return name.encode("ascii", "backslashreplace").decode()


def _spelled(content: Json) -> bytes:
    return json.dumps(content, ensure_ascii=False, indent=2, sort_keys=True).encode()


def _tree(chain: Chain) -> Json:
    numbers = {part_id: part.part_number for part_id, part in chain.parts.items()}
    parts: list[Json] = [
        {"part_number": part.part_number, "name": part.name, "unit": part.declared_unit, "sourcing": part.sourcing} for part in chain.parts.values()
    ]
    links: list[Json] = [
        {"parent": numbers[edge.parent_id], "child": numbers[edge.child_id], "amount": plain(edge.amount), "unit": edge.unit}
        for edge in chain.components
    ]
    return {"top": chain.top.part_number, "parts": parts, "structure": links}


async def _parties(work: Work, actor: Actor, chain: Chain) -> Json:
    """The company and its direct suppliers: whoever stands above them is named by nobody here."""
    company = await participants.admission.own_company(work, actor)
    told: list[Json] = [{"name": company.name, "country": company.country, "corporate_number": company.corporate_number, "tier": 0}]
    for part_id, signed in chain.answers.items():
        supplier = signed.statement.supplier
        told.append({"name": supplier.name, "country": supplier.country, "tier": 1, "part_number": chain.parts[part_id].part_number})
    return told


def _quantities(view: overview.Overview) -> Json:
    """Masses by material, and where they do not add up: traceability alone is not enough, quantities must make sense."""
    breaks: list[Json] = [encode(each.place) for each in view.places if each.place.kind == "imbalance"]
    materials: list[Json] = [encode(each) for each in view.materials]
    return {"materials": materials, "add_up": not breaks, "breaks": breaks, "coverage": [encode(tier) for tier in view.coverage]}


def zipped(drawn: Drawn, papers: Mapping[str, bytes]) -> bytes:
    """The bundle with its papers' bytes: the same content gives the same bytes. Raises ValueError for a paper that is not what was kept."""
    for name, content in papers.items():
        if hashlib.sha256(content).hexdigest() != drawn.papers[name].digest:
            raise ValueError(f"{name} is not the file that was kept")
    output = io.BytesIO()
    with zipfile.ZipFile(output, "w", zipfile.ZIP_DEFLATED) as archive:
        whole = {**drawn.files, **papers, "manifest.json.sig": _spelled(drawn.signature)}
        for name in sorted(whole):
            entry = zipfile.ZipInfo(name, datetime(1980, 1, 1, tzinfo=UTC).timetuple()[:6])
            entry.compress_type = zipfile.ZIP_DEFLATED
            archive.writestr(entry, whole[name])
    return output.getvalue()
