"""The SQL of invitations."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from ashiato.plumbing.db import row, run
from ashiato.plumbing.unit_of_work import Work


@dataclass(frozen=True, slots=True)
class Open:
    """An invitation that can be used at this moment."""

    company_id: UUID
    kind: str
    invitation_id: UUID
    person_id: UUID
    roles: list[str]
    second_factor: bool


async def add(work: Work, company_id: UUID, person_id: UUID, token_hash: bytes, expires_at: datetime) -> None:
    """Keeps an invitation of a company's person."""
    await run(
        work.connection,
        """
        INSERT INTO invitation (company_id, invitation_id, person_id, token_hash, invited_at, expires_at)
        VALUES (%(company_id)s, %(invitation_id)s, %(person_id)s, %(token_hash)s, %(now)s, %(expires_at)s)
        """,
        {
            "company_id": company_id, "invitation_id": work.new_id(), "person_id": person_id, "token_hash": token_hash,
            "now": work.now, "expires_at": expires_at,
        },
    )  # fmt: skip


async def find(work: Work, token_hash: bytes) -> Open | None:
    """The invitation behind a link, as long as it lasts, of an open account of an admitted company."""
    return await row(
        work.connection,
        Open,
        """
        SELECT company_id, company.kind, invitation_id, person_id, person.roles, person.second_factor
        FROM invitation JOIN person USING (company_id, person_id) JOIN company USING (company_id)
        WHERE token_hash = %(token_hash)s AND used_at IS NULL AND expires_at > %(now)s AND person.active AND company.state = 'admitted'
        """,
        {"token_hash": token_hash, "now": work.now},
    )


async def use(work: Work, invitation_id: UUID) -> int:
    """Uses the pinned company's invitation up; 0 if somebody was faster."""
    return await run(
        work.connection,
        "UPDATE invitation SET used_at = %(now)s WHERE company_id = %(company_id)s AND invitation_id = %(invitation_id)s AND used_at IS NULL",
        {"company_id": work.tenant, "invitation_id": invitation_id, "now": work.now},
    )


async def withdraw(work: Work, person_id: UUID) -> None:
    """Ends the open invitations of one of the pinned company's people."""
    await run(
        work.connection,
        "UPDATE invitation SET used_at = %(now)s WHERE company_id = %(company_id)s AND person_id = %(person_id)s AND used_at IS NULL",
        {"company_id": work.tenant, "person_id": person_id, "now": work.now},
    )
