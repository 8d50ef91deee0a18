"""Routes: an association's members, surveys, and what is offered to members."""

from typing import Annotated, Any, cast
from uuid import UUID

from fastapi import Query, Response

from ashiato.domain import associations, footprint, participants
from ashiato.domain.associations import Membership, Publication
from ashiato.domain.participants import Actor, names_of
from ashiato.gateways.rest.desk import AtDesk, cursor, identifier, moment_and_id, place
from ashiato.gateways.rest.routing import routes_about
from ashiato.gateways.rest.wire.associations import (
    ContributionIn,
    FactorIn,
    MembershipIn,
    MembershipOut,
    OutcomeOut,
    OwnFigureOut,
    PublicationIn,
    PublicationItemOut,
    PublicationOut,
    SurveyIn,
    SurveyOut,
)
from ashiato.gateways.rest.wire.words import Page
from ashiato.kernel.digest import parse
from ashiato.kernel.errors import invalid
from ashiato.kernel.ids import CompanyId, PartId
from ashiato.kernel.quantity import parse_unit
from ashiato.plumbing.unit_of_work import Work

router = routes_about("associations")
Limit = Annotated[int, Query(ge=1, le=200)]


@router.post("/memberships", status_code=201, response_model=MembershipOut)
async def ask(body: MembershipIn, desk: AtDesk) -> Response:
    """Association: asks a company to be a member."""

    async def verb(work: Work, actor: Actor) -> MembershipOut:
        return await _membership(work, actor, await associations.membership.ask(work, actor, await _named(work, actor, body)))

    return await desk.write(verb, 201)


async def _named(work: Work, actor: Actor, body: MembershipIn) -> UUID:
    if body.company_id is not None:
        return body.company_id
    if body.company_number is None:
        raise invalid("membership.company", "Name a company.", "State its identifier or its corporate number.")
    return (await participants.admission.find_company(work, actor, body.company_number)).company_id


@router.get("/memberships", response_model=Page[MembershipOut])
async def memberships(desk: AtDesk, after: str | None = None, limit: Limit = 50) -> Response:
    """An association's members, or the associations that asked the own company; ended memberships included."""

    async def verb(work: Work, actor: Actor) -> Page[MembershipOut]:
        found = await associations.membership.listed(work, actor, place(after, identifier), limit)
        parties = [_party(actor, each) for each in found]
        names = await names_of(work, list(parties))
        items = [_membership_out(each, party, names) for each, party in zip(found, parties, strict=True)]
        return Page(items=items, next=cursor(parties[-1]) if len(found) == limit else None)

    return await desk.read(verb)


@router.put("/memberships/{party_id}/confirmation", response_model=MembershipOut)
async def confirm(party_id: UUID, desk: AtDesk) -> Response:
    """Member: says that it is a member of the association that asked."""

    async def verb(work: Work, actor: Actor) -> MembershipOut:
        return await _membership(work, actor, await associations.membership.confirm(work, actor, party_id))

    return await desk.write(verb)


@router.delete("/memberships/{party_id}", status_code=204, response_class=Response)
async def end(party_id: UUID, desk: AtDesk) -> Response:
    """Either side: ends a membership, from the next request on."""

    async def verb(work: Work, actor: Actor) -> None:
        await associations.membership.end(work, actor, party_id)

    return await desk.write(verb)


def _party(actor: Actor, found: Membership) -> UUID:
    return found.member_id if found.company_id == actor.company_id else found.company_id


async def _membership(work: Work, actor: Actor, found: Membership) -> MembershipOut:
    party = _party(actor, found)
    return _membership_out(found, party, await names_of(work, [party]))


def _membership_out(found: Membership, party: UUID, names: dict[CompanyId, str]) -> MembershipOut:
    return MembershipOut(
        party_id=party, party=names.get(CompanyId(party), ""), state=found.state, asked_at=found.asked_at,
        confirmed_at=found.confirmed_at, ended_at=found.ended_at,
    )  # fmt: skip


