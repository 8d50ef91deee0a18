"""Parts as lists show them."""

from ashiato.domain.participants import Actor, Deed, require
from ashiato.domain.products import store
from ashiato.domain.products.model import Part, PartsWanted
from ashiato.plumbing.unit_of_work import Work

__all__ = ["PartsWanted", "finished", "listed", "more_than"]


async def listed(work: Work, actor: Actor, wanted: PartsWanted, after: str | None, limit: int) -> list[Part]:
    """The company's parts that a list shows, by part number, from after the given one."""
    require(actor, Deed.READ)
    return await work.all(store.listed(wanted, after, limit))


async def more_than(work: Work, actor: Actor, number: int) -> bool:
    """Whether the company has more parts than this."""
    require(actor, Deed.READ)
    return await work.one(store.beyond(number)) is not None


async def finished(work: Work, actor: Actor, after: str, limit: int) -> list[Part]:
    """The company's products from after a part number (empty: the first ones): what it makes, and what goes into nothing else of its own."""
    require(actor, Deed.READ)
    return await work.all(store.finished(after, limit))
