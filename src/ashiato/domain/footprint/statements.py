"""Stating footprints, releasing them to the buyers whose requests they answer, and reading one's own with what suppliers released."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from decimal import Decimal
from uuid import UUID

from ashiato.domain import participants, products, sharing, trade
from ashiato.domain.footprint import facts, release
from ashiato.domain.footprint import statement_store as store
from ashiato.domain.footprint.gathering import signed_release
from ashiato.domain.footprint.model import Stage
from ashiato.domain.footprint.package import Party, Product, Release, Span, TierCoverage, decode
from ashiato.domain.footprint.statement import Accounts, Answer, Component, Process, Ratings, Statement, Totals
from ashiato.domain.footprint.statement_store import Disclosure
from ashiato.domain.participants import Actor, CompanyKind, Deed, Role, require
from ashiato.domain.products import Designated, Sourcing
from ashiato.domain.sharing import Purpose, Reach, Subject, SubjectKind
from ashiato.domain.trade import Inquiry, RequestState
from ashiato.kernel.digest import digest_of_bytes, parse
from ashiato.kernel.errors import absent, invalid
from ashiato.kernel.ids import CompanyId, PartId, RequestId
from ashiato.kernel.quantity import round_up
from ashiato.plumbing.keys import Seal
from ashiato.plumbing.unit_of_work import Work

__all__ = [
    "Answer", "Disclosure", "Process", "Ratings", "Shown", "Statement", "Totals", "disclose", "disclosures", "follow", "forget",
    "release_to", "release_to_linked", "renew", "shown", "state",
]  # fmt: skip

STATED = "stated"  # the obstacle of every release that nobody can compute again: what rests on it is a draft
NEW = UUID(int=0)
_DECIMALS = 5


@dataclass(frozen=True, slots=True)
class Shown:
    """A part with what its company states, what follows over its structure (where it is made), and what its supplier answered."""

    part: Designated
    statement: Statement | None
    totals: Totals | None
    answer: Answer | None


async def shown(work: Work, actor: Actor, part_ids: list[UUID]) -> list[Shown]:
    """The company's parts among these, in their order. However many they are, the number of statements is the same."""
    require(actor, Deed.READ)
    parts, portions = await products.designations.inside(work, part_ids)
    every = parts | {portion.part.part_id: portion.part for portion in portions}
    stated = {statement.part_id: statement for statement in await store.statements(work, list(every))}
    bought = [PartId(part.part_id) for part in every.values() if part.sourcing == Sourcing.BOUGHT and not part.terminal]
    answers, _ = await _answers(work, actor, await trade.inquiries(work, bought) if bought else {})
    components = [
        Component(portion.parent_id, portion.part.part_id, portion.amount, answered=portion.part.part_id in answers) for portion in portions
    ]
    accounts = Accounts(stated.values(), components, answers)
    parents = {portion.parent_id for portion in portions}
    return [
        Shown(
            parts[part_id],
            stated.get(part_id),
            accounts.totals(part_id) if part_id in stated and (part_id in parents or parts[part_id].sourcing == Sourcing.MADE) else None,
            answers.get(part_id),
        )
        for part_id in dict.fromkeys(part_ids)
        if part_id in parts
    ]


async def _answers(work: Work, actor: Actor, inquiries: dict[PartId, Inquiry]) -> tuple[dict[UUID, Answer], tuple[TierCoverage, ...]]:
    """What suppliers released for these bought parts, read through its grants; and how many were asked and answered, by tier."""
    handed = {part_id: one.answer_id for part_id, one in inquiries.items() if one.answer_id and one.state == RequestState.ANSWERED}
    subjects = [Subject(kind, release_id) for release_id in handed.values() for kind in (SubjectKind.FOOTPRINT_RELEASE, SubjectKind.RELEASE_QUALITY)]
    reached = await sharing.reach_each(work, actor, subjects) if subjects else {}
    by_kind: dict[SubjectKind, list[Reach]] = {kind: [reach for subject, reach in reached.items() if subject.kind is kind] for kind in SubjectKind}
    figures = {
        found.release_id: signed_release(found).release for found in await store.snapshots(work, by_kind[SubjectKind.FOOTPRINT_RELEASE])
    } if by_kind[SubjectKind.FOOTPRINT_RELEASE] else {}  # fmt: skip
    quality = {
        found.release_id: (Ratings(*found.pre_quality), Ratings(*found.main_quality))
        for found in await store.qualities(work, by_kind[SubjectKind.RELEASE_QUALITY])
    } if by_kind[SubjectKind.RELEASE_QUALITY] else {}  # fmt: skip
    answers = {UUID(str(part_id)): _answer(figures.get(release_id), quality.get(release_id)) for part_id, release_id in handed.items()}
    return answers, _coverage(len(inquiries), len(handed), figures.values())


