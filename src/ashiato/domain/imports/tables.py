"""The tables that a file may hold, and how their columns are found by header, in Japanese or English, in any order."""

import itertools
import re
import unicodedata
from array import array
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ashiato.domain.imports.cells import Arriving, Cells
from ashiato.plumbing.spreadsheet import Block, column_name, rows_of

_HEADER_ROWS = 20  # titles and notes may stand above the header
_PLACES = np.dtype(array("L").typecode)
_COUNTS_AS_TABLE = 2  # so many known headers make a sheet a table, perhaps a faulty one; fewer make it a note


class TableKind(StrEnum):
    """What the rows of a table are."""

    SITES = "sites"
    FACTORS = "factors"
    PARTS = "parts"
    STRUCTURE = "structure"
    BATTERIES = "batteries"
    INVENTORY = "inventory"
    CIRCULARITY = "circularity"


@dataclass(frozen=True, slots=True)
class Column:
    """A column: its field, and its headers, the English and the Japanese one first."""

    field: str
    headers: tuple[str, ...]
    required: bool = False
    numeric: bool = False
    about: str = ""


def _c(field: str, *headers: str, required: bool = False, numeric: bool = False, about: str = "") -> Column:
    return Column(field, headers, required, numeric, about)


_PART = _c("part_number", "Part number", "部品番号", "Part", "品番", required=True, about="your own number of the part")
_EVIDENCE = _c("evidence", "Evidence", "証憑", about="where the amount can be looked up: meter, invoice, file name")
_SOURCE = _c("data_source", "Data source", "データ種別", about="own (your records) or average; own if empty")
_RATINGS = (
    _c("ter", "TeR", "技術的代表性", numeric=True, about="technological representativeness, 1 (best) to 5"),
    _c("ger", "GeR", "地理的代表性", numeric=True, about="geographical representativeness, 1 to 5"),
    _c("tir", "TiR", "時間的代表性", numeric=True, about="temporal representativeness, 1 to 5"),
)

