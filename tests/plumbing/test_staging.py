"""Rows that go to a staging table by columns say what the same rows say one by one (pure)."""

from decimal import Decimal

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from ashiato.plumbing.progress import Progress
from ashiato.plumbing.staging import Column, by_columns, by_rows, in_order

CELLS = st.one_of(st.none(), st.integers(), st.decimals(allow_nan=False), st.text("a\t\n\r\\N部", max_size=4))


def cells(blocks: object) -> list[tuple[str, ...]]:
    found = [(rows, [tuple(line.split("\t")) for line in text.removesuffix("\n").split("\n")]) for rows, text in blocks]
    assert all(rows == len(lines) for rows, lines in found)
    return [line for _, lines in found for line in lines]


@given(st.lists(st.tuples(CELLS, CELLS), min_size=1), st.integers(1, 3))
def test_columns_say_what_rows_say(rows: list[tuple[object, object]], times: int) -> None:
    columns = [Column(values, np.tile(np.arange(len(rows)), times)) for values in zip(*rows, strict=True)]
    progress = Progress(done=5)
    assert cells(by_columns([columns, columns], progress)) == cells(by_rows(rows * times * 2))
    assert progress.done == 5 + len(rows) * times * 2


def test_what_copy_reads_otherwise_is_escaped_and_nothing_is_null() -> None:
    rows = [("a\tb", None), ("\\N", ""), ("\r\n", Decimal("1E+2"))] * 4_000  # more than one block
    assert cells(by_rows(rows)) == [("a\\tb", "\\N"), ("\\\\N", "\\N"), ("\\r\\n", "1E+2")] * 4_000
    assert cells(by_columns([[Column([value], np.zeros(6_000, int)) for value in ("x", None)]], Progress())) == [("x", "\\N")] * 6_000


@given(st.lists(st.tuples(st.integers(1, 3), st.none() | st.integers(1, 3), st.integers()), min_size=1), st.integers(1, 2))
def test_rows_come_in_the_order_of_their_first_columns(rows: list[tuple[int, int | None, int]], keys: int) -> None:
    columns = [Column(values, np.arange(len(rows))) for values in zip(*rows, strict=True)]
    ordered = in_order(columns, keys)
    found = list(zip(*([column.values[place] for place in column.places] for column in ordered), strict=True))
    assert found == sorted(rows, key=lambda row: [number or 0 for number in row[:keys]])
