"""A drill: back up under load, damage everything afterwards, restore to the very point, compare every table, the log and every file."""

import json
import secrets
import shutil
import time
from io import BytesIO
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests import assurance
from tests.cli.conftest import Shell
from tests.cli.test_audit import followed, write_part

from ashiato.plumbing.sealed_stream import PIECE, NotSealedError, Sealer, opened
from ashiato.plumbing.settings import Settings

KEY = bytes(range(32))


def sealed(content: bytes, purpose: str = "test") -> bytes:
    target = BytesIO()
    sealer = Sealer(target, KEY, purpose)
    for begin in range(0, len(content), 300_000):
        sealer.write(content[begin : begin + 300_000])
    sealer.close()
    return target.getvalue()


@pytest.mark.parametrize("size", [0, 1, PIECE - 1, PIECE, PIECE + 1, 3 * PIECE])
def test_what_is_sealed_opens_again(size: int) -> None:
    content = secrets.token_bytes(size)
    assert b"".join(opened(BytesIO(sealed(content)), KEY, "test")) == content


@given(st.data())
def test_what_is_altered_cut_or_reordered_does_not_open(data: st.DataObject) -> None:
    whole = sealed(b"x" * (2 * PIECE + 5))
    head, piece = len(whole) - (2 * (PIECE + 16) + 21), PIECE + 16
    place = data.draw(st.integers(0, len(whole) - 1))
    lies = {
        "altered": whole[:place] + bytes([whole[place] ^ 1]) + whole[place + 1 :],
        "cut": whole[:place],
        "cut between pieces": whole[: head + piece],
        "reordered": whole[:head] + whole[head + piece : head + 2 * piece] + whole[head : head + piece] + whole[head + 2 * piece :],
        "longer": whole + b"x",
    }
    for lie in lies.values():
        with pytest.raises(NotSealedError):
            b"".join(opened(BytesIO(lie), KEY, "test"))
    for key, purpose in ((bytes(32), "test"), (KEY, "other")):
        with pytest.raises(NotSealedError):
            b"".join(opened(BytesIO(whole), key, purpose))


def test_a_backup_is_restored_to_its_very_point(cells: Shell, installed: Settings, tmp_path: Path) -> None:
    operator = Shell(cells.url, installed.home)
    write_part(cells, "BAK-1")
    followed(cells)
    folder, key = tmp_path / "backup", tmp_path / "backup.key"
    made = operator.json("backup", "--output", folder)
    shutil.copy(installed.home / "secrets" / "backup.key", key)
    write_part(cells, "BAK-2")  # after the point: must not be there
    verifier_key = cells.json("log", "checkpoint")["verifier_key"]
    drill = Shell(cells.url, tmp_path / "elsewhere")
    began = time.monotonic()
    said = drill("restore", folder, "--key-file", key, "--to", tmp_path / "restored", "--key", verifier_key, "--verify").stdout
    assert "Every table, the log and every kept file are as they were." in said
    lasted = time.monotonic() - began
    manifest = json.loads((folder / "manifest.json").read_text())
    assert int(manifest["tables"]["outbox"][0]) > 0
    assert manifest["point"] == made["point"]
    raw = b"".join(path.read_bytes() for path in folder.iterdir())
    assert b"BAK-1" not in raw

    assert "not empty" in drill("restore", folder, "--key-file", key, "--to", tmp_path / "restored", code=1).stderr
    wrong = tmp_path / "wrong.key"
    wrong.write_bytes(bytes(32))
    assert "does not open" in drill("restore", folder, "--key-file", wrong, "--to", tmp_path / "other", code=1).stderr
    assert not (tmp_path / "other").exists()
    for name in ("manifest.json", "wal.sealed"):
        altered = tmp_path / f"altered-{name}"
        shutil.copytree(folder, altered)
        content = bytearray((altered / name).read_bytes())
        content[content.index(b"made_at") + 12 if name.endswith("json") else 5000] ^= 1
        (altered / name).write_bytes(content)
        drill("restore", altered, "--key-file", key, "--to", tmp_path / "other", code=1)

    # the canary: a table that lost a row after the restore is told
    stated = manifest["tables"]["part"]
    manifest["tables"]["part"] = [str(int(stated[0]) + 1), stated[1]]
    from ashiato.cli import upkeep  # noqa: PLC0415 — its comparison only

    chosen = Settings(home=tmp_path / "restored", database_url=None)
    assert [line for line in upkeep._differences(chosen, manifest) if line.startswith("table part")]
    result = f"every table, the log's root and every kept file equal; restored and compared in {lasted:.0f} s"
    assurance.report(
        assurance.Outcome("point-in-time restore", f"{made['bytes'] / 1e6:.0f} MB", None, result, "a missing row, flipped bytes, another key"),
        full=True,
    )
