"""Thresholds, dates and deadlines as dated configuration (pure)."""

import tomllib
from dataclasses import dataclass
from datetime import date
from functools import cache
from importlib import resources


@dataclass(frozen=True, slots=True)
class Law:
    """What counted on `as_of`: from when and for whom due diligence is a duty, how often to report, how soon to deal with grievances."""

    as_of: date
    applies_from: date
    turnover_eur: int
    proposed: str
    proposed_ja: str
    report_every_years: int
    keep_years: int
    acknowledge_days: int
    settle_days: int

    def kept_until(self, day: date) -> date:
        """Until when what is put down on a day has to be kept (Article 48)."""
        leap = (day.month, day.day) == (2, 29)
        return day.replace(year=day.year + self.keep_years, day=28 if leap else day.day)


@cache
def law() -> Law:
    """The configuration of this installation's version."""
    stated = tomllib.loads((resources.files(__package__ or "") / "law.toml").read_text(encoding="utf-8"))
    applies, report, grievance = stated["applies"], stated["report"], stated["grievance"]
    return Law(
        stated["as_of"], applies["from"], applies["turnover_eur"], applies["proposed"], applies["proposed_ja"], report["every_years"],
        report["keep_years"], grievance["acknowledge_days"], grievance["settle_days"],
    )  # fmt: skip
