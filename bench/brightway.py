"""Brightway's engine on a network of links: run by its own Python (`.venv-peer`), prints seconds and the figure found.

It is told a file (npz) with parent, child, amount, own and the part asked for, and how often to run. Seconds are the least of those
runs, from the arrays to the product, with the libraries loaded and a small network calculated before.
"""

import json
import sys
import time

import bw2calc
import bw_processing
import numpy as np


def first_product(parent: np.ndarray, child: np.ndarray, amount: np.ndarray, own: np.ndarray, part: int) -> float:
    """The footprint of one unit of the part: technosphere from the links, one elementary flow, characterised by one."""
    parts, flow = len(own), len(own)
    every = np.arange(parts)
    package = bw_processing.create_datapackage()
    package.add_persistent_vector(
        matrix="technosphere_matrix",
        indices_array=pairs(np.concatenate([every, child]), np.concatenate([every, parent])),
        data_array=np.concatenate([np.ones(parts), amount]),
        flip_array=np.concatenate([np.zeros(parts, bool), np.ones(len(amount), bool)]),
    )
    package.add_persistent_vector(matrix="biosphere_matrix", indices_array=pairs(np.full(parts, flow), every), data_array=own)
    package.add_persistent_vector(matrix="characterization_matrix", indices_array=pairs(np.array([flow]), np.array([flow])), data_array=np.ones(1))
    calculation = bw2calc.LCA({part: 1}, data_objs=[package])
    calculation.lci()
    calculation.lcia()
    return float(calculation.score)


def pairs(rows: np.ndarray, columns: np.ndarray) -> np.ndarray:
    """Rows and columns as bw_processing wants them."""
    found = np.empty(len(rows), bw_processing.INDICES_DTYPE)
    found["row"], found["col"] = rows, columns
    return found


def main() -> int:
    given = np.load(sys.argv[1])
    first_product(np.array([1]), np.array([0]), np.ones(1), np.ones(2), 1)
    seconds = []
    for _ in range(int(sys.argv[2])):
        start = time.perf_counter()
        score = first_product(given["parent"], given["child"], given["amount"], given["own"], int(given["part"]))
        seconds.append(time.perf_counter() - start)
    print(json.dumps({"seconds": min(seconds), "score": score}))
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
