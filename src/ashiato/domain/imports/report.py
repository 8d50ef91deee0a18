"""What came of reading a file: which rows can be registered, and for every other one cell, reason and suggestion."""

from collections import Counter
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field

from ashiato.domain.imports.messages import in_japanese
from ashiato.domain.imports.tables import AnswerKind, Table, TableKind
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

    kind: TableKind | AnswerKind
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
    def summary(self) -> dict[str, int]:
        """How many errors there are of each code, the most frequent first."""
        return dict(Counter(error.code for error in self.errors).most_common())

    @property
    def changed(self) -> bool:
        """Whether registering changed anything; the same file twice does not."""
        return any(change.any for change in self.changes.values())


@dataclass(slots=True)
class Errors:
    """Collects errors, and which rows have some."""

    file: str
    found: list[RowError] = field(default_factory=list)
    bad: dict[str, set[int]] = field(default_factory=dict)

    def add(self, table: Table, place: int, flaw: Flaw) -> None:
        """Notes what is wrong with the row at a place of a table; `flaw.field` names the column."""
        number = table.numbers[place]
        stands = flaw.field in table.columns
        self.found.append(
            RowError(
                self.file, table.sheet, f"{table.letters[flaw.field]}{number}" if stands else "", number, flaw.field,
                table.columns[flaw.field][place] if stands else "", flaw.code, flaw.message, in_japanese(flaw), flaw.suggestion,
            )
        )  # fmt: skip
        self.bad.setdefault(table.sheet, set()).add(place)

    def add_sheet(self, sheet: str, row: int, flaw: Flaw) -> None:
        """Notes what is wrong with a whole sheet."""
        self.found.append(RowError(self.file, sheet, "", row, flaw.field, "", flaw.code, flaw.message, in_japanese(flaw), flaw.suggestion))

    def of(self, table: Table) -> AbstractSet[int]:
        """The places of the rows of a table that something is wrong with."""
        return self.bad.get(table.sheet, frozenset())
