"""Answering requests: what a buyer will see, releasing it to one or to many, and reading what a supplier has released."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import cast
from uuid import UUID

from ashiato.domain import products, sharing, trade
from ashiato.domain.footprint import describing, freezing, protection, release, release_store, store, verifying
from ashiato.domain.footprint.gathering import newest_answer, released_to, signed_release
from ashiato.domain.footprint.package import Release, SignedRelease
from ashiato.domain.footprint.service import Footprint, footprint
from ashiato.domain.participants import Actor, Deed, require
from ashiato.domain.sharing import Conditions, Purpose, Selection, Subject, SubjectKind
from ashiato.kernel.errors import absent, conflict
from ashiato.kernel.ids import CompanyId, FootprintId, PartId, ReleaseId, RequestId
from ashiato.plumbing.keys import Seal
from ashiato.plumbing.unit_of_work import Work

MOST_OTHERS = 200


@dataclass(frozen=True, slots=True)
class Answered:
    """What a supplier handed over in answer to a request, for the buyer's eyes."""

    request_id: RequestId
    released: SignedRelease
    digest: str
    superseded: int


async def preview(work: Work, actor: Actor, footprint_id: FootprintId, request_ids: Sequence[RequestId] = ()) -> protection.Preview:
    """What a buyer will see if this footprint is released: exactly this, and nothing else. And what the buyers behind these
    requests could infer from it, which may make it coarser, or hold it.
    """
    require(actor, Deed.READ)
    computed = await footprint(work, actor, footprint_id)
    recipients = [view.request.company_id for view in await trade.lists.requests_named(work, actor, list(request_ids))] if request_ids else []
    latest = await work.one(store.latest_release(computed.footprint_id))
    drawn = await _drawn(work, actor, computed, latest, UUID(int=0))
    return await protection.preview(work, actor, computed.part_id, computed.package, drawn, recipients)


async def _drawn(work: Work, actor: Actor, computed: Footprint, latest: store.OwnRelease | None, release_id: UUID) -> Release:
    """What is to be released of a footprint: what was, unless it has not been yet or something else is stated beside it now."""
    beside, assured = await describing.stated_of(work, computed.part_id), await verifying.assured(work, computed.package_digest)
    if latest is not None and latest.footprint_id == computed.footprint_id:
        before = (await _own_release(work, actor, ReleaseId(latest.release_id))).release
        if (before.particulars, before.assurance) == (beside, assured):
            return before
    version, supersedes = (latest.version + 1, latest.release_id) if latest else (1, None)
    drawn = release.draw_up(computed.package, computed.result, release_id, version, work.now.date(), supersedes)
    return replace(drawn, particulars=beside, assurance=assured)


async def answer(
    work: Work,
    actor: Actor,
    footprint_id: FootprintId,
    request_ids: list[RequestId],
    seal: Seal,
    conditions: Conditions | None = None,
    *,
    second_person: bool = False,
) -> Release:
    """Releases a footprint to the buyers behind these requests, all linked to its part: frozen, signed, granted.

    One footprint has one release, whoever receives it. A newer one supersedes what these buyers had; the figures that they had
    computed stay as they were. Refuses (`conflict`) a request that is linked to another part, and, where the company wants a second
    person to look, whoever is not that one (`second_person`, see `approvals`).
    """
    require(actor, Deed.ANSWER)
    computed, asked = await check(work, actor, footprint_id, request_ids)
    trade.approvals.check_alone(wanted=(await protection.policy(work, actor)).second_person, second_person=second_person)
    requests, recipients = [view.request for view in asked], [view.request.company_id for view in asked]
    beside = [describing.asked(computed.part_id), verifying.asked(computed.package_digest)]
    await work.ask_ahead([*beside, *trade.progress.asked_once_answered(work, computed.part_id, requests)])
    released, fresh = await _decided(work, actor, computed, recipients)
    frozen = await freezing.signed(work, actor, [(computed.part_id, computed.footprint_id, released)] if fresh else [], seal)
    counted = await trade.progress.once_answered(work, computed.part_id, requests)
    await work.together_to_the_end()
    await release_store.add_releases(work, frozen)
    subject = Subject(SubjectKind.FOOTPRINT_RELEASE, UUID(released.release_id))
    await trade.hand_over(work, actor, requests, computed.part_id, subject.subject_id, counted)
    await sharing.give(work, actor, recipients, subject, Purpose.PRODUCT_FOOTPRINT, conditions, fresh=fresh)
    return released


async def others(work: Work, actor: Actor, request_id: RequestId) -> list[trade.RequestView]:
    """The other open requests that the footprint behind an answered request could answer as well, the most urgent first."""
    require(actor, Deed.READ)
    view = await trade.request(work, actor, request_id)
    if view.own_part_id is None or view.request.party(actor.company_id) is not trade.Party.SUPPLIER:
        return []
    part = await products.part(work, actor, view.own_part_id)
    numbers = {part.part_number, view.request.item_number} - {""}
    found = await trade.bulk.alike(work, actor, part, view.request.method, sorted(numbers), MOST_OTHERS)
    return await trade.lists.requests_named(work, actor, [RequestId(one) for one in found])


async def link_all(work: Work, actor: Actor, part_id: PartId, request_ids: Sequence[RequestId]) -> None:
    """Links those of these requests to a part that are not linked to it yet."""
    for view in await trade.lists.requests_named(work, actor, list(request_ids)):
        if view.own_part_id != part_id:
            await trade.link(work, actor, view.request.request_id, part_id)


