"""The demo as a newcomer runs it: twice, with the figures of the published case beside it; then with a crowd, whose report adds up with the log."""

import json
import os
import re
import socket
import subprocess
import sys
from datetime import UTC, date, datetime, time
from pathlib import Path

import psycopg
import pypdfium2
import pytest
from tests.attacks.test_governance import assert_adds_up

from ashiato.cli.demo import crowd
from ashiato.cli.demo.tables import PUBLISHED, PUBLISHED_TOTAL
from ashiato.plumbing import postgres
from ashiato.plumbing.settings import Settings

ROOT = Path(__file__).parents[2]
EXPLAINED = 0.30  # what open background data leave open, docs/standards/published-case.md


def run_demo(home: Path, port: int, *more: str) -> dict:
    environment = os.environ | {"ASHIATO_HOME": str(home), "ASHIATO_PORT": str(port), "ASHIATO_PUBLIC_URL": f"http://127.0.0.1:{port}"}
    command = [sys.executable, "-m", "ashiato", "demo", "--no-serve", "--json", "--out", str(home / "out"), *more]
    done = subprocess.run(command, env=environment, cwd=home, capture_output=True, text=True, timeout=280, check=False)
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("demo")


@pytest.fixture(scope="module")
def port() -> int:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return free.getsockname()[1]


@pytest.fixture(scope="module")
def told(home: Path, port: int) -> dict:
    return run_demo(home, port)


def test_companies_of_four_tiers_ask_and_answer(told: dict) -> None:
    assert told["companies"] >= 10
    assert told["tiers"] == 4
    assert told["requests"] == {"asked": 11, "answered": 10, "rejected": 1, "open": 0, "late": 1}
    assert [(tier["asked"], tier["answered"]) for tier in told["footprint"]["coverage"]] == [(3, 3), (5, 4), (3, 3)]


def test_three_problems_of_the_chain_stand_at_their_places_without_names(told: dict, home: Path) -> None:
    """The pack maker's own view and its public report: a finding, an unknown origin, masses that do not add up; nobody beyond tier 1."""
    seen = told["diligence"]
    places = {(each["place"]["kind"], each["place"]["tier"], each["place"]["material"]) for each in seen["places"]}
    assert places == {("finding", 3, "cobalt"), ("unknown_origin", 2, "natural_graphite"), ("imbalance", 2, "lithium")}
    assert {each["part_number"] for each in seen["places"]} == {"CELL"}
    assert (seen["worst"]["place"]["category"], seen["worst"]["place"]["severity"]) == ("child_labour", "severe")
    report = json.loads((home / "out" / "diligence.json").read_text(encoding="utf-8"))
    (product,) = report["step2"]["products"]
    assert {(place["kind"], place["tier"], place["material"]) for place in product["places"]} == places
    shares = {material["material"]: material["country_share"] for material in product["materials"]}
    assert (shares["natural_graphite"], shares["cobalt"]) == ("0", "1")
    assert 0.79 < float(shares["lithium"]) < 0.81
    beyond = ("Sumida", "Kurobe", "Shirakawa", "Asama", "Dozan", "Wakasa", "Enko", "Seto", "Kando", "CID9900")
    public, private = json.dumps(report, ensure_ascii=False), json.dumps({name: seen[name] for name in ("materials", "places", "worst", "coverage")})
    assert [name for name in beyond if name in public + private] == []
    assert "Kamo" not in public, "the public report names not even the direct supplier"


def test_with_everybodys_consent_the_cobalt_is_traced_to_its_refiner(told: dict) -> None:
    path = told["diligence"]["path"]
    assert path["state"] == "disclosed"
    assert [(name["depth"], name["company"].split(" (")[0], name["refiners"]) for name in path["names"]] == [
        (1, "Kamo Cells", []), (2, "Sumida Materials", []), (3, "Wakasa Refining", ["CID990010"])
    ]  # fmt: skip


def test_the_gap_of_the_supplier_that_declined_is_visible(told: dict) -> None:
    assert [(gap["company"], gap["part_number"], gap["reason"]) for gap in told["gaps"]] == [("Kamo Cells", "CU-FOIL", "the supplier declined")]


def test_before_the_late_answer_there_was_a_draft_that_was_refused(told: dict) -> None:
    assert told["draft"]["refused_because"]
    assert told["draft"]["primary_data_share"] < told["footprint"]["primary_data_share"] < 1


def test_the_published_case_is_met_within_what_open_factors_explain(told: dict) -> None:
    footprint = told["footprint"]
    assert footprint["total_kg_co2e_per_kwh"] == pytest.approx(float(PUBLISHED_TOTAL), rel=EXPLAINED)
    assert footprint["kg_co2e_per_kg"] == pytest.approx(22.51, rel=EXPLAINED)
    assert sum(footprint["stages"].values()) == pytest.approx(footprint["total_kg_co2e_per_kwh"], rel=1e-12)
    assert set(footprint["stages"]) == set(PUBLISHED)


