"""The SQL of companies, people and programs."""

from dataclasses import dataclass
from datetime import datetime, tzinfo
from uuid import UUID

from ashiato.domain.participants.model import (
    Application,
    Company,
    CompanyState,
    Person,
)
from ashiato.domain.participants.zones import zone_of
from ashiato.kernel.ids import CompanyId
from ashiato.plumbing.db import Question, row, rows, run, value
from ashiato.plumbing.unit_of_work import Work


@dataclass(frozen=True, slots=True)
class Entered:
    """Whom a credential names, at this moment."""

    company_id: UUID
    account_id: UUID
    kind: str
    state: str
    roles: list[str]
    second_factor: bool
    proven_at: datetime | None


@dataclass(frozen=True, slots=True)
class Account:
    """What is needed to judge a log-in."""

    company_id: UUID
    person_id: UUID
    password_hash: str
    locked_until: datetime | None
    roles: tuple[str, ...] = ()
    second_factor: bool = False


NO_PASSWORD = "-"  # noqa: S105 — the hash of none

# Finding out who asks and taking that company's eyes is one statement; a suspended company's rows are never reached.
_PIN = """
    set_config('ashiato.tenant', company.company_id::text, true),
    set_config('role', CASE WHEN company.kind = 'operator' THEN 'ashiato_operator' ELSE 'ashiato_member' END, true)
"""


def enter_by_session(token_hash: bytes, now: datetime) -> Question[Entered]:
    """Whose session it is, if the company is admitted and the person active; the transaction is pinned to it."""
    return Question(
        Entered,
        f"""
        SELECT company_id, account_id, kind, state, roles, second_factor, proven_at FROM (
            SELECT company.company_id, person.person_id AS account_id, company.kind, company.state, person.roles,
                   person.second_factor, session.proven_at, {_PIN}
            FROM session
            JOIN person USING (company_id, person_id)
            JOIN company USING (company_id)
            WHERE session.token_hash = %(token_hash)s AND session.expires_at > %(now)s AND NOT session.pending AND person.active
              AND company.state = 'admitted'
            OFFSET 0
        ) AS entered
        """,
        {"token_hash": token_hash, "now": now},
    )


def enter_by_client(company_id: UUID, client_id: UUID) -> Question[Entered]:
    """Which program it is, if its company is admitted and it is active; the transaction is pinned to it."""
    return Question(
        Entered,
        f"""
        SELECT company_id, account_id, kind, state, roles, second_factor, proven_at FROM (
            SELECT company.company_id, client.client_id AS account_id, company.kind, company.state, client.roles,
                   false AS second_factor, NULL::timestamptz AS proven_at, {_PIN}
            FROM client
            JOIN company USING (company_id)
            WHERE client.company_id = %(company_id)s AND client.client_id = %(client_id)s AND client.active AND company.state = 'admitted'
            OFFSET 0
        ) AS entered
        """,
        {"company_id": company_id, "client_id": client_id},
    )


async def accounts_with_email(work: Work, email: str) -> list[Account]:
    """The accounts that an address may mean: one person can have one in several companies."""
    return await rows(
        work.connection,
        Account,
        """
        SELECT company_id, person_id, password_hash, locked_until, roles, second_factor
        FROM person JOIN company USING (company_id)
        WHERE email = %(email)s AND active AND company.state = 'admitted'
        ORDER BY company_id
        LIMIT 5
        """,
        {"email": email},
    )


async def note_failed_login(work: Work, account: Account, lock_after: int, locked_until: datetime) -> None:
    """Counts a wrong password; after so many the account is locked until then."""
    await run(
        work.connection,
        """
        UPDATE person
        SET failed_logins = CASE WHEN failed_logins + 1 >= %(lock_after)s THEN 0 ELSE failed_logins + 1 END,
            locked_until = CASE WHEN failed_logins + 1 >= %(lock_after)s THEN %(locked_until)s ELSE locked_until END
        WHERE company_id = %(company_id)s AND person_id = %(person_id)s
        """,
        {"company_id": account.company_id, "person_id": account.person_id, "lock_after": lock_after, "locked_until": locked_until},
    )


async def note_nobodys_login(work: Work) -> None:
    """Writes into the database's journal about what `note_failed_login` does, and into no table: so this too is waited for until it is durable."""
    await value(work.connection, "SELECT pg_logical_emit_message(true, 'log-in', repeat('-', 200))", {})


async def open_session(work: Work, account: Account, token_hash: bytes, expires_at: datetime, *, method: str, label: str, pending: bool) -> None:
    """Starts a session, forgets those that have run out and, where it is open at once, earlier wrong passwords."""
    params = {
        "company_id": account.company_id, "person_id": account.person_id,
        "token_hash": token_hash, "now": work.now, "expires_at": expires_at, "session_id": work.ids.new(account.company_id), "method": method,
        "label": label, "pending": pending,
    }  # fmt: skip
    await run(
        work.connection,
        "DELETE FROM session WHERE company_id = %(company_id)s AND person_id = %(person_id)s AND expires_at <= %(now)s",
        params,
    )
    if not pending:  # wrong codes count on until a second factor is given
        await forgive(work, account)
    await run(
        work.connection,
        """
        INSERT INTO session (company_id, token_hash, person_id, created_at, expires_at, session_id, method, label, pending)
        VALUES (%(company_id)s, %(token_hash)s, %(person_id)s, %(now)s, %(expires_at)s, %(session_id)s, %(method)s, %(label)s, %(pending)s)
        """,
        params,
    )


