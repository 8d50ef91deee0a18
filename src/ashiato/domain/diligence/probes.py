"""Asking the whole chain, tier by tier: screening for a listed purpose, and who is on the path of a material.

A company answers its buyer from its own records and from what its own suppliers answer it; it sees neither who stands above them nor what
others decided. Screening is answered at once; a path waits for people's consent, and goes on to the next tier only with it. Refusing,
staying silent and taking consent back look alike to the asker: the path does not stand.
"""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import cast
from uuid import UUID

from ashiato.domain import participants, sharing, trade
from ashiato.domain.diligence import facts, gathering
from ashiato.domain.diligence import probe_store as store
from ashiato.domain.diligence.gathering import Chain
from ashiato.domain.diligence.model import Material
from ashiato.domain.diligence.probe import (
    PATH_PURPOSE,
    QUIET,
    Found,
    ProbeKind,
    Purpose,
    Said,
    among_origins,
    path_stands,
    screened,
    subject_flaw,
)
from ashiato.domain.diligence.probe_store import Probe, Root
from ashiato.domain.participants import Actor, CompanyKind, Deed, Role, require, text_flaw
from ashiato.domain.products import Sourcing
from ashiato.domain.sharing import Selection, Subject, SubjectKind
from ashiato.domain.trade import RequestState
from ashiato.kernel.digest import Json
from ashiato.kernel.errors import Flaw, absent, conflict, invalid
from ashiato.kernel.frozen import encode
from ashiato.kernel.ids import CompanyId, PartId, RequestId
from ashiato.plumbing.unit_of_work import Work

__all__ = ["Asked", "Named", "ProbeKind", "Purpose", "Question", "Reached", "Root", "ask", "asked", "carry_on", "decide", "listed", "reached"]

DEEPEST = 20  # tiers; a ring of companies that buy from one another ends here, or where it meets itself
_DAYS_TO_ANSWER = 14


@dataclass(frozen=True, slots=True)
class Question:
    """What is asked about which own part. A screening names a purpose and gives a reason, which is logged; a path names a material."""

    kind: ProbeKind
    part_id: PartId
    subject: str
    purpose: str = PATH_PURPOSE
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Named:
    """A company on a path, by its distance, with what it says of the material."""

    depth: int
    content: dict[str, Json]


@dataclass(frozen=True, slots=True)
class Asked:
    """A question of the company's own with its answer so far. `state` of a path: open, disclosed, or (after its day) not disclosed."""

    root: Root
    said: Said
    state: str
    names: tuple[Named, ...] = ()


@dataclass(frozen=True, slots=True)
class Reached:
    """A question that reached the company. `asker` is empty where the purpose keeps it; `decision` is the company's own on a path."""

    probe: Probe
    asker: str
    decision: str | None


async def ask(work: Work, actor: Actor, question: Question) -> Asked:
    """Puts a question to everybody above one of the company's parts.

    Refuses (`absent`) a part that is not the company's; (`invalid`) a subject that cannot be, a purpose that is not listed, a screening
    without reason; (`conflict`) a part that nobody has answered about.
    """
    require(actor, Deed.DECLARE if question.kind is ProbeKind.SCREENING else Deed.ASK)
    flaws = [flaw for flaw in (subject_flaw(question.kind, question.subject), _purpose_flaw(question)) if flaw]
    if flaws:
        raise invalid("probe", "This cannot be asked.", "Correct what is named here.", *flaws)
    chain = await gathering.chain(work, actor, question.part_id)
    root = Root(
        work.new_id(), question.kind, question.part_id, question.subject, question.purpose, question.reason, work.now,
        work.now + timedelta(days=_DAYS_TO_ANSWER),
    )  # fmt: skip
    await store.add_root(work, root)
    seed = Probe(
        actor.company_id, root.root_id, actor.company_id, root.root_id, root.root_id, root.kind, root.subject, root.purpose, actor.company_id,
        root.kind == ProbeKind.PATH or root.purpose not in QUIET, 0, root.asked_at, root.due_at,
    )  # fmt: skip
    if not await _pass_on(work, actor, chain, seed) and root.kind == ProbeKind.PATH:
        raise conflict("probe.nobody", "Nobody has answered about this part whom the question could go to.", "Ask for due diligence first.")
    work.record(facts.probed(root.root_id, root.kind, root.purpose))
    return await asked(work, actor, root.root_id)


