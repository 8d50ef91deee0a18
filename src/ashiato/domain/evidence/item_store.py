"""The SQL of encrypted evidence."""

from collections.abc import Collection
from dataclasses import asdict, dataclass
from datetime import date, datetime
from uuid import UUID

from ashiato.kernel.wording import folded
from ashiato.plumbing.db import Question, row, rows, run
from ashiato.plumbing.unit_of_work import Work


@dataclass(frozen=True, slots=True)
class Item:
    """A file that proves something. `stored` is the digest of its encrypted bytes; without its key it is erased, and removed.

    `held_until`: the day before which it is not removed for what rests on it, beside what `footprint.evidencing` finds out.
    """

    company_id: UUID
    evidence_id: UUID
    name: str
    media_type: str
    digest: str
    size: int
    stored: str
    sealed_key: bytes | None
    personal: bool
    expires_on: date | None
    added_at: datetime
    removed_at: datetime | None
    held_until: date | None = None


_ITEM = """
    SELECT company_id, evidence_id, name, media_type, digest, size, stored, sealed_key, personal, expires_on, added_at, removed_at,
           held_until
    FROM evidence_item
"""


async def with_digest(work: Work, digest: str) -> Item | None:
    """The pinned company's item with these bytes, unless it was removed."""
    query = f"{_ITEM} WHERE company_id = %(me)s AND digest = %(digest)s AND removed_at IS NULL"
    return await row(work.connection, Item, query, {"me": work.tenant, "digest": digest})


def named(text: str, limit: int) -> Question[Item]:
    """The pinned company's items whose names hold a text, the newest first, but those that were removed."""
    query = f"""
        {_ITEM} WHERE company_id = (SELECT tenant()) AND removed_at IS NULL AND strpos(sought, %(text)s) > 0
        ORDER BY added_at DESC, evidence_id LIMIT %(limit)s
    """
    return Question(Item, query, {"text": folded(text), "limit": limit})


async def add(work: Work, item: Item) -> None:
    """Keeps an item."""
    await run(
        work.connection,
        """
        INSERT INTO evidence_item (company_id, evidence_id, name, media_type, digest, size, stored, sealed_key, personal, expires_on, added_at)
        VALUES (%(company_id)s, %(evidence_id)s, %(name)s, %(media_type)s, %(digest)s, %(size)s, %(stored)s, %(sealed_key)s, %(personal)s,
                %(expires_on)s, %(added_at)s)
        """,
        asdict(item),
    )


async def item(work: Work, evidence_id: UUID, owner_id: UUID | None) -> Item | None:
    """An item of one company, as far as the pinned one may see it."""
    query = f"{_ITEM} WHERE company_id = %(owner_id)s AND evidence_id = %(evidence_id)s"
    return await row(work.connection, Item, query, {"owner_id": owner_id, "evidence_id": evidence_id})


async def present(work: Work, evidence_ids: Collection[UUID]) -> list[Item]:
    """Those of the pinned company's items that were not removed."""
    query = f"{_ITEM} WHERE company_id = %(me)s AND evidence_id = ANY(%(evidence_ids)s) AND removed_at IS NULL"
    return await rows(work.connection, Item, query, {"me": work.tenant, "evidence_ids": list(evidence_ids)})


async def items(work: Work, after: tuple[datetime, UUID] | None, limit: int) -> list[Item]:
    """The pinned company's items, oldest first."""
    moment, last = after or (None, None)
    query = f"""{_ITEM}
        WHERE company_id = %(me)s AND (%(moment)s::timestamptz IS NULL OR (added_at, evidence_id) > (%(moment)s, %(last)s))
        ORDER BY added_at, evidence_id LIMIT %(limit)s"""
    return await rows(work.connection, Item, query, {"me": work.tenant, "moment": moment, "last": last, "limit": limit})


async def hold(work: Work, evidence_ids: Collection[UUID], kind: str, subject_id: UUID, until: date) -> None:
    """Notes what rests on some of the pinned company's items, and that they are kept until a day at least."""
    params = {"me": work.tenant, "ids": list(evidence_ids), "kind": kind, "subject_id": subject_id, "until": until, "now": work.now}
    await run(
        work.connection,
        """
        INSERT INTO evidence_link (company_id, evidence_id, subject_kind, subject_id, line, linked_at)
        SELECT %(me)s, evidence_id, %(kind)s, %(subject_id)s, 0, %(now)s FROM unnest(%(ids)s::uuid[]) AS evidence_id ON CONFLICT DO NOTHING
        """,
        params,
    )
    await run(
        work.connection,
        """
        UPDATE evidence_item SET held_until = greatest(held_until, %(until)s::date)
        WHERE company_id = %(me)s AND evidence_id = ANY(%(ids)s)
        """,
        params,
    )


async def newest(work: Work, before: tuple[datetime, UUID] | None, limit: int) -> list[Item]:
    """The pinned company's items, newest first, from before the given one."""
    moment, last = before or (None, None)
    query = f"""{_ITEM}
        WHERE company_id = %(me)s {"AND (added_at, evidence_id) < (%(moment)s, %(last)s)" if before else ""}
        ORDER BY added_at DESC, evidence_id DESC LIMIT %(limit)s"""
    return await rows(work.connection, Item, query, {"me": work.tenant, "moment": moment, "last": last, "limit": limit})


async def expiring(work: Work, until: date, limit: int) -> list[Item]:
    """The pinned company's items that expire before a day or have expired, and were not removed, the earliest first."""
    query = f"""{_ITEM}
        WHERE company_id = %(me)s AND expires_on < %(until)s AND removed_at IS NULL ORDER BY expires_on, evidence_id LIMIT %(limit)s"""
    return await rows(work.connection, Item, query, {"me": work.tenant, "until": until, "limit": limit})


async def remove(work: Work, evidence_id: UUID) -> None:
    """Drops the key of one of the pinned company's items."""
    await run(
        work.connection,
        """
        UPDATE evidence_item SET sealed_key = NULL, removed_at = %(now)s
        WHERE company_id = %(me)s AND evidence_id = %(evidence_id)s AND removed_at IS NULL
        """,
        {"me": work.tenant, "evidence_id": evidence_id, "now": work.now},
    )
