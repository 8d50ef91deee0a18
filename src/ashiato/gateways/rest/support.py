"""Routes: requests for support, which a company opens itself and the operator answers."""

from typing import Annotated
from uuid import UUID

from fastapi import Query, Response

from ashiato.domain import governance
from ashiato.domain.participants import Actor, names_of
from ashiato.gateways.rest.desk import AtDesk, cursor, moment_and_id, place
from ashiato.gateways.rest.routing import routes_about
from ashiato.gateways.rest.wire.support import SupportIn, SupportOut, SupportThreadOut, SupportWordIn, SupportWordOut
from ashiato.gateways.rest.wire.words import Page
from ashiato.kernel.ids import CompanyId
from ashiato.plumbing.unit_of_work import Work

router = routes_about("governance")


@router.post("/support-requests", status_code=201, response_model=SupportOut)
async def open_one(body: SupportIn, desk: AtDesk) -> Response:
    """Asks the operator for support. It reads what is written here, and by whom; how long it takes to answer is counted from now."""

    async def verb(work: Work, actor: Actor) -> SupportOut:
        found = await governance.support.open_one(work, actor, body.subject, body.words)
        return _out(found, await names_of(work, [found.company_id]))

    return await desk.write(verb, 201)


@router.get("/support-requests", response_model=Page[SupportOut])
async def listed(
    desk: AtDesk,
    still_open: Annotated[bool, Query(alias="open")] = False,
    after: str | None = None,
    limit: Annotated[int, Query(ge=1, le=200)] = 50,
) -> Response:
    """The own company's requests for support, for the operator all companies', oldest first; with `open`, those that wait."""

    async def verb(work: Work, actor: Actor) -> Page[SupportOut]:
        found = await governance.support.listed(work, actor, still_open=still_open, after=place(after, moment_and_id), limit=limit)
        names = await names_of(work, sorted({each.company_id for each in found}))
        more = cursor(found[-1].opened_at, found[-1].request_id) if len(found) == limit else None
        return Page(items=[_out(each, names) for each in found], next=more)

    return await desk.read(verb)


@router.get("/support-requests/{support_id}", response_model=SupportThreadOut)
async def one(support_id: UUID, desk: AtDesk) -> Response:
    """A request for support with what was said of it."""

    async def verb(work: Work, actor: Actor) -> SupportThreadOut:
        return await _thread(work, await governance.support.one(work, actor, support_id))

    return await desk.read(verb)


@router.post("/support-requests/{support_id}/words", response_model=SupportThreadOut)
async def add(support_id: UUID, body: SupportWordIn, desk: AtDesk) -> Response:
    """Says more of it: the company, or the operator, whose first word is its answer."""

    async def verb(work: Work, actor: Actor) -> SupportThreadOut:
        return await _thread(work, await governance.support.add(work, actor, support_id, body.words))

    return await desk.write(verb)


@router.post("/support-requests/{support_id}/closing", response_model=SupportThreadOut)
async def close(support_id: UUID, body: SupportWordIn, desk: AtDesk) -> Response:
    """Closes it with the reason, which the other side reads."""

    async def verb(work: Work, actor: Actor) -> SupportThreadOut:
        return await _thread(work, await governance.support.close(work, actor, support_id, body.words))

    return await desk.write(verb)


async def _thread(work: Work, heard: governance.support.Heard) -> SupportThreadOut:
    of = _out(heard.request, await names_of(work, [heard.request.company_id]))
    return SupportThreadOut(**of.model_dump(), said=[SupportWordOut.model_validate(each) for each in heard.words])


def _out(found: governance.support.SupportRequest, names: dict[CompanyId, str]) -> SupportOut:
    return SupportOut(
        support_id=found.request_id, company=names.get(CompanyId(found.company_id), ""), subject=found.subject, opened_at=found.opened_at,
        answered_at=found.answered_at, closed_at=found.closed_at,
    )  # fmt: skip
