"""The SQL of the operator's registers."""

from datetime import datetime
from uuid import UUID

from ashiato.domain.governance.model import Entry
from ashiato.plumbing.db import row, rows, run
from ashiato.plumbing.unit_of_work import Work

_COLUMNS = "entry_id, kind, title, details, concerned_id, disclosed, entered_at, settled_at, outcome"


async def add(work: Work, entry: Entry) -> None:
    """Keeps a fresh entry of the pinned operator's."""
    await run(
        work.connection,
        """
        INSERT INTO register_entry (company_id, entry_id, kind, title, details, concerned_id, disclosed, entered_at)
        VALUES (%(me)s, %(entry_id)s, %(kind)s, %(title)s, %(details)s, %(concerned_id)s, %(disclosed)s, %(now)s)
        """,
        {
            "me": work.tenant, "entry_id": entry.entry_id, "kind": entry.kind, "title": entry.title, "details": entry.details,
            "concerned_id": entry.concerned_id, "disclosed": entry.disclosed, "now": entry.entered_at,
        },
    )  # fmt: skip


async def settle(work: Work, entry_id: UUID, outcome: str) -> Entry:
    """Keeps how an entry came out."""
    query = f"""
        UPDATE register_entry SET settled_at = %(now)s, outcome = %(outcome)s
        WHERE company_id = %(me)s AND entry_id = %(entry_id)s RETURNING {_COLUMNS}"""
    return _kept(await row(work.connection, Entry, query, {"me": work.tenant, "entry_id": entry_id, "outcome": outcome, "now": work.now}))


async def disclose(work: Work, entry_id: UUID) -> Entry:
    """Keeps that whom an entry concerns may see it."""
    query = f"UPDATE register_entry SET disclosed = true WHERE company_id = %(me)s AND entry_id = %(entry_id)s RETURNING {_COLUMNS}"
    return _kept(await row(work.connection, Entry, query, {"me": work.tenant, "entry_id": entry_id}))


async def entry(work: Work, entry_id: UUID) -> Entry | None:
    """An entry that the pinned company may see."""
    return await row(work.connection, Entry, f"SELECT {_COLUMNS} FROM register_entry WHERE entry_id = %(entry_id)s", {"entry_id": entry_id})


async def entries(work: Work, after: tuple[datetime, UUID] | None, limit: int) -> list[Entry]:
    """The entries that the pinned company may see, oldest first, from after the given one."""
    instant, entry_id = after or (None, None)
    return await rows(
        work.connection,
        Entry,
        f"""
        SELECT {_COLUMNS} FROM register_entry {"WHERE (entered_at, entry_id) > (%(instant)s, %(entry_id)s)" if after else ""}
        ORDER BY entered_at, entry_id LIMIT %(limit)s
        """,
        {"instant": instant, "entry_id": entry_id, "limit": limit},
    )


async def entries_in(work: Work, begin: datetime, end: datetime) -> list[Entry]:
    """The entries that were made or settled in a time, oldest first."""
    return await rows(
        work.connection,
        Entry,
        f"""
        SELECT {_COLUMNS} FROM register_entry
        WHERE entered_at < %(end)s AND (settled_at IS NULL OR settled_at >= %(begin)s OR entered_at >= %(begin)s) ORDER BY entered_at, entry_id
        """,
        {"begin": begin, "end": end},
    )


def _kept(found: Entry | None) -> Entry:
    if found is None:
        raise LookupError("an entry that was just written")
    return found