TABLES: dict[TableKind, tuple[Column, ...]] = {
    TableKind.SITES: (
        _c("code", "Site code", "事業所コード", required=True, about="your own code of the site"),
        _c("name", "Site name", "事業所名", required=True),
        _c("country", "Country", "国", required=True, about="two letters (ISO 3166-1)"),
        _c("address", "Address", "住所"),
    ),
    TableKind.FACTORS: (
        _c("code", "Factor code", "係数コード", required=True, about="your own code of the factor"),
        _c("name", "Factor name", "係数名", required=True),
        _c("value", "Value", "値", "排出係数", required=True, numeric=True),
        _c("unit", "Factor unit", "係数単位", required=True, about="kg CO2e per something, e.g. kg CO2e/kWh"),
        _c("year", "Year", "年", required=True, numeric=True, about="the year that the factor describes"),
        _c("geography", "Geography", "地域", required=True, about="two letters, or GLO, RER …"),
        _c("source", "Source", "出典", required=True),
        _c("citation", "Citation", "引用", "URL", required=True, about="an address or DOI that a reader can open"),
        _c("licence", "Licence", "License", "ライセンス", required=True),
        _c("standing", "Standing", "区分", required=True, about="published, supplier, measured or estimate"),
        _c("electricity_basis", "Electricity basis", "電力区分",
           about="only for electricity: direct_line, supplier_specific, residual_mix, consumption_mix or generation"),
        *_RATINGS,
    ),
    TableKind.PARTS: (
        _PART,
        _c("name", "Part name", "部品名", "品名", required=True),
        _c("declared_unit", "Declared unit", "宣言単位", required=True, about="kg, piece, kWh, m2 …: figures are per one of these"),
        _c("mass_kg", "Mass per unit (kg)", "単位質量(kg)", "Mass per unit", "単位質量", numeric=True, about="mass of one declared unit"),
        _c("site", "Site", "事業所", about="site code, for parts that you make"),
        _c("sourcing", "Sourcing", "調達区分", about="made or bought; if empty, bought where a supplier or a secondary factor is named"),
        _c("supplier_number", "Supplier corporate number", "仕入先法人番号", "Supplier number", "仕入先番号",
           about="corporate number (13 digits), LEI, D-U-N-S or BPN"),
        _c("supplier_part_number", "Supplier part number", "仕入先部品番号", about="what the supplier calls it"),
        _c("secondary_factor", "Secondary factor", "二次係数", about="factor code that stands in until the supplier answers"),
        _c("secondary_stage", "Secondary stage", "二次係数の段階", about="raw_materials (if empty) or production"),
    ),
    TableKind.STRUCTURE: (
        _c("parent", "Parent", "親部品番号", "親部品", required=True, about="part number"),
        _c("child", "Child", "子部品番号", "子部品", "構成部品", required=True, about="part number"),
        _c("amount", "Amount per parent", "使用量", "員数", required=True, numeric=True,
           about="amount of the child in one declared unit of the parent"),
        _c("unit", "Amount unit", "使用量単位", required=True),
    ),
    TableKind.BATTERIES: (
        _PART,
        _c("category", "Vehicle category", "車両区分", required=True, about="M1, M2, M3, N1, N2, N3, L or other (UNECE)"),
        _c("chemistry", "Chemistry", "化学系", required=True),
        _c("usable_energy_kwh", "Usable energy (kWh)", "使用可能エネルギー(kWh)", numeric=True, about="per declared unit, at the beginning of life"),
        _c("warranty_years", "Warranty (years)", "保証年数", numeric=True),
        _c("warranty_km", "Warranty (km)", "保証距離(km)", numeric=True),
        _c("delivered_energy_kwh", "Delivered energy (kWh)", "総供給エネルギー(kWh)", numeric=True, about="per declared unit, over the service life"),
    ),
    TableKind.INVENTORY: (
        _PART,
        _c("stage", "Stage", "段階", "ライフサイクル段階", required=True, about="raw_materials, production, distribution or end_of_life"),
        _c("activity", "Activity", "活動", "活動名", required=True),
        _c("amount", "Amount", "数量", "活動量", required=True, numeric=True, about="per declared unit of the part"),
        _c("unit", "Unit", "単位", required=True),
        _c("factor", "Factor", "係数", about="factor code, or gwp:CO2, gwp:CH4, gwp:N2O for direct emissions; empty for outflows without burden"),
        _c("flow", "Flow", "フロー", about="input, energy, emission, waste or credit; guessed if empty"),
        _SOURCE,
        _EVIDENCE,
        *_RATINGS,
        _c("line", "Line", "行番号", numeric=True, about="counted per part if empty"),
    ),
    TableKind.CIRCULARITY: (
        _PART,
        _c("material", "Material", "材料", required=True),
        _c("mass", "Material mass (kg)", "材料質量(kg)", required=True, numeric=True, about="per declared unit of the part"),
        _c("terms", "Terms", "対象項", about="material, end_of_life or both (if empty)"),
        _c("a", "A", "配分係数A", required=True, numeric=True, about="allocation between supplier and user of recycled material"),
        _c("r1", "R1", "再生材投入率R1", required=True, numeric=True),
        _c("r2", "R2", "再生利用率R2", required=True, numeric=True),
        _c("r3", "R3", "熱回収率R3", numeric=True),
        _c("b", "B", "配分係数B", numeric=True),
        _c("qsin_qp", "Qsin/Qp", numeric=True),
        _c("qsout_qp", "Qsout/Qp", numeric=True),
        _c("ev", "Ev", required=True, about="factor code: virgin material"),
        _c("erec", "Erec", required=True, about="factor code: recycled material, at the input"),
        _c("erec_eol", "ErecEoL", about="factor code: recycling at the end of life; Erec if empty"),
        _c("ev_star", "Ev*", about="factor code: virgin material that is replaced; Ev if empty"),
        _c("ed", "ED", about="factor code: disposal"),
        _c("eer", "EER", about="factor code: energy recovery"),
        _c("lhv", "LHV", numeric=True, about="lower heating value, MJ/kg"),
        _c("xer_heat", "XerHeat", numeric=True),
        _c("xer_elec", "XerElec", numeric=True),
        _c("ese_heat", "ESEHeat", about="factor code: heat that is replaced"),
        _c("ese_elec", "ESEElec", about="factor code: electricity that is replaced"),
        _SOURCE,
        _EVIDENCE,
    ),
}  # fmt: skip


