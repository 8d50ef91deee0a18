"""One part: its figure and how sure it is, what to do next, where the carbon comes from, what it rests on, what was computed before."""

import asyncio
import heapq
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Annotated, ClassVar
from uuid import UUID

from fastapi import Form, Query, Response

from ashiato.domain import audit, footprint, participants, products, trade
from ashiato.domain.participants import Actor, Deed
from ashiato.domain.products import Part
from ashiato.domain.trade import Inquiry
from ashiato.kernel.errors import Kind, Refusal, absent
from ashiato.kernel.ids import FootprintId, PartId
from ashiato.kernel.period import Period
from ashiato.plumbing.unit_of_work import Work
from ashiato.web.route import AtDoor, Once, journey, may

router = journey()
_HISTORY = 10
_AVERAGES = 50
_COMPONENTS = 25  # shown at once; the rest stands on the structure's own page
_LINES = 25  # of its inventory, likewise
Day = Annotated[date, Form(ge=date(1990, 1, 1), le=date(2100, 12, 31))]
Draft = footprint.drafts.DraftFigure


@dataclass(frozen=True, slots=True)
class StageLine:
    """One stage of a footprint, per declared unit."""

    stage: footprint.model.Stage
    own: Decimal
    component: Decimal
    total: Decimal
    share: Decimal


@dataclass(frozen=True, slots=True)
class Carbon:
    """Where a computed footprint comes from: its flows, what carries it, and whom to ask next."""

    flows: footprint.analyses.Flows
    contribution: footprint.analyses.Contribution
    asks: list[footprint.analyses.Asking]
    suppliers: dict[str, str]  # their names, by their numbers
    band: footprint.analyses.Uncertainty | None

    @property
    def proposed(self) -> list[footprint.analyses.Asking]:
        """Those that are proposed to be asked now."""
        return [each for each in self.asks if each.proposed]


@dataclass(frozen=True, slots=True)
class PartPage:
    """The page."""

    template: ClassVar[str] = "part.html"
    part: Part
    battery: bool
    computed: footprint.history.Outline | None
    newest: bool
    receipt: audit.proofs.Receipt | None  # of the fact that it was computed
    assured: footprint.package.Assurance | None  # what the newest opinion of a verifier assures
    draft: Draft | None
    trouble: Refusal | None  # why there is no present figure, or why it cannot be known whether the computed one is stale
    stale: list[str]
    stages: list[StageLine]
    carbon: Carbon | None
    components: list[products.tree.ComponentView]
    more_components: bool
    entered: footprint.inventory.Excerpt
    proofs: list[footprint.evidencing.Proof]
    inquiry: Inquiry | None
    history: list[footprint.history.FootprintHead]
    declarations: list[footprint.history.OwnDeclaration]
    may_compute: bool
    may_ask: bool
    may_declare: bool
    methods: list[str]
    period: Period

    @property
    def averages(self) -> list[footprint.calculation.Gap]:
        """The parts of which published averages stand in for answers: those that carry most, with their shares."""
        return heapq.nlargest(_AVERAGES, self.computed.result.gaps, key=lambda gap: gap.share) if self.computed is not None else []

    @property
    def declarable(self) -> bool:
        """Whether the shown figure is a battery's, ready, and not declared yet."""
        ready = self.computed is not None and not self.computed.result.draft and not self.stale and self.newest
        return self.battery and ready and all(item.footprint_id != self.computed.footprint_id for item in self.declarations if self.computed)


@router.get("/parts/{part_id:uuid}")
async def part(
    visit: AtDoor,
    part_id: UUID,
    chosen: Annotated[UUID | None, Query(alias="footprint")] = None,
    band: Annotated[bool, Query(description="how uncertain the figure is, besides")] = False,
) -> Response:
    """The newest footprint of an own part, or the chosen one."""

    async def verb(work: Work, actor: Actor) -> PartPage:
        return await _part(work, actor, PartId(part_id), FootprintId(chosen) if chosen else None, visit.tools.settings.structures, band=band)

    return await visit.show(verb, notes=True)


@router.post("/parts/{part_id:uuid}/footprints")
async def compute(visit: AtDoor, part_id: UUID, method: Annotated[str, Form(max_length=100)], start: Day, end: Day, once: Once) -> Response:
    """Computes the part's footprint from all that is known now."""

    async def verb(work: Work, actor: Actor) -> None:
        await footprint.compute(work, actor, PartId(part_id), method, Period(start, end))

    return await visit.act(verb, f"/parts/{part_id}", once)


