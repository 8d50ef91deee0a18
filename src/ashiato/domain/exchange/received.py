"""Footprints that partners' systems sent: judged, looked at by a person, and handed over in answer to a request."""

from dataclasses import asdict, dataclass
from datetime import datetime
from typing import TypeVar, cast
from uuid import UUID

from ashiato.domain import footprint, trade
from ashiato.domain.exchange import facts
from ashiato.domain.exchange import received_store as store
from ashiato.domain.exchange.events import acting
from ashiato.domain.exchange.model import Foreign, Loss, ReceivedState, Standing, chain_is_cyclic, implausible
from ashiato.domain.participants import Actor, Deed, require
from ashiato.kernel.digest import Json, canonical, digest_of_bytes, parse
from ashiato.kernel.errors import Flaw, absent, conflict
from ashiato.kernel.ids import CompanyId, RequestId
from ashiato.plumbing.db import Viewpoint
from ashiato.plumbing.keys import Seal
from ashiato.plumbing.unit_of_work import Work

T = TypeVar("T")

__all__ = ["Received", "Told", "accept", "decline", "keep", "listed", "one"]


@dataclass(frozen=True, slots=True)
class Told:
    """What came: the document, what it means (None where it means nothing here), what was lost, and what is wrong with its form."""

    footprint_id: str
    version: int
    document: bytes
    meaning: Foreign | None
    losses: tuple[Loss, ...]
    flaws: tuple[Flaw, ...] = ()


@dataclass(frozen=True, slots=True)
class Received:
    """A received footprint, as its recipient sees it."""

    received_id: UUID
    partner_id: UUID
    footprint_id: str
    version: int
    document: str
    meaning: Foreign | None
    losses: tuple[Loss, ...]
    flaws: tuple[Flaw, ...]
    state: ReceivedState
    request_id: UUID | None
    release_id: UUID | None
    received_at: datetime


async def keep(work: Work, partner_id: UUID, told: Told, request_id: UUID | None, seal: Seal) -> None:
    """Keeps what a partner's system sent to the pinned company; the very same twice changes nothing.

    What is implausible goes into quarantine. What takes the place of an accepted footprint answers the same request at once; what its
    owner deprecates answers it no longer.
    """
    me = CompanyId(work.tenant or UUID(int=0))
    flaws = [*told.flaws, *(implausible(told.meaning, work.now.date()) if told.meaning else [])]
    flaws += await _cyclic(work, partner_id, told.meaning)
    state = ReceivedState.WAITING if told.meaning is not None and not flaws else ReceivedState.QUARANTINED
    stored = store.StoredFootprint(
        work.new_id(), partner_id, told.footprint_id, told.version, told.document.decode(), digest_of_bytes(told.document),
        canonical(footprint.package.encode(told.meaning)).decode() if told.meaning else None, _written(told.losses), _written(flaws),
        state, request_id, None, work.now, None,
    )  # fmt: skip
    if not await store.add(work, stored):
        return
    work.record(facts.received(state, partner_id, stored.received_id, stored.digest))
    if state is ReceivedState.WAITING and told.meaning is not None:
        await _follow(work, me, _read(stored), told.meaning, seal)


async def _cyclic(work: Work, partner_id: UUID, meaning: Foreign | None) -> list[Flaw]:
    if meaning is None or not meaning.preceding:
        return []
    known = [footprint.package.decode(Foreign, parse(text)) for text in reversed(await store.ancestry(work, partner_id))]
    preceding = {one.footprint_id: one.preceding for one in [*known, meaning]}
    if not chain_is_cyclic(meaning.footprint_id, preceding):
        return []
    return [Flaw("preceding", "exchange.cycle", "Among the footprints that precede it, it comes again itself.")]


async def _follow(work: Work, me: CompanyId, fresh: Received, meaning: Foreign, seal: Seal) -> None:
    """What follows for what was accepted before: it is withdrawn if it is deprecated, and answered anew by its successor."""
    before = await store.answering(work, fresh.partner_id, [meaning.footprint_id, *meaning.preceding])
    if not before:
        return
    if meaning.status is Standing.DEPRECATED:
        for one in [each for each in before if each.footprint_id == meaning.footprint_id and each.state == ReceivedState.ACCEPTED]:
            await _withdraw(work, me, one)
            await store.settle(work, one.received_id, ReceivedState.SUPERSEDED, None, None)
        return
    stage = footprint.model.Stage.RAW_MATERIALS
    for one in before:
        await store.settle(work, one.received_id, ReceivedState.SUPERSEDED, None, None)
    if before[0].request_id is not None:
        await _hand_over(work, me, fresh, meaning, RequestId(before[0].request_id), stage, seal)


