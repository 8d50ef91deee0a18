"""What pages say, in English and Japanese, from one catalogue (a file per journey); and how they spell figures and times."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime
from decimal import Decimal
from importlib import resources
from typing import Literal

from fastapi import Request
from markupsafe import Markup

from ashiato.kernel.quantity import present, settle

Language = Literal["en", "ja"]
LANGUAGES: tuple[Language, ...] = ("en", "ja")
LANGUAGE_COOKIE = "ashiato_lang"


def _catalogue() -> Mapping[str, tuple[str, str]]:
    words: dict[str, tuple[str, str]] = {}
    for file in sorted(resources.files(__package__).iterdir(), key=lambda entry: entry.name):
        if file.name.endswith(".json"):
            for key, (english, japanese) in json.loads(file.read_text(encoding="utf-8")).items():
                if key in words:
                    raise ValueError(f"{file.name}: {key!r} stands in another file already")
                words[key] = (english, japanese)
    return words


CATALOGUE = _catalogue()
_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")


@dataclass(frozen=True, slots=True)
class Words:
    """The voice of a page in one language."""

    language: Language

    def __call__(self, key: str, **values: object) -> str:
        """The catalogue's words for this key."""
        words = CATALOGUE[key][LANGUAGES.index(self.language)]
        return words.format(**values) if values else words

    def known(self, key: str) -> bool:
        """Whether the catalogue has words for this key."""
        return key in CATALOGUE

    def unit(self, symbol: str) -> str:
        """A unit as it is read; most are spelled alike everywhere."""
        return self(f"unit.{symbol}") if self.known(f"unit.{symbol}") else symbol

    def figure(self, amount: Decimal | float, significant: int = 4) -> str:
        """A figure with so many significant digits."""
        return present(settle(Decimal(str(amount))), significant)

    def percent(self, share: Decimal | float) -> str:
        """A share of one, in percent."""
        return f"{self.figure(Decimal(str(share)) * 100, 3)} %"

    def day(self, day: date) -> Markup:
        """A day, in a `time` element."""
        return Markup('<time datetime="{}">{}</time>').format(day.isoformat(), self._day(day))

    def instant(self, instant: datetime) -> Markup:
        """An instant in UTC, in a `time` element."""
        utc = instant.astimezone(UTC)
        spelled = f"{self._day(utc.date())}, {utc:%H:%M} UTC" if self.language == "en" else f"{self._day(utc.date())} {utc:%H:%M} UTC"
        return Markup('<time datetime="{}">{}</time>').format(utc.isoformat(timespec="seconds"), spelled)

    def _day(self, day: date) -> str:
        if self.language == "ja":
            return f"{day.year}年{day.month}月{day.day}日"
        return f"{day.day} {_MONTHS[day.month - 1]} {day.year}"


def words_for(request: Request) -> Words:
    """The words in the language that the reader chose in the address or before, else the one that the browser prefers."""
    for chosen in (request.query_params.get("lang"), request.cookies.get(LANGUAGE_COOKIE)):
        for language in LANGUAGES:
            if chosen == language:
                return Words(language)
    return Words(preferred(request.headers.get("accept-language", "")))


def preferred(header: str) -> Language:
    """RFC 9110 section 12.5.4: the language of the highest weight, the first of equals; English if none is ours."""
    best, weight = LANGUAGES[0], 0.0
    for item in header.split(","):
        spelled, _, parameters = item.strip().partition(";")
        quality = _weight(parameters)
        for language in LANGUAGES:
            if spelled.casefold().split("-")[0] == language and quality > weight:
                best, weight = language, quality
    return best


def _weight(parameters: str) -> float:
    name, _, value = parameters.strip().partition("=")
    try:
        return float(value) if name.strip() == "q" else 1.0
    except ValueError:
        return 0.0
