"""One request looked up by the operator, who must be told its identifier by one of its parties: who, whom, when, how far; no content."""

from uuid import UUID

from ashiato.domain.participants import Actor, Deed, require, text_flaw
from ashiato.domain.trade import facts
from ashiato.domain.trade import lookup_store as store
from ashiato.domain.trade.lookup_store import Outline
from ashiato.kernel.errors import absent, invalid
from ashiato.plumbing.unit_of_work import Work

__all__ = ["Outline", "look_up"]


async def look_up(work: Work, actor: Actor, request_id: UUID, reason: str) -> Outline:
    """The outline of a request. Both parties see in the log that it was looked up.

    Refuses (`denied`) who is not the operator, (`invalid`) without a reason, (`absent`) an identifier that is no request's.
    """
    require(actor, Deed.SUPERVISE)
    flaw = text_flaw("reason", reason, 1000)
    if flaw:
        raise invalid("reason", "State why the request is looked up.", "Both parties see that it was.", flaw)
    found = await store.outline(work, request_id)
    if found is None:
        raise absent("request")
    work.record(facts.looked_up(request_id, found.buyer_id, found.supplier_id))
    return found
