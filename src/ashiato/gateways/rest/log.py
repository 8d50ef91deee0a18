"""Routes: what has happened, in words; the transparency log, its proofs, receipts and witnesses; erasing a person."""

from collections.abc import Awaitable, Callable
from typing import Annotated, Literal, TypeVar
from uuid import UUID

from fastapi import Path, Query, Response

from ashiato.domain import audit, participants
from ashiato.domain.participants import Actor, Deed, names_of, require
from ashiato.gateways.rest.desk import AtDesk, Desk, cursor, moment_and_id, place
from ashiato.gateways.rest.routing import routes_about
from ashiato.gateways.rest.wire.log import (
    CheckpointOut,
    ConsistencyOut,
    CosignatureIn,
    ErasedOut,
    FactOut,
    InclusionOut,
    LeavesOut,
    ReceiptOut,
    WitnessOut,
)
from ashiato.gateways.rest.wire.words import Page
from ashiato.kernel.errors import absent
from ashiato.kernel.ids import CompanyId, PersonId
from ashiato.plumbing.db import Viewpoint
from ashiato.plumbing.unit_of_work import Work

router = routes_about("log")
Told = TypeVar("Told")
Size = Annotated[int, Query(ge=0, le=2**53)]
HashOf = Annotated[str, Path(pattern=r"^[0-9a-f]{64}$")]


@router.get("/facts", response_model=Page[FactOut])
async def facts(
    desk: AtDesk, lang: Literal["en", "ja"] = "en", after: str | None = None, limit: Annotated[int, Query(ge=1, le=200)] = 50
) -> Response:
    """What has happened in the own company's affairs, and what others did that concerns it, oldest first."""

    async def verb(work: Work, actor: Actor) -> Page[FactOut]:
        require(actor, Deed.READ)
        found = await audit.own_facts(work, place(after, moment_and_id), limit)
        parties = {CompanyId(party) for fact in found for party in (fact.company_id, fact.counterpart_id) if party}
        names = await names_of(work, sorted(parties))
        more = cursor(found[-1].recorded_at, found[-1].fact_id) if len(found) == limit else None
        return Page(items=[_fact(fact, names, lang) for fact in found], next=more)

    return await desk.read(verb)


def _fact(fact: audit.LoggedFact, names: dict[CompanyId, str], lang: audit.wordings.Tongue) -> FactOut:
    by, other = names.get(CompanyId(fact.company_id), ""), names.get(CompanyId(fact.counterpart_id), "") if fact.counterpart_id else ""
    return FactOut(
        fact_id=fact.fact_id, kind=fact.kind, by=by, other=other, said=audit.wordings.said(fact.kind, lang, by, other),
        subject=dict(fact.subject), recorded_at=fact.recorded_at,
    )  # fmt: skip


@router.get("/log/checkpoint")
async def checkpoint(desk: AtDesk) -> CheckpointOut:
    """The newest signed state of the transparency log. Open to everybody."""

    async def verb(work: Work) -> CheckpointOut:
        found = await audit.checkpoint(work)
        if found is None:
            raise absent("checkpoint")
        witnesses = await audit.proofs.cosignatures(work, found.tree_size)
        return CheckpointOut(
            tree_size=found.tree_size, root_hash=found.root_hash.hex(), note=found.note, verifier_key=desk.tools.log_key.verifier_key,
            signed_at=found.signed_at, witnesses=[WitnessOut.model_validate(witness) for witness in witnesses],
        )  # fmt: skip

    return await _public(desk, verb)


@router.get("/log/consistency")
async def consistency(desk: AtDesk, first: Size = 1, second: Annotated[int | None, Query(ge=0, le=2**53)] = None) -> ConsistencyOut:
    """The proof that one signed tree is a beginning of another. Open to everybody."""

    async def verb(work: Work) -> ConsistencyOut:
        size, path = await audit.proofs.consistency(work, first, second)
        return ConsistencyOut(first=first, second=size, path=[node.hex() for node in path])

    return await _public(desk, verb)


