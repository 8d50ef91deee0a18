"""Computing footprints and declaring them."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from typing import cast
from uuid import UUID

from ashiato.domain.footprint import breakdown, breakdown_store, facts, store
from ashiato.domain.footprint.breakdown import Breakdown, Used
from ashiato.domain.footprint.calculation import Result, calculate
from ashiato.domain.footprint.gathering import answers_now, gather
from ashiato.domain.footprint.methods import method
from ashiato.domain.footprint.package import Package, decode, encode
from ashiato.domain.participants import Actor, Deed, require
from ashiato.domain.products import part as own_part
from ashiato.kernel.digest import Json, canonical, digest_of_bytes, parse
from ashiato.kernel.errors import absent
from ashiato.kernel.ids import FootprintId, PartId
from ashiato.kernel.period import Period
from ashiato.plumbing.unit_of_work import Work

_REMEMBERED = 4  # frozen packages as read: a page is looked at again, and a large product's package has ten thousands of figures


@dataclass(frozen=True, slots=True)
class Footprint:
    """A computed footprint of one of the company's parts."""

    footprint_id: FootprintId
    part_id: PartId
    package: Package
    package_digest: str
    result: Result
    computed_at: datetime

    @property
    def answers(self) -> tuple[Used, ...]:
        """What each bought part entered with."""
        return breakdown.answers_of(self.package)


@dataclass(frozen=True, slots=True)
class Outline:
    """A computed footprint of one of the company's parts as pages tell it: not what it was computed from, but what that came to."""

    footprint_id: FootprintId
    part_id: PartId
    package_digest: str
    result: Result
    computed_at: datetime
    breakdown: Breakdown

    @property
    def answers(self) -> tuple[Used, ...]:
        """What each bought part entered with."""
        return self.breakdown.answers


async def compute(work: Work, actor: Actor, part_id: PartId, method_id: str, period: Period) -> Footprint:
    """The footprint of a part from all that is known now. Computing again with the same inputs yields the same footprint.

    Refuses (`conflict`) a bought part that has neither an answer nor a secondary factor, naming each.
    """
    require(actor, Deed.ENTER_DATA)
    package = await gather(work, actor, part_id, method(method_id), period)
    latest = await store.latest_footprint(work, part_id, method_id)
    result = await asyncio.to_thread(calculate, package)
    if latest is not None and same_inputs(latest, package, result):
        return told(latest)
    stored = await asyncio.to_thread(drawn, work, part_id, package, result)
    await keep(work, [stored])
    return told(stored)


def drawn(work: Work, part_id: PartId, package: Package, result: Result) -> store.StoredFootprint:
    """A computed footprint as it will be kept."""
    content = canonical(encode(package))
    return store.StoredFootprint(
        footprint_id=work.new_id(),
        part_id=part_id,
        method=package.method,
        package=content.decode(),
        package_digest=digest_of_bytes(content),
        result=canonical(encode(result)).decode(),
        computed_at=work.now,
        breakdown=breakdown.spelled(breakdown.broken_down(package)),
    )


async def keep(work: Work, computed: Sequence[store.StoredFootprint]) -> None:
    """Keeps computed footprints."""
    await store.add_footprints(work, computed)
    for stored in computed:
        work.record(facts.computed(stored.footprint_id, stored.part_id, stored.package_digest))


def same_inputs(latest: store.StoredFootprint, package: Package, result: Result) -> bool:
    """Whether nothing but the day has changed since the latest computation, and the day changes nothing."""
    before = cast(dict[str, Json], parse(latest.package))
    now = cast(dict[str, Json], encode(package))
    same = {**before, "computed_on": ""} == {**now, "computed_on": ""}
    return same and encode(result) == parse(latest.result)


def told(stored: store.StoredFootprint) -> Footprint:
    """A kept footprint as it was computed."""
    return Footprint(
        FootprintId(stored.footprint_id),
        PartId(stored.part_id),
        _package(stored.package),
        stored.package_digest,
        decode(Result, parse(stored.result)),
        stored.computed_at,
    )


