"""The SQL of erasing a person."""

from uuid import UUID

from ashiato.plumbing.db import run
from ashiato.plumbing.unit_of_work import Work


async def erase_person(work: Work, person_id: UUID) -> int:
    """Closes one of the pinned company's accounts and empties it, all but its identifier; how many that were."""
    return await run(
        work.connection,
        """
        UPDATE person SET email = 'erased:' || person_id, display_name = '', password_hash = '-', active = false
        WHERE company_id = %(company_id)s AND person_id = %(person_id)s AND email <> 'erased:' || person_id
        """,
        {"company_id": work.tenant, "person_id": person_id},
    )