@router.post("/surveys", status_code=201, response_model=SurveyOut)
async def open_survey(body: SurveyIn, desk: AtDesk) -> Response:
    """Association: opens a survey to its members."""
    wanted = associations.NewSurvey(**body.model_dump(exclude={"measure"}), measure=associations.Measure(body.measure))

    async def verb(work: Work, actor: Actor) -> SurveyOut:
        survey = await associations.surveys.open_survey(work, actor, wanted)
        return _survey(associations.surveys.View(survey, None, None), await names_of(work, [survey.company_id]), work)

    return await desk.write(verb, 201)


@router.get("/surveys", response_model=Page[SurveyOut])
async def surveys(desk: AtDesk, after: str | None = None, limit: Limit = 50) -> Response:
    """The surveys of the own association, or of those that the own company is a member of, oldest first, with what came of each."""

    async def verb(work: Work, actor: Actor) -> Page[SurveyOut]:
        found = await associations.surveys.listed(work, actor, place(after, moment_and_id), limit)
        names = await names_of(work, sorted({view.survey.company_id for view in found}))
        last = found[-1].survey if len(found) == limit else None
        return Page(items=[_survey(view, names, work) for view in found], next=cursor(last.opened_at, last.survey_id) if last else None)

    return await desk.read(verb)


@router.get("/surveys/{survey_id}", response_model=SurveyOut)
async def survey(survey_id: UUID, desk: AtDesk) -> Response:
    """One of these surveys."""

    async def verb(work: Work, actor: Actor) -> SurveyOut:
        found = await associations.surveys.view(work, actor, survey_id)
        return _survey(found, await names_of(work, [found.survey.company_id]), work)

    return await desk.read(verb)


def _survey(view: associations.surveys.View, names: dict[CompanyId, str], work: Work) -> SurveyOut:
    survey, own = view.survey, view.own
    state = "drawn" if view.outcome else "closed" if survey.closes_at <= work.now else "open"
    return SurveyOut(
        survey_id=survey.survey_id, association_id=survey.company_id, association=names.get(CompanyId(survey.company_id), ""),
        title=survey.title, measure=survey.measure, category=survey.category, declared_unit=survey.declared_unit, method=survey.method,
        period_start=survey.period_start, period_end=survey.period_end, opened_at=survey.opened_at, closes_at=survey.closes_at, state=state,
        outcome=OutcomeOut.model_validate(view.outcome) if view.outcome else None, own=OwnFigureOut.model_validate(own) if own else None,
    )  # fmt: skip


@router.get("/surveys/{survey_id}/own-figure", response_model=OwnFigureOut)
async def own_figure(survey_id: UUID, desk: AtDesk, part: UUID | None = None) -> Response:
    """Member: what would be counted of the own company, as it stands now. Nobody else sees it."""

    async def verb(work: Work, actor: Actor) -> OwnFigureOut:
        amount = await associations.surveys.own_figure(work, actor, survey_id, PartId(part) if part else None)
        return OwnFigureOut(amount=amount, part_id=part, contributed_at=None)

    return await desk.read(verb)


@router.put("/surveys/{survey_id}/contribution", response_model=OwnFigureOut)
async def contribute(survey_id: UUID, body: ContributionIn, desk: AtDesk) -> Response:
    """Member: has the own figure counted, in the place of an earlier one."""

    async def verb(work: Work, actor: Actor) -> OwnFigureOut:
        part_id = PartId(body.part_id) if body.part_id else None
        return OwnFigureOut.model_validate(await associations.surveys.contribute(work, actor, survey_id, part_id))

    return await desk.write(verb)


@router.delete("/surveys/{survey_id}/contribution", status_code=204, response_class=Response)
async def take_back(survey_id: UUID, desk: AtDesk) -> Response:
    """Member: takes the own figure back, as long as the survey is open."""

    async def verb(work: Work, actor: Actor) -> None:
        await associations.surveys.take_back(work, actor, survey_id)

    return await desk.write(verb)


