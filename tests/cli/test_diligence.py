"""Due diligence from the command line: two companies, from the questionnaire to the report and the path; a grievance of nobody known."""

import json
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from tests.chain_world import COBALT, GOOD_ANSWERS, content
from tests.cli.conftest import Shell, admitted
from tests.world import PART_HEADER, STRUCTURE_HEADER, workbook

from ashiato.cli import output


@pytest.fixture(scope="module")
def refiner(operator: Shell, tmp_path_factory: pytest.TempPathFactory) -> Shell:
    shell = admitted(operator, "Diligent Refiner", tmp_path_factory.mktemp("refiner"))
    shell("import", shell.write("parts.xlsx", workbook(parts=[PART_HEADER, ["SULFATE", "Sulfate", "kg", "", "", "", ""]])))
    return shell


@pytest.fixture(scope="module")
def maker(operator: Shell, refiner: Shell, tmp_path_factory: pytest.TempPathFactory) -> Shell:
    shell = admitted(operator, "Diligent Packs", tmp_path_factory.mktemp("maker"))
    rows = [["PACK", "Pack", "kg", "", "", "", ""], ["BOUGHT", "Sulfate, bought", "kg", "", refiner.number, "SULFATE", ""]]
    shell("import", shell.write("parts.xlsx", workbook(parts=[PART_HEADER, *rows], structure=[STRUCTURE_HEADER, ["PACK", "BOUGHT", "0.5", "kg"]])))
    return shell


def stated(shell: Shell, name: str, what: object) -> Path:
    return shell.write(name, json.dumps(what))


def test_from_the_questionnaire_to_the_path_and_the_report(refiner: Shell, maker: Shell, tmp_path: Path) -> None:
    assert "company" in refiner("diligence", "questions").stdout
    assert "policy" in refiner("diligence", "questions", "company").stdout
    answers = stated(refiner, "answers.json", {"questionnaire": "company", "answers": GOOD_ANSWERS})
    assert "67 of 100 points" in refiner("diligence", "assess", answers, "--dry-run").stdout
    assert refiner.json("diligence", "assess", answers)["points"] == 67
    assert json.loads(refiner("diligence", "prefill").stdout)["answers"] == GOOD_ANSWERS
    refiner("diligence", "assess", stated(refiner, "bad.json", {"questionnaire": "company", "answers": {}}), code=output.PROBLEM)
    refiner("diligence", "materials", "SULFATE", "--file", stated(refiner, "m.json", {"contents": [content("cobalt", "0.12")], "origins": [COBALT]}))
    maker("diligence", "ask", "PACK")
    (waiting,) = refiner.json("request", "list")
    assert waiting["subject"] == "diligence"
    refiner("diligence", "answer", "SULFATE", waiting["request_id"], "--standing")
    shown = maker("diligence", "show", "PACK").stdout
    assert "cobalt" in shown
    assert "100 %" in shown
    asked = maker.json("diligence", "path", "PACK", "cobalt")
    (received,) = _until(lambda: refiner.json("diligence", "received"))
    refiner("diligence", "consent", received["root_id"])
    found = _until(lambda: maker.json("diligence", "question", asked["root_id"])["names"])
    assert found[0]["content"]["company"] == "Diligent Refiner"
    screened = maker.json("diligence", "screen", "PACK", "country:CN", "--purpose", "forced_labour_law", "--reason", "customs")
    assert _until(lambda: maker.json("diligence", "question", screened["root_id"])["answer"] == "no")
    report = maker.json("diligence", "report", "PACK", "--out", tmp_path)
    assert report["document"]["step2"]["products"][0]["materials"][0]["country_share"] == "1"
    assert (tmp_path / "diligence-ja.pdf").read_bytes().startswith(b"%PDF")


EMRT = {
    "Declaration": [["Company Name (*):", "Kamo"], ["6) Have you identified all of the smelters?", "Answer"], ["コバルト", "はい"]],
    "Smelter List": [
        ["Metal (*)", "Smelter Name (1)", "Smelter Country (*)", "Smelter Identification", "Location (Country) of Mine(s)"],
        ["コバルト", "若狭", "日本", "ＣＩＤ００３２５５", "コンゴ民主共和国"],
    ],
}


