"""Evidence from the command line, against a real installation."""

from tests.cli.conftest import Shell

from ashiato.cli import output


def test_a_file_is_added_shown_fetched_and_removed(cells: Shell) -> None:
    meter = cells.write("meter.txt", "April: 145 kWh\n")
    item = cells.json("evidence", "add", meter, "--expires", "2036-03-31")
    assert cells.json("evidence", "add", meter)["evidence_id"] == item["evidence_id"]
    assert item["evidence_id"] in {one["evidence_id"] for one in cells.json("evidence", "list")}
    assert cells.json("evidence", "show", item["evidence_id"])["item"]["expires_on"] == "2036-03-31"
    copy = cells.home / "copy.txt"
    cells("evidence", "get", item["evidence_id"], "--output", copy)
    assert copy.read_bytes() == meter.read_bytes()
    cells("evidence", "get", item["evidence_id"], "--output", copy, code=output.PROBLEM)
    cells("evidence", "remove", item["evidence_id"])
    cells("evidence", "get", item["evidence_id"], "--output", copy, "--force", code=output.PROBLEM)
    assert copy.read_bytes() == meter.read_bytes(), "a failure leaves what was there"


def test_a_file_that_is_not_what_its_name_says_is_refused(cells: Shell) -> None:
    assert "HTML" not in cells("evidence", "add", cells.write("proof.pdf", "<html>"), code=output.PROBLEM).stdout


def test_personal_data_are_erased(cells: Shell) -> None:
    item = cells.json("evidence", "add", cells.write("badge.txt", "Somebody read the meter.\n"), "--personal")
    cells("evidence", "erase", item["evidence_id"])
    assert cells.json("evidence", "show", item["evidence_id"])["item"]["removed_at"]
