"""The ledger of data use: what others may use and used of a company's, and what it used of others', for which purpose, until when.

Grants, and figures that a company had counted in an association's survey.
"""

from datetime import datetime
from uuid import UUID

from ashiato.domain.participants import Actor, Deed, require
from ashiato.domain.sharing import ledger_store as store
from ashiato.domain.sharing.ledger_store import Use
from ashiato.plumbing.unit_of_work import Work

__all__ = ["Use", "uses"]


async def uses(work: Work, actor: Actor, *, given: bool, after: tuple[datetime, UUID] | None, limit: int) -> list[Use]:
    """Who may use and used which data of the actor's company's (`given`), or what it used of others'; oldest first."""
    require(actor, Deed.READ)
    return await store.uses(work, given=given, after=after, limit=limit)
