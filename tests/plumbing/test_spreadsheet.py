"""Files nobody has vouched for: read correctly or refused, within ten seconds and 512 MB, and never at another's cost."""

import csv
import io
import itertools
import subprocess
import sys
import time
import zipfile
from collections.abc import Iterator
from contextlib import nullcontext
from datetime import datetime
from pathlib import Path

import psutil
import pytest
import xlsxwriter
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st
from tests import assurance
from tests.plumbing import hostile

from ashiato.kernel.errors import Kind, Refusal
from ashiato.plumbing import spreadsheet, spreadsheet_child
from ashiato.plumbing.spreadsheet import Sheet, cell_name, read, write

LONGEST_SECONDS = 10.5  # ten, and the start of a process
MOST_MEMORY = 512 * 2**20

cells = st.text(st.characters(exclude_categories=("Cs", "Cc"), exclude_characters="\ufffe\uffff"), max_size=15).map(str.strip)
tables = st.lists(st.lists(cells, min_size=1, max_size=5), min_size=1, max_size=6)


class Measured:
    """What reading a file took: seconds, and the most memory that the reading child ever held."""

    def __init__(self, content: bytes) -> None:
        self.sheets: list[Sheet] = []
        self.refusal: Refusal | None = None
        began = time.monotonic()
        try:
            self.sheets = read(content)
        except Refusal as refusal:
            self.refusal = refusal
        self.seconds = time.monotonic() - began
        if self.refusal is not None:
            assert self.refusal.kind is Kind.INVALID
            assert [flaw.field for flaw in self.refusal.flaws] == ["file"]

    @property
    def code(self) -> str | None:
        return self.refusal.code if self.refusal else None


UNLIMITED_CHILD = "a reading child without its limit of memory"


@pytest.fixture(scope="module")
def refused() -> Iterator[set[str]]:
    line = assurance.Outcome(
        "hostile workbooks", f"{len(hostile.REFUSED)} files", None, "0 read; each refused within ten seconds and 512 MB", UNLIMITED_CHILD
    )
    with assurance.all_of([*hostile.REFUSED, UNLIMITED_CHILD], line) as found:
        yield found


@pytest.mark.parametrize("name", hostile.REFUSED)
def test_a_hostile_file_is_refused(refused: set[str], name: str) -> None:
    maker, codes = hostile.REFUSED[name]
    measured = Measured(maker())
    assert measured.code in codes, measured.sheets
    assert measured.seconds < LONGEST_SECONDS
    assert psutil.Process().memory_info().rss < 2 * MOST_MEMORY, "and this process did not swell either"
    refused.add(name)


@pytest.mark.parametrize("name", hostile.READ)
def test_an_odd_file_is_read_as_it_is_meant(name: str) -> None:
    maker, rows = hostile.READ[name]
    measured = Measured(maker())
    assert [sheet.rows for sheet in measured.sheets] == [rows]
    assert measured.seconds < LONGEST_SECONDS


def peak_of_child(content: bytes, program: str) -> tuple[int, bytes]:
    """The most memory (bytes) that a reading child held, measured by a parent of its own."""
    measure = (
        "import resource, subprocess, sys\n"
        "told = subprocess.run([sys.executable, '-c', sys.argv[1]], stdin=sys.stdin.buffer, capture_output=True, timeout=60).stdout\n"
        "print(resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss * 1024)\n"
        "sys.stdout.flush(); sys.stdout.buffer.write(told[:300])"
    )
    done = subprocess.run([sys.executable, "-c", measure, program], input=content, capture_output=True, check=True, timeout=90)
    peak, _, told = done.stdout.partition(b"\n")
    return int(peak), told


READER = "from ashiato.plumbing import spreadsheet_child as child\nchild.main()"
UNLIMITED = "import sys\nfrom ashiato.plumbing import spreadsheet_child as child\nchild.MOST_CHARACTERS = 10**12\nkept = [list(rows) for _, rows in child._sheets(sys.stdin.buffer.read())]"


def test_the_childs_memory_stays_within_its_limit() -> None:
    content = hostile.same_string(30_000, "x" * 32_767)
    peak, told = peak_of_child(content, READER)
    assert peak < MOST_MEMORY
    assert told == b"" or b"too_large" in told, "refused, or ended by the limit"


def test_without_its_limit_the_child_would_swell(refused: set[str]) -> None:
    """The canary: the measurement sees a child that holds more than it may."""
    peak, _ = peak_of_child(hostile.same_string(9_000, "x" * 32_767), UNLIMITED)
    assert peak > MOST_MEMORY
    refused.add(UNLIMITED_CHILD)


