"""Every flaw that a file can have is told by its cell, in both languages, with a suggestion where one is to be had (pure checks)."""

import ast
import re
from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ashiato.domain.imports import recipes
from ashiato.domain.imports.checks import Examination, Good, Kept, Known, KnownFactor, KnownPart
from ashiato.domain.imports.messages import JAPANESE, in_japanese
from ashiato.domain.imports.report import Errors, RowError
from ashiato.domain.imports.service import File, check
from ashiato.domain.imports.tables import TABLES, Table, TableKind, Unrecognised, normal_header, recognise
from ashiato.domain.products import Sourcing
from ashiato.kernel.errors import Flaw
from ashiato.kernel.quantity import UNITS
from ashiato.plumbing.progress import Progress
from ashiato.plumbing.spreadsheet import Sheet, blocks

SOURCE = Path(__file__).parents[2] / "src" / "ashiato"
KIND_OF = {kind.value: kind for kind in TableKind}
GOOD_ROW: dict[TableKind, dict[str, str]] = {
    TableKind.SITES: {"code": "S-9", "name": "Site", "country": "JP", "address": "Osaka"},
    TableKind.FACTORS: {
        "code": "F-9", "name": "Factor", "value": "0.5", "unit": "kg CO2e/kWh", "year": "2024", "geography": "JP", "source": "s", "citation": "c",
        "licence": "CC0", "standing": "published", "electricity_basis": "consumption_mix", "ter": "1", "ger": "2", "tir": "3",
    },
    TableKind.PARTS: {
        "part_number": "P-9", "name": "Part", "declared_unit": "piece", "mass_kg": "2", "site": "", "sourcing": "bought",
        "supplier_number": "7000012050002", "supplier_part_number": "X", "secondary_factor": "PER-KG", "secondary_stage": "",
    },
    TableKind.STRUCTURE: {"parent": "MADE", "child": "BOUGHT", "amount": "2", "unit": "kg"},
    TableKind.BATTERIES: {"part_number": "MADE", "category": "M1", "chemistry": "NMC", "usable_energy_kwh": "60", "warranty_years": "8", "warranty_km": "", "delivered_energy_kwh": ""},
    TableKind.INVENTORY: {
        "part_number": "MADE", "stage": "production", "activity": "power", "amount": "4", "unit": "kWh", "factor": "PER-KWH", "flow": "energy",
        "data_source": "own", "evidence": "", "ter": "", "ger": "", "tir": "", "line": "",
    },
    TableKind.CIRCULARITY: {
        "part_number": "MADE", "material": "Al", "mass": "1", "terms": "both", "a": "0.2", "r1": "0", "r2": "0.9", "r3": "0", "b": "", "qsin_qp": "", "qsout_qp": "",
        "ev": "PER-KG", "erec": "PER-KG", "erec_eol": "", "ev_star": "", "ed": "", "eer": "", "lhv": "", "xer_heat": "", "xer_elec": "", "ese_heat": "", "ese_elec": "PER-KWH",
        "data_source": "own", "evidence": "",
    },
}  # fmt: skip


def known() -> Known:
    return Known(
        parts={
            "MADE": KnownPart(UNITS["piece"], None, Sourcing.MADE),
            "OTHER": KnownPart(UNITS["kg"], Decimal(1), Sourcing.MADE),
            "BOUGHT": KnownPart(UNITS["kg"], Decimal(1), Sourcing.BOUGHT),
        },
        factors={
            "PER-KG": KnownFactor(UNITS["kg"], rated=True),
            "PER-KWH": KnownFactor(UNITS["kWh"], rated=True),
            "UNRATED": KnownFactor(UNITS["kWh"], rated=False),
        },
        sites={"S-1"},
    )


REGISTERED = [("OTHER", "BOUGHT")]


def sheet(kind: TableKind, *rows: dict[str, str]) -> Sheet:
    """A sheet of rows that are good but for what is stated otherwise."""
    fields = [column.field for column in TABLES[kind]]
    full = [GOOD_ROW[kind] | row for row in rows or ({},)]
    return Sheet(kind.value, [fields, *([row[field] for field in fields] for row in full)])


