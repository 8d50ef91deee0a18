"""One part: its figure and how sure it is, what stands in the way, what it is made of, what was computed before."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Annotated, ClassVar
from uuid import UUID

from fastapi import Form, Query, Response

from ashiato.domain import footprint, products, trade
from ashiato.domain.footprint import Footprint
from ashiato.domain.participants import Actor, Deed
from ashiato.domain.products import Part, Structure
from ashiato.domain.trade import Inquiry
from ashiato.kernel.errors import Kind, Refusal, absent
from ashiato.kernel.ids import FootprintId, PartId
from ashiato.kernel.period import Period
from ashiato.plumbing.unit_of_work import Work
from ashiato.web.route import AtDoor, Once, journey, may

router = journey()
_HISTORY = 10
_LONGEST_TABLE = 300
_CUT = 0.01
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
class Link:
    """So much of a part goes into one declared unit of another, so many levels below the part that is shown."""

    level: int
    parent: Part
    part: Part
    amount: Decimal
    unit: str


@dataclass(frozen=True, slots=True)
class PartPage:
    """The page."""

    template: ClassVar[str] = "part.html"
    part: Part
    computed: Footprint | None
    newest: bool
    draft: Draft | None
    trouble: Refusal | None  # why there is no present figure, or why it cannot be known whether the computed one is stale
    stale: list[str]
    stages: list[StageLine]
    contribution: footprint.analyses.Contribution | None
    links: list[Link]
    more_links: int
    inventory: footprint.inventory.Inventory
    inquiry: Inquiry | None
    history: list[Footprint]
    may_compute: bool
    methods: list[str]
    period: Period


@router.get("/parts/{part_id:uuid}")
async def part(visit: AtDoor, part_id: UUID, chosen: Annotated[UUID | None, Query(alias="footprint")] = None) -> Response:
    """The newest footprint of an own part, or the chosen one."""

    async def verb(work: Work, actor: Actor) -> PartPage:
        return await _part(work, actor, PartId(part_id), FootprintId(chosen) if chosen else None, visit.tools.settings.structures)

    return await visit.show(verb, notes=True)


@router.post("/parts/{part_id:uuid}/footprints")
async def compute(visit: AtDoor, part_id: UUID, method: Annotated[str, Form(max_length=100)], start: Day, end: Day, once: Once) -> Response:
    """Computes the part's footprint from all that is known now."""

    async def verb(work: Work, actor: Actor) -> None:
        await footprint.compute(work, actor, PartId(part_id), method, Period(start, end))

    return await visit.act(verb, f"/parts/{part_id}", once)


async def _part(work: Work, actor: Actor, part_id: PartId, chosen: FootprintId | None, structures: Path) -> PartPage:
    structure = await products.structure(work, actor, part_id)
    history = await footprint.footprints(work, actor, part_id, None, _HISTORY)
    computed = next((item for item in history if chosen in (None, item.footprint_id)), None)
    if computed is None and chosen is not None:
        computed = await footprint.footprint(work, actor, chosen)
        if computed.part_id != part_id:
            raise absent("footprint")
    draft, stale, trouble = await _present(work, actor, structure.top, computed, structures)
    links = _links(structure)
    return PartPage(
        part=structure.top,
        computed=computed,
        newest=bool(history) and computed == history[0],
        draft=draft,
        trouble=trouble,
        stale=stale,
        stages=stages_of(computed),
        contribution=footprint.analyses.contribution_within(computed.package, _CUT) if computed else None,
        links=links[:_LONGEST_TABLE],
        more_links=max(0, len(links) - _LONGEST_TABLE),
        inventory=await footprint.inventory.inventory(work, actor, part_id),
        inquiry=(await trade.inquiries(work, [part_id])).get(part_id),
        history=history,
        may_compute=may(actor, Deed.ENTER_DATA),
        methods=list(footprint.methods.all_methods()),
        period=period_of(computed, work.now.date()),
    )


async def _present(
    work: Work, actor: Actor, part: Part, computed: Footprint | None, structures: Path
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


def stages_of(computed: Footprint | None) -> list[StageLine]:
    """The stages of a footprint with their shares of the total."""
    if computed is None:
        return []
    total = computed.result.total
    figures = [(stage, computed.result.stages[stage]) for stage in footprint.model.Stage]
    return [StageLine(stage, each.own, each.component, each.total, each.total / total if total else Decimal(0)) for stage, each in figures]


def period_of(computed: Footprint | None, today: date) -> Period:
    """The period to propose: the one computed for last, else the calendar year before this one."""
    if computed is not None:
        return Period(computed.package.period.start, computed.package.period.end)
    return Period.of_year(today.year - 1)


def _links(structure: Structure) -> list[Link]:
    """Every link at and below the part, level by level."""
    children: dict[PartId, list[products.Component]] = {}
    for component in structure.components:
        children.setdefault(component.parent_id, []).append(component)
    links, seen, level = [], {structure.top.part_id}, [structure.top.part_id]
    depth = 0
    while level:
        depth += 1
        below = []
        for parent_id in level:
            for component in sorted(children.get(parent_id, ()), key=lambda item: structure.parts[item.child_id].part_number):
                child = structure.parts[component.child_id]
                links.append(Link(depth, structure.parts[parent_id], child, component.amount, component.unit))
                if child.part_id not in seen:
                    seen.add(child.part_id)
                    below.append(child.part_id)
        level = below
    return links
