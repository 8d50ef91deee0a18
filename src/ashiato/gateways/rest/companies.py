"""Routes: companies, their admission, people, programs, sites and public keys."""

from typing import Annotated, Any
from uuid import UUID

from fastapi import Query, Response

from ashiato.domain import participants
from ashiato.domain.participants import Actor, CompanyKind, CompanyState, Role
from ashiato.gateways.rest.admission import rules_of, send
from ashiato.gateways.rest.desk import AtDesk, AtGate, cursor, identifier, moment_and_id, place, word
from ashiato.gateways.rest.routing import routes_about
from ashiato.gateways.rest.wire.companies import (
    ApplicationIn,
    ApplicationOut,
    ClientIn,
    ClientOut,
    ClientSecretOut,
    CompanyOut,
    IdOut,
    KeyOut,
    MoveIn,
    PersonChangeIn,
    PersonIn,
    PersonOut,
    SiteOut,
)
from ashiato.gateways.rest.wire.words import Page
from ashiato.kernel.ids import ClientId, CompanyId, PersonId, corporate_number
from ashiato.plumbing import letters
from ashiato.plumbing.db import Viewpoint
from ashiato.plumbing.unit_of_work import Work

router = routes_about("participants")


def _application(body: ApplicationIn) -> participants.model.Application:
    numbers = participants.numbers
    return participants.model.Application(
        body.name,
        body.country,
        corporate_number(body.corporate_number) if body.corporate_number else None,
        body.admin_email,
        body.admin_name,
        body.password or "",
        CompanyKind(body.kind),
        lei=numbers.lei(body.lei) if body.lei else None,
        duns=numbers.duns(body.duns) if body.duns else None,
        bpn=numbers.bpn(body.bpn) if body.bpn else None,
        address=body.address,
        phone=body.phone,
        website=body.website,
        sites=tuple(participants.model.NewSite(site.code, site.name, site.country, site.address) for site in body.sites),
        terms=body.terms,
        domain=body.domain,
    )


@router.post("/companies", status_code=201)
async def apply(body: ApplicationIn, desk: AtGate) -> ApplicationOut:
    """Asks for a company's admission. Until it is admitted, its people can do nothing."""
    applied = await desk.tools.works.run(lambda work: participants.admission.apply(work, _application(body), rules_of(desk)))
    settings = desk.tools.settings
    await letters.hand_over(settings, participants.candidacy.letter(body.admin_email, applied.secret, settings.public_url))
    return ApplicationOut(company_id=applied.company_id, state=CompanyState.APPLIED, secret=applied.secret)


@router.get("/companies", response_model=Page[CompanyOut])
async def companies(
    desk: AtDesk,
    state: Annotated[list[CompanyState] | None, Query()] = None,
    after: str | None = None,
    limit: Annotated[int, Query(ge=1, le=200)] = 50,
) -> Response:
    """Operator: the companies in these states."""

    async def verb(work: Work, actor: Actor) -> Page[CompanyOut]:
        start = place(after, identifier)
        found = await participants.admission.companies_in(work, actor, state or list(CompanyState), CompanyId(start) if start else None, limit)
        more = cursor(found[-1].company_id) if len(found) == limit else None
        return Page(items=[CompanyOut.model_validate(company) for company in found], next=more)

    return await desk.read(verb)


@router.post("/companies/{company_id}/state", response_model=CompanyOut)
async def move_company(company_id: UUID, body: MoveIn, desk: AtDesk) -> Response:
    """Operator: verifies, admits, declines, suspends or readmits a company, with a reason that it can read."""
    invited: list[participants.invitations.Invitation | None] = []

    async def verb(work: Work, actor: Actor) -> CompanyOut:
        moved = await participants.admission.move_company(
            work, actor, CompanyId(company_id), CompanyState(body.state), body.reason, rules_of(desk), body.checks
        )
        invited[:] = [moved.invitation]
        return CompanyOut.model_validate(moved.company)

    response = await desk.write(verb)
    await send(desk, invited[-1] if invited else None)
    return response


@router.get("/companies/by-number/{number}", response_model=CompanyOut)
async def company_by_number(number: str, desk: AtDesk) -> Response:
    """The admitted member with this number: corporate number, LEI, D-U-N-S or BPN."""

    async def verb(work: Work, actor: Actor) -> CompanyOut:
        return CompanyOut.model_validate(await participants.admission.find_company(work, actor, number))

    return await desk.read(verb)


