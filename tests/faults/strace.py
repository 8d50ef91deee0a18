"""A writer under strace: which calls it makes, and what becomes of it when one of them fails or is its last."""

import re
import shutil
import signal
import subprocess
import sys
import time
from collections import Counter
from dataclasses import dataclass
from pathlib import Path

import pytest

STRACE = shutil.which("strace")


def needed() -> None:
    """Skips, loudly, where there is no strace or it may not attach."""
    if STRACE is None:
        pytest.skip("ABSENT: strace, so that no system call was made to fail")
    sleeper = subprocess.Popen(["sleep", "5"])
    try:
        tried = subprocess.run([STRACE, "-p", str(sleeper.pid), "-o", "/dev/null"], capture_output=True, timeout=0.5, check=False, text=True)
        if "not permitted" in tried.stderr:
            pytest.skip("ABSENT: the right to attach strace, so that no system call was made to fail")
    except subprocess.TimeoutExpired:
        pass
    finally:
        sleeper.kill()
        sleeper.wait()


@dataclass
class Ended:
    """How a writer ended."""

    status: int
    said: list[str]
    trace: str


class Forker:
    """The process that forks the writers."""

    def __init__(self) -> None:
        script = Path(__file__).with_name("forker.py")
        self.process = subprocess.Popen([sys.executable, script], stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)

    def run(self, verb: str, home: Path, *more: str, options: tuple[str, ...] = (), backend: bool = False) -> Ended:
        """Runs a writer (or has its server's process) traced with these options."""
        assert self.process.stdin is not None
        assert self.process.stdout is not None
        assert STRACE is not None
        home.mkdir(parents=True, exist_ok=True)
        before = self._said(home)
        self.process.stdin.write("\t".join([verb, str(home), *more]) + "\n")
        self.process.stdin.flush()
        first = self.process.stdout.readline().split()
        if first[0] == "ended":  # it could not even begin
            return Ended(int(first[1]), [], "")
        pids = [int(word) for word in first]
        trace = home / "trace"
        traced = pids[1] if backend else pids[0]
        tracer = subprocess.Popen([STRACE, "-f", "-y", "-o", str(trace), *options, "-p", str(traced)], stderr=subprocess.PIPE, text=True)
        try:
            assert tracer.stderr is not None
            assert "attached" in tracer.stderr.readline()
            _signal(pids[0])
            status = int(self.process.stdout.readline().split()[1])
        finally:
            tracer.terminate()
            tracer.wait()
            tracer.stderr.close()
        return Ended(status, self._said(home)[len(before) :], trace.read_text(errors="replace"))

    @staticmethod
    def _said(home: Path) -> list[str]:
        path = home / "said"
        return path.read_text().splitlines() if path.exists() else []

    def close(self) -> None:
        assert self.process.stdin is not None
        assert self.process.stdout is not None
        self.process.stdin.close()
        try:
            self.process.wait(10)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
        self.process.stdout.close()


def _signal(pid: int) -> None:
    time.sleep(0.01)
    subprocess.run(["kill", f"-{signal.SIGUSR1.value}", str(pid)], check=True)


def calls(trace: str) -> Counter[str]:
    """How often each call was made."""
    return Counter(re.findall(r"^\d+\s+(\w+)\(", trace, re.MULTILINE))


def cases(trace: str, names: tuple[str, ...], faults: tuple[str, ...]) -> list[tuple[str, str, int]]:
    """(call, fault, which) for every call of these names that a writer makes."""
    made = calls(trace)
    return [(name, fault, place) for name in names for fault in faults for place in range(1, made[name] + 1)]


def inject(name: str, fault: str, place: int) -> tuple[str, ...]:
    """The options that let one call fail, or be the writer's last."""
    how = "signal=KILL" if fault == "KILL" else f"error={fault}"
    return ("-e", f"trace={name}", "-e", f"inject={name}:{how}:when={place}")
