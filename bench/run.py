"""Ratios against peers and limits, measured in one run: `make bench`, or `make bench ARGS='--size small'`.

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
from importlib.metadata import version
from pathlib import Path
from random import Random

sys.path.insert(0, str(Path(__file__).parent))

import structlog
from row import Row

MODULES = ("engine", "imports", "reads", "pages", "ouranos", "pact", "attacked")
RESULTS = Path(__file__).parent / "results.json"
PACKAGES = ("numpy", "numba", "scipy", "psycopg", "fastapi", "granian")


def measured(size: str, seed: int, only: list[str]) -> Iterator[Row]:
    """Every row of the wanted modules, each module with its own stream of random numbers from the seed."""
    for name in only or MODULES:
        if (Path(__file__).parent / f"{name}.py").exists():
            yield from importlib.import_module(name).rows(size, Random(f"{seed}/{name}"))


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--size", choices=("tiny", "small", "full"), default=os.environ.get("SIZE", "full"))
    parser.add_argument("--seed", type=int, default=secrets.randbelow(2**32))
    parser.add_argument("--results", type=Path, default=RESULTS)
    parser.add_argument("only", nargs="*", choices=[*MODULES, []], help="modules to run; all of them if none is named")
    chosen = parser.parse_args()
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.ERROR))  # the table is what is read
    print(f"seed {chosen.seed} · size {chosen.size} · Python {platform.python_version()} · {os.cpu_count()} cores · {platform.machine()}")
    print(" · ".join(f"{package} {version(package)}" for package in PACKAGES))
    found = []
    for row in measured(chosen.size, chosen.seed, chosen.only):
        print(row.line(), flush=True)
        found.append(row)
    chosen.results.write_text(json.dumps([row.record() for row in found], indent=1) + "\n", encoding="utf-8")
    print(f"{sum(row.holds for row in found)} of {len(found)} goals hold; written to {chosen.results}")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
