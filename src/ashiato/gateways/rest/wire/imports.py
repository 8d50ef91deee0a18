"""Messages about imported files."""

from datetime import datetime
from typing import Any
from uuid import UUID

from ashiato.gateways.rest.wire.words import Out


class RowErrorOut(Out):
    """Why a row of a file cannot be registered, and where it stands."""

    file: str
    sheet: str
    cell: str
    row: int
    field: str
    value: str
    code: str
    message: str
    message_ja: str
    suggestion: str | None


class TableOut(Out):
    """How many rows of a table there are, and how many can be registered."""

    kind: str
    sheet: str
    rows: int
    good: int


class ChangesOut(Out):
    """What registering did to one table."""

    new: int
    changed: int
    unchanged: int
    removed: int


class ReportOut(Out):
    """What came of a file. Unless `saved` is true, nothing was registered."""

    file: str
    digest: str
    rows: int
    good: int
    saved: bool
    changed: bool
    tables: list[TableOut]
    summary: dict[str, int]
    errors: list[RowErrorOut]
    notes: list[str]
    changes: dict[str, ChangesOut]


class ImportOut(Out):
    """A file that changed something."""

    import_id: UUID
    file_name: str
    file_digest: str
    rows_registered: int
    rows_refused: int
    changes: dict[str, Any]
    registered_at: datetime
