"""The main job from the command line: import, ask, link, compute, answer, roll up, declare; and verifying what came of it."""

import json
from collections.abc import Callable
from decimal import Decimal
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from tests.cli.conftest import PERIOD, Shell
from tests.world import FACTOR_HEADER, INVENTORY_HEADER, PART_HEADER, STRUCTURE_HEADER, factor, workbook

from ashiato.cli import output

BATTERY_HEADER = ["Part number", "Vehicle category", "Chemistry", "Usable energy (kWh)", "Delivered energy (kWh)"]


@pytest.fixture(scope="session")
def stocked(cells: Shell, packs: Shell) -> None:
    """Both companies have imported their files."""
    own = workbook(
        factors=[FACTOR_HEADER, factor("ELEC", "0.5", "kg CO2e/kWh", basis="consumption_mix"), factor("NI", "10")],
        parts=[PART_HEADER, ["CELL-1", "Cell", "kg", "", "", "", ""]],
        inventory=[
            INVENTORY_HEADER,
            ["CELL-1", "raw_materials", "nickel", "1", "kg", "NI", "own", "input"],
            ["CELL-1", "production", "electricity", "4", "kWh", "ELEC", "own", "energy"],
        ],
    )
    cells("import", cells.write("cells.xlsx", own))
    pack = workbook(
        factors=[FACTOR_HEADER, factor("ELEC", "0.1", "kg CO2e/kWh", basis="consumption_mix"), factor("CELL-AVG", "20")],
        parts=[PART_HEADER, ["PACK-1", "Pack", "piece", "2", "", "", ""], ["CELL-B", "Cell, bought", "kg", "", cells.number, "CELL-1", "CELL-AVG"]],
        structure=[STRUCTURE_HEADER, ["PACK-1", "CELL-B", "2", "kg"]],
        batteries=[BATTERY_HEADER, ["PACK-1", "M1", "NMC811", "60", "60000"]],
        inventory=[INVENTORY_HEADER, ["PACK-1", "production", "electricity", "10", "kWh", "ELEC", "own", "energy"]],
    )
    packs("import", packs.write("packs.xlsx", pack))


@pytest.fixture(scope="session")
def request_id(stocked: None, cells: Shell, packs: Shell) -> str:
    """A request that went all the way: asked, linked, answered."""
    first = packs("footprint", "compute", "PACK-1", *PERIOD).stdout
    assert "PACK-1: 41 kg CO2e per piece" in first
    assert "CELL-B" in first
    asked = packs.json("request", "ask", "CELL-B", "--due", "2031-03-31", "--message", "Please")
    assert asked["due_at"].startswith("2031-03-31")
    packs("request", "ask", "CELL-B", code=output.PROBLEM)
    assert packs.json("request", "ask-all", "PACK-1") == []
    waiting = cells.json("request", "list", "--received", "--state", "asked")
    assert [item["request_id"] for item in waiting] == [asked["request_id"]]
    assert "Please" in cells("request", "show", asked["request_id"]).stdout
    assert "linked" in cells("request", "link", asked["request_id"], "CELL-1").stdout
    footprint = cells.json("footprint", "compute", "CELL-1", *PERIOD)["footprint_id"]
    assert "12 kg CO2e per kg" in cells("answer", "preview", footprint).stdout
    preview = cells.json("answer", "preview", footprint, asked["request_id"])
    assert "could tell:" in cells("answer", "preview", footprint).stdout
    assert cells.json("answer", "policy")["action"] == "warn"
    sent = cells.json("answer", "send", footprint, asked["request_id"])
    assert sent["total"] == preview["release"]["total"] == "12"
    return str(asked["request_id"])


@pytest.fixture(scope="session")
def declaration_id(request_id: str, packs: Shell) -> str:
    packs("answer", "show", request_id)
    footprint = packs.json("footprint", "compute", "PACK-1", *PERIOD)
    assert Decimal(footprint["result"]["total"]) == 2 * 12 + 1
    return str(packs.json("declaration", "make", footprint["footprint_id"])["declaration_id"])


@pytest.fixture
def file(declaration_id: str, packs: Shell, tmp_path: Path) -> Path:
    """The declaration's file, with the input package."""
    path = tmp_path / "declaration.json"
    packs("declaration", "show", declaration_id, "--output", path)
    return path


