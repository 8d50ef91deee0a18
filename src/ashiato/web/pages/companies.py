"""The operator's page: which companies wait, which take part, and the steps between. No company's data is on it."""

from dataclasses import dataclass
from typing import ClassVar

from ashiato.domain import governance, participants
from ashiato.domain.participants import Actor, CompanyKind, CompanyState
from ashiato.kernel.ids import CompanyId
from ashiato.plumbing.settings import Settings
from ashiato.plumbing.unit_of_work import Work
from ashiato.web.pages.operator import Trouble, healthy

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


def _steps(company: participants.model.Company) -> tuple[CompanyState, ...]:
    """What to offer; whether it is possible the domain decides when it is done."""
    possible = participants.model.TRANSITIONS[CompanyState(company.state)] if company.kind != CompanyKind.OPERATOR else frozenset()
    return tuple(state for state in CompanyState if state in possible)
