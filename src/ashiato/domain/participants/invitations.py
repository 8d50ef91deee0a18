"""Invitations: a link by which a person chooses a password, once. Also the way back for who lost it."""

from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID

from ashiato.domain.participants import access, candidacy_store, facts, invitation_store, store
from ashiato.domain.participants.model import Actor, CompanyKind, FactorPolicy, Role, password_flaw
from ashiato.kernel.errors import absent, denied, invalid
from ashiato.kernel.ids import CompanyId, PersonId
from ashiato.plumbing import keys, turns
from ashiato.plumbing.db import Viewpoint
from ashiato.plumbing.letters import Letter
from ashiato.plumbing.unit_of_work import Work

LASTS = timedelta(days=14)


@dataclass(frozen=True, slots=True)
class Invitation:
    """To whom the secret of a fresh invitation goes; it is kept nowhere."""

    person_id: PersonId
    email: str
    name: str
    secret: str


@dataclass(frozen=True, slots=True)
class Invited:
    """Whom an open invitation is for."""

    company: str
    name: str
    email: str


def link(invitation: Invitation, public_url: str) -> str:
    """Where the invited person chooses a password."""
    return f"{public_url}/invitations/{invitation.secret}"


def letter(invitation: Invitation, public_url: str) -> Letter:
    """What the invited person is written, in both languages."""
    there = link(invitation, public_url)
    text = (
        f"{invitation.name} 様\n\nAshiatoに招待されました。次のリンクからパスワードを設定してください（1回限り、14日間有効）。\n{there}\n\n"
        f"You are invited to Ashiato. Choose your password here, once, within 14 days:\n{there}\n"
    )
    return Letter(invitation.email, "Ashiato: 招待 / invitation", text)


async def first(work: Work, company_id: CompanyId) -> Invitation | None:
    """Invites the first administrator of a company that was admitted; None where it chose a password when it applied."""
    contact = await candidacy_store.contact(work, company_id)
    stated = await candidacy_store.particulars(work, company_id)
    if contact is None or stated is None or not contact.invited:
        return None
    return await _issue(work, company_id, PersonId(contact.person_id), stated.contact_email, contact.contact_name)


async def renew(work: Work, actor: Actor, person_id: PersonId) -> Invitation:
    """Invites a colleague again; earlier links of theirs open nothing any more, and the present password stays until the link is used.

    Refuses (`denied`) who is no administrator, (`absent`) who is no colleague with an open account.
    """
    if Role.COMPANY_ADMIN not in actor.roles:
        raise denied("role", "Your roles do not allow you to look after accounts.", "Ask your company's administrator.")
    person = await store.person(work, person_id)
    if person is None or not person.active:
        raise absent("person")
    await invitation_store.withdraw(work, person_id)
    work.record(facts.account_changed("person.invited", person_id))
    return await _issue(work, actor.company_id, person_id, person.email, person.display_name)


async def issue(work: Work, actor: Actor, person_id: PersonId, email: str, name: str) -> Invitation:
    """The first invitation of an account that was just opened."""
    return await _issue(work, actor.company_id, person_id, email, name)


async def _issue(work: Work, company_id: UUID, person_id: PersonId, email: str, name: str) -> Invitation:
    secret = keys.new_secret()
    await invitation_store.add(work, company_id, person_id, keys.secret_hash(secret), work.now + LASTS)
    return Invitation(person_id, email, name, secret)


async def look(work: Work, secret: str) -> Invited:
    """Whom an invitation is for. Refuses (`absent`) alike what was used, has ended, or never was."""
    found = await invitation_store.find(work, keys.secret_hash(secret))
    if found is None:
        raise absent("invitation")
    await work.pin(Viewpoint.OPERATOR if found.kind == CompanyKind.OPERATOR else Viewpoint.MEMBER, found.company_id)
    company, person = await store.company(work, found.company_id), await store.person(work, found.person_id)
    if company is None or person is None:
        raise absent("invitation")
    return Invited(company.name, person.display_name, person.email)


async def take_up(work: Work, secret: str, password: str, lifetime: timedelta, policy: FactorPolicy) -> access.Session:
    """Chooses the password and logs in; every other session of the person ends. The link opens nothing any more.

    Refuses (`absent`) as `look` does, (`invalid`) a password that is too short.
    """
    flaw = password_flaw(password)
    if flaw:
        raise invalid("person", "The account cannot be opened yet.", "Choose another password.", flaw)
    found = await invitation_store.find(work, keys.secret_hash(secret))
    if found is None:
        raise absent("invitation")
    account = store.Account(found.company_id, found.person_id, "", None, tuple(found.roles), found.second_factor)
    session = await access.begin_as_policy_wants(work, account, lifetime, policy, method="invitation")
    await work.pin(Viewpoint.OPERATOR if found.kind == CompanyKind.OPERATOR else Viewpoint.MEMBER, found.company_id)
    if not await invitation_store.use(work, found.invitation_id):
        raise absent("invitation")
    hashed = await turns.PASSWORDS.take(keys.hash_password, password)
    await store.set_password(work, found.person_id, hashed, keys.secret_hash(session.secret))
    work.record(facts.account_changed("person.joined", found.person_id))
    return session
