"""Examining a file and registering what is good in it."""

import asyncio
import dataclasses
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from ashiato.domain import footprint, participants, products
from ashiato.domain.imports import facts, masters, mending, recipes, store
from ashiato.domain.imports.checks import Examination, Good, Known, KnownFactor, KnownPart, by_columns, hold_back, registered
from ashiato.domain.imports.report import Errors, Report, TableReport
from ashiato.domain.imports.store import ImportRecord
from ashiato.domain.imports.tables import ANSWERS, TABLES, AnswerKind, Columns, Table, TableKind, Unrecognised, recognise
from ashiato.domain.participants import Actor, Deed, require
from ashiato.domain.products import Changes, Sourcing
from ashiato.kernel.digest import digest_of_bytes
from ashiato.kernel.errors import Flaw
from ashiato.kernel.quantity import UNITS
from ashiato.plumbing import spreadsheet
from ashiato.plumbing.progress import Progress, Stage
from ashiato.plumbing.unit_of_work import Work

_PART_COLUMNS = {TableKind.STRUCTURE: ("parent", "child"), TableKind.BATTERIES: ("part_number",), TableKind.INVENTORY: ("part_number",),
                 TableKind.CIRCULARITY: ("part_number",)}  # fmt: skip
_FACTOR_COLUMNS = {TableKind.PARTS: ("secondary_factor",), TableKind.INVENTORY: ("factor",),
                   TableKind.CIRCULARITY: ("ev", "erec", "erec_eol", "ev_star", "ed", "eer", "ese_heat", "ese_elec")}  # fmt: skip


@dataclass(frozen=True, slots=True)
class File:
    """A file whose tables were read, before anything is known of what they mean. `notes` are sheets without a table."""

    name: str
    digest: str
    tables: list[Table]
    unrecognised: list[Unrecognised]
    notes: list[str]
    answers: Table | None = None  # looked for only where somebody may mean to answer requests

    @property
    def every_table(self) -> list[Table]:
        """All tables that cells can be corrected in."""
        return [*self.tables, *([self.answers] if self.answers is not None else [])]

    def of(self, kind: TableKind) -> list[Table]:
        """The tables of a kind, in the order of the sheets."""
        return [table for table in self.tables if table.kind is kind]


def open_file(name: str, content: bytes, *, answers_too: bool = False, progress: Progress | None = None) -> File:
    """Reads a file's tables; the file is opened in a child process with limits. Refuses (`invalid`) what `spreadsheet.scan` refuses.

    With `answers_too` it may also be a completed workbook of answers.
    """
    progress = progress or Progress()
    progress.begin(Stage.READING, 0 if content.startswith(spreadsheet.PACKED) else content.count(b"\n") + 1)
    file = File(name, digest_of_bytes(content), [], [], [])
    among: Columns = {**TABLES, **ANSWERS} if answers_too else TABLES
    for sheet, blocks in spreadsheet.scan_blocks(content):
        match recognise(sheet, _counted(blocks, progress), among):
            case Table(kind=AnswerKind.ANSWERS) as table:
                file = dataclasses.replace(file, answers=table)
            case Table() as table:
                file.tables.append(table)
            case Unrecognised() as nearly:
                file.unrecognised.append(nearly)
            case None:
                file.notes.append(sheet)
    return file


def _counted(blocks: Iterable[spreadsheet.Block], progress: Progress) -> Iterator[spreadsheet.Block]:
    for block in blocks:
        progress.done += block.rows
        yield block


async def examine(work: Work, actor: Actor, file: File, progress: Progress | None = None) -> Report:
    """What would be registered of a file, and what is wrong with the rest. Nothing is saved."""
    require(actor, Deed.ENTER_DATA)
    _, report = await _examine(work, actor, file, progress or Progress())
    return report


_ROUNDS = 3  # a suggestion that is taken may bring another one to light


async def take_suggestions(work: Work, actor: Actor, file: File) -> int:
    """Corrects a file as its errors suggest, again as long as that suggests more; how many cells were corrected. Nothing is saved."""
    changed = 0
    for _ in range(_ROUNDS):
        report = await examine(work, actor, file)
        fresh = mending.correct(file.every_table, mending.suggested(report.errors))
        if not fresh:
            break
        changed += fresh
    return changed


async def register(work: Work, actor: Actor, file: File, *, good_rows: bool = False, progress: Progress | None = None) -> Report:
    """Registers a file whole, or its good rows where the user asked for that; else nothing, and the report says why.

    The same file twice changes nothing.
    """
    require(actor, Deed.ENTER_DATA)
    progress = progress or Progress()
    good, report = await _examine(work, actor, file, progress)
    if (report.errors and not good_rows) or not report.good:
        return report
    progress.begin(Stage.REGISTERING, report.good)
    changes = await _register(work, actor, good, progress)
    report = dataclasses.replace(report, saved=True, changes=changes)
    if report.changed:
        counted = {name: dataclasses.asdict(change) for name, change in changes.items()}
        record = ImportRecord(work.new_id(), file.name, file.digest, report.good, report.rows - report.good, counted, work.now)
        await store.add(work, record)
        work.record(facts.imported(record.import_id, file.digest))
    return report


