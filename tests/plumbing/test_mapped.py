"""A mapped file is the old one, the new one, or known to be damaged: whoever is killed, whatever is overwritten."""

import random
import signal
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.plumbing.torn import content

from ashiato.plumbing import mapped

ROWS = np.array([(1, 2.5), (3, -4.0)], [("key", "i8"), ("figure", "f8")])
NAMES = np.array([(b"\x00ab",), (b"c\x00",)], [("name", "S3")])


def killed(path: Path, *how: str, after: float) -> int:
    """The last number that was announced before the writer was killed."""
    with subprocess.Popen([sys.executable, str(Path(__file__).parent / "torn.py"), str(path), *how], stdout=subprocess.PIPE, text=True) as writer:
        assert writer.stdout is not None
        announced = [writer.stdout.readline()]  # the first file stands
        time.sleep(after)
        writer.send_signal(signal.SIGKILL)
        announced += writer.stdout.readlines()
    return int([line for line in announced if line.endswith("\n")][-1])


def test_what_was_kept_is_held(tmp_path: Path) -> None:
    path = tmp_path / "some" / "file"
    assert mapped.held(path) is None
    mapped.keep(path, {"number": 7}, {"rows": ROWS, "names": NAMES, "none": ROWS[:0]})
    found = mapped.held(path)
    assert found is not None
    assert found.about == {"number": 7}
    for name, rows in (("rows", ROWS), ("names", NAMES), ("none", ROWS[:0])):
        np.testing.assert_array_equal(found.arrays[name], rows)
        assert found.arrays[name].dtype == rows.dtype
    with pytest.raises(ValueError, match="read-only"):
        found.arrays["rows"]["key"][0] = 5
    mapped.keep(path, {"number": 8}, {"rows": ROWS[:1]})
    np.testing.assert_array_equal(found.arrays["rows"], ROWS)  # who has mapped the old file keeps it
    assert path.stat().st_mode & 0o077 == 0


@settings(max_examples=300, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.data())
def test_damage_is_noticed_wherever_it_is(tmp_path: Path, data: st.DataObject) -> None:
    path, good = tmp_path / "file", tmp_path / "good"
    if not good.exists():
        mapped.keep(good, {"number": 7}, {"rows": ROWS, "names": NAMES})
    whole = good.read_bytes()
    if data.draw(st.booleans()):
        place = data.draw(st.integers(0, len(whole) - 1))
        damaged = whole[:place] + bytes([whole[place] ^ data.draw(st.integers(1, 255))]) + whole[place + 1 :]
    else:
        cut = data.draw(st.integers(0, len(whole) - 1))
        damaged = whole[:cut] + data.draw(st.sampled_from([b"", bytes(len(whole) - cut - 1), bytes(len(whole) - cut + 3)]))
    path.write_bytes(damaged)
    found = mapped.held(path)
    assert found is None or damaged == whole


@pytest.mark.parametrize("seed", range(4))
def test_a_killed_writer_leaves_the_old_file_or_the_new_one(tmp_path: Path, seed: int) -> None:
    path = tmp_path / "file"
    last = killed(path, after=random.Random(seed).uniform(0.05, 0.4))
    found = mapped.held(path)
    assert found is not None
    assert found.about["number"] in {last, last + 1}
    np.testing.assert_array_equal(found.arrays["rows"], content(found.about["number"]))
    assert killed(path, after=0) >= 1, "the next writer goes on where the killed one lay"


def test_canary_a_writer_in_place_leaves_torn_files(tmp_path: Path) -> None:
    """The kills do strike while something is being written, and what they leave then is known to be damaged."""
    path = tmp_path / "file"
    for attempt in range(40):
        killed(path, "in place", after=random.Random(attempt).uniform(0.01, 0.1))
        if mapped.held(path) is None:
            return
    pytest.fail("no kill struck a writer in place: the test above proves nothing")
