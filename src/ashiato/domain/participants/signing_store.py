"""The SQL of companies' key pairs."""

from dataclasses import dataclass
from uuid import UUID

from psycopg.types.json import Jsonb

from ashiato.plumbing.db import Question, run, values
from ashiato.plumbing.unit_of_work import Work


@dataclass(frozen=True, slots=True)
class StoredKey:
    """A key pair whose private half is sealed."""

    key_id: str
    public_jwk: dict[str, str]
    sealed: bytes


def signing_key() -> Question[StoredKey]:
    """The pinned company's newest key in use."""
    return Question(
        StoredKey,
        """
        SELECT key_id, public_jwk, sealed FROM signing_key JOIN signing_secret USING (company_id, key_id)
        WHERE company_id = (SELECT tenant()) AND retired_at IS NULL
        ORDER BY created_at DESC LIMIT 1
        """,
        {},
    )


async def add_signing_key(work: Work, key: StoredKey) -> None:
    """Keeps a new key pair of the pinned company."""
    params = {"company_id": work.tenant, "key_id": key.key_id, "public_jwk": Jsonb(key.public_jwk), "sealed": key.sealed, "now": work.now}
    await run(
        work.connection,
        "INSERT INTO signing_key (company_id, key_id, public_jwk, created_at) VALUES (%(company_id)s, %(key_id)s, %(public_jwk)s, %(now)s)",
        params,
    )
    await run(work.connection, "INSERT INTO signing_secret (company_id, key_id, sealed) VALUES (%(company_id)s, %(key_id)s, %(sealed)s)", params)


async def retire_keys(work: Work) -> list[str]:
    """Retires the pinned company's keys in use; which they were."""
    return await values(
        work.connection,
        "UPDATE signing_key SET retired_at = %(now)s WHERE company_id = %(me)s AND retired_at IS NULL RETURNING key_id",
        {"me": work.tenant, "now": work.now},
    )


async def public_keys(work: Work, company_id: UUID) -> list[dict[str, str]]:
    """The public keys of a company, newest first."""
    return await values(
        work.connection,
        "SELECT public_jwk FROM signing_key WHERE company_id = %(company_id)s ORDER BY created_at DESC LIMIT 100",
        {"company_id": company_id},
    )