def examined(*sheets: Sheet) -> tuple[Good, list[RowError]]:
    exam = checked(known(), *sheets)
    return exam.good, exam.errors.found


def checked(stock: Known, *sheets: Sheet) -> Examination:
    tables = [table for each in sheets if isinstance(table := recognise(each.name, blocks(each.rows)), Table)]
    exam = check(File("book.xlsx", "", tables, [], []), stock, Errors("book.xlsx"), Progress())
    restated = {item.parent for kept in exam.good.components for item in kept}
    recipes.refuse_cycles(exam, [link for link in REGISTERED if link[0] not in restated])
    return exam


def kept_tables(good: Good) -> list[Kept]:
    return [kept for kind in (good.sites, good.factors, good.parts, good.components, good.batteries, good.lines, good.circular) for kept in kind]


def numbers(kept: list[Kept]) -> list[int]:
    """The rows that are kept, by their number in the sheet."""
    return [each.table.numbers[place] for each in kept for place in each.places]


EXAMPLES: list[tuple[str, TableKind, list[dict[str, str]], str, str | None]] = [
    # code, table, rows, cell, suggestion
    ("required", TableKind.SITES, [{"name": ""}], "B2", None),
    ("required", TableKind.FACTORS, [{"standing": ""}], "J2", "published"),
    ("choice", TableKind.FACTORS, [{"standing": "publisched"}], "J2", "published"),
    ("choice", TableKind.INVENTORY, [{"stage": "produktion"}], "B2", "production"),
    ("choice", TableKind.BATTERIES, [{"category": "lorry"}], "B2", None),
    ("number.form", TableKind.INVENTORY, [{"amount": "1,2O0"}], "D2", "1200"),
    ("number.form", TableKind.INVENTORY, [{"amount": "0,5"}], "D2", "0.5"),
    ("text.control", TableKind.INVENTORY, [{"amount": "1\n2"}], "D2", "12"),
    ("number.range", TableKind.INVENTORY, [{"amount": "1e40"}], "D2", None),
    ("number.positive", TableKind.BATTERIES, [{"usable_energy_kwh": "0"}], "D2", None),
    ("number.rating", TableKind.FACTORS, [{"ter": "6"}], "L2", None),
    ("number.rating", TableKind.FACTORS, [{"ter": "1.5"}], "L2", None),
    ("number.year", TableKind.FACTORS, [{"year": "24"}], "E2", None),
    ("number.share", TableKind.CIRCULARITY, [{"r2": "90"}], "G2", "0.9"),
    ("number.line", TableKind.INVENTORY, [{"line": "0"}], "M2", None),
    ("unit.unknown", TableKind.INVENTORY, [{"unit": "kWhh"}], "E2", "kWh"),
    ("unit.not_intensity", TableKind.FACTORS, [{"unit": "kWh"}], "D2", "kg CO2e/kg"),
    ("unit.no_conversion", TableKind.INVENTORY, [{"unit": "kg"}], "E2", "kWh"),
    ("unit.no_conversion", TableKind.STRUCTURE, [{"unit": "piece"}], "D2", "kg"),
    ("text.long", TableKind.SITES, [{"name": "x" * 201}], "B2", None),
    ("text.control", TableKind.SITES, [{"name": "a\u202eb"}], "B2", "ab"),
    ("country.form", TableKind.SITES, [{"country": "Japan"}], "C2", None),
    ("corporate_number.form", TableKind.PARTS, [{"supplier_number": "123"}], "G2", None),
    ("corporate_number.check_digit", TableKind.PARTS, [{"supplier_number": "8000012050002"}], "G2", None),
    ("lei.check_digits", TableKind.PARTS, [{"supplier_number": "529900T8BM49AURSDO00"}], "G2", None),
    ("bpn.form", TableKind.PARTS, [{"supplier_number": "BPNL000000"}], "G2", None),
    ("part.unknown", TableKind.STRUCTURE, [{"child": "BOUGTH"}], "B2", "BOUGHT"),
    ("part.bought_with_inventory", TableKind.INVENTORY, [{"part_number": "BOUGHT"}], "A2", None),
    ("part.bought_with_inventory", TableKind.CIRCULARITY, [{"part_number": "BOUGHT"}], "A2", None),
    ("part.made_with_supplier", TableKind.PARTS, [{"sourcing": "made", "secondary_factor": ""}], "F2", "bought"),
    ("part.secondary_for_made", TableKind.PARTS, [{"sourcing": "made", "supplier_number": "", "supplier_part_number": ""}], "I2", None),
    ("part.mass_differs", TableKind.PARTS, [{"declared_unit": "t", "mass_kg": "1"}], "D2", "1000"),
    ("site.unknown", TableKind.PARTS, [{"site": "S-11"}], "E2", "S-1"),
    ("factor.unknown", TableKind.INVENTORY, [{"factor": "PER-KWh"}], "F2", "PER-KWH"),
    ("factor.unknown", TableKind.PARTS, [{"secondary_factor": "PER-KGG"}], "I2", "PER-KG"),
    ("factor.unknown", TableKind.CIRCULARITY, [{"ed": "PER-KGG"}], "P2", "PER-KG"),
    ("factor.unrated", TableKind.INVENTORY, [{"factor": "UNRATED"}], "J2", None),
    ("factor.electricity_unit", TableKind.FACTORS, [{"unit": "kg CO2e/kg"}], "K2", None),
    ("factor.reserved", TableKind.FACTORS, [{"code": "gwp:SF6"}], "A2", None),
    ("factor.per_mass", TableKind.CIRCULARITY, [{"ev": "PER-KWH"}], "L2", None),
    ("factor.per_energy", TableKind.CIRCULARITY, [{"ese_elec": "PER-KG"}], "V2", None),
    ("gas.unknown", TableKind.INVENTORY, [{"factor": "gwp:CH5", "unit": "kg", "flow": "emission"}], "F2", "gwp:CH4"),
    ("structure.amount", TableKind.STRUCTURE, [{"amount": "0"}], "C2", None),
    ("structure.amount", TableKind.STRUCTURE, [{"amount": "-1"}], "C2", None),
    ("structure.self", TableKind.STRUCTURE, [{"parent": "OTHER", "child": "OTHER"}], "B2", None),
    ("structure.cycle", TableKind.STRUCTURE, [{"parent": "MADE", "child": "OTHER"}, {"parent": "OTHER", "child": "MADE", "unit": "piece"}], "B2", None),
    ("structure.bought_parent", TableKind.STRUCTURE, [{"parent": "BOUGHT", "child": "OTHER"}], "A2", None),
    ("inventory.negative", TableKind.INVENTORY, [{"amount": "-4"}], "D2", "4"),
    ("inventory.credit", TableKind.INVENTORY, [{"flow": "credit"}], "D2", "-4"),
    ("inventory.factor_needed", TableKind.INVENTORY, [{"factor": ""}], "F2", None),
    ("circular.sum", TableKind.CIRCULARITY, [{"r3": "0.2"}], "H2", None),
    ("row.repeated", TableKind.SITES, [{}, {}], "A3", None),
    ("row.repeated", TableKind.FACTORS, [{}, {}], "A3", None),
    ("row.repeated", TableKind.PARTS, [{}, {}], "A3", None),
    ("row.repeated", TableKind.STRUCTURE, [{}, {}], "B3", None),
    ("row.repeated", TableKind.BATTERIES, [{}, {}], "A3", None),
    ("row.repeated", TableKind.INVENTORY, [{"line": "1"}, {"line": "1"}], "M3", None),
    ("row.held_back", TableKind.INVENTORY, [{"amount": "x"}, {}], "A3", None),
    ("row.held_back", TableKind.STRUCTURE, [{"amount": "x"}, {"child": "OTHER"}], "A3", None),
    ("row.held_back", TableKind.CIRCULARITY, [{"mass": "x"}, {}], "A3", None),
    ("battery.incomplete", TableKind.BATTERIES, [{"usable_energy_kwh": ""}], "D2", None),
]  # fmt: skip
OF_SHEETS = {"sheet.headers", "sheet.none"}  # told of a whole sheet or file, not of a row


