"""What campaigns write down: a run takes its former line's place, and parts are added up when the same code was run."""

from pathlib import Path

import pytest

from tests import assurance
from tests.assurance import Outcome


def lines(path: Path) -> list[str]:
    return [line for line in path.read_text(encoding="utf-8").splitlines() if line.startswith(("| apples", "| pears"))]


@pytest.fixture
def page(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("ASSURANCE", str(tmp_path / "assurance.md"))
    monkeypatch.delenv("CAMPAIGN_PARTS", raising=False)
    return tmp_path / "assurance.md"


def test_a_full_run_takes_the_place_of_its_former_line(page: Path) -> None:
    for seed, found in ((1, 0), (2, 3)):
        assurance.report(Outcome("pears", "{picked:,} picked", seed, f"{found} rotten", "a stone", {"picked": 1000 * seed}), full=True)
    assurance.report(Outcome("apples", "all", None, "sound", "a worm"), full=True)
    assurance.report(Outcome("apples", "a few", 7, "sound", "a worm"))
    (apples, pears) = lines(page)
    assert apples.startswith("| apples | all | none: every case | sound | a worm |")
    assert pears.startswith("| pears | 2,000 picked | 2 | 3 rotten | a stone |")


def test_parts_of_a_campaign_are_added_up(page: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CAMPAIGN_PARTS", str(page.parent))
    for seed in (11, 12, 13):
        assurance.report(Outcome("pears", "{picked:,} picked", seed, "0 rotten, {green} green", "a stone", {"picked": 400, "green": seed}), full=True)
    (pears,) = lines(page)
    assert pears.startswith("| pears | 1,200 picked | 11, 12, 13 | 0 rotten, 36 green | a stone |")


def test_parts_on_other_code_are_not_added(page: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CAMPAIGN_PARTS", str(page.parent))
    for version in ("one", "other"):
        monkeypatch.setattr(assurance, "_version", lambda version=version: version)
        assurance.report(Outcome("pears", "{picked} picked", 1, "0 rotten", "a stone", {"picked": 5}), full=True)
    assert lines(page)[0].startswith("| pears | 5 picked | 1 |")


def test_a_campaign_without_chance_is_told_once_each_of_its_cases_held(page: Path) -> None:
    pears = Outcome("pears", "two pears", None, "sound", "a stone")
    with assurance.all_of(["the green one", "the yellow one"], pears) as held:
        held.add("the green one")
    assert not page.exists()
    with assurance.all_of(["the green one", "the yellow one"], pears) as held:
        held |= {"the green one", "the yellow one"}
    assert len(lines(page)) == 1