def test_both_sides_see_how_far_a_request_has_come(request_id: str, cells: Shell, packs: Shell) -> None:
    assert [item["state"] for item in packs.json("request", "list", "--sent")] == ["answered"]
    shown = packs("answer", "show", request_id).stdout
    assert "by Kamo Cells" in shown
    assert "sha256:" in shown
    assert "CELL-1" in cells("answer", "show", request_id).stdout
    cells("request", "reject", request_id, "--reason", "late", code=output.PROBLEM)
    packs("request", "show", uuid4(), code=output.PROBLEM)


def test_an_answer_is_written_for_another_system_with_its_losses_beside_it(request_id: str, cells: Shell, packs: Shell, tmp_path: Path) -> None:
    file = tmp_path / "cell.json"
    told = cells.json("pact", "export", request_id, "--form", "catenax-pcf-9", "--output", file)
    assert Path(told["losses"]).name == "cell.json.losses.json"
    assert json.loads(file.read_text())["companyAndProductInformation"][0]["companyInformation"][0]["companyName"] == "Kamo Cells"
    assert "stages" in {one["member"] for one in json.loads((tmp_path / "cell.json.losses.json").read_text())["lost"]}
    before = file.read_bytes()
    cells("pact", "export", request_id, "--form", "pact-3", "--output", file, code=output.PROBLEM)
    assert file.read_bytes() == before
    cells("pact", "export", request_id, "--form", "pact-3", "--output", file, "--force")
    assert json.loads(file.read_text())["specVersion"].startswith("3.")
    packs("pact", "export", request_id, "--form", "pact-3", "--output", tmp_path / "no.json", code=output.PROBLEM)
    assert not (tmp_path / "no.json").exists()


def test_grants_readings_and_facts_are_listed_and_a_grant_is_withdrawn(declaration_id: str, cells: Shell, packs: Shell) -> None:
    granted = cells.json("grant", "list")
    assert [item["grantee"] for item in granted] == ["Hikari Packs"]
    assert "Hikari Packs" in cells("grant", "accesses").stdout
    assert "request.answered" in {item["kind"] for item in cells.json("fact", "list")}
    assert len(cells.json("fact", "list", "--limit", 2)) == 2
    cells("grant", "revoke", granted[0]["grant_id"])
    cells("grant", "revoke", granted[0]["grant_id"], code=output.PROBLEM)
    assert "footprint_release" in cells("grant", "list").stdout


def test_parts_factors_inventories_and_drafts_are_shown(stocked: None, cells: Shell) -> None:
    assert cells.json("part", "show", "CELL-1")["declared_unit"] == "kg"
    assert "Cell" in cells("part", "list", "--sourcing", "made").stdout
    assert [item["code"] for item in cells.json("factor", "list", "--limit", 1)] == ["ELEC"]
    assert "nickel" in cells("inventory", "show", "CELL-1").stdout
    assert "16.7 %" in cells("draft", "list").stdout
    assert "12" in cells("footprint", "show", cells.json("footprint", "compute", "CELL-1", *PERIOD)["footprint_id"]).stdout


def test_a_stand_in_is_named(stocked: None, packs: Shell) -> None:
    assert "CELL-AVG stands in" in packs("inventory", "show", "CELL-B").stdout


def test_footprints_and_packages(request_id: str, cells: Shell, packs: Shell, tmp_path: Path) -> None:
    newest = cells.json("footprint", "list", "CELL-1")[0]["footprint_id"]
    assert newest in cells("footprint", "list", "CELL-1").stdout
    cells("footprint", "package", newest, "--output", tmp_path / "package.json")
    assert json.loads((tmp_path / "package.json").read_text(encoding="utf-8")) == cells.json("footprint", "package", newest)
    packs("footprint", "show", newest, code=output.PROBLEM)
    cells("declaration", "make", newest, code=output.PROBLEM)
    assert cells.json("method", "list") == Shell(cells.url, tmp_path).json("method", "list")


def test_a_declaration_is_shown_to_its_owner_and_to_the_public(declaration_id: str, packs: Shell, stranger: Shell, tmp_path: Path) -> None:
    assert declaration_id in packs("declaration", "list").stdout
    assert "Hikari Packs" in packs("declaration", "show", declaration_id).stdout
    assert "package" in packs.json("declaration", "show", declaration_id)["file"]
    assert "Hikari Packs" in stranger("declaration", "show", declaration_id).stdout
    assert "package" not in stranger.json("declaration", "show", declaration_id)["file"]
    stranger("declaration", "show", uuid4(), code=output.PROBLEM)
    stranger("declaration", "show", declaration_id, "--output", tmp_path / "public.json")
    told = stranger("declaration", "verify", tmp_path / "public.json").stdout
    assert "not computed again" in told