@router.get("/log/inclusion/{leaf_hash}")
async def inclusion(leaf_hash: HashOf, desk: AtDesk, size: Annotated[int | None, Query(ge=1, le=2**53)] = None) -> InclusionOut:
    """Where a leaf stands in a signed tree, the newest if no size is named. Open to everybody: who knows the hash knew it before."""

    async def verb(work: Work) -> InclusionOut:
        found = await audit.proofs.inclusion(work, bytes.fromhex(leaf_hash), size)
        return _inclusion(found)

    return await _public(desk, verb)


@router.get("/log/leaves")
async def leaves(desk: AtDesk, begin: Size = 0, limit: Annotated[int, Query(ge=1, le=audit.proofs.MOST_LEAVES)] = 1000) -> LeavesOut:
    """The hashes of the log's leaves, from which anybody can derive every root again. Open to everybody."""

    async def verb(work: Work) -> LeavesOut:
        return LeavesOut(begin=begin, leaves=[leaf.hex() for leaf in await audit.proofs.leaves(work, begin, limit)])

    return await _public(desk, verb)


@router.get("/log/receipts/{fact_id}", response_model=ReceiptOut)
async def receipt(fact_id: UUID, desk: AtDesk) -> Response:
    """What proves a fact of the own company's affairs, or one that concerns it."""

    async def verb(work: Work, actor: Actor) -> ReceiptOut:
        require(actor, Deed.READ)
        return _receipt(await audit.proofs.receipt(work, fact_id), desk.tools.log_key.verifier_key)

    return await desk.read(verb)


@router.get("/log/receipts", response_model=Page[ReceiptOut])
async def receipts(
    desk: AtDesk, size: Annotated[int | None, Query(ge=1, le=2**53)] = None, after: str | None = None, limit: Annotated[int, Query(ge=1, le=200)] = 50
) -> Response:
    """What proves each fact of the own company's affairs, or that concerns it, in the tree of this size; oldest first."""

    async def verb(work: Work, actor: Actor) -> Page[ReceiptOut]:
        require(actor, Deed.READ)
        found = await audit.proofs.receipts(work, size, place(after, moment_and_id), limit)
        last = found[-1].fact if len(found) == limit else None
        items = [_receipt(each, desk.tools.log_key.verifier_key) for each in found]
        return Page(items=items, next=cursor(last.recorded_at, last.fact_id) if last else None)

    return await desk.read(verb)


def _receipt(found: audit.proofs.Receipt, verifier_key: str) -> ReceiptOut:
    place, signed = found.inclusion, found.checkpoint
    return ReceiptOut(
        fact_id=found.fact.fact_id, kind=found.fact.kind, content=found.fact.content.decode() if found.fact.content else None,
        leaf_hash=found.leaf_hash.hex() if found.leaf_hash else None, inclusion=_inclusion(place) if place else None,
        note=signed.note if signed and place and place.tree_size == signed.tree_size else None, verifier_key=verifier_key,
    )  # fmt: skip


def _inclusion(found: audit.Inclusion) -> InclusionOut:
    return InclusionOut(log_index=found.log_index, tree_size=found.tree_size, path=[node.hex() for node in found.path])


@router.post("/log/cosignatures", status_code=201, response_model=WitnessOut)
async def cosign(body: CosignatureIn, desk: AtDesk) -> Response:
    """Member: says that it saw this checkpoint, and that it continues those that it had seen before."""

    async def verb(work: Work, actor: Actor) -> WitnessOut:
        require(actor, Deed.WITNESS)
        return WitnessOut.model_validate(await audit.witnesses.cosign(work, body.tree_size, body.verifier_key, body.line))

    return await desk.write(verb, 201)


@router.post("/people/{person_id}/erasure", response_model=ErasedOut)
async def erase(person_id: UUID, desk: AtDesk) -> Response:
    """Closes a colleague's account and erases the personal data, also from facts that are in the log; their hashes stay."""

    async def verb(work: Work, actor: Actor) -> ErasedOut:
        await participants.accounts.erase_person(work, actor, PersonId(person_id))
        return ErasedOut(facts=await audit.erase(work, person_id))

    return await desk.write(verb)


async def _public(desk: Desk, verb: Callable[[Work], Awaitable[Told]]) -> Told:
    async def once(work: Work) -> Told:
        await work.pin(Viewpoint.VISITOR, None)
        return await verb(work)

    return await desk.tools.works.run(once, read_only=True)
