"""Calls of version 2: footprints by `$filter`, one footprint, events."""

import json
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Query, Response

from ashiato.domain.participants import Actor
from ashiato.gateways.pact import serving, v2
from ashiato.gateways.pact.desk import AtDesk, Call
from ashiato.gateways.pact.serving import BASE, MOST
from ashiato.gateways.pact.v2 import odata
from ashiato.kernel.errors import absent
from ashiato.plumbing.unit_of_work import Work

router = APIRouter(route_class=Call, tags=["version 2"])


@router.get(f"{BASE}/2/footprints")
async def footprints(
    company_id: UUID,
    desk: AtDesk,
    limit: Annotated[int, Query(ge=0)] = MOST,
    offset: Annotated[int, Query(ge=0, le=10**9)] = 0,
    wanted: Annotated[str, Query(alias="$filter")] = "",
) -> Response:
    """The company's footprints that are granted to the caller and fit the filter, oldest first."""
    fits, page = odata.predicate(wanted), serving.Page(min(limit, MOST), offset)

    async def verb(work: Work, actor: Actor) -> list[Any]:
        found = await serving.serve(work, actor, company_id, desk.issuer, lambda one: (told := v2.spelled(one)) is not None and fits(told), page)
        return [v2.spelled(one) for one in found]

    body = json.dumps({"data": await desk.run(verb)}, ensure_ascii=False)
    headers = {"Link": desk.following(page.limit, page.offset + page.limit)} if page.more and page.limit else {}
    return Response(body, headers=headers, media_type="application/json")


@router.get(f"{BASE}/2/footprints/{{footprint_id}}")
async def footprint(company_id: UUID, footprint_id: UUID, desk: AtDesk) -> Response:
    """One of the company's footprints that are granted to the caller."""
    found = v2.spelled(await serving.one(desk, company_id, footprint_id))
    if found is None:
        raise absent("footprint in version 2")
    return Response(json.dumps({"data": found}, ensure_ascii=False), media_type="application/json")


@router.post(f"{BASE}/2/events")
async def events(company_id: UUID, desk: AtDesk) -> Response:
    """Takes an event for the company; what comes of it follows later."""
    return await serving.take(desk, company_id, 2, v2.read)
