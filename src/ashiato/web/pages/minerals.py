"""Minerals templates (EMRT, CMRT): a supplier's workbook is read and shown cell by cell, and taken over only once that is confirmed; and back."""

from dataclasses import dataclass
from typing import Annotated, ClassVar, Literal
from uuid import UUID

from fastapi import File, Form, Response, UploadFile

from ashiato.domain import diligence, imports, products
from ashiato.domain.diligence import Material
from ashiato.domain.participants import Actor, Deed
from ashiato.domain.products import Part
from ashiato.kernel.digest import canonical, parse
from ashiato.kernel.errors import invalid
from ashiato.kernel.frozen import decode, encode
from ashiato.kernel.ids import PartId
from ashiato.plumbing import spreadsheet, turns
from ashiato.plumbing.unit_of_work import Work
from ashiato.web import files
from ashiato.web.route import AtDoor, Once, View, journey, may
from ashiato.web.words import words_for

router = journey()
_LARGEST_FORM = 101 * 1024 * 1024  # bytes: the largest file, and the form around it
_LARGEST_CONFIRMED = 4 * 1024 * 1024  # bytes of the smelters that wait in a form
_SHOWN = 200  # cells
_Minerals = diligence.interchange.minerals


@dataclass(frozen=True, slots=True)
class HandIn:
    """Where a template is handed in, and fetched."""

    template: ClassVar[str] = "minerals.html"
    part: Part
    contents: list[diligence.model.Content]
    may_enter: bool
    led: bool  # here from a workbook that was handed in elsewhere


@dataclass(frozen=True, slots=True)
class Read:
    """What a workbook says and what would come of it. `waiting`: what the form of confirmation holds; nothing is kept elsewhere."""

    template: ClassVar[str] = "minerals_read.html"
    part: Part
    name: str
    found: diligence.interchange.template.Template
    errors: list[diligence.interchange.template.CellError]
    foreseen: diligence.interchange.minerals.Foreseen
    waiting: str
    may_enter: bool

    @property
    def more(self) -> int:
        """Errors that are not shown."""
        return len(self.found.errors) - len(self.errors)

    @property
    def unidentified(self) -> list[Material]:
        """Materials of the part of which the template names smelters, but not all."""
        named = {smelter.material for smelter in self.found.smelters}
        return [material for material in self.foreseen.unknown if material in named]

    def reason(self, error: diligence.interchange.template.CellError, language: str) -> str:
        """Why a cell cannot be taken, in the reader's language."""
        return told_of(error, language)


def told_of(error: diligence.interchange.template.CellError, language: str) -> str:
    """What is said of a cell, in the reader's language."""
    return (diligence.messages.in_japanese(error.code) if language == "ja" else None) or error.message


@router.get("/parts/{part_id:uuid}/minerals")
async def hand_in(visit: AtDoor, part_id: UUID, led: Literal["", "yes"] = "") -> Response:
    """Where a supplier's template is handed in for a part."""

    async def verb(work: Work, actor: Actor) -> View:
        part = await products.part(work, actor, PartId(part_id))
        stated = await diligence.origins.materials(work, actor, PartId(part_id))
        return HandIn(part, stated.contents, may(actor, Deed.ENTER_DATA), bool(led))

    return await visit.show(verb)


@router.post("/parts/{part_id:uuid}/minerals", max_body_size=_LARGEST_FORM)
async def examine(visit: AtDoor, part_id: UUID, file: Annotated[UploadFile, File()], marked: Annotated[Literal["", "yes"], Form()] = "") -> Response:
    """Shows what a workbook says, cell by cell where it is wrong, and what would come of it; or gives it back `marked`. Nothing is kept."""
    part = await visit.look(lambda work, actor: products.part(work, actor, PartId(part_id)))  # nobody's file is opened before it is known who asks
    most = visit.tools.settings.upload_limit_mb
    content = await file.read(most * 1024 * 1024 + 1)
    if len(content) > most * 1024 * 1024:
        raise invalid("file.too_large", f"A file has at most {most} MB.", "Divide it.")
    found = diligence.interchange.template.read_template(await turns.FILES.take(spreadsheet.read, content))
    name = "".join(character for character in file.filename or "" if character.isprintable())[-_SHOWN:]
    if marked:
        language = words_for(visit.request).language
        told = [(one.sheet, one.cell, told_of(one, language)) for one in (*found.errors, *found.notes)]
        book = await turns.FILES.take(imports.marking.marked_cells, content, told)
        return files.xlsx(book, f"{name.rpartition('.')[0] or 'minerals'}-marked.xlsx")
    said = _Minerals.told(found)

    async def verb(work: Work, actor: Actor) -> View:
        foreseen = await _Minerals.foresee(work, actor, PartId(part_id), said)
        waiting = "" if found.errors else canonical(encode(said)).decode()
        return Read(part, name, found, [*found.errors[:_SHOWN]], foreseen, waiting, may(actor, Deed.ENTER_DATA))

    response = await visit.show(verb)
    response.status_code = 422 if found.errors else 200
    return response


@router.post("/parts/{part_id:uuid}/minerals/confirmation", max_body_size=_LARGEST_CONFIRMED)
async def confirm(visit: AtDoor, part_id: UUID, waiting: Annotated[str, Form(max_length=_LARGEST_CONFIRMED)], once: Once) -> Response:
    """Takes over what was shown, in place of the origins that were stated before of the same materials."""
    try:
        said = decode(_Minerals.Told, parse(waiting))
    except ValueError as error:
        raise invalid("template.waiting", "This is not what was shown.", "Hand in the workbook again; nothing was saved.") from error

    async def verb(work: Work, actor: Actor) -> None:
        await _Minerals.take_over(work, actor, PartId(part_id), said)
        await diligence.answering.renew_above(work, actor, PartId(part_id), visit.tools.seal)

    return await visit.act(verb, f"/parts/{part_id}/diligence#held", once)


@router.get("/parts/{part_id:uuid}/minerals.xlsx")
async def fetch(visit: AtDoor, part_id: UUID) -> Response:
    """What the company states of a part and of what goes into it, as a workbook in the shape of an extended minerals template."""
    return files.xlsx(await visit.look(lambda work, actor: _Minerals.export_template(work, actor, PartId(part_id))), "minerals.xlsx")
