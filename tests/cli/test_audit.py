"""The log from a member's terminal: what happened, what proves it, verified without any server; and a server that lies."""

import json
import time
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import httpx
import pytest
from tests.cli.conftest import Shell
from tests.world import PART_HEADER

from ashiato.plumbing.settings import Settings


def write_part(shell: Shell, number: str) -> None:
    lines = ",".join(PART_HEADER) + f"\n{number},Part,kg,,,,\n"
    shell("import", shell.write(f"{number}.csv", lines))


def followed(shell: Shell) -> list[dict[str, Any]]:
    """The company's facts, once the worker has put all of them into the log."""
    facts = shell.json("audit", "list")
    for _ in range(100):
        if shell.json("audit", "receipt", facts[-1]["fact_id"])["inclusion"]:
            return facts
        time.sleep(0.1)
    raise AssertionError("the worker did not follow")


def test_a_company_takes_its_facts_home_and_verifies_them_offline(cells: Shell, tmp_path: Path) -> None:
    write_part(cells, "AUD-1")
    facts = followed(cells)
    assert "Kamo Cells imported a file." in {fact["said"] for fact in facts}
    assert "Kamo Cellsがファイルを取り込みました。" in cells("audit", "list", "--lang", "ja").stdout
    file = tmp_path / "bundle.json"
    cells("audit", "bundle", "--output", file, "--leaves")
    bundle = json.loads(file.read_text())
    assert len(bundle["entries"]) == len(facts)
    nowhere = Shell("http://127.0.0.1:1", tmp_path / "nowhere")
    key = bundle["verifier_key"]
    assert nowhere.json("audit", "verify", file, "--key", key)["sound"]
    assert "each in its place" in nowhere("audit", "verify", file, "--key", key).stdout
    file.write_text(file.read_text().replace("import.registered", "import.forgotten", 1))
    assert [finding["code"] for finding in nowhere.json("audit", "verify", file, "--key", key, code=1)["findings"]] == ["entry.content"]
    file.write_text("{}")
    assert [finding["code"] for finding in nowhere.json("audit", "verify", file, code=1)["findings"]] == ["bundle.form"]


def test_a_bundle_continues_what_was_seen_before(cells: Shell, tmp_path: Path) -> None:
    before = cells.json("log", "checkpoint")
    seen = tmp_path / "seen.note"
    seen.write_text(before["note"])
    write_part(cells, "AUD-2")
    followed(cells)
    file = tmp_path / "bundle.json"
    cells("audit", "bundle", "--output", file, "--since", seen)
    assert cells.json("audit", "verify", file, "--since", seen)["sound"]
    assert json.loads(file.read_text())["earlier"]["checkpoint"] == before["note"]


def test_a_witness_co_signs_and_is_asked_for(cells: Shell, packs: Shell, tmp_path: Path) -> None:
    made = cells.json("audit", "witness", "--name", "witness.kamo.example")
    held = packs.json("audit", "verify", "--witness", made["verifier_key"], "--leaves")
    assert held["sound"] or held["tree_size"] > made["tree_size"]
    other = made["verifier_key"].replace("witness.kamo", "witness.other")
    assert [finding["code"] for finding in packs.json("audit", "verify", "--witness", other, code=1)["findings"]] == ["witness.missing"]
    assert cells("audit", "witness", "--name", "two words", code=1).stderr


def test_a_server_that_forgets_is_convicted_by_what_was_seen(packs: Shell, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The server shows a first checkpoint, then another root for the same size, signed with its own key: the proof stays behind in a file."""
    import random  # noqa: PLC0415

    from tests.audit.logs import Log  # noqa: PLC0415 — the lying server's log

    honest = Log.grown(random.Random(1), 9)
    lying = honest.but(3, b"another past")
    shown = [honest]

    def answer(request: httpx.Request) -> httpx.Response:
        log = shown[-1]
        told: dict[str, Any] = {"note": log.note(9), "tree_size": 9, "verifier_key": log.signer.line, "witnesses": []}
        return httpx.Response(200, json=told)

    plain = httpx.Client
    monkeypatch.setattr(
        httpx,
        "Client",
        lambda **options: plain(**{name: value for name, value in options.items() if name != "trust_env"}, transport=httpx.MockTransport(answer)),
    )
    monkeypatch.chdir(tmp_path)
    stranger = Shell("http://log.example", tmp_path / "home")
    assert stranger.json("audit", "verify")["sound"]
    shown.append(lying)
    told = stranger.json("audit", "verify", code=1)
    assert {finding["code"] for finding in told["findings"]} == {"checkpoint.fork"}
    assert Shell("http://127.0.0.1:1", tmp_path).json("audit", "verify", tmp_path / told["fork"], "--key", honest.signer.line)["sound"]


def test_fsck_finds_nothing_on_a_served_installation(cells: Shell, installed: Settings) -> None:
    found = Shell(cells.url, installed.home).json("fsck")
    assert found["sound"], found["findings"]
    assert found["tree_size"] > 0
    stray = installed.home / "files" / ".1999999.aa"
    stray.parent.mkdir(exist_ok=True)
    stray.write_bytes(b"broken off")
    try:
        assert [finding["code"] for finding in Shell(cells.url, installed.home).json("fsck", code=1)["findings"]] == ["evidence.leftover"]
    finally:
        stray.unlink()


def test_the_binder_of_certification_is_written_as_zip_and_as_paper(operator: Shell, cells: Shell, tmp_path: Path) -> None:
    write_part(cells, "BOUND-1")
    followed(cells)
    today = datetime.now(UTC).date().isoformat()
    operator("transparency", "draw-up", "--from", today, "--to", today)
    for name, begin in (("binder.zip", b"PK"), ("binder.pdf", b"%PDF")):
        assert operator.json("certification", "binder", "--output", tmp_path / name, "--lang", "ja") == {"file": str(tmp_path / name)}
        assert (tmp_path / name).read_bytes().startswith(begin)
    cells("certification", "binder", "--output", tmp_path / "none.pdf", code=3)
    assert not (tmp_path / "none.pdf").exists()
