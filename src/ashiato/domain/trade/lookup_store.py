"""The SQL of looking one request up."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from ashiato.plumbing.db import row, value
from ashiato.plumbing.unit_of_work import Work


@dataclass(frozen=True, slots=True)
class Outline:
    """Who asked whom, when, and how far it is."""

    request_id: UUID
    buyer_id: UUID
    buyer: str
    supplier_id: UUID
    supplier: str
    state: str
    asked_at: datetime
    due_at: datetime
    settled_at: datetime | None


async def outline(work: Work, request_id: UUID) -> Outline | None:
    """The request that is named; the operator's eyes see no other."""
    await value(work.connection, "SELECT set_config('ashiato.sought', %(request_id)s, true)", {"request_id": str(request_id)})
    return await row(
        work.connection,
        Outline,
        """
        SELECT request_id, buyer.company_id AS buyer_id, buyer.name AS buyer, supplier_id, supplier.name AS supplier,
               request.state, asked_at, due_at, settled_at
        FROM request JOIN company buyer ON buyer.company_id = request.company_id JOIN company supplier ON supplier.company_id = supplier_id
        WHERE request_id = %(request_id)s
        """,
        {"request_id": request_id},
    )
