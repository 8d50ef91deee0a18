"""What pages say, in English and Japanese, from one catalogue (a file per journey); and how they spell figures and times.

The pages for reporters of grievances are said in the languages of mining regions too (`web/tongues`, a file per language).
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta, tzinfo
from decimal import Decimal
from importlib import resources
from typing import Literal

from fastapi import Request
from markupsafe import Markup

from ashiato.kernel.quantity import present, settle
from ashiato.web.refusals import in_japanese

Language = Literal["en", "ja"]
LANGUAGES: tuple[Language, ...] = ("en", "ja")
LANGUAGE_COOKIE = "ashiato_lang"


def _catalogue() -> Mapping[str, tuple[str, str]]:
    words: dict[str, tuple[str, str]] = {}
    for file in sorted(resources.files(__package__).iterdir(), key=lambda entry: entry.name):
        if file.name.endswith(".json"):
            for key, (english, japanese) in json.loads(file.read_text(encoding="utf-8"), object_pairs_hook=list):
                if key in words:
                    raise ValueError(f"{file.name}: {key!r} stands in the catalogue already")
                words[key] = (english, japanese)
    return words


def _tongues() -> Mapping[str, Mapping[str, str]]:
    folder = resources.files("ashiato.web") / "tongues"
    files = sorted((file for file in folder.iterdir() if file.name.endswith(".json")), key=lambda file: file.name)
    return {file.name.removesuffix(".json"): json.loads(file.read_text(encoding="utf-8")) for file in files}


CATALOGUE = _catalogue()
TONGUES = _tongues()
REPORTERS: tuple[str, ...] = (*LANGUAGES, *TONGUES)
_CLOCKS = frozenset({"UTC", "JST", "KST", "CET", "CEST"})
_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")


@dataclass(frozen=True, slots=True)
class Words:
    """The voice of a page in one language, and the time zone of who reads. What a reporter's language has no words for is said in English."""

    language: str
    zone: tzinfo = UTC

    @property
    def written(self) -> Language:
        """The language of documents that are handed out with the page: of its two, the one that is nearer."""
        return "ja" if self.language == "ja" else "en"

    def __call__(self, key: str, **values: object) -> str:
        """The catalogue's words for this key."""
        words = TONGUES.get(self.language, {}).get(key) or CATALOGUE[key][self.language == "ja"]
        return words.format(**values) if values else words

    def told(self, refused: object) -> str:
        """What was refused, in the reader's language as far as it has a wording for it, else as it was raised."""
        text = str(refused)
        return (in_japanese(text) if self.language == "ja" else None) or text

    def known(self, key: str) -> bool:
        """Whether the catalogue has words for this key."""
        return key in CATALOGUE

    def gap(self, reason: str) -> str:
        """Why a supplier's answer is missing, as far as there are words for it."""
        key = f"gap.{reason.replace(' ', '_')}"
        return self(key) if self.known(key) else reason

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
        """A day, in a `time` element; of an instant, the day that it has where the reader is."""
        if isinstance(day, datetime):
            return Markup('<time datetime="{}">{}</time>').format(_in_utc(day), self._day(day.astimezone(self.zone).date()))
        return Markup('<time datetime="{}">{}</time>').format(day.isoformat(), self._day(day))

    def instant(self, instant: datetime) -> Markup:
        """An instant as clocks show it where the reader is, in a `time` element."""
        there = instant.astimezone(self.zone)
        comma = "" if self.language == "ja" else ","
        spelled = f"{self._day(there.date())}{comma} {there:%H:%M} {_clock(there)}"
        return Markup('<time datetime="{}">{}</time>').format(_in_utc(instant), spelled)

    def _day(self, day: date) -> str:
        if self.language == "ja":
            return f"{day.year}年{day.month}月{day.day}日"
        return f"{day.day} {_MONTHS[day.month - 1]} {day.year}" if self.language == "en" else day.isoformat()


def _in_utc(instant: datetime) -> str:
    return instant.astimezone(UTC).isoformat(timespec="seconds")


def _clock(there: datetime) -> str:
    """What clocks there are called: by their abbreviation where only one zone has it, else by how far they are from UTC."""
    name, offset = there.tzname() or "", (there.utcoffset() or timedelta()).total_seconds() / 3600
    return name if name in _CLOCKS else f"UTC{offset:+g}"


def words_for(request: Request) -> Words:
    """The words in the language that the reader chose in the address or before, else the one that the browser prefers."""
    return _words_in(request, LANGUAGES)


def reporters_words(request: Request) -> Words:
    """The same on the pages for reporters of grievances, which are said in more languages."""
    return _words_in(request, REPORTERS)


def _words_in(request: Request, languages: Sequence[str]) -> Words:
    for chosen in (request.query_params.get("lang"), request.cookies.get(LANGUAGE_COOKIE)):
        if chosen in languages:
            return Words(str(chosen))
    return Words(preferred(request.headers.get("accept-language", ""), languages))


def preferred(header: str, languages: Sequence[str] = LANGUAGES) -> str:
    """RFC 9110 section 12.5.4: the language of the highest weight, the first of equals; English if none is among these."""
    best, weight = languages[0], 0.0
    for item in header.split(","):
        spelled, _, parameters = item.strip().partition(";")
        quality = _weight(parameters)
        for language in languages:
            if spelled.casefold().split("-")[0] == language and quality > weight:
                best, weight = language, quality
    return best


def _weight(parameters: str) -> float:
    name, _, value = parameters.strip().partition("=")
    try:
        return float(value) if name.strip() == "q" else 1.0
    except ValueError:
        return 0.0
