"""Single sign-on on the company's page: domains that it proves to control, and the providers of identities that its people log in through."""

from typing import Annotated
from uuid import UUID

from fastapi import Form, Response

from ashiato.domain import participants
from ashiato.domain.participants import Actor
from ashiato.plumbing import outbound
from ashiato.plumbing.unit_of_work import Work
from ashiato.web.route import AtDoor, Once, journey

router = journey()
_HERE = "/company#sso"


@router.post("/company/domains")
async def state_domain(visit: AtDoor, domain: Annotated[str, Form(max_length=253)], once: Once) -> Response:
    """Administrator: says which domain the company controls; the page then shows the challenge that proves it."""

    async def verb(work: Work, actor: Actor) -> None:
        await participants.control.state_own(work, actor, participants.control.ControlKind.DOMAIN, domain)

    return await visit.act(verb, _HERE, once)


@router.post("/company/domains/{proof_id:uuid}")
async def look(visit: AtDoor, proof_id: UUID, once: Once) -> Response:
    """Administrator: looks the challenge up, while no transaction is open; where it is not found, what was found instead is told."""

    async def load(work: Work) -> participants.control.Proof:
        await participants.control.of_company(work, await visit.enter(work))
        return await participants.control.stated(work, proof_id)

    proof = await visit.tools.works.run(load, read_only=True)
    shown = await participants.control.look(proof, outbound.of(visit.tools.settings))
    return await visit.act(lambda work, _: participants.control.keep(work, shown), _HERE, once)


@router.post("/company/providers")
async def state_provider(
    visit: AtDoor,
    issuer: Annotated[str, Form(max_length=400)],
    client_id: Annotated[str, Form(max_length=200)],
    client_secret: Annotated[str, Form(max_length=1000)],
    domain: Annotated[str, Form(max_length=253)],
    once: Once,
) -> Response:
    """Administrator: the provider for addresses of a proven domain, in place of the one before."""

    async def verb(work: Work, actor: Actor) -> None:
        await participants.sso.state(work, actor, issuer.strip(), client_id.strip(), client_secret, domain, visit.tools.seal)

    return await visit.act(verb, _HERE, once)


@router.post("/company/providers/{provider_id:uuid}/end")
async def close_provider(visit: AtDoor, provider_id: UUID, once: Once) -> Response:
    """Administrator: nobody logs in through the provider any more."""

    async def verb(work: Work, actor: Actor) -> None:
        await participants.sso.close(work, actor, provider_id)

    return await visit.act(verb, _HERE, once)
