"""The operator's reports: transparency reports for everybody; registers, equal treatment and criteria for the operator."""

from dataclasses import dataclass
from datetime import date
from typing import Annotated, Any, ClassVar, cast
from uuid import UUID

from fastapi import Form, Response

from ashiato.domain import governance, participants
from ashiato.domain.participants import Actor
from ashiato.kernel.digest import parse
from ashiato.kernel.ids import CompanyId
from ashiato.kernel.period import Period
from ashiato.plumbing.unit_of_work import Work
from ashiato.web.render import page
from ashiato.web.route import AtDoor, Once, View, journey
from ashiato.web.words import words_for

router = journey()
_MOST = 100


@dataclass(frozen=True, slots=True)
class Published:
    """The page of the published reports, and of the newest of them or the one that was chosen."""

    template: ClassVar[str] = "transparency.html"
    reports: list[governance.transparency.Report]
    shown: governance.transparency.Report | None
    content: dict[str, Any]


@dataclass(frozen=True, slots=True)
class Reports:
    """The operator's page."""

    template: ClassVar[str] = "oversight.html"
    reports: list[governance.transparency.Report]
    entries: list[governance.Entry]
    names: dict[CompanyId, str]
    treatment: list[governance.treatment.Treatment]
    criteria: list[governance.criteria.Listed]
    status: str
    begin: date
    end: date


@router.get("/transparency")
async def newest(visit: AtDoor) -> Response:
    """The newest transparency report. Open to everybody."""
    return await _published(visit, None)


@router.get("/transparency/{report_id:uuid}")
async def one(visit: AtDoor, report_id: UUID) -> Response:
    """One transparency report. Open to everybody."""
    return await _published(visit, report_id)


async def _published(visit: AtDoor, report_id: UUID | None) -> Response:
    async def verb(work: Work) -> Published:
        reports = await governance.transparency.reports(work, None, _MOST)
        shown = await governance.transparency.one(work, report_id) if report_id else reports[-1] if reports else None
        content = governance.document.content(parse(shown.document), words_for(visit.request).written) if shown else {}
        return Published(reports[::-1], shown, cast(dict[str, Any], content))

    return page(visit.request, Published.template, await visit.tools.works.run(verb, read_only=True))


@router.get("/oversight")
async def reports(visit: AtDoor) -> Response:
    """Operator: what it answers for."""

    async def verb(work: Work, actor: Actor) -> View:
        criteria = await governance.criteria.listed(work, actor)
        entries = await governance.registers.listed(work, actor, None, _MOST)
        names = await participants.names_of(work, sorted({each.concerned_id for each in entries if each.concerned_id}))
        treated = await governance.treatment.compare(work, actor)
        published = await governance.transparency.own_reports(work, actor, _MOST)
        first = work.now.date().replace(day=1)
        return Reports(published[::-1], entries[::-1], names, treated, criteria, governance.criteria.criteria()[1], first, work.now.date())

    return await visit.show(verb)


@router.post("/oversight/transparency")
async def draw_up(visit: AtDoor, begin: Annotated[date, Form()], end: Annotated[date, Form()], once: Once) -> Response:
    """Operator: draws up and publishes a transparency report."""

    async def verb(work: Work, actor: Actor) -> None:
        await governance.transparency.draw_up(work, actor, Period(begin, end), visit.tools.log_key, visit.tools.settings)

    return await visit.act(verb, "/oversight", once)


@router.post("/oversight/entries")
async def enter(
    visit: AtDoor,
    kind: Annotated[governance.Register, Form()],
    title: Annotated[str, Form(max_length=200)],
    details: Annotated[str, Form(max_length=1000)],
    once: Once,
    company_id: Annotated[str, Form(max_length=36)] = "",
    secret: Annotated[bool, Form()] = False,
) -> Response:
    """Operator: enters something into a register."""

    async def verb(work: Work, actor: Actor) -> None:
        concerned = UUID(company_id) if company_id else None
        await governance.registers.enter(work, actor, governance.NewEntry(kind, title.strip(), details.strip(), concerned, not secret))

    return await visit.act(verb, "/oversight", once)


@router.post("/oversight/entries/{entry_id:uuid}/outcome")
async def settle(visit: AtDoor, entry_id: UUID, outcome: Annotated[str, Form(max_length=1000)], once: Once) -> Response:
    """Operator: settles an entry."""

    async def verb(work: Work, actor: Actor) -> None:
        await governance.registers.settle(work, actor, entry_id, outcome.strip())

    return await visit.act(verb, "/oversight", once)