@pytest.mark.parametrize("kind", list(TableKind))
def test_a_good_row_has_no_flaw(kind: TableKind) -> None:
    """The canary of the examples: each of them differs from a good row in what it shows, and in nothing else."""
    good, errors = examined(sheet(kind))
    assert errors == []
    assert sum(len(list(kept)) for kept in kept_tables(good)) == 1


@pytest.mark.parametrize(
    ("code", "kind", "rows", "cell", "suggestion"), EXAMPLES, ids=[f"{code}-{kind}-{n}" for n, (code, kind, *_) in enumerate(EXAMPLES)]
)
def test_a_flaw_is_told_by_its_cell_with_what_was_probably_meant(
    code: str, kind: TableKind, rows: list[dict[str, str]], cell: str, suggestion: str | None
) -> None:
    _, errors = examined(sheet(kind, *rows))
    told = [error for error in errors if error.code == code]
    assert told, [error.code for error in errors]
    assert cell in {error.cell for error in told}
    (error,) = [error for error in told if error.cell == cell]
    assert error.suggestion == suggestion
    assert error.sheet == kind.value
    assert error.row == int(re.sub(r"\D", "", cell))
    assert error.message
    assert error.message_ja.startswith(JAPANESE[code])
    assert (suggestion is None) or suggestion in error.message_ja
    assert re.search(r"[\u3040-\u30ff\u4e00-\u9fff]", error.message_ja)


