"""One measured ratio, and how it is measured."""

import statistics
import time
from collections.abc import Callable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Row:
    """What was measured, against what, and whether the goal holds. `at_most`: the ratio shall not exceed the goal; else not fall below."""

    work: str
    against: str
    size: str
    ratio: float
    goal: float
    at_most: bool = True
    detail: str = ""

    @property
    def holds(self) -> bool:
        return self.ratio <= self.goal if self.at_most else self.ratio >= self.goal

    def line(self) -> str:
        """The row as it is printed."""
        sign = "≤" if self.at_most else "≥"
        mark = "ok  " if self.holds else "MISS"
        return f"{mark} {self.ratio:10.3g} {sign} {self.goal:<8g} {self.work} | {self.against} | {self.size} {self.detail}"

    def cells(self) -> tuple[str, ...]:
        """The row as a page shows it: work, size, against what, goal, ratio, what was measured."""
        goal = f"{'≤' if self.at_most else '≥'} {round(self.goal, 3):,g} {'holds' if self.holds else '**missed**'}"
        return self.work, self.size, self.against, goal, f"{self.ratio:.3g}", self.detail.removeprefix("(").removesuffix(")")

    def record(self) -> dict[str, object]:
        """The row as it is written."""
        return {
            "work": self.work, "against": self.against, "size": self.size, "ratio": self.ratio,
            "goal": f"{'at most' if self.at_most else 'at least'} {self.goal:g}", "holds": self.holds,
        }  # fmt: skip


def median_seconds(work: Callable[[], object], times: int = 7) -> float:
    """The median of several runs, after one that warms up."""
    work()
    return statistics.median(_seconds(work) for _ in range(times))


def _seconds(work: Callable[[], object]) -> float:
    start = time.perf_counter()
    work()
    return time.perf_counter() - start
