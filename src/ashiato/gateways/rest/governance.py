"""Routes: what the operator answers for, and who used which data."""

import asyncio
from datetime import datetime
from functools import partial
from typing import Annotated, Any, Literal, cast
from uuid import UUID

from fastapi import Query, Response

from ashiato.domain import governance, sharing
from ashiato.domain.governance import CriterionState, Entry, NewEntry, Register
from ashiato.domain.participants import Actor, names_of
from ashiato.gateways.rest.desk import AtDesk, Desk, cursor, moment_and_id, place
from ashiato.gateways.rest.routing import routes_about
from ashiato.gateways.rest.wire.governance import (
    CriterionOut,
    DataUseOut,
    DepartureOut,
    EntryIn,
    EntryOut,
    FeeOut,
    OutcomeIn,
    ReportPeriodIn,
    StandingIn,
    TermsOut,
    TransparencyItemOut,
    TransparencyOut,
    TreatmentOut,
)
from ashiato.gateways.rest.wire.words import Page
from ashiato.kernel.digest import parse
from ashiato.kernel.ids import CompanyId
from ashiato.kernel.period import Period
from ashiato.plumbing.unit_of_work import Work

router = routes_about("governance")
Limit = Annotated[int, Query(ge=1, le=200)]


@router.post("/register-entries", status_code=201, response_model=EntryOut)
async def enter(body: EntryIn, desk: AtDesk) -> Response:
    """Operator: enters an incident, a conflict of interest or a request of an authority."""
    wanted = NewEntry(Register(body.kind), body.title, body.details, body.company_id, body.disclosed)

    async def verb(work: Work, actor: Actor) -> EntryOut:
        return await _entry(work, await governance.registers.enter(work, actor, wanted))

    return await desk.write(verb, 201)


@router.get("/register-entries", response_model=Page[EntryOut])
async def entries(desk: AtDesk, after: str | None = None, limit: Limit = 50) -> Response:
    """The operator's registers: all entries for the operator, else those that concern the own company or everybody; oldest first."""

    async def verb(work: Work, actor: Actor) -> Page[EntryOut]:
        found = await governance.registers.listed(work, actor, place(after, moment_and_id), limit)
        names = await names_of(work, sorted({each.concerned_id for each in found if each.concerned_id}))
        more = cursor(found[-1].entered_at, found[-1].entry_id) if len(found) == limit else None
        return Page(items=[_entry_out(each, names) for each in found], next=more)

    return await desk.read(verb)


@router.post("/register-entries/{entry_id}/outcome", response_model=EntryOut)
async def settle(entry_id: UUID, body: OutcomeIn, desk: AtDesk) -> Response:
    """Operator: settles an entry, in words."""

    async def verb(work: Work, actor: Actor) -> EntryOut:
        return await _entry(work, await governance.registers.settle(work, actor, entry_id, body.outcome))

    return await desk.write(verb)


@router.post("/register-entries/{entry_id}/disclosure", response_model=EntryOut)
async def disclose(entry_id: UUID, desk: AtDesk) -> Response:
    """Operator: lets the company concerned see an entry, once no law forbids it any more."""

    async def verb(work: Work, actor: Actor) -> EntryOut:
        return await _entry(work, await governance.registers.disclose(work, actor, entry_id))

    return await desk.write(verb)


async def _entry(work: Work, found: Entry) -> EntryOut:
    return _entry_out(found, await names_of(work, [found.concerned_id] if found.concerned_id else []))


def _entry_out(found: Entry, names: dict[CompanyId, str]) -> EntryOut:
    return EntryOut(
        entry_id=found.entry_id, kind=found.kind, title=found.title, details=found.details,
        concerned=names.get(CompanyId(found.concerned_id), "") if found.concerned_id else "", disclosed=found.disclosed,
        entered_at=found.entered_at, settled_at=found.settled_at, outcome=found.outcome,
    )  # fmt: skip


