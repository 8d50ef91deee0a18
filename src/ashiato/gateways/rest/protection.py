"""Routes: what a release would tell of the recipe, and the company's policy on it."""

import math
from typing import Annotated
from uuid import UUID

from fastapi import Query, Response

from ashiato.domain import footprint
from ashiato.domain.participants import Actor, names_of
from ashiato.gateways.rest.desk import AtDesk
from ashiato.gateways.rest.routing import routes_about
from ashiato.gateways.rest.wire.requests import ExposureOut, PolicyIn, PolicyOut, PreviewOut, ToldOut
from ashiato.kernel.ids import CompanyId, FootprintId, RequestId
from ashiato.plumbing.unit_of_work import Work

router = routes_about("trade")


@router.get("/footprints/{footprint_id}/release-preview", response_model=PreviewOut)
async def preview(
    footprint_id: UUID,
    desk: AtDesk,
    request: Annotated[list[UUID], Query(max_length=20, description="received requests that it would answer")] = [],  # noqa: B006
) -> Response:
    """Exactly what the buyers behind these requests would see, and what they could infer from it with all that they had before."""

    async def verb(work: Work, actor: Actor) -> PreviewOut:
        requests = [RequestId(request_id) for request_id in dict.fromkeys(request)]
        found = await footprint.answering.preview(work, actor, FootprintId(footprint_id), requests)
        return _preview(found, await names_of(work, [member for exposure in found.exposures for member in exposure.audience]))

    return await desk.read(verb)


@router.get("/release-policy", response_model=PolicyOut)
async def policy(desk: AtDesk) -> Response:
    """How open releases have to leave the own recipes, what happens where one does not, and who is taken to compare notes."""

    async def verb(work: Work, actor: Actor) -> PolicyOut:
        return await _policy(work, await footprint.protection.policy(work, actor))

    return await desk.read(verb)


@router.put("/release-policy", response_model=PolicyOut)
async def set_policy(body: PolicyIn, desk: AtDesk) -> Response:
    """Administrator: sets the policy, from the next release on."""

    async def verb(work: Work, actor: Actor) -> PolicyOut:
        coalitions = [list(members) for members in body.coalitions]
        action = footprint.protection.Action(body.action)
        found = await footprint.protection.set_policy(work, actor, body.margin, action, coalitions, second_person=body.second_person)
        return await _policy(work, found)

    return await desk.write(verb)


async def _policy(work: Work, found: footprint.protection.Policy) -> PolicyOut:
    names = await names_of(work, [member for members in found.coalitions for member in members])
    coalitions = [[names.get(member, "") for member in members] for members in found.coalitions]
    return PolicyOut(margin=found.margin, action=found.action, coalitions=coalitions, second_person=found.second_person)


def _preview(found: footprint.protection.Preview, names: dict[CompanyId, str]) -> PreviewOut:
    content = footprint.package.encode(found.release)
    if not isinstance(content, dict):
        raise TypeError("an object is expected")
    exposures = [_exposure(exposure, names) for exposure in found.exposures]
    return PreviewOut(release=content, outcome=found.outcome.value, margin=found.policy.margin, exposures=exposures)


def _exposure(exposure: footprint.protection.Exposure, names: dict[CompanyId, str]) -> ExposureOut:
    told = [
        ToldOut(
            part_number=one.of.part_number, name=one.of.name, stage=one.of.stage, unit=one.of.unit, amount=one.of.amount, low=one.low,
            high=one.high if math.isfinite(one.high) else None,
            half_width=one.half_width if math.isfinite(one.high) else None, words=one.in_words(),
        )
        for one in exposure.told
    ]  # fmt: skip
    return ExposureOut(audience=[names.get(member, "") for member in exposure.audience], told=told, assured=exposure.least)
