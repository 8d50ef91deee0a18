"""Reading one cell as what its column holds (pure). Each function returns the value, or notes the flaw and returns None."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from decimal import Decimal
from difflib import get_close_matches
from enum import StrEnum
from typing import TypeVar

from ashiato.domain.imports.report import Errors
from ashiato.domain.imports.tables import Row
from ashiato.domain.participants import text_flaw
from ashiato.kernel.errors import Flaw, Refusal
from ashiato.kernel.quantity import Quantity, Unit, parse_amount, parse_unit

E = TypeVar("E", bound=StrEnum)
T = TypeVar("T")
_YEARS = range(1950, 2101)


class Reader:
    """Reads the cells of one row, noting every flaw with its cell."""

    def __init__(self, row: Row, errors: Errors) -> None:
        self.row = row
        self.errors = errors

    def flaw(self, field: str, code: str, message: str, suggestion: str | None = None) -> None:
        """Notes a flaw of this row."""
        self.errors.add(self.row, Flaw(field, code, message, suggestion))

    def raw(self, field: str) -> str:
        """The text of a cell, empty if the column is not there."""
        cell = self.row.cells.get(field)
        return cell.text if cell else ""

    def text(self, field: str, *, required: bool = True, longest: int = 200) -> str | None:
        """A short text."""
        text = self.raw(field)
        if not text:
            if required:
                self.flaw(field, "required", "Something must be written here.")
            return None
        flaw = text_flaw(field, text, longest)
        if flaw:
            self.errors.add(self.row, flaw)
            return None
        return text

    def parsed(self, field: str, parse: Callable[[str], T], *, required: bool = True) -> T | None:
        """What `parse` makes of a text; its refusal becomes this cell's flaw."""
        text = self.text(field, required=required)
        if text is None:
            return None
        try:
            return parse(text)
        except Refusal as refusal:
            flaw = refusal.flaws[0] if refusal.flaws else Flaw(field, refusal.code, f"{refusal.message} {refusal.remedy}".strip())
            self.errors.add(self.row, replace(flaw, field=field))
            return None

    def number(self, field: str, *, required: bool = True) -> Decimal | None:
        """An exact number."""
        return self.parsed(field, parse_amount, required=required)

    def positive(self, field: str, *, required: bool = False) -> Decimal | None:
        """A number greater than zero."""
        number = self.number(field, required=required)
        if number is not None and number <= 0:
            self.flaw(field, "number.positive", "The number is greater than zero.")
            return None
        return number

    def share(self, field: str, *, required: bool = False) -> Decimal | None:
        """A number from 0 to 1; a percentage such as 90 % counts as 0.9."""
        text = self.raw(field)
        if text.endswith(("%", "％")):
            self.row.cells[field] = replace(self.row.cells[field], text=text[:-1].strip())
        number = self.number(field, required=required)
        if number is not None and text.endswith(("%", "％")):
            number /= 100
        if number is not None and not 0 <= number <= 1:
            self.flaw(field, "number.share", "The number lies between 0 and 1.", str(number / 100) if 1 < number <= 100 else None)  # noqa: PLR2004
            return None
        return number

    def whole(self, field: str, allowed: range, code: str, message: str, *, required: bool = False) -> int | None:
        """A whole number within a range."""
        number = self.number(field, required=required)
        if number is None:
            return None
        if number != number.to_integral_value() or int(number) not in allowed:
            self.flaw(field, code, message)
            return None
        return int(number)

    def rating(self, field: str) -> int | None:
        """A data-quality rating, 1 to 5, or nothing."""
        return self.whole(field, range(1, 6), "number.rating", "A rating is 1, 2, 3, 4 or 5.")

    def year(self, field: str) -> int | None:
        """A calendar year."""
        return self.whole(field, _YEARS, "number.year", f"Write a year from {_YEARS.start} to {_YEARS.stop - 1}.", required=True)

    def unit(self, field: str) -> Unit | None:
        """A unit."""
        return self.parsed(field, parse_unit)

    def quantity(self, amount: str, unit: str) -> Quantity | None:
        """An amount with its unit."""
        number, measure = self.number(amount), self.unit(unit)
        return Quantity(number, measure) if number is not None and measure is not None else None

    def choice(self, field: str, kinds: type[E], words: Mapping[str, E], default: E | None) -> E | None:
        """One of a few words, in English or Japanese; the default if nothing is written and there is one."""
        text = self.raw(field)
        if not text:
            if default is None:
                self.flaw(field, "required", "Something must be written here.", next(iter(kinds)).value)
            return default
        wanted = text.casefold().replace(" ", "_").replace("-", "_")
        known = {kind.value.casefold(): kind for kind in kinds} | {word.casefold().replace(" ", "_"): kind for word, kind in words.items()}
        if wanted in known:
            return known[wanted]
        near = get_close_matches(wanted, list(known), n=1, cutoff=0.6)
        listed = ", ".join(kind.value for kind in kinds)
        self.flaw(field, "choice", f"“{text}” is none of: {listed}.", known[near[0]].value if near else None)
        return None
