"""Footprints that were computed in another system: handed over by their company in answer to a request, as drafts nobody can compute again."""

from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from uuid import UUID

from ashiato.domain import participants, products, sharing, trade
from ashiato.domain.footprint import freezing, release, store
from ashiato.domain.footprint.model import Quality, Stage
from ashiato.domain.footprint.package import Assurance, Party, Product, Release, Span
from ashiato.domain.footprint.particulars import Particulars
from ashiato.domain.participants import Actor, Deed, require
from ashiato.domain.products import NewPart, Sourcing
from ashiato.domain.sharing import Purpose, Subject, SubjectKind
from ashiato.kernel.ids import CompanyId, PartId, RequestId
from ashiato.kernel.quantity import CONTEXT, UNITS
from ashiato.plumbing.keys import Seal
from ashiato.plumbing.unit_of_work import Work

__all__ = ["ELSEWHERE", "Figures", "hand_over", "release_to", "withdraw"]

ELSEWHERE = "elsewhere"  # the obstacle of every release that was computed in another system: what rests on it is a draft


@dataclass(frozen=True, slots=True)
class Figures:
    """What another system says of a product: kg CO2e and kg per `amount` of `unit`. `method` only where it is one of ours."""

    part_number: str
    name: str
    unit: str
    amount: Decimal
    carbon: Decimal
    stages: dict[Stage, Decimal]
    start: date
    end: date
    valid_until: date
    share: Decimal | None
    quality: Quality | None
    mass_kg: Decimal | None
    method: str | None
    obstacles: tuple[str, ...]
    particulars: Particulars | None = None
    assurance: Assurance | None = None


async def hand_over(work: Work, actor: Actor, figures: Figures, request_id: RequestId, seal: Seal) -> UUID:
    """Releases a product's figures to the buyer behind a request, after what was handed over before; the release.

    Where the company wants a second person to look, it waits for one (`trade.approvals`): nothing is handed over yet.
    Refuses (`absent`) a request that was not sent to the acting company, (`conflict`) one that is closed.
    """
    require(actor, Deed.ANSWER)
    part_id = await _part(work, actor, figures)
    view = await trade.request(work, actor, request_id)
    if view.own_part_id != part_id and view.request.state != trade.RequestState.ANSWERED:
        await trade.link(work, actor, request_id, part_id)
        view = await trade.request(work, actor, request_id)
    drawn = await _draw_up(work, actor, figures, part_id, view.request)
    await freezing.freeze(work, actor, [(part_id, None, drawn)], seal)
    release_id = UUID(drawn.release_id)
    if not await trade.approvals.waits(work, actor, trade.approvals.Prepared(release_id=release_id), [request_id]):
        await release_to(work, actor, part_id, release_id, [request_id])
    return release_id


async def release_to(work: Work, actor: Actor, part_id: PartId, release_id: UUID, request_ids: list[RequestId]) -> None:
    """Hands a release over to the buyers behind these requests."""
    asked = [view.request for view in await trade.lists.requests_named(work, actor, request_ids)]
    await trade.hand_over(work, actor, asked, part_id, release_id)
    await sharing.give(work, actor, [request.company_id for request in asked], _subject(release_id), Purpose.PRODUCT_FOOTPRINT)


async def withdraw(work: Work, actor: Actor, recipient_id: CompanyId, release_id: UUID) -> None:
    """Takes back what its owner deprecates: what rests on it is out of date from now on."""
    await trade.approvals.overtake(work, release_id)
    await sharing.withdraw(work, actor, recipient_id, [_subject(release_id)])


def _subject(release_id: UUID) -> Subject:
    return Subject(SubjectKind.FOOTPRINT_RELEASE, release_id)


async def _part(work: Work, actor: Actor, figures: Figures) -> PartId:
    """The company's part of this number, registered if it is new."""
    if not await products.parts_by_number(work, [figures.part_number]):
        mass = CONTEXT.divide(figures.mass_kg, figures.amount) if figures.mass_kg else None
        await products.registration.parts(work, actor, [NewPart(figures.part_number, figures.name, UNITS[figures.unit], Sourcing.MADE, mass)])
    return (await products.parts_by_number(work, [figures.part_number]))[figures.part_number].part_id


async def _draw_up(work: Work, actor: Actor, figures: Figures, part_id: PartId, request: trade.Request) -> Release:
    company = await participants.admission.own_company(work, actor)
    latest = await work.one(store.latest_release_of(part_id))
    stages = {stage: CONTEXT.divide(figure, figures.amount) for stage, figure in sorted(figures.stages.items())}
    return Release(
        schema=release.SCHEMA, release_id=str(work.new_id()), version=latest.version + 1 if latest else 1,
        supplier=Party(str(actor.company_id), company.name, company.corporate_number, company.country),
        product=Product(figures.part_number, figures.name), declared_unit=figures.unit, method=request.method,
        period=Span(figures.start, figures.end), released_on=work.now.date(), valid_until=figures.valid_until, stages=stages,
        total=sum(stages.values(), Decimal(0)), primary_data_share=figures.share or Decimal(0), coverage=(),
        obstacles=tuple(sorted({*figures.obstacles, ELSEWHERE})), quality=figures.quality,
        mass_kg=CONTEXT.divide(figures.mass_kg, figures.amount) if figures.mass_kg else None,
        supersedes=str(latest.release_id) if latest else None, particulars=_per_unit(figures), assurance=figures.assurance,
    )  # fmt: skip


def _per_unit(figures: Figures) -> Particulars | None:
    if figures.particulars is None:
        return None
    known = {which: CONTEXT.divide(figure, figures.amount) for which, figure in figures.particulars.known.items()}
    return replace(figures.particulars, known=known)
