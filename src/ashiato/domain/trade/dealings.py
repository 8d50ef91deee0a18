"""Requests in the words of the Japanese interface: a buyer shows the part that it asks about, a supplier shows which part answers."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from ashiato.domain import participants, products
from ashiato.domain.participants import Actor, CompanyState, Deed, require
from ashiato.domain.trade import dealing_store as store
from ashiato.domain.trade import notices, progress_store, service
from ashiato.domain.trade import store as requests
from ashiato.domain.trade.dealing_store import Dealing, Held
from ashiato.domain.trade.model import Party, Request, RequestState, SubjectKind
from ashiato.kernel.errors import absent, conflict, denied, invalid
from ashiato.kernel.ids import CompanyId, PartId, RequestId
from ashiato.plumbing.keys import Seal
from ashiato.plumbing.unit_of_work import Work

__all__ = ["Dealing", "Held", "Question", "Wanted", "ask", "close", "held", "link", "listed", "one", "reply"]


@dataclass(frozen=True, slots=True)
class Question:
    """What is asked of whom, about which of the own parts."""

    part_id: PartId
    supplier_id: CompanyId
    method: str
    due_at: datetime
    message: str


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which requests to list: those sent, those received, or (None) both; all else that is set must hold. `start` is the page's first."""

    sent: bool | None = None
    part_ids: list[UUID] | None = None
    request_id: UUID | None = None
    start: UUID | None = None


async def ask(work: Work, actor: Actor, question: Question, seal: Seal) -> Dealing:
    """Asks a supplier about a part and shows it which. Asking the same again while the request is open is the same request.

    Refuses (`absent`) a part that is not the company's and a supplier that does not exist, (`conflict`) a different request about
    the same part while one is open, a supplier that is suspended, a part that is made in the company's own sites.
    """
    require(actor, Deed.ASK)
    part = await products.designations.buy(work, actor, question.part_id)
    found = await participants.directory.profiles(work, actor, [question.supplier_id])
    if not found:
        raise absent("company")
    if question.supplier_id == actor.company_id:
        raise invalid("request.self", "upstreamOperatorId: a company does not ask itself.", "Name the supplier.")
    if found[0].state != CompanyState.ADMITTED:
        raise conflict("request.supplier_suspended", "upstreamOperatorId: the supplier cannot answer at present.", "Ask again later.")
    standing = await store.open_about(work, question.part_id, question.supplier_id)
    if standing is not None:
        present = await one(work, actor, RequestId(standing))
        if (present.message, present.due_at) != (question.message, question.due_at):
            raise conflict("request.open", "A request about this part is open already.", "Wait for the answer, or cancel the request first.")
        return present
    request = Request(
        actor.company_id, RequestId(work.new_id()), question.supplier_id, SubjectKind.FOOTPRINT, part.label or part.item, part.item,
        part.unit or "piece", question.method, question.message, "", RequestState.ASKED, work.now, question.due_at, None,
    )  # fmt: skip
    await service.record_asked(work, actor, request, question.part_id, seal)
    await store.show_item(work, request, part)
    return await one(work, actor, request.request_id)


async def one(work: Work, actor: Actor, request_id: RequestId) -> Dealing:
    """A request that the actor's company sent or received. Refuses (`absent`) every other, and those that were cancelled."""
    found = await listed(work, actor, Wanted(request_id=request_id), 1)
    if not found:
        raise absent("request")
    return found[0]


async def listed(work: Work, actor: Actor, wanted: Wanted, limit: int) -> list[Dealing]:
    """The company's requests, newest first, from `start` on."""
    require(actor, Deed.READ)
    return await store.dealings(work, sent=wanted.sent, part_ids=wanted.part_ids, request_id=wanted.request_id, start=wanted.start, limit=limit)


async def link(work: Work, actor: Actor, request_id: RequestId, part_id: PartId) -> Dealing:
    """The supplier says which of its parts answers, and shows its identifier. Saying the same again changes nothing.

    Refuses (`absent`) a request and a part that are not the company's, (`denied`) the buyer, (`conflict`) another part for an answered request.
    """
    require(actor, Deed.ENTER_DATA)
    present = await one(work, actor, request_id)
    if present.supplier_id != actor.company_id:
        raise denied("request.party", "Only the supplier can do this.", "Ask the other side.")
    if present.upstream_part_id != part_id or present.state == RequestState.REJECTED:
        await products.designations.one(work, actor, part_id)
        request = await service.link(work, actor, request_id, part_id)
        await progress_store.show_part(work, request, part_id)
    return await one(work, actor, request_id)


async def close(work: Work, actor: Actor, request_id: RequestId, party: Party, reason: str) -> None:
    """The supplier rejects, or the buyer cancels; doing it again changes nothing.

    Refuses (`absent`) other companies' requests, (`denied`) the other party, (`conflict`) what the state does not allow.
    """
    require(actor, Deed.ASK)
    request = await requests.request(work, request_id)
    if request is None:
        raise absent("request")
    if request.party(actor.company_id) is not party:
        raise denied("request.party", f"Only the {party} can do this.", "Ask the other side.")
    state = RequestState.REJECTED if party is Party.SUPPLIER else RequestState.CANCELLED
    if request.state != state:
        await service.close(work, actor, request_id, state, reason)


async def reply(work: Work, actor: Actor, request_id: RequestId, text: str) -> None:
    """The supplier says something to the buyer, or (with an empty text) takes it back. Refuses (`absent`) what it was not asked."""
    require(actor, Deed.ASK)
    request = await requests.request(work, request_id)
    if request is None or request.supplier_id != actor.company_id or not await store.reply(work, request_id, text):
        raise absent("request")
    await notices.tell(work, request, notices.NoticeKind.REPLIED)


async def held(work: Work, part_id: PartId) -> Held:
    """Whether requests that stand hold one of the company's parts."""
    return await store.held(work, part_id)
