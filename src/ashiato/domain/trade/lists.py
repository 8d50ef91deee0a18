"""Requests and partners as lists show them, and what requests that are named are about."""

from datetime import datetime
from uuid import UUID

from ashiato.domain.participants import Actor, Deed, require
from ashiato.domain.trade import list_store
from ashiato.domain.trade.list_store import COUNTED, Counted, Partner
from ashiato.domain.trade.model import RequestState, RequestsWanted, RequestView
from ashiato.domain.trade.service import linked_part, requests_named
from ashiato.plumbing.unit_of_work import Work

__all__ = ["COUNTED", "Counted", "Partner", "RequestsWanted", "counted", "footprint_awaited", "linked_part", "listed", "partners", "requests_named"]


async def listed(work: Work, actor: Actor, wanted: RequestsWanted, after: tuple[datetime, UUID] | None, limit: int) -> list[RequestView]:
    """The requests that a list shows, by the day that the answer is due, from after the given one."""
    require(actor, Deed.READ)
    return await work.all(list_store.listed(wanted, work.now, after, limit))


async def counted(work: Work, actor: Actor, *, sent: bool) -> dict[RequestState, Counted]:
    """How many requests the actor's company sent, or received, in each state that has any, as far as somebody counts: to `COUNTED` a state."""
    require(actor, Deed.READ)
    return {RequestState(one.state): one for one in await work.all(list_store.counted(sent=sent, now=work.now))}


async def footprint_awaited(work: Work, actor: Actor) -> bool:
    """Whether anybody waits for a footprint of the actor's company: what is asked of people and materials is not answered in a workbook."""
    require(actor, Deed.READ)
    return bool(await work.all(list_store.footprint_awaited()))


async def partners(work: Work, actor: Actor, text: str, limit: int) -> list[list_store.Partner]:
    """The companies that the actor's company trades with whose names hold a text, by name."""
    require(actor, Deed.READ)
    return await work.all(list_store.partners(text, limit))
