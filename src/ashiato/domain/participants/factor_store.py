"""The SQL of second factors, and of sessions that wait for one."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from ashiato.plumbing.db import row, rows, run, value
from ashiato.plumbing.unit_of_work import Work


@dataclass(frozen=True, slots=True)
class Waiting:
    """A session that opens nothing yet."""

    company_id: UUID
    kind: str
    person_id: UUID
    method: str
    label: str
    second_factor: bool
    challenge: bytes | None


@dataclass(frozen=True, slots=True)
class Factor:
    """A second factor of a person. `last_count`: the last time step (totp) or the signature counter (passkey)."""

    factor_id: UUID
    kind: str
    name: str
    sealed: bytes | None
    credential_id: bytes | None
    public_key: bytes | None
    last_count: int
    added_at: datetime
    confirmed_at: datetime | None
    last_used_at: datetime | None


@dataclass(frozen=True, slots=True)
class OpenSession:
    """Where a person is logged in."""

    session_id: UUID
    method: str
    label: str
    created_at: datetime
    expires_at: datetime
    proven_at: datetime | None
    present: bool


async def waiting(work: Work, token_hash: bytes) -> Waiting | None:
    """The session behind a secret that waits for a second factor, of an open account of an admitted company."""
    return await row(
        work.connection,
        Waiting,
        """
        SELECT company_id, company.kind, person_id, method, label, second_factor, challenge
        FROM session JOIN person USING (company_id, person_id) JOIN company USING (company_id)
        WHERE token_hash = %(token_hash)s AND pending AND expires_at > %(now)s AND person.active AND company.state = 'admitted'
          AND (locked_until IS NULL OR locked_until <= %(now)s)
        """,
        {"token_hash": token_hash, "now": work.now},
    )


async def locked(work: Work, person_id: UUID) -> bool:
    """Whether the account of one of the pinned company's people rests after wrong passwords or codes."""
    return bool(
        await value(
            work.connection,
            "SELECT true FROM person WHERE company_id = %(me)s AND person_id = %(person_id)s AND locked_until > %(now)s",
            {"me": work.tenant, "person_id": person_id, "now": work.now},
        )
    )


async def challenge(work: Work, token_hash: bytes) -> bytes | None:
    """What the pinned company's session asked a passkey to sign."""
    found: bytes | None = await value(
        work.connection,
        "SELECT challenge FROM session WHERE company_id = %(me)s AND token_hash = %(token_hash)s",
        {"me": work.tenant, "token_hash": token_hash},
    )
    return found


async def keep_challenge(work: Work, token_hash: bytes, challenge: bytes | None) -> None:
    """Keeps what the session asks a passkey to sign."""
    await run(
        work.connection,
        "UPDATE session SET challenge = %(challenge)s WHERE company_id = %(me)s AND token_hash = %(token_hash)s",
        {"me": work.tenant, "token_hash": token_hash, "challenge": challenge},
    )


async def prove_session(work: Work, token_hash: bytes) -> None:
    """Keeps that a second factor was given in the session now; from now on it is open."""
    await run(
        work.connection,
        "UPDATE session SET proven_at = %(now)s, challenge = NULL, pending = false WHERE company_id = %(me)s AND token_hash = %(token_hash)s",
        {"me": work.tenant, "token_hash": token_hash, "now": work.now},
    )


_FACTOR = """
    SELECT factor_id, kind, name, sealed, credential_id, public_key, last_count, added_at, confirmed_at, last_used_at FROM second_factor
    WHERE company_id = %(me)s AND person_id = %(person_id)s
"""


async def factors(work: Work, person_id: UUID) -> list[Factor]:
    """The factors of one of the pinned company's people, oldest first."""
    return await rows(work.connection, Factor, f"{_FACTOR} ORDER BY added_at, factor_id", {"me": work.tenant, "person_id": person_id})


async def factor(work: Work, person_id: UUID, factor_id: UUID) -> Factor | None:
    """One of them."""
    params = {"me": work.tenant, "person_id": person_id, "factor_id": factor_id}
    return await row(work.connection, Factor, f"{_FACTOR} AND factor_id = %(factor_id)s", params)


async def add_totp(work: Work, person_id: UUID, factor_id: UUID, name: str, sealed: bytes) -> None:
    """Keeps a shared secret that is still to be confirmed."""
    await run(
        work.connection,
        """
        INSERT INTO second_factor (company_id, factor_id, person_id, kind, name, sealed, added_at)
        VALUES (%(me)s, %(factor_id)s, %(person_id)s, 'totp', %(name)s, %(sealed)s, %(now)s)
        """,
        {"me": work.tenant, "factor_id": factor_id, "person_id": person_id, "name": name, "sealed": sealed, "now": work.now},
    )


