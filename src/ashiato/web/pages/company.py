"""The own company: what others see of it, people and programs, sites, keys, and its policy on releases in words."""

from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal
from typing import Annotated, ClassVar
from uuid import UUID

from fastapi import Form, Query, Response

from ashiato.domain import footprint, leaving, participants
from ashiato.domain.participants import Actor, Deed, Role
from ashiato.kernel.ids import ClientId, PersonId
from ashiato.plumbing import letters
from ashiato.plumbing.keys import key_id
from ashiato.plumbing.unit_of_work import Work
from ashiato.web.route import AtDoor, Once, journey, may

router = journey()
_PEOPLE = 100
_SITES = 100
_BUNDLES = 200
ROLES = (Role.CLERK, Role.APPROVER, Role.COMPANY_ADMIN, Role.VERIFIER)


@dataclass(frozen=True, slots=True)
class CompanyPage:
    """The page. People and programs are for administrators; `after` is where the list of people goes on."""

    template: ClassVar[str] = "company.html"
    company: participants.model.Company
    people: list[participants.model.Person]
    programs: list[participants.model.Client]
    after: str
    me: PersonId | None
    sites: list[participants.model.Site]
    keys: list[str]
    policy: footprint.protection.Policy
    coalitions: list[list[str]]
    per_minute: int
    upload_mb: int
    administers: bool
    providers: list[participants.sso.Provider]
    domains: list[participants.control.Proof]
    callback: str  # where providers send people back to
    bundles: list[leaving.Bundle]  # of all data, newest first
    roles: tuple[Role, ...] = ROLES
    actions: tuple[footprint.protection.Action, ...] = tuple(footprint.protection.Action)

    @property
    def proven(self) -> list[str]:
        """The domains for which a provider may be stated."""
        return [proof.subject for proof in self.domains if proof.proven_at]


@router.get("/company")
async def company(visit: AtDoor, after: Annotated[str, Query(max_length=254)] = "") -> Response:
    """The company of who reads."""
    settings = visit.tools.settings

    async def verb(work: Work, actor: Actor) -> CompanyPage:
        administers = may(actor, Deed.ADMINISTER)
        policy = await footprint.protection.policy(work, actor)
        names = await participants.names_of(work, [member for members in policy.coalitions for member in members])
        proofs = await participants.control.of_company(work, actor) if administers else []
        people = await participants.accounts.people(work, actor, after or None, _PEOPLE) if administers else []
        return CompanyPage(
            company=await participants.admission.own_company(work, actor),
            people=people,
            programs=await participants.accounts.clients(work, actor, None, _PEOPLE) if administers else [],
            after=people[-1].email if len(people) == _PEOPLE else "",
            me=actor.person_id,
            sites=await participants.accounts.sites(work, actor, None, _SITES),
            keys=[key_id(key) for key in await participants.signing.public_keys(work, actor.company_id)],
            policy=policy,
            coalitions=[[names.get(member, "") for member in members] for members in policy.coalitions],
            per_minute=settings.requests_per_minute,
            upload_mb=settings.upload_limit_mb,
            administers=administers,
            providers=await participants.sso.listed(work, actor) if administers else [],
            domains=[proof for proof in proofs if proof.kind == participants.control.ControlKind.DOMAIN],
            bundles=(await leaving.bundles(work, actor, None, _BUNDLES))[::-1] if administers else [],
            callback=f"{settings.public_url}{participants.sso.CALLBACK}",
        )

    return await visit.show(verb)


@router.post("/company/policy")
async def set_policy(
    visit: AtDoor,
    margin: Annotated[Decimal, Form(ge=1, le=25, max_digits=4, decimal_places=1)],
    action: Annotated[footprint.protection.Action, Form()],
    once: Once,
    second_person: Annotated[bool, Form()] = False,
) -> Response:
    """Administrator: the policy on releases, its margin in percent; coalitions stay as they are."""

    async def verb(work: Work, actor: Actor) -> None:
        await footprint.protection.set_policy(work, actor, margin / 100, action, None, second_person=second_person)

    return await visit.act(verb, "/company#policy", once)


@router.post("/company/bundles")
async def order_bundle(visit: AtDoor, once: Once) -> Response:
    """Administrator: asks for a bundle of all data; the worker makes it."""

    async def verb(work: Work, actor: Actor) -> None:
        await leaving.order(work, actor, timedelta(days=visit.tools.settings.bundle_days))

    return await visit.act(verb, "/company#bundles", once)


@router.post("/company/people")
async def invite(
    visit: AtDoor,
    name: Annotated[str, Form(max_length=200)],
    email: Annotated[str, Form(max_length=254)],
    once: Once,
    roles: Annotated[list[Role], Form(max_length=len(Role), default_factory=list)],
) -> Response:
    """Administrator: opens an account for a colleague, who is invited by mail to choose a password."""
    invited: list[participants.invitations.Invitation | None] = []

    async def verb(work: Work, actor: Actor) -> None:
        _, invitation = await participants.accounts.invite(work, actor, email.strip(), name.strip(), None, frozenset(roles))
        invited[:] = [invitation]

    response = await visit.act(verb, "/company#people", once)
    for invitation in filter(None, invited):
        await letters.hand_over(visit.tools.settings, participants.invitations.letter(invitation, visit.tools.settings.public_url))
    return response


@router.post("/company/people/{person_id:uuid}")
async def change_person(
    visit: AtDoor,
    person_id: UUID,
    active: Annotated[str, Form(pattern="^(yes|no)$")],
    once: Once,
    roles: Annotated[list[Role], Form(max_length=len(Role), default_factory=list)],
) -> Response:
    """Administrator: a colleague's roles, and whether the account is open; from the next request on."""

    async def verb(work: Work, actor: Actor) -> None:
        await participants.accounts.change_person(work, actor, PersonId(person_id), frozenset(roles), active == "yes")

    return await visit.act(verb, "/company#people", once)


@router.post("/company/programs/{client_id:uuid}/end")
async def close_program(visit: AtDoor, client_id: UUID, once: Once) -> Response:
    """Administrator: ends a program's access."""

    async def verb(work: Work, actor: Actor) -> None:
        await participants.accounts.close_client(work, actor, ClientId(client_id))

    return await visit.act(verb, "/company#programs", once)
