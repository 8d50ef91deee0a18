"""Associations: who asked us, what they survey, what is published of it, what they offer; for an association, its members and surveys."""

from dataclasses import dataclass
from datetime import datetime
from typing import Annotated, ClassVar
from uuid import UUID

from fastapi import Form, Response

from ashiato.domain import associations, participants, products
from ashiato.domain.associations import Measure
from ashiato.domain.participants import Actor, CompanyKind, Deed
from ashiato.kernel.ids import CompanyId, PartId
from ashiato.plumbing.unit_of_work import Work
from ashiato.web.route import AtDoor, Once, View, journey, may

router = journey()
_MOST = 100


@dataclass(frozen=True, slots=True)
class Party:
    """A membership, and the other party of it."""

    membership: associations.Membership
    party_id: UUID
    name: str


@dataclass(frozen=True, slots=True)
class Associations:
    """The page."""

    template: ClassVar[str] = "associations.html"
    association: bool
    parties: list[Party]
    surveys: list[associations.surveys.View]
    offers: list[associations.publications.Offered]
    names: dict[CompanyId, str]
    parts: list[products.Part]
    now: datetime
    may_decide: bool
    may_enter: bool

    def of_a_part(self, survey: associations.Survey) -> bool:
        """Whether a survey asks for one of the own parts."""
        return Measure(survey.measure).of_a_part


@router.get("/associations")
async def shown(visit: AtDoor) -> Response:
    """Memberships, surveys with what was published of them, and what is offered."""

    async def verb(work: Work, actor: Actor) -> View:
        return await _page(work, actor)

    return await visit.show(verb)


async def _page(work: Work, actor: Actor) -> Associations:
    association = actor.kind is CompanyKind.ASSOCIATION
    listed = await associations.membership.listed(work, actor, None, _MOST)
    surveys = await associations.surveys.listed(work, actor, None, _MOST)
    offers = await associations.publications.listed(work, actor, None, _MOST)
    met = {*(one.member_id if association else one.company_id for one in listed), *(view.survey.company_id for view in surveys)}
    names = await participants.names_of(work, sorted({*met, *(offer.publication.company_id for offer in offers)}))
    parties = [Party(one, party, names.get(CompanyId(party), "–")) for one in listed for party in [one.member_id if association else one.company_id]]
    made = [] if association else await products.parts(work, actor, sourcing=products.Sourcing.MADE, part_number=None, after=None, limit=_MOST)
    return Associations(
        association, parties, surveys[::-1], offers, names, made, work.now, may(actor, Deed.CONVENE if association else Deed.ANSWER),
        not association and may(actor, Deed.ENTER_DATA),
    )  # fmt: skip


@router.post("/associations/{party_id:uuid}/confirmation")
async def confirm(visit: AtDoor, party_id: UUID, once: Once) -> Response:
    """Member: confirms its membership."""

    async def verb(work: Work, actor: Actor) -> None:
        await associations.membership.confirm(work, actor, party_id)

    return await visit.act(verb, "/associations", once)


@router.post("/associations/{party_id:uuid}/end")
async def end(visit: AtDoor, party_id: UUID, once: Once) -> Response:
    """Either side: ends a membership."""

    async def verb(work: Work, actor: Actor) -> None:
        await associations.membership.end(work, actor, party_id)

    return await visit.act(verb, "/associations", once)


@router.post("/associations/members")
async def ask(visit: AtDoor, number: Annotated[str, Form(min_length=1, max_length=40)], once: Once) -> Response:
    """Association: asks a company by its public number."""

    async def verb(work: Work, actor: Actor) -> None:
        company = await participants.admission.find_company(work, actor, number.strip())
        await associations.membership.ask(work, actor, company.company_id)

    return await visit.act(verb, "/associations", once)


@router.post("/surveys/{survey_id:uuid}/contribution")
async def contribute(visit: AtDoor, survey_id: UUID, once: Once, part_id: Annotated[UUID | None, Form()] = None) -> Response:
    """Member: has the own figure counted."""

    async def verb(work: Work, actor: Actor) -> None:
        await associations.surveys.contribute(work, actor, survey_id, PartId(part_id) if part_id else None)

    return await visit.act(verb, "/associations", once)


@router.post("/surveys/{survey_id:uuid}/withdrawal")
async def take_back(visit: AtDoor, survey_id: UUID, once: Once) -> Response:
    """Member: takes the own figure back."""

    async def verb(work: Work, actor: Actor) -> None:
        await associations.surveys.take_back(work, actor, survey_id)

    return await visit.act(verb, "/associations", once)


@router.post("/publications/{publication_id:uuid}/adoption")
async def adopt(visit: AtDoor, publication_id: UUID, once: Once) -> Response:
    """Member: takes a version over."""

    async def verb(work: Work, actor: Actor) -> None:
        await associations.publications.adopt(work, actor, publication_id)

    return await visit.act(verb, "/associations", once)