def test_a_sound_declaration_verifies_without_a_server(file: Path, tmp_path: Path) -> None:
    offline = Shell("http://127.0.0.1:1", tmp_path / "offline")
    told = offline("declaration", "verify", file).stdout
    assert "The declaration holds." in told
    assert "computed again and agree" in told
    found = offline.json("declaration", "verify", file)
    assert found["signer"] in told
    assert (found["sound"], found["package_included"], found["recomputed"], found["trusted"]) == (True, True, True, None)
    assert offline.json("declaration", "verify", file, "--trust", found["signer"])["trusted"]
    keys = tmp_path / "keys.json"
    keys.write_text(json.dumps({"keys": [json.loads(file.read_text(encoding="utf-8"))["signature"]["key"]]}))
    assert "which you trust" in offline("declaration", "verify", file, "--trust", keys).stdout


def test_only_trusted_signers_pass(file: Path, cells: Shell, tmp_path: Path) -> None:
    stranger = "A" * 43
    assert "/signature/key" in cells("declaration", "verify", file, "--trust", stranger, code=output.PROBLEM).stdout
    empty = tmp_path / "keys.json"
    for content in ('{"keys": []}', "{}", "[]", "no", '{"keys": [{"kty": "OKP"}]}'):
        empty.write_text(content)
        cells("declaration", "verify", file, "--trust", empty, code=output.USAGE)
    cells("declaration", "verify", file, "--trust", "keys.jsn", code=output.USAGE)


def alter(file: Path, change: Callable[[Any], object]) -> Path:
    content = json.loads(file.read_text(encoding="utf-8"))
    change(content)
    file.write_text(json.dumps(content), encoding="utf-8")
    return file


@pytest.mark.parametrize(
    ("change", "where"),
    [
        (lambda content: content["declaration"]["result"].update(total="24"), "/declaration/result/total: stated 24, found 25"),
        (lambda content: content["declaration"]["battery"].update(chemistry="LFP"), "/declaration/battery/chemistry"),
        (lambda content: content["package"]["parts"][0]["answer"]["release"].update(total="1"), "/answer"),
        (lambda content: content["signature"].update(jws="a..b"), "/signature/jws"),
        (lambda content: content["signature"].update(key={}), None),
        (lambda content: content["package"].update({"é": 1}), None),
        (lambda content: content["package"]["parts"][0].update(name="\ud800"), None),
        (lambda content: content.clear(), "/"),
    ],
)
def test_an_altered_declaration_does_not_verify(file: Path, cells: Shell, change: Callable[[Any], object], where: str | None) -> None:
    told = cells("declaration", "verify", alter(file, change), code=output.PROBLEM)
    assert "holds." not in told.stdout
    assert where is None or any(where in line for line in told.stdout.splitlines())


def test_what_differs_is_told_to_programs(file: Path, cells: Shell) -> None:
    altered = alter(file, lambda content: content["declaration"]["result"].update(total="24"))
    found = cells.json("declaration", "verify", altered, code=output.PROBLEM)
    assert not found["sound"]
    assert not found["recomputed"]
    assert {"where": "/declaration/result/total", "stated": "24", "found": "25"} in found["differences"]


@pytest.mark.parametrize("content", ["", "{", "[1.5]", '{"a": 1, "a": 2}', "[" * 100_000, b"\xff\xfe\xff"])
def test_an_unreadable_file_is_refused_with_the_reason(cells: Shell, content: str | bytes) -> None:
    assert "cannot be read" in cells("declaration", "verify", cells.write("unreadable.json", content), code=output.PROBLEM).stderr


def test_a_missing_file_is_a_usage_error(cells: Shell) -> None:
    cells("declaration", "verify", cells.home / "nowhere.json", code=output.USAGE)


def test_the_logs_checkpoint_is_verified(request_id: str, stranger: Shell) -> None:
    found = stranger.json("log", "checkpoint", "--verify")
    assert found["verified"]
    assert "The signature holds." in stranger("log", "checkpoint", "--verify").stderr
    assert str(found["tree_size"]) in stranger("log", "checkpoint").stdout
    name, hint, _ = found["verifier_key"].split("+", 2)
    assert "another key" in stranger("log", "checkpoint", "--key", f"{name}+{hint}+AAAA", code=output.PROBLEM).stderr
