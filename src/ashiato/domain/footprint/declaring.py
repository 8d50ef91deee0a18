"""Declaring to the public: what would be declared, signing and publishing it, and what was."""

from collections.abc import Sequence
from datetime import datetime
from typing import cast
from uuid import UUID

from ashiato.domain import participants
from ashiato.domain.footprint import declaration as declarations
from ashiato.domain.footprint import facts, store
from ashiato.domain.footprint.declaration import Declaration, Declared
from ashiato.domain.footprint.package import decode, encode
from ashiato.domain.footprint.service import Footprint, footprint, stale_answers
from ashiato.domain.footprint.store import DeclaredOf
from ashiato.domain.participants import Actor, Deed, require
from ashiato.kernel.digest import Json, canonical, digest_of_bytes, parse
from ashiato.kernel.errors import Flaw, absent, conflict
from ashiato.kernel.ids import DeclarationId, FootprintId, PartId
from ashiato.plumbing.db import Viewpoint
from ashiato.plumbing.keys import Seal
from ashiato.plumbing.unit_of_work import Work

__all__ = ["DeclaredOf", "declaration", "declare", "declared_among", "declared_of", "declared_up_to", "foresee", "published_declaration"]


def foresee(computed: Footprint, now: datetime, conformity_id: str | None = None, study_url: str | None = None) -> Declaration | None:
    """What would be published of a footprint if it were declared now; None for what is no battery's. Nothing is kept."""
    if computed.package.battery is None or computed.result.per_kwh is None:
        return None
    return declarations.draw_up(computed.package, computed.result, UUID(int=0), now, conformity_id, study_url)


async def declare(
    work: Work, actor: Actor, footprint_id: FootprintId, seal: Seal, conformity_id: str | None = None, study_url: str | None = None
) -> Declared:
    """Freezes, signs and publishes the declaration of a battery's footprint.

    Refuses (`conflict`) a part that is not a battery model, a result that is a draft, with every line that makes it one, and a
    result whose suppliers have handed over something newer.
    """
    require(actor, Deed.DECLARE)
    computed = await footprint(work, actor, footprint_id)
    if computed.package.battery is None or computed.result.per_kwh is None:
        raise conflict("declaration.not_a_battery", "Only a battery model is declared.", "State the part as a battery model first.")
    if computed.result.obstacles:
        flaws = [
            Flaw(f"{item.part_number}" + (f" line {item.line}" if item.line else ""), item.code, item.message) for item in computed.result.obstacles
        ]
        raise conflict("declaration.draft", "This result is a draft and cannot be declared.", "Mend what is named here and compute again.", *flaws)
    stale = (await stale_answers(work, actor, [computed]))[footprint_id]
    if stale:
        raise conflict("declaration.stale", f"Newer answers exist for {', '.join(stale)}.", "Compute the footprint again first.")
    declaration_id = DeclarationId(work.new_id())
    drawn = declarations.draw_up(computed.package, computed.result, declaration_id, work.now, conformity_id, study_url)
    content = canonical(encode(drawn))
    signature = await participants.signing.sign(work, actor, content, seal)
    own = store.OwnDeclaration(declaration_id, computed.part_id, footprint_id, work.now)
    await store.add_declaration(work, own, content.decode(), signature)
    work.record(facts.declared(declaration_id, digest_of_bytes(content)))
    return await declaration(work, actor, declaration_id)


async def declaration(work: Work, actor: Actor, declaration_id: DeclarationId) -> Declared:
    """One of the company's declarations, its file with the package. Refuses (`absent`) every other."""
    require(actor, Deed.READ)
    own = await store.declaration(work, declaration_id)
    published = await store.published(work, declaration_id)
    if own is None or published is None:
        raise absent("declaration")
    stored = await work.one(store.footprint(own.footprint_id))
    return _declared(published, PartId(own.part_id), parse(stored.package) if stored else None)


async def declared_of(work: Work, actor: Actor, text: str, before: tuple[datetime, UUID] | None, limit: int) -> list[DeclaredOf]:
    """The company's declarations, newest first; with a text, those about parts whose name or number holds it."""
    require(actor, Deed.READ)
    return await work.all(store.declared_of(text, before, limit))


async def declared_up_to(work: Work, actor: Actor, most: int) -> int:
    """How many declarations the company has: `most` stands for that many or more."""
    require(actor, Deed.READ)
    return sum(await work.all(store.declared_up_to(most)))


async def declared_among(work: Work, actor: Actor, parts: Sequence[PartId], limit: int) -> list[DeclaredOf]:
    """The company's declarations about these parts, newest first."""
    require(actor, Deed.READ)
    return await work.all(store.declared_of("", None, limit, parts))


async def published_declaration(work: Work, declaration_id: DeclarationId) -> Declared:
    """A declaration as anybody may see it: without the package. Refuses (`absent`) what is not published."""
    await work.pin(Viewpoint.VISITOR, None)
    published = await store.published(work, declaration_id)
    if published is None:
        raise absent("declaration")
    return _declared(published, None, None)


def _declared(published: store.Published, part_id: PartId | None, package: Json) -> Declared:
    document = parse(published.document)
    file = declarations.file_of(document, cast(Json, published.signature), package)
    return Declared(DeclarationId(published.declaration_id), part_id, decode(declarations.Declaration, document), file)
