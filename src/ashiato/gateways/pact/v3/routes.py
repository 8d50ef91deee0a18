"""Calls of version 3: footprints, one footprint, events."""

from typing import Annotated, Literal
from uuid import UUID

from fastapi import APIRouter, Query, Response
from fastapi.responses import JSONResponse
from pydantic import TypeAdapter

from ashiato.domain.participants import Actor
from ashiato.gateways.pact import catenax, serving
from ashiato.gateways.pact.desk import AtDesk, Call, Desk
from ashiato.gateways.pact.serving import BASE, MOST
from ashiato.gateways.pact.v3 import filters
from ashiato.gateways.pact.v3.events import read
from ashiato.gateways.pact.v3.wire import ProductFootprint
from ashiato.plumbing.unit_of_work import Work

router = APIRouter(route_class=Call, tags=["version 3"])
_SPELLED: TypeAdapter[list[ProductFootprint]] = TypeAdapter(list[ProductFootprint])


@router.get(f"{BASE}/3/footprints")
async def footprints(
    company_id: UUID,
    desk: AtDesk,
    wanted: Annotated[filters.Criteria, Query()],
    limit: Annotated[int, Query(ge=0)] = MOST,
    offset: Annotated[int, Query(ge=0, le=10**9)] = 0,
) -> Response:
    """The company's footprints that are granted to the caller and fit the filters, oldest first."""
    page = serving.Page(min(limit, MOST), offset)

    async def verb(work: Work, actor: Actor) -> list[ProductFootprint]:
        return await serving.serve(work, actor, company_id, desk.issuer, lambda one: filters.matches(one, wanted), page)

    found = await desk.run(verb)
    headers = {"Link": desk.following(page.limit, page.offset + page.limit)} if page.more and page.limit else {}
    return Response(b'{"data":' + _SPELLED.dump_json(found, exclude_none=True) + b"}", headers=headers, media_type="application/json")


@router.get(f"{BASE}/3/footprints/{{footprint_id}}")
async def footprint(company_id: UUID, footprint_id: UUID, desk: AtDesk) -> Response:
    """One of the company's footprints that are granted to the caller."""
    found = await serving.one(desk, company_id, footprint_id)
    return Response(f'{{"data":{found.model_dump_json(exclude_none=True)}}}', media_type="application/json")


@router.get(f"{BASE}/catenax/pcf/{{version}}/{{footprint_id}}")
async def payload(company_id: UUID, version: Literal["7", "8", "9"], footprint_id: UUID, desk: AtDesk) -> Response:
    """The same footprint as a payload of Catena-X, for whoever transports it."""
    found = await serving.one(desk, company_id, footprint_id)
    return JSONResponse(catenax.PAYLOADS[int(version)](found), headers=_reported(desk, f"catenax-pcf-{version}"))


@router.get(f"{BASE}/catenax/component/{{footprint_id}}")
async def component(company_id: UUID, footprint_id: UUID, desk: AtDesk, legal: str, site: str, customer_part: str) -> Response:
    """The footprint of a battery's component as a payload of Catena-X, with the names that Catena-X has issued."""
    found = await serving.one(desk, company_id, footprint_id)
    return JSONResponse(catenax.component(found, catenax.Roles(legal, site, customer_part)), headers=_reported(desk, "catenax-component"))


def _reported(desk: Desk, form: str) -> dict[str, str]:
    """The header that leads from a payload to what its form loses (RFC 8288)."""
    return {"Link": f'<{desk.tools.settings.public_url}/pact/losses/{form}.json>; rel="describedby"'}


@router.post(f"{BASE}/3/events")
async def events(company_id: UUID, desk: AtDesk) -> Response:
    """Takes an event for the company; what comes of it follows later."""
    return await serving.take(desk, company_id, 3, read)
