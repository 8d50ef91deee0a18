"""How a company becomes a participant: it applies, is verified, admitted, suspended and readmitted."""

from dataclasses import dataclass, replace
from datetime import timedelta
from uuid import UUID

import psycopg

from ashiato.domain.participants import access, candidacy, candidacy_store, control, facts, invitations, site_store, store
from ashiato.domain.participants.admission_rules import Rules
from ashiato.domain.participants.model import (
    Actor,
    Application,
    Company,
    CompanyKind,
    CompanyState,
    Role,
    absent_company,
    check_application,
    check_transition,
    normal_email,
    text_flaw,
)
from ashiato.domain.participants.numbers import company_number
from ashiato.domain.participants.policy import Deed, require
from ashiato.kernel.errors import conflict, invalid
from ashiato.kernel.ids import CompanyId, PersonId
from ashiato.plumbing import keys, turns
from ashiato.plumbing.db import Viewpoint
from ashiato.plumbing.unit_of_work import Work

_LINK_LASTS = timedelta(days=180)


@dataclass(frozen=True, slots=True)
class Applied:
    """A fresh application, and the secret of the link by which it is followed: told once."""

    company_id: CompanyId
    secret: str


@dataclass(frozen=True, slots=True)
class Moved:
    """A company after a step of its admission, and the invitation of its first administrator if it has to choose a password."""

    company: Company
    invitation: invitations.Invitation | None


async def apply(work: Work, application: Application, rules: Rules) -> Applied:
    """Registers a company that asks to be admitted. Until it is, none of its people can do anything.

    Refuses (`invalid`) flaws by field, (`conflict`) a number that is registered already, and terms that are not in force.
    """
    check_application(application)
    company_id = CompanyId(work.ids.new(None))
    await work.pin(Viewpoint.VISITOR, company_id)
    try:
        person_id = await _found(work, application, CompanyState.APPLIED, [Role.COMPANY_ADMIN, Role.CLERK, Role.APPROVER])
    except psycopg.errors.UniqueViolation as taken:
        raise conflict(
            "company.registered", "This corporate number is registered already.", "Ask your company's administrator for an account."
        ) from taken
    work.record(facts.company_moved(company_id, CompanyState.APPLIED))
    secret = keys.new_secret()
    contact = candidacy_store.Contact(
        company_id, person_id, application.admin_name, application.phone, application.website, invited=not application.password
    )
    await candidacy_store.add_candidacy(work, keys.secret_hash(secret), contact, work.now + _LINK_LASTS)
    if application.sites:
        await site_store.add_sites(work, list(application.sites))
    if application.terms is not None:
        await candidacy.accept(work, application.terms, application.admin_name, rules)
    if application.domain is not None:
        await control.state(work, control.ControlKind.DOMAIN, application.domain)
    return Applied(company_id, secret)


async def found_operator(work: Work, application: Application) -> CompanyId:
    """Sets up the company that runs this installation. Refuses (`invalid`) flaws by field, (`conflict`) a second one."""
    check_application(application, founding=True)
    company_id = CompanyId(work.ids.new(None))
    await work.pin(Viewpoint.OPERATOR, company_id)
    if await store.operator_exists(work):
        raise conflict("operator.exists", "This installation has its operator.", "Log in as the operator to invite more people.")
    await _found(work, replace(application, kind=CompanyKind.OPERATOR), CompanyState.ADMITTED, [Role.OPERATOR, Role.COMPANY_ADMIN])
    work.record(facts.company_moved(company_id, CompanyState.ADMITTED))
    return company_id


async def operator_exists(work: Work) -> bool:
    """Whether this installation has its operator."""
    await work.pin(Viewpoint.OPERATOR, None)
    return await store.operator_exists(work)


async def operator(work: Work) -> Company:
    """The company that runs this installation, for whoever may address it; it pins the work. Refuses (`absent`) where there is none yet."""
    await work.pin(Viewpoint.OPERATOR, None)
    company = await store.operator(work)
    if company is None:
        raise absent_company()
    return company


async def _found(work: Work, application: Application, state: CompanyState, roles: list[Role]) -> PersonId:
    hashed = await turns.PASSWORDS.take(keys.hash_password, application.password) if application.password else store.NO_PASSWORD
    await store.add_company(work, application, state)
    if state is CompanyState.APPLIED:
        await store.add_standing(work, work.tenant or UUID(int=0), None, state, "applied")
    person_id = PersonId(work.new_id())
    await store.add_person(work, person_id, normal_email(application.admin_email), application.admin_name, hashed, list(roles))
    return person_id


async def move_company(
    work: Work, actor: Actor, company_id: CompanyId, state: CompanyState, reason: str, rules: Rules, checks: list[str] | None = None
) -> Moved:
    """Verifies, admits, declines, suspends or readmits a company, with a reason that the company can read.

    `checks`: items of the checklist that are ticked in the same step, for the same reason. A suspension counts from the next request on.
    Refuses (`denied`) who is not the operator, (`conflict`) an impossible step, and verifying a company of which something is missing.
    """
    require(actor, Deed.SUPERVISE)
    access.require_fresh(actor, work.now)
    flaw = text_flaw("reason", reason, 1000)
    if flaw:
        raise invalid("reason", "State the reason: the company will read it.", "", flaw)
    company = await store.company(work, company_id)
    if company is None or company.kind == CompanyKind.OPERATOR:
        raise absent_company()
    check_transition(CompanyState(company.state), state)
    if checks:
        await candidacy.check(work, actor, company_id, checks, reason, rules)
    if state is CompanyState.VERIFIED:
        await candidacy.require_complete(work, company_id, rules)
    await store.set_company_state(work, company_id, state)
    await store.add_standing(work, company_id, company.state, state, reason, await candidacy.name_of(work, actor))
    work.record(facts.company_moved(company_id, state))
    admitted = company.state == CompanyState.VERIFIED and state is CompanyState.ADMITTED
    return Moved(replace(company, state=state), await invitations.first(work, company_id) if admitted else None)


async def companies_in(work: Work, actor: Actor, states: list[CompanyState], after: CompanyId | None, limit: int) -> list[Company]:
    """The companies in these states, for the operator, at most `limit` from the one after `after`."""
    require(actor, Deed.SUPERVISE)
    return await store.companies_in(work, list(states), after, limit)


async def own_company(work: Work, actor: Actor) -> Company:
    """The actor's company."""
    company = await store.company(work, actor.company_id)
    if company is None:
        raise absent_company()
    return company


async def addressed(work: Work, number: str) -> Company:
    """The member with this number, for somebody who is not logged in; it pins the work. Refuses what `find_company` does."""
    await work.pin(Viewpoint.MEMBER, None)
    company = await store.company_by_number(work, company_number(number))
    if company is None:
        raise absent_company()
    return company


async def find_company(work: Work, actor: Actor, number: str) -> Company:
    """The member with this number (corporate number, LEI, D-U-N-S, BPN). Refuses (`absent`) alike what is unknown and what is not admitted."""
    company = await store.company_by_number(work, company_number(number))
    if company is None:
        raise absent_company()
    return company