@router.get("/companies/{company_id}/keys")
async def company_keys(company_id: UUID, desk: AtDesk) -> dict[str, Any]:
    """The public keys that verify what a company released and declared (RFC 7517). Open to everybody."""

    async def verb(work: Work) -> list[dict[str, str]]:
        await work.pin(Viewpoint.VISITOR, None)
        return await participants.signing.public_keys(work, CompanyId(company_id))

    return {"keys": await desk.tools.works.run(verb, read_only=True)}


@router.post("/keys", status_code=201, response_model=KeyOut)
async def rotate_key(desk: AtDesk) -> Response:
    """Draws a new key for the own company to sign with. The old one signs no more, and still verifies what it signed."""

    async def verb(work: Work, actor: Actor) -> KeyOut:
        return KeyOut(key_id=await participants.signing.rotate(work, actor, desk.tools.seal))

    return await desk.write(verb, 201)


@router.get("/people", response_model=Page[PersonOut])
async def people(desk: AtDesk, after: str | None = None, limit: Annotated[int, Query(ge=1, le=200)] = 50) -> Response:
    """The accounts of the own company, by address."""

    async def verb(work: Work, actor: Actor) -> Page[PersonOut]:
        found = await participants.accounts.people(work, actor, place(after, word), limit)
        more = cursor(found[-1].email) if len(found) == limit else None
        return Page(items=[PersonOut.model_validate(person) for person in found], next=more)

    return await desk.read(verb)


@router.post("/people", status_code=201, response_model=IdOut)
async def invite(body: PersonIn, desk: AtDesk) -> Response:
    """Opens an account for a colleague. Without a password the colleague is invited by mail to choose one."""
    invited: list[participants.invitations.Invitation | None] = []

    async def verb(work: Work, actor: Actor) -> IdOut:
        roles = frozenset(Role(role) for role in body.roles)
        person_id, invitation = await participants.accounts.invite(work, actor, body.email, body.display_name, body.password, roles)
        invited[:] = [invitation]
        return IdOut(id=person_id)

    response = await desk.write(verb, 201)
    await send(desk, invited[-1] if invited else None)
    return response


@router.patch("/people/{person_id}", status_code=204, response_class=Response)
async def change_person(person_id: UUID, body: PersonChangeIn, desk: AtDesk) -> Response:
    """Changes a colleague's roles, or closes or reopens the account."""

    async def verb(work: Work, actor: Actor) -> None:
        roles = frozenset(Role(role) for role in body.roles) if body.roles is not None else None
        await participants.accounts.change_person(work, actor, PersonId(person_id), roles, body.active)

    return await desk.write(verb)


@router.get("/clients", response_model=Page[ClientOut])
async def clients(desk: AtDesk, after: str | None = None, limit: Annotated[int, Query(ge=1, le=200)] = 50) -> Response:
    """The programs of the own company, in the order of their registration."""

    async def verb(work: Work, actor: Actor) -> Page[ClientOut]:
        found = await participants.accounts.clients(work, actor, place(after, moment_and_id), limit)
        more = cursor(found[-1].registered_at, found[-1].client_id) if len(found) == limit else None
        return Page(items=[ClientOut.model_validate(client) for client in found], next=more)

    return await desk.read(verb)


@router.post("/clients", status_code=201, response_model=ClientSecretOut)
async def register_client(body: ClientIn, desk: AtDesk) -> Response:
    """Registers a program; its secret is told in this answer only."""

    async def verb(work: Work, actor: Actor) -> ClientSecretOut:
        roles = frozenset(Role(role) for role in body.roles)
        return ClientSecretOut.model_validate(await participants.accounts.register_client(work, actor, body.name, roles))

    return await desk.write(verb, 201, secret=True)


@router.delete("/clients/{client_id}", status_code=204, response_class=Response)
async def close_client(client_id: UUID, desk: AtDesk) -> Response:
    """Ends a program's access."""

    async def verb(work: Work, actor: Actor) -> None:
        await participants.accounts.close_client(work, actor, ClientId(client_id))

    return await desk.write(verb)


@router.get("/sites", response_model=Page[SiteOut])
async def sites(desk: AtDesk, after: str | None = None, limit: Annotated[int, Query(ge=1, le=200)] = 50) -> Response:
    """The sites of the own company, by code."""

    async def verb(work: Work, actor: Actor) -> Page[SiteOut]:
        found = await participants.accounts.sites(work, actor, place(after, word), limit)
        more = cursor(found[-1].code) if len(found) == limit else None
        return Page(items=[SiteOut.model_validate(site) for site in found], next=more)

    return await desk.read(verb)