def test_every_code_with_japanese_words_is_reached_by_an_example() -> None:
    shown = {code for code, *_ in EXAMPLES} | OF_SHEETS
    assert set(JAPANESE) - shown == set(), "words for what no file can meet"
    assert shown - set(JAPANESE) == set(), "flaws without Japanese words"


def codes_in(path: Path) -> set[str]:
    """Every text in a module that is spelled like a code: two words with a dot between them, or one that is known."""
    found = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Call):
            name = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
            if name in ("Flaw", "flaw", "whole", "invalid"):
                constants = [argument.value for argument in node.args if isinstance(argument, ast.Constant) and isinstance(argument.value, str)]
                found |= {text for text in constants if re.fullmatch(r"[a-z_]+\.[a-z_]+", text)}
    return found


def test_every_code_that_the_checks_can_emit_has_japanese_words() -> None:
    """Read from the code itself: whoever adds a flaw adds its words."""
    modules = [SOURCE / "domain" / "imports" / f"{name}.py" for name in ("checks", "masters", "recipes", "fields", "service")]
    modules += [SOURCE / "kernel" / f"{name}.py" for name in ("quantity", "ids")]
    modules += [SOURCE / "domain" / "products" / "model.py", SOURCE / "domain" / "footprint" / "model.py"]
    emitted = set().union(*(codes_in(module) for module in modules))
    assert len(emitted) > 25
    assert emitted - set(JAPANESE) == set()


cells = st.sampled_from(
    ["", " ", "0", "-1", "1", "5", "6", "0.5", "90 %", "１２", "1e40", "1,2O0", "x", "=1+1", "JP", "kg", "piece", "kWh", "kg CO2e/kg", "kg CO2e/kWh", "made", "bought",
     "購入", "製造", "energy", "credit", "waste", "MADE", "OTHER", "BOUGHT", "PER-KG", "PER-KWH", "UNRATED", "gwp:CO2", "gwp:X", "7000012050002", "7", "M1", "both", "\u202e", "x" * 501]
) | st.text(max_size=6)  # fmt: skip


