"""Columns of very many cells, in which each text, and what it means, is held once (pure)."""

import itertools
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Any, Generic, TypeVar

import numpy as np
from numpy.typing import NDArray

from ashiato.plumbing.spreadsheet import Told

T = TypeVar("T")
U = TypeVar("U")
Numbers = NDArray[np.int32]
Places = NDArray[np.intp]
_MOST_KINDS = 2**62


class Cells(Generic[T]):
    """A column: `values` are what stands in it, as a rule each thing once, and `numbers` say which of them stands in each row."""

    __slots__ = ("_number_of", "numbers", "values")

    def __init__(self, values: list[T], numbers: Numbers) -> None:
        self.values = values
        self.numbers = numbers
        self._number_of: dict[T, int] | None = None

    @classmethod
    def same(cls, value: T, count: int) -> "Cells[T]":
        """A column of which every cell holds the same."""
        return cls([value], np.zeros(count, np.int32))

    def __len__(self) -> int:
        return len(self.numbers)

    def __iter__(self) -> Iterator[T]:
        return map(self.values.__getitem__, self.numbers.tolist())

    def __getitem__(self, place: int) -> T:
        return self.values[int(self.numbers[place])]

    def __setitem__(self, place: int, value: T) -> None:
        if self._number_of is None:
            self._number_of = {known: number for number, known in enumerate(self.values)}
        number = self._number_of.setdefault(value, len(self.values))
        if number == len(self.values):
            self.values.append(value)
        self.numbers[place] = number

    def each(self, made: Callable[[T], U]) -> "Cells[U]":
        """The column of what is made of each value, which is asked for once."""
        return Cells(list(map(made, self.values)), self.numbers)

    def array(self, made: Callable[[T], int]) -> NDArray[np.int64]:
        """The whole number that is made of each value, row by row."""
        numbers: NDArray[np.int64] = np.fromiter(map(made, self.values), np.int64, len(self.values))[self.numbers]
        return numbers

    def where(self, holds: Callable[[T], Any]) -> Places:
        """The places of the rows whose value is one that `holds`, in their order."""
        found = np.fromiter(map(bool, map(holds, self.values)), np.bool_, len(self.values))
        return np.flatnonzero(found[self.numbers]) if found.any() else np.empty(0, np.intp)


class Arriving:
    """A column whose texts arrive block by block, without the space around them. Not `kept`, it is only known where something is written.

    With `once` each text is held once, wherever it stands; else as often as it is told, for columns of which nearly every text differs.
    """

    def __init__(self, *, kept: bool, once: bool = True) -> None:
        self._kept = kept
        self._numbers: dict[str, int] | None = defaultdict(itertools.count(1).__next__, {"": 0}) if once else None  # a new text gets the next number
        self._told = [""]
        self._meant = np.empty(0, np.int32)  # the number of a text here, by its number in the blocks

    def among(self, told: Told | None, count: int) -> Numbers:
        """The numbers of a block's cells; 0 where nothing is written."""
        if told is None:
            return np.zeros(count, np.int32)
        if told.fresh or not told.before:
            self._meant = np.concatenate((self._meant[: told.before], self._numbered(list(map(str.strip, told.fresh)))))
        found = np.append(self._meant, np.int32(0))[np.frombuffer(told.numbers, np.int32)]  # the last one stands for no cell
        return found.astype(np.int32, copy=False)

    def _numbered(self, texts: list[str]) -> Numbers:
        if self._kept and self._numbers is not None:
            return np.fromiter(map(self._numbers.__getitem__, texts), np.int32, len(texts))
        written = np.fromiter(map(bool, texts), np.int32, len(texts))
        if self._kept:
            written *= np.arange(len(self._told), len(self._told) + len(texts), dtype=np.int32)
            self._told += texts
        return written

    def cells(self, blocks: Iterable[Numbers]) -> Cells[str]:
        """The column, once all of it is there: the numbers of the rows that are kept, and their texts alone."""
        texts = self._told if self._numbers is None else self._numbers
        numbers = np.concatenate((np.empty(0, np.int32), *blocks))
        used = np.bincount(numbers, minlength=len(texts)) > 0
        return Cells(list(itertools.compress(texts, used)), (np.cumsum(used, dtype=np.int32) - np.int32(1))[numbers])


def alike(*columns: NDArray[Any]) -> list[Places]:
    """The places of the rows by what these columns hold, as whole numbers: what is asked of rows by these cells alone is asked once."""
    together = _together(columns)
    order = np.argsort(together, kind="stable")
    return np.split(order, np.flatnonzero(np.diff(together[order])) + 1) if len(order) else []


def _together(columns: Sequence[NDArray[Any]]) -> NDArray[np.int64]:
    """A number for each row, the same for rows that hold the same in all of these columns."""
    together, kinds = np.zeros(len(columns[0]), np.int64), 1
    for column in columns if len(columns[0]) else ():
        lowest, highest = int(column.min()), int(column.max())
        width = highest - lowest + 1
        if kinds * width > _MOST_KINDS:
            together = np.unique(together, return_inverse=True)[1].reshape(-1)
            kinds = int(together.max()) + 1
        together, kinds = together * width + (column - lowest), kinds * width
    return together


def repeated(*columns: NDArray[Any]) -> bool:
    """Whether two rows hold the same in all of these columns."""
    return bool((np.diff(np.sort(_together(columns))) == 0).any())


def same(some: Cells[T], others: Cells[T]) -> Places:
    """The places of the rows in which two columns hold the same."""
    number_of = dict(zip(some.values, itertools.count()))
    found = np.fromiter(map(number_of.get, others.values, itertools.repeat(-1)), np.int64, len(others.values))
    return np.flatnonzero(found[others.numbers] == some.numbers)


def counted(numbers: Numbers, before: NDArray[np.int64]) -> NDArray[np.int64]:
    """The how-manyth row of its number each row is; `before` tells how many of each number there were already."""
    order = np.argsort(numbers, kind="stable")
    sorted_numbers = numbers[order]
    first = np.searchsorted(sorted_numbers, sorted_numbers)
    found = np.empty(len(numbers), np.int64)
    found[order] = np.arange(1, len(numbers) + 1) - first
    return found + before[numbers]