async def check(work: Work, actor: Actor, footprint_id: FootprintId, request_ids: list[RequestId]) -> tuple[Footprint, list[trade.RequestView]]:
    """The footprint and the requests that it answers. Refuses what does not go together, and what is not the company's."""
    computed = await footprint(work, actor, footprint_id)
    asked = await trade.lists.requests_named(work, actor, request_ids)
    for view in asked:
        _check_answers(view, computed)
    return computed, asked


def _check_answers(view: trade.RequestView, computed: Footprint) -> None:
    if view.request.method != computed.package.method:
        raise conflict("answer.method", f"The request asks for {view.request.method}.", "Compute the footprint under that method.")
    if view.own_part_id is None:
        raise conflict("request.not_linked", "This request is not linked to a part yet.", "Say first which of your parts it is about.")
    if view.own_part_id != computed.part_id:
        raise conflict("answer.part", "The request is linked to another part.", "Release a footprint of the part it is linked to.")


async def _decided(work: Work, actor: Actor, computed: Footprint, recipients: list[CompanyId]) -> tuple[Release, bool]:
    """What the company's policy lets these recipients have of a footprint, and whether that is yet to be frozen."""
    latest = await work.one(store.latest_release(computed.footprint_id))
    drawn = await _drawn(work, actor, computed, latest, work.new_id())
    decided = await protection.decide(work, actor, computed.part_id, computed.package, drawn, recipients)
    if latest is None or drawn.release_id != str(latest.release_id):
        return decided, True
    if decided == drawn:
        return drawn, False
    return replace(decided, release_id=str(work.new_id()), version=latest.version + 1, supersedes=str(latest.release_id)), True


async def release_of(work: Work, actor: Actor, computed: Footprint, recipients: list[CompanyId], seal: Seal) -> Release:
    """What the company's policy lets these recipients have of a footprint: the release that it has, or a fresh one, frozen and signed."""
    released, fresh = await _decided(work, actor, computed, recipients)
    if fresh:
        await freezing.freeze(work, actor, [(computed.part_id, computed.footprint_id, released)], seal)
    return released


async def _own_release(work: Work, actor: Actor, release_id: ReleaseId) -> SignedRelease:
    subject = Subject(SubjectKind.FOOTPRINT_RELEASE, release_id)
    found = await released_to(work, {release_id: sharing.own_reach(actor, subject)}, Selection.of(subject.kind, [release_id]))
    if release_id not in found:
        raise absent("release")
    return signed_release(found[release_id])


async def own_release(work: Work, actor: Actor, release_id: UUID) -> Release:
    """One of the company's own releases, as its recipients see it. Refuses (`absent`) every other."""
    require(actor, Deed.READ)
    return (await _own_release(work, actor, ReleaseId(release_id))).release


async def released_parts(work: Work, actor: Actor, release_ids: list[UUID]) -> dict[UUID, str]:
    """What each of these releases of the company is about, in few words."""
    require(actor, Deed.READ)
    return {each.release_id: f"{each.name} ({each.part_number}), v{each.version}" for each in await store.released_parts(work, release_ids)}


async def answered(work: Work, actor: Actor, request_id: RequestId) -> Answered:
    """What answers a request that the actor's company sent, read through its grant; the newest of what was handed over.

    Refuses (`absent`) a request of others, one that is not answered, and an answer that is no longer granted.
    """
    require(actor, Deed.READ)
    view = await trade.request(work, actor, request_id)
    handed_over = await trade.answers(work, request_id)
    if not handed_over:
        raise absent("answer")
    newest = newest_answer(request_id)
    if view.request.party(actor.company_id) is trade.Party.SUPPLIER:
        reaches = {handed_over[0]: sharing.own_reach(actor, Subject(newest.kind, handed_over[0]))}
    else:
        reaches = await sharing.reach_all(work, actor, newest)
    stored = (await released_to(work, reaches, newest)).get(handed_over[0])
    if stored is None:
        raise absent("answer")
    return Answered(request_id, signed_release(stored), stored.digest, len(handed_over) - 1)


Pick = Callable[[list[Release]], list[UUID]]


async def handed_to(work: Work, actor: Actor, owner_id: CompanyId, pick: Pick) -> list[Release]:
    """Those of one company's releases to the actor's that `pick` chooses, in its order. Only what it chooses counts as read.

    What may be chosen from is what is granted now; the rest is as if it did not exist.
    """
    require(actor, Deed.EXCHANGE)
    every = store.released_by(owner_id)
    live = await sharing.granted(work, actor, every)
    stored = [one for one in await work.all(store.snapshots(every)) if one.release_id in live]
    chosen = Selection.of(SubjectKind.FOOTPRINT_RELEASE, pick([signed_release(one).release for one in stored]))
    read = await released_to(work, await sharing.reach_all(work, actor, chosen), chosen)
    return [signed_release(read[release_id]).release for release_id in cast(list[UUID], chosen.params["subject_ids"]) if release_id in read]


async def opened(work: Work, actor: Actor, owner_id: CompanyId, release_id: UUID | None) -> list[Release]:
    """What of one company's releases is granted to the acting company: the one that is named, else all; oldest first. It counts as read."""
    wanted = Selection.of(SubjectKind.FOOTPRINT_RELEASE, [release_id]) if release_id else store.released_by(owner_id)
    read = await released_to(work, await sharing.reach_all(work, actor, wanted), wanted)
    found = [signed_release(each).release for each in read.values() if each.company_id == owner_id]
    return sorted(found, key=lambda each: (each.released_on, each.product.part_number, each.version))
