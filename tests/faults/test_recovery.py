"""What ends in an installation is started again alone; what ends again and again is given up."""

import time
from pathlib import Path

from tests.faults.served import Served, installed


def processes(served: Served, what: str) -> set[int]:
    return {process.pid for process in served.victims(what)}


def come_back(served: Served, what: str, before: set[int]) -> set[int]:
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline:
        now = processes(served, what) - before
        if now:
            return now
        time.sleep(0.05)
    raise AssertionError(f"the {what} was not started again")


def test_what_is_killed_is_started_again_while_the_rest_goes_on(tmp_path: Path) -> None:
    with installed(tmp_path) as served:
        assert served.process is not None
        whole, server = served.process.pid, processes(served, "server")
        for what in ("worker", "database"):
            before = processes(served, what)
            served.kill(what)
            assert come_back(served, what, before)
            served.recovered()
        assert processes(served, "server") == server
        worker = processes(served, "worker")
        served.kill("server")
        served.recovered()
        assert processes(served, "server").isdisjoint(server)
        assert processes(served, "worker") == worker
        assert served.process.pid == whole


def test_what_ends_again_and_again_is_given_up(tmp_path: Path) -> None:
    with installed(tmp_path) as served:
        assert served.process is not None
        dead: set[int] = set()
        while served.process.poll() is None and len(dead) < 20:
            for process in served.victims("worker"):
                dead.add(process.pid)
                process.kill()
            time.sleep(0.05)
        assert served.process.wait(60) == 1
        assert len(dead) == 5
