"""Where the carbon of a part comes from, as files: the tables beside its pictures."""

from dataclasses import dataclass
from enum import StrEnum
from typing import Annotated
from uuid import UUID

from fastapi import Query, Response

from ashiato.domain import footprint
from ashiato.domain.participants import Actor
from ashiato.kernel.errors import absent
from ashiato.kernel.ids import FootprintId, PartId
from ashiato.plumbing.unit_of_work import Work
from ashiato.web.pages.part import chosen_of, stages_of
from ashiato.web.route import AtDoor, journey
from ashiato.web.tables import Column, FileKind, Table, as_file
from ashiato.web.words import Words, words_for

router = journey()


class Told(StrEnum):
    """Which of the page's tables is wanted."""

    FLOWS = "flows"
    CONTRIBUTION = "contribution"
    STAGES = "stages"
    GAPS = "gaps"


@dataclass(frozen=True, slots=True)
class _Heading:
    words: Words
    unit: str

    def __call__(self, key: str) -> Column:
        return Column(self.words(key))

    def figure(self, key: str = "") -> Column:
        return Column(f"{self.words(key)} (kg CO2e/{self.unit})" if key else f"kg CO2e/{self.unit}", figures=True)

    @property
    def share(self) -> Column:
        return Column(self.words("share"), figures=True)


@router.get("/parts/{part_id:uuid}/{told}.{kind}")
async def table(
    visit: AtDoor, part_id: UUID, told: Told, kind: FileKind, chosen: Annotated[UUID | None, Query(alias="footprint")] = None
) -> Response:
    """One table of the part's page, of its newest footprint or the chosen one."""

    async def verb(work: Work, actor: Actor) -> footprint.history.Outline:
        history = await footprint.history.versions(work, actor, PartId(part_id), 1)
        computed = await chosen_of(work, actor, PartId(part_id), FootprintId(chosen) if chosen else None, history)
        if computed is None:
            raise absent("footprint")
        return computed

    computed = await visit.look(verb)
    return await as_file(_table(computed, told, words_for(visit.request)), kind)


def _table(computed: footprint.history.Outline, told: Told, words: Words) -> Table:
    name = f"{''.join(letter if letter.isascii() and letter.isalnum() else '-' for letter in computed.breakdown.product)}-{told}"
    heading = _Heading(words, computed.result.declared_unit)
    match told:
        case Told.FLOWS:
            return _flows(name, heading, computed.breakdown.flows)
        case Told.CONTRIBUTION:
            return _contribution(name, heading, computed.breakdown.contribution)
        case Told.STAGES:
            columns = (heading("stage"), heading.figure("column.own"), heading.figure("column.component"), heading.figure("total"), heading.share)
            return Table(
                name, columns, [(words(f"stage.{line.stage}"), line.own, line.component, line.total, line.share) for line in stages_of(computed)]
            )
        case Told.GAPS:
            return _gaps(name, heading, computed)


def _gaps(name: str, heading: _Heading, computed: footprint.history.Outline) -> Table:
    columns = (heading("part"), heading("why"), heading("factor"), heading.share)
    return Table(name, columns, [(gap.part_number, heading.words.gap(gap.reason), gap.factor, gap.share) for gap in computed.result.gaps])


def _flows(name: str, heading: _Heading, found: footprint.analyses.Flows) -> Table:
    columns = (heading("carbon_flow.from"), heading("carbon_flow.to"), heading.figure(), heading.share)
    whole = found.weight or 1.0
    named = [node.name or heading.words("carbon_flow.merged", number=found.merged) for node in found.nodes]
    return Table(name, columns, [(named[flow.source], named[flow.target], flow.total, flow.weight / whole) for flow in found.flows])


def _contribution(name: str, heading: _Heading, found: footprint.analyses.Contribution) -> Table:
    words = heading.words
    columns = (heading("activity"), heading("part"), heading("tier"), heading("source"), heading.figure(), heading.share)
    rows: list[tuple[object, ...]] = [
        (each.activity, each.part_number, each.tier, words(f"carrier.{each.kind}"), each.total, each.share) for each in found.activities.carriers
    ]
    rest = found.activities.rest
    if rest.count:
        rows.append((words("contribution.rest", number=rest.count), None, None, None, rest.total, rest.share))
    return Table(name, columns, rows)
