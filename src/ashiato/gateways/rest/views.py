"""Routes: the lists that a person keeps under a name."""

from uuid import UUID

from fastapi import Response

from ashiato.domain import participants
from ashiato.domain.participants import Actor
from ashiato.gateways.rest.desk import AtDesk
from ashiato.gateways.rest.routing import routes_about
from ashiato.gateways.rest.wire.views import SavedViewIn, SavedViewOut, SavedViewsOut
from ashiato.plumbing.unit_of_work import Work

router = routes_about("views")


@router.get("/views", response_model=SavedViewsOut)
async def views(desk: AtDesk) -> Response:
    """The asking person's saved views, by list and name."""

    async def verb(work: Work, actor: Actor) -> SavedViewsOut:
        return SavedViewsOut(items=[SavedViewOut.model_validate(view) for view in await participants.views.listed(work, actor)])

    return await desk.read(verb)


@router.post("/views", status_code=201, response_model=SavedViewOut)
async def keep(body: SavedViewIn, desk: AtDesk) -> Response:
    """Keeps the filters of a list under a name; one of the same name on the same list gives way."""

    async def verb(work: Work, actor: Actor) -> SavedViewOut:
        return SavedViewOut.model_validate(await participants.views.keep(work, actor, body.list, body.name, body.filters))

    return await desk.write(verb, 201)


@router.delete("/views/{view_id}", status_code=204)
async def forget(view_id: UUID, desk: AtDesk) -> Response:
    """Forgets a saved view."""

    async def verb(work: Work, actor: Actor) -> None:
        await participants.views.forget(work, actor, view_id)

    return await desk.write(verb)