def _answer(released: Release | None, quality: tuple[Ratings, Ratings] | None) -> Answer:
    if released is not None and released.quality is not None:  # computed: one rating for all
        whole = Ratings(*(round_up(rating, _DECIMALS) for rating in (released.quality.ter, released.quality.ger, released.quality.tir)))
        quality = (whole, whole)
    pre_quality, main_quality = quality or (Ratings(), Ratings())
    if released is None:
        return Answer(None, None, None, pre_quality, main_quality)
    pre, main = (round_up(released.stages.get(stage, Decimal(0)), _DECIMALS) for stage in (Stage.RAW_MATERIALS, Stage.PRODUCTION))
    return Answer(released.declared_unit, pre, main, pre_quality, main_quality)


def _coverage(asked: int, answered: int, releases: Iterable[Release]) -> tuple[TierCoverage, ...]:
    tiers = {1: (asked, answered)} if asked else {}
    for released in releases:
        for tier in released.coverage:
            before = tiers.get(tier.tier + 1, (0, 0))
            tiers[tier.tier + 1] = (before[0] + tier.asked, before[1] + tier.answered)
    return tuple(TierCoverage(tier, *counts) for tier, counts in sorted(tiers.items()))


async def state(work: Work, actor: Actor, statement: Statement, seal: Seal) -> Statement:
    """States a part's footprint, and releases it to the buyers whose requests are linked to the part.

    The zero identifier asks for the one that the part has, or a fresh one. Refuses (`absent`) a part that is not the company's,
    (`invalid`) an identifier that is not this part's.
    """
    require(actor, Deed.ENTER_DATA)
    await products.designations.one(work, actor, statement.part_id)
    present = await store.statements(work, [statement.part_id])
    known = present[0].statement_id if present else None
    if statement.statement_id not in (NEW, known):
        raise invalid("statement.id", "cfpId: there is no such cfpId for this traceId.", "Leave it empty, or take the one that the part has.")
    kept = replace(statement, statement_id=known or work.new_id())
    if not present or present[0] != kept:
        await store.put(work, kept)
        work.record(facts.stated(kept.statement_id, kept.part_id))
    await release_to_linked(work, actor, PartId(kept.part_id), seal)
    return kept


async def forget(work: Work, actor: Actor, part_id: PartId) -> None:
    """Takes back what the company states of a part; what was released of it stays released."""
    require(actor, Deed.ENTER_DATA)
    await store.forget(work, part_id)


async def release_to_linked(work: Work, actor: Actor, part_id: PartId, seal: Seal) -> None:
    """Answers every request that is linked to a part with what its company states of it now, and discloses what it wishes to.

    Nothing happens where nothing is stated, nothing is linked, or all have this very answer already. Where the company wants a second person
    to look, the answer waits for one (`trade.approvals`).
    """
    linked = await trade.progress.linked(work, [part_id])
    if not linked or not await store.statements(work, [part_id]):
        return
    require(actor, Deed.ANSWER)
    (mine,) = await shown(work, actor, [part_id])
    handed = await store.newest_answers(work, part_id)
    for method in sorted({one.method for one in linked}):
        release_id = await _release(work, actor, mine, method, seal)
        waiting = [one for one in linked if one.method == method and handed.get((one.buyer_id, one.request_id)) != release_id]
        prepared = trade.approvals.Prepared(release_id=release_id)
        if not await trade.approvals.waits(work, actor, prepared, sorted(one.request_id for one in waiting)):
            await _hand_over(work, actor, part_id, release_id, waiting)


