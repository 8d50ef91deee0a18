"""Answering requests for many parts at once, by the same rules as one by one: what is asked and kept, is so for all of them together."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, replace
from uuid import UUID

from ashiato.domain import sharing, trade
from ashiato.domain.footprint import answering, describing, freezing, protection, release, release_store, service, store, verifying
from ashiato.domain.footprint.calculation import Result, calculate
from ashiato.domain.footprint.gathering import gather, gather_each, released_to, signed_release
from ashiato.domain.footprint.methods import method
from ashiato.domain.footprint.package import Package, Release
from ashiato.domain.participants import Actor, Deed, require
from ashiato.domain.sharing import Purpose, Selection, Subject, SubjectKind
from ashiato.domain.trade import Request
from ashiato.kernel.errors import Refusal
from ashiato.kernel.ids import CompanyId, PartId
from ashiato.kernel.period import Period
from ashiato.plumbing.keys import Seal
from ashiato.plumbing.unit_of_work import Work


@dataclass(frozen=True, slots=True)
class Wanted:
    """Requests that one part's footprint is to answer. They have passed `trade.bulk.answer_flaw`."""

    part_id: PartId
    requests: tuple[Request, ...]


@dataclass(frozen=True, slots=True)
class Drawn:
    """What would be released in answer to requests, and what it follows from."""

    wanted: Wanted
    package: Package
    result: Result
    release: Release


async def foresee(work: Work, actor: Actor, method_id: str, period: Period, wanted: Sequence[Wanted]) -> list[Drawn | Refusal]:
    """What the buyers would see if these parts, each named once, were computed and released now. Nothing is saved.

    For a part that cannot be computed, what `compute` refuses; for one that the company's policy holds, what `protection.decide` refuses.
    """
    require(actor, Deed.READ)
    computed = await _computed(work, actor, method_id, period, wanted)
    part_ids = [one.part_id for one in wanted]
    latest = {one.part_id: one for one in await work.all(release_store.latest_releases(part_ids))}
    stated = await describing.stated_of_each(work, part_ids)
    told = (await protection.policy(work, actor)).action is protection.Action.WARN
    found: list[Drawn | Refusal] = []
    for one, made in zip(wanted, computed, strict=True):
        if isinstance(made, Refusal):
            found.append(made)
            continue
        package, result = made
        before = latest.get(one.part_id)
        version, supersedes = (before.version + 1, before.release_id) if before else (1, None)
        drawn = release.draw_up(package, result, UUID(int=0), version, work.now.date(), supersedes)
        drawn = replace(drawn, particulars=stated.get(one.part_id))
        try:
            decided = drawn if told else await protection.decide(work, actor, one.part_id, package, drawn, _buyers(one))
        except Refusal as refusal:
            found.append(refusal)
            continue
        found.append(Drawn(one, package, result, decided))
    return found


async def _computed(work: Work, actor: Actor, method_id: str, period: Period, wanted: Sequence[Wanted]) -> list[tuple[Package, Result] | Refusal]:
    """The package and the result of each part, or why it has none."""
    try:
        gathered: dict[PartId, Package | Refusal] = {**await gather_each(work, actor, [one.part_id for one in wanted], method(method_id), period)}
    except Refusal:  # one of them: told of it alone
        gathered = {one.part_id: await _gathered(work, actor, one.part_id, method_id, period) for one in wanted}
    return await asyncio.to_thread(lambda: [_calculated(gathered[one.part_id]) for one in wanted])


async def _gathered(work: Work, actor: Actor, part_id: PartId, method_id: str, period: Period) -> Package | Refusal:
    try:
        return await gather(work, actor, part_id, method(method_id), period)
    except Refusal as refusal:
        return refusal


def _calculated(package: Package | Refusal) -> tuple[Package, Result] | Refusal:
    try:
        return package if isinstance(package, Refusal) else (package, calculate(package))
    except Refusal as refusal:
        return refusal


def _buyers(wanted: Wanted) -> list[CompanyId]:
    return [request.company_id for request in wanted.requests]


