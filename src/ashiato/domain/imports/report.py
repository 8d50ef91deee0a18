"""What came of reading a file: which rows can be registered, and for every other one cell, reason and suggestion."""

from dataclasses import dataclass, field

from ashiato.domain.imports.messages import in_japanese
from ashiato.domain.imports.tables import Row, TableKind
from ashiato.domain.products import Changes
from ashiato.kernel.errors import Flaw


@dataclass(frozen=True, slots=True)
class RowError:
    """One reason why a row cannot be registered. `row` and `cell` are named as spreadsheets show them."""

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


@dataclass(frozen=True, slots=True)
class TableReport:
    """How many rows of a table there are, and how many of them can be registered."""

    kind: TableKind
    sheet: str
    rows: int
    good: int


@dataclass(frozen=True, slots=True)
class Report:
    """The outcome of an import. `saved` says whether anything was registered; `changes` what that changed."""

    file: str
    digest: str
    tables: list[TableReport]
    errors: list[RowError]
    notes: list[str]
    saved: bool = False
    changes: dict[str, Changes] = field(default_factory=dict)

    @property
    def rows(self) -> int:
        return sum(table.rows for table in self.tables)

    @property
    def good(self) -> int:
        return sum(table.good for table in self.tables)

    @property
    def changed(self) -> bool:
        """Whether registering changed anything; the same file twice does not."""
        return any(change.any for change in self.changes.values())


@dataclass(slots=True)
class Errors:
    """Collects errors, and which rows have some."""

    file: str
    found: list[RowError] = field(default_factory=list)
    bad: set[tuple[str, int]] = field(default_factory=set)

    def add(self, row: Row, flaw: Flaw) -> None:
        """Notes what is wrong with a row; `flaw.field` names the column."""
        cell = row.cells.get(flaw.field)
        self.found.append(
            RowError(
                self.file, row.sheet, cell.name if cell else "", row.number, flaw.field, cell.text if cell else "",
                flaw.code, flaw.message, in_japanese(flaw), flaw.suggestion,
            )
        )  # fmt: skip
        self.bad.add((row.sheet, row.number))

    def add_sheet(self, sheet: str, row: int, flaw: Flaw) -> None:
        """Notes what is wrong with a whole sheet."""
        self.found.append(RowError(self.file, sheet, "", row, flaw.field, "", flaw.code, flaw.message, in_japanese(flaw), flaw.suggestion))

    def has(self, row: Row) -> bool:
        """Whether anything is wrong with the row."""
        return (row.sheet, row.number) in self.bad