async def release_to(work: Work, actor: Actor, part_id: PartId, release_id: UUID, request_ids: list[RequestId]) -> None:
    """Answers these requests, as far as they are linked to the part still, and discloses of the answer what the company wishes to."""
    linked = await trade.progress.linked(work, [part_id])
    await _hand_over(work, actor, part_id, release_id, [one for one in linked if one.request_id in request_ids])


async def _hand_over(work: Work, actor: Actor, part_id: PartId, release_id: UUID, waiting: list[trade.progress.Linked]) -> None:
    if not waiting:
        return
    wishes = {wish.recipient_id: wish for wish in await store.disclosures(work, part_id)}
    views = await trade.lists.requests_named(work, actor, [RequestId(one.request_id) for one in waiting])
    await trade.hand_over(work, actor, [view.request for view in views], part_id, release_id)
    for one in waiting:
        await _grant(work, actor, release_id, wishes.get(one.buyer_id), CompanyId(one.buyer_id))


async def _grant(work: Work, actor: Actor, release_id: UUID, wish: Disclosure | None, recipient_id: CompanyId) -> None:
    if wish is not None and wish.figures:
        await sharing.give(work, actor, [recipient_id], Subject(SubjectKind.FOOTPRINT_RELEASE, release_id), Purpose.PRODUCT_FOOTPRINT)
    if wish is not None and wish.quality:
        await sharing.give(work, actor, [recipient_id], Subject(SubjectKind.RELEASE_QUALITY, release_id), Purpose.PRODUCT_FOOTPRINT)


async def _release(work: Work, actor: Actor, mine: Shown, method: str, seal: Seal) -> UUID:
    """The release of what is stated now: the newest one if it says the same, else a new version of it."""
    statement, totals = mine.statement, mine.totals or Accounts([mine.statement] if mine.statement else [], [], {}).totals(mine.part.part_id)
    if statement is None:
        raise absent("statement")
    latest = await store.latest(work, mine.part.part_id)
    drawn = await _drawn(work, actor, mine.part, statement, totals, method, latest)
    if latest is not None and latest.footprint_id is None and _says_the_same(latest, drawn, totals):
        return latest.release_id
    content = release.payload(drawn)
    digest, signature = digest_of_bytes(content), await participants.signing.sign(work, actor, content, seal)
    release_id = UUID(drawn.release_id)
    kept = store.Drawn(release_id, mine.part.part_id, drawn.version, content.decode(), digest, signature, totals.pre.quality, totals.main.quality)
    await store.add_release(work, kept)
    work.record(facts.released(release_id, digest, drawn.supersedes))
    return release_id


async def _drawn(
    work: Work, actor: Actor, part: Designated, statement: Statement, totals: Totals, method: str, latest: store.Latest | None
) -> Release:
    company = await participants.admission.own_company(work, actor)
    pre, main = (_whole(process) for process in (totals.pre, totals.main))
    today = work.now.date()
    return Release(
        schema=release.SCHEMA, release_id=str(work.new_id()), version=latest.version + 1 if latest else 1,
        supplier=Party(str(actor.company_id), company.name, company.corporate_number, company.country),
        product=Product(part.item, part.label or part.item), declared_unit=statement.unit, method=method,
        period=Span(today, today), released_on=today, valid_until=release.valid_until(today),
        stages={Stage.RAW_MATERIALS: pre, Stage.PRODUCTION: main}, total=pre + main, primary_data_share=Decimal(0),
        coverage=await _tiers(work, actor, part.part_id), obstacles=(STATED,), supersedes=str(latest.release_id) if latest else None,
    )  # fmt: skip


def _whole(process: Process) -> Decimal:
    return (process.production or Decimal(0)) + (process.component or Decimal(0))


