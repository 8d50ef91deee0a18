"""The yearly report on due diligence (EU 2023/1542 Article 52(3)), by the five steps of the OECD guidance; third parties' verifications.

The document is frozen, signed and public; it names no supplier. What each of its figures follows from is kept beside it, for the company's
own eyes: addresses of answers, statements, entries and files, each of which opens only to whoever may see it.
"""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any, cast
from uuid import UUID

from ashiato.domain import evidence, participants
from ashiato.domain.diligence import assessments, facts, grievance_store, overview, register_store
from ashiato.domain.diligence import report_store as store
from ashiato.domain.diligence.answering import merged
from ashiato.domain.diligence.law import law
from ashiato.domain.diligence.overview import Overview
from ashiato.domain.diligence.report_store import Item, Published, Verification
from ashiato.domain.diligence.rollup import Found
from ashiato.domain.participants import Actor, Deed, require, text_flaw
from ashiato.kernel.digest import Json, canonical, digest_of_bytes, parse
from ashiato.kernel.errors import Flaw, absent, invalid
from ashiato.kernel.frozen import encode
from ashiato.kernel.ids import PartId
from ashiato.plumbing.db import Viewpoint
from ashiato.plumbing.keys import Seal
from ashiato.plumbing.unit_of_work import Work

__all__ = [
    "Item",
    "NewVerification",
    "Published",
    "Reported",
    "Verification",
    "basis",
    "last_day",
    "listed",
    "preview",
    "published",
    "report",
    "verifications",
    "verify",
]

SCHEMA = "ashiato/diligence-report/1"
_MOST = 1000


@dataclass(frozen=True, slots=True)
class NewVerification:
    """What a third party verified, as the company states it."""

    scheme: str
    issuer: str
    scope: str
    summary: str
    valid_from: date
    valid_until: date
    evidence_id: UUID | None = None


@dataclass(frozen=True, slots=True)
class Reported:
    """A report that was frozen and signed, with what its figures follow from."""

    report_id: UUID
    document: dict[str, Json]
    basis: dict[str, Json]


async def verify(work: Work, actor: Actor, found: NewVerification) -> Verification:
    """Records what a third party verified. Refuses (`invalid`) empty texts, days in the wrong order, a file that is not the company's."""
    require(actor, Deed.ENTER_DATA)
    texts = {"scheme": found.scheme, "issuer": found.issuer, "scope": found.scope, "summary": found.summary}
    flaws = [flaw for name, text in texts.items() for flaw in [text_flaw(name, text, _MOST)] if flaw]
    if found.valid_until < found.valid_from:
        flaws.append(Flaw("valid_until", "verification.days", "It ends before it begins."))
    if found.evidence_id is not None and not await evidence.items.present(work, [found.evidence_id]):
        flaws.append(Flaw("evidence_id", "evidence.unknown", "There is no such file of yours, or it was removed."))
    if flaws:
        raise invalid("verification", "The verification cannot be recorded.", "Correct the fields named here.", *flaws)
    kept = Verification(
        work.new_id(), found.scheme, found.issuer, found.scope, found.summary, found.valid_from, found.valid_until, found.evidence_id, work.now
    )
    await store.add_verification(work, kept)
    if found.evidence_id is not None:
        until = law().kept_until(max(found.valid_until, work.now.date()))
        await evidence.items.hold(work, [found.evidence_id], "verification", kept.verification_id, until)
    work.record(facts.verification_recorded(kept.verification_id))
    return kept


async def verifications(work: Work, actor: Actor, after: tuple[datetime, UUID] | None, limit: int, *, newest: bool = False) -> list[Verification]:
    """What third parties verified of the actor's company, oldest first or newest first."""
    require(actor, Deed.READ)
    return await store.verifications(work, after, limit, newest=newest)


async def preview(work: Work, actor: Actor, year: int, part_ids: list[PartId]) -> Reported:
    """What the report of a year about these products would say now, and what its figures follow from. Nothing is kept or published.

    Refuses (`absent`) parts that are not the company's, (`invalid`) a report about none or about a year to come.
    """
    require(actor, Deed.READ)
    if not part_ids or year > work.now.year:
        raise invalid("report", "A report is about at least one product, and about a year that has begun.", "Name the products and the year.")
    views = [await overview.of_part(work, actor, part_id) for part_id in dict.fromkeys(part_ids)]
    report_id = work.new_id()
    document, follows = await _document(work, actor, year, report_id, views)
    return Reported(report_id, cast(dict[str, Json], document), cast(dict[str, Json], follows))


async def last_day(work: Work, actor: Actor) -> date | None:
    """The day of the company's last report; None before the first."""
    require(actor, Deed.READ)
    moment = await store.last_reported(work)
    return moment.date() if moment else None


async def report(work: Work, actor: Actor, year: int, part_ids: list[PartId], seal: Seal) -> Reported:
    """Draws up, signs and publishes the report of a year about these products. Refuses what `preview` refuses."""
    require(actor, Deed.DECLARE)
    drawn = await preview(work, actor, year, part_ids)
    report_id, document, follows = drawn.report_id, drawn.document, drawn.basis
    content = canonical(document)
    signature = await participants.signing.sign(work, actor, content, seal)
    await store.add(work, Item(report_id, year, canonical(follows).decode(), work.now), content.decode(), signature)
    work.record(facts.reported(report_id, digest_of_bytes(content)))
    return drawn


