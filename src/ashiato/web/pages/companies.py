"""The operator's page: which companies wait, which take part, and the steps between. No company's data is on it."""

from dataclasses import dataclass
from typing import ClassVar

from fastapi import Response

from ashiato.domain import governance, participants
from ashiato.domain.participants import Actor, CompanyKind, CompanyState
from ashiato.kernel.ids import CompanyId
from ashiato.plumbing.settings import Settings
from ashiato.plumbing.unit_of_work import Work
from ashiato.web.lists import MOST_IN_A_FILE
from ashiato.web.pages.operator import Trouble, healthy
from ashiato.web.route import AtDoor, journey
from ashiato.web.tables import Column, FileKind, Table, as_file
from ashiato.web.words import words_for

router = journey()
PER_PAGE = 100
MOST_SUPPORT = 100
WAITING = (CompanyState.APPLIED, CompanyState.VERIFIED)


@dataclass(frozen=True, slots=True)
class Row:
    """A company and what can be done about it."""

    company: participants.model.Company
    steps: tuple[CompanyState, ...]


@dataclass(frozen=True, slots=True)
class Companies:
    """The companies in one state, or those that wait for the operator."""

    template: ClassVar[str] = "companies.html"
    shown: CompanyState | None
    states: tuple[CompanyState, ...]
    rows: list[Row]
    after: CompanyId | None
    troubles: tuple[Trouble, ...]  # what the page of health asks a deed for
    support: int  # requests for support that nobody has answered, at most `MOST_SUPPORT` of them


async def companies(work: Work, actor: Actor, state: CompanyState | None, after: CompanyId | None, settings: Settings) -> Companies:
    """The companies in this state; without one, those that wait. What else has to be done stands above them."""
    wanted = [state] if state else list(WAITING)
    found = await participants.admission.companies_in(work, actor, wanted, after, PER_PAGE)
    rows = [Row(company, _steps(company)) for company in found]
    support = await governance.support.unanswered(work, actor, MOST_SUPPORT)
    troubles = (await healthy(work, actor, settings)).troubles
    return Companies(state, tuple(CompanyState), rows, found[-1].company_id if len(found) == PER_PAGE else None, troubles, support)


@router.get("/companies.{kind}")
async def companies_as_file(visit: AtDoor, kind: FileKind, state: CompanyState | None = None) -> Response:
    """Operator: the companies in this state as a file; without one, those that wait."""
    t, wanted = words_for(visit.request), [state] if state else list(WAITING)
    found = await visit.look(lambda work, actor: participants.admission.companies_in(work, actor, wanted, None, MOST_IN_A_FILE))
    headings = ("companies.name", "companies.kind", "state", "country", "corporate_number", "LEI", "D-U-N-S", "BPN")
    rows: list[tuple[object, ...]] = [
        (one.name, t(f"company_kind.{one.kind}"), t(f"company_state.{one.state}"), one.country, one.corporate_number, one.lei, one.duns, one.bpn)
        for one in found
    ]
    return await as_file(Table("companies", tuple(Column(t(key) if t.known(key) else key) for key in headings), rows), kind)


def _steps(company: participants.model.Company) -> tuple[CompanyState, ...]:
    """What to offer; whether it is possible the domain decides when it is done."""
    possible = participants.model.TRANSITIONS[CompanyState(company.state)] if company.kind != CompanyKind.OPERATOR else frozenset()
    return tuple(state for state in CompanyState if state in possible)