@router.get("/fees-and-limits")
async def terms(desk: AtDesk) -> TermsOut:
    """Fees and limits, one table for every company. Open to everybody."""
    found = governance.terms.terms()
    departures = governance.terms.departures(desk.tools.settings).items()
    return TermsOut(
        version=found.version,
        valid_from=found.valid_from,
        status=found.status,
        fees=dict(found.fees),
        limits=dict(found.limits),
        departures={name: DepartureOut(published=published, in_force=in_force) for name, (published, in_force) in departures},
    )


@router.get("/fee", response_model=FeeOut)
async def fee(desk: AtDesk, year: Annotated[int, Query(ge=2020, le=2100)] = 2026) -> Response:
    """What the own company owes for a year, by the published table."""

    async def verb(work: Work, actor: Actor) -> FeeOut:
        return FeeOut.model_validate(await governance.terms.fee(work, actor, year))

    return await desk.read(verb)


@router.get("/treatment", response_model=Page[TreatmentOut])
async def treatment(desk: AtDesk) -> Response:
    """How companies were treated: every company for the operator, else the own one."""

    async def verb(work: Work, actor: Actor) -> Page[TreatmentOut]:
        return Page(items=[_treatment(each) for each in await governance.treatment.compare(work, actor)], next=None)

    return await desk.read(verb)


def _treatment(found: governance.treatment.Treatment) -> TreatmentOut:
    of = found.treated
    return TreatmentOut(
        company=of.name, kind=of.kind, country=of.country, state=of.state, applied_at=of.applied_at, admitted_at=of.admitted_at,
        waited_days=found.waited_days, support_days=found.support_days, suspensions=of.suspensions,
        requests_per_minute=found.requests_per_minute, fee_yearly=found.fee_yearly, stands_out=found.stands_out,
    )  # fmt: skip


@router.post("/transparency-reports", status_code=201, response_model=TransparencyOut)
async def draw_up(body: ReportPeriodIn, desk: AtDesk) -> Response:
    """Operator: draws up, signs and publishes the report of a period, counted from the log."""

    async def verb(work: Work, actor: Actor) -> TransparencyOut:
        period = Period(body.period_start, body.period_end)
        return _report(desk, await governance.transparency.draw_up(work, actor, period, desk.tools.log_key, desk.tools.settings))

    return await desk.write(verb, 201)


@router.get("/transparency-reports", response_model=Page[TransparencyItemOut])
async def reports(desk: AtDesk, after: str | None = None, limit: Limit = 50) -> Response:
    """The transparency reports, oldest first. Open to everybody."""

    async def verb(work: Work) -> Page[TransparencyItemOut]:
        found = await governance.transparency.reports(work, place(after, moment_and_id), limit)
        more = cursor(found[-1].drawn_at, found[-1].report_id) if len(found) == limit else None
        return Page(items=[TransparencyItemOut.model_validate(each) for each in found], next=more)

    return await desk.show(verb)


@router.get("/transparency-reports/{report_id}")
async def report(report_id: UUID, desk: AtDesk) -> TransparencyOut:
    """A transparency report and its signature. Open to everybody; `ashiato transparency verify` checks it."""
    return _report(desk, await desk.tools.works.run(lambda work: governance.transparency.one(work, report_id), read_only=True))


@router.get("/transparency-reports/{report_id}/document", response_class=Response, responses={200: {"content": {"application/pdf": {}}}})
async def paper(report_id: UUID, desk: AtDesk, lang: Literal["en", "ja"] = "en") -> Response:
    """The same as PDF, in English or Japanese. Open to everybody."""
    found = await desk.tools.works.run(lambda work: governance.transparency.one(work, report_id), read_only=True)
    address = f"{desk.tools.settings.public_url}/api/v1/transparency-reports/{report_id}"
    content = await asyncio.to_thread(governance.document.pdf, parse(found.document), address, lang)
    disposition = f'inline; filename="transparency-{found.period_end}-{lang}.pdf"'
    return Response(content, headers={"Content-Disposition": disposition}, media_type="application/pdf")


def _report(desk: Desk, found: governance.transparency.Report) -> TransparencyOut:
    return TransparencyOut(
        report_id=found.report_id, period_start=found.period_start, period_end=found.period_end, drawn_at=found.drawn_at,
        document=cast(dict[str, Any], parse(found.document)), note=found.note, verifier_key=desk.tools.log_key.verifier_key,
    )  # fmt: skip


