"""Examining a file and registering what is good in it."""

import dataclasses
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from ashiato.domain import footprint, participants, products
from ashiato.domain.imports import facts, store
from ashiato.domain.imports.checks import Good, Known, KnownFactor, KnownPart, check
from ashiato.domain.imports.report import Errors, Report, TableReport
from ashiato.domain.imports.store import ImportRecord
from ashiato.domain.imports.tables import TABLES, Table, TableKind, Unrecognised, recognise
from ashiato.domain.participants import Actor, Deed, require
from ashiato.domain.products import Changes, Sourcing
from ashiato.kernel.digest import digest_of_bytes
from ashiato.kernel.errors import Flaw
from ashiato.kernel.quantity import UNITS
from ashiato.plumbing import spreadsheet
from ashiato.plumbing.unit_of_work import Work

_PART_COLUMNS = {TableKind.PARTS: ("part_number",), TableKind.STRUCTURE: ("parent", "child"), TableKind.BATTERIES: ("part_number",),
                 TableKind.INVENTORY: ("part_number",), TableKind.CIRCULARITY: ("part_number",)}  # fmt: skip
_FACTOR_COLUMNS = {TableKind.PARTS: ("secondary_factor",), TableKind.INVENTORY: ("factor",),
                   TableKind.CIRCULARITY: ("ev", "erec", "erec_eol", "ev_star", "ed", "eer", "ese_heat", "ese_elec")}  # fmt: skip


@dataclass(frozen=True, slots=True)
class File:
    """A file whose cells were read, before anything is known of what they mean."""

    name: str
    digest: str
    sheets: list[spreadsheet.Sheet]


def open_file(name: str, content: bytes) -> File:
    """Reads a file's cells, in a child process with limits. Refuses (`invalid`) what `spreadsheet.read` refuses."""
    return File(name, digest_of_bytes(content), spreadsheet.read(content))


async def examine(work: Work, actor: Actor, file: File) -> Report:
    """What would be registered of a file, and what is wrong with the rest. Nothing is saved."""
    require(actor, Deed.ENTER_DATA)
    _, report = await _examine(work, actor, file)
    return report


async def register(work: Work, actor: Actor, file: File, *, good_rows: bool = False) -> Report:
    """Registers a file whole, or its good rows where the user asked for that; else nothing, and the report says why.

    The same file twice changes nothing.
    """
    require(actor, Deed.ENTER_DATA)
    good, report = await _examine(work, actor, file)
    if (report.errors and not good_rows) or not report.good:
        return report
    changes = await _register(work, actor, good)
    report = dataclasses.replace(report, saved=True, changes=changes)
    if report.changed:
        counted = {name: dataclasses.asdict(change) for name, change in changes.items()}
        record = ImportRecord(work.new_id(), file.name, file.digest, report.good, report.rows - report.good, counted, work.now)
        await store.add(work, record)
        work.record(facts.imported(record.import_id, file.digest))
    return report


async def _examine(work: Work, actor: Actor, file: File) -> tuple[Good, Report]:
    errors = Errors(file.name)
    tables, notes = _tables(file, errors)
    known = await _known(work, actor, tables)
    good = check(tables, known, errors)
    reports = [TableReport(table.kind, table.sheet, len(table.rows), sum(not errors.has(row) for row in table.rows)) for table in tables]
    return good, Report(file.name, file.digest, reports, sorted(errors.found, key=lambda error: (error.sheet, error.row)), notes)


def _tables(file: File, errors: Errors) -> tuple[list[Table], list[str]]:
    tables: list[Table] = []
    notes: list[str] = []
    for sheet in file.sheets:
        match recognise(sheet):
            case Table() as table:
                tables.append(table)
            case Unrecognised() as nearly:
                message = f"This looks like a table of {nearly.nearest}, but these columns are missing: {', '.join(nearly.missing)}."
                errors.add_sheet(sheet.name, nearly.row, Flaw("", "sheet.headers", message, ", ".join(nearly.missing)))
            case None:
                notes.append(sheet.name)
    if not tables and not errors.found:
        headers = ", ".join(column.headers[0] for column in TABLES[TableKind.PARTS] if column.required)
        errors.add_sheet("", 1, Flaw("", "sheet.none", f"No table was found. A table of parts, for example, has the columns {headers}."))
    return tables, notes


def _named(tables: list[Table], columns: dict[TableKind, tuple[str, ...]]) -> list[str]:
    named = {
        cell.text for table in tables for column in columns.get(table.kind, ()) for row in table.rows if (cell := row.cells.get(column)) and cell.text
    }
    return sorted(named)


async def _known(work: Work, actor: Actor, tables: list[Table]) -> Known:
    """What is registered of everything that the file names."""
    kinds = {table.kind for table in tables}
    parts = await products.parts_by_number(work, _named(tables, _PART_COLUMNS))
    factors = await footprint.inventory.factors_by_code(work, actor, _named(tables, _FACTOR_COLUMNS))
    known = Known(
        parts={number: KnownPart(UNITS[part.declared_unit], part.mass_kg, Sourcing(part.sourcing)) for number, part in parts.items()},
        factors={code: KnownFactor(UNITS[item.per_unit], None not in (item.ter, item.ger, item.tir)) for code, item in factors.items()},
        sites={site.code for site in await participants.accounts.sites(work, actor)} if TableKind.PARTS in kinds else set(),
    )
    if TableKind.STRUCTURE in kinds:
        for parent, child in await products.numbers_of_structure(work):
            known.structure.setdefault(parent, set()).add(child)
    return known


async def _register(work: Work, actor: Actor, good: Good) -> dict[str, Changes]:
    sites = [item for _, item in good.sites]
    changed_sites = await participants.accounts.register_sites(work, actor, sites)
    inventory = footprint.inventory
    changes = {
        "sites": Changes(changed=changed_sites, unchanged=len(sites) - changed_sites),
        "factors": await inventory.register_factors(work, actor, [item for _, item in good.factors]),
        "parts": await products.register_parts(work, actor, [item for _, item in good.parts]),
        "secondary_factors": await inventory.register_secondary(work, actor, [item for _, item in good.secondary], good.no_secondary),
        "structure": await products.register_structure(work, actor, [item for _, item in good.components]),
        "batteries": await products.register_battery_models(work, actor, [item for _, item in good.batteries]),
        "inventory": await inventory.register_inventory(work, actor, [item for _, item in good.lines]),
        "circularity": await inventory.register_circular(work, actor, [item for _, item in good.circular]),
    }
    return {name: change for name, change in changes.items() if change != Changes()}


async def records(work: Work, actor: Actor, after: tuple[datetime, UUID] | None, limit: int) -> list[ImportRecord]:
    """The files that changed something, oldest first."""
    require(actor, Deed.READ)
    return await store.records(work, after, limit)