def test_the_page_that_explains_the_differences_shows_the_demos_figures(told: dict) -> None:
    page = (ROOT / "docs/standards/published-case.md").read_text(encoding="utf-8")
    rows = {row[0].strip(" *"): row for row in (line.strip("|").split("|") for line in page.splitlines() if line.startswith("|"))}
    for words, stage in (("raw materials", "raw_materials"), ("main production", "production"), ("end of life", "end_of_life")):
        assert float(rows[words][3].strip(" *")) == pytest.approx(told["footprint"]["stages"][stage], abs=6e-6)
    assert float(rows["total"][3].strip(" *")) == pytest.approx(told["footprint"]["total_kg_co2e_per_kwh"], abs=6e-6)


def test_the_readme_shows_the_demos_result(told: dict) -> None:
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    found = re.search(r"^\s+total\s+([\d.]+)", readme, re.MULTILINE)
    assert found
    assert float(found[1]) == pytest.approx(told["footprint"]["total_kg_co2e_per_kwh"], abs=6e-5)


def test_the_files_are_there_and_the_declaration_holds(told: dict, home: Path) -> None:
    assert {path.name for path in (home / "out").iterdir()} == {
        "declaration.json", "declaration-public.json", "keys.json", "declaration-en.pdf", "declaration-ja.pdf",
        "diligence.json", "diligence-en.pdf", "diligence-ja.pdf",
    }  # fmt: skip
    for name in ("declaration.json", "declaration-public.json"):
        done = subprocess.run([sys.executable, "-m", "ashiato", "declaration", "verify", str(home / "out" / name)], capture_output=True, check=False)
        assert done.returncode == 0, done.stderr


def test_the_second_run_changes_nothing_and_says_so(told: dict, home: Path, port: int) -> None:
    again = run_demo(home, port)
    assert again["changed"] is False
    assert again["checkpoint"] == told["checkpoint"]
    assert again | {"changed": True} == told


CROWD = 12


@pytest.fixture(scope="module")
def crowded(told: dict, home: Path, port: int) -> dict:
    """So many companies more on the same installation, three associations, the operator's report: all through the real doors."""
    return run_demo(home, port, "--members", str(CROWD))["crowd"]


def test_three_associations_survey_the_crowd_and_one_is_too_small_to_publish(crowded: dict) -> None:
    sizes = [(each["association"], each["members"]) for each in crowded["associations"]]
    assert sizes == [(name, max(1, round(CROWD * share))) for name, share in crowd.ASSOCIATIONS]
    assert [bool(each["published"]) for each in crowded["associations"]] == [True, True, False]


def test_the_crowds_report_adds_up_with_the_log(crowded: dict, home: Path) -> None:
    """Counted again, in Python, from the leaves in the database that the demo has written."""
    document = json.loads((home / "out" / "transparency.json").read_text(encoding="utf-8"))["document"]
    begin, size = datetime.combine(date.fromisoformat(document["period"]["start"]), time(), UTC), document["log"]["tree_size"]
    with postgres.superuser(Settings(home=home, database_url=None)) as reach, psycopg.connect(reach.database_url) as connection:
        query = """
            SELECT log_index, o.kind, o.subject, o.recorded_at FROM ashiato.log_leaf JOIN ashiato.outbox o USING (company_id, fact_id)
            WHERE log_index < %s ORDER BY 1"""
        leaves = connection.execute(query, [size]).fetchall()
        (root,) = connection.execute("SELECT root_hash FROM ashiato.log_checkpoint WHERE tree_size = %s", [size]).fetchone() or (b"",)
        companies = connection.execute("SELECT state, count(*) FROM ashiato.company GROUP BY state").fetchall()
    assert_adds_up(document, leaves, bytes(root), companies, begin)
    kinds = {each["kind"]: each["count"] for each in document["companies"]["by_kind"] if each["state"] == "admitted"}
    assert kinds == {"member": CROWD + 12, "association": len(crowd.ASSOCIATIONS), "operator": 1}
    assert document["facts"]["by_kind"]["survey.contributed"] == sum(each["members"] for each in crowded["associations"])
    assert document["requests"]["median_days_to_answer"] is not None, "from five companies on, times are told"
    document["facts"]["by_kind"]["request.asked"] += 1
    with pytest.raises(AssertionError):
        assert_adds_up(document, leaves, bytes(root), companies, begin)


@pytest.mark.parametrize(("language", "named"), [("en", "Transparency report"), ("ja", "透明性レポート")])
def test_the_crowds_report_is_there_on_paper(crowded: dict, home: Path, language: str, named: str) -> None:
    with pypdfium2.PdfDocument(home / "out" / f"transparency-{language}.pdf") as paper:
        words = "".join(page.get_textpage().get_text_range() for page in paper)
    assert named in words
    assert str(crowded["log"]) in words
