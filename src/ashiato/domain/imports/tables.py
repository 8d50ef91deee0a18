"""The tables that a file may hold, and how their columns are found by header, in Japanese or English, in any order."""

import re
import unicodedata
from dataclasses import dataclass
from enum import StrEnum

from ashiato.plumbing.spreadsheet import Sheet, cell_name

_HEADER_ROWS = 20  # titles and notes may stand above the header
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
        _c("supplier_number", "Supplier corporate number", "仕入先法人番号", about="13 digits"),
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


@dataclass(frozen=True, slots=True)
class Cell:
    """A cell as it was found: its text without surrounding space, and its name."""

    text: str
    name: str


@dataclass(frozen=True, slots=True)
class Row:
    """A row of a table: the cells of known columns by field, the others by header."""

    sheet: str
    number: int
    cells: dict[str, Cell]
    extra: dict[str, str]


@dataclass(frozen=True, slots=True)
class Table:
    """A recognised table."""

    kind: TableKind
    sheet: str
    columns: frozenset[str]
    rows: list[Row]


@dataclass(frozen=True, slots=True)
class Unrecognised:
    """A sheet that looks like a table and is none: the nearest table and what is missing for it."""

    sheet: str
    nearest: TableKind
    missing: list[str]
    row: int


def normal_header(text: str) -> str:
    """A header as it is compared: NFKC, lower case, without spaces, underscores and brackets' widths."""
    return re.sub(r"[\s_]+", "", unicodedata.normalize("NFKC", text)).casefold()


_FIELDS: dict[TableKind, dict[str, str]] = {
    kind: {normal_header(header): column.field for column in columns for header in (column.field, *column.headers)}
    for kind, columns in TABLES.items()
}
_REQUIRED: dict[TableKind, frozenset[str]] = {
    kind: frozenset(column.field for column in columns if column.required) for kind, columns in TABLES.items()
}


def recognise(sheet: Sheet) -> Table | Unrecognised | None:
    """The table that a sheet holds; what stands in the way of one; or None for a sheet of notes."""
    best: tuple[int, TableKind, int] | None = None
    for place, cells in enumerate(sheet.rows[:_HEADER_ROWS]):
        headers = {normal_header(text) for text in cells if text.strip()}
        for kind, fields in _FIELDS.items():
            found = {fields[header] for header in headers if header in fields}
            complete = found >= _REQUIRED[kind]
            score = len(found) + (1000 if complete else 0)
            if best is None or score > best[0]:
                best = (score, kind, place)
    if best is None or best[0] < _COUNTS_AS_TABLE:
        return None
    _, kind, place = best
    fields_by_column = _columns(kind, sheet.rows[place])
    missing = _REQUIRED[kind] - set(fields_by_column.values())
    if missing:
        names = [column.headers[0] for column in TABLES[kind] if column.field in missing]
        return Unrecognised(sheet.name, kind, names, place + 1)
    return Table(kind, sheet.name, frozenset(fields_by_column.values()), _rows(sheet, place, fields_by_column))


def _columns(kind: TableKind, header: list[str]) -> dict[int, str]:
    """Which column holds which field; of two that claim the same, the first."""
    columns: dict[int, str] = {}
    for place, text in enumerate(header):
        field = _FIELDS[kind].get(normal_header(text))
        if field is not None and field not in columns.values():
            columns[place] = field
    return columns


def _rows(sheet: Sheet, header: int, columns: dict[int, str]) -> list[Row]:
    titles = [title.strip() for title in sheet.rows[header]]
    rows = []
    for place in range(header + 1, len(sheet.rows)):
        cells = [text.strip() for text in sheet.rows[place]]
        if not any(cells):
            continue
        known = {field: Cell(cells[column] if column < len(cells) else "", cell_name(place + 1, column + 1)) for column, field in columns.items()}
        extra = {
            titles[column]: text for column, text in enumerate(cells) if text and column not in columns and column < len(titles) and titles[column]
        }
        rows.append(Row(sheet.name, place + 1, known, extra))
    return rows