def _purpose_flaw(question: Question) -> Flaw | None:
    if question.kind is ProbeKind.PATH:
        return None
    if question.purpose not in set(Purpose):
        return Flaw("purpose", "probe.purpose", f"The chain is screened for {' or '.join(Purpose)} only.")
    return text_flaw("reason", question.reason, 1000)


async def _pass_on(work: Work, actor: Actor, chain: Chain, probe: Probe) -> int:
    """Asks the company's own suppliers; how many have the question then. A path goes only to those who state the material."""
    if probe.depth >= DEEPEST:
        return 0
    reached = 0
    for part_id, inquiry in sorted(chain.inquiries.items(), key=lambda item: str(item[1].request_id)):
        signed = chain.answers.get(part_id)
        if inquiry.state != RequestState.ANSWERED or signed is None or inquiry.supplier_id == probe.asker_id:
            continue
        if probe.kind == ProbeKind.PATH and Material(probe.subject) not in signed.statement.materials:
            continue
        sent = replace(
            probe, company_id=actor.company_id, probe_id=work.new_id(), supplier_id=inquiry.supplier_id, request_id=inquiry.request_id,
            depth=probe.depth + 1, asked_at=work.now,
        )  # fmt: skip
        reached += 1
        if await store.add(work, sent):
            view = await trade.request(work, actor, RequestId(inquiry.request_id))
            await trade.notices.tell(work, view.request, trade.notices.NoticeKind.PROBED)
    return reached


async def asked(work: Work, actor: Actor, root_id: UUID) -> Asked:
    """One of the company's own questions, with the answer so far. Refuses (`absent`) every other."""
    require(actor, Deed.READ)
    root = await store.root(work, root_id)
    if root is None:
        raise absent("question")
    chain = await gathering.chain(work, actor, PartId(root.part_id))
    replies = await _replies(work, root_id)
    if root.kind == ProbeKind.SCREENING:
        return Asked(root, await _screened(work, actor, chain, root.subject, replies), "answered")
    if not path_stands(bool(replies), replies.values()):
        said = Said(Found.UNKNOWN, len(replies), 0)
        return Asked(root, said, "open" if work.now < root.due_at else "not disclosed")
    reaches = await sharing.reach_all(work, actor, Selection.of(SubjectKind.PATH_NAME, [root_id]))
    names = tuple(Named(each.depth, each.content) for each in await store.names(work, root_id)) if root_id in reaches else ()
    return Asked(root, Said(Found.YES, len(replies), len(replies)), "disclosed", names)


async def listed(work: Work, actor: Actor, after: tuple[datetime, UUID] | None, limit: int, *, newest: bool = False) -> list[Root]:
    """What the company asked its chain, oldest first or newest first."""
    require(actor, Deed.READ)
    return await store.roots(work, after, limit, newest=newest)


async def _replies(work: Work, root_id: UUID) -> dict[UUID, Said | None]:
    found = await store.replies(work, root_id)
    return {request_id: Said(Found(reply.answer), reply.asked, reply.answered) if reply else None for request_id, reply in found}


async def _screened(work: Work, actor: Actor, chain: Chain, subject: str, replies: dict[UUID, Said | None]) -> Said:
    own = _own(chain, subject)
    known = {inquiry.request_id for inquiry in chain.inquiries.values()}
    bought = [part for part in chain.parts.values() if part.sourcing == Sourcing.BOUGHT]
    off_platform = [part for part in bought if part.part_id not in chain.inquiries and part.part_id not in chain.origins]
    if subject.startswith("company:"):
        company = await participants.admission.own_company(work, actor)
        numbers = {company.corporate_number, company.lei, company.duns, company.bpn, *(part.supplier_number for part in bought)}
        own = Found.YES if subject.removeprefix("company:") in numbers else own
    elif own is Found.NO and any(chain.contents.get(part_id) and not _sourced(chain, part_id) for part_id in chain.parts):
        own = Found.UNKNOWN
    return screened(own, [*(replies.get(request_id) for request_id in known), *([None] * len(off_platform))])


def _own(chain: Chain, subject: str) -> Found:
    return among_origins(subject, [origin for lines in chain.origins.values() for origin in lines])


def _sourced(chain: Chain, part_id: UUID) -> bool:
    """Whether anything is said of what goes into a part: origins, or suppliers who can be asked."""
    return bool(chain.origins.get(part_id)) or bool(chain.inquiries)