@settings(max_examples=300)
@given(st.sampled_from(list(TableKind)), st.data())
def test_whatever_stands_in_the_cells_is_registered_or_told_in_both_languages(kind: TableKind, data: st.DataObject) -> None:
    fields = [column.field for column in TABLES[kind]]
    changes = st.dictionaries(st.sampled_from(fields), cells, max_size=5)
    rows = data.draw(st.lists(changes, min_size=1, max_size=4))
    stated = sheet(kind, *rows)
    good, errors = examined(stated)
    assert {error.code for error in errors} <= set(JAPANESE)
    assert all(error.message and error.message_ja for error in errors)
    registered = set(numbers(kept_tables(good)))
    refused = {error.row for error in errors}
    blank = {place for place, row in enumerate(stated.rows[1:], 2) if not any(text.strip() for text in row)}
    assert registered | refused | blank == set(range(2, len(rows) + 2)), "no row is lost without a word"
    assert not registered & refused, "and none is registered that has a flaw"


@settings(max_examples=100)
@given(st.sampled_from(list(TableKind)), st.randoms(use_true_random=False), st.sampled_from([0, 1, 2]), st.booleans())
def test_headers_are_found_in_either_language_in_any_order_below_titles(kind: TableKind, random, titles: int, japanese: bool) -> None:
    columns = list(TABLES[kind])
    random.shuffle(columns)
    headers = [column.headers[min(int(japanese), len(column.headers) - 1)] for column in columns]
    headers = [random.choice([text, text.upper(), f" {text} ", text.replace(" ", "_")]) for text in headers]
    row = [GOOD_ROW[kind][column.field] for column in columns]
    above = [["2026年度 調査票"], ["記入日", "2026-04-01"]][:titles]
    table = recognise("シート1", blocks([*above, headers, row]))
    assert isinstance(table, Table)
    assert table.kind is kind
    assert (list(table.numbers), {field: list(cells) for field, cells in table.columns.items()}) == (
        [titles + 2],
        {field: [text] for field, text in GOOD_ROW[kind].items()},
    )


@pytest.mark.parametrize("kind", list(TableKind))
def test_no_two_columns_of_a_table_share_a_header(kind: TableKind) -> None:
    spelled = [normal_header(header) for column in TABLES[kind] for header in column.headers]
    assert len(spelled) == len(set(spelled))


@pytest.mark.parametrize("kind", list(TableKind))
@pytest.mark.parametrize("language", [0, 1])
def test_the_required_headers_alone_name_the_table(kind: TableKind, language: int) -> None:
    columns = [column for column in TABLES[kind] if column.required]
    headers = [column.headers[min(language, len(column.headers) - 1)] for column in columns]
    table = recognise("s", blocks([headers, [GOOD_ROW[kind][column.field] for column in columns]]))
    assert isinstance(table, Table)
    assert table.kind is kind


@pytest.mark.parametrize("kind", list(TableKind))
def test_a_missing_column_is_named(kind: TableKind) -> None:
    required = [column for column in TABLES[kind] if column.required]
    for left_out in required:
        headers = [column.headers[0] for column in TABLES[kind] if column is not left_out]
        found = recognise("s", blocks([headers]))
        assert isinstance(found, Unrecognised)
        assert found.nearest is kind
        assert left_out.headers[0] in found.missing


def test_extra_columns_and_surplus_cells_are_kept_by_their_header() -> None:
    table = recognise("s", blocks([["Site code", "担当", "Site name", "Country", "", "Note"], ["A", "山田", "B", "JP", "no header", "n", "beyond"]]))
    assert isinstance(table, Table)
    assert table.extra[0] == {"担当": "山田", "Note": "n"}


@pytest.mark.parametrize("rows", [[], [[""]], [["Notes"], ["Please fill in by Friday"]], [["x"] * 50], [["Name"]]])
def test_a_sheet_of_notes_is_none(rows: list[list[str]]) -> None:
    assert recognise("notes", blocks(rows)) is None


def test_of_two_columns_with_one_meaning_the_first_counts_and_the_other_is_kept() -> None:
    table = recognise("s", blocks([["Site code", "Site name", "Country", "事業所名"], ["A", "first", "JP", "second"]]))
    assert isinstance(table, Table)
    assert table.columns["name"][0] == "first"
    assert table.extra[0] == {"事業所名": "second"}


def test_rows_of_one_part_stand_or_fall_together() -> None:
    good, errors = examined(sheet(TableKind.INVENTORY, {}, {"amount": "x"}, {"part_number": "OTHER"}))
    assert numbers(good.lines) == [4]
    assert {(error.row, error.code) for error in errors} == {(3, "number.form"), (2, "row.held_back")}