async def _part(work: Work, actor: Actor, part_id: PartId, chosen: FootprintId | None, structures: Path, *, band: bool) -> PartPage:
    shown = await products.part(work, actor, part_id)
    history = await footprint.history.versions(work, actor, part_id, _HISTORY)
    computed = await chosen_of(work, actor, part_id, chosen, history)
    draft, stale, trouble = await _present(work, actor, shown, computed, structures)
    components = await products.tree.components(work, actor, part_id, "", _COMPONENTS + 1)
    declarations = await footprint.history.declarations_of(work, actor, part_id, _HISTORY)
    return PartPage(
        part=shown,
        battery=await products.battery_model(work, part_id) is not None,
        computed=computed,
        newest=bool(history) and computed is not None and computed.footprint_id == history[0].footprint_id,
        receipt=await audit.proofs.receipt_of(work, "footprint.computed", computed.computed_at, computed.footprint_id) if computed else None,
        assured=await footprint.verifying.assured(work, computed.package_digest) if computed else None,
        draft=draft,
        trouble=trouble,
        stale=stale,
        stages=stages_of(computed),
        carbon=await _carbon(work, actor, computed, band=band) if computed else None,
        components=components[:_COMPONENTS],
        more_components=len(components) > _COMPONENTS,
        entered=await footprint.inventory.excerpt(work, actor, part_id, _LINES),
        proofs=await footprint.evidencing.proofs_of(work, actor, [part_id, *(item.declaration_id for item in declarations)]),
        inquiry=(await trade.inquiries(work, [part_id])).get(part_id),
        history=history,
        declarations=declarations,
        may_compute=may(actor, Deed.ENTER_DATA),
        may_ask=may(actor, Deed.ASK),
        may_declare=may(actor, Deed.DECLARE),
        methods=list(footprint.methods.all_methods()),
        period=period_of(computed.breakdown.period if computed else None, work.now.date()),
    )


async def chosen_of(
    work: Work, actor: Actor, part_id: PartId, chosen: FootprintId | None, known: list[footprint.history.FootprintHead]
) -> footprint.history.Outline | None:
    """The chosen footprint of a part, else its newest, if there is one. Refuses (`absent`) one of another part."""
    wanted = chosen or (FootprintId(known[0].footprint_id) if known else None)
    if wanted is None:
        return None
    computed = await footprint.history.outline(work, actor, wanted)
    if computed.part_id != part_id:
        raise absent("footprint")
    return computed


async def _carbon(work: Work, actor: Actor, computed: footprint.history.Outline, *, band: bool) -> Carbon:
    found = computed.breakdown
    uncertain = None
    if band:
        package = (await footprint.footprint(work, actor, computed.footprint_id)).package
        uncertain = await asyncio.to_thread(footprint.analyses.uncertainty_within, package, footprint.analyses.USUAL_DRAWS)
    asks = await footprint.analyses.whom_to_ask(work, actor, found.asks)
    names = await participants.names_by_number(work, sorted({each.part.supplier_number for each in asks if each.part.supplier_number}))
    return Carbon(found.flows, found.contribution, asks, names, uncertain)


async def _present(
    work: Work, actor: Actor, part: Part, computed: footprint.history.Outline | None, structures: Path
) -> tuple[footprint.drafts.DraftFigure | None, list[str], Refusal | None]:
    """The present figure where none was computed, else what makes the computed one stale; or why that cannot be told."""
    try:
        if computed is not None:
            return None, (await footprint.stale_answers(work, actor, [computed]))[computed.footprint_id], None
        drafts = await footprint.drafts.drafts(work, actor, next(iter(footprint.methods.all_methods())), [part.part_id], structures)
    except Refusal as refusal:
        if refusal.kind not in (Kind.CONFLICT, Kind.INVALID):
            raise
        return None, [], refusal
    return drafts[part.part_id], [], None


def stages_of(computed: footprint.history.Outline | None) -> list[StageLine]:
    """The stages of a footprint with their shares of the total."""
    if computed is None:
        return []
    total = computed.result.total
    figures = [(stage, computed.result.stages[stage]) for stage in footprint.model.Stage]
    return [StageLine(stage, each.own, each.component, each.total, each.total / total if total else Decimal(0)) for stage, each in figures]


def period_of(computed: footprint.package.Span | None, today: date) -> Period:
    """The period to propose: the one computed for last, else the calendar year before this one."""
    if computed is not None:
        return Period(computed.start, computed.end)
    return Period.of_year(today.year - 1)
