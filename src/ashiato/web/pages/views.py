"""Saved views: a list as it is on the screen, kept under a name, and forgotten."""

from typing import Annotated
from uuid import UUID

from fastapi import Form, Response

from ashiato.domain import participants
from ashiato.domain.participants import Actor
from ashiato.plumbing.unit_of_work import Work
from ashiato.web.lists import narrowed_to
from ashiato.web.route import AtDoor, Once, journey

router = journey()
Which = Annotated[str, Form(alias="list", max_length=20)]
Filters = Annotated[str, Form(max_length=participants.views.LONGEST_FILTERS)]


@router.post("/views")
async def keep(visit: AtDoor, which: Which, filters: Filters, name: Annotated[str, Form(max_length=200)], once: Once) -> Response:
    """Keeps the filters of a list under a name, and shows the same list again."""

    async def verb(work: Work, actor: Actor) -> None:
        await participants.views.keep(work, actor, which, name, filters)

    return await visit.act(verb, narrowed_to(which, filters), once)


@router.post("/views/{view_id:uuid}/removal")
async def forget(visit: AtDoor, view_id: UUID, once: Once, which: Which = "", filters: Filters = "") -> Response:
    """Forgets a view; the list stays as it is."""

    async def verb(work: Work, actor: Actor) -> None:
        await participants.views.forget(work, actor, view_id)

    return await visit.act(verb, narrowed_to(which, filters), once)
