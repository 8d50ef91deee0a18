"""Answering requests for due diligence: what a buyer will see, stating it to one or to many, renewing it where consent stands."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import cast
from uuid import UUID

from ashiato.domain import participants, products, sharing, trade
from ashiato.domain.diligence import assessments, facts, gathering, scoring
from ashiato.domain.diligence import statement_store as store
from ashiato.domain.diligence.gathering import Chain, Signed
from ashiato.domain.diligence.model import Masses, Party, Place, PlaceKind, Statement
from ashiato.domain.diligence.questionnaires import questionnaire
from ashiato.domain.diligence.rollup import Found
from ashiato.domain.participants import Actor, CompanyKind, Deed, Role, require
from ashiato.domain.sharing import Purpose, Selection, Subject, SubjectKind
from ashiato.kernel.digest import Json, canonical, digest_of_bytes, parse
from ashiato.kernel.errors import absent, conflict
from ashiato.kernel.frozen import decode, encode
from ashiato.kernel.ids import CompanyId, PartId, RequestId
from ashiato.kernel.quantity import settle
from ashiato.plumbing.keys import Seal
from ashiato.plumbing.unit_of_work import Work

__all__ = [
    "Answered",
    "answer",
    "answered",
    "ask_approval",
    "basis",
    "end_renewing",
    "foresee",
    "release",
    "renew",
    "renew_above",
    "stated",
    "stated_parts",
]

SCHEMA = "ashiato/diligence-statement/1"
_NOT_YET = UUID(int=0)


@dataclass(frozen=True, slots=True)
class Answered:
    """What a supplier handed over in answer to a request, for the buyer's eyes; how many it supersedes."""

    request_id: RequestId
    signed: Signed
    superseded: int


async def foresee(work: Work, actor: Actor, part_id: PartId) -> Statement:
    """What a buyer would see of a part now: exactly this, and nothing else. Nothing is kept. Refuses (`absent`) another's part."""
    require(actor, Deed.READ)
    latest = await store.latest(work, part_id)
    return await _draw_up(work, actor, await gathering.chain(work, actor, part_id), latest, "company")


async def answer(work: Work, actor: Actor, part_id: PartId, request_ids: list[RequestId], seal: Seal, *, standing: bool) -> Statement:
    """States what is known of a part to the buyers behind these requests, all linked to it: frozen, signed, granted.

    `standing`: it is renewed for them by itself when what it rests on changes, until that is ended. One state of things has one statement,
    whoever receives it. Refuses (`absent`) requests of others, (`conflict`) one for something else or linked to another part, a company
    that has not answered the questionnaire that is asked for, or whose answers count no longer, and one that wants two people to look.
    """
    require(actor, Deed.ANSWER)
    views, method = await _asked(work, actor, part_id, request_ids)
    trade.approvals.check_alone(wanted=await trade.approvals.wanted(work))
    drawn = await _state(work, actor, part_id, method, seal)
    await _release(work, actor, views, part_id, UUID(drawn.statement_id), standing=standing)
    return drawn


async def ask_approval(
    work: Work, actor: Actor, part_id: PartId, request_ids: list[RequestId], seal: Seal, *, standing: bool, note: str = ""
) -> trade.approvals.Approval:
    """Freezes and signs what is known of a part, and asks a colleague to hand it over. Refuses what `answer` refuses, but for the two people."""
    require(actor, Deed.ENTER_DATA)
    _, method = await _asked(work, actor, part_id, request_ids)
    drawn = await _state(work, actor, part_id, method, seal)
    prepared = trade.approvals.Prepared(statement_id=UUID(drawn.statement_id), standing=standing)
    return await trade.approvals.ask(work, actor, prepared, request_ids, note)


async def release(work: Work, actor: Actor, approved: trade.approvals.Approval) -> Statement:
    """Hands over the very statement that a second person has approved, in the same work. Refuses (`conflict`) requests that are closed by now."""
    part_id, statement_id = PartId(approved.part_id), approved.statement_id or _NOT_YET
    views, _ = await _asked(work, actor, part_id, [RequestId(request_id) for request_id in approved.request_ids])
    await _release(work, actor, views, part_id, statement_id, standing=approved.standing)
    return await stated(work, actor, statement_id)


async def stated(work: Work, actor: Actor, statement_id: UUID) -> Statement:
    """One of the company's own statements, as its recipients see it. Refuses (`absent`) every other."""
    require(actor, Deed.READ)
    own = await store.own(work, statement_id)
    if own is None:
        raise absent("statement")
    return decode(Statement, parse(own.snapshot))


async def _asked(work: Work, actor: Actor, part_id: PartId, request_ids: list[RequestId]) -> tuple[list[trade.RequestView], str]:
    """The requests that a part's statement is to answer, and the questionnaire that all of them ask for."""
    views = await trade.lists.requests_named(work, actor, request_ids)
    for view in views:
        _check(view, part_id)
    (method, *others) = sorted({view.request.method for view in views})
    if others:
        raise conflict("answer.method", "These requests ask for different questionnaires.", "Answer them one by one.")
    return views, method