def test_a_child_that_takes_too_long_is_ended(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(spreadsheet, "_WALL_SECONDS", 0.01)
    assert Measured(hostile.book()).code == "file.too_large"


def test_the_child_limits_itself_before_it_reads() -> None:
    """What it may use is set by the child itself, to no more than is promised."""
    program = READER.replace(
        "child.main()",
        "import io, resource, sys\nclass In:\n    buffer = io.BytesIO(b'a,b')\nsys.stdin = In\nchild.main()\n"
        "print([resource.getrlimit(kind)[1] for kind in (resource.RLIMIT_AS, resource.RLIMIT_CPU, resource.RLIMIT_NOFILE)])",
    )
    told = subprocess.run([sys.executable, "-c", program], capture_output=True, check=True, text=True).stdout
    memory, seconds, files = (int(number) for number in told.rsplit("[", 1)[1].strip(" ]\n").split(","))
    assert memory == spreadsheet_child.MEMORY_BYTES <= MOST_MEMORY
    assert seconds < 10
    assert files <= 64


@given(st.text("a部 ;,\t\n\r\x85", max_size=60), st.integers(2, 12))
def test_a_table_without_quotation_marks_is_split_as_csv_is_read(text: str, longest: int) -> None:
    assume(spreadsheet_child._every_line_is_a_row(text))
    as_csv = list(csv.reader(io.StringIO(text, newline=""), strict=True))
    longer = max((len(cell) for row in as_csv for cell in row), default=0) > longest
    with pytest.MonkeyPatch.context() as patch, pytest.raises(spreadsheet_child.UnreadableError) if longer else nullcontext():
        patch.setattr(spreadsheet_child, "_LONGEST_CELL", longest)
        assert list(itertools.chain(*spreadsheet_child._unquoted(text.replace("\r\n", "\n"), ","))) == as_csv


@pytest.mark.parametrize("quoted", ["", '"'])
def test_cells_beyond_the_last_column_are_dropped_where_they_are_empty(quoted: str) -> None:
    wide = f"{quoted}a{quoted}" + "," * spreadsheet_child.MOST_COLUMNS
    (sheet,) = read(f"{wide}\nb,c".encode())
    assert sheet.rows == [["a", *[""] * (spreadsheet_child.MOST_COLUMNS - 1)], ["b", "c"]]
    with pytest.raises(Refusal) as refusal:
        read(f"{wide}x\nb,c".encode())
    assert refusal.value.code == "file.too_large"


@settings(suppress_health_check=[HealthCheck.too_slow], deadline=None, max_examples=60)
@given(st.binary(max_size=400))
def test_any_bytes_are_read_or_refused(content: bytes) -> None:
    Measured(content)


@settings(suppress_health_check=[HealthCheck.too_slow], deadline=None, max_examples=60)
@given(st.data())
def test_a_workbook_with_flipped_bytes_is_read_or_refused(data: st.DataObject) -> None:
    content = bytearray(
        hostile.book(hostile.sheet_xml("".join(hostile.text_cell("x").replace('"1"', f'"{n}"').replace("A1", f"A{n}") for n in (1, 2, 3))))
    )
    for place in data.draw(st.lists(st.integers(0, len(content) - 1), min_size=1, max_size=8)):
        content[place] = data.draw(st.integers(0, 255))
    assert Measured(bytes(content)).seconds < LONGEST_SECONDS


def trimmed(rows: list[list[str]]) -> list[list[str]]:
    """Rows as far as something is written in them: a workbook does not keep what was left empty at the end."""
    cut = [list(row) for row in rows]
    for row in cut:
        while row and not row[-1]:
            row.pop()
    while cut and not cut[-1]:
        cut.pop()
    return cut


@settings(suppress_health_check=[HealthCheck.too_slow], deadline=None, max_examples=60)
@given(tables)
def test_what_is_written_is_read_again(rows: list[list[str]]) -> None:
    (sheet,) = read(write([Sheet("表", rows)]))
    assert sheet.name == "表"
    assert trimmed(sheet.rows) == trimmed(rows)


@settings(suppress_health_check=[HealthCheck.too_slow], deadline=None, max_examples=25)
@given(st.lists(st.builds(lambda sign, rest: sign + rest, st.sampled_from("=+-@\t'\""), cells), min_size=1, max_size=20))
def test_what_looks_like_a_formula_comes_back_as_text(texts: list[str]) -> None:
    texts = [text.strip() or "=" for text in texts]
    (sheet,) = read(write([Sheet("S", [["header"], *([text] for text in texts)])]))
    assert [row[0] for row in sheet.rows[1:]] == texts


def test_no_formula_and_no_link_is_ever_written() -> None:
    content = write([Sheet("S", [["h"], ["=1+1"], ["https://example.org"], ["=HYPERLINK('x')"], ["{=1}"]])])
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        text = b"".join(archive.read(name) for name in archive.namelist())
    assert b"<f>" not in text
    assert b"<hyperlink" not in text


@given(st.integers(0, 10**15), st.integers(0, 6))
@settings(suppress_health_check=[HealthCheck.too_slow], deadline=None, max_examples=25)
def test_numbers_are_written_as_numbers_and_read_exactly(number: int, places: int) -> None:
    text = f"{number / 10**places:.{places}f}" if number < 10**9 else str(number)
    (sheet,) = read(write([Sheet("S", [["amount", "text"], [text, text]])], numeric=frozenset({"amount"})))
    assert float(sheet.rows[1][0]) == float(text)
    assert sheet.rows[1][1] == text
    assert "e" not in sheet.rows[1][0].casefold()


@pytest.mark.parametrize(("top", "left"), [(0, 0), (0, 1), (1, 0), (4, 0), (3, 2), (10, 5)])
@pytest.mark.parametrize("shape", [(1, 1), (2, 3)])
def test_rows_and_columns_stand_where_spreadsheets_show_them(top: int, left: int, shape: tuple[int, int]) -> None:
    """Also below empty rows and right of empty columns: an error must name the cell that the user sees."""
    output = io.BytesIO()
    workbook = xlsxwriter.Workbook(output, {"in_memory": True})
    page = workbook.add_worksheet()
    for row in range(top, top + shape[0]):
        for column in range(left, left + shape[1]):
            page.write_string(row, column, cell_name(row + 1, column + 1))
    workbook.close()
    (sheet,) = read(output.getvalue())
    found = {text: cell_name(r + 1, c + 1) for r, row in enumerate(sheet.rows) for c, text in enumerate(row) if text}
    assert len(found) == shape[0] * shape[1]
    assert all(text == name for text, name in found.items())
    assert len(sheet.rows) == top + shape[0]


@pytest.mark.parametrize(
    ("row", "column", "name"),
    [(1, 1, "A1"), (1, 26, "Z1"), (1, 27, "AA1"), (1, 28, "AB1"), (9, 702, "ZZ9"), (7, 703, "AAA7"), (1048576, 16384, "XFD1048576")],
)
def test_cells_are_named_as_spreadsheets_name_them(row: int, column: int, name: str) -> None:
    assert cell_name(row, column) == name


def test_cells_of_all_kinds_become_text() -> None:
    output = io.BytesIO()
    workbook = xlsxwriter.Workbook(output, {"in_memory": True})
    page = workbook.add_worksheet()
    day = workbook.add_format({"num_format": "yyyy-mm-dd"})
    instant = workbook.add_format({"num_format": "yyyy-mm-dd hh:mm:ss"})
    page.write_row(0, 0, [1, 0, -2.5, 0.1, 1e21, 1e-7, 1234567890123, True, False, "x", "", "１２"])
    page.write_datetime(1, 0, datetime.fromisoformat("2025-04-01"), day)
    page.write_datetime(1, 1, datetime.fromisoformat("2025-04-01T09:30"), instant)
    page.write_formula(1, 2, "=1/3", value=1 / 3)
    page.write_formula(1, 3, "=NA()", value="#N/A")
    workbook.close()
    (sheet,) = read(output.getvalue())
    assert sheet.rows[0] == ["1", "0", "-2.5", "0.1", "1000000000000000000000", "0.0000001", "1234567890123", "TRUE", "FALSE", "x", "", "１２"]
    assert sheet.rows[1][:3] == ["2025-04-01", "2025-04-01T09:30:00", "0.3333333333333333"]


def test_every_sheet_is_read_in_its_order() -> None:
    sheets = [Sheet(name, [["h"], [name]]) for name in ("部品", "B", "A", "注記")]
    assert read(write(sheets)) == sheets


def test_nothing_is_left_behind(tmp_path: Path) -> None:
    """No temporary file, no open file, no child."""
    me = psutil.Process()
    before = (me.num_fds(), set(Path("/tmp").iterdir()))
    for name in ("a flat bomb", "an external entity", "five megabytes of quotes"):
        Measured(hostile.REFUSED[name][0]())
    assert me.num_fds() == before[0]
    assert not [child for child in me.children() if "spreadsheet_child" in " ".join(child.cmdline())]
