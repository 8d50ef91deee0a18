"""Who asks: sessions of people, credentials of programs."""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from uuid import UUID

from ashiato.domain.participants import facts, store
from ashiato.domain.participants.model import (
    Actor,
    CompanyKind,
    FactorPolicy,
    Role,
    normal_email,
    unidentified,
)
from ashiato.kernel.errors import denied
from ashiato.kernel.ids import ClientId, CompanyId, PersonId
from ashiato.plumbing import keys, turns
from ashiato.plumbing.db import Question
from ashiato.plumbing.unit_of_work import Work

_WRONG_PASSWORDS = 10
_LOCKED = timedelta(minutes=15)
_WAITS = timedelta(minutes=10)  # for a second factor
_FRESH = timedelta(minutes=15)  # how long a second factor counts for critical deeds
_LONGEST_LABEL = 120
_ADMINISTER = {Role.COMPANY_ADMIN, Role.OPERATOR}
_NOBODYS_HASH = keys.unmatched_hash()  # verified when there is no such account, or none with a password, so that all take the same time


@dataclass(frozen=True, slots=True)
class Session:
    """A fresh session: the secret is told once."""

    secret: str
    expires_at: datetime
    company_id: CompanyId
    pending: bool = False  # it opens nothing until a second factor is given or, without one, set up
    set_up: bool = False  # there is none to give yet


def who_asks(now: datetime, *, session: str | None = None, program: tuple[str, str] | None = None) -> Question[store.Entered]:
    """The question who is behind a session's secret, or a token's (client, company). What is asked after it sees that company's rows.

    Refuses (`unidentified`) where there is neither.
    """
    if session is not None:
        return store.enter_by_session(keys.secret_hash(session), now)
    if program is None:
        raise unidentified()
    client_id, company_id = program
    return store.enter_by_client(UUID(company_id), UUID(client_id))


async def enter(work: Work, *, session: str | None = None, program: tuple[str, str] | None = None) -> Actor:
    """The actor behind a session's secret, or behind a token's (client, company); the work is pinned to its company.

    Refuses (`unidentified`, always in the same words) unknown, ended and forged credentials, closed accounts, and every
    company that is not admitted at this moment.
    """
    entered = await work.one(who_asks(work.now, session=session, program=program))
    if entered is None:
        raise unidentified()
    work.tenant = entered.company_id
    return Actor(
        company_id=CompanyId(entered.company_id),
        kind=CompanyKind(entered.kind),
        roles=frozenset(Role(role) for role in entered.roles),
        person_id=PersonId(entered.account_id) if session is not None else None,
        client_id=ClientId(entered.account_id) if session is None else None,
        second_factor=entered.second_factor,
        proven_at=entered.proven_at,
    )


def named(actor: Actor) -> Question[store.Named]:
    """The question what the one who acts, and the company, are called."""
    return store.named(actor.person_id)


async def log_in(
    work: Work, email: str, password: str, lifetime: timedelta, policy: FactorPolicy = FactorPolicy.OPTIONAL, label: str = ""
) -> Session | None:
    """A session for who knows the password, else None. After ten wrong passwords the account rests for a quarter of an hour.

    Where there is a second factor, or `policy` wants one, the session waits for it (see `factors`). `label` names the browser or program.
    Nothing is raised for a wrong password, so that the count of wrong ones is kept. Whether there is such an account, neither the answer
    nor its time tells: as much is computed and written either way.
    """
    candidates = [
        account
        for account in await store.accounts_with_email(work, normal_email(email))
        if account.locked_until is None or account.locked_until <= work.now
    ]
    if not candidates:
        await turns.PASSWORDS.take(keys.password_matches, _NOBODYS_HASH, password)
        await store.note_nobodys_login(work)
    for account in candidates:
        known = account.password_hash if account.password_hash != store.NO_PASSWORD else _NOBODYS_HASH
        if await turns.PASSWORDS.take(keys.password_matches, known, password):
            return await begin_as_policy_wants(work, account, lifetime, policy, label=label)
    for account in candidates:
        await store.note_failed_login(work, account, _WRONG_PASSWORDS, work.now + _LOCKED)
    return None


async def begin_as_policy_wants(
    work: Work, account: store.Account, lifetime: timedelta, policy: FactorPolicy, *, method: str = "password", label: str = ""
) -> Session:
    """A session of who has given the first factor; it waits where a second one is there or wanted."""
    wanted = policy is FactorPolicy.EVERYBODY or (policy is FactorPolicy.ADMINISTRATORS and bool(_ADMINISTER & set(account.roles)))
    if not (account.second_factor or wanted):
        return await begin(work, account, lifetime, method=method, label=label)
    waiting = await begin(work, account, min(lifetime, _WAITS), method=method, label=label, pending=True)
    return replace(waiting, set_up=not account.second_factor)


async def begin(
    work: Work, account: store.Account, lifetime: timedelta, *, method: str = "password", label: str = "", pending: bool = False
) -> Session:
    """A session of an account whose person has shown who it is."""
    secret = keys.new_secret()
    expires_at = work.now + lifetime
    await store.open_session(work, account, keys.secret_hash(secret), expires_at, method=method, label=label[:_LONGEST_LABEL], pending=pending)
    return Session(secret, expires_at, CompanyId(account.company_id), pending)


def require_fresh(actor: Actor, now: datetime) -> None:
    """Refuses (`denied`, step_up) a critical deed of who has a second factor and has not given it for a quarter of an hour."""
    if actor.second_factor and (actor.proven_at is None or now - actor.proven_at > _FRESH):
        raise denied("step_up", "This needs your second factor once more.", "Give a code or use your passkey, then repeat it.")


async def log_out(work: Work, secret: str) -> None:
    """Ends the session; its secret opens nothing from now on."""
    await store.close_session(work, keys.secret_hash(secret))


async def client_of(work: Work, client_id: str, secret: str) -> tuple[str, str]:
    """The (client, company) that client credentials name. Refuses (`unidentified`) all others alike."""
    try:
        known = await store.client_secret(work, UUID(client_id))
    except ValueError:
        known = None
    if known is None or known[1] != keys.secret_hash(secret):
        raise unidentified()
    return client_id, str(known[0])


async def enter_by_hash(work: Work, token_hash: bytes) -> Actor:
    """The actor behind a session that a signed token names by the hash of its secret. Refuses as `enter` does."""
    entered = await work.one(store.enter_by_session(token_hash, work.now))
    if entered is None:
        raise unidentified()
    work.tenant = entered.company_id
    return Actor(
        CompanyId(entered.company_id),
        CompanyKind(entered.kind),
        frozenset(Role(role) for role in entered.roles),
        PersonId(entered.account_id),
        second_factor=entered.second_factor,
        proven_at=entered.proven_at,
    )


async def renew(work: Work, secret: str) -> tuple[Actor, bytes]:
    """Who holds a session's secret, and its hash. Refuses as `enter` does."""
    token_hash = keys.secret_hash(secret)
    return await enter_by_hash(work, token_hash), token_hash


async def change_password(work: Work, actor: Actor, password: str, present_session: bytes) -> None:
    """Gives the acting person another password; all its other sessions end. The gateway has judged the password's form."""
    if actor.person_id is None:
        raise unidentified()
    hashed = await turns.PASSWORDS.take(keys.hash_password, password)
    await store.set_password(work, actor.person_id, hashed, present_session)
    work.record(facts.account_changed("person.password_changed", actor.person_id))
