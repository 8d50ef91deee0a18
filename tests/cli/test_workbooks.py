"""Catalogues, lists and answers as files, from the command line."""

import csv
from pathlib import Path

import pytest
from tests.cli.conftest import PERIOD, Shell, admitted
from tests.world import FACTOR_HEADER, INVENTORY_HEADER, PART_HEADER, factor, workbook

from ashiato.cli import output
from ashiato.plumbing.spreadsheet import Sheet, read, write


@pytest.fixture
def seller(operator: Shell, tmp_path: Path) -> Shell:
    """A company of this test's own, with one part that can be computed."""
    shell = admitted(operator, "Tone Anodes", tmp_path / "seller")
    tables = {
        "factors": [FACTOR_HEADER, factor("G", "3")],
        "parts": [PART_HEADER, ["AN-1", "=Anode", "kg", "", "", "", ""]],
        "inventory": [INVENTORY_HEADER, ["AN-1", "production", "graphite", "1", "kg", "G", "own", "input"]],
    }
    shell("import", shell.write("seller.xlsx", workbook(**tables)))
    return shell


def test_a_catalogue_goes_out_and_in_again(seller: Shell) -> None:
    book = seller.home / "catalogue.xlsx"
    assert seller.json("export", book)["bytes"] == book.stat().st_size
    assert seller("import", book).stdout == "3 of 3 rows were registered before. Nothing has changed.\n"
    assert "--force" in seller("export", book, code=output.PROBLEM).stderr
    seller("export", book, "--force")
    seller("export", seller.home / "catalogue.csv", code=output.PROBLEM)


def test_a_list_goes_into_a_file(seller: Shell) -> None:
    seller("export", seller.home / "parts.csv", "--list", "parts", "--bom")
    content = (seller.home / "parts.csv").read_bytes()
    assert content.startswith(b"\xef\xbb\xbf")
    (row,) = csv.DictReader(content.decode("utf-8-sig").splitlines())
    assert (row["part_number"], row["name"]) == ("AN-1", "'=Anode")
    seller("export", seller.home / "sent.xlsx", "--list", "requests-sent")
    assert len(read((seller.home / "sent.xlsx").read_bytes())[0].rows) == 1
    left = Shell(seller.url, seller.home / "nobody")
    left("export", left.write("x", b"").with_name("x.xlsx"), code=output.AUTH)
    assert sorted(path.name for path in left.home.iterdir()) == ["x"]


def test_every_error_goes_into_a_file(seller: Shell) -> None:
    rows = [["Part number", "Part name", "Declared unit"], *([f"E-{n}", "=cmd", "kgg"] for n in range(300))]
    told = seller("import", seller.write("bad.xlsx", workbook(parts=rows)), "--errors", seller.home / "errors.csv", code=output.PROBLEM)
    assert "and 100 more" in told.stderr
    assert "unit.unknown" in told.stdout
    errors = list(csv.DictReader((seller.home / "errors.csv").read_text(encoding="utf-8-sig").splitlines()))
    assert [error["cell"] for error in errors] == [f"C{n + 2}" for n in range(300)]


def test_requests_are_answered_with_a_workbook(seller: Shell, operator: Shell, tmp_path: Path) -> None:
    buyer = admitted(operator, "Buying Works", tmp_path / "buyer")
    rows = [[f"B-{n}", f"anode {n}", "kg", "", seller.number, "", ""] for n in range(2)]
    buyer("import", buyer.write("parts.xlsx", workbook(parts=[PART_HEADER, *rows])))
    for number in ("B-0", "B-1"):
        buyer("request", "ask", number)
    book = seller.home / "answers.xlsx"
    seller("request", "template", book, "--lang", "ja")
    (sheet,) = read(book.read_bytes())
    filled = [sheet.rows[0], [*sheet.rows[1][:7], "AN-1", ""], [*sheet.rows[2][:7], "", "not made any more"]]
    book.write_bytes(write([Sheet("answers", filled)]))
    seen = seller("request", "answer-workbook", book, *PERIOD, "--dry-run")
    assert seen.stdout.startswith("2 rows. Nothing is saved.\n")
    assert "AN-1" in seen.stdout
    done = seller("request", "answer-workbook", book, *PERIOD)
    assert done.stdout.startswith("1 answered, 1 declined, 0 unchanged, 0 left open.\n")
    assert seller.json("request", "answer-workbook", book, *PERIOD)["unchanged"] == 2
    assert sorted(item["state"] for item in buyer.json("request", "list", "--sent")) == ["answered", "rejected"]
    filled[1][7] = "AN-9"
    book.write_bytes(write([Sheet("answers", filled)]))
    assert "answers!H2" in seller("request", "answer-workbook", book, *PERIOD, code=output.PROBLEM).stdout
