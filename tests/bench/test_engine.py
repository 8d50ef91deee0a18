"""The benchmark of the engine stays runnable: every row is measured on a small structure and well formed."""

import importlib
import json
import subprocess
import sys
from pathlib import Path
from random import Random

import numpy as np
import pytest

BENCH = Path(__file__).parents[2] / "bench"


@pytest.fixture
def engine(monkeypatch: pytest.MonkeyPatch) -> object:
    monkeypatch.syspath_prepend(str(BENCH))
    return importlib.import_module("engine")


def test_rows_are_well_formed_on_a_small_structure(engine) -> None:  # type: ignore[no-untyped-def]
    numbers = np.random.default_rng(Random("rows").getrandbits(64))
    found = [
        row
        for measure in (engine.all_nodes, engine.against_scipy, engine.nine_sides, engine.one_leaf, engine.thousand_draws)
        for row in measure(2_000, numbers, 1)
    ]
    assert len(found) == 6
    for row in found:
        assert np.isfinite(row.ratio)
        assert row.ratio > 0
        assert set(row.record()) == {"work", "size", "against", "ratio", "goal", "holds"}
        json.dumps(row.record())
        assert row.work in row.line()


def test_a_wrong_result_stops_the_benchmark(engine) -> None:  # type: ignore[no-untyped-def]
    right = np.ones(3)
    engine.agree(right, right * (1 + 1e-10))
    with pytest.raises(AssertionError):
        engine.agree(right, right * (1 + 1e-8))


@pytest.mark.long
def test_the_small_benchmark_runs() -> None:
    ran = subprocess.run([sys.executable, "bench/run.py", "--size", "small", "engine"], cwd=BENCH.parent, check=True, capture_output=True, text=True)
    assert "roll-up, all nodes" in ran.stdout
    assert "goals hold" in ran.stdout
