"""Settling many received requests at once, by the same rules as one by one."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from uuid import UUID

from ashiato.domain.participants import Actor, Deed, require, text_flaw
from ashiato.domain.products import Part
from ashiato.domain.trade import bulk_store, facts, notices, progress
from ashiato.domain.trade.model import LONGEST_MESSAGE, Party, Request, RequestState, check_transition
from ashiato.kernel.errors import Flaw, Refusal
from ashiato.kernel.quantity import UNITS, Quantity, bridge
from ashiato.plumbing.unit_of_work import Work


async def received(work: Work, actor: Actor, request_ids: Iterable[UUID]) -> dict[UUID, Request]:
    """Those of these requests that the actor's company received; all others are absent."""
    require(actor, Deed.READ)
    return await bulk_store.received(work, list(request_ids))


async def links(work: Work, actor: Actor, request_ids: Iterable[UUID]) -> dict[UUID, UUID]:
    """Which of the actor's parts each of these requests is linked to, if it is."""
    require(actor, Deed.READ)
    return await bulk_store.links(work, list(request_ids))


async def last_answers(work: Work, actor: Actor, request_ids: Iterable[UUID]) -> dict[UUID, UUID]:
    """What was handed over last in answer to each of these requests, if anything was."""
    require(actor, Deed.READ)
    return await bulk_store.last_answers(work, list(request_ids))


async def alike(work: Work, actor: Actor, part: Part, method: str, numbers: Iterable[str], limit: int) -> list[UUID]:
    """The open requests that the actor's company received and could answer with the same footprint of a part; the most urgent first.

    They are linked to the part, or to none and name one of its buyers' numbers, and their unit converts.
    """
    require(actor, Deed.READ)
    found = await bulk_store.alike(work, part.part_id, list(numbers), method, limit)
    received = await bulk_store.received(work, found)
    return [request_id for request_id in found if answer_flaw(received[request_id], part, part.part_id) is None]


def answer_flaw(request: Request, part: Part, linked: UUID | None) -> Flaw | None:
    """Why a request cannot be answered with a part (pure): its state, another link, a unit that does not convert."""
    try:
        if request.state != RequestState.ANSWERED:
            check_transition(RequestState(request.state), Party.SUPPLIER, RequestState.LINKED)
        elif linked != part.part_id:
            return Flaw("part_number", "answer.part", "This request was answered with another part.")
        declared = UNITS[part.declared_unit]
        Quantity(Decimal(1), UNITS[request.declared_unit]).in_unit(declared, bridge(declared, part.mass_kg))
    except Refusal as refusal:
        return Flaw("part_number", refusal.code, f"{refusal.message} {refusal.remedy}".strip())
    return None


def decline_flaw(request: Request, reason: str) -> Flaw | None:
    """Why a request cannot be declined for this reason (pure)."""
    flaw = text_flaw("reason", reason, LONGEST_MESSAGE)
    if flaw is not None:
        return flaw
    try:
        check_transition(RequestState(request.state), Party.SUPPLIER, RequestState.REJECTED)
    except Refusal as refusal:
        return Flaw("reason", refusal.code, f"{refusal.message} {refusal.remedy}")
    return None


@dataclass(frozen=True, slots=True)
class Handed:
    """What answers a request, and the part that the answer is about."""

    request: Request
    part_id: UUID
    subject_id: UUID


async def hand_over(work: Work, actor: Actor, handed: Sequence[Handed]) -> None:
    """Links requests to parts and records what answers them. They have passed `answer_flaw`; the granting is the caller's to do."""
    require(actor, Deed.ENTER_DATA)
    require(actor, Deed.ANSWER)
    if not handed:
        return
    requests = [one.request for one in handed]
    fresh = [one for one in handed if one.request.state != RequestState.ANSWERED]
    await bulk_store.put_links(work, [one.request for one in fresh], [one.part_id for one in fresh])
    await bulk_store.add_answers(work, requests, [one.subject_id for one in handed])
    await bulk_store.set_states(work, requests, RequestState.ANSWERED, [None] * len(requests))
    await notices.tell_answered(work, requests)
    for one in handed:
        if one.request.state == RequestState.ASKED:
            work.record(facts.request_moved(one.request, RequestState.LINKED))
        work.record(facts.answered(one.request, one.subject_id))
    await progress.tell(work, *{one.part_id for one in handed})


async def reject(work: Work, actor: Actor, declined: Sequence[tuple[Request, str]]) -> None:
    """Declines requests, each with its reason. They have passed `decline_flaw`."""
    require(actor, Deed.ASK)
    await bulk_store.set_states(work, [request for request, _ in declined], RequestState.REJECTED, [reason for _, reason in declined])
    await notices.tell_each(work, [request for request, _ in declined], notices.NoticeKind.REJECTED)
    for request, _ in declined:
        work.record(facts.request_moved(request, RequestState.REJECTED))
