"""Certificates of footprints: one a part, with files; shown to those buyers to whom their company discloses them."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from uuid import UUID

from ashiato.domain import evidence, products, sharing, trade
from ashiato.domain.evidence import File
from ashiato.domain.footprint import certificate_store as store
from ashiato.domain.footprint.certificate_store import Attached
from ashiato.domain.participants import Actor, Deed, require
from ashiato.domain.sharing import Reach, Subject, SubjectKind
from ashiato.kernel.errors import absent, invalid
from ashiato.kernel.ids import CompanyId, PartId
from ashiato.plumbing.db import Viewpoint
from ashiato.plumbing.unit_of_work import Work

__all__ = ["Certificate", "attach", "certificate", "detach", "forget", "of_trade", "owned", "owned_file"]

MOST_FILES = 100


@dataclass(frozen=True, slots=True)
class Certificate:
    """A part's certificate with its files, each by identifier and name, and the company whose they are."""

    company_id: UUID
    certificate_id: UUID
    part_id: UUID
    description: str | None
    files: tuple[tuple[UUID, str], ...]


async def certificate(work: Work, actor: Actor, part_id: PartId) -> Certificate | None:
    """The certificate of one of the company's parts: its own, else (for a bought part) its supplier's, as far as that is disclosed."""
    require(actor, Deed.READ)
    await products.designations.one(work, actor, part_id)
    own = _certificate(await store.attached(work, _own(actor, part_id)))
    if own is not None:
        return own
    for dealing in await trade.dealings.listed(work, actor, trade.dealings.Wanted(sent=True, part_ids=[part_id]), 1):
        return await _theirs(work, actor, dealing.upstream_part_id)
    return None


async def of_trade(work: Work, actor: Actor, request_id: UUID) -> Certificate:
    """The certificate of the part that answers one of the company's requests. Refuses (`absent`) what is not disclosed to it."""
    require(actor, Deed.READ)
    found = await trade.dealings.listed(work, actor, trade.dealings.Wanted(sent=True, request_id=request_id), 1)
    theirs = await _theirs(work, actor, found[0].upstream_part_id) if found else None
    if theirs is None:
        raise absent("certificate")
    return theirs


def _own(actor: Actor, part_id: UUID) -> Reach:
    return sharing.own_reach(actor, Subject(SubjectKind.CERTIFICATE, part_id))


async def _theirs(work: Work, actor: Actor, part_id: UUID | None) -> Certificate | None:
    subject = Subject(SubjectKind.CERTIFICATE, part_id or UUID(int=0))
    reach = (await sharing.reach_each(work, actor, [subject])).get(subject)
    found = _certificate(await store.attached(work, reach)) if reach else None
    return replace(found, description=None) if found else None  # what a company notes of its own certificate is its own


def _certificate(attached: Iterable[Attached]) -> Certificate | None:
    rows = list(attached)
    if not rows:
        return None
    files = tuple((row.file_id, row.name) for row in rows if row.file_id is not None and row.name is not None)
    return Certificate(rows[0].company_id, rows[0].certificate_id, rows[0].part_id, rows[0].description, files)


async def attach(
    work: Work, actor: Actor, part_id: PartId, certificate_id: UUID | None, description: str | None, file_ids: list[UUID]
) -> Certificate:
    """Gives a part its certificate, or describes it anew and adds files to it.

    Refuses (`absent`) a part or a certificate that is not the company's, (`invalid`) files that were not sent, and too many.
    """
    require(actor, Deed.ENTER_DATA)
    await products.designations.one(work, actor, part_id)
    present = _certificate(await store.attached(work, _own(actor, part_id)))
    if certificate_id is not None and (present is None or present.certificate_id != certificate_id):
        raise absent("certificate")
    kept = await evidence.kept(work, file_ids)
    if len(kept) < len(set(file_ids)):
        raise invalid("certificate.file", "cfpCertificationFileInfo: a file was not uploaded.", "Upload the file first.")
    names = dict(present.files if present else ()) | {file.file_id: file.name for file in kept}
    if len(names) > MOST_FILES:
        raise invalid("certificate.files", f"A certificate has at most {MOST_FILES} files.", "Leave some out.")
    known = present.certificate_id if present else work.new_id()
    await store.put(work, known, part_id, description)
    await store.attach(work, known, part_id, [(file.file_id, file.name) for file in kept])
    return Certificate(actor.company_id, known, part_id, description, tuple(names.items()))


async def detach(work: Work, actor: Actor, part_id: PartId, file_id: UUID | None) -> None:
    """Takes one file, or all, off a part's certificate. Refuses (`absent`) what is not there."""
    require(actor, Deed.ENTER_DATA)
    if not await store.detach(work, part_id, file_id):
        raise absent("certificate")


async def owned_file(work: Work, company_id: CompanyId, file_id: UUID) -> File:
    """A file with its owner's eyes, for the bearer of an address that was signed for it."""
    await work.pin(Viewpoint.MEMBER, company_id)
    return await evidence.file(work, file_id)


async def forget(work: Work, actor: Actor, part_id: PartId) -> None:
    """Takes a part's certificate away, if it has one."""
    require(actor, Deed.ENTER_DATA)
    await store.detach(work, part_id, None)


async def owned(work: Work, actor: Actor, certificate_id: UUID) -> Certificate:
    """One of the company's own certificates. Refuses (`absent`) every other."""
    require(actor, Deed.READ)
    part_id = await store.part_of(work, certificate_id)
    found = _certificate(await store.attached(work, _own(actor, part_id))) if part_id else None
    if found is None:
        raise absent("certificate")
    return found