async def carry_on(work: Work, company_id: CompanyId, request_id: RequestId) -> None:
    """What follows for a company from a question that reached it with a request, or from an answer to one that it passed on with it.

    For the worker, which acts with the company's own eyes.
    """
    actor = Actor(company_id, CompanyKind.MEMBER, frozenset({Role.CLERK, Role.APPROVER}))
    for probe in await store.received(work, request_id):
        await _answer(work, actor, probe)
    for root_id in await store.roots_asked_with(work, request_id):
        for probe in await store.received_of_root(work, root_id):
            await _answer(work, actor, probe)


async def _answer(work: Work, actor: Actor, probe: Probe) -> None:
    """Passes a question on, if it may go on, and tells the buyer what is known now.

    Where it comes round to a company, in a ring or on a second way, the company speaks for itself alone: those above it are asked, counted
    and waited for on the first way. So a ring ends, and every company of it has to consent all the same.
    """
    view = await trade.request(work, actor, RequestId(probe.request_id))
    if view.own_part_id is None:
        return
    consented = probe.kind == ProbeKind.SCREENING or await store.decision(work, probe.root_id) == "consented"
    chain = await gathering.chain(work, actor, view.own_part_id)
    if consented:
        await _pass_on(work, actor, chain, probe)
    first = (await store.received_of_root(work, probe.root_id))[0].probe_id == probe.probe_id
    replies = await _replies(work, probe.root_id) if first else {}
    if probe.kind == ProbeKind.SCREENING:
        said = await _screened(work, actor, chain, probe.subject, replies) if first else Said(_own(chain, probe.subject), 0, 0)
    else:
        stands = path_stands(consented, replies.values())
        said = Said(Found.YES if stands else Found.UNKNOWN, 1, int(stands))  # a count would tell how far the path has come
    if await store.reply(work, probe, store.Reply(said.answer, said.asked, said.answered)):
        await trade.notices.tell(work, view.request, trade.notices.NoticeKind.PROBE_ANSWERED)
        work.record(facts.probe_received(probe.probe_id, probe.purpose))


async def reached(
    work: Work, actor: Actor, kind: ProbeKind, after: tuple[datetime, UUID] | None, limit: int, *, newest: bool = False
) -> list[Reached]:
    """The questions that reached the company, oldest first or newest first: consent that is asked for, or screenings that it was part of.

    A screening under a purpose that the law may forbid to tell of is not listed.
    """
    require(actor, Deed.READ)
    found = await store.received_all(work, kind, after, limit, newest=newest)
    names = await participants.names_of(work, [CompanyId(probe.asker_id) for probe in found])
    decisions = await store.decisions(work, [probe.root_id for probe in found])
    return [Reached(probe, names.get(CompanyId(probe.asker_id), ""), decisions.get(probe.root_id)) for probe in found]


async def decide(work: Work, actor: Actor, root_id: UUID, *, consent: bool) -> None:
    """Consents to be named to the asker of a path, or refuses; consent that was given is taken back by refusing, from the next request on.

    Refuses (`absent`) a path that did not reach the company.
    """
    require(actor, Deed.ANSWER)
    probes = [probe for probe in await store.received_of_root(work, root_id) if probe.kind == ProbeKind.PATH]
    if not probes:
        raise absent("question")
    before = await store.decision(work, root_id)
    decided = "consented" if consent else "withdrawn" if before == "consented" else before or "refused"
    await store.decide(work, root_id, decided)
    work.record(facts.consent_moved(root_id, decided))
    first, asker = probes[0], CompanyId(probes[0].asker_id)
    subject = Subject(SubjectKind.PATH_NAME, root_id)
    if consent:
        await store.put_name(work, root_id, asker, first.depth, await _name(work, actor, first))
        await sharing.give(work, actor, [asker], subject, sharing.Purpose.DILIGENCE)
    else:
        await sharing.withdraw(work, actor, asker, [subject])
    for probe in probes:
        await _answer(work, actor, probe)


async def _name(work: Work, actor: Actor, probe: Probe) -> dict[str, Json]:
    """What the asker will see: the company, and what it says of the material that it brings in itself."""
    company = await participants.admission.own_company(work, actor)
    view = await trade.request(work, actor, RequestId(probe.request_id))
    chain = await gathering.chain(work, actor, PartId(view.own_part_id or probe.request_id))
    origins = [encode(origin) for lines in chain.origins.values() for origin in lines if origin.material == probe.subject]
    told = {"company": company.name, "corporate_number": company.corporate_number, "country": company.country, "origins": origins}
    return cast(dict[str, Json], told)