async def _withdraw(work: Work, me: CompanyId, accepted: store.StoredFootprint) -> None:
    if accepted.release_id is None:
        return
    await work.pin(Viewpoint.MEMBER, accepted.partner_id)
    await footprint.elsewhere.withdraw(work, acting(CompanyId(accepted.partner_id)), me, accepted.release_id)
    await work.pin(Viewpoint.MEMBER, me)


async def accept(work: Work, actor: Actor, received_id: UUID, request_id: RequestId, stage: footprint.model.Stage, seal: Seal) -> Received:
    """Takes a footprint as the answer to a request. Where it says nothing of stages, all of it counts to `stage`.

    Refuses (`absent`) a footprint and a request that are not the company's, (`conflict`) one that is in quarantine, settled or
    deprecated, and a request that was sent to another company.
    """
    require(actor, Deed.ANSWER)
    found = await one(work, actor, received_id)
    request = (await trade.request(work, actor, request_id)).request
    if found.meaning is None or found.state is not ReceivedState.WAITING or found.meaning.status is Standing.DEPRECATED:
        raise conflict("exchange.state", "This footprint cannot answer anything.", "Ask the partner for another one.")
    if request.company_id != actor.company_id or request.supplier_id != found.partner_id:
        raise conflict("exchange.partner", "The request was sent to another company.", "Choose a request to this partner.")
    await _hand_over(work, actor.company_id, found, found.meaning, request_id, stage, seal)
    return await one(work, actor, received_id)


async def _hand_over(
    work: Work, me: CompanyId, received: Received, meaning: Foreign, request_id: RequestId, stage: footprint.model.Stage, seal: Seal
) -> None:
    """Lets the partner answer, as its own system did: with its eyes, from what it sent over a connection that proved whose it is."""
    figures = footprint.elsewhere.Figures(
        meaning.product_ids[0], meaning.product_name, meaning.unit, meaning.amount, meaning.carbon, meaning.stages or {stage: meaning.carbon},
        meaning.start, meaning.end, meaning.valid_until.date(), meaning.share, meaning.quality, meaning.mass_kg, meaning.method, meaning.obstacles,
        meaning.particulars, meaning.assurance,
    )  # fmt: skip
    partner = CompanyId(received.partner_id)
    await work.pin(Viewpoint.MEMBER, partner)
    release_id = await footprint.elsewhere.hand_over(work, acting(partner), figures, request_id, seal)
    await work.pin(Viewpoint.MEMBER, me)
    await store.settle(work, received.received_id, ReceivedState.ACCEPTED, request_id, release_id)
    work.record(facts.received(ReceivedState.ACCEPTED, partner, received.received_id, digest_of_bytes(received.document.encode())))


async def decline(work: Work, actor: Actor, received_id: UUID) -> Received:
    """Puts a footprint aside: it answers nothing. Refuses (`conflict`) one that does already."""
    require(actor, Deed.ANSWER)
    found = await one(work, actor, received_id)
    if found.state not in (ReceivedState.WAITING, ReceivedState.QUARANTINED):
        raise conflict("exchange.state", f"This footprint is {found.state}.", "Only what waits can be declined.")
    await store.settle(work, received_id, ReceivedState.DECLINED, None, None)
    return await one(work, actor, received_id)


async def one(work: Work, actor: Actor, received_id: UUID) -> Received:
    """A footprint that the company received. Refuses (`absent`) every other."""
    require(actor, Deed.READ)
    found = await store.one(work, received_id)
    if found is None:
        raise absent("footprint")
    return _read(found)


async def listed(work: Work, actor: Actor, states: list[ReceivedState] | None, after: tuple[datetime, UUID] | None, limit: int) -> list[Received]:
    """The footprints that the company received, newest first."""
    require(actor, Deed.READ)
    return [_read(stored) for stored in await work.all(store.listed([state.value for state in states or ReceivedState], after, limit))]


def _written(items: tuple[Loss, ...] | list[Flaw]) -> str:
    return canonical([cast(Json, {name: value for name, value in asdict(item).items() if value is not None}) for item in items]).decode()


def _read(stored: store.StoredFootprint) -> Received:
    return Received(
        stored.received_id, stored.partner_id, stored.footprint_id, stored.version, stored.document,
        footprint.package.decode(Foreign, parse(stored.meaning)) if stored.meaning else None, _items(Loss, stored.losses),
        _items(Flaw, stored.flaws), ReceivedState(stored.state), stored.request_id, stored.release_id, stored.received_at,
    )  # fmt: skip


def _items(shape: type[T], text: str) -> tuple[T, ...]:
    return tuple(footprint.package.decode(shape, item) for item in cast(list[Json], parse(text)))
