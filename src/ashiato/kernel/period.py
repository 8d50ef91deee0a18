"""Spans of time that figures are about."""

import re
import unicodedata
from dataclasses import dataclass
from datetime import date

from ashiato.kernel.errors import invalid

_ERAS = {"令和": 2018, "平成": 1988, "昭和": 1925, "R": 2018, "H": 1988, "S": 1925}  # the year before the first
_OF_AN_ERA = re.compile(r"(令和|平成|昭和|[RHS])\s*\.?\s*(元|\d{1,2})\s*(?:年度?)?(?:\s*[./-]?\s*\d{1,2}.*)?")
_OF_THE_CALENDAR = re.compile(r"(\d{4})(?:\.0+)?\s*(?:年度?)?(?:[-/.年]\s*\d{1,2}.*)?")


@dataclass(frozen=True, slots=True, order=True)
class Period:
    """The days from `start` to `end`, both included."""

    start: date
    end: date

    def __post_init__(self) -> None:
        if self.end < self.start:
            raise invalid("period.backwards", f"The period ends ({self.end}) before it starts ({self.start}).", "Swap the two dates.")

    @staticmethod
    def of_year(year: int) -> "Period":
        """The calendar year."""
        return Period(date(year, 1, 1), date(year, 12, 31))

    def __contains__(self, day: date) -> bool:
        return self.start <= day <= self.end


def year_of(text: str) -> int | None:
    """The calendar year that a text names, alone or as the year of a day: 2024, 2024年度, 2024-04-01, 令和6年, R6.4.1; None for none.

    Full-width digits are understood. Of a Japanese fiscal year it is the year in which it begins.
    """
    spelled = unicodedata.normalize("NFKC", text).strip()
    plain = _OF_THE_CALENDAR.fullmatch(spelled)
    if plain is not None:
        return int(plain[1])
    found = _OF_AN_ERA.fullmatch(spelled.upper())
    if found is None:
        return None
    return _ERAS[found[1]] + (1 if found[2] == "元" else int(found[2]))