class AnswerKind(StrEnum):
    """The table that answers requests, which is filled in by us and completed by the supplier."""

    ANSWERS = "answers"


ANSWERS: dict[AnswerKind, tuple[Column, ...]] = {
    AnswerKind.ANSWERS: (
        _c("request_id", "Request", "依頼ID", required=True),
        _c("buyer", "Buyer", "依頼元"),
        _c("item", "Item", "品目"),
        _c("item_number", "Item number", "品目番号"),
        _c("unit", "Wanted unit", "依頼単位"),
        _c("method", "Method", "算定方法"),
        _c("due", "Due", "期限"),
        _c("part_number", "Own part number", "自社部品番号", required=True, about="answers with the footprint of this part"),
        _c("reason", "Declined because", "辞退の理由", about="declines; the buyer reads it"),
    )
}


@dataclass(frozen=True, slots=True)
class Table:
    """A recognised table, column by column: the texts of known columns by field, without surrounding space; blank rows are left out.

    `numbers` are the rows' numbers as spreadsheets show them, `letters` the columns'; `extra` holds what stands in unknown columns,
    by the row's place and the column's header.
    """

    kind: TableKind | AnswerKind
    sheet: str
    columns: dict[str, Cells[str]]
    letters: dict[str, str]
    numbers: "array[int]" = field(default_factory=lambda: array("L"))
    extra: dict[int, dict[str, str]] = field(default_factory=dict)

    def __len__(self) -> int:
        return len(self.numbers)


@dataclass(frozen=True, slots=True)
class Unrecognised:
    """A sheet that looks like a table and is none: the nearest table and what is missing for it."""

    sheet: str
    nearest: TableKind | AnswerKind
    missing: list[str]
    row: int


def heading(kind: TableKind | AnswerKind, field: str, *, japanese: bool) -> str:
    """What a column of a table is called; the field itself where there is no such column."""
    columns = ANSWERS[kind] if isinstance(kind, AnswerKind) else TABLES[kind]
    return next((column.headers[min(int(japanese), len(column.headers) - 1)] for column in columns if column.field == field), field)


def normal_header(text: str) -> str:
    """A header as it is compared: NFKC, lower case, without spaces, underscores and brackets' widths."""
    return re.sub(r"[\s_]+", "", unicodedata.normalize("NFKC", text)).casefold()


Columns = Mapping[Any, tuple[Column, ...]]  # by kind of table


def _fields(columns: tuple[Column, ...]) -> dict[str, str]:
    return {normal_header(header): column.field for column in columns for header in (column.field, *column.headers)}


_FIELDS = {kind: _fields(columns) for kind, columns in (*TABLES.items(), *ANSWERS.items())}
_REQUIRED = {kind: frozenset(column.field for column in columns if column.required) for kind, columns in (*TABLES.items(), *ANSWERS.items())}
_NUMERIC = {kind: frozenset(column.field for column in columns if column.numeric) for kind, columns in (*TABLES.items(), *ANSWERS.items())}