async def answer(
    work: Work, actor: Actor, method_id: str, drawn: Sequence[Drawn], seal: Seal, *, second_person: bool = False
) -> list[tuple[Release, list[Request]]]:
    """Releases what was foreseen in this transaction, and hands it over to those of the requests that do not have it already.

    For each, the release and the requests that it was handed over to. A footprint that is there already keeps its release. Refuses
    (`conflict`) as `answering.answer` does who releases alone where the company wants two people to look.
    """
    require(actor, Deed.ANSWER)
    require(actor, Deed.ENTER_DATA)
    trade.approvals.check_alone(wanted=(await protection.policy(work, actor)).second_person, second_person=second_person)
    releases = await _released(work, actor, method_id, drawn, seal)
    asked = [request.request_id for one in drawn for request in one.wanted.requests]
    had = await trade.bulk.last_answers(work, actor, asked)
    given = [
        (one, release, [request for request in one.wanted.requests if had.get(request.request_id) != UUID(release.release_id)])
        for one, release in zip(drawn, releases, strict=True)
    ]
    handed = [trade.bulk.Handed(request, one.wanted.part_id, UUID(release.release_id)) for one, release, waiting in given for request in waiting]
    await trade.bulk.hand_over(work, actor, handed)
    pairs = sorted({(each.request.company_id, each.subject_id) for each in handed})
    await sharing.give_each(work, actor, SubjectKind.FOOTPRINT_RELEASE, pairs, Purpose.PRODUCT_FOOTPRINT)
    return [(release, waiting) for _, release, waiting in given]


async def _released(work: Work, actor: Actor, method_id: str, drawn: Sequence[Drawn], seal: Seal) -> list[Release]:
    """The release of each: the one that its footprint has already, or a fresh one, frozen and signed."""
    known = await work.all(store.latest_footprints([one.wanted.part_id for one in drawn], method_id))
    latest = {stored.part_id: stored for stored in known}
    kept: list[tuple[Drawn, store.StoredFootprint]] = []
    fresh: list[tuple[Drawn, store.StoredFootprint]] = []
    for one in drawn:
        before = latest.get(one.wanted.part_id)
        if before is not None and service.same_inputs(before, one.package, one.result):
            kept.append((one, before))
        else:
            fresh.append((one, service.drawn(work, one.wanted.part_id, one.package, one.result)))
    found = await _standing(work, actor, kept)
    for one, before in kept:
        if one.wanted.part_id not in found:
            found[one.wanted.part_id] = await answering.release_of(work, actor, service.told(before), _buyers(one.wanted), seal)
    await service.keep(work, [stored for _, stored in fresh])
    assured = await verifying.assured_each(work, [stored.package_digest for _, stored in fresh])
    releases = [(stored, replace(one.release, release_id=str(work.new_id()), assurance=assured.get(stored.package_digest))) for one, stored in fresh]
    await freezing.freeze(work, actor, [(stored.part_id, stored.footprint_id, drawn) for stored, drawn in releases], seal)
    found |= {PartId(stored.part_id): release for stored, release in releases}
    return [found[one.wanted.part_id] for one in drawn]


async def _standing(work: Work, actor: Actor, kept: Sequence[tuple[Drawn, store.StoredFootprint]]) -> dict[PartId, Release]:
    """The releases that these footprints have already, those that say what would be said now; none where the policy asks what is inferred."""
    if not kept or (await protection.policy(work, actor)).action is not protection.Action.WARN:
        return {}
    latest = {one.footprint_id: one for one in await work.all(release_store.latest_releases([one.wanted.part_id for one, _ in kept]))}
    standing = [(one, stored, latest[stored.footprint_id].release_id) for one, stored in kept if stored.footprint_id in latest]
    selection = Selection.of(SubjectKind.FOOTPRINT_RELEASE, [release_id for _, _, release_id in standing])
    reaches = {release_id: sharing.own_reach(actor, Subject(selection.kind, release_id)) for _, _, release_id in standing}
    snapshots = await released_to(work, reaches, selection)
    assured = await verifying.assured_each(work, [stored.package_digest for _, stored, _ in standing])
    found = {}
    for one, stored, release_id in standing:
        told = signed_release(snapshots[release_id]).release
        if (told.particulars, told.assurance) == (one.release.particulars, assured.get(stored.package_digest)):
            found[one.wanted.part_id] = told
    return found
