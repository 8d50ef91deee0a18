"""The SQL of rooms, notes and opinions."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from psycopg.types.json import Jsonb

from ashiato.domain.assurance.model import Note, Room
from ashiato.plumbing.db import Question, row, rows, run
from ashiato.plumbing.keys import Signature
from ashiato.plumbing.unit_of_work import Work


@dataclass(frozen=True, slots=True)
class StoredItem:
    """What is shown in a room; its proofs in canonical JSON."""

    company_id: UUID
    room_id: UUID
    footprint_id: UUID
    package_digest: str
    label: str
    proofs: str


_ROOM = "SELECT company_id, room_id, verifier_id, title, opened_at, expires_at, closed_at FROM verification_room"
_ITEM = "SELECT company_id, room_id, footprint_id, package_digest, label, proofs FROM verification_item"
_NOTE = "SELECT company_id, note_id, room_id, footprint_id, place, kind, words, noted_at FROM verification_note"


async def add_room(work: Work, room: Room) -> None:
    """Keeps a fresh room of the pinned company's."""
    await run(
        work.connection,
        """
        INSERT INTO verification_room (company_id, room_id, verifier_id, title, opened_at, expires_at)
        VALUES (%(me)s, %(room_id)s, %(verifier_id)s, %(title)s, %(now)s, %(expires_at)s)
        """,
        {
            "me": work.tenant, "room_id": room.room_id, "verifier_id": room.verifier_id, "title": room.title, "now": work.now,
            "expires_at": room.expires_at,
        },
    )  # fmt: skip


async def add_item(work: Work, item: StoredItem) -> None:
    """Shows something in a room of the pinned company's."""
    await run(
        work.connection,
        """
        INSERT INTO verification_item (company_id, room_id, footprint_id, package_digest, label, proofs)
        VALUES (%(me)s, %(room_id)s, %(footprint_id)s, %(package_digest)s, %(label)s, %(proofs)s)
        """,
        {
            "me": work.tenant, "room_id": item.room_id, "footprint_id": item.footprint_id, "package_digest": item.package_digest,
            "label": item.label, "proofs": item.proofs,
        },
    )  # fmt: skip


async def close_room(work: Work, room_id: UUID) -> int:
    """Closes a room of the pinned company's; how many there were to close."""
    query = "UPDATE verification_room SET closed_at = %(now)s WHERE company_id = %(me)s AND room_id = %(room_id)s AND closed_at IS NULL"
    return await run(work.connection, query, {"me": work.tenant, "room_id": room_id, "now": work.now})


async def room(work: Work, room_id: UUID) -> Room | None:
    """A room of the pinned company's, or one that is open to it."""
    return await row(work.connection, Room, f"{_ROOM} WHERE room_id = %(room_id)s", {"room_id": room_id})


async def rooms(work: Work, after: tuple[datetime, UUID] | None, limit: int) -> list[Room]:
    """The pinned company's rooms and those that are open to it, newest first."""
    opened_at, room_id = after or (None, None)
    return await rows(
        work.connection,
        Room,
        f"""
        {_ROOM} {"WHERE (opened_at, room_id) < (%(opened_at)s, %(room_id)s)" if after else ""}
        ORDER BY opened_at DESC, room_id DESC LIMIT %(limit)s
        """,
        {"opened_at": opened_at, "room_id": room_id, "limit": limit} if after else {"limit": limit},
    )


async def items(work: Work, room_id: UUID) -> list[StoredItem]:
    """What is shown in a room."""
    return await rows(work.connection, StoredItem, f"{_ITEM} WHERE room_id = %(room_id)s ORDER BY label, footprint_id", {"room_id": room_id})


async def elsewhere_shown(work: Work, room_id: UUID, verifier_id: UUID) -> list[StoredItem]:
    """What the pinned company shows to the same verifier in other rooms that are open."""
    return await rows(
        work.connection,
        StoredItem,
        f"""
        {_ITEM} WHERE company_id = %(me)s AND room_id <> %(room_id)s AND room_id IN (
            SELECT room_id FROM verification_room
            WHERE company_id = %(me)s AND verifier_id = %(verifier_id)s AND closed_at IS NULL AND expires_at > %(now)s)
        """,
        {"me": work.tenant, "room_id": room_id, "verifier_id": verifier_id, "now": work.now},
    )


