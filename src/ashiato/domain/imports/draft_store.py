"""The SQL of files that wait to be registered."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from psycopg.types.json import Jsonb

from ashiato.plumbing.db import row, rows, run
from ashiato.plumbing.unit_of_work import Work


@dataclass(frozen=True, slots=True)
class DraftOutline:
    """A file that was handed in, without its bytes. Names of people are None once they were erased."""

    draft_id: UUID
    file_name: str
    file_digest: str
    corrections: list[list[str]]
    revision: int
    state: str
    outcome: dict[str, Any] | None
    size: int  # bytes; 0 once it is settled
    kept_by: UUID
    keeper: str | None
    kept_at: datetime
    changed_by: UUID
    changer: str | None
    changed_at: datetime
    expires_at: datetime


_OUTLINE = """
    SELECT draft_id, file_name, file_digest, corrections, revision, state, outcome, octet_length(content) AS size, kept_by,
           keeper.display_name AS keeper, kept_at, changed_by, changer.display_name AS changer, changed_at, expires_at
    FROM import_draft
    JOIN person AS keeper ON keeper.company_id = import_draft.company_id AND keeper.person_id = kept_by
    JOIN person AS changer ON changer.company_id = import_draft.company_id AND changer.person_id = changed_by
    WHERE import_draft.company_id = %(me)s AND expires_at > %(now)s
"""


async def add(work: Work, draft_id: UUID, file_name: str, file_digest: str, content: bytes, person_id: UUID, expires_at: datetime) -> None:
    """Keeps a file of the pinned company's until a moment."""
    await run(
        work.connection,
        """
        INSERT INTO import_draft (company_id, draft_id, file_name, file_digest, content, state, kept_by, kept_at, changed_by, changed_at, expires_at)
        VALUES (%(me)s, %(draft_id)s, %(file_name)s, %(file_digest)s, %(content)s, 'open', %(person_id)s, %(now)s, %(person_id)s, %(now)s,
                %(expires_at)s)
        """,
        {
            "me": work.tenant, "draft_id": draft_id, "file_name": file_name, "file_digest": file_digest, "content": content,
            "person_id": person_id, "now": work.now, "expires_at": expires_at,
        },
    )  # fmt: skip


async def drop_expired(work: Work) -> None:
    """Forgets the pinned company's files whose time is over."""
    await run(work.connection, "DELETE FROM import_draft WHERE company_id = %(me)s AND expires_at <= %(now)s", {"me": work.tenant, "now": work.now})


async def outline(work: Work, draft_id: UUID) -> DraftOutline | None:
    """A file of the pinned company's whose time is not over."""
    return await row(
        work.connection, DraftOutline, f"{_OUTLINE} AND draft_id = %(draft_id)s", {"me": work.tenant, "now": work.now, "draft_id": draft_id}
    )


async def content(work: Work, draft_id: UUID) -> bytes:
    """The bytes of a file of the pinned company's; none once it is settled."""
    cursor = await work.connection.execute(
        "SELECT content FROM import_draft WHERE company_id = %(me)s AND draft_id = %(draft_id)s", {"me": work.tenant, "draft_id": draft_id}
    )
    found = await cursor.fetchone()
    return bytes(found[0]) if found else b""


async def open_outlines(work: Work, limit: int) -> list[DraftOutline]:
    """The pinned company's files that wait, newest first."""
    query = f"{_OUTLINE} AND state = 'open' ORDER BY kept_at DESC, draft_id DESC LIMIT %(limit)s"
    return await rows(work.connection, DraftOutline, query, {"me": work.tenant, "now": work.now, "limit": limit})


async def open_with_digest(work: Work, file_digest: str) -> UUID | None:
    """A file of the pinned company's that waits and holds the same bytes."""
    cursor = await work.connection.execute(
        """
        SELECT draft_id FROM import_draft
        WHERE company_id = %(me)s AND expires_at > %(now)s AND state = 'open' AND file_digest = %(file_digest)s ORDER BY kept_at DESC LIMIT 1
        """,
        {"me": work.tenant, "now": work.now, "file_digest": file_digest},
    )
    found = await cursor.fetchone()
    return found[0] if found else None


async def change(work: Work, draft_id: UUID, revision: int, corrections: list[list[str]], person_id: UUID) -> int:
    """Replaces the corrections of a waiting file that is still at this revision; how many that were: one or none."""
    return await run(
        work.connection,
        """
        UPDATE import_draft SET corrections = %(corrections)s, revision = revision + 1, changed_by = %(person_id)s, changed_at = %(now)s
        WHERE company_id = %(me)s AND draft_id = %(draft_id)s AND revision = %(revision)s AND state = 'open'
        """,
        {
            "corrections": Jsonb(corrections), "person_id": person_id, "now": work.now, "me": work.tenant, "draft_id": draft_id,
            "revision": revision,
        },
    )  # fmt: skip


async def settle(work: Work, draft_id: UUID, revision: int, state: str, outcome: dict[str, Any] | None, person_id: UUID) -> int:
    """Settles a waiting file that is still at this revision, and forgets its bytes; how many that were: one or none."""
    return await run(
        work.connection,
        """
        UPDATE import_draft SET state = %(state)s, outcome = %(outcome)s, content = '', revision = revision + 1, changed_by = %(person_id)s,
               changed_at = %(now)s
        WHERE company_id = %(me)s AND draft_id = %(draft_id)s AND revision = %(revision)s AND state = 'open'
        """,
        {
            "state": state, "outcome": Jsonb(outcome) if outcome is not None else None, "person_id": person_id, "now": work.now,
            "me": work.tenant, "draft_id": draft_id, "revision": revision,
        },
    )  # fmt: skip


async def earlier(work: Work, file_digest: str) -> datetime | None:
    """When the very same bytes were registered last, if they were."""
    cursor = await work.connection.execute(
        "SELECT max(registered_at) FROM import_record WHERE company_id = %(me)s AND file_digest = %(file_digest)s",
        {"me": work.tenant, "file_digest": file_digest},
    )
    found = await cursor.fetchone()
    return found[0] if found else None
