"""What campaigns have shown: one line each, with the seed that replays it, printed by every run.

A full run (`make test-long`, which names the file in ASSURANCE) also writes its line into docs/assurance.md. CAMPAIGN_SEED replays a run.
A campaign may be run in parts, at different times and side by side: each part, with a seed and a size of its own, is noted in the folder
that CAMPAIGN_PARTS names, and the line adds up the parts that were run on the same version of the code.
"""

import fcntl
import json
import os
import secrets
import subprocess
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime
from pathlib import Path

_HEAD = """# Assurance
Each line is written by the campaign itself (`make test-long`) and tells the size of its run, which may be less than the full one.
`CAMPAIGN_SEED=<seed>` replays it. A canary is a fault that is built in on purpose: a campaign that does not catch its canary has failed. Where
a line has several seeds, the campaign was run in as many parts, each from its own seed, all on one version of the code, and the figures are
their sums.

| campaign | size | seed | result | canaries caught | on |
|---|---|---|---|---|---|
"""


@dataclass(frozen=True, slots=True)
class Outcome:
    """What one run of a campaign has shown. `size` and `result` name the figures in `sums` as `{name}`, which parts of a campaign add up."""

    campaign: str
    size: str
    seed: int | None
    result: str
    canary: str
    sums: Mapping[str, int] = field(default_factory=dict)


def seed() -> int:
    """The seed of this run: CAMPAIGN_SEED, else drawn."""
    stated = os.environ.get("CAMPAIGN_SEED")
    return int(stated) if stated else secrets.randbelow(10**9)


def report(outcome: Outcome, *, full: bool = False) -> None:
    """Prints a run's line; in full size it also takes the place of the campaign's former line in the file that ASSURANCE names."""
    print(_line([outcome]))  # noqa: T201 — pytest shows it with -s and -rP, and for what fails
    named = os.environ.get("ASSURANCE")
    if full and named:
        path = Path(named)
        with _alone(path):
            line = _line(_parts(outcome))
            before = path.read_text(encoding="utf-8").splitlines() if path.exists() else []
            kept = [row for row in before if row.startswith("| ") and not row.startswith(("| campaign |", f"| {outcome.campaign} |"))]
            path.write_text(_HEAD + "\n".join(sorted([*kept, line])) + "\n", encoding="utf-8")


@contextmanager
def all_of(cases: Iterable[str], outcome: Outcome) -> Iterator[set[str]]:
    """The cases that held, for the tests of a campaign without chance to put theirs into: its line is reported once none is missing."""
    held: set[str] = set()
    yield held
    if held >= set(cases):
        report(outcome, full=True)


@contextmanager
def _alone(path: Path) -> Iterator[None]:
    """For as long as the block lasts no other campaign writes its line."""
    folder = os.open(path.parent, os.O_RDONLY)
    try:
        fcntl.flock(folder, fcntl.LOCK_EX)
        yield
    finally:
        os.close(folder)


def _parts(outcome: Outcome) -> list[Outcome]:
    """The parts of this campaign until now, this one last, which is noted."""
    folder = os.environ.get("CAMPAIGN_PARTS")
    if not folder:
        return [outcome]
    path = Path(folder) / f"{outcome.campaign} {_version()}.jsonl".replace(" ", "-")
    with path.open("a", encoding="utf-8") as noted:
        noted.write(json.dumps(asdict(outcome)) + "\n")
    return [Outcome(**json.loads(row)) for row in path.read_text(encoding="utf-8").splitlines()]


def _version() -> str:
    return subprocess.run(["git", "rev-parse", "HEAD"], capture_output=True, text=True, check=True).stdout.strip()


def _line(parts: list[Outcome]) -> str:
    last = parts[-1]
    sums = {name: sum(part.sums[name] for part in parts) for name in last.sums}
    seeds = ", ".join(str(part.seed) for part in parts if part.seed is not None) or "none: every case"
    cells = (last.campaign, last.size.format(**sums), seeds, last.result.format(**sums), last.canary)
    return f"| {' | '.join(cells)} | {datetime.now(UTC).date()} |"