def _says_the_same(latest: store.Latest, drawn: Release, totals: Totals) -> bool:
    """Whether a fresh release would say nothing new: only its number and its day differ."""
    before = decode(Release, parse(latest.snapshot))
    same = replace(
        drawn, release_id=before.release_id, version=before.version, supersedes=before.supersedes, period=before.period,
        released_on=before.released_on, valid_until=before.valid_until,
    )  # fmt: skip
    qualities = (Ratings(*latest.pre_quality or ()), Ratings(*latest.main_quality or ()))
    return before == same and qualities == (totals.pre.quality, totals.main.quality)


async def _tiers(work: Work, actor: Actor, part_id: UUID) -> tuple[TierCoverage, ...]:
    """How many suppliers were asked about what goes into a part, and answered, by tier."""
    parts, portions = await products.designations.inside(work, [part_id])
    every = [*parts.values(), *(portion.part for portion in portions)]
    bought = [PartId(part.part_id) for part in every if part.sourcing == Sourcing.BOUGHT and not part.terminal]
    _, coverage = await _answers(work, actor, await trade.inquiries(work, bought) if bought else {})
    return coverage


async def renew(work: Work, company_id: CompanyId, part_id: PartId, seal: Seal) -> None:
    """What a company states anew of all that rests on a part, after an answer about it has changed.

    The company's standing wishes (`disclose`) decide who sees it. For the worker, which acts with the company's own eyes.
    """
    await follow(work, Actor(company_id, CompanyKind.MEMBER, frozenset({Role.CLERK, Role.APPROVER})), part_id, seal)


async def follow(work: Work, actor: Actor, part_id: PartId, seal: Seal) -> None:
    """Answers anew what rests on one of the company's parts, after something below it has changed: a structure, a request, an answer."""
    linked = await trade.progress.linked(work, await products.designations.above(work, part_id))
    for top in sorted({one.part_id for one in linked}):
        await release_to_linked(work, actor, PartId(top), seal)


async def disclosures(work: Work, actor: Actor, part_id: PartId) -> list[Disclosure]:
    """What the company wishes others to see of one of its parts, by recipient. Refuses (`absent`) a part that is not the company's."""
    await products.designations.one(work, actor, part_id)
    return await store.disclosures(work, part_id)


async def disclose(work: Work, actor: Actor, wish: Disclosure) -> None:
    """States what one buyer may see of a part, from now on and of what it was answered with last; what is not said stays as it was.

    Refuses (`absent`) a part that is not the company's, and a recipient that is no member.
    """
    require(actor, Deed.ANSWER)
    before = {said.recipient_id: said for said in await disclosures(work, actor, PartId(wish.part_id))}.get(wish.recipient_id)
    recipient = CompanyId(wish.recipient_id)
    if wish.recipient_id == actor.company_id or not await participants.directory.profiles(work, actor, [wish.recipient_id]):
        raise absent("company")
    await store.put_disclosure(work, wish)
    answered = {request: subject for (buyer, request), subject in (await store.newest_answers(work, wish.part_id)).items() if buyer == recipient}
    for release_id in sorted(set(answered.values())):
        await _grant(work, actor, release_id, wish, recipient)
    if (wish.figures, wish.quality) != (None, None) and (before is None or (before.figures, before.quality) != (wish.figures, wish.quality)):
        for request_id in sorted(answered):  # what rests on the answer follows from other figures now
            view = await trade.request(work, actor, RequestId(request_id))
            await trade.notices.tell(work, view.request, trade.notices.NoticeKind.UPDATED)
    every = await store.releases_of(work, wish.part_id)
    closed = [Subject(SubjectKind.FOOTPRINT_RELEASE, one) for one in every if wish.figures is False]
    closed += [Subject(SubjectKind.RELEASE_QUALITY, one) for one in every if wish.quality is False]
    certificate = Subject(SubjectKind.CERTIFICATE, wish.part_id)
    if wish.certificates:
        await sharing.give(work, actor, [recipient], certificate, Purpose.PRODUCT_FOOTPRINT)
    if closed or wish.certificates is False:
        await sharing.withdraw(work, actor, recipient, [*closed, *([certificate] if wish.certificates is False else [])])
