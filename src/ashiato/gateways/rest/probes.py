"""Routes: questions that go through the whole chain, and consent to be named on a path."""

from typing import Annotated, Literal
from uuid import UUID

from fastapi import Query, Response

from ashiato.domain import diligence
from ashiato.domain.participants import Actor
from ashiato.gateways.rest.desk import AtDesk, cursor, moment_and_id, place
from ashiato.gateways.rest.routing import routes_about
from ashiato.gateways.rest.wire.diligence import ConsentIn, ProbeIn, ProbeItemOut, ProbeOut, ReceivedProbeOut
from ashiato.gateways.rest.wire.words import Page
from ashiato.kernel.frozen import encode
from ashiato.kernel.ids import PartId
from ashiato.plumbing.unit_of_work import Work

router = routes_about("diligence")


@router.post("/probes", status_code=201, response_model=ProbeOut)
async def ask(body: ProbeIn, desk: AtDesk) -> Response:
    """Asks everybody above a part whether something is in the chain (for a listed purpose), or who is on the path of a material."""
    kind = diligence.probes.ProbeKind(body.kind)
    question = diligence.probes.Question(kind, PartId(body.part_id), body.subject, body.purpose, body.reason)

    async def verb(work: Work, actor: Actor) -> ProbeOut:
        return _out(await diligence.probes.ask(work, actor, question))

    return await desk.write(verb, 201)


@router.get("/probes", response_model=Page[ProbeItemOut])
async def probes(desk: AtDesk, after: str | None = None, limit: Annotated[int, Query(ge=1, le=200)] = 50) -> Response:
    """What the own company asked its chain, oldest first."""

    async def verb(work: Work, actor: Actor) -> Page[ProbeItemOut]:
        found = await diligence.probes.listed(work, actor, place(after, moment_and_id), limit)
        more = cursor(found[-1].asked_at, found[-1].root_id) if len(found) == limit else None
        return Page(items=[ProbeItemOut.model_validate(each) for each in found], next=more)

    return await desk.read(verb)


@router.get("/probes/{root_id}", response_model=ProbeOut)
async def probe(root_id: UUID, desk: AtDesk) -> Response:
    """The answer so far: yes, no or unknown with how much of the chain has spoken; a path's names once all on it have consented."""

    async def verb(work: Work, actor: Actor) -> ProbeOut:
        return _out(await diligence.probes.asked(work, actor, root_id))

    return await desk.read(verb, notes=True)


@router.get("/received-probes", response_model=Page[ReceivedProbeOut])
async def received(
    desk: AtDesk, kind: Literal["path", "screening"] = "path", after: str | None = None, limit: Annotated[int, Query(ge=1, le=200)] = 50
) -> Response:
    """Supplier: consent that is asked for, or screenings that the company was part of, oldest first."""

    async def verb(work: Work, actor: Actor) -> Page[ReceivedProbeOut]:
        found = await diligence.probes.reached(work, actor, diligence.probes.ProbeKind(kind), place(after, moment_and_id), limit)
        more = cursor(found[-1].probe.asked_at, found[-1].probe.probe_id) if len(found) == limit else None
        return Page(items=[_received(each) for each in found], next=more)

    return await desk.read(verb)


@router.put("/received-probes/{root_id}/consent", status_code=204, response_class=Response)
async def decide(root_id: UUID, body: ConsentIn, desk: AtDesk) -> Response:
    """Supplier: consents to be named to the asker of a path, or refuses. The asker cannot tell refusal from silence."""

    async def verb(work: Work, actor: Actor) -> None:
        await diligence.probes.decide(work, actor, root_id, consent=body.consent)

    return await desk.write(verb)


def _received(found: diligence.probes.Reached) -> ReceivedProbeOut:
    told = {name: getattr(found.probe, name) for name in ("root_id", "request_id", "kind", "subject", "purpose", "asked_at", "due_at")}
    return ReceivedProbeOut(asker=found.asker, decision=found.decision, **told)


def _out(found: diligence.probes.Asked) -> ProbeOut:
    told = {name: getattr(found.root, name) for name in ("root_id", "kind", "part_id", "subject", "purpose", "asked_at", "due_at")}
    said = {"answer": found.said.answer, "asked": found.said.asked, "answered": found.said.answered, "state": found.state}
    return ProbeOut.model_validate(told | said | {"names": [encode(name) for name in found.names]})
