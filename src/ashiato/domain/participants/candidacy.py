"""A company's application as its applicant and the operator follow it: what is fulfilled, what is missing, and who acts next."""

from dataclasses import dataclass, replace
from enum import StrEnum
from uuid import UUID

from ashiato.domain.participants import candidacy_store as store
from ashiato.domain.participants import facts
from ashiato.domain.participants import store as companies
from ashiato.domain.participants.admission_rules import Item, Rules, ShownBy
from ashiato.domain.participants.candidacy_store import Acceptance, Check, Contact, Namesake, Particulars, Proof, Standing
from ashiato.domain.participants.model import Actor, Company, CompanyKind, CompanyState, absent_company, text_flaw
from ashiato.domain.participants.policy import Deed, require
from ashiato.kernel.errors import Flaw, Refusal, absent, conflict, invalid
from ashiato.kernel.ids import CompanyId
from ashiato.plumbing import keys
from ashiato.plumbing.db import Viewpoint
from ashiato.plumbing.letters import Letter
from ashiato.plumbing.unit_of_work import Work


def letter(email: str, secret: str, public_url: str) -> Letter:
    """What the stated administrator is written, in both languages: where the application is followed. Nothing that was typed stands in it:
    whoever applies in somebody else's name sends them no words.
    """
    there = f"{public_url}/applications/{secret}"
    text = (
        f"Ashiatoへの参加申請を受け付けました。不足している項目と次に対応する方は、次のページでいつでも確認できます。\n{there}\n"
        "心当たりがない場合は、このメールを破棄してください。\n\n"
        f"We have received an application to take part in Ashiato. What is missing and who acts next stands here:\n{there}\n"
        "If this was not you, throw this letter away.\n"
    )
    return Letter(email, "Ashiato: 参加申請の受付 / application received", text)


class Next(StrEnum):
    """Who has to act so that an application goes on."""

    APPLICANT = "applicant"
    OPERATOR = "operator"
    NOBODY = "nobody"


@dataclass(frozen=True, slots=True)
class Shown:
    """An item of the checklist, and by what it is fulfilled. `check`: the newest word of the operator on it."""

    item: Item
    fulfilled: bool
    check: Check | None


@dataclass(frozen=True, slots=True)
class Candidacy:
    """How far a company's admission has come.

    `contact` is None for companies that applied before there were links to follow, `particulars` for members, who know them. `namesakes` are
    for the operator alone.
    """

    company: Company
    particulars: Particulars | None
    contact: Contact | None
    shown: tuple[Shown, ...]
    acceptances: tuple[Acceptance, ...]
    proofs: tuple[Proof, ...]
    standings: tuple[Standing, ...]
    namesakes: tuple[Namesake, ...] = ()

    @property
    def missing(self) -> tuple[Item, ...]:
        """The required items that are not fulfilled."""
        return tuple(each.item for each in self.shown if each.item.required and not each.fulfilled)

    @property
    def next(self) -> Next:
        """Who acts next: the applicant as long as something is missing that it can do, then the operator."""
        if self.company.state not in (CompanyState.APPLIED, CompanyState.VERIFIED):
            return Next.NOBODY
        own = any(item.shown_by is not ShownBy.OPERATOR for item in self.missing)
        return Next.APPLICANT if own and self.company.state == CompanyState.APPLIED else Next.OPERATOR


async def by_link(work: Work, secret: str, rules: Rules) -> Candidacy:
    """The application that a link leads to; the work takes its applicant's eyes. Refuses (`absent`) alike every other secret."""
    await _follow(work, secret)
    return await _candidacy(work, CompanyId(work.tenant or UUID(int=0)), rules)


async def of_company(work: Work, actor: Actor, company_id: CompanyId, rules: Rules) -> Candidacy:
    """Operator: how far a company's admission has come, and who else is called the same."""
    require(actor, Deed.SUPERVISE)
    return replace(await _candidacy(work, company_id, rules), namesakes=tuple(await store.namesakes(work, company_id)))


async def own(work: Work, actor: Actor, rules: Rules) -> Candidacy:
    """The actor's company: what it accepted and proved, what the operator checked and decided."""
    require(actor, Deed.READ)
    return await _candidacy(work, actor.company_id, rules, stated=False)


async def accept_by_link(work: Work, secret: str, digest: str, rules: Rules) -> None:
    """Accepts the terms in force, before the company is admitted. Refuses (`conflict`) another text than the one in force."""
    await _follow(work, secret)
    contact = await store.contact(work, work.tenant or UUID(int=0))
    await accept(work, digest, contact.contact_name if contact else "", rules)