def test_what_names_a_wrong_row_of_the_same_file_waits_for_it_and_is_never_sent_to_another() -> None:
    """One wrong unit is one thing to mend: the part's lines are no strangers, and no suggestion gives them to the part with the nearest number."""
    good, errors = examined(
        sheet(TableKind.SITES, {"code": "S-2", "country": "Japan"}),
        sheet(TableKind.FACTORS, {"code": "NEW-2", "unit": "kg CO2e/kWhh"}),
        sheet(TableKind.PARTS, {"part_number": "MADE-2", "declared_unit": "kgg"}, {"part_number": "MADE-3", "site": "S-2"}),
        sheet(TableKind.INVENTORY, {"part_number": "MADE-2"}, {"part_number": "MADE-2"}, {"factor": "NEW-2"}),
    )
    waiting = [(error.sheet, error.cell, error.suggestion) for error in errors if error.code == "row.held_back"]
    assert {error.code for error in errors} - {"row.held_back"} == {"country.form", "unit.unknown"}
    assert len(waiting) == 4
    assert all(suggestion is None for *_, suggestion in waiting)
    assert numbers(good.lines) == []


def test_a_cycle_through_what_is_registered_is_told() -> None:
    """OTHER → BOUGHT stands already; here BOUGHT's row is of a made part, so that a cycle closes over both."""
    stock = known()
    stock.parts["BOUGHT"] = KnownPart(UNITS["kg"], Decimal(1), Sourcing.MADE)
    exam = checked(stock, sheet(TableKind.STRUCTURE, {"parent": "BOUGHT", "child": "OTHER"}))
    assert numbers(exam.good.components) == []
    assert [error.code for error in exam.errors.found] == ["structure.cycle"]
    assert "BOUGHT" in exam.errors.found[0].message
    assert "OTHER" in exam.errors.found[0].message


def test_what_a_file_registers_first_its_later_rows_may_name() -> None:
    parts = sheet(
        TableKind.PARTS, {"part_number": "NEW", "sourcing": "made", "supplier_number": "", "supplier_part_number": "", "secondary_factor": ""}
    )
    good, errors = examined(sheet(TableKind.INVENTORY, {"part_number": "NEW", "factor": "F-9"}), parts, sheet(TableKind.FACTORS))
    assert errors == []
    assert numbers(good.lines) == [2]


def test_an_unknown_code_is_told_in_the_words_at_hand() -> None:
    assert in_japanese(Flaw("f", "no.such", "in English")) == "in English"


def test_ten_thousand_bad_rows_are_told_as_well_as_three() -> None:
    """Every row with its cell, its reason and, one letter off, what was meant; and in seconds, though each names another unknown part."""
    stock = known()
    stock.parts |= {f"PART-{n:05d}": KnownPart(UNITS["kg"], Decimal(1), Sourcing.MADE) for n in range(10_000)}
    rows = [{"part_number": f"PART-{n:05d}X"} for n in range(10_000)]
    found = checked(stock, sheet(TableKind.INVENTORY, *rows)).errors.found
    assert [(error.cell, error.code, error.suggestion) for error in found] == [(f"A{n + 2}", "part.unknown", f"PART-{n:05d}") for n in range(10_000)]
    assert all(error.message_ja.startswith(JAPANESE["part.unknown"]) for error in found)


def test_a_file_full_of_cycles_is_told_row_by_row() -> None:
    stock = known()
    stock.parts |= {f"C{n}": KnownPart(UNITS["kg"], Decimal(1), Sourcing.MADE) for n in range(4_000)}
    rows = [{"parent": f"C{n}", "child": f"C{n ^ 1}"} for n in range(4_000)]
    exam = checked(stock, sheet(TableKind.STRUCTURE, *rows))
    assert {error.code for error in exam.errors.found} == {"structure.cycle"}
    assert len(exam.errors.found) == 4_000
    assert numbers(exam.good.components) == []
