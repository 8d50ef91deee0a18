"""A company's own people, programs and sites."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from ashiato.domain.participants import client_store, erasure_store, facts, site_store, store, view_store
from ashiato.domain.participants.access import require_fresh
from ashiato.domain.participants.invitations import Invitation, issue
from ashiato.domain.participants.model import (
    Actor,
    Client,
    CompanyKind,
    NewSite,
    Person,
    Role,
    Site,
    account_flaws,
    normal_email,
    text_flaw,
)
from ashiato.domain.participants.policy import Deed, require
from ashiato.domain.participants.zones import OFFERED
from ashiato.kernel.errors import Flaw, absent, conflict, denied, invalid
from ashiato.kernel.ids import ClientId, PersonId
from ashiato.plumbing import keys, turns
from ashiato.plumbing.unit_of_work import Work

_PROGRAM_ROLES = frozenset({Role.CLERK, Role.APPROVER, Role.VERIFIER, Role.PARTNER})

TIME_ZONES = OFFERED


@dataclass(frozen=True, slots=True)
class Secret:
    """A fresh program's identifier and secret: the secret is told once."""

    client_id: ClientId
    secret: str


async def invite(
    work: Work, actor: Actor, email: str, display_name: str, password: str | None, roles: frozenset[Role]
) -> tuple[PersonId, Invitation | None]:
    """Opens an account for a colleague, who is invited to choose a password where none is given.

    Refuses flaws by field, and roles that the company's kind does not have.
    """
    _require_administrator(actor)
    require_fresh(actor, work.now)
    flaws = account_flaws(normal_email(email), display_name, password)
    if not roles or (Role.OPERATOR in roles) != (actor.kind is CompanyKind.OPERATOR):
        flaws.append(Flaw("roles", "roles", "Choose roles that your kind of company has."))
    if not flaws and await store.email_taken(work, normal_email(email)):
        flaws.append(Flaw("email", "email.taken", "Your company has an account with this address."))
    if flaws:
        raise invalid("person", "The account cannot be opened yet.", "Correct the fields named here.", *flaws)
    person_id = PersonId(work.new_id())
    hashed = await turns.PASSWORDS.take(keys.hash_password, password) if password is not None else store.NO_PASSWORD
    await store.add_person(work, person_id, normal_email(email), display_name, hashed, sorted(roles))
    work.record(facts.account_changed("person.invited", person_id))
    return person_id, await issue(work, actor, person_id, normal_email(email), display_name) if password is None else None


async def change_person(work: Work, actor: Actor, person_id: PersonId, roles: frozenset[Role] | None, active: bool | None) -> None:
    """Changes a colleague's roles, or closes or reopens the account; from the next request on. Nobody closes the own account."""
    _require_administrator(actor)
    require_fresh(actor, work.now)
    if person_id == actor.person_id:
        raise conflict("person.self", "You cannot change your own account.", "Ask another administrator of your company.")
    if roles is not None and (not roles or (Role.OPERATOR in roles) != (actor.kind is CompanyKind.OPERATOR)):
        raise invalid("roles", "Choose roles that your kind of company has.")
    if not await store.change_person(work, person_id, sorted(roles) if roles is not None else None, active):
        raise absent("person")
    await store.close_sessions_of(work, person_id)
    work.record(facts.account_changed("person.changed", person_id))


async def choose_time_zone(work: Work, actor: Actor, name: str) -> None:
    """Keeps the time zone in which the acting person reads instants ("": the company's). Refuses (`invalid`) programs and what is not offered."""
    require(actor, Deed.READ)
    if actor.person_id is None or (name and name not in OFFERED):
        raise invalid("time_zone", "A person chooses one of the time zones that are offered.")
    await store.set_time_zone(work, actor.person_id, name or None)


async def erase_person(work: Work, actor: Actor, person_id: PersonId) -> None:
    """Closes a colleague's account for good and takes name, address and password out of it; the identifier stays.

    Refuses (`conflict`) the own account, (`absent`) one that is not the company's or was erased before.
    """
    _require_administrator(actor)
    require_fresh(actor, work.now)
    if person_id == actor.person_id:
        raise conflict("person.self", "You cannot erase your own account.", "Ask another administrator of your company.")
    if not await erasure_store.erase_person(work, person_id):
        raise absent("person")
    await store.close_sessions_of(work, person_id)
    await view_store.remove_views(work, person_id)
    work.record(facts.person_erased(person_id))


async def people(work: Work, actor: Actor, after: str | None, limit: int) -> list[Person]:
    """The accounts of the actor's company by address, from after the given one."""
    _require_administrator(actor)
    return await store.people(work, after, limit)


async def own_account(work: Work, actor: Actor) -> Person | None:
    """The account of the person who acts; None for a program."""
    return await store.person(work, actor.person_id) if actor.person_id is not None else None


async def register_client(work: Work, actor: Actor, name: str, roles: frozenset[Role]) -> Secret:
    """Registers a program of the company; its secret is told now and never again."""
    require(actor, Deed.ADMINISTER)
    require_fresh(actor, work.now)
    flaw = text_flaw("name", name)
    if flaw or not roles or not roles <= _PROGRAM_ROLES:
        flaws = [flaw] if flaw else [Flaw("roles", "roles", "A program is a clerk, an approver, a verifier or a partner.")]
        raise invalid("client", "The program cannot be registered yet.", "Correct the fields named here.", *flaws)
    secret = keys.new_secret()
    client_id = ClientId(work.new_id())
    await client_store.add_client(work, client_id, name, keys.secret_hash(secret), sorted(roles))
    work.record(facts.account_changed("client.registered", client_id))
    return Secret(client_id, secret)


async def close_client(work: Work, actor: Actor, client_id: ClientId) -> None:
    """Ends a program's access; its tokens open nothing from the next request on."""
    require(actor, Deed.ADMINISTER)
    if not await client_store.close_client(work, client_id):
        raise absent("client")
    work.record(facts.account_changed("client.closed", client_id))


async def clients(work: Work, actor: Actor, after: tuple[datetime, UUID] | None, limit: int) -> list[Client]:
    """The programs of the actor's company in the order of their registration, from after the given one."""
    require(actor, Deed.ADMINISTER)
    return await client_store.clients(work, after, limit)


async def register_sites(work: Work, actor: Actor, sites: list[NewSite]) -> int:
    """Registers sites, or changes those with the same code; how many of them are new or changed."""
    require(actor, Deed.ENTER_DATA)
    return await site_store.put_sites(work, sites) if sites else 0


async def sites(work: Work, actor: Actor, after: str | None = None, limit: int = 10_000) -> list[Site]:
    """The sites of the actor's company by code, from after the given one."""
    require(actor, Deed.READ)
    return await site_store.sites(work, after, limit)


async def site(work: Work, actor: Actor, site_id: UUID) -> Site | None:
    """One of the sites of the actor's company."""
    require(actor, Deed.READ)
    return await site_store.site(work, site_id)


def _require_administrator(actor: Actor) -> None:
    """Administrators look after accounts, the operator's among themselves."""
    if Role.COMPANY_ADMIN not in actor.roles:
        raise denied("role", "Your roles do not allow you to look after accounts.", "Ask your company's administrator.")