async def _release(work: Work, actor: Actor, views: list[trade.RequestView], part_id: PartId, statement_id: UUID, *, standing: bool) -> None:
    await _hand_over(work, actor, views, part_id, statement_id)
    if standing:
        await store.consent(work, part_id, [(view.request.company_id, view.request.request_id) for view in views])


def _check(view: trade.RequestView, part_id: PartId) -> None:
    if view.request.subject_kind != trade.SubjectKind.DILIGENCE:
        raise conflict("answer.subject", "This request does not ask for due diligence.", "Answer it with a footprint.")
    if view.own_part_id is None:
        raise conflict("request.not_linked", "This request is not linked to a part yet.", "Say first which of your parts it is about.")
    if view.own_part_id != part_id:
        raise conflict("answer.part", "The request is linked to another part.", "State what is known of the part it is linked to.")


async def _hand_over(work: Work, actor: Actor, views: list[trade.RequestView], part_id: PartId, statement_id: UUID) -> None:
    subject = Subject(SubjectKind.DILIGENCE_STATEMENT, statement_id)
    await trade.hand_over(work, actor, [view.request for view in views], part_id, statement_id)
    await sharing.give(work, actor, [view.request.company_id for view in views], subject, Purpose.DILIGENCE)


async def _state(work: Work, actor: Actor, part_id: PartId, method: str, seal: Seal) -> Statement:
    """The statement of how things are: the newest one if it says the same, else a new version."""
    chain = await gathering.chain(work, actor, part_id)
    latest = await store.latest(work, part_id)
    drawn = await _draw_up(work, actor, chain, latest, method)
    if drawn.rating is None:
        raise conflict("answer.assessment", f"The questionnaire {method} is not answered, or its answers count no longer.", "Answer it first.")
    if latest is not None:
        before = decode(Statement, parse(latest.snapshot))
        if _same(before, drawn):
            return before
    drawn = replace(drawn, statement_id=str(work.new_id()))
    content = canonical(encode(drawn))
    digest, signature = digest_of_bytes(content), await participants.signing.sign(work, actor, content, seal)
    own = store.Own(UUID(drawn.statement_id), part_id, drawn.version, canonical(await _basis(work, chain)).decode(), work.now, content.decode())
    await store.add(work, own, digest, signature)
    work.record(facts.stated(own.statement_id, digest, drawn.supersedes))
    return drawn


def _same(before: Statement, drawn: Statement) -> bool:
    fresh = replace(drawn, statement_id=before.statement_id, version=before.version, supersedes=before.supersedes, stated_on=before.stated_on)
    return replace(fresh, valid_until=before.valid_until) == before and drawn.stated_on <= before.valid_until


async def _draw_up(work: Work, actor: Actor, chain: Chain, latest: store.Own | None, method: str) -> Statement:
    company = await participants.admission.own_company(work, actor)
    asked, today = questionnaire(method), work.now.date()
    return Statement(
        schema=SCHEMA, statement_id=str(_NOT_YET), version=latest.version + 1 if latest else 1,
        supplier=Party(str(actor.company_id), company.name, company.country), part_number=chain.top.part_number, part_name=chain.top.name,
        declared_unit=chain.top.declared_unit, questionnaire=asked.id, stated_on=today, valid_until=scoring.valid_until(asked, today),
        rating=assessments.rating(await assessments.newest(work, asked.id), today),
        materials={material: _settled(masses) for material, masses in chain.masses().items()}, places=merged(chain.found()),
        coverage=chain.coverage(), supersedes=str(latest.statement_id) if latest else None,
    )  # fmt: skip


def _settled(masses: Masses) -> Masses:
    return Masses(settle(masses.total), settle(masses.country), settle(masses.refiner), settle(masses.audited))


def merged(found: Iterable[Found]) -> tuple[Place, ...]:
    """The places without the way that leads to them: what is alike at one tier is counted, and of shares the greatest is told."""
    counts: Counter[Place] = Counter()
    shares: dict[Place, list[Place]] = {}
    for each in found:
        if each.place.kind is not PlaceKind.RED_FLAG:  # what only points to a risk is for the company itself to look into
            alike = replace(each.place, count=1, share=None)
            counts[alike] += each.place.count
            shares.setdefault(alike, []).append(each.place)
    told = [replace(place, count=count, share=_greatest(shares[place])) for place, count in counts.items()]
    return tuple(sorted(told, key=lambda place: canonical(encode(place))))


def _greatest(places: list[Place]) -> Decimal | None:
    known = [place.share for place in places if place.share is not None]
    return settle(max(known)) if known else None