async def add_passkey(work: Work, person_id: UUID, name: str, credential_id: bytes, public_key: bytes, count: int) -> None:
    """Keeps a passkey; registering it has shown that it works."""
    await run(
        work.connection,
        """
        INSERT INTO second_factor (company_id, factor_id, person_id, kind, name, credential_id, public_key, last_count, added_at, confirmed_at)
        VALUES (%(me)s, %(factor_id)s, %(person_id)s, 'passkey', %(name)s, %(credential_id)s, %(public_key)s, %(count)s, %(now)s, %(now)s)
        """,
        {
            "me": work.tenant, "factor_id": work.new_id(), "person_id": person_id, "name": name, "credential_id": credential_id,
            "public_key": public_key, "count": count, "now": work.now,
        },
    )  # fmt: skip


async def use(work: Work, factor_id: UUID, count: int) -> int:
    """Notes that a factor was used; 0 where its count was used before: by a replay, or by a twin at the same moment."""
    return await run(
        work.connection,
        """
        UPDATE second_factor SET last_count = %(count)s, last_used_at = %(now)s, confirmed_at = coalesce(confirmed_at, %(now)s)
        WHERE company_id = %(me)s AND factor_id = %(factor_id)s
          AND (last_count < %(count)s OR (kind = 'passkey' AND last_count = 0 AND %(count)s = 0))
        """,
        {"me": work.tenant, "factor_id": factor_id, "count": count, "now": work.now},
    )


async def remove(work: Work, person_id: UUID, factor_id: UUID) -> int:
    """Takes a factor away; how many that were."""
    return await run(
        work.connection,
        "DELETE FROM second_factor WHERE company_id = %(me)s AND person_id = %(person_id)s AND factor_id = %(factor_id)s",
        {"me": work.tenant, "person_id": person_id, "factor_id": factor_id},
    )


async def remove_all(work: Work, person_id: UUID) -> None:
    """Takes all factors and recovery codes of a person away."""
    params = {"me": work.tenant, "person_id": person_id}
    await run(work.connection, "DELETE FROM second_factor WHERE company_id = %(me)s AND person_id = %(person_id)s", params)
    await run(work.connection, "DELETE FROM recovery_code WHERE company_id = %(me)s AND person_id = %(person_id)s", params)


async def settle(work: Work, person_id: UUID) -> None:
    """Notes on the account whether it has a factor that works."""
    await run(
        work.connection,
        """
        UPDATE person SET second_factor = EXISTS (
            SELECT FROM second_factor f WHERE f.company_id = %(me)s AND f.person_id = %(person_id)s AND f.confirmed_at IS NOT NULL)
        WHERE company_id = %(me)s AND person_id = %(person_id)s
        """,
        {"me": work.tenant, "person_id": person_id},
    )


async def put_codes(work: Work, person_id: UUID, hashes: list[bytes]) -> None:
    """Replaces a person's recovery codes."""
    params = {"me": work.tenant, "person_id": person_id, "hashes": hashes}
    await run(work.connection, "DELETE FROM recovery_code WHERE company_id = %(me)s AND person_id = %(person_id)s", params)
    await run(
        work.connection,
        "INSERT INTO recovery_code (company_id, person_id, code_hash) SELECT %(me)s, %(person_id)s, unnest(%(hashes)s::bytea[])",
        params,
    )


async def codes_left(work: Work, person_id: UUID) -> int:
    """How many recovery codes a person has left."""
    return int(
        await value(
            work.connection,
            "SELECT count(*) FROM recovery_code WHERE company_id = %(me)s AND person_id = %(person_id)s AND used_at IS NULL",
            {"me": work.tenant, "person_id": person_id},
        )
    )


async def use_code(work: Work, person_id: UUID, code_hash: bytes) -> int:
    """Uses a recovery code up; 0 if there is none such left."""
    return await run(
        work.connection,
        """
        UPDATE recovery_code SET used_at = %(now)s
        WHERE company_id = %(me)s AND person_id = %(person_id)s AND code_hash = %(code_hash)s AND used_at IS NULL
        """,
        {"me": work.tenant, "person_id": person_id, "code_hash": code_hash, "now": work.now},
    )


async def sessions(work: Work, person_id: UUID, token_hash: bytes) -> list[OpenSession]:
    """Where one of the pinned company's people is logged in, the newest first."""
    return await rows(
        work.connection,
        OpenSession,
        """
        SELECT session_id, method, label, created_at, expires_at, proven_at, token_hash = %(token_hash)s AS present FROM session
        WHERE company_id = %(me)s AND person_id = %(person_id)s AND expires_at > %(now)s AND NOT pending
        ORDER BY created_at DESC, session_id
        """,
        {"me": work.tenant, "person_id": person_id, "token_hash": token_hash, "now": work.now},
    )


async def end_session(work: Work, person_id: UUID, session_id: UUID) -> int:
    """Ends one of them; how many that were."""
    return await run(
        work.connection,
        "DELETE FROM session WHERE company_id = %(me)s AND person_id = %(person_id)s AND session_id = %(session_id)s",
        {"me": work.tenant, "person_id": person_id, "session_id": session_id},
    )
