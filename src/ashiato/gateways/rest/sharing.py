"""Routes: grants, and who looked."""

from typing import Annotated
from uuid import UUID

from fastapi import Query, Response

from ashiato.domain import sharing
from ashiato.domain.participants import Actor, names_of
from ashiato.gateways.rest.desk import AtDesk, cursor, identifier, moment_and_ids, place
from ashiato.gateways.rest.routing import routes_about
from ashiato.gateways.rest.wire.sharing import AccessOut, GrantOut
from ashiato.gateways.rest.wire.words import Page
from ashiato.kernel.ids import CompanyId, GrantId
from ashiato.plumbing.unit_of_work import Work

router = routes_about("sharing")


@router.get("/grants", response_model=Page[GrantOut])
async def grants(desk: AtDesk, after: str | None = None, limit: Annotated[int, Query(ge=1, le=200)] = 50) -> Response:
    """Who may see what of the own company's, withdrawn grants included."""

    async def verb(work: Work, actor: Actor) -> Page[GrantOut]:
        start = place(after, identifier)
        found = await sharing.given(work, actor, GrantId(start) if start else None, limit)
        names = await names_of(work, [grant.grantee_id for grant in found])
        items = [
            GrantOut(
                grant_id=grant.grant_id, grantee=names.get(grant.grantee_id, ""), subject_kind=grant.subject_kind, subject_id=grant.subject_id,
                purpose=grant.purpose, granted_at=grant.granted_at, valid_until=grant.valid_until, revoked_at=grant.revoked_at,
                terms=grant.terms, words=grant.in_words(names.get(grant.grantee_id, "")),
            )
            for grant in found
        ]  # fmt: skip
        return Page(items=items, next=cursor(found[-1].grant_id) if len(found) == limit else None)

    return await desk.read(verb)


@router.delete("/grants/{grant_id}", status_code=204, response_class=Response)
async def revoke(grant_id: UUID, desk: AtDesk) -> Response:
    """Withdraws a grant, from the next request on."""

    async def verb(work: Work, actor: Actor) -> None:
        await sharing.revoke(work, actor, GrantId(grant_id))

    return await desk.write(verb)


@router.get("/accesses", response_model=Page[AccessOut])
async def accesses(desk: AtDesk, after: str | None = None, limit: Annotated[int, Query(ge=1, le=200)] = 50) -> Response:
    """Who first read what of the own company's, newest first."""

    async def verb(work: Work, actor: Actor) -> Page[AccessOut]:
        found = await sharing.accesses(work, actor, place(after, moment_and_ids), limit)
        names = await names_of(work, [access.reader_id for access in found])
        items = [
            AccessOut(
                reader=names.get(CompanyId(access.reader_id), ""), subject_kind=access.subject_kind,
                subject_id=access.subject_id, first_read_at=access.first_read_at,
            )
            for access in found
        ]  # fmt: skip
        last = found[-1] if len(found) == limit else None
        return Page(items=items, next=cursor(last.first_read_at, last.subject_id, last.reader_id) if last else None)

    return await desk.read(verb)
