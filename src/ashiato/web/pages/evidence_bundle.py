"""A bundle of evidence for customs: which papers go in and what each shows; the archive with its signed manifest."""

import asyncio
from dataclasses import dataclass
from typing import Annotated, ClassVar
from uuid import UUID

from fastapi import Form, Response

from ashiato.domain import diligence, evidence, products
from ashiato.domain.participants import Actor, Deed, require
from ashiato.domain.products import Part
from ashiato.kernel.errors import invalid
from ashiato.kernel.ids import PartId
from ashiato.plumbing import sealed_files
from ashiato.plumbing.unit_of_work import Work
from ashiato.web import files
from ashiato.web.route import AtDoor, View, journey, may

router = journey()
_MOST = 200  # files to choose from, the newest ones
_Forms = diligence.interchange.bundle
Text = Annotated[list[str] | None, Form(max_length=_MOST)]


@dataclass(frozen=True, slots=True)
class Bundle:
    """What would go in, and the files to choose papers from. `breaks`: materials whose masses do not add up."""

    template: ClassVar[str] = "bundle.html"
    kinds: ClassVar[tuple[diligence.interchange.bundle.PaperKind, ...]] = tuple(_Forms.PaperKind)
    part: Part
    overview: diligence.overview.Overview
    files: list[evidence.items.Item]
    full: bool
    may_draw_up: bool

    @property
    def breaks(self) -> list[str]:
        """Materials whose masses do not add up."""
        return [place.place.material or "" for place in self.overview.places if place.place.kind == "imbalance"]


@router.get("/parts/{part_id:uuid}/evidence-bundle")
async def choose(visit: AtDoor, part_id: UUID) -> Response:
    """What a bundle about a part would hold."""

    async def verb(work: Work, actor: Actor) -> View:
        part = await products.part(work, actor, PartId(part_id))
        kept = await evidence.items.newest(work, None, _MOST)
        there = [item for item in kept if item.removed_at is None]
        return Bundle(part, await diligence.overview.of_part(work, actor, part.part_id), there, len(kept) == _MOST, may(actor, Deed.DECLARE))

    return await visit.show(verb, notes=True)


@router.post("/parts/{part_id:uuid}/evidence-bundle")
async def draw_up(visit: AtDoor, part_id: UUID, paper: Annotated[list[UUID] | None, Form(max_length=_MOST)] = None, kind: Text = None,
                  about: Text = None) -> Response:  # fmt: skip
    """The archive. Of the files those go in of which it is said what they show."""
    seal, kept_in = visit.tools.seal, visit.tools.files

    async def verb(work: Work, actor: Actor) -> diligence.interchange.bundle.Drawn:
        require(actor, Deed.DECLARE)
        return await _Forms.draw_up(work, actor, PartId(part_id), _papers(paper or [], kind or [], about or []), seal)

    drawn = await visit.look(verb, notes=True)
    kept = {
        name: await sealed_files.readable(kept_in, seal, sealed_files.SealedFile(item.stored, item.sealed_key), item.company_id)
        for name, item in drawn.papers.items() if item.sealed_key is not None
    }  # fmt: skip
    return files.archive(await asyncio.to_thread(_Forms.zipped, drawn, kept), "evidence.zip")


def _papers(items: list[UUID], kinds: list[str], abouts: list[str]) -> list[diligence.interchange.bundle.Paper]:
    if not len(items) == len(kinds) == len(abouts):
        raise invalid("bundle.paper", "A file does not say what it shows.", "Choose what each file shows.")
    chosen = [(item, kind, about.strip()) for item, kind, about in zip(items, kinds, abouts, strict=True) if kind]
    if any(kind not in set(_Forms.PaperKind) or not about for _, kind, about in chosen):
        raise invalid("bundle.paper", "A file that goes in says what it shows and of which part.", "Write the part's number beside it.")
    return [_Forms.Paper(item, _Forms.PaperKind(kind), about) for item, kind, about in chosen]
