"""Asking the suppliers of a part's components: what each will be asked, then one button for all."""

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Annotated, ClassVar
from uuid import UUID

from fastapi import Form, Query, Response

from ashiato.domain import footprint, participants, products, trade
from ashiato.domain.participants import Actor, CompanyState, Deed
from ashiato.domain.products import Part, Sourcing
from ashiato.domain.trade import Inquiry, NewRequest, RequestState
from ashiato.kernel.errors import absent
from ashiato.kernel.ids import PartId
from ashiato.plumbing.unit_of_work import Work
from ashiato.web.route import AtDoor, Once, journey, may

router = journey()
MOST = 50
_DAYS = 30  # that a supplier has, unless another day is chosen
Chosen = Annotated[list[UUID], Query(alias="part", max_length=MOST, default_factory=list)]


@dataclass(frozen=True, slots=True)
class Wanted:
    """One bought part, whom it would be asked of, and what stands against asking."""

    part: Part
    supplier: participants.directory.Profile | None
    inquiry: Inquiry | None

    @property
    def waiting(self) -> bool:
        """Whether a request about it waits for an answer."""
        return self.inquiry is not None and self.inquiry.state in (RequestState.ASKED, RequestState.LINKED)

    @property
    def open(self) -> bool:
        """Whether it can be asked about."""
        return self.supplier is not None and self.supplier.state == CompanyState.ADMITTED and not self.waiting


@dataclass(frozen=True, slots=True)
class AskPage:
    """The page."""

    template: ClassVar[str] = "ask.html"
    part: Part
    wanted: list[Wanted]
    method: str
    methods: list[str]
    due: date
    may_ask: bool

    @property
    def askable(self) -> list[Wanted]:
        """What the button sends."""
        return [each for each in self.wanted if each.open]


@router.get("/parts/{part_id:uuid}/ask")
async def preview(visit: AtDoor, part_id: UUID, chosen: Chosen) -> Response:
    """What each supplier would be asked. Nothing is sent."""

    async def verb(work: Work, actor: Actor) -> AskPage:
        top = await products.part(work, actor, PartId(part_id))
        known = await products.parts_by_id(work, list(dict.fromkeys(chosen)))
        bought = [part for part_id in dict.fromkeys(chosen) if (part := known.get(part_id)) is not None and part.sourcing == Sourcing.BOUGHT]
        newest = await footprint.history.versions(work, actor, top.part_id, 1)
        methods = list(footprint.methods.all_methods())
        return AskPage(
            part=top,
            wanted=await _wanted(work, actor, bought),
            method=newest[0].method if newest else methods[0],
            methods=methods,
            due=(work.now + timedelta(days=_DAYS)).date(),
            may_ask=may(actor, Deed.ASK),
        )

    return await visit.show(verb)


async def _wanted(work: Work, actor: Actor, bought: list[Part]) -> list[Wanted]:
    numbers = list(dict.fromkeys(part.supplier_number for part in bought if part.supplier_number))
    suppliers = await participants.directory.by_numbers(work, actor, numbers)
    inquiries = await trade.inquiries(work, [part.part_id for part in bought])
    return [Wanted(part, suppliers.get(part.supplier_number or ""), inquiries.get(part.part_id)) for part in bought]


@router.post("/parts/{part_id:uuid}/ask")
async def send(
    visit: AtDoor,
    part_id: UUID,
    chosen: Annotated[list[UUID], Form(alias="part", max_length=MOST)],
    method: Annotated[str, Form(max_length=100)],
    due: Annotated[date, Form(ge=date(2000, 1, 1), le=date(2100, 12, 31))],
    once: Once,
    message: Annotated[str, Form(max_length=1000)] = "",
) -> Response:
    """Sends the requests, all or none; an answer is due by the end of the day where the asking person is."""
    footprint.methods.method(method)

    async def verb(work: Work, actor: Actor) -> None:
        await products.part(work, actor, PartId(part_id))
        if not chosen:
            raise absent("part")
        asker = await work.one(participants.access.named(actor))
        due_at = datetime.combine(due, time(23, 59), asker.zone if asker else UTC)
        for wanted in dict.fromkeys(chosen):
            await trade.ask(work, actor, NewRequest(PartId(wanted), method, due_at, message=message.strip()), visit.tools.seal)

    return await visit.act(verb, f"/parts/{part_id}#ask", once)