@router.post("/publications", status_code=201, response_model=PublicationOut)
async def offer(body: PublicationIn, desk: AtDesk) -> Response:
    """Association: offers its members a version of a set of factors or of a questionnaire."""
    if bool(body.factors) != (body.kind == "factors") or bool(body.questions) != (body.kind == "questionnaire"):
        raise invalid("publication.kind", "The entries do not fit the kind.", "State factors for a set of factors, questions for a questionnaire.")

    async def verb(work: Work, actor: Actor) -> PublicationOut:
        if body.kind == "factors":
            kept = await associations.publications.offer_factors(work, actor, body.code, body.title, [_factor(one) for one in body.factors])
        else:
            questions = [associations.publications.Question(**one.model_dump()) for one in body.questions]
            kept = await associations.publications.offer_questionnaire(work, actor, body.code, body.title, questions)
        return await _whole(work, associations.publications.Offered(kept, None))

    return await desk.write(verb, 201)


def _factor(stated: FactorIn) -> footprint.model.NewFactor:
    basis = footprint.model.ElectricityBasis(stated.electricity_basis) if stated.electricity_basis in set(footprint.model.ElectricityBasis) else None
    plain = stated.model_dump(exclude={"per", "electricity_basis"})
    return footprint.model.NewFactor(**plain, per=parse_unit(stated.per), standing=footprint.model.FactorStanding.PUBLISHED, electricity_basis=basis)


@router.get("/publications", response_model=Page[PublicationItemOut])
async def publications(desk: AtDesk, after: str | None = None, limit: Limit = 50) -> Response:
    """What the own association offers, or those that the own company is a member of, oldest first."""

    async def verb(work: Work, actor: Actor) -> Page[PublicationItemOut]:
        found = await associations.publications.listed(work, actor, place(after, moment_and_id), limit)
        names = await names_of(work, sorted({each.publication.company_id for each in found}))
        last = found[-1].publication if len(found) == limit else None
        items = [PublicationItemOut(**_shared(each, names)) for each in found]
        return Page(items=items, next=cursor(last.published_at, last.publication_id) if last else None)

    return await desk.read(verb)


@router.get("/publications/{publication_id}", response_model=PublicationOut)
async def publication(publication_id: UUID, desk: AtDesk) -> Response:
    """One of these, with what it holds."""

    async def verb(work: Work, actor: Actor) -> PublicationOut:
        return await _whole(work, await associations.publications.one(work, actor, publication_id))

    return await desk.read(verb)


@router.put("/publications/{publication_id}/adoption", response_model=PublicationItemOut)
async def adopt(publication_id: UUID, desk: AtDesk) -> Response:
    """Member: takes a version over; factors become factors of its own."""

    async def verb(work: Work, actor: Actor) -> PublicationItemOut:
        found = await associations.publications.adopt(work, actor, publication_id)
        return PublicationItemOut(**_shared(found, await names_of(work, [found.publication.company_id])))

    return await desk.write(verb)


async def _whole(work: Work, found: associations.publications.Offered) -> PublicationOut:
    content = cast(dict[str, Any], parse(found.publication.content))
    return PublicationOut(**_shared(found, await names_of(work, [found.publication.company_id])), content=content)


def _shared(found: associations.publications.Offered, names: dict[CompanyId, str]) -> dict[str, Any]:
    offered: Publication = found.publication
    return {
        "publication_id": offered.publication_id, "association_id": offered.company_id, "association": names.get(CompanyId(offered.company_id), ""),
        "kind": offered.kind, "code": offered.code, "version": offered.version, "title": offered.title, "digest": offered.digest,
        "published_at": offered.published_at, "adopted_at": found.adopted_at,
    }  # fmt: skip
