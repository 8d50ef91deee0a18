"""What proves a figure: files linked to inventory lines, answers and declarations, kept as long as the rule says, shown to who was answered.

A file that supports a figure which was released or declared is kept ten years from then, one that an answered questionnaire or a
verification rests on as long as due diligence demands (`evidence.items.hold`); every other may be removed at once.
"""

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from uuid import UUID

from ashiato.domain import evidence, sharing, trade
from ashiato.domain.footprint import evidencing_store as store
from ashiato.domain.footprint.evidencing_store import Link, Proof
from ashiato.domain.participants import Actor, Deed, require
from ashiato.domain.sharing import Purpose, Subject, SubjectKind
from ashiato.kernel.errors import absent, conflict
from ashiato.kernel.facts import Fact
from ashiato.kernel.ids import CompanyId, RequestId
from ashiato.plumbing.sealed_files import SealedFile
from ashiato.plumbing.unit_of_work import Work

__all__ = [
    "Described", "Link", "Proof", "Proven", "add", "described", "digests", "erase", "expiring", "hand_over",
    "link", "listed", "named", "newest", "opened", "proofs_of", "remove",
]  # fmt: skip

RETAINED_YEARS = 10


class Proven(StrEnum):
    """What a file can be linked to."""

    INVENTORY_LINE = "inventory_line"  # named by its part and its number
    ANSWER = "answer"  # named by the request that was answered
    DECLARATION = "declaration"


@dataclass(frozen=True, slots=True)
class Described:
    """An item with what it proves, until when it is kept by rule, and whether it has expired."""

    item: evidence.items.Item
    links: tuple[Link, ...]
    retained_until: date | None
    expired: bool


async def add(work: Work, actor: Actor, new: evidence.items.NewItem, kept: SealedFile) -> evidence.items.Item:
    """Takes a file among the company's evidence, or tells which it has with the same bytes."""
    require(actor, Deed.ENTER_DATA)
    return await evidence.items.add(work, new, kept)


async def described(work: Work, actor: Actor, evidence_id: UUID) -> Described:
    """One of the company's own items. Refuses (`absent`) every other."""
    require(actor, Deed.READ)
    item = await evidence.items.item(work, evidence_id)
    links = await store.links(work, [evidence_id])
    moments = [await store.supported_since(work, evidence_id)]
    if any(link.subject_kind == Proven.INVENTORY_LINE for link in links):
        moments.append(await store.lines_supported_since(work, evidence_id))
    held = [item.held_until] if item.held_until else []
    until = max([*held, *(_years_after(moment) for moment in moments if moment)], default=None)
    return Described(item, tuple(links), until, _expired(work, item))


async def listed(work: Work, actor: Actor, after: tuple[datetime, UUID] | None, limit: int) -> list[evidence.items.Item]:
    """The company's own items, oldest first."""
    require(actor, Deed.READ)
    return await evidence.items.items(work, after, limit)


async def proofs_of(work: Work, actor: Actor, subject_ids: list[UUID]) -> list[Proof]:
    """The company's files that prove any of these: parts by their inventory lines, answered requests, declarations."""
    require(actor, Deed.READ)
    return await store.proofs_of(work, subject_ids)


async def newest(work: Work, actor: Actor, before: tuple[datetime, UUID] | None, limit: int) -> list[evidence.items.Item]:
    """The company's own items, newest first."""
    require(actor, Deed.READ)
    return await evidence.items.newest(work, before, limit)


async def expiring(work: Work, actor: Actor, until: date, limit: int) -> list[evidence.items.Item]:
    """The company's own items that expire before a day, or have expired."""
    require(actor, Deed.READ)
    return await evidence.items.expiring(work, until, limit)


async def named(work: Work, actor: Actor, evidence_ids: list[UUID]) -> dict[UUID, str]:
    """The names of those of the company's files that can be read."""
    require(actor, Deed.READ)
    return {evidence_id: item.name for evidence_id, item in (await evidence.items.present(work, evidence_ids)).items()}


async def digests(work: Work, evidence_ids: list[UUID]) -> dict[UUID, str]:
    """The digests of those of the pinned company's files that can be read."""
    return {found.evidence_id: found.digest for found in (await evidence.items.present(work, evidence_ids)).values()}


