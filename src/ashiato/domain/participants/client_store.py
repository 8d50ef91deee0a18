"""The SQL of programs."""

from datetime import datetime
from uuid import UUID

from ashiato.domain.participants.model import Client
from ashiato.plumbing.db import rows, run
from ashiato.plumbing.unit_of_work import Work


async def add_client(work: Work, client_id: UUID, name: str, secret_hash: bytes, roles: list[str]) -> None:
    """Registers a program of the pinned company."""
    await run(
        work.connection,
        """
        INSERT INTO client (company_id, client_id, name, secret_hash, roles, registered_at)
        VALUES (%(company_id)s, %(client_id)s, %(name)s, %(secret_hash)s, %(roles)s, %(now)s)
        """,
        {"company_id": work.tenant, "client_id": client_id, "name": name, "secret_hash": secret_hash, "roles": roles, "now": work.now},
    )


async def close_client(work: Work, client_id: UUID) -> int:
    """Ends a program's access; how many programs that were."""
    return await run(
        work.connection,
        "UPDATE client SET active = false WHERE company_id = %(company_id)s AND client_id = %(client_id)s",
        {"company_id": work.tenant, "client_id": client_id},
    )


async def clients(work: Work, after: tuple[datetime, UUID] | None, limit: int) -> list[Client]:
    """The programs of the pinned company in the order of their registration, from after the given one."""
    registered_at, client_id = after or (None, None)
    return await rows(
        work.connection,
        Client,
        f"""
        SELECT client_id, name, roles, active, registered_at FROM client
        WHERE company_id = %(company_id)s {"AND (registered_at, client_id) > (%(registered_at)s, %(client_id)s)" if after else ""}
        ORDER BY registered_at, client_id LIMIT %(limit)s
        """,
        {"company_id": work.tenant, "registered_at": registered_at, "client_id": client_id, "limit": limit},
    )
