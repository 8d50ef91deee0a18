"""The oracle: a published technosphere matrix, read from the data files of an installed package and solved directly.

The package is carculator_utils (Paul Scherrer Institut). It is never imported, and nothing of its data is kept here: its folder
is found, the files are read, the answers are thrown away. Conventions of the matrix, as its own code uses them: column `c` is an
activity, `A[c, c]` what it makes (−1: the waste it treats), every other `A[r, c]` what it takes (negative) or gives (positive) of
`r`. Rows without a product are elementary flows. The second matrix holds an activity's own, or an elementary flow's, impact.
"""

import csv
import importlib.util
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from functools import cached_property
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from scipy import sparse
from scipy.sparse.linalg import SuperLU, splu

PACKAGE = "carculator_utils"
INSTALL = "pip install --no-deps --require-hashes -r requirements-oracle.lock"
_IMPACT = ("ef", "midpoint", "EF v3.1", "climate change", "global warming potential (GWP100)")
_REFINEMENTS = 3

Exact = NDArray[np.longdouble]


@dataclass(frozen=True)
class Label:
    """What a row and the column of the same number are: an activity and its product, or an elementary flow and its compartment."""

    name: str
    location: str
    unit: str
    product: str | None = None

    @property
    def elementary(self) -> bool:
        return self.product is None

    def __str__(self) -> str:
        return f"{self.name}|{self.location}"


def folder() -> Path | None:
    """Where the package's data lie; None where it is not installed. Finding a top-level package does not import it."""
    found = importlib.util.find_spec(PACKAGE)
    return Path(found.origin).parent / "data" if found is not None and found.origin else None


def installed() -> "Matrix | None":
    """The matrix of the installed package, characterised for climate change (EF 3.1, 100 years)."""
    data = folder()
    if data is None:
        return None
    with (data / "IAM" / "dict_inputs_A_matrix.csv").open(encoding="utf-8", newline="") as lines:
        labels = [Label(*row) for row in csv.reader(lines, delimiter=";")]
    with (data / "lcia" / "dict_impact_categories.csv").open(encoding="utf-8", newline="") as lines:
        impacts = [tuple(row) for row in csv.reader(lines) if tuple(row[:2]) == _IMPACT[:2]]
    (place,) = [place for place, row in enumerate(impacts) if row[: len(_IMPACT)] == _IMPACT]
    characterised = sparse.csr_array(sparse.load_npz(data / "IAM" / "B_matrix_ef_midpoint_static.npz"))
    assert characterised.shape == (len(impacts), len(labels))
    return Matrix(labels, sparse.csc_array(sparse.load_npz(data / "IAM" / "A_matrix.npz")), characterised[[place], :].toarray().ravel())


class Matrix:
    """Activities, what they take from one another, and what each emits by itself."""

    def __init__(self, labels: Sequence[Label], technosphere: sparse.csc_array, impact: NDArray[np.float64]) -> None:
        assert technosphere.shape == (len(labels), len(labels))
        self.labels = list(labels)
        self.technosphere = technosphere
        self.impact = impact
        self.makes = technosphere.diagonal()
        assert np.all(self.makes != 0)

    @staticmethod
    def of(labels: Sequence[Label], taken: Mapping[tuple[str, str], float], impact: Mapping[str, float]) -> "Matrix":
        """A matrix written by hand: entries by (row, column) and impacts, all by name."""
        place = {label.name: place for place, label in enumerate(labels)}
        entries = dict.fromkeys(((label.name, label.name) for label in labels), 1.0) | dict(taken)
        rows, columns = [place[row] for row, _ in entries], [place[column] for _, column in entries]
        shape = (len(labels), len(labels))
        own = np.array([impact.get(label.name, 0.0) for label in labels])
        return Matrix(labels, sparse.csc_array((np.array(list(entries.values())), (rows, columns)), shape=shape), own)

    def find(self, name: str) -> int:
        """The activity with this `name|location`, or `name|location|product` where one process makes several things."""
        activities = [place for place, label in enumerate(self.labels) if not label.elementary]
        found = [place for place in activities if name in (str(self.labels[place]), f"{self.labels[place]}|{self.labels[place].product}")]
        if len(found) == 1:
            return found[0]
        near = [f"{self.labels[place]}|{self.labels[place].product}" for place in found]
        near = near or get_close_matches(name, [str(self.labels[place]) for place in activities], n=5, cutoff=0.3)
        raise LookupError(f"“{name}” is {len(found) or 'none'} of the matrix's activities. Name one of: {near}")

    def exchanges(self, activity: int) -> list[tuple[int, float]]:
        """What an activity takes (negative) and gives (positive), itself left out."""
        start, end = self.technosphere.indptr[activity], self.technosphere.indptr[activity + 1]
        rows, values = self.technosphere.indices[start:end], self.technosphere.data[start:end]
        return [(int(row), float(value)) for row, value in zip(rows, values, strict=True) if row != activity]

    def foreground(self, activity: int) -> bool:
        """Whether the matrix says how this is made: an activity that takes something."""
        return not self.labels[activity].elementary and bool(self.exchanges(activity))

    @cached_property
    def _factors(self) -> tuple[SuperLU, SuperLU]:
        """Of A and of Aᵀ, keeping to the diagonal: where nothing goes round, zeros stay zeros and small figures stay exact."""
        both = self.technosphere, sparse.csc_array(self.technosphere.T)
        one, other = (splu(given, permc_spec="MMD_AT_PLUS_A", diag_pivot_thresh=0, options={"SymmetricMode": True}) for given in both)
        return one, other

    @cached_property
    def _entries(self) -> tuple[NDArray[np.int64], NDArray[np.int64], Exact]:
        coordinates = self.technosphere.tocoo()
        return coordinates.row.astype(np.int64), coordinates.col.astype(np.int64), coordinates.data.astype(np.longdouble)

    def solve(self, demand: Exact, *, transposed: bool = False) -> Exact:
        """x with A·x = demand (or Aᵀ·x), refined with residuals in extended precision so that 1e-9 is far from its own error."""
        rows, columns, values = self._entries
        if transposed:
            rows, columns = columns, rows
        found = np.zeros(len(demand), np.longdouble)
        for _ in range(_REFINEMENTS):
            residual = demand.copy()
            np.subtract.at(residual, rows, values * found[columns])
            found = found + self._factors[transposed].solve(residual.astype(np.float64))
        return found

    def score(self, activity: int) -> float:
        """kg CO2e per unit of the activity's reference product (or of the waste it treats): A⁻¹ of one unit, times the impacts."""
        demand = np.zeros(len(self.labels), np.longdouble)
        demand[activity] = np.sign(self.makes[activity])
        return float(np.sum(self.impact.astype(np.longdouble) * self.solve(demand)))

    @cached_property
    def factors(self) -> NDArray[np.float64]:
        """The same for every activity and elementary flow at once, by the transposed solve."""
        prices = self.solve(self.impact.astype(np.longdouble), transposed=True)
        return np.asarray(np.sign(self.makes) * prices, np.float64)