async def forgive(work: Work, account: Account) -> None:
    """Forgets wrong passwords and codes."""
    await run(
        work.connection,
        "UPDATE person SET failed_logins = 0 WHERE company_id = %(company_id)s AND person_id = %(person_id)s AND failed_logins > 0",
        {"company_id": account.company_id, "person_id": account.person_id},
    )


async def close_session(work: Work, token_hash: bytes) -> None:
    """Ends a session."""
    await run(
        work.connection,
        "DELETE FROM session WHERE company_id = %(company_id)s AND token_hash = %(token_hash)s",
        {"company_id": work.tenant, "token_hash": token_hash},
    )


async def close_sessions_of(work: Work, person_id: UUID) -> None:
    """Ends all sessions of a person."""
    await run(
        work.connection,
        "DELETE FROM session WHERE company_id = %(company_id)s AND person_id = %(person_id)s",
        {"company_id": work.tenant, "person_id": person_id},
    )


async def client_secret(work: Work, client_id: UUID) -> tuple[UUID, bytes] | None:
    """The company and the secret's hash of an active program of an admitted company."""
    cursor = await work.connection.execute(
        """
        SELECT company_id, secret_hash FROM client JOIN company USING (company_id)
        WHERE client_id = %(client_id)s AND active AND company.state = 'admitted'
        """,
        {"client_id": client_id},
    )
    return await cursor.fetchone()


async def add_company(work: Work, application: Application, state: CompanyState) -> None:
    """Registers the pinned company."""
    await run(
        work.connection,
        """
        INSERT INTO company (company_id, kind, name, corporate_number, lei, duns, bpn, country, address, contact_email, state, applied_at)
        VALUES (%(company_id)s, %(kind)s, %(name)s, %(corporate_number)s, %(lei)s, %(duns)s, %(bpn)s, %(country)s, %(address)s,
                %(contact_email)s, %(state)s, %(now)s)
        """,
        {
            "company_id": work.tenant, "kind": application.kind, "name": application.name, "state": state, "now": work.now,
            "corporate_number": application.corporate_number, "country": application.country, "contact_email": application.admin_email,
            "lei": application.lei, "duns": application.duns, "bpn": application.bpn, "address": application.address,
        },
    )  # fmt: skip


async def add_standing(work: Work, company_id: UUID, from_state: str | None, to_state: str, reason: str, decided_by: str = "") -> None:
    """Notes why a company is in the state that it is in."""
    await run(
        work.connection,
        """
        INSERT INTO standing (company_id, standing_id, from_state, to_state, reason, decided_by, changed_at)
        VALUES (%(company_id)s, %(standing_id)s, %(from_state)s, %(to_state)s, %(reason)s, %(decided_by)s, %(now)s)
        """,
        {
            "company_id": company_id, "standing_id": work.new_id(), "from_state": from_state,
            "to_state": to_state, "reason": reason, "decided_by": decided_by, "now": work.now,
        },
    )  # fmt: skip


async def add_person(work: Work, person_id: UUID, email: str, display_name: str, password_hash: str, roles: list[str]) -> None:
    """Opens an account in the pinned company."""
    await run(
        work.connection,
        """
        INSERT INTO person (company_id, person_id, email, display_name, password_hash, roles)
        VALUES (%(company_id)s, %(person_id)s, %(email)s, %(display_name)s, %(password_hash)s, %(roles)s)
        """,
        {
            "company_id": work.tenant, "person_id": person_id, "email": email,
            "display_name": display_name, "password_hash": password_hash, "roles": roles,
        },
    )  # fmt: skip


async def change_person(work: Work, person_id: UUID, roles: list[str] | None, active: bool | None) -> int:
    """Changes what a person may do, or closes the account; how many accounts that were."""
    return await run(
        work.connection,
        """
        UPDATE person SET roles = coalesce(%(roles)s::text[], roles), active = coalesce(%(active)s::boolean, active)
        WHERE company_id = %(company_id)s AND person_id = %(person_id)s
        """,
        {"company_id": work.tenant, "person_id": person_id, "roles": roles, "active": active},
    )


async def people(work: Work, after: str | None, limit: int) -> list[Person]:
    """The accounts of the pinned company by address, from after the given one."""
    return await rows(
        work.connection,
        Person,
        """
        SELECT person_id, email, display_name, roles, active FROM person
        WHERE company_id = %(company_id)s AND email > %(after)s ORDER BY email LIMIT %(limit)s
        """,
        {"company_id": work.tenant, "after": after or "", "limit": limit},
    )