def recognise(name: str, blocks: Iterable[Block], among: Columns = TABLES) -> Table | Unrecognised | None:
    """The table that a sheet's rows hold; what stands in the way of one; or None for a sheet of notes."""
    waiting = iter(blocks)
    first = list(_first(waiting))
    head = list(itertools.islice(rows_of(first), _HEADER_ROWS))
    best: tuple[int, TableKind | AnswerKind, int, list[str]] | None = None
    for place, header in _headers(head):
        headers = {normal_header(text) for text in header if text.strip()}
        for kind in among:
            fields = _FIELDS[kind]
            found = {fields[text] for text in headers if text in fields}
            complete = found >= _REQUIRED[kind]
            score = len(found) + (1000 if complete else 0)
            if best is None or score > best[0]:
                best = (score, kind, place, header)
    if best is None or best[0] < _COUNTS_AS_TABLE:
        return None
    _, kind, place, header = best
    columns = _columns(kind, header)
    missing = _REQUIRED[kind] - set(columns)
    if missing:
        names = [column.headers[0] for column in among[kind] if column.field in missing]
        return Unrecognised(name, kind, names, place + 1)
    table = Table(kind, name, {}, {field: column_name(column + 1) for field, column in columns.items()})
    _fill(table, columns, header, place + 1, itertools.chain(first, waiting))
    return table


def _first(blocks: Iterable[Block]) -> Iterator[Block]:
    """The blocks in which a header may be."""
    rows = 0
    for block in blocks:
        yield block
        rows += block.rows
        if rows >= _HEADER_ROWS:
            return


def _headers(head: list[list[str]]) -> Iterator[tuple[int, list[str]]]:
    """What may be the header, each with the place of its last row: every row by itself, and two rows where cells were merged.

    Of merged cells the first alone holds the text: a heading over both rows stands in the upper one, one under a wider heading in the lower.
    """
    for place, cells in enumerate(head):
        yield place, cells
        if place + 1 < len(head):
            pairs = itertools.zip_longest(cells, head[place + 1], fillvalue="")
            yield place + 1, [lower if lower.strip() else upper for upper, lower in pairs]


def _columns(kind: TableKind | AnswerKind, header: list[str]) -> dict[str, int]:
    """Which column holds which field; of two that claim the same, the first."""
    columns: dict[str, int] = {}
    for place, text in enumerate(header):
        field = _FIELDS[kind].get(normal_header(text))
        if field is not None:
            columns.setdefault(field, place)
    return columns


def _fill(table: Table, columns: dict[str, int], header: list[str], above: int, blocks: Iterable[Block]) -> None:
    """Fills a table with the rows of these blocks but for those of the header and `above` it."""
    titles = {place: title for place, text in enumerate(header) if (title := text.strip()) and place not in columns.values()}
    numeric = {columns[field] for field in _NUMERIC[table.kind] & columns.keys()}
    arriving: list[Arriving] = []
    parts: dict[int, list[NDArray[np.int32]]] = {place: [] for place in (*columns.values(), *titles)}
    number = 1
    for block in blocks:
        arriving += [Arriving(kept=place in parts, once=place not in numeric) for place in range(len(arriving), len(block.columns))]
        across = [each.among(told, block.rows) for each, told in itertools.zip_longest(arriving, block.columns)]
        full = np.zeros(block.rows, np.bool_)
        for numbers in across:
            full |= numbers != 0
            if full.all():
                break
        full[: max(0, above + 1 - number)] = False
        for place, kept in parts.items():
            kept.append(across[place][full] if place < len(across) else np.zeros(int(full.sum()), np.int32))
        table.numbers.frombytes((np.flatnonzero(full) + number).astype(_PLACES).tobytes())
        number += block.rows
    cells = {place: (arriving[place] if place < len(arriving) else Arriving(kept=True)).cells(kept) for place, kept in parts.items()}
    table.columns.update((field, cells[place]) for field, place in columns.items())
    for column, title in titles.items():
        for place in cells[column].where(bool).tolist():
            table.extra.setdefault(place, {})[title] = cells[column][place]
