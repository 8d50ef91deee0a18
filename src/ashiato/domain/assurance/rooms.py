"""Opening and closing rooms, and noting on the lines of what is shown in them. Granting is for the slice whose things are shown."""

from datetime import datetime, timedelta
from typing import cast
from uuid import UUID

from ashiato.domain import participants
from ashiato.domain.assurance import facts, store
from ashiato.domain.assurance.model import LONGEST_DAYS, MOST_ITEMS, Item, Note, NoteKind, Proof, Room
from ashiato.domain.participants import Actor, CompanyKind, Deed, require
from ashiato.kernel import frozen
from ashiato.kernel.digest import Json, canonical, parse
from ashiato.kernel.errors import absent, conflict, denied, invalid
from ashiato.plumbing.unit_of_work import Work

__all__ = ["close", "item", "items", "listed", "note", "notes", "open_for", "room", "shown_elsewhere"]

_LONGEST_WORDS = 2000
_FOR_VERIFIERS = frozenset({NoteKind.TICK, NoteKind.QUESTION, NoteKind.FINDING, NoteKind.SETTLED})


async def open_for(work: Work, actor: Actor, verifier_number: str, title: str, until: datetime, shown: list[Item]) -> Room:
    """Opens a room for a verifier.

    Refuses (`absent`) an unknown company, (`invalid`) one that is no verifier, an end that is past or over 400 days away, and a room with
    nothing or too much in it.
    """
    require(actor, Deed.ANSWER)
    company = await participants.admission.find_company(work, actor, verifier_number)
    if company.kind != CompanyKind.VERIFIER:
        raise invalid("room.verifier", f"{company.name} does not take part as a verifier.", "Name a verifier.")
    if not work.now < until <= work.now + timedelta(days=LONGEST_DAYS):
        raise invalid("room.until", f"A room ends in the future, at most {LONGEST_DAYS} days from now.", "Name another day.")
    if not 1 <= len(shown) <= MOST_ITEMS:
        raise invalid("room.items", f"A room shows 1 to {MOST_ITEMS} footprints.", "Name some.")
    fresh = Room(actor.company_id, work.new_id(), company.company_id, title.strip()[:200] or company.name, work.now, until, None)
    await store.add_room(work, fresh)
    for one in shown:
        proofs = canonical([frozen.encode(proof) for proof in one.proofs]).decode()
        await store.add_item(work, store.StoredItem(actor.company_id, fresh.room_id, one.footprint_id, one.package_digest, one.label, proofs))
    work.record(facts.room_moved("assurance.room_opened", fresh.room_id, company.company_id))
    return fresh


async def close(work: Work, actor: Actor, room_id: UUID) -> Room:
    """Closes a room at once. Refuses (`absent`) one that is not the company's own or was closed before."""
    require(actor, Deed.ANSWER)
    found = await store.room(work, room_id)
    if found is None or found.company_id != actor.company_id or not await store.close_room(work, room_id):
        raise absent("room")
    work.record(facts.room_moved("assurance.room_closed", room_id, found.verifier_id))
    return found


async def room(work: Work, actor: Actor, room_id: UUID) -> Room:
    """A room of the company's own, or one that is open to it. Refuses (`absent`) every other."""
    require(actor, Deed.READ)
    found = await store.room(work, room_id)
    if found is None:
        raise absent("room")
    return found


async def listed(work: Work, actor: Actor, after: tuple[datetime, UUID] | None, limit: int) -> list[Room]:
    """The company's own rooms and those that are open to it, newest first."""
    require(actor, Deed.READ)
    return await store.rooms(work, after, limit)


async def items(work: Work, actor: Actor, room_id: UUID) -> list[Item]:
    """What is shown in a room."""
    require(actor, Deed.READ)
    return [_read(stored) for stored in await store.items(work, room_id)]


async def shown_elsewhere(work: Work, actor: Actor, closed: Room) -> list[Item]:
    """What the company shows to the same verifier in other rooms that are open."""
    require(actor, Deed.READ)
    return [_read(stored) for stored in await store.elsewhere_shown(work, closed.room_id, closed.verifier_id)]


async def item(work: Work, actor: Actor, room_id: UUID, footprint_id: UUID) -> Item:
    """One thing that is shown in a room. Refuses (`absent`) every other."""
    found = [one for one in await items(work, actor, room_id) if one.footprint_id == footprint_id]
    if not found:
        raise absent("footprint")
    return found[0]


def _read(stored: store.StoredItem) -> Item:
    proofs = tuple(frozen.decode(Proof, one) for one in cast(list[Json], parse(stored.proofs)))
    return Item(stored.footprint_id, stored.package_digest, stored.label, proofs)


async def note(work: Work, actor: Actor, room_id: UUID, footprint_id: UUID, place: str, kind: NoteKind, words: str) -> Note:
    """Notes something on one line.

    Refuses (`absent`) a room that is not open to the company and what is not shown in it, (`denied`) ticks, questions and findings of the
    member itself, (`invalid`) a question, finding or reply without words, (`conflict`) a room that has ended.
    """
    require(actor, Deed.ENTER_DATA)
    found = await room(work, actor, room_id)
    await item(work, actor, room_id, footprint_id)
    if not found.live(work.now):
        raise conflict("room.ended", "This room is closed.", "Ask for another one.")
    if kind in _FOR_VERIFIERS and actor.company_id != found.verifier_id:
        raise denied("room.verifier_only", "Only the verifier ticks, asks and finds.", "Reply instead.")
    said = words.strip()
    if len(said) > _LONGEST_WORDS or not place or len(place) > _LONGEST_WORDS or (not said and kind not in (NoteKind.TICK, NoteKind.SETTLED)):
        raise invalid("note.words", f"Write what you mean, in at most {_LONGEST_WORDS} characters.", "")
    other = found.company_id if actor.company_id == found.verifier_id else found.verifier_id
    fresh = Note(actor.company_id, work.new_id(), room_id, footprint_id, place, kind.value, said, work.now)
    await store.add_note(work, fresh, other)
    work.record(facts.noted(kind.value, room_id, fresh.note_id))
    return fresh


async def notes(work: Work, actor: Actor, room_id: UUID, footprint_id: UUID | None = None) -> list[Note]:
    """The notes of a room, oldest first; those on one of the things that are shown, if it is named."""
    require(actor, Deed.READ)
    return [one for one in await store.notes(work, room_id) if footprint_id in (None, one.footprint_id)]
