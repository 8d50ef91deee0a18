"""Routes: applications of the Japanese interface, which the operator admits."""

from uuid import UUID

from fastapi import Response

from ashiato.domain import participants
from ashiato.domain.participants import Actor
from ashiato.gateways.rest.desk import AtDesk
from ashiato.gateways.rest.routing import routes_about
from ashiato.gateways.rest.wire.applications import AdmitIn, AdmittedOut, ApplicationKeyOut
from ashiato.gateways.rest.wire.words import Page
from ashiato.plumbing.unit_of_work import Work

router = routes_about("participants")


@router.get("/applications", response_model=Page[AdmittedOut])
async def listed(desk: AtDesk) -> Response:
    """Operator: the applications that may use the Japanese interface, oldest first."""

    async def verb(work: Work, actor: Actor) -> Page[AdmittedOut]:
        return Page(items=[AdmittedOut.model_validate(found) for found in await participants.applications.listed(work, actor)])

    return await desk.read(verb)


@router.post("/applications", status_code=201, response_model=ApplicationKeyOut)
async def admit(body: AdmitIn, desk: AtDesk) -> Response:
    """Operator: admits an application from certain networks; its key is told in this answer only."""

    async def verb(work: Work, actor: Actor) -> ApplicationKeyOut:
        kind = participants.applications.ApplicationKind(body.kind)
        return ApplicationKeyOut.model_validate(await participants.applications.register(work, actor, body.name, kind, body.networks))

    return await desk.write(verb, 201, secret=True)


@router.delete("/applications/{application_id}", status_code=204, response_class=Response)
async def close(application_id: UUID, desk: AtDesk) -> Response:
    """Operator: ends an application's access, from the next request on."""

    async def verb(work: Work, actor: Actor) -> None:
        await participants.applications.close(work, actor, application_id)

    return await desk.write(verb)
