"""Leaving for good: announced, cancelled as long as there is time, and carried out by the worker when the time of grace is over."""

from datetime import timedelta
from pathlib import Path
from uuid import UUID

from ashiato.domain import audit, trade
from ashiato.domain.leaving import catalogue_store as catalogue
from ashiato.domain.leaving import facts, removal_store, store
from ashiato.domain.leaving.contents import CONTENTS, LEFT_OUT, STAYS, Remains
from ashiato.domain.leaving.model import Departure, DepartureState
from ashiato.domain.participants import Actor, CompanyKind, Deed, Role, require
from ashiato.domain.trade import RequestState
from ashiato.kernel.errors import conflict
from ashiato.kernel.ids import CompanyId
from ashiato.plumbing import blobs, bundles
from ashiato.plumbing.db import Viewpoint
from ashiato.plumbing.unit_of_work import Work

_REASON = "This company has left the platform. / 当社は本プラットフォームを退会しました。"
_MOST = 100
_OPEN = (RequestState.ASKED, RequestState.LINKED)


async def announce(work: Work, actor: Actor, grace: timedelta) -> Departure:
    """The company's administrator announces that it leaves when the time of grace is over. Refuses (`conflict`) a second announcement."""
    require(actor, Deed.ADMINISTER)
    if await _announced(work) is not None:
        raise conflict("departure.announced", "Your company's departure is announced already.", "Cancel it first.")
    fresh = Departure(work.new_id(), DepartureState.ANNOUNCED, work.now, work.now + grace, None)
    await store.announce(work, fresh)
    work.record(facts.announced(fresh))
    return fresh


async def cancel(work: Work, actor: Actor) -> Departure:
    """The company stays after all: nothing was taken away yet. Refuses (`conflict`) where nothing was announced."""
    require(actor, Deed.ADMINISTER)
    found = await _announced(work)
    if found is None:
        raise conflict("departure.none", "No departure is announced.", "There is nothing to cancel.")
    await store.settle_departure(work, found.departure_id, DepartureState.CANCELLED)
    work.record(facts.cancelled(found))
    return found


async def present(work: Work, actor: Actor) -> Departure | None:
    """The company's departure that is announced, or the last one; for its administrator."""
    require(actor, Deed.ADMINISTER)
    return await store.departure(work)


async def _announced(work: Work) -> Departure | None:
    found = await store.departure(work)
    return found if found is not None and found.state == DepartureState.ANNOUNCED else None


async def due(work: Work) -> list[tuple[UUID, UUID]]:
    """(company, departure) whose time of grace is over."""
    await work.pin(Viewpoint.FOLLOWER, None)
    return await store.due(work, _MOST)


async def carry_out(work: Work, company_id: UUID, departure_id: UUID) -> list[str]:
    """Takes away what is a company's alone, in one transaction; the digests of files that may be discarded once it is durable.

    Open requests are closed and the other side is told. What others hold under a live grant, what was published, and the log's facts stay.
    """
    await work.pin(Viewpoint.MEMBER, company_id)
    found = await _announced(work)
    if found is None or found.departure_id != departure_id or found.effective_at > work.now:
        return []
    actor = Actor(CompanyId(company_id), CompanyKind.MEMBER, frozenset({Role.CLERK, Role.APPROVER, Role.COMPANY_ADMIN}))
    await _close_requests(work, actor)
    for person_id in await removal_store.people(work):
        await audit.erase(work, person_id)
    stored = await removal_store.files(work)
    await removal_store.forget_parts(work)
    work.record(facts.left(departure_id))
    await work.pin(Viewpoint.MEMBER, company_id)  # writes the facts with the company's eyes, the last that it opens here
    await work.pin(Viewpoint.LEAVER, company_id)
    shapes = await catalogue.shapes(work, [*CONTENTS, *LEFT_OUT])  # also of what no member reads
    await removal_store.let_go(work)
    for shape in reversed(shapes):
        if _taken_away(shape.name) and shape.name not in removal_store.WITH_OWN_EYES:
            await catalogue.take_away(work, shape)
    await removal_store.strip(work)
    await work.pin(Viewpoint.MEMBER, company_id)
    await store.settle_departure(work, departure_id, DepartureState.CARRIED_OUT)
    return stored


def _taken_away(table: str) -> bool:
    return CONTENTS[table].remains is Remains.TAKEN_AWAY if table in CONTENTS else table not in STAYS


async def _close_requests(work: Work, actor: Actor) -> None:
    for sent, close in ((True, trade.cancel), (False, trade.reject)):
        while found := await trade.requests(work, actor, sent=sent, states=list(_OPEN), after=None, limit=_MOST):
            for view in found:
                await close(work, actor, view.request.request_id, _REASON)


async def discard(home: Path, files: blobs.Files, stored: list[str], bundle_ids: list[UUID]) -> None:
    """Takes the bytes away that nobody's record names any more."""
    for digest in stored:
        await files.discard(digest)
    for bundle_id in bundle_ids:
        bundles.discard(home, bundle_id)
