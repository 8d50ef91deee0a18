"""Reading columns as what they hold (pure). Each function returns one value a row; where there is a flaw, it is noted and the value is None."""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from decimal import Decimal
from difflib import get_close_matches
from enum import StrEnum
from typing import TypeVar

import numpy as np

from ashiato.domain.imports.cells import Cells
from ashiato.domain.imports.report import Errors
from ashiato.domain.imports.tables import Table
from ashiato.domain.participants import text_flaw
from ashiato.kernel.errors import Flaw, Refusal
from ashiato.kernel.period import year_of
from ashiato.kernel.quantity import PLAIN, Unit, parse_amount, parse_unit

E = TypeVar("E", bound=StrEnum)
T = TypeVar("T")
_YEARS = range(1950, 2101)
_PLAIN_LINES = re.compile(rf"(?:{PLAIN.pattern}\n)*+")
_MANY = 10**9  # characters: all texts of a column at once


def _all_plain(texts: Sequence[str]) -> bool:
    lines = "\n".join((*texts, ""))
    return lines.count("\n") == len(texts) and _PLAIN_LINES.fullmatch(lines) is not None


def _understood(field: str, text: str, read: Callable[[str], T | Flaw]) -> T | Flaw:
    try:
        return read(text)
    except Refusal as refusal:
        flaw = refusal.flaws[0] if refusal.flaws else Flaw("", refusal.code, f"{refusal.message} {refusal.remedy}".strip())
        return text_flaw(field, text) or replace(flaw, field=field)


class Reader:
    """Reads the columns of one table, noting every flaw with its row."""

    def __init__(self, table: Table, errors: Errors) -> None:
        self.table = table
        self.errors = errors
        self._empty = Cells.same("", len(table))

    def flaw(self, place: int, field: str, code: str, message: str, suggestion: str | None = None) -> None:
        """Notes a flaw of the row at a place."""
        self.errors.add(self.table, place, Flaw(field, code, message, suggestion))

    def raw(self, field: str) -> Cells[str]:
        """The texts of a column, all empty if it is not there."""
        return self.table.columns.get(field, self._empty)

    def extra(self) -> Cells[dict[str, str]]:
        """What stands in unknown columns."""
        numbers = np.zeros(len(self.table), np.int32)
        numbers[list(self.table.extra)] = np.arange(1, len(self.table.extra) + 1)
        return Cells([{}, *self.table.extra.values()], numbers)

    def parsed(self, field: str, parse: Callable[[str], T | Flaw], *, required: bool = True, instead: str | None = None) -> Cells[T | None]:
        """What `parse` makes of each text; its flaws and refusals become the cells'. `instead` is suggested for an empty cell."""
        texts = self.raw(field)
        return self._noted(field, texts.each(lambda text: _understood(field, text, parse) if text else None), required=required, instead=instead)

    def _noted(self, field: str, found: Cells[T | Flaw | None], *, required: bool, instead: str | None = None) -> Cells[T | None]:
        """Notes the flaws among what was found, and that nothing is written where something must be."""
        missing = Flaw(field, "required", "Something must be written here.", instead)
        texts = self.raw(field)
        for place in found.where(lambda meaning: isinstance(meaning, Flaw) or (required and meaning is None)).tolist():
            meaning = found[place]
            if isinstance(meaning, Flaw):
                self.errors.add(self.table, place, meaning)
            elif not texts[place]:
                self.errors.add(self.table, place, missing)
        return found.each(lambda meaning: None if isinstance(meaning, Flaw) else meaning)

    def text(self, field: str, *, required: bool = True, longest: int = 200) -> Cells[str | None]:
        """Short texts."""
        texts = self.raw(field)
        if max(map(len, texts.values), default=0) <= longest and text_flaw(field, "x".join(texts.values), _MANY) is None:
            if "" not in texts.values:
                return Cells(list(texts.values), texts.numbers)
            return self._noted(field, texts.each(lambda text: text or None), required=required)
        return self.parsed(field, lambda text: text_flaw(field, text, longest) or text, required=required)

    def number(self, field: str, *, required: bool = True) -> Cells[Decimal | None]:
        """Exact numbers."""
        texts = self.raw(field)
        if _all_plain(texts.values):
            return Cells(list(map(Decimal, texts.values)), texts.numbers)
        found = [_understood(field, text, parse_amount) if text else None for text in texts.values]
        return self._noted(field, Cells(found, texts.numbers), required=required)

    def positive(self, field: str, *, required: bool = False) -> Cells[Decimal | None]:
        """Numbers greater than zero."""

        def parse(text: str) -> Decimal | Flaw:
            number = parse_amount(text)
            return number if number > 0 else Flaw(field, "number.positive", "The number is greater than zero.")

        return self.parsed(field, parse, required=required)

    def share(self, field: str, *, required: bool = False) -> Cells[Decimal | None]:
        """Numbers from 0 to 1; a percentage such as 90 % counts as 0.9."""

        def parse(text: str) -> Decimal | Flaw:
            percent = text.endswith(("%", "％"))
            number = parse_amount(text[:-1].strip()) / 100 if percent else parse_amount(text)
            if 0 <= number <= 1:
                return number
            meant = str(number / 100) if 1 < number <= 100 else None  # noqa: PLR2004 — per cent
            return Flaw(field, "number.share", "The number lies between 0 and 1.", meant)

        return self.parsed(field, parse, required=required)

    def whole(self, field: str, allowed: range, code: str, message: str, *, required: bool = False) -> Cells[int | None]:
        """Whole numbers within a range."""

        def parse(text: str) -> int | Flaw:
            number = parse_amount(text)
            return int(number) if number == number.to_integral_value() and int(number) in allowed else Flaw(field, code, message)

        return self.parsed(field, parse, required=required)

    def rating(self, field: str) -> Cells[int | None]:
        """Data-quality ratings, 1 to 5, or nothing."""
        return self.whole(field, range(1, 6), "number.rating", "A rating is 1, 2, 3, 4 or 5.")

    def year(self, field: str) -> Cells[int | None]:
        """Calendar years; also 2024年度, a day of the year, and Japanese eras such as 令和6年 and R6."""

        def parse(text: str) -> int | Flaw:
            year = year_of(text)
            return (
                year if year is not None and year in _YEARS else Flaw(field, "number.year", f"Write a year from {_YEARS.start} to {_YEARS.stop - 1}.")
            )

        return self.parsed(field, parse)

    def unit(self, field: str) -> Cells[Unit | None]:
        """Units."""
        return self.parsed(field, parse_unit)

    def choice(self, field: str, kinds: type[E], words: Mapping[str, E], *, required: bool = True) -> Cells[E | None]:
        """Words out of a few, in English or Japanese; None also where nothing is written and nothing has to be."""
        known = {kind.value.casefold(): kind for kind in kinds} | {word.casefold().replace(" ", "_"): kind for word, kind in words.items()}

        def parse(text: str) -> E | Flaw:
            wanted = text.casefold().replace(" ", "_").replace("-", "_")
            if wanted in known:
                return known[wanted]
            near = get_close_matches(wanted, list(known), n=1, cutoff=0.6)
            listed = ", ".join(kind.value for kind in kinds)
            return Flaw(field, "choice", f"“{text}” is none of: {listed}.", known[near[0]].value if near else None)

        return self.parsed(field, parse, required=required, instead=next(iter(kinds)).value)
