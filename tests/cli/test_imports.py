"""Files from the command line: examined, refused cell by cell, registered; and the empty workbook."""

from pathlib import Path

import pytest
from tests.cli.conftest import Shell, admitted
from tests.world import FACTOR_HEADER, INVENTORY_HEADER, PART_HEADER, factor, workbook

from ashiato.cli import output
from ashiato.domain.imports import TABLES


@pytest.fixture
def company(operator: Shell, tmp_path: Path) -> Shell:
    """A company of this test's own."""
    return admitted(operator, "Tama Cathodes", tmp_path / "company")


GOOD = {
    "factors": [FACTOR_HEADER, factor("ELEC", "0.5", "kg CO2e/kWh", basis="consumption_mix"), factor("NI", "10")],
    "parts": [PART_HEADER, ["CAM-1", "Cathode material", "kg", "", "", "", ""]],
    "inventory": [INVENTORY_HEADER, ["CAM-1", "raw_materials", "nickel", "1", "kg", "NI", "own", "input"]],
}


def test_a_good_file_is_examined_then_registered_then_nothing_new(company: Shell) -> None:
    file = company.write("good.xlsx", workbook(**GOOD))
    examined = company("import", file, "--dry-run")
    assert examined.stdout == "4 of 4 rows can be registered. Nothing is saved yet.\n"
    assert "--dry-run" in examined.stderr
    assert company.json("part", "list") == []
    assert company("import", file).stdout == "4 of 4 rows are registered: 4 new, 0 changed, 0 unchanged, 0 removed.\n"
    assert company("import", file).stdout == "4 of 4 rows were registered before. Nothing has changed.\n"
    assert [item["file_name"] for item in company.json("imports", "list")] == ["good.xlsx"]


def test_a_bad_file_lists_the_bad_cells_and_saves_nothing(company: Shell) -> None:
    rows = [*GOOD["inventory"], ["CAM-1", "produktion", "power", "1,5x", "kwhh", "NIX", "own", "energy"]]
    file = company.write("bad.xlsx", workbook(**GOOD | {"inventory": rows}))
    told = company("import", file, code=output.PROBLEM)
    assert told.stdout.startswith("3 of 5 rows can be registered. Nothing is saved yet.\n")
    for cell, value, suggestion in (("B3", "produktion", "production"), ("D3", "1,5x", ""), ("E3", "kwhh", "kWh"), ("F3", "NIX", "NI")):
        line = next(line for line in told.stdout.splitlines() if f"inventory!{cell}" in line)
        assert value in line
        assert line.rstrip().endswith(suggestion)
    assert "inventory!A2" not in told.stdout
    assert "1 more rows of the same parts wait for these." in told.stderr
    assert "--good-rows" in told.stderr
    assert company.json("part", "list") == []
    report = company.json("import", file, "--dry-run", code=output.PROBLEM)
    assert (report["rows"], report["good"], report["saved"]) == (5, 3, False)
    assert company.json("import", file, "--good-rows", code=output.PROBLEM)["saved"]
    assert [item["part_number"] for item in company.json("part", "list")] == ["CAM-1"]


def test_reasons_are_told_in_japanese(cells: Shell) -> None:
    file = cells.write("bad.csv", "部品番号,品名,宣言単位\nCAM-2,正極材,kgg\n")
    chosen, by_locale = (cells("import", file, "--lang", "ja", code=1), cells("import", file, code=1, LANG="ja_JP.UTF-8"))
    assert chosen.stdout == by_locale.stdout
    assert chosen.stdout.startswith("1行のうち0行を登録できます。まだ何も保存していません。\n")
    assert "不明な単位です。" in chosen.stdout
    assert "There" not in chosen.stdout


def test_what_is_no_table_is_refused(cells: Shell) -> None:
    assert "neither" in cells("import", cells.write("file.bin", b"\x00\x01\x02"), code=output.PROBLEM).stderr
    cells("import", cells.home / "absent.xlsx", code=output.USAGE)


@pytest.mark.parametrize("lang", ["en", "ja"])
def test_the_empty_workbook_holds_every_table_and_explains_it(cells: Shell, lang: str) -> None:
    file = cells.home / f"template-{lang}.xlsx"
    cells("template", file, "--lang", lang)
    report = cells.json("import", file)
    assert [table["kind"] for table in report["tables"]] == [kind.value for kind in TABLES]
    assert report["errors"] == []
    assert report["notes"] == [{"en": "Notes", "ja": "説明"}[lang]]
    assert "--force" in cells("template", file, code=output.PROBLEM).stderr
    cells("template", file, "--force")
    cells("template", cells.home / "template.csv", code=output.PROBLEM)


def test_a_structure_is_set_from_a_file(company: Shell) -> None:
    rows = [["A", "Assembly", "piece", "3"], ["B", "Frame", "kg", ""], ["C", "Bolt", "kg", ""], ["D", "Nut", "kg", ""]]
    company("import", company.write("parts.csv", "\n".join(",".join(row) for row in [PART_HEADER[:4], *rows])))
    company("part", "set-structure", "A", company.write("a.csv", "\ufeffChild,Amount per parent,Amount unit\nB,1.50,kg\nC,1.5,kg\n"))
    company("part", "set-structure", "B", company.write("b.json", '[{"part_number": "D", "amount": 0.10, "unit": "kg"}]'))
    company("part", "set-structure", "C", company.write("c.json", '{"components": [{"part_number": "D", "amount": "1", "unit": "kg"}]}'))
    company("part", "set-structure", "D", company.write("d.json", '[{"part_number": "D", "amount": 1, "unit": "kg"}]'), code=output.PROBLEM)
    tree = company("part", "structure", "A").stdout
    assert [line.split("── ")[-1] for line in tree.splitlines()] == [
        "A  Assembly", "B  Frame  1.5 kg", "D  Nut  0.1 kg", "C  Bolt  1.5 kg", "D  Nut  1 kg",
    ]  # fmt: skip
    assert {link["amount"] for link in company.json("part", "structure", "A")["components"]} == {"1.5", "0.1", "1"}
    for name, content in (("no.json", "[3"), ("no2.json", "3"), ("no3.json", '{"a": 1}'), ("no4.json", "[3]")):
        assert "is not a list" in company("part", "set-structure", "A", company.write(name, content), code=output.PROBLEM).stderr
