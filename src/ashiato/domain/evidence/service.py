"""Announcing files and recording what was kept."""

from uuid import UUID

from ashiato.domain.evidence import store
from ashiato.domain.evidence.model import File, NewFile, name_flaw
from ashiato.kernel.errors import absent, conflict, invalid
from ashiato.plumbing.blobs import Blob
from ashiato.plumbing.db import Viewpoint
from ashiato.plumbing.unit_of_work import Work


async def announce(work: Work, files: list[NewFile]) -> list[File]:
    """Fresh identifiers for files that will be sent, in the same order. Refuses (`invalid`) names that no file can have."""
    flaws = [flaw for file in files for flaw in [name_flaw(file)] if flaw]
    if flaws:
        raise invalid("file", "The files cannot be announced.", "Correct what is named here.", *flaws)
    announced = [File(work.new_id(), file.name, None, None) for file in files]
    await store.add(work, announced)
    return announced


async def file(work: Work, file_id: UUID) -> File:
    """One of the pinned company's files. Refuses (`absent`) every other."""
    found = await store.files(work, [file_id])
    if not found:
        raise absent("file")
    return found[0]


async def kept(work: Work, file_ids: list[UUID]) -> list[File]:
    """The pinned company's files among these whose bytes are kept."""
    return [found for found in await store.files(work, file_ids) if found.digest is not None]


async def files_kept(work: Work) -> list[tuple[UUID, UUID, str]]:
    """(company, file, digest) of every kept file of every company, for whoever inspects the installation."""
    await work.pin(Viewpoint.FOLLOWER, None)
    return await store.files_kept(work)


async def record(work: Work, file_id: UUID, blob: Blob) -> None:
    """Notes what was kept under an announced name. The same bytes again change nothing; refuses (`conflict`) other ones."""
    present = await file(work, file_id)
    if present.digest not in (None, blob.digest):
        raise conflict("file.kept", "Another file was sent under this identifier.", "Announce the file anew.")
    await store.keep(work, file_id, blob.digest, blob.size)