@lru_cache(_REMEMBERED)
def _package(text: str) -> Package:
    return decode(Package, parse(text))


async def footprint(work: Work, actor: Actor, footprint_id: FootprintId) -> Footprint:
    """One of the company's footprints. Refuses (`absent`) every other."""
    require(actor, Deed.READ)
    stored = await work.one(store.footprint(footprint_id))
    if stored is None:
        raise absent("footprint")
    return told(stored)


async def outline(work: Work, actor: Actor, footprint_id: FootprintId) -> Outline:
    """One of the company's footprints without its package. Refuses (`absent`) every other."""
    require(actor, Deed.READ)
    stored = await work.one(breakdown_store.outline(footprint_id))
    if stored is None:
        raise absent("footprint")
    return await _outlined(work, stored)


async def newest_outlines(work: Work, actor: Actor, part_ids: list[PartId], method_id: str) -> dict[PartId, Outline]:
    """The newest footprint under a method of each of these parts that has one, without its package."""
    require(actor, Deed.READ)
    found = await work.all(breakdown_store.newest_outlines(part_ids, method_id)) if part_ids else []
    return {PartId(stored.part_id): await _outlined(work, stored) for stored in found}


async def _outlined(work: Work, stored: breakdown_store.StoredOutline) -> Outline:
    told_by = breakdown.read(stored.breakdown) if stored.breakdown else None
    if told_by is None:
        whole = await work.one(store.footprint(stored.footprint_id))
        told_by = await asyncio.to_thread(_broken_down, whole.package if whole else "")
    result = decode(Result, parse(stored.result))
    return Outline(FootprintId(stored.footprint_id), PartId(stored.part_id), stored.package_digest, result, stored.computed_at, told_by)


@lru_cache(_REMEMBERED)
def _broken_down(package: str) -> Breakdown:
    return breakdown.broken_down(_package(package))


async def footprints(work: Work, actor: Actor, part_id: PartId, after: tuple[datetime, UUID] | None, limit: int) -> list[Footprint]:
    """The footprints of one of the company's parts, newest first, from after the given one."""
    await own_part(work, actor, part_id)
    return [told(stored) for stored in await work.all(store.footprints(part_id, after, limit))]


async def latest_footprints(work: Work, actor: Actor, part_ids: list[PartId], method_id: str) -> dict[PartId, Footprint]:
    """The newest footprint under a method of each of these parts that has one."""
    require(actor, Deed.READ)
    return {PartId(stored.part_id): told(stored) for stored in await work.all(store.latest_footprints(part_ids, method_id))}


@dataclass(frozen=True, slots=True)
class Computed:
    """What the newest footprint of a part came to."""

    footprint_id: FootprintId
    result: Result
    computed_at: datetime


async def newest_results(work: Work, actor: Actor, part_ids: list[PartId], method_id: str) -> dict[PartId, Computed]:
    """What the newest footprint under a method came to, for each of these parts that has one; what it was computed from is not read."""
    require(actor, Deed.READ)
    found = await work.all(store.newest_results(part_ids, method_id)) if part_ids else []
    return {PartId(one.part_id): Computed(FootprintId(one.footprint_id), decode(Result, parse(one.result)), one.computed_at) for one in found}


async def stale_answers(work: Work, actor: Actor, computed: Sequence[Footprint | Outline]) -> dict[FootprintId, list[str]]:
    """For each of these footprints, the bought parts whose suppliers have handed over something newer, or withdrawn it, since."""
    require(actor, Deed.READ)
    used = {one.footprint_id: one.answers for one in computed}
    present = await answers_now(work, actor, sorted({each.part_number for answers in used.values() for each in answers}))
    return {
        footprint_id: [each.part_number for each in answers if present.get(each.part_number) != each.release_id]
        for footprint_id, answers in used.items()
    }
