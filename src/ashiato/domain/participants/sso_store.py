"""The SQL of single sign-on: providers of identities, log-ins under way, who is who there."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from ashiato.domain.participants.store import Account
from ashiato.plumbing.db import row, rows, run
from ashiato.plumbing.unit_of_work import Work


@dataclass(frozen=True, slots=True)
class Provider:
    """A company's provider of identities, as the company reads it."""

    provider_id: UUID
    issuer: str
    client_id: str
    domain: str
    stated_at: datetime
    active: bool


@dataclass(frozen=True, slots=True)
class Offered:
    """A provider that somebody with an address of its domain can log in through."""

    company_id: UUID
    provider_id: UUID
    issuer: str
    client_id: str


@dataclass(frozen=True, slots=True)
class SignOn:
    """A log-in that came back from its provider."""

    company_id: UUID
    provider_id: UUID
    issuer: str
    client_id: str
    sealed: bytes
    domain: str
    nonce: str
    verifier: str
    there: str


_PROVIDER = "SELECT provider_id, issuer, client_id, domain, stated_at, active FROM identity_provider WHERE company_id = %(me)s"
_IN_USE = "active AND company.state = 'admitted'"


async def put(work: Work, provider_id: UUID, issuer: str, client_id: str, sealed: bytes, domain: str) -> Provider | None:
    """Keeps the pinned company's provider for a domain, in place of the one before. The secret is sealed for `provider_id`."""
    return await row(
        work.connection,
        Provider,
        """
        INSERT INTO identity_provider (company_id, provider_id, issuer, client_id, sealed, domain, stated_at)
        VALUES (%(me)s, %(provider_id)s, %(issuer)s, %(client_id)s, %(sealed)s, %(domain)s, %(now)s)
        ON CONFLICT (company_id, domain) DO UPDATE
        SET issuer = %(issuer)s, client_id = %(client_id)s, sealed = %(sealed)s, active = true
        RETURNING provider_id, issuer, client_id, domain, stated_at, active
        """,
        {
            "me": work.tenant, "provider_id": provider_id, "issuer": issuer, "client_id": client_id, "sealed": sealed, "domain": domain,
            "now": work.now,
        },
    )  # fmt: skip


async def listed(work: Work) -> list[Provider]:
    """The pinned company's providers, by domain."""
    return await rows(work.connection, Provider, f"{_PROVIDER} ORDER BY domain", {"me": work.tenant})


async def close(work: Work, provider_id: UUID) -> int:
    """Nobody logs in through it any more; how many that were."""
    return await run(
        work.connection,
        "UPDATE identity_provider SET active = false WHERE company_id = %(me)s AND provider_id = %(provider_id)s AND active",
        {"me": work.tenant, "provider_id": provider_id},
    )


async def for_domain(work: Work, domain: str) -> list[Offered]:
    """The providers of admitted companies for addresses of a domain."""
    return await rows(
        work.connection,
        Offered,
        f"""
        SELECT company_id, provider_id, issuer, client_id FROM identity_provider JOIN company USING (company_id)
        WHERE domain = %(domain)s AND {_IN_USE} ORDER BY stated_at, provider_id LIMIT 5
        """,
        {"domain": domain},
    )


async def offered(work: Work, provider_id: UUID) -> Offered | None:
    """A provider that is in use."""
    return await row(
        work.connection,
        Offered,
        f"""
        SELECT company_id, provider_id, issuer, client_id FROM identity_provider JOIN company USING (company_id)
        WHERE provider_id = %(provider_id)s AND {_IN_USE}
        """,
        {"provider_id": provider_id},
    )


async def begin(
    work: Work, provider: Offered, state_hash: bytes, browser_hash: bytes, nonce: str, verifier: str, there: str, expires_at: datetime
) -> None:
    """Keeps a log-in that is sent to a provider, and forgets those that never came back."""
    params = {
        "company_id": provider.company_id, "provider_id": provider.provider_id, "state_hash": state_hash, "browser_hash": browser_hash,
        "nonce": nonce, "verifier": verifier, "there": there, "expires_at": expires_at, "now": work.now,
    }  # fmt: skip
    await run(work.connection, "DELETE FROM sign_on WHERE company_id = %(company_id)s AND expires_at <= %(now)s", params)
    await run(
        work.connection,
        """
        INSERT INTO sign_on (company_id, state_hash, provider_id, browser_hash, nonce, verifier, there, expires_at)
        VALUES (%(company_id)s, %(state_hash)s, %(provider_id)s, %(browser_hash)s, %(nonce)s, %(verifier)s, %(there)s, %(expires_at)s)
        """,
        params,
    )


async def take(work: Work, state_hash: bytes, browser_hash: bytes) -> SignOn | None:
    """The log-in that a provider sent back to the browser that began it; it can be taken once."""
    return await row(
        work.connection,
        SignOn,
        f"""
        DELETE FROM sign_on USING identity_provider p, company
        WHERE sign_on.state_hash = %(state_hash)s AND sign_on.browser_hash = %(browser_hash)s AND sign_on.expires_at > %(now)s
          AND p.company_id = sign_on.company_id AND p.provider_id = sign_on.provider_id AND company.company_id = sign_on.company_id AND {_IN_USE}
        RETURNING sign_on.company_id, sign_on.provider_id, p.issuer, p.client_id, p.sealed, p.domain, sign_on.nonce, sign_on.verifier, sign_on.there
        """,
        {"state_hash": state_hash, "browser_hash": browser_hash, "now": work.now},
    )


_ACCOUNT = """
    SELECT person.company_id, person.person_id, password_hash, locked_until, roles, second_factor
    FROM person JOIN company USING (company_id)
"""


async def bound(work: Work, came: SignOn, subject: str) -> Account | None:
    """The open account that the provider's subject is."""
    return await row(
        work.connection,
        Account,
        f"""
        {_ACCOUNT} JOIN person_identity USING (company_id, person_id)
        WHERE person.company_id = %(company_id)s AND provider_id = %(provider_id)s AND subject = %(subject)s
          AND person.active AND company.state = 'admitted'
        """,
        {"company_id": came.company_id, "provider_id": came.provider_id, "subject": subject},
    )


async def unbound(work: Work, came: SignOn, email: str) -> Account | None:
    """The open account of the provider's company with this address, if it is no other subject's of the provider."""
    return await row(
        work.connection,
        Account,
        f"""
        {_ACCOUNT}
        WHERE person.company_id = %(company_id)s AND email = %(email)s AND person.active AND company.state = 'admitted' AND NOT EXISTS (
            SELECT FROM person_identity i
            WHERE i.company_id = person.company_id AND i.provider_id = %(provider_id)s AND i.person_id = person.person_id)
        """,
        {"company_id": came.company_id, "provider_id": came.provider_id, "email": email},
    )


async def bind(work: Work, came: SignOn, subject: str, person_id: UUID) -> None:
    """Keeps which person the provider's subject is."""
    await run(
        work.connection,
        """
        INSERT INTO person_identity (company_id, provider_id, subject, person_id, bound_at)
        VALUES (%(company_id)s, %(provider_id)s, %(subject)s, %(person_id)s, %(now)s)
        """,
        {"company_id": came.company_id, "provider_id": came.provider_id, "subject": subject, "person_id": person_id, "now": work.now},
    )
