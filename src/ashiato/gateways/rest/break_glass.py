"""Routes: break-glass accesses of the operator to what a company has released."""

from typing import Annotated
from uuid import UUID

from fastapi import Query, Response

from ashiato.domain import footprint, governance
from ashiato.domain.participants import Actor, names_of
from ashiato.gateways.rest.desk import AtDesk, cursor, moment_and_id, place
from ashiato.gateways.rest.routing import routes_about
from ashiato.gateways.rest.wire.break_glass import AccessIn, OpenedOut, OperatorAccessOut
from ashiato.gateways.rest.wire.requests import ReleaseOut
from ashiato.gateways.rest.wire.words import Page
from ashiato.kernel.ids import CompanyId
from ashiato.plumbing.unit_of_work import Work

router = routes_about("governance")


@router.post("/break-glass", status_code=201, response_model=OperatorAccessOut)
async def ask(body: AccessIn, desk: AtDesk) -> Response:
    """Operator: asks a second person to open what a company has released; the company sees it at once."""
    wanted = governance.break_glass.Wanted(body.company_id, governance.break_glass.Purpose(body.purpose), body.reason, body.hours, body.release_id)

    async def verb(work: Work, actor: Actor) -> OperatorAccessOut:
        return await _out(work, await governance.break_glass.ask(work, actor, wanted))

    return await desk.write(verb, 201)


@router.get("/break-glass", response_model=Page[OperatorAccessOut])
async def accesses(desk: AtDesk, after: str | None = None, limit: Annotated[int, Query(ge=1, le=200)] = 50) -> Response:
    """Break-glass accesses, newest first: all of them for the operator, else those that concern the own company."""

    async def verb(work: Work, actor: Actor) -> Page[OperatorAccessOut]:
        found = await governance.break_glass.listed(work, actor, place(after, moment_and_id), limit)
        names = await names_of(work, sorted({each.concerned_id for each in found}))
        more = cursor(found[-1].asked_at, found[-1].access_id) if len(found) == limit else None
        return Page(items=[_told(work, each, names) for each in found], next=more)

    return await desk.read(verb)


@router.post("/break-glass/{access_id}/approval", response_model=OperatorAccessOut)
async def approve(access_id: UUID, desk: AtDesk) -> Response:
    """Operator, another person than who asked: opens it, for the hours that were asked for."""

    async def verb(work: Work, actor: Actor) -> OperatorAccessOut:
        return await _out(work, await governance.break_glass.approve(work, actor, access_id))

    return await desk.write(verb)


@router.post("/break-glass/{access_id}/refusal", response_model=OperatorAccessOut)
async def refuse(access_id: UUID, desk: AtDesk) -> Response:
    """Operator: does not approve it, or takes it back."""

    async def verb(work: Work, actor: Actor) -> OperatorAccessOut:
        return await _out(work, await governance.break_glass.refuse(work, actor, access_id))

    return await desk.write(verb)


@router.post("/break-glass/{access_id}/end", response_model=OperatorAccessOut)
async def end(access_id: UUID, desk: AtDesk) -> Response:
    """The operator, or the company concerned (approver, administrator): closes it from the next request on."""

    async def verb(work: Work, actor: Actor) -> OperatorAccessOut:
        return await _out(work, await governance.break_glass.end(work, actor, access_id))

    return await desk.write(verb)


@router.get("/break-glass/{access_id}/releases", response_model=OpenedOut)
async def releases(access_id: UUID, desk: AtDesk) -> Response:
    """Operator, the two persons who agreed: what is open, as its recipients see it. The company sees that it was read."""

    async def verb(work: Work, actor: Actor) -> OpenedOut:
        found = await governance.break_glass.releases(work, actor, access_id)
        return OpenedOut(releases=[ReleaseOut.model_validate({"release": footprint.package.encode(each)}) for each in found])

    return await desk.read(verb, notes=True)


async def _out(work: Work, found: governance.break_glass.Access) -> OperatorAccessOut:
    return _told(work, found, await names_of(work, [found.concerned_id]))


def _told(work: Work, found: governance.break_glass.Access, names: dict[CompanyId, str]) -> OperatorAccessOut:
    return OperatorAccessOut(
        access_id=found.access_id, company=names.get(CompanyId(found.concerned_id), ""), release_id=found.release_id, purpose=found.purpose,
        reason=found.reason, hours=found.hours, state=governance.break_glass.state_of(found, work.now), asked_by=found.asker, asked_at=found.asked_at,
        decided_by=found.decider, decided_at=found.decided_at, valid_until=found.valid_until, ended_at=found.ended_at, ended_by=found.ended_by,
    )  # fmt: skip