async def _document(work: Work, actor: Actor, year: int, report_id: UUID, views: list[Overview]) -> tuple[Json, Json]:
    company = await participants.admission.own_company(work, actor)
    since = await store.last_reported(work) or datetime(year, 1, 1, tzinfo=UTC)
    rated = await assessments.in_force(work, work.now.date())
    risks = await register_store.listed(work, None, _MOST)
    steps = await register_store.steps_since(work, since.date())
    verified = [each for each in await store.verifications(work, None, _MOST) if each.valid_from.year <= year <= each.valid_until.year]
    document: dict[str, Json] = {
        "schema": SCHEMA, "report_id": str(report_id), "year": year, "reported_at": work.now.isoformat(),
        "company": {"name": company.name, "country": company.country, "corporate_number": company.corporate_number or ""},
        "law": encode(law()),
        "step1": {"questionnaires": [_rated(each) for each in rated]},
        "step2": {"products": [_product(view) for view in views]},
        "step3": {
            "risks": _counted((risk.category, risk.severity, risk.state) for risk in risks),
            "overdue": sum(risk.overdue(work.now.date()) for risk in risks), "since": since.date().isoformat(),
            "changes": _counted(("", "", step.state) for step in steps),
        },
        "step4": {"verifications": [_verified(each) for each in verified]},
        "step5": {"grievances": [{"state": state, "count": count} for state, count in (await grievance_store.counts(work, since)).items()]},
    }  # fmt: skip
    follows: dict[str, Json] = {
        "/step3/risks": [f"/risks/{risk.risk_id}" for risk in risks],
        "/step3/overdue": [f"/risks/{risk.risk_id}" for risk in risks if risk.overdue(work.now.date())],
        "/step3/changes": [*dict.fromkeys(f"/risks/{step.risk_id}/steps" for step in steps)],
        "/step4/verifications": ["/verifications", *(f"/evidence/{each.evidence_id}" for each in verified if each.evidence_id)],
        "/step5/grievances": [f"/received-grievances/{grievance_id}" for grievance_id in await grievance_store.since(work, since)],
    }
    for place, each in enumerate(rated):
        follows[f"/step1/questionnaires/{place}"] = [f"/assessments/{each.assessment_id}", *(f"/evidence/{one}" for one in each.evidence())]
    for place, view in enumerate(views):
        follows |= _behind(f"/step2/products/{place}", view)
    return document, follows


def _behind(figure: str, view: Overview) -> dict[str, Json]:
    """What the figures of one product follow from: the own statements, the suppliers' signed ones, the requests, the register."""
    found, whole = view.basis, f"/parts/{view.part_id}/diligence"
    own: list[Json] = [f"/parts/{part_id}/materials" for part_id in found.parts]
    told: list[Json] = [f"/requests/{request_id}/statement" for number, request_id in sorted(found.requests.items()) if number in found.statements]
    asked: list[Json] = [f"/requests/{request_id}" for _, request_id in sorted(found.requests.items())]
    return {
        f"{figure}/materials": [whole, *own, *told],
        f"{figure}/places": [whole, *own, *told, *(f"/risks/{risk_id}" for risk_id in found.risks)],
        f"{figure}/worst_open": [whole, *told, *(f"/risks/{risk_id}" for risk_id in found.risks)],
        **{f"{figure}/{name}": [whole, *asked] for name in ("coverage", "unasked", "silent")},
    }


def _rated(found: assessments.Stored) -> Json:
    lines = [
        {name: line[name] for name in ("question", "points", "of_points", "en", "ja")} for line in cast(list[dict[str, Json]], found.score["lines"])
    ]
    return {
        "questionnaire": found.questionnaire, "version": found.version, "subject_kind": found.subject_kind, "points": found.points,
        "of_points": found.of_points, "valid_until": found.valid_until.isoformat(), "lines": cast(list[Json], lines),
    }  # fmt: skip


def _product(view: Overview) -> Json:
    """A product's chain for the public: shares, places by tier, coverage; no supplier and no part but the product."""
    places = merged(Found(each.place) for each in view.places)
    return {
        "part_number": view.part_number, "name": view.name, "declared_unit": view.declared_unit,
        "materials": [encode(each) for each in view.materials], "places": [encode(place) for place in places],
        "worst_open": encode(view.worst.place) if view.worst else None, "coverage": [encode(tier) for tier in view.coverage],
        "unasked": len(view.unasked), "silent": len(view.silent),
    }  # fmt: skip


def _counted(found: Iterable[tuple[str, str, str]]) -> list[Json]:
    counts = Counter(found)
    return [{"category": category, "severity": severity, "state": state, "count": counts[category, severity, state]}
            for category, severity, state in sorted(counts)]  # fmt: skip


def _verified(found: Verification) -> Json:
    return {
        "scheme": found.scheme, "issuer": found.issuer, "scope": found.scope, "summary": found.summary,
        "valid_from": found.valid_from.isoformat(), "valid_until": found.valid_until.isoformat(),
    }  # fmt: skip


async def listed(work: Work, actor: Actor, after: tuple[datetime, UUID] | None, limit: int, *, newest: bool = False) -> list[Item]:
    """The company's reports, oldest first or newest first."""
    require(actor, Deed.READ)
    return await store.listed(work, after, limit, newest=newest)


async def basis(work: Work, actor: Actor, report_id: UUID) -> dict[str, Json]:
    """What the figures of one of the company's reports follow from, by their place in it. Refuses (`absent`) every other."""
    require(actor, Deed.READ)
    item = await store.one(work, report_id)
    if item is None:
        raise absent("report")
    return cast(dict[str, Json], parse(item.basis))


async def published(work: Work, report_id: UUID) -> tuple[dict[str, Json], dict[str, Any]]:
    """A report as everybody may see it, and its signature. Refuses (`absent`) what was not published."""
    await work.pin(Viewpoint.VISITOR, None)
    found = await store.published(work, report_id)
    if found is None:
        raise absent("report")
    return cast(dict[str, Json], parse(found.document)), found.signature