async def add_note(work: Work, note: Note, other_id: UUID) -> None:
    """Keeps a note of the pinned company's, to be read by the other side."""
    await run(
        work.connection,
        """
        INSERT INTO verification_note (company_id, note_id, other_id, room_id, footprint_id, place, kind, words, noted_at)
        VALUES (%(me)s, %(note_id)s, %(other_id)s, %(room_id)s, %(footprint_id)s, %(place)s, %(kind)s, %(words)s, %(now)s)
        """,
        {
            "me": work.tenant, "note_id": note.note_id, "other_id": other_id, "room_id": note.room_id, "footprint_id": note.footprint_id,
            "place": note.place, "kind": note.kind, "words": note.words, "now": work.now,
        },
    )  # fmt: skip


async def notes(work: Work, room_id: UUID) -> list[Note]:
    """All notes of a room that the pinned company has written or may read, oldest first."""
    return await rows(work.connection, Note, f"{_NOTE} WHERE room_id = %(room_id)s ORDER BY noted_at, note_id LIMIT 10000", {"room_id": room_id})


@dataclass(frozen=True, slots=True)
class StoredOpinion:
    """An opinion with its signature."""

    company_id: UUID
    opinion_id: UUID
    other_id: UUID
    room_id: UUID
    footprint_id: UUID
    package_digest: str
    document: str
    digest: str
    signature: dict[str, object]
    signed_at: datetime


_OPINION = """
    SELECT company_id, opinion_id, other_id, room_id, footprint_id, package_digest, document, digest, signature, signed_at
    FROM verification_opinion
"""


async def add_opinion(work: Work, opinion: StoredOpinion, signature: Signature) -> None:
    """Keeps an opinion of the pinned verifier's."""
    await run(
        work.connection,
        """
        INSERT INTO verification_opinion (company_id, opinion_id, other_id, room_id, footprint_id, package_digest, document, digest, signature,
                                          signed_at)
        VALUES (%(me)s, %(opinion_id)s, %(other_id)s, %(room_id)s, %(footprint_id)s, %(package_digest)s, %(document)s, %(digest)s,
                %(signature)s, %(now)s)
        """,
        {
            "me": work.tenant, "opinion_id": opinion.opinion_id, "other_id": opinion.other_id, "room_id": opinion.room_id,
            "footprint_id": opinion.footprint_id, "package_digest": opinion.package_digest, "document": opinion.document,
            "digest": opinion.digest, "signature": Jsonb({"jws": signature.jws, "key": signature.key}), "now": work.now,
        },
    )  # fmt: skip


async def opinion(work: Work, opinion_id: UUID) -> StoredOpinion | None:
    """An opinion that the pinned company signed, or that is about it."""
    return await row(work.connection, StoredOpinion, f"{_OPINION} WHERE opinion_id = %(opinion_id)s", {"opinion_id": opinion_id})


async def opinions_in(work: Work, room_id: UUID) -> list[StoredOpinion]:
    """The opinions that were signed in a room, oldest first."""
    query = f"{_OPINION} WHERE room_id = %(room_id)s ORDER BY signed_at, opinion_id"
    return await rows(work.connection, StoredOpinion, query, {"room_id": room_id})


def newest_about_each(package_digests: list[str]) -> Question[StoredOpinion]:
    """The newest opinion about each of these packages of the pinned company's that has one."""
    return Question(
        StoredOpinion,
        f"""
        SELECT newest.* FROM unnest(%(package_digests)s::text[]) AS wanted CROSS JOIN LATERAL (
            {_OPINION} WHERE other_id = (SELECT tenant()) AND package_digest = wanted ORDER BY signed_at DESC, opinion_id DESC LIMIT 1
        ) AS newest
        """,
        {"package_digests": package_digests},
    )


def newest_about(package_digest: str) -> Question[StoredOpinion]:
    """The newest opinion about a package of the pinned company's."""
    return Question(
        StoredOpinion,
        f"""
        {_OPINION} WHERE other_id = (SELECT tenant()) AND package_digest = %(package_digest)s
        ORDER BY signed_at DESC, opinion_id DESC LIMIT 1
        """,
        {"package_digest": package_digest},
    )