@router.get("/criteria", response_model=Page[CriterionOut])
async def criteria(desk: AtDesk) -> Response:
    """Operator: the criteria of certification, and where each stands."""

    async def verb(work: Work, actor: Actor) -> Page[CriterionOut]:
        return Page(items=[_criterion(each) for each in await governance.criteria.listed(work, actor)], next=None)

    return await desk.read(verb)


@router.put("/criteria/{criterion}", response_model=CriterionOut)
async def move(criterion: str, body: StandingIn, desk: AtDesk) -> Response:
    """Operator: says where a criterion stands."""

    async def verb(work: Work, actor: Actor) -> CriterionOut:
        return _criterion(await governance.criteria.move(work, actor, criterion, CriterionState(body.state), body.owner, body.note))

    return await desk.write(verb)


def _criterion(found: governance.criteria.Listed) -> CriterionOut:
    standing, of = found.standing, found.criterion
    return CriterionOut(
        criterion=of.id, en=of.en, ja=of.ja, evidence=list(of.evidence), state=standing.state if standing else CriterionState.OPEN,
        owner=standing.owner if standing else "", note=standing.note if standing else "", changed_at=standing.changed_at if standing else None,
    )  # fmt: skip


@router.get("/certification-binder.zip", response_class=Response, responses={200: {"content": {"application/zip": {}}}})
async def binder(desk: AtDesk) -> Response:
    """Operator: everything about certification as one file, from the newest transparency report."""
    return _bound("zip", "application/zip", governance.criteria.zipped(await desk.tools.works.run(partial(_bind, desk), read_only=True)))


@router.get("/certification-binder/document", response_class=Response, responses={200: {"content": {"application/pdf": {}}}})
async def binder_paper(desk: AtDesk, lang: Literal["en", "ja"] = "en") -> Response:
    """Operator: the same as PDF, in English or Japanese: criteria with state and owner, then each evidence."""
    found = await desk.tools.works.run(partial(_bind, desk), read_only=True)
    address = f"{desk.tools.settings.public_url}/api/v1/transparency-reports/{found.report['report_id']}"
    return _bound("pdf", "application/pdf", await asyncio.to_thread(governance.document.bound, found, address, lang))


async def _bind(desk: Desk, work: Work) -> governance.criteria.Binder:
    return await governance.criteria.bind(work, await desk.enter(work))


def _bound(ending: str, media_type: str, content: bytes) -> Response:
    headers = {"Content-Disposition": f'attachment; filename="certification-binder.{ending}"', "Cache-Control": "private, no-store"}
    return Response(content, headers=headers, media_type=media_type)


@router.get("/data-uses", response_model=Page[DataUseOut])
async def data_uses(desk: AtDesk, direction: Literal["given", "received"] = "given", after: str | None = None, limit: Limit = 50) -> Response:
    """The data-use ledger: who may use and used the own company's data (given), or what it used of others' (received); as a table too."""

    async def verb(work: Work, actor: Actor) -> Page[DataUseOut]:
        found = await sharing.ledger.uses(work, actor, given=direction == "given", after=place(after, moment_and_id), limit=limit)
        names = await names_of(work, sorted({party for each in found for party in (each.company_id, each.grantee_id)}))
        items = [_use(each, direction, names) for each in found]
        return Page(items=items, next=cursor(found[-1].granted_at, found[-1].grant_id) if len(found) == limit else None)

    return await desk.read(verb)


def _use(found: sharing.ledger.Use, direction: str, names: dict[CompanyId, str]) -> DataUseOut:
    first: datetime | None = found.first_read_at
    return DataUseOut(
        direction=direction, owner=names.get(CompanyId(found.company_id), ""), user=names.get(CompanyId(found.grantee_id), ""),
        subject_kind=found.subject_kind, subject_id=found.subject_id, purpose=found.purpose, terms=found.terms, granted_at=found.granted_at,
        valid_until=found.valid_until, revoked_at=found.revoked_at, first_read_at=first,
    )  # fmt: skip