async def accept_own(work: Work, actor: Actor, digest: str, rules: Rules) -> None:
    """Accepts the terms in force for the actor's company, which is admitted. Refuses as `accept_by_link` does."""
    require(actor, Deed.ADMINISTER)
    person = await companies.person(work, actor.person_id) if actor.person_id else None
    await accept(work, digest, person.display_name if person else "", rules)


async def accept(work: Work, digest: str, accepted_by: str, rules: Rules) -> None:
    """Keeps the pinned company's acceptance. Refuses (`conflict`) another text than the one in force."""
    terms = rules.present
    if digest != terms.digest:
        raise conflict("terms.changed", "These are not the terms that are in force.", f"Read version {terms.version} and accept that one.")
    if await store.accept(work, terms.version, digest, accepted_by) and work.tenant:
        work.record(facts.terms_accepted(work.tenant, terms.version, digest))


async def check(work: Work, actor: Actor, company_id: CompanyId, items: list[str], reason: str, rules: Rules, *, passed: bool = True) -> None:
    """Operator: what was found of items of the checklist, with a reason that the company can read.

    Refuses (`invalid`) items that the checklist does not have, and those that only the applicant can fulfil.
    """
    require(actor, Deed.SUPERVISE)
    flaws = [flaw for flaw in (text_flaw("reason", reason, 1000),) if flaw]
    flaws += [Flaw("items", "check.unknown", f"{name}: the checklist has no such item.") for name in items if rules.item(name) is None]
    flaws += [
        Flaw("items", "check.terms", "Terms are accepted by the company itself, and by nobody in its place.")
        for name in items
        if (item := rules.item(name)) and item.shown_by is ShownBy.TERMS
    ]
    if flaws:
        raise invalid("check", "This cannot be kept as a check.", "State items of the checklist, and why.", *flaws)
    company = await companies.company(work, company_id)
    if company is None or company.kind == CompanyKind.OPERATOR:
        raise absent_company()
    if items:
        await store.add_checks(work, company_id, items, passed, reason, await name_of(work, actor))
        work.record(facts.company_checked(company_id, items))


async def require_complete(work: Work, company_id: CompanyId, rules: Rules) -> None:
    """Refuses (`conflict`, item by item) a company of which something required is missing."""
    missing = (await _candidacy(work, company_id, rules)).missing
    if missing:
        flaws = [Flaw(f"checks.{item.id}", f"check.{item.shown_by}", item.words[0]) for item in missing]
        raise conflict("company.checklist", "Something is still missing.", "Check what is named here, or wait for the applicant.", *flaws)


async def name_of(work: Work, actor: Actor) -> str:
    """The name of the acting person; empty for a program."""
    person = await companies.person(work, actor.person_id) if actor.person_id else None
    return person.display_name if person else ""


async def _follow(work: Work, secret: str) -> None:
    company_id = await store.company_of(work, keys.secret_hash(secret))
    if company_id is None:
        raise _no_application()
    await work.pin(Viewpoint.VISITOR, company_id)


def _no_application() -> Refusal:
    return absent("application")


async def _candidacy(work: Work, company_id: CompanyId, rules: Rules, *, stated: bool = True) -> Candidacy:
    company = await companies.company(work, company_id)
    if company is None or company.kind == CompanyKind.OPERATOR:
        raise absent_company()
    acceptances, proofs = await store.acceptances(work, company_id), await store.proofs(work, company_id)
    newest = {check.item: check for check in await store.checks(work, company_id)}
    accepted = any(each.digest == rules.present.digest for each in acceptances)
    proven = any(proof.proven_at for proof in proofs)
    return Candidacy(
        company,
        await store.particulars(work, company_id) if stated else None,
        await store.contact(work, company_id),
        tuple(_shown(item, newest.get(item.id), accepted, proven) for item in rules.checklist),
        tuple(acceptances),
        tuple(proofs),
        tuple(await store.standings(work, company_id)),
    )


def _shown(item: Item, check: Check | None, accepted: bool, proven: bool) -> Shown:
    ticked = check is not None and check.passed
    match item.shown_by:
        case ShownBy.TERMS:
            return Shown(item, accepted, None)
        case ShownBy.CONTROL:
            return Shown(item, proven or ticked, check)
        case ShownBy.OPERATOR:
            return Shown(item, ticked, check)
