"""The SQL of applications and their keys."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from ashiato.plumbing.db import row, rows, run
from ashiato.plumbing.unit_of_work import Work


@dataclass(frozen=True, slots=True)
class Caller:
    """What a key opens: `in_range` is false where the request comes from elsewhere than the application's networks."""

    application_id: UUID
    kind: str
    in_range: bool


@dataclass(frozen=True, slots=True)
class RegisteredApplication:
    """An application that the operator has admitted, without its key."""

    application_id: UUID
    name: str
    kind: str
    networks: list[str]
    active: bool
    registered_at: datetime


async def caller(work: Work, key_hash: bytes, address: str) -> Caller | None:
    """The active application with this key. Read before it is known who asks.

    From here on the transaction looks rows up by index even where a table is small: what it has not looked at it does not collide with.
    """
    return await row(
        work.connection,
        Caller,
        """
        SELECT application_id, kind, in_range FROM (
            SELECT application_id, kind, %(address)s::inet <<= ANY (networks) AS in_range, set_config('enable_seqscan', 'off', true)
            FROM application WHERE secret_hash = %(key_hash)s AND active
            OFFSET 0
        ) AS called
        """,
        {"key_hash": key_hash, "address": address},
    )


async def add_application(work: Work, application_id: UUID, name: str, kind: str, key_hash: bytes, networks: list[str]) -> None:
    """Keeps an application of the pinned operator's."""
    await run(
        work.connection,
        """
        INSERT INTO application (company_id, application_id, name, kind, secret_hash, networks, registered_at)
        VALUES (%(me)s, %(application_id)s, %(name)s, %(kind)s, %(key_hash)s, %(networks)s::cidr[], %(now)s)
        """,
        {
            "me": work.tenant, "application_id": application_id, "name": name, "kind": kind, "key_hash": key_hash,
            "networks": networks, "now": work.now,
        },
    )  # fmt: skip


async def close_application(work: Work, application_id: UUID) -> int:
    """Ends an application's access; how many that were."""
    return await run(
        work.connection,
        "UPDATE application SET active = false WHERE company_id = %(me)s AND application_id = %(application_id)s AND active",
        {"me": work.tenant, "application_id": application_id},
    )


async def applications(work: Work) -> list[RegisteredApplication]:
    """The pinned operator's applications, oldest first."""
    return await rows(
        work.connection,
        RegisteredApplication,
        """
        SELECT application_id, name, kind, networks::text[] AS networks, active, registered_at FROM application
        WHERE company_id = %(me)s ORDER BY registered_at, application_id LIMIT 1000
        """,
        {"me": work.tenant},
    )
