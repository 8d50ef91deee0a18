"""Columns of very many cells say what their rows say: texts once, blocks, likeness, counting (pure)."""

from collections import Counter

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ashiato.domain.imports.cells import Cells, alike, counted, repeated, same
from ashiato.domain.imports.tables import Table, recognise
from ashiato.domain.products.registration import knots, surely_acyclic
from ashiato.plumbing import spreadsheet, spreadsheet_child

CELL = st.sampled_from(["", " ", "a", " a", "a ", "b", "1.5", "部品", "\t", "x" * 30])
ROWS = st.lists(st.lists(CELL, max_size=5), max_size=60)


@pytest.fixture(params=[(1, 1), (7, 200), (20_000, 20_000_000)])
def told_by(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """Many small blocks whose texts are forgotten at once, some, and one large."""
    cells, held = request.param
    monkeypatch.setattr(spreadsheet_child, "_CELLS_OF_A_BATCH", cells)
    monkeypatch.setattr(spreadsheet_child, "_MOST_HELD", held)


def test_rows_come_out_of_blocks_as_they_went_in(told_by: None) -> None:
    @settings(max_examples=100)
    @given(ROWS)
    def check(rows: list[list[str]]) -> None:
        assert list(spreadsheet.rows_of(spreadsheet.blocks(rows))) == rows

    check()


def test_a_table_holds_the_rows_that_are_not_blank_under_their_numbers(told_by: None) -> None:
    @settings(max_examples=100)
    @given(st.lists(st.tuples(CELL, CELL, CELL, CELL, CELL), max_size=60))
    def check(rows: list[tuple[str, ...]]) -> None:
        header = ["Site name", "Site code", "Note", "Country", ""]
        table = recognise("s", spreadsheet.blocks([["Sites"], header, *map(list, rows)]))
        assert isinstance(table, Table)
        written = {number: [text.strip() for text in row] for number, row in enumerate(rows, 3) if any(map(str.strip, row))}
        assert list(table.numbers) == list(written)
        assert list(zip(table.columns["name"], table.columns["code"], table.columns["country"], strict=True)) == [
            (name, code, country) for name, code, _, country, _ in written.values()
        ]
        assert table.extra == {place: {"Note": row[2]} for place, row in enumerate(written.values()) if row[2]}
        for cells in table.columns.values():
            assert set(cells.values) == set(cells), "what stands above the rows is none of theirs"
            assert len(cells.values) == len(set(cells.values))

    check()


def test_a_column_of_numbers_says_what_is_written_however_often_it_is_told(told_by: None) -> None:
    @settings(max_examples=50)
    @given(st.lists(st.sampled_from(["", " ", "1", " 1", "2.5 ", "x"]), min_size=1, max_size=60))
    def check(amounts: list[str]) -> None:
        rows = [["P", f"C{place}", amount, "kg"] for place, amount in enumerate(amounts)]
        table = recognise("s", spreadsheet.blocks([["Parent", "Child", "Amount per parent", "Amount unit"], *rows]))
        assert isinstance(table, Table)
        assert list(table.columns["amount"]) == [amount.strip() for amount in amounts]

    check()


def test_columns_hold_the_same_where_their_values_are_equal() -> None:
    some, others = Cells(["a", None, "b"], np.array([0, 1, 2, 2], np.int32)), Cells(["b", "c", None], np.array([0, 2, 0, 1], np.int32))
    assert same(some, others).tolist() == [1, 2]


def test_a_corrected_cell_is_the_same_text_as_its_like() -> None:
    cells = Cells(["a", "b"], np.array([0, 1, 0], np.int32))
    cells[0] = "b"
    cells[2] = "c"
    assert (list(cells), cells[0]) == (["b", "b", "c"], "b")
    assert repeated(cells.numbers)


NUMBERS = st.lists(st.tuples(st.integers(0, 3), st.integers(-1, 2), st.integers(0, 2**40)), max_size=40)


@given(NUMBERS)
def test_rows_are_alike_where_all_columns_say_the_same(rows: list[tuple[int, int, int]]) -> None:
    columns = np.array(rows, np.int64).reshape(-1, 3).T
    found = {rows[places[0]]: places.tolist() for places in alike(*columns)}
    assert found == {row: [place for place, other in enumerate(rows) if other == row] for row in set(rows)}
    assert repeated(*columns) is (len(set(rows)) < len(rows))


@given(st.lists(st.integers(0, 4)), st.lists(st.integers(0, 9), min_size=5, max_size=5))
def test_rows_are_counted_by_what_they_name(numbers: list[int], before: list[int]) -> None:
    seen = Counter(dict(enumerate(before)))
    expected = []
    for number in numbers:
        seen[number] += 1
        expected.append(seen[number])
    assert counted(np.array(numbers, np.int32), np.array(before, np.int64)).tolist() == expected


@settings(max_examples=300)
@given(st.lists(st.tuples(st.integers(0, 8), st.integers(0, 8)).filter(lambda link: link[0] != link[1]), max_size=25))
def test_the_quick_look_for_cycles_sees_what_the_slow_one_sees(links: list[tuple[int, int]]) -> None:
    parents, children = np.array(links, np.int64).reshape(-1, 2).T
    edges: dict[str, list[str]] = {}
    for parent, child in links:
        edges.setdefault(str(parent), []).append(str(child))
    assert surely_acyclic(parents, children, 9) is (not knots(edges))


def test_a_chain_too_deep_for_the_quick_look_is_left_to_the_slow_one() -> None:
    assert surely_acyclic(np.arange(400), np.arange(1, 401), 401)
    assert not surely_acyclic(np.arange(4000), np.arange(1, 4001), 4001)
