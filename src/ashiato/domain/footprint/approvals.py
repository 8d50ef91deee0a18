"""What two people release of footprints (`trade.approvals`): one that was computed here, or a release of the company's own system."""

from collections.abc import Sequence
from uuid import UUID

from ashiato.domain import trade
from ashiato.domain.footprint import answering, elsewhere, statements
from ashiato.domain.footprint.package import Release
from ashiato.domain.participants import Actor, Deed, require
from ashiato.kernel.ids import FootprintId, PartId, RequestId
from ashiato.plumbing.keys import Seal
from ashiato.plumbing.unit_of_work import Work

__all__ = ["ask", "release"]


async def ask(work: Work, actor: Actor, footprint_id: FootprintId, request_ids: Sequence[RequestId], note: str = "") -> trade.approvals.Approval:
    """Asks a colleague to release a footprint to the buyers behind these requests. What waited for the same requests is overtaken.

    Refuses what releasing it would refuse: (`conflict`) a request that is not linked to its part or asks for another method,
    (`absent`) what is not the company's.
    """
    require(actor, Deed.ENTER_DATA)
    await answering.check(work, actor, footprint_id, list(request_ids))
    return await trade.approvals.ask(work, actor, trade.approvals.Prepared(footprint_id=footprint_id), request_ids, note)


async def release(work: Work, actor: Actor, approved: trade.approvals.Approval, seal: Seal) -> Release:
    """Releases what a second person has approved, in the same work."""
    requests = [RequestId(request_id) for request_id in approved.request_ids]
    if approved.footprint_id is None:
        return await _hand_over(work, actor, approved, requests)
    return await answering.answer(work, actor, FootprintId(approved.footprint_id), requests, seal, second_person=True)


async def _hand_over(work: Work, actor: Actor, found: trade.approvals.Approval, requests: list[RequestId]) -> Release:
    """Hands over what the company's own system stated or sent, to whom and as far as it would have gone by itself."""
    release_id = found.release_id or UUID(int=0)
    released = await answering.own_release(work, actor, release_id)
    if elsewhere.ELSEWHERE in released.obstacles:
        await elsewhere.release_to(work, actor, PartId(found.part_id), release_id, requests)
    else:
        await statements.release_to(work, actor, PartId(found.part_id), release_id, requests)
    return released
