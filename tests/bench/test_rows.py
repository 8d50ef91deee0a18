"""The benchmark stays runnable: every module measures its rows on a tiny platform, and every result is checked on the way."""

import importlib
import json
import subprocess
import sys
from pathlib import Path
from types import ModuleType

import numpy as np
import pytest

BENCH = Path(__file__).parents[2] / "bench"
WORKS = {
    "engine": {
        "roll-up, all nodes", "roll-up, prepared", "roll-up from raw links", "9 right-hand sides", "one leaf changed", "1,000 uncertainty draws",
    },
    "imports": {"import of a catalogue (csv)"},
    "reads": {"list of 50 parts over HTTP, 32 clients, throughput", "list of 50 parts over HTTP, 32 clients, p99"},
    "pages": {"page: first page of parts, p95", "page: requests received, p95", "page: declarations, p95", "page: search, p95", "page: a product with its Sankey, p95",
              "page: a level of the tree, p95", "page: answers from one workbook, server's time"},
    "ouranos": {"parts list", "structure read", "trade request", "cfp write", "cfp read of 50"},
    "attacked": {"list of parts, p99, while others attack"},
    "pact": {"PACT: page of 20 footprints over HTTP", "PACT: one footprint over HTTP"},
}  # fmt: skip


@pytest.fixture
def bench(monkeypatch: pytest.MonkeyPatch) -> ModuleType:
    monkeypatch.syspath_prepend(str(BENCH))
    return importlib.import_module("run")


@pytest.mark.parametrize("module", WORKS)
def test_every_row_is_measured_and_written(module: str, tmp_path: Path) -> None:
    """How fast anything is does not matter here, and is not looked at."""
    results = tmp_path / "results.json"
    asked = [sys.executable, "bench/run.py", "--size", "tiny", "--seed", "7", "--results", str(results), module]
    ran = subprocess.run(asked, cwd=BENCH.parent, check=False, capture_output=True, text=True)
    assert ran.returncode == 0, ran.stderr
    written = json.loads(results.read_text())
    assert {row["work"] for row in written} >= WORKS[module]
    for row in written:
        assert set(row) >= {"work", "size", "ratio", "goal", "holds"}
        assert np.isfinite(row["ratio"])
        assert row["ratio"] > 0
        way, goal = row["goal"].rsplit(" ", 1)
        assert row["holds"] is (row["ratio"] <= float(goal) if way == "at most" else row["ratio"] >= float(goal))


def test_no_module_is_left_out(bench: ModuleType) -> None:
    assert set(WORKS) == set(bench.MODULES)
    assert {path.stem for path in BENCH.glob("*.py")} - {"row", "run", "load", "brightway"} == set(bench.MODULES)


def test_a_wrong_result_stops_the_benchmark(bench: ModuleType) -> None:
    engine, right = importlib.import_module("engine"), np.ones(3)
    engine.agree(right, right * (1 + 1e-10))
    with pytest.raises(AssertionError):
        engine.agree(right, right * (1 + 1e-8))


def test_a_page_keeps_what_was_not_measured_again(bench: ModuleType, tmp_path: Path) -> None:
    page, row = tmp_path / "speed.md", importlib.import_module("row").Row
    bench.write_page(page, [row("digging", "a mole", "1 m", 2.5, 2), row("climbing", "a goat", "9 m", 0.5, 0.25, at_most=False)], "Monday")
    bench.write_page(page, [row("digging", "a mole", "2 m", 1.5, 2, detail="(3 s, 2 s)")], "Tuesday")
    assert [line for line in page.read_text().splitlines() if line.startswith("| ")][1:] == [
        "| climbing | 9 m | a goat | ≥ 0.25 holds | 0.5 |  | Monday |",
        "| digging | 2 m | a mole | ≤ 2 holds | 1.5 | 3 s, 2 s | Tuesday |",
    ]
