"""Two footprints of one part side by side: what changed, stage by stage and input by input."""

from dataclasses import dataclass
from typing import ClassVar
from uuid import UUID

from fastapi import Response

from ashiato.domain import footprint, products
from ashiato.domain.footprint import Footprint
from ashiato.domain.participants import Actor
from ashiato.domain.products import Part
from ashiato.kernel.errors import absent
from ashiato.kernel.ids import FootprintId, PartId
from ashiato.plumbing.unit_of_work import Work
from ashiato.web.route import AtDoor, journey
from ashiato.web.tables import Column, FileKind, Table, as_file
from ashiato.web.words import Words, words_for

router = journey()
_MOST = 100
_MOST_IN_FILES = 100_000


@dataclass(frozen=True, slots=True)
class DifferencePage:
    """The page."""

    template: ClassVar[str] = "difference.html"
    part: Part
    earlier: Footprint
    later: Footprint
    found: footprint.analyses.Difference
    assured: dict[str, footprint.package.Assurance | None]  # of packages that a verifier's opinion is about

    @property
    def period_changed(self) -> bool:
        """Whether the two are about different periods."""
        return self.earlier.package.period != self.later.package.period


@router.get("/parts/{part_id:uuid}/difference")
async def difference(visit: AtDoor, part_id: UUID, earlier: UUID, later: UUID) -> Response:
    """What the later of two footprints of an own part has otherwise."""

    async def verb(work: Work, actor: Actor) -> DifferencePage:
        return await _compared(work, actor, PartId(part_id), earlier, later, _MOST)

    return await visit.show(verb)


@router.get("/parts/{part_id:uuid}/difference.{kind}")
async def table(visit: AtDoor, part_id: UUID, kind: FileKind, earlier: UUID, later: UUID) -> Response:
    """The same as a file, with every input that changed."""

    async def verb(work: Work, actor: Actor) -> DifferencePage:
        return await _compared(work, actor, PartId(part_id), earlier, later, _MOST_IN_FILES)

    return await as_file(_table(await visit.look(verb), words_for(visit.request)), kind)


async def _compared(work: Work, actor: Actor, part_id: PartId, earlier: UUID, later: UUID, most: int) -> DifferencePage:
    part = await products.part(work, actor, part_id)
    before, after = await footprint.footprint(work, actor, FootprintId(earlier)), await footprint.footprint(work, actor, FootprintId(later))
    if (before.part_id, after.part_id) != (part_id, part_id):
        raise absent("footprint")
    found = await footprint.analyses.difference_of(actor, before, after, most)
    assured = await footprint.verifying.assured_each(work, [before.package_digest, after.package_digest])
    return DifferencePage(part, before, after, found, assured)


def _table(page: DifferencePage, words: Words) -> Table:
    unit = page.later.result.declared_unit
    headings = [words(key) for key in ("part", "activity", "why")]
    figures = [f"{words(key)} (kg CO2e/{unit})" for key in ("version.earlier", "version.later", "version.change")]
    rows: list[tuple[object, ...]] = []
    if page.period_changed:
        told = f"{words('difference.period')}: {_span(page.earlier)} → {_span(page.later)}"
        rows.append((page.part.part_number, "", told, None, None, None))
    rows += [
        (each.part_number, each.activity, "; ".join(_why(words, reason) for reason in each.reasons), each.before, each.after, each.change)
        for each in page.found.inputs
    ]
    columns = (*(Column(heading) for heading in headings), *(Column(heading, figures=True) for heading in figures))
    return Table("difference", columns, rows)


def _span(computed: Footprint) -> str:
    return f"{computed.package.period.start}/{computed.package.period.end}"


def _why(words: Words, reason: footprint.analyses.Reason) -> str:
    told = words(f"cause.{reason.cause}")
    return f"{told}: {reason.before} → {reason.after}" if reason.before else told