async def _examine(work: Work, actor: Actor, file: File, progress: Progress) -> tuple[Good, Report]:
    errors = Errors(file.name)
    progress.begin(Stage.CHECKING, sum(map(len, file.tables)))
    for nearly in file.unrecognised:
        message = f"This looks like a table of {nearly.nearest}, but these columns are missing: {', '.join(nearly.missing)}."
        errors.add_sheet(nearly.sheet, nearly.row, Flaw("", "sheet.headers", message, ", ".join(nearly.missing)))
    if not file.tables and not file.unrecognised:
        headers = ", ".join(column.headers[0] for column in TABLES[TableKind.PARTS] if column.required)
        errors.add_sheet("", 1, Flaw("", "sheet.none", f"No table was found. A table of parts, for example, has the columns {headers}."))
    exam = await asyncio.to_thread(check, file, await _known(work, actor, file), errors, progress)
    if restated := recipes.restated(exam):
        structure = await products.registration.links(work, sorted(restated))
        await asyncio.to_thread(recipes.refuse_cycles, exam, structure)
    reports = [TableReport(table.kind, table.sheet, len(table), len(table) - len(errors.of(table))) for table in file.tables]
    return exam.good, Report(file.name, file.digest, reports, sorted(errors.found, key=lambda error: (error.sheet, error.row)), file.notes)


def check(file: File, known: Known, errors: Errors, progress: Progress) -> Examination:
    """The good rows of all tables; `errors` tells of the others. Rows of one part stand or fall together. Cycles are still to be looked for."""
    exam = Examination(known, errors, Good())

    def each(kind: TableKind) -> Iterator[Table]:
        for table in file.of(kind):
            yield table
            progress.done += len(table)

    for table in each(TableKind.SITES):
        masters.check_sites(table, exam)
    for table in each(TableKind.FACTORS):
        masters.check_factors(table, exam)
    for table in each(TableKind.PARTS):
        masters.check_parts(table, exam)
    for table in each(TableKind.BATTERIES):
        masters.check_batteries(table, exam)
    for table in each(TableKind.STRUCTURE):
        recipes.check_structure(table, exam)
    hold_back(exam.good.components, file.of(TableKind.STRUCTURE), "parent", errors)
    counts: Counter[str] = Counter()
    for table in each(TableKind.INVENTORY):
        recipes.check_inventory(table, exam, counts)
    hold_back(exam.good.lines, file.of(TableKind.INVENTORY), "part_number", errors)
    counts = Counter()
    for table in each(TableKind.CIRCULARITY):
        recipes.check_circularity(table, exam, counts)
    hold_back(exam.good.circular, file.of(TableKind.CIRCULARITY), "part_number", errors)
    return exam


def _named(file: File, columns: Mapping[Any, tuple[str, ...]]) -> list[str]:
    named: dict[str, None] = {}  # in the order of the file, which is soon sorted
    for table in file.tables:
        for column in columns.get(table.kind, ()):
            named.update(dict.fromkeys(table.columns[column].values if column in table.columns else ()))
    return sorted(filter(None, named))


async def _known(work: Work, actor: Actor, file: File) -> Known:
    """What is registered of everything that the file names."""
    kinds = {table.kind for table in file.tables}
    parts = await products.registration.outlines(work, _named(file, _PART_COLUMNS))
    factors = await footprint.inventory.factors_by_code(work, actor, _named(file, _FACTOR_COLUMNS))
    return Known(
        parts=_known_parts(parts),
        factors={code: KnownFactor(UNITS[item.per_unit], None not in (item.ter, item.ger, item.tir)) for code, item in factors.items()},
        sites={site.code for site in await participants.accounts.sites(work, actor)} if TableKind.PARTS in kinds else set(),
    )


def _known_parts(outlines: list[tuple[str, str, Decimal | None, str]]) -> dict[str, KnownPart]:
    alike: dict[tuple[str, Decimal | None, str], KnownPart] = {}  # one object for all parts of which other rows need to know the same
    parts = {}
    for number, unit, mass_kg, sourcing in outlines:
        part = alike.get(key := (unit, mass_kg, sourcing))
        parts[number] = part or alike.setdefault(key, KnownPart(UNITS[unit], mass_kg, Sourcing(sourcing)))
    return parts


async def _register(work: Work, actor: Actor, good: Good, progress: Progress) -> dict[str, Changes]:
    sites = list(registered(good.sites))
    changed_sites = await participants.accounts.register_sites(work, actor, sites)
    inventory = footprint.inventory
    changes = {
        "sites": Changes(changed=changed_sites, unchanged=len(sites) - changed_sites),
        "factors": await inventory.register_factors(work, actor, list(registered(good.factors))),
        "parts": await products.registration.parts_by_columns(work, actor, by_columns(good.parts), progress),
        "secondary_factors": await inventory.register_secondary(work, actor, good.secondary, good.no_secondary),
        "structure": await products.registration.structure(work, actor, by_columns(good.components), progress),
        "batteries": await products.registration.battery_models(work, actor, list(registered(good.batteries))),
        "inventory": await inventory.register_inventory(work, actor, by_columns(good.lines), progress),
        "circularity": await inventory.register_circular(work, actor, list(registered(good.circular))),
    }
    return {name: change for name, change in changes.items() if change != Changes()}


async def records(work: Work, actor: Actor, after: tuple[datetime, UUID] | None, limit: int) -> list[ImportRecord]:
    """The files that changed something, oldest first."""
    require(actor, Deed.READ)
    return await store.records(work, after, limit)


async def history(work: Work, actor: Actor, before: tuple[datetime, UUID] | None, limit: int) -> list[ImportRecord]:
    """The files that changed something, newest first."""
    require(actor, Deed.READ)
    return await store.history(work, before, limit)
