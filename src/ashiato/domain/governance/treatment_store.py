"""The SQL of how companies were treated: the operator sees all of them, a company itself."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from ashiato.plumbing.db import rows
from ashiato.plumbing.unit_of_work import Work


@dataclass(frozen=True, slots=True)
class Treated:
    """A company's way through admission."""

    company_id: UUID
    name: str
    kind: str
    country: str
    state: str
    applied_at: datetime
    admitted_at: datetime | None
    suspensions: int


async def treated(work: Work) -> list[Treated]:
    """The companies whose standing the pinned company may see."""
    return await rows(
        work.connection,
        Treated,
        """
        SELECT company.company_id, company.name, company.kind, company.country, company.state,
               min(changed_at) FILTER (WHERE to_state = 'applied') AS applied_at,
               min(changed_at) FILTER (WHERE to_state = 'admitted') AS admitted_at,
               (count(*) FILTER (WHERE to_state = 'suspended'))::int AS suspensions
        FROM standing JOIN company USING (company_id)
        GROUP BY company.company_id, company.name, company.kind, company.country, company.state
        HAVING min(changed_at) FILTER (WHERE to_state = 'applied') IS NOT NULL ORDER BY company.company_id
        """,
        {},
    )
