"""The yearly report on due diligence: what it would say before anything is published, what each figure follows from, the paper."""

from dataclasses import dataclass
from datetime import date
from typing import Annotated, Any, ClassVar, cast
from uuid import UUID

from fastapi import Form, Query, Response
from pydantic import BeforeValidator

from ashiato.domain import diligence, evidence, products
from ashiato.domain.participants import Actor, Deed
from ashiato.domain.products import Part
from ashiato.kernel.digest import Json
from ashiato.kernel.frozen import decode
from ashiato.kernel.ids import PartId
from ashiato.plumbing.unit_of_work import Work
from ashiato.web.lists import PER_PAGE, Place, Rows, by_place, moment_and_id, newest_first
from ashiato.web.route import AtDoor, Once, View, journey, may

router = journey()
_MOST = 200
Line = Annotated[str, Form(max_length=1100)]
MaybeFile = Annotated[UUID | None, BeforeValidator(lambda chosen: chosen or None), Form()]
Year = Annotated[int, Query(ge=2020, le=2100)]


@dataclass(frozen=True, slots=True)
class Reports:
    """The company's reports, and the products that the next one can be about."""

    template: ClassVar[str] = "reports.html"
    reports: Rows[diligence.reports.Item]
    verifications: Rows[diligence.reports.Verification]
    products: Rows[Part]
    year: int
    today: date
    files: list[evidence.items.Item]
    may_record: bool


@dataclass(frozen=True, slots=True)
class Product:
    """A product's part of the report."""

    name: str
    part_number: str
    declared_unit: str
    materials: list[diligence.overview.Traced]
    places: list[diligence.model.Place]
    coverage: list[diligence.model.Tier]


@dataclass(frozen=True, slots=True)
class OneReport:
    """A report as it would be, or as it was published, with the pages behind each figure."""

    template: ClassVar[str] = "report.html"
    document: Any  # the report's own JSON
    products: list[Product]
    behind: dict[str, list[tuple[str, str]]]  # by figure: what kind of page stands behind it, and its address
    published: UUID | None
    parts: list[UUID]
    may_publish: bool


@router.get("/reports")
async def reports(visit: AtDoor, after: Place = "", verified: Place = "", product: Place = "") -> Response:
    """The own reports, and where the next one begins."""

    async def verb(work: Work, actor: Actor) -> View:
        tops = by_place(await products.lists.finished(work, actor, product, PER_PAGE + 1), lambda part: part.part_number, "/reports", product=product)
        own = await diligence.reports.listed(work, actor, moment_and_id(after), PER_PAGE + 1, newest=True)
        listed = newest_first(own, lambda item: (item.reported_at, item.report_id), "/reports", "after")
        proofs = await diligence.reports.verifications(work, actor, moment_and_id(verified), PER_PAGE + 1, newest=True)
        recorded = newest_first(proofs, lambda each: (each.recorded_at, each.verification_id), "/reports", "verified")
        today = work.now.date()
        newest = await evidence.items.newest(work, None, _MOST)
        kept = [item for item in newest if item.removed_at is None and (item.expires_on is None or item.expires_on >= today)]
        return Reports(listed, recorded, tops, work.now.year, today, kept, may(actor, Deed.ENTER_DATA))

    return await visit.show(verb)


@router.post("/reports/verifications")
async def verify(visit: AtDoor, scheme: Line, issuer: Line, scope: Line, summary: Line, valid_from: Annotated[date, Form()],
                 valid_until: Annotated[date, Form()], once: Once, evidence_id: MaybeFile = None) -> Response:  # fmt: skip
    """Records what a third party verified of the company's due diligence."""
    found = diligence.reports.NewVerification(scheme.strip(), issuer.strip(), scope.strip(), summary.strip(), valid_from, valid_until, evidence_id)

    async def verb(work: Work, actor: Actor) -> None:
        await diligence.reports.verify(work, actor, found)

    return await visit.act(verb, "/reports#verified", once)


@router.get("/reports/preview")
async def preview(visit: AtDoor, year: Year, part: Annotated[list[UUID] | None, Query(max_length=50)] = None) -> Response:
    """What the report would say. Nothing is kept."""
    chosen = part or []

    async def verb(work: Work, actor: Actor) -> View:
        drawn = await diligence.reports.preview(work, actor, year, [PartId(each) for each in chosen])
        return _shown(drawn, None, chosen, actor)

    return await visit.show(verb, notes=True)


@router.post("/reports")
async def publish(
    visit: AtDoor, year: Annotated[int, Form(ge=2020, le=2100)], part: Annotated[list[UUID], Form(max_length=50)], once: Once
) -> Response:
    """Signs the report and publishes it."""

    async def verb(work: Work, actor: Actor) -> None:
        await diligence.reports.report(work, actor, year, [PartId(each) for each in part], visit.tools.seal)

    return await visit.act(verb, "/reports", once)


@router.get("/reports/{report_id:uuid}")
async def report(visit: AtDoor, report_id: UUID) -> Response:
    """One of the own reports."""

    async def verb(work: Work, actor: Actor) -> View:
        follows = await diligence.reports.basis(work, actor, report_id)
        document, _ = await diligence.reports.published(work, report_id)
        return _shown(diligence.reports.Reported(report_id, document, follows), report_id, [], actor)

    return await visit.show(verb)


def _shown(drawn: diligence.reports.Reported, published: UUID | None, parts: list[UUID], actor: Actor) -> OneReport:
    behind = {figure: [*dict.fromkeys(_page(str(address)) for address in cast(list[Json], told))] for figure, told in drawn.basis.items()}
    return OneReport(drawn.document, _products(drawn.document), behind, published, parts, may(actor, Deed.DECLARE))


def _products(document: Any) -> list[Product]:
    return [
        Product(
            each["name"], each["part_number"], each["declared_unit"], [decode(diligence.overview.Traced, one) for one in each["materials"]],
            [decode(diligence.model.Place, one) for one in each["places"]], [decode(diligence.model.Tier, one) for one in each["coverage"]],
        )
        for each in document["step2"]["products"]
    ]  # fmt: skip


def _page(address: str) -> tuple[str, str]:
    """What kind of page shows what an address of the interface names, and where it is."""
    kind, _, rest = address.removeprefix("/").partition("/")
    key = rest.partition("/")[0]
    match kind:
        case "parts":
            return kind, f"/parts/{key}/diligence"
        case "received-grievances":
            return "grievances", f"/grievances/{key}"
        case "verifications":
            return kind, "/reports"
        case _:
            return kind, f"/{kind}/{key}"
