"""Declaring a battery's footprint: what is missing and where it is mended, exactly what the public will see, signing, what was declared."""

from dataclasses import dataclass
from typing import Annotated, ClassVar
from uuid import UUID

from fastapi import Form, Query, Response

from ashiato.domain import footprint, products
from ashiato.domain.footprint import Footprint
from ashiato.domain.participants import Actor, Deed
from ashiato.domain.products import Part
from ashiato.kernel.errors import Kind, Refusal
from ashiato.kernel.ids import FootprintId, PartId
from ashiato.plumbing.unit_of_work import Work
from ashiato.web.pages.declaration import StageLine, stage_lines
from ashiato.web.route import AtDoor, Once, journey, may

router = journey()
_LISTED = 20
Stated = Annotated[str, Query(max_length=500)]


@dataclass(frozen=True, slots=True)
class Missing:
    """Something that stands against declaring, or that a declaration may state and does not; and where it is mended."""

    code: str
    address: str
    told: str = ""  # which, in the words of what found it


@dataclass(frozen=True, slots=True)
class Foreseen:
    """A declaration as the public would see it."""

    declaration: footprint.declaration.Declaration
    stages: list[StageLine]


@dataclass(frozen=True, slots=True)
class DeclaringPage:
    """The page."""

    template: ClassVar[str] = "declaring.html"
    part: Part
    computed: Footprint | None
    missing: list[Missing]
    unstated: list[Missing]
    foreseen: Foreseen | None
    conformity: str
    study: str
    declarations: list[footprint.history.OwnDeclaration]
    may_declare: bool

    @property
    def declared(self) -> bool:
        """Whether the shown figure was declared before."""
        return self.computed is not None and any(item.footprint_id == self.computed.footprint_id for item in self.declarations)


@router.get("/parts/{part_id:uuid}/declaration")
async def preview(visit: AtDoor, part_id: UUID, conformity: Stated = "", study: Stated = "") -> Response:
    """What is missing for a declaration of the newest figure, and what the public would see of it."""

    async def verb(work: Work, actor: Actor) -> DeclaringPage:
        part = await products.part(work, actor, PartId(part_id))
        known = await footprint.history.versions(work, actor, part.part_id, 1)
        computed = await footprint.footprint(work, actor, FootprintId(known[0].footprint_id)) if known else None
        missing = await _missing(work, actor, part, computed)
        foreseen = _foreseen(work, computed, conformity.strip(), study.strip()) if computed else None
        return DeclaringPage(
            part=part,
            computed=computed,
            missing=missing,
            unstated=_unstated(part, foreseen) if foreseen else [],
            foreseen=foreseen,
            conformity=conformity.strip(),
            study=study.strip(),
            declarations=await footprint.history.declarations_of(work, actor, part.part_id, _LISTED),
            may_declare=may(actor, Deed.DECLARE),
        )

    return await visit.show(verb)


@router.post("/parts/{part_id:uuid}/declaration")
async def sign(
    visit: AtDoor,
    part_id: UUID,
    footprint_id: Annotated[UUID, Form()],
    once: Once,
    conformity: Annotated[str, Form(max_length=500)] = "",
    study: Annotated[str, Form(max_length=500)] = "",
) -> Response:
    """Signs and publishes what was previewed."""

    async def verb(work: Work, actor: Actor) -> None:
        await products.part(work, actor, PartId(part_id))
        stated = (conformity.strip() or None, study.strip() or None)
        await footprint.declaring.declare(work, actor, FootprintId(footprint_id), visit.tools.seal, *stated)

    return await visit.act(verb, f"/parts/{part_id}/declaration#declared", once)


async def _missing(work: Work, actor: Actor, part: Part, computed: Footprint | None) -> list[Missing]:
    page = f"/parts/{part.part_id}"
    if await products.battery_model(work, part.part_id) is None:
        return [Missing("battery", "/imports")]
    if computed is None:
        return [Missing("figure", f"{page}#compute")]
    if computed.package.battery is None or computed.result.per_kwh is None:
        return [Missing("recompute", f"{page}#compute")]
    numbers = [obstacle.part_number for obstacle in computed.result.obstacles]
    parts = await products.parts_by_number(work, list(dict.fromkeys(numbers)))
    where = {number: f"/parts/{found.part_id}#inventory" for number, found in parts.items()}
    found = [Missing("obstacle", where.get(each.part_number, page), each.message) for each in computed.result.obstacles]
    try:
        stale = (await footprint.stale_answers(work, actor, [computed]))[computed.footprint_id]
    except Refusal as refusal:
        if refusal.kind not in (Kind.CONFLICT, Kind.INVALID):
            raise
        stale = []
    return [*found, *([Missing("stale", f"{page}#compute", ", ".join(stale))] if stale else [])]


def _foreseen(work: Work, computed: Footprint, conformity: str, study: str) -> Foreseen | None:
    drawn = footprint.declaring.foresee(computed, work.now, conformity or None, study or None)
    return Foreseen(drawn, stage_lines(drawn.result)) if drawn is not None else None


def _unstated(part: Part, foreseen: Foreseen) -> list[Missing]:
    """What EU 2023/1542 Article 7(1) lets a declaration state and this one does not."""
    declared = foreseen.declaration
    absent = {
        "plant": (declared.plant is None, "/imports"),
        "conformity": (declared.conformity_declaration_id is None, f"/parts/{part.part_id}/declaration#state"),
        "study": (declared.study_url is None, f"/parts/{part.part_id}/declaration#state"),
    }
    return [Missing(code, address) for code, (unstated, address) in absent.items() if unstated]
