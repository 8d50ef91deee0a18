"""What campaigns have shown: one line each, with the seed that replays it, printed by every run.

A full run (`make test-long`, which names the file in ASSURANCE) also writes its line into docs/assurance.md. CAMPAIGN_SEED replays a run.
"""

import os
import secrets
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

_HEAD = """# Assurance
Each line is written by the campaign itself when it runs in full size (`make test-long`). `CAMPAIGN_SEED=<seed>` replays it. A canary is a
fault that is built in on purpose: a campaign that does not catch its canary has failed.

| campaign | size | seed | result | canaries caught | on |
|---|---|---|---|---|---|
"""


@dataclass(frozen=True, slots=True)
class Outcome:
    """What one run of a campaign has shown."""

    campaign: str
    size: str
    seed: int | None
    result: str
    canary: str


def seed() -> int:
    """The seed of this run: CAMPAIGN_SEED, else drawn."""
    stated = os.environ.get("CAMPAIGN_SEED")
    return int(stated) if stated else secrets.randbelow(10**9)


def report(outcome: Outcome, *, full: bool = False) -> None:
    """Prints a run's line; in full size it also takes the place of the campaign's former line in the file that ASSURANCE names."""
    cells = (outcome.campaign, outcome.size, str(outcome.seed) if outcome.seed is not None else "none: every case", outcome.result, outcome.canary)
    line = f"| {' | '.join(cells)} | {datetime.now(UTC).date()} |"
    print(line)  # noqa: T201 — pytest shows it with -s and -rP, and for what fails
    named = os.environ.get("ASSURANCE")
    if full and named:
        path = Path(named)
        before = path.read_text(encoding="utf-8").splitlines() if path.exists() else []
        kept = [row for row in before if row.startswith("| ") and not row.startswith(("| campaign |", f"| {outcome.campaign} |"))]
        path.write_text(_HEAD + "\n".join(sorted([*kept, line])) + "\n", encoding="utf-8")
