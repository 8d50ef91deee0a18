"""Break-glass: what the operator's persons ask each other to open, and what the company concerned sees of it and can end."""

from dataclasses import dataclass
from datetime import datetime
from typing import Annotated, ClassVar
from uuid import UUID

from fastapi import Form, Response

from ashiato.domain import footprint, governance, participants
from ashiato.domain.governance import GlassState
from ashiato.domain.participants import Actor, CompanyKind, Deed
from ashiato.kernel.ids import CompanyId
from ashiato.plumbing.unit_of_work import Work
from ashiato.web.route import AtDoor, Once, View, journey, may

router = journey()
_MOST = 100


@dataclass(frozen=True, slots=True)
class Shown:
    """An access, where it stands now, and what the reader may do to it."""

    access: governance.break_glass.Access
    company: str
    state: GlassState
    own: bool  # the reader asked for it
    agreed: bool  # the reader is one of the two persons


@dataclass(frozen=True, slots=True)
class Accesses:
    """The page: of the operator with the form, of a company what concerns it. `companies` can be asked about."""

    template: ClassVar[str] = "break_glass.html"
    operator: bool
    may_act: bool
    rows: list[Shown]
    companies: list[governance.treatment.Treatment]
    purposes: ClassVar[tuple[governance.break_glass.Purpose, ...]] = tuple(governance.break_glass.Purpose)
    longest: ClassVar[int] = governance.break_glass.LONGEST_HOURS


@dataclass(frozen=True, slots=True)
class Opened:
    """What is open now, as its recipients see it."""

    template: ClassVar[str] = "break_glass_releases.html"
    company: str
    until: datetime | None
    releases: list[footprint.package.Release]


@router.get("/break-glass")
async def accesses(visit: AtDoor) -> Response:
    """The operator's accesses: all of them for itself, else those that concern the own company."""

    async def verb(work: Work, actor: Actor) -> View:
        found = await governance.break_glass.listed(work, actor, None, _MOST)
        operator = actor.kind is CompanyKind.OPERATOR
        companies = await governance.treatment.compare(work, actor) if operator else []
        names = await participants.names_of(work, sorted({each.concerned_id for each in found}))
        may_act = operator or may(actor, Deed.ANSWER) or may(actor, Deed.ADMINISTER)
        return Accesses(
            operator, may_act, [_shown(work, actor, each, names) for each in found], sorted(companies, key=lambda each: each.treated.name)
        )

    return await visit.show(verb)


def _shown(work: Work, actor: Actor, found: governance.break_glass.Access, names: dict[CompanyId, str]) -> Shown:
    own = actor.person_id == found.asked_by
    name = names.get(CompanyId(found.concerned_id), "")
    return Shown(found, name, governance.break_glass.state_of(found, work.now), own, own or actor.person_id == found.decided_by)


@router.post("/break-glass")
async def ask(
    visit: AtDoor,
    company_id: Annotated[UUID, Form()],
    purpose: Annotated[governance.break_glass.Purpose, Form()],
    reason: Annotated[str, Form(max_length=1000)],
    hours: Annotated[int, Form()],
    once: Once,
    release_id: Annotated[str, Form(max_length=36, pattern="^([0-9a-fA-F-]{36})?$")] = "",
) -> Response:
    """Operator: asks a second person."""
    wanted = governance.break_glass.Wanted(company_id, purpose, reason.strip(), hours, UUID(release_id) if release_id else None)

    async def verb(work: Work, actor: Actor) -> None:
        await governance.break_glass.ask(work, actor, wanted)

    return await visit.act(verb, "/break-glass", once)


@router.post("/break-glass/{access_id:uuid}/approval")
async def approve(visit: AtDoor, access_id: UUID, once: Once) -> Response:
    """Operator, another person than who asked: opens it."""

    async def verb(work: Work, actor: Actor) -> None:
        await governance.break_glass.approve(work, actor, access_id)

    return await visit.act(verb, "/break-glass", once)


@router.post("/break-glass/{access_id:uuid}/refusal")
async def refuse(visit: AtDoor, access_id: UUID, once: Once) -> Response:
    """Operator: does not approve it, or takes it back."""

    async def verb(work: Work, actor: Actor) -> None:
        await governance.break_glass.refuse(work, actor, access_id)

    return await visit.act(verb, "/break-glass", once)


@router.post("/break-glass/{access_id:uuid}/end")
async def end(visit: AtDoor, access_id: UUID, once: Once) -> Response:
    """Either side: closes it, from the next request on."""

    async def verb(work: Work, actor: Actor) -> None:
        await governance.break_glass.end(work, actor, access_id)

    return await visit.act(verb, "/break-glass", once)


@router.get("/break-glass/{access_id:uuid}/releases")
async def releases(visit: AtDoor, access_id: UUID) -> Response:
    """Operator, the two persons who agreed: what is open. The company sees that it was read."""

    async def verb(work: Work, actor: Actor) -> View:
        access = await governance.break_glass.one(work, actor, access_id)
        names = await participants.names_of(work, [access.concerned_id])
        found = await governance.break_glass.releases(work, actor, access_id)
        return Opened(names.get(CompanyId(access.concerned_id), ""), access.valid_until, found)

    return await visit.show(verb, notes=True)
