"""Having footprints verified: rooms are opened with grants, what stands behind a figure is read through `sharing.reach`, opinions are signed."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from ashiato.domain import assurance, products, sharing
from ashiato.domain.assurance import Item, Note, Proof, Room
from ashiato.domain.footprint import evidencing, tracing
from ashiato.domain.footprint import service as footprints
from ashiato.domain.footprint import verifying_store as store
from ashiato.domain.footprint.calculation import Result
from ashiato.domain.footprint.package import Assurance, Package, decode
from ashiato.domain.participants import Actor, Deed, require
from ashiato.domain.sharing import Conditions, Purpose, Selection, Subject, SubjectKind
from ashiato.kernel.digest import parse
from ashiato.kernel.errors import absent, invalid
from ashiato.kernel.ids import CompanyId, FootprintId
from ashiato.plumbing.db import Question
from ashiato.plumbing.unit_of_work import Work

__all__ = ["STRATA", "Examined", "asked", "assured", "close", "examined", "open_room", "read_in", "sampled", "tracing"]

STRATA = ("stage", "part", "source")


@dataclass(frozen=True, slots=True)
class Examined:
    """A footprint in a room: the frozen package, what follows from it, the files behind its lines, the notes on them."""

    room: Room
    item: Item
    package: Package
    result: Result
    notes: tuple[Note, ...]


async def open_room(work: Work, actor: Actor, verifier_number: str, title: str, footprint_ids: list[FootprintId], until: datetime) -> Room:
    """Opens a room for a verifier: it may read these footprints with everything that they follow from, and the files linked to their
    lines, until a day. Nothing else of the company.

    Refuses (`absent`) footprints that are not the company's, and what `assurance.rooms.open_for` refuses.
    """
    require(actor, Deed.ANSWER)
    shown = [await _item(work, actor, one) for one in dict.fromkeys(footprint_ids)]
    room = await assurance.rooms.open_for(work, actor, verifier_number, title, until, shown)
    conditions = Conditions(until)
    for subject in _subjects(shown):
        await sharing.give(work, actor, [CompanyId(room.verifier_id)], subject, Purpose.VERIFICATION, conditions)
    return room


async def _item(work: Work, actor: Actor, footprint_id: FootprintId) -> Item:
    computed = await footprints.footprint(work, actor, footprint_id)
    numbers = [part.part_number for part in computed.package.parts]
    by_id = {part.part_id: number for number, part in (await products.parts_by_number(work, numbers)).items()}
    linked = await evidencing.proofs_of(work, actor, list(by_id)) if by_id else []
    digests = await evidencing.digests(work, [one.evidence_id for one in linked])
    proofs = tuple(
        Proof(by_id[part_id], one.line, str(one.evidence_id), one.name, digests.get(one.evidence_id, ""))
        for one in linked
        for part_id in by_id
        if part_id == one.subject_id
    )
    product = next(part for part in computed.package.parts if part.part_number == computed.package.product)
    period = computed.package.period
    label = f"{product.part_number} {product.name}, {period.start.isoformat()} – {period.end.isoformat()}"
    return Item(footprint_id, computed.package_digest, label, proofs)


def _subjects(shown: list[Item]) -> list[Subject]:
    packages = [Subject(SubjectKind.FOOTPRINT_PACKAGE, one.footprint_id) for one in shown]
    files = {UUID(proof.evidence_id) for one in shown for proof in one.proofs}
    return [*packages, *(Subject(SubjectKind.EVIDENCE, one) for one in sorted(files))]


async def close(work: Work, actor: Actor, room_id: UUID) -> Room:
    """Closes a room: from the next request on the verifier reads nothing of it, but what another open room of its shows too."""
    shown = await assurance.rooms.items(work, actor, room_id)
    room = await assurance.rooms.close(work, actor, room_id)
    kept = set(_subjects(await assurance.rooms.shown_elsewhere(work, actor, room)))
    await sharing.withdraw(work, actor, CompanyId(room.verifier_id), [one for one in _subjects(shown) if one not in kept])
    return room


async def examined(work: Work, actor: Actor, room_id: UUID, footprint_id: FootprintId) -> Examined:
    """A footprint that is shown in a room, with everything behind it. The owner sees that it was read.

    Refuses (`absent`) in the same words what does not exist, what is not shown in this room, and what is no longer granted.
    """
    room = await assurance.rooms.room(work, actor, room_id)
    item = await assurance.rooms.item(work, actor, room_id, footprint_id)
    subject = Subject(SubjectKind.FOOTPRINT_PACKAGE, footprint_id)
    own = room.company_id == actor.company_id
    reach = sharing.own_reach(actor, subject) if own else await sharing.reach(work, actor, subject)
    stored = await work.all(store.packages(Selection.of(subject.kind, [footprint_id])))
    found = next((one for one in stored if one.company_id == reach.owner_id), None)
    if found is None or found.package_digest != item.package_digest:
        raise absent("footprint")
    notes = await assurance.rooms.notes(work, actor, room_id, footprint_id)
    return Examined(room, item, decode(Package, parse(found.package)), decode(Result, parse(found.result)), tuple(notes))


def sampled(found: Examined, size: int, seed: str, by: str) -> list[tuple[str, tracing.Row]]:
    """A seeded random sample of the rows that lead no further: (stratum, row). Refuses (`invalid`) other strata than `STRATA`."""
    if by not in STRATA:
        raise invalid("sample.strata", "A sample is stratified by stage, part or source.", "Name one of them.")
    rows = tracing.places(found.package)
    return [(one.stratum, rows[one.place]) for one in assurance.sampling.draw(tracing.candidates(found.package, by), size, seed)]


async def read_in(work: Work, actor: Actor, room: Room, shown: list[Item]) -> list[sharing.Access]:
    """What the verifier of the company's own room has read of what is shown in it, and when first."""
    if room.company_id != actor.company_id:
        return []
    subjects = {(subject.kind.value, subject.subject_id) for subject in _subjects(shown)}
    found = await sharing.accesses(work, actor, None, 200)
    return [one for one in found if one.reader_id == room.verifier_id and (one.subject_kind, one.subject_id) in subjects]


def asked(package_digest: str) -> Question[Any]:
    """What `assured` asks."""
    return assurance.opinions.about(package_digest)


async def assured(work: Work, package_digest: str) -> Assurance | None:
    """What the newest opinion on a package of the pinned company's assures; None where it concludes against it, or there is none."""
    return _assurance(await assurance.opinions.newest(work, package_digest), package_digest)


async def assured_each(work: Work, package_digests: list[str]) -> dict[str, Assurance | None]:
    """What `assured` tells of each of these packages on which there is an opinion."""
    found = await assurance.opinions.newest_of_each(work, package_digests)
    return {digest: _assurance(opinion, digest) for digest, opinion in found.items()}


def _assurance(found: assurance.opinions.Signed | None, package_digest: str) -> Assurance | None:
    if found is None or found.opinion.conclusion not in assurance.model.ASSURING:
        return None
    qualified = found.opinion.words if found.opinion.conclusion is assurance.Conclusion.QUALIFIED else None
    return Assurance(
        found.opinion.verifier_name, found.opinion.standard, found.opinion.level.value, found.opinion.signed_on, "product level", qualified,
        package_digest,
    )  # fmt: skip
