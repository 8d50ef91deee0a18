"""Analyses from the command line, on a company of its own."""

import pytest
from tests.cli.conftest import Shell, admitted
from tests.world import FACTOR_HEADER, INVENTORY_HEADER, PART_HEADER, STRUCTURE_HEADER, factor, workbook

from ashiato.cli import output


@pytest.fixture(scope="module")
def maker(operator: Shell, tmp_path_factory: pytest.TempPathFactory) -> Shell:
    """A maker of a pack (2 × 20 of cells, 10 × 0.1 of electricity) whose part numbers are as hard to spell as they come."""
    shell = admitted(operator, "Analysed Packs", tmp_path_factory.mktemp("analysed"))
    book = workbook(
        factors=[
            FACTOR_HEADER,
            factor("GRID", "0.1", "kg CO2e/kWh", basis="consumption_mix", ratings=(3, 3, 3)),
            factor("WIND=1", "0.01", "kg CO2e/kWh", basis="direct_line"),
            factor("CELL-AVG", "20"),
            factor("CELL-GOOD", "5"),
        ],
        parts=[PART_HEADER, ["PACK/1", "Pack", "piece", "2", "", "", ""], ["CELL=B", "Cell, bought", "kg", "", "", "", "CELL-AVG"]],
        structure=[STRUCTURE_HEADER, ["PACK/1", "CELL=B", "2", "kg"]],
        inventory=[INVENTORY_HEADER, ["PACK/1", "production", "electricity", "10", "kWh", "GRID", "own", "energy"]],
    )
    shell("import", shell.write("book.xlsx", book))
    return shell


def test_it_shows_who_carries_a_figure(maker: Shell) -> None:
    shown = maker("footprint", "contribution", "PACK/1").stdout
    assert "PACK/1: 41 kg CO2e per piece" in shown
    assert "97.6 %" in shown
    assert "tier 0: 1" in shown
    assert "1 others" in maker("footprint", "contribution", "PACK/1", "--cut", "0.5").stdout
    found = maker.json("footprint", "contribution", "PACK/1")
    assert [carrier["activity"] for carrier in found["activities"]["carriers"]] == ["factor CELL-AVG", "electricity"]
    maker("footprint", "contribution", "PACK/1", "--cut", "2", code=output.USAGE)
    maker("footprint", "contribution", "NONE", code=output.PROBLEM)


@pytest.mark.parametrize(
    ("options", "total"),
    [
        ([], 41),
        (["--secondary", "CELL=B=CELL-GOOD"], 11),
        (["--component", "PACK/1/CELL=B=1.5 kg"], 31),
        (["--component", "PACK/1/CELL=B=1500 g"], 31),
        (["--amount", "PACK/1/1=20"], 42),
        (["--amount", "PACK/1/1=0.02 MWh"], 42),
        (["--factor", "GRID=0.5"], 45),
        (["--factor", "CELL-AVG=CELL-GOOD", "--factor", "GRID=-0.1"], 9),
        (["--factor", "CELL-AVG=CELL-GOOD", "--amount", "PACK/1/1=0"], 10),
    ],
)
def test_it_shows_what_would_be(maker: Shell, options: list[str], total: float) -> None:
    found = maker.json("footprint", "scenario", "PACK/1", *options)
    assert (found["before"]["total"], found["after"]["total"]) == (41, pytest.approx(total))
    assert "Data quality" in maker("footprint", "scenario", "PACK/1", *options).stdout
    assert maker.json("draft", "list")[1]["total"] == 41


def test_it_compares_stage_by_stage(maker: Shell) -> None:
    shown = maker("footprint", "scenario", "PACK/1", "--amount", "PACK/1/1=20").stdout
    rows = {line.split()[0]: line.split()[1:] for line in shown.splitlines() if line.strip()}
    assert rows["total"] == ["41", "42", "1", "2.44", "%"]
    assert rows["production"] == ["1", "2", "1", "100", "%"]
    assert rows["distribution"] == ["0", "0", "0"]


def test_electricity_is_named_with_its_parts(maker: Shell) -> None:
    refused = maker("footprint", "scenario", "PACK/1", "--electricity", "CELL-AVG=PACK/1", code=output.PROBLEM)
    assert "changes.0.factor" in refused.stderr
    assert maker.json("footprint", "scenario", "PACK/1", "--electricity", "GRID")["after"]["total"] == 41


@pytest.mark.parametrize("options", [["--amount", "PACK=1"], ["--component", "CELL=1 kg"], ["--answer", "CELL=B=not-an-id"], ["--secondary", "CELL"]])
def test_a_change_that_is_not_understood_is_told(maker: Shell, options: list[str]) -> None:
    assert options[0] in maker("footprint", "scenario", "PACK/1", *options, code=output.PROBLEM).stderr


def test_it_shows_how_certain_a_figure_is(maker: Shell) -> None:
    shown = maker("footprint", "uncertainty", "PACK/1", "--seed", 7).stdout
    assert "1000 draws from seed 7" in shown
    assert "95 %" in shown
    spreads = ["--spread", "CELL-AVG=1", "--spread", "GRID=1", "--spread", "PACK/1/1=2", "--spread", "PACK/1/CELL=B=1.5"]
    found = maker.json("footprint", "uncertainty", "PACK/1", "--draws", 200, *spreads)
    assert found["draws"] == 200
    assert found["stages"]["raw_materials"]["low"] < 35
    assert found["stages"]["raw_materials"]["high"] > 45
    sure = maker.json("footprint", "uncertainty", "PACK/1", *spreads[:4], "--spread", "PACK/1/1=1")["total"]
    assert sure["low"] == sure["high"] == pytest.approx(41)
    maker("footprint", "uncertainty", "PACK/1", "--spread", "NONE=2", code=output.PROBLEM)
    maker("footprint", "uncertainty", "PACK/1", "--draws", 5, code=output.USAGE)


def test_a_stranger_is_asked_to_log_in(stranger: Shell) -> None:
    for verb in ("contribution", "scenario", "uncertainty"):
        stranger("footprint", verb, "PACK/1", code=output.AUTH)
