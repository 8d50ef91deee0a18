"""Who sees what: every grant as a sentence, who really looked and when, what ended and why; what everybody can see; withdrawing."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Annotated, ClassVar
from uuid import UUID

from fastapi import Query, Response

from ashiato.domain import diligence, footprint, participants, products, sharing
from ashiato.domain.participants import Actor, CompanyState, Deed
from ashiato.domain.products import Part
from ashiato.domain.sharing import SeenGrant, SubjectKind
from ashiato.kernel.ids import GrantId
from ashiato.plumbing.unit_of_work import Work
from ashiato.web.route import AtDoor, Once, journey, may

router = journey()
_PER_PAGE = 50
_PUBLISHED = 20


class Standing(StrEnum):
    """Why a grant counts, or does not."""

    LIVE = "live"
    ENDED = "ended"  # on the day that was agreed
    WITHDRAWN = "withdrawn"
    SUSPENDED = "suspended"  # the recipient cannot read anything at present


@dataclass(frozen=True, slots=True)
class Shown:
    """A grant with its recipient's name, what it is about, and where it stands."""

    grant: SeenGrant
    grantee: str
    about: str
    standing: Standing


@dataclass(frozen=True, slots=True)
class SharingPage:
    """The page. `after`: where the next page begins."""

    template: ClassVar[str] = "sharing.html"
    live: bool
    rows: list[Shown]
    after: tuple[datetime, UUID] | None
    declarations: list[tuple[UUID, datetime, Part | None]]


@dataclass(frozen=True, slots=True)
class GrantPage:
    """One grant: exactly what its recipient sees of it, and the deed that ends it."""

    template: ClassVar[str] = "grant.html"
    shown: Shown
    release: footprint.package.Release | None
    may_withdraw: bool


@router.get("/sharing")
async def grants(
    visit: AtDoor, *, ended: bool = False, before: datetime | None = None, last: Annotated[UUID | None, Query(alias="id")] = None
) -> Response:
    """What the own company lets others see now, or what ended, newest first."""
    start = (before, last) if before is not None and last is not None else None

    async def verb(work: Work, actor: Actor) -> SharingPage:
        found = await sharing.seen(work, actor, live=not ended, before=start, limit=_PER_PAGE)
        more = (found[-1].granted_at, found[-1].grant_id) if len(found) == _PER_PAGE else None
        return SharingPage(not ended, await _shown(work, actor, found), more, await _published(work, actor))

    return await visit.show(verb)


@router.get("/sharing/{grant_id:uuid}")
async def grant(visit: AtDoor, grant_id: UUID) -> Response:
    """One of the own company's grants, as its recipient sees what it is about."""

    async def verb(work: Work, actor: Actor) -> GrantPage:
        found = await sharing.seen_one(work, actor, GrantId(grant_id))
        (shown,) = await _shown(work, actor, [found])
        kind, about = found.subject_kind, found.subject_id
        released = await footprint.answering.own_release(work, actor, about) if kind == SubjectKind.FOOTPRINT_RELEASE else None
        return GrantPage(shown, released, may(actor, Deed.ANSWER))

    return await visit.show(verb)


@router.post("/sharing/{grant_id:uuid}/withdrawal")
async def withdraw(visit: AtDoor, grant_id: UUID, once: Once) -> Response:
    """Ends a grant, from the next request on."""

    async def verb(work: Work, actor: Actor) -> None:
        await sharing.revoke(work, actor, GrantId(grant_id))

    return await visit.act(verb, f"/sharing/{grant_id}", once)


async def _shown(work: Work, actor: Actor, found: list[SeenGrant]) -> list[Shown]:
    about = await subjects(work, actor, found)
    members = {each.company_id: each for each in await participants.directory.members(work, list({each.grantee_id for each in found}))}
    names = await participants.names_of(work, [each.grantee_id for each in found])
    shut = {company_id for company_id, each in members.items() if each.state != CompanyState.ADMITTED}
    return [
        Shown(each, names.get(each.grantee_id, ""), about.get(each.subject_id, ""), _standing(work, each, suspended=each.grantee_id in shut))
        for each in found
    ]


def _standing(work: Work, grant: SeenGrant, *, suspended: bool) -> Standing:
    if grant.revoked_at is not None:
        return Standing.WITHDRAWN
    if grant.valid_until is not None and grant.valid_until <= work.now:
        return Standing.ENDED
    return Standing.SUSPENDED if suspended else Standing.LIVE


async def subjects(work: Work, actor: Actor, found: Sequence[SeenGrant | sharing.ledger.Use]) -> dict[UUID, str]:
    """What each of the own company's grants is about, in its own words, by the subject's identifier: one look a kind."""
    of = {kind: [each.subject_id for each in found if each.subject_kind == kind] for kind in SubjectKind}
    told = await footprint.answering.released_parts(work, actor, [*of[SubjectKind.FOOTPRINT_RELEASE], *of[SubjectKind.RELEASE_QUALITY]])
    told |= await diligence.answering.stated_parts(work, actor, of[SubjectKind.DILIGENCE_STATEMENT])
    parts = await products.parts_by_id(work, of[SubjectKind.CERTIFICATE])
    files = await footprint.evidencing.named(work, actor, of[SubjectKind.EVIDENCE])
    return told | {part_id: f"{part.name} ({part.part_number})" for part_id, part in parts.items()} | files


async def _published(work: Work, actor: Actor) -> list[tuple[UUID, datetime, Part | None]]:
    found = await footprint.history.newest_declarations(work, actor, _PUBLISHED)
    parts = await products.parts_by_id(work, [each.part_id for each in found])
    return [(each.declaration_id, each.declared_at, parts.get(each.part_id)) for each in found]
