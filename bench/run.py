"""Ratios against peers and limits, measured in one run: `make bench`, or `make bench SIZE=small`.

Each module named in MODULES has `rows(size, random)`, which measures and yields one `Row` after the other. A ratio compares two
things measured in the same run, so that the machine's speed cancels out; `goal` says which way is good.
"""

import argparse
import importlib
import json
import logging
import os
import platform
import secrets
import sys
from collections.abc import Iterator
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path
from random import Random

sys.path.insert(0, str(Path(__file__).parent))

import structlog
from row import Row

MODULES = ("engine", "imports", "reads", "pages", "ouranos", "pact", "attacked")
RESULTS = Path(__file__).parent / "results.json"
_HEAD = """# Speed
What `make bench ARGS='--page docs/speed.md'` measured last. Each row compares two things of one run, so that the speed of the machine cancels
out; what misses its goal stands here like the rest.

| work | size | against | goal | ratio | measured | on |
|---|---|---|---|---|---|---|
"""
PACKAGES = ("numpy", "numba", "scipy", "psycopg", "fastapi", "granian")


def measured(size: str, seed: int, only: list[str]) -> Iterator[Row]:
    """Every row of the wanted modules, each module with its own stream of random numbers from the seed."""
    for name in only or MODULES:
        if (Path(__file__).parent / f"{name}.py").exists():
            yield from importlib.import_module(name).rows(size, Random(f"{seed}/{name}"))


def write_page(page: Path, found: list[Row], measured_by: str) -> None:
    """Puts rows into a page of the last measurements, in place of those of the same works; others stay. `measured_by`: when, and on what machine."""
    before = [line for line in page.read_text(encoding="utf-8").splitlines() if line.startswith("| ")][1:] if page.exists() else []
    kept = [line for line in before if not any(line.startswith(f"| {row.work} | ") for row in found)]
    lines = [*kept, *(f"| {' | '.join([*row.cells(), measured_by])} |" for row in found)]
    page.write_text(_HEAD + "\n".join(lines) + "\n", encoding="utf-8")


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--size", choices=("tiny", "small", "full"), default=os.environ.get("SIZE", "full"))
    parser.add_argument("--seed", type=int, default=secrets.randbelow(2**32))
    parser.add_argument("--results", type=Path, default=RESULTS)
    parser.add_argument("--page", type=Path, help="a page in which each row takes the place of what was measured of it before")
    parser.add_argument("only", nargs="*", choices=[*MODULES, []], help="modules to run; all of them if none is named")
    chosen = parser.parse_args()
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.ERROR))  # the table is what is read
    machine = f"Python {platform.python_version()} · {os.cpu_count()} cores · {platform.machine()}"
    print(f"seed {chosen.seed} · size {chosen.size} · {machine}")
    print(" · ".join(f"{package} {version(package)}" for package in PACKAGES))
    found = []
    for row in measured(chosen.size, chosen.seed, chosen.only):
        print(row.line(), flush=True)
        found.append(row)
    if chosen.page is not None:
        write_page(chosen.page, found, f"{datetime.now(UTC).date()}, seed {chosen.seed}, {machine}")
    chosen.results.write_text(json.dumps([row.record() for row in found], indent=1) + "\n", encoding="utf-8")
    print(f"{sum(row.holds for row in found)} of {len(found)} goals hold; written to {chosen.results}")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
