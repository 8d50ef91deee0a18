"""How the installation is doing, for the operator: what waits and for how long, as counts. No row of a company is read for it."""

from ashiato.domain.exchange import health_store as store
from ashiato.domain.exchange.health_store import Health
from ashiato.domain.participants import Actor, Deed, require
from ashiato.plumbing.db import Viewpoint
from ashiato.plumbing.unit_of_work import Work

__all__ = ["Health", "health"]


async def health(work: Work, actor: Actor) -> Health:
    """The queues and the head of the log. Refuses (`denied`) who is not the operator; the work takes the follower's eyes, which count."""
    require(actor, Deed.SUPERVISE)
    await work.pin(Viewpoint.FOLLOWER, None)
    return await store.health(work)
