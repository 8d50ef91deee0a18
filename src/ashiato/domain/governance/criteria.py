"""Certification: criteria as data, each with what the platform can print about it by itself, its state and its owner, bound as one file.

The list is a working one, marked unverified in `criteria.toml`: what the ministry's text says replaces it, without a change of code.
"""

import io
import json
import tomllib
import zipfile
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from importlib import resources

from ashiato.domain.governance import criterion_store as store
from ashiato.domain.governance import facts, report_store, treatment
from ashiato.domain.governance.model import CriterionState, Standing
from ashiato.domain.governance.terms import terms
from ashiato.domain.participants import Actor, Deed, require, text_flaw
from ashiato.kernel.digest import Json, parse
from ashiato.kernel.errors import absent, conflict, invalid
from ashiato.kernel.frozen import encode
from ashiato.plumbing.unit_of_work import Work

__all__ = ["Binder", "Criterion", "Listed", "bind", "criteria", "listed", "move", "printed", "zipped"]


@dataclass(frozen=True, slots=True)
class Criterion:
    """A criterion in two languages, and the names of what the platform prints about it."""

    id: str
    en: str
    ja: str
    evidence: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Listed:
    """A criterion and where it stands; None where nobody has said anything yet."""

    criterion: Criterion
    standing: Standing | None


@dataclass(frozen=True, slots=True)
class Binder:
    """What is bound about certification: where each criterion stands, the newest transparency report, how companies were treated."""

    listed: list[Listed]
    report: Mapping[str, Json]
    note: str
    treatment: list[treatment.Treatment]
    as_of: datetime


@cache
def criteria() -> tuple[str, str, tuple[Criterion, ...]]:
    """(version, status, criteria) of the list."""
    stated = tomllib.loads((resources.files(__package__ or "") / "criteria.toml").read_text(encoding="utf-8"))
    found = tuple(Criterion(one["id"], one["en"], one["ja"], tuple(one["evidence"])) for one in stated["criterion"])
    return stated["version"], stated["status"], found


async def listed(work: Work, actor: Actor) -> list[Listed]:
    """The criteria and where each stands. Refuses (`denied`) who is not the operator."""
    require(actor, Deed.SUPERVISE)
    standing = {each.criterion: each for each in await store.standings(work)}
    return [Listed(criterion, standing.get(criterion.id)) for criterion in criteria()[2]]


async def move(work: Work, actor: Actor, criterion_id: str, state: CriterionState, owner: str, note: str) -> Listed:
    """Says where a criterion stands, who looks after it, and a note. Refuses (`absent`) what is not in the list, (`invalid`) an empty owner."""
    require(actor, Deed.SUPERVISE)
    criterion = next((each for each in criteria()[2] if each.id == criterion_id), None)
    if criterion is None:
        raise absent("criterion")
    flaw = text_flaw("owner", owner)
    if flaw:
        raise invalid("criterion", "A criterion has an owner.", "Name the person or the office.", flaw)
    kept = Standing(criterion_id, state, owner, note, work.now)
    await store.put(work, kept)
    work.record(facts.criterion_moved(criterion_id, state))
    return Listed(criterion, kept)


async def bind(work: Work, actor: Actor) -> Binder:
    """Everything about certification, from the newest transparency report and as of now.

    Refuses (`denied`) who is not the operator, (`conflict`) before the first transparency report.
    """
    found = await listed(work, actor)
    newest = await report_store.newest(work)
    if newest is None:
        raise conflict("binder.report", "There is no transparency report yet.", "Draw one up first: most of the evidence comes from it.")
    report = parse(newest.document)
    if not isinstance(report, dict):
        raise TypeError("a report is an object")
    return Binder(found, report, newest.note, await treatment.compare(work, actor), newest.drawn_at)


def zipped(binder: Binder) -> bytes:
    """A binder as one .zip: an index, and a file for each evidence. `document.bound` makes the same to be read on paper."""
    evidence = printed(binder.report) | {"treatment": [encode(each) for each in binder.treatment]}
    index = _index(binder.listed, binder.as_of)
    files: dict[str, Json] = {"index.json": index, "transparency-report.json": dict(binder.report), "transparency-report.note": binder.note}
    for name in sorted({name for each in binder.listed for name in each.criterion.evidence}):
        files[f"evidence/{name}.json"] = evidence[name]
    return _zip(files, binder.as_of)


def printed(report: Mapping[str, Json]) -> dict[str, Json]:
    """What the platform prints by itself, by the names that criteria use."""
    registers = report["registers"]
    return {
        "terms": encode(terms()), "admission": {"admission": report["admission"], "companies": report["companies"]},
        "conflicts": registers, "support": report.get("support"), "authority_requests": registers, "incidents": registers,
        "data_use": {"companies_download_it_from": "/api/v1/data-uses", "first_readings_in_period": _facts(report, "grant.first_read"),
                     "grants_in_period": _facts(report, "grant.given"), "withdrawals_in_period": _facts(report, "grant.revoked")},
        "log": report["log"], "drills": report["restore_drills"], "assurance": report["assurance"], "availability": report["availability"],
        "interfaces": {"described_by": ["/api/v1/openapi.json"], "standards": ["docs/standards/ouranos.md", "docs/standards/pact.md"]},
        "aggregates": {"rules": "docs/adr/0022-aggregates-over-companies.md", "surveys_drawn_in_period": _facts(report, "survey.drawn")},
        "reports": {"this": report["report_id"], "period": report["period"]},
    }  # fmt: skip


def _facts(report: Mapping[str, Json], kind: str) -> Json:
    counted = report["facts"]
    by_kind = counted["by_kind"] if isinstance(counted, dict) else {}
    return by_kind.get(kind, 0) if isinstance(by_kind, dict) else 0


def _index(found: list[Listed], as_of: datetime) -> Json:
    version, status, _ = criteria()
    items: list[Json] = [
        {"id": each.criterion.id, "en": each.criterion.en, "ja": each.criterion.ja, "state": each.standing.state if each.standing else "open",
         "owner": each.standing.owner if each.standing else "", "note": each.standing.note if each.standing else "",
         "evidence": [f"evidence/{name}.json" for name in each.criterion.evidence]}
        for each in found
    ]  # fmt: skip
    return {"version": version, "status": status, "as_of": as_of.isoformat(), "criteria": items}


def _zip(files: Mapping[str, Json], made_at: datetime) -> bytes:
    output = io.BytesIO()
    with zipfile.ZipFile(output, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files.items():
            info = zipfile.ZipInfo(name, made_at.timetuple()[:6])
            info.compress_type = zipfile.ZIP_DEFLATED
            archive.writestr(info, content if isinstance(content, str) else json.dumps(content, ensure_ascii=False, indent=2))
    return output.getvalue()
