"""Grants to the operator: given for hours after two of its persons agreed (`governance.break_glass` decides), ended by either side.

They are grants like any other: `reach` finds them, row-level security asks for them, and the ledger of data use shows them.
"""

from collections.abc import Sequence
from uuid import UUID

from ashiato.domain.sharing import store
from ashiato.domain.sharing.model import Conditions, Purpose, SubjectKind
from ashiato.kernel.ids import CompanyId
from ashiato.plumbing.unit_of_work import Work


async def open_to_operator(work: Work, owner_id: CompanyId, release_ids: Sequence[UUID], conditions: Conditions) -> None:
    """Lets the pinned operator read these releases of a company's until the conditions' instant. What had run out before is ended first."""
    await close_to_operator(work, owner_id)
    grants = {work.new_id(): release_id for release_id in release_ids}
    await store.open_to_operator(work, owner_id, grants, SubjectKind.FOOTPRINT_RELEASE, Purpose.BREAK_GLASS, conditions)


async def close_to_operator(work: Work, owner_id: CompanyId) -> None:
    """Ends all that a company's data is open to the operator for, from the next request on; either side's eyes may do it."""
    await store.close_to_operator(work, owner_id, Purpose.BREAK_GLASS)
