"""Evidence that a company keeps encrypted: added once, found again by its digest, removed by dropping its key."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from ashiato.domain.evidence import item_store as store
from ashiato.domain.evidence.item_store import Item
from ashiato.domain.evidence.model import NewFile, name_flaw
from ashiato.kernel.errors import absent, invalid
from ashiato.kernel.facts import Fact
from ashiato.plumbing.db import Question
from ashiato.plumbing.sealed_files import SealedFile
from ashiato.plumbing.unit_of_work import Work

__all__ = [
    "Item",
    "NewItem",
    "add",
    "asked_named",
    "check_name",
    "expiring",
    "hold",
    "item",
    "items",
    "named",
    "newest",
    "present",
    "readable",
    "remove",
]


@dataclass(frozen=True, slots=True)
class NewItem:
    """A file that was screened and kept, as its company describes it."""

    name: str
    media_type: str
    digest: str
    size: int
    personal: bool
    expires_on: date | None


def check_name(name: str) -> str:
    """The extension of a file's name, in small letters. Refuses (`invalid`) names that no file can have, or that read as others."""
    extension = name.rpartition(".")[2].casefold()
    flaw = name_flaw(NewFile(name, extension))
    if flaw or "." not in name:
        told = (flaw,) if flaw else ()
        raise invalid("file.name", "The file cannot have this name.", "Rename it.", *told)
    return extension


async def add(work: Work, new: NewItem, kept: SealedFile) -> Item:
    """Takes a file among the pinned company's evidence. One with the same bytes is told instead, and nothing changes: it is reused."""
    known = await store.with_digest(work, new.digest)
    if known is not None:
        return known
    fresh = Item(work.tenant or UUID(int=0), work.new_id(), new.name, new.media_type, new.digest, new.size, kept.stored, kept.sealed_key,
                 new.personal, new.expires_on, work.now, None)  # fmt: skip
    await store.add(work, fresh)
    work.record(Fact("evidence.added", {"evidence_id": str(fresh.evidence_id), "digest": f"sha256:{fresh.digest}"}))
    return fresh


async def item(work: Work, evidence_id: UUID) -> Item:
    """One of the pinned company's items, removed ones included. Refuses (`absent`) every other."""
    found = await store.item(work, evidence_id, work.tenant)
    if found is None:
        raise absent("evidence")
    return found


async def present(work: Work, evidence_ids: Collection[UUID]) -> dict[UUID, Item]:
    """Those of the pinned company's items that can be read: neither another's nor removed."""
    return {found.evidence_id: found for found in await store.present(work, evidence_ids)} if evidence_ids else {}


async def hold(work: Work, evidence_ids: Collection[UUID], kind: str, subject_id: UUID, until: date) -> None:
    """Says that something of the pinned company rests on files of its own, which are kept for it until a day at least."""
    if evidence_ids:
        await store.hold(work, evidence_ids, kind, subject_id, until)


async def readable(work: Work, owner_id: UUID, evidence_id: UUID) -> Item:
    """An item of the company that a reach names, with its key. Refuses (`absent`) one that was removed."""
    found = await store.item(work, evidence_id, owner_id)
    if found is None or found.sealed_key is None:
        raise absent("evidence")
    return found


async def items(work: Work, after: tuple[datetime, UUID] | None, limit: int) -> list[Item]:
    """The pinned company's items, oldest first, removed ones included."""
    return await store.items(work, after, limit)


async def newest(work: Work, before: tuple[datetime, UUID] | None, limit: int) -> list[Item]:
    """The pinned company's items, newest first, removed ones included."""
    return await store.newest(work, before, limit)


async def expiring(work: Work, until: date, limit: int) -> list[Item]:
    """The pinned company's items that prove nothing any more, or will not from some day before the given one."""
    return await store.expiring(work, until, limit)


async def remove(work: Work, evidence_id: UUID, kind: str) -> None:
    """Drops a file's key: no copy of it can be read any more. Its digest stays. `kind` is the fact that is recorded."""
    await store.remove(work, evidence_id)
    work.record(Fact(kind, {"evidence_id": str(evidence_id)}))


def asked_named(text: str, limit: int) -> list[Question[Item]]:
    """What `named` asks, so that it can be sent in one piece with the question who asks."""
    return [store.named(text, limit)]


async def named(work: Work, text: str, limit: int) -> list[Item]:
    """The company's items whose names hold a text, the newest first."""
    return await work.all(store.named(text, limit))