async def _basis(work: Work, chain: Chain) -> Json:
    """What the figures of a statement follow from, for the company's own eyes."""
    rated = await assessments.in_force(work, work.now.date())
    return {
        "origins": [*sorted(str(part_id) for part_id in chain.origins)], "contents": [*sorted(str(part_id) for part_id in chain.contents)],
        "statements": {str(part_id): signed.statement.statement_id for part_id, signed in chain.answers.items()},
        "requests": {str(part_id): str(inquiry.request_id) for part_id, inquiry in chain.inquiries.items()},
        "risks": [str(risk.risk_id) for risk in chain.risks], "assessments": [str(each.assessment_id) for each in rated],
    }  # fmt: skip


async def basis(work: Work, actor: Actor, statement_id: UUID) -> dict[str, Json]:
    """What one of the company's own statements follows from. Refuses (`absent`) every other: also to those whom it was made to."""
    require(actor, Deed.READ)
    own = await store.own(work, statement_id)
    if own is None:
        raise absent("statement")
    return cast(dict[str, Json], parse(own.basis))


async def stated_parts(work: Work, actor: Actor, statement_ids: list[UUID]) -> dict[UUID, str]:
    """What each of these statements of the company is about, in few words."""
    require(actor, Deed.READ)
    found = await store.stated_parts(work, statement_ids)
    return {statement_id: f"{name} ({number}), v{version}" for statement_id, number, name, version in found}


async def answered(work: Work, actor: Actor, request_id: RequestId) -> Answered:
    """What answers a request for due diligence that the actor's company sent or received; the newest of what was handed over.

    Refuses (`absent`) a request of others, one that is not answered, and an answer that is no longer granted.
    """
    require(actor, Deed.READ)
    view = await trade.request(work, actor, request_id)
    handed = await trade.answers(work, request_id)
    if not handed or view.request.subject_kind != trade.SubjectKind.DILIGENCE:
        raise absent("answer")
    selection = Selection.of(SubjectKind.DILIGENCE_STATEMENT, handed[:1])
    subject = Subject(selection.kind, handed[0])
    own = view.request.party(actor.company_id) is trade.Party.SUPPLIER
    reaches = {handed[0]: sharing.own_reach(actor, subject)} if own else await sharing.reach_all(work, actor, selection)
    stored = [each for each in await work.all(store.snapshots(selection)) if each.statement_id in reaches]
    if not stored:
        raise absent("answer")
    return Answered(request_id, gathering.signed(stored[0]), len(handed) - 1)


async def renew(work: Work, company_id: CompanyId, part_id: PartId, request_id: RequestId, seal: Seal) -> None:
    """What follows for a company from a changed answer to its request about a part. For the worker, which acts with the company's own eyes."""
    if not await store.consents(work, await products.designations.above(work, part_id)):
        return
    actor = Actor(company_id, CompanyKind.MEMBER, frozenset({Role.CLERK, Role.APPROVER}))
    if (await trade.request(work, actor, request_id)).request.subject_kind == trade.SubjectKind.DILIGENCE:
        await renew_above(work, actor, part_id, seal)


async def renew_above(work: Work, actor: Actor, part_id: PartId | None, seal: Seal) -> None:
    """States anew everything that rests on a part (None: every part), to those who have standing consent and not that very statement.

    The consent that stands allows it, whoever's deed it follows from; where the company wants two people to look, it waits for one of them.
    A company whose questionnaire has run out states nothing.
    """
    asker, actor = actor, Actor(actor.company_id, CompanyKind.MEMBER, frozenset({Role.CLERK, Role.APPROVER}))
    standing = await store.consents(work, await products.designations.above(work, part_id) if part_id else None)
    for own_part in sorted({each.part_id for each in standing}):
        views = await trade.lists.requests_named(work, actor, [RequestId(each.request_id) for each in standing if each.part_id == own_part])
        for method in sorted({view.request.method for view in views}):
            if assessments.rating(await assessments.newest(work, method), work.now.date()) is None:
                continue
            drawn = await _state(work, actor, PartId(own_part), method, seal)
            had = {each.request_id for each in standing if str(each.statement_id) == drawn.statement_id}
            fresh = [view for view in views if view.request.method == method and view.request.request_id not in had]
            prepared = trade.approvals.Prepared(statement_id=UUID(drawn.statement_id))
            if fresh and not await trade.approvals.waits(work, asker, prepared, sorted(view.request.request_id for view in fresh)):
                await _hand_over(work, actor, fresh, PartId(own_part), UUID(drawn.statement_id))


async def end_renewing(work: Work, actor: Actor, request_id: RequestId) -> None:
    """Ends the renewing of an answer by itself; what was handed over stays granted until its grant is withdrawn.

    Refuses (`absent`) a request that nothing stands for.
    """
    require(actor, Deed.ANSWER)
    if not await store.withdraw_consent(work, request_id):
        raise absent("standing consent")
