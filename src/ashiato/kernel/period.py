"""Spans of time that figures are about."""

from dataclasses import dataclass
from datetime import date

from ashiato.kernel.errors import invalid


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