async def link(work: Work, actor: Actor, evidence_id: UUID, kind: Proven, subject_id: UUID, line: int = 0) -> None:
    """Says what a file proves; the same again changes nothing. One file may prove many things.

    Refuses (`absent`) what is not the company's own, (`conflict`) a file that was removed or has expired.
    """
    require(actor, Deed.ENTER_DATA)
    item = await evidence.items.item(work, evidence_id)
    if not await store.exists(work, kind, subject_id, line):
        raise absent("item")
    if item.removed_at is not None or _expired(work, item):
        raise conflict("evidence.expired", "The file was removed or has expired.", "Add one that is valid.")
    if await store.add_link(work, evidence_id, Link(evidence_id, kind, subject_id, line, work.now)):
        about = {"evidence_id": str(evidence_id), "subject_kind": kind.value, "subject_id": str(subject_id)}
        work.record(Fact("evidence.linked", about))


async def remove(work: Work, actor: Actor, evidence_id: UUID) -> evidence.items.Item:
    """Removes a file that supports nothing released, declared or answered, or no longer has to be kept. Refuses (`conflict`) before that day."""
    require(actor, Deed.ENTER_DATA)
    found = await described(work, actor, evidence_id)
    if found.item.removed_at is not None:
        raise absent("evidence")
    if found.retained_until is not None and work.now.date() < found.retained_until:
        said = f"It supports what was released, declared or answered and is kept until {found.retained_until.isoformat()}."
        raise conflict("evidence.retained", said, "An administrator can erase it if it holds personal data.")
    await evidence.items.remove(work, evidence_id, "evidence.removed")
    return found.item


async def erase(work: Work, actor: Actor, evidence_id: UUID) -> evidence.items.Item:
    """Erases a file that was added as holding personal data, whatever it supports. Its digest and its links stay.

    Refuses (`denied`) everybody but administrators, (`conflict`) a file that was not said to hold personal data.
    """
    require(actor, Deed.ADMINISTER)
    found = await evidence.items.item(work, evidence_id)
    if found.removed_at is not None:
        raise absent("evidence")
    if not found.personal:
        raise conflict("evidence.impersonal", "It was not added as holding personal data.", "Remove it once it need not be kept.")
    await evidence.items.remove(work, evidence_id, "evidence.erased")
    return found


async def hand_over(work: Work, actor: Actor, evidence_id: UUID, request_id: RequestId, until: datetime | None) -> None:
    """Lets the buyer of an answered request read a file that is linked to that answer. Refuses (`conflict`) one that is not."""
    require(actor, Deed.ANSWER)
    await evidence.items.item(work, evidence_id)
    view = await trade.request(work, actor, request_id)
    answers = [link for link in await store.links(work, [evidence_id]) if (link.subject_kind, link.subject_id) == (Proven.ANSWER, request_id)]
    if not answers:
        raise conflict("evidence.unlinked", "The file is not linked to this answer.", "Link it first.")
    subject = Subject(SubjectKind.EVIDENCE, evidence_id)
    await sharing.give(work, actor, [CompanyId(view.request.company_id)], subject, Purpose.PRODUCT_FOOTPRINT, sharing.Conditions(until))


async def opened(work: Work, actor: Actor, evidence_id: UUID) -> evidence.items.Item:
    """A file to be read: the company's own, else one that is granted to it, whose owner then sees that it was read."""
    require(actor, Deed.READ)
    subject = Subject(SubjectKind.EVIDENCE, evidence_id)
    granted = await sharing.reach_each(work, actor, [subject])
    reach = granted.get(subject, sharing.own_reach(actor, subject))
    return await evidence.items.readable(work, reach.owner_id, evidence_id)


def _expired(work: Work, item: evidence.items.Item) -> bool:
    return item.expires_on is not None and item.expires_on < work.now.date()


def _years_after(moment: datetime) -> date:
    day = moment.date()
    leap = (day.month, day.day) == (2, 29)
    return day.replace(year=day.year + RETAINED_YEARS, day=28 if leap else day.day)
