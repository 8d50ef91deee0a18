"""The SQL of imports."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from psycopg.types.json import Jsonb

from ashiato.plumbing.db import rows, run
from ashiato.plumbing.unit_of_work import Work


@dataclass(frozen=True, slots=True)
class ImportRecord:
    """A file that changed something."""

    import_id: UUID
    file_name: str
    file_digest: str
    rows_registered: int
    rows_refused: int
    changes: dict[str, Any]
    registered_at: datetime


async def add(work: Work, record: ImportRecord) -> None:
    """Keeps a record of an import."""
    await run(
        work.connection,
        """
        INSERT INTO import_record (company_id, import_id, file_name, file_digest, rows_registered, rows_refused, changes, registered_at)
        VALUES (%(company_id)s, %(import_id)s, %(file_name)s, %(file_digest)s, %(rows_registered)s, %(rows_refused)s, %(changes)s, %(registered_at)s)
        """,
        {
            "company_id": work.tenant, "import_id": record.import_id, "file_name": record.file_name, "file_digest": record.file_digest,
            "rows_registered": record.rows_registered, "rows_refused": record.rows_refused, "changes": Jsonb(record.changes),
            "registered_at": record.registered_at,
        },
    )  # fmt: skip


async def records(work: Work, after: tuple[datetime, UUID] | None, limit: int) -> list[ImportRecord]:
    """The pinned company's imports, oldest first, from after the given one."""
    registered_at, import_id = after or (None, None)
    return await rows(
        work.connection,
        ImportRecord,
        """
        SELECT import_id, file_name, file_digest, rows_registered, rows_refused, changes, registered_at FROM import_record
        WHERE company_id = %(company_id)s
          AND (%(registered_at)s::timestamptz IS NULL OR (registered_at, import_id) > (%(registered_at)s, %(import_id)s))
        ORDER BY registered_at, import_id LIMIT %(limit)s
        """,
        {"company_id": work.tenant, "registered_at": registered_at, "import_id": import_id, "limit": limit},
    )


async def history(work: Work, before: tuple[datetime, UUID] | None, limit: int) -> list[ImportRecord]:
    """The pinned company's imports, newest first, from after the given one."""
    registered_at, import_id = before or (None, None)
    return await rows(
        work.connection,
        ImportRecord,
        """
        SELECT import_id, file_name, file_digest, rows_registered, rows_refused, changes, registered_at FROM import_record
        WHERE company_id = %(company_id)s
          AND (%(registered_at)s::timestamptz IS NULL OR (registered_at, import_id) < (%(registered_at)s, %(import_id)s))
        ORDER BY registered_at DESC, import_id DESC LIMIT %(limit)s
        """,
        {"company_id": work.tenant, "registered_at": registered_at, "import_id": import_id, "limit": limit},
    )