def test_forms_of_others_go_in_and_out(refiner: Shell, maker: Shell) -> None:
    refiner("diligence", "materials", "SULFATE", "--file", stated(refiner, "m.json", {"contents": [content("cobalt", "0.12")], "origins": []}))
    bad = {**EMRT, "Smelter List": [EMRT["Smelter List"][0], ["Cobalt", "Wakasa", "JP", "CID 3255", "CD"]]}
    wrong = refiner.write("wrong.xlsx", workbook(**bad))
    assert "D2" in refiner("diligence", "import-minerals", "SULFATE", wrong, "--dry-run", code=output.PROBLEM).stdout
    refiner("diligence", "import-minerals", "SULFATE", wrong, code=output.PROBLEM)
    assert refiner.json("diligence", "materials", "SULFATE")["origins"] == [], "nothing was saved"
    taken = refiner.json("diligence", "import-minerals", "SULFATE", refiner.write("emrt.xlsx", workbook(**EMRT)))
    (stands,) = taken["stated"]["origins"]
    assert (stands["country"], stands["refiner_country"], stands["refiner_cid"]) == ("CD", "JP", "CID003255"), "mined, and refined elsewhere"
    refiner("diligence", "export-minerals", "SULFATE", "--output", refiner.home / "out.xlsx")
    refiner("diligence", "export-minerals", "SULFATE", "--output", refiner.home / "out.xlsx", code=output.PROBLEM)
    paper = refiner.json("evidence", "add", refiner.write("lading.txt", "shipped"))["evidence_id"]
    refiner("diligence", "bundle", "SULFATE", "--output", refiner.home / "customs.zip", "--paper", f"{paper}:transport:SULFATE")
    assert (refiner.home / "customs.zip").read_bytes().startswith(b"PK")
    refiner("diligence", "bundle", "SULFATE", "--output", refiner.home / "x.zip", "--paper", paper, code=output.PROBLEM)
    body = {"kind": "finding", "category": "water", "severity": "low", "likelihood": "rare", "title": "Spill"}
    risk_id = maker.json("risk", "add", stated(maker, "risk.json", body))["risk_id"]
    assert json.loads(maker("risk", "incident", risk_id).stdout)["incidentSubject"] == "Spill"
    maker("diligence", "due", "--days", "400")


def test_a_grievance_is_mediated_by_the_operator(operator: Shell, refiner: Shell, stranger: Shell) -> None:
    said = ("--words", "Children work at night.")
    code = stranger.json("grievance", "complain", refiner.number, "child_labour", *said, "--contact", "a neighbour")["code"]
    stranger("grievance", "ask-mediator", code, "operator", "--words", "Please talk to them.", "--contact")
    (found,) = operator.json("grievance", "mediations")
    shown = operator("grievance", "mediation", found["grievance_id"]).stdout
    assert "a neighbour" in shown
    assert "Children" not in shown
    operator("grievance", "say", found["grievance_id"], "--words", "Let us meet.")
    refiner("grievance", "step", found["grievance_id"], "acknowledged", "--words", "Read.")
    assert "Let us meet." in refiner("grievance", "show", found["grievance_id"]).stdout
    assert "Read." in stranger("grievance", "respond", code, "--words", "Thanks.").stdout


def test_risks_step_by_step(maker: Shell) -> None:
    body = {"kind": "finding", "category": "water", "severity": "low", "likelihood": "rare", "title": "Spill"}
    risk_id = maker.json("risk", "add", stated(maker, "risk.json", body))["risk_id"]
    maker("risk", "step", risk_id, "closed", "--note", "too soon", code=output.PROBLEM)
    maker("risk", "step", risk_id, "assessed", "--note", "seen")
    plan = ("--owner", "Head of site", "--plan", "A second wall", "--deadline", "2027-01-31")
    assert maker.json("risk", "step", risk_id, "mitigating", "--note", "ordered", *plan)["deadline"] == "2027-01-31"
    assert "Spill" in maker("risk", "list").stdout


def test_a_stranger_complains_and_follows(refiner: Shell, stranger: Shell) -> None:
    code = stranger.json("grievance", "complain", refiner.number, "child_labour", "--words", "Children work at night.")["code"]
    assert "received" in stranger("grievance", "follow", code).stdout
    assert "child_labour" in refiner("grievance", "list").stdout


def _until(look: Callable[[], Any]) -> Any:
    """What is seen once the worker has carried it on."""
    for _ in range(60):
        found = look()
        if found:
            return found
        time.sleep(0.25)
    raise AssertionError("nothing came of it")