async def person(work: Work, person_id: UUID) -> Person | None:
    """An account of the pinned company."""
    return await row(
        work.connection,
        Person,
        "SELECT person_id, email, display_name, roles, active FROM person WHERE company_id = %(company_id)s AND person_id = %(person_id)s",
        {"company_id": work.tenant, "person_id": person_id},
    )


async def email_taken(work: Work, email: str) -> bool:
    """Whether the pinned company has an account with this address."""
    return bool(
        await value(
            work.connection,
            "SELECT true FROM person WHERE company_id = %(company_id)s AND email = %(email)s",
            {"company_id": work.tenant, "email": email},
        )
    )


_COMPANY = "SELECT company_id, kind, name, corporate_number, country, state, lei, duns, bpn FROM company"


async def company(work: Work, company_id: UUID) -> Company | None:
    """A company that the viewer may see."""
    return await row(work.connection, Company, f"{_COMPANY} WHERE company_id = %(company_id)s", {"company_id": company_id})


async def company_by_number(work: Work, number: str) -> Company | None:
    """The member with this number, if the viewer may see it; the forms of the schemes are disjoint."""
    known = "corporate_number = %(number)s OR lei = %(number)s OR duns = %(number)s OR bpn = %(number)s"
    query = f"{_COMPANY} WHERE ({known}) AND kind <> 'association'"
    return await row(work.connection, Company, query, {"number": number})


async def companies_in(work: Work, states: list[str], after: UUID | None, limit: int) -> list[Company]:
    """The companies in these states, by identifier, for the operator."""
    return await rows(
        work.connection,
        Company,
        f"""
        {_COMPANY}
        WHERE state = ANY(%(states)s) AND company_id > %(after)s
        ORDER BY company_id LIMIT %(limit)s
        """,
        {"states": states, "after": after or UUID(int=0), "limit": limit},
    )


async def set_company_state(work: Work, company_id: UUID, state: str) -> None:
    """Moves a company to a state."""
    await run(
        work.connection,
        "UPDATE company SET state = %(state)s WHERE company_id = %(company_id)s",
        {"company_id": company_id, "state": state},
    )


async def operator_exists(work: Work) -> bool:
    """Whether this installation has been given its operator."""
    return bool(await value(work.connection, "SELECT true FROM company WHERE kind = 'operator' LIMIT 1", {}))


async def operator(work: Work) -> Company | None:
    """The company that runs this installation, if the viewer may see it."""
    return await row(work.connection, Company, f"{_COMPANY} WHERE kind = 'operator'", {})


async def names_of(work: Work, company_ids: list[UUID]) -> dict[CompanyId, str]:
    """The names of the companies that the viewer may see among these."""
    cursor = await work.connection.execute(
        "SELECT company_id, name FROM company WHERE company_id = ANY(%(company_ids)s)", {"company_ids": company_ids}
    )
    return {CompanyId(company_id): name for company_id, name in await cursor.fetchall()}


async def names_by_number(work: Work, numbers: list[str]) -> dict[str, str]:
    """The names of the companies that the viewer may see among those with these corporate numbers."""
    cursor = await work.connection.execute(
        "SELECT corporate_number, name FROM company WHERE corporate_number = ANY(%(numbers)s)", {"numbers": numbers}
    )
    return dict(await cursor.fetchall())


@dataclass(frozen=True, slots=True)
class Named:
    """What the one who acts, and the company, are called; the company's country, and the time zone that the person has chosen."""

    company: str
    person: str
    country: str
    time_zone: str | None

    @property
    def zone(self) -> tzinfo:
        """In which time zone the one who acts reads instants."""
        return zone_of(self.country, self.time_zone)


def named(person_id: UUID | None) -> Question[Named]:
    """The names of the pinned company and of one of its people (without one: of nobody)."""
    return Question(
        Named,
        """
        SELECT company.name AS company, coalesce(person.display_name, '') AS person, company.country, person.time_zone
        FROM company LEFT JOIN person ON person.company_id = company.company_id AND person.person_id = %(person_id)s
        WHERE company.company_id = (SELECT tenant())
        """,
        {"person_id": person_id},
    )


async def set_time_zone(work: Work, person_id: UUID, time_zone: str | None) -> None:
    """Keeps the time zone that a person of the pinned company has chosen (None: the company's)."""
    query = "UPDATE person SET time_zone = %(time_zone)s WHERE company_id = %(me)s AND person_id = %(person_id)s"
    await run(work.connection, query, {"me": work.tenant, "person_id": person_id, "time_zone": time_zone})


async def set_password(work: Work, person_id: UUID, password_hash: str, kept_session: bytes) -> None:
    """Gives a person of the pinned company another password and ends all sessions but one."""
    params = {"me": work.tenant, "person_id": person_id, "hash": password_hash, "kept": kept_session}
    await run(work.connection, "UPDATE person SET password_hash = %(hash)s WHERE company_id = %(me)s AND person_id = %(person_id)s", params)
    await run(
        work.connection,
        "DELETE FROM session WHERE company_id = %(me)s AND person_id = %(person_id)s AND token_hash <> %(kept)s",
        params,
    )
