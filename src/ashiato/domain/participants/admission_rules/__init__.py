"""The rules of admission as data: the terms in both languages, and the operator's checklist. An installation may bring its own."""

import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from importlib import resources
from importlib.resources.abc import Traversable
from pathlib import Path

from ashiato.kernel.digest import digest


class ShownBy(StrEnum):
    """What fulfils an item of the checklist."""

    OPERATOR = "operator"  # a person of the operator, with a reason
    TERMS = "terms"  # the accepted terms, and nothing else
    CONTROL = "control"  # a proven domain or certificate, or a person of the operator with a reason


@dataclass(frozen=True, slots=True)
class Item:
    """One item of the checklist, in English and Japanese: what has to be so, and how it is found out."""

    id: str
    shown_by: ShownBy
    required: bool
    words: tuple[str, str]
    how: tuple[str, str]


@dataclass(frozen=True, slots=True)
class Terms:
    """One version of the terms. The digest covers the version and both texts, byte by byte."""

    version: str
    english: str
    japanese: str

    @property
    def digest(self) -> str:
        """SHA-256 over the canonical JSON (RFC 8785) of version, en and ja."""
        return digest({"version": self.version, "en": self.english, "ja": self.japanese})


@dataclass(frozen=True, slots=True)
class Rules:
    """What a company has to accept and to show before it is admitted. `terms`: every version, the newest last."""

    checklist: tuple[Item, ...]
    terms: tuple[Terms, ...]

    @property
    def present(self) -> Terms:
        """The terms in force."""
        return self.terms[-1]

    def item(self, item_id: str) -> Item | None:
        """The item of this name."""
        return next((item for item in self.checklist if item.id == item_id), None)


@cache
def load(folder: Path | None = None) -> Rules:
    """The rules of the folder; what it lacks comes with the program. Raises ValueError for a text without its other language."""
    shipped = resources.files(__package__)
    own: Traversable = folder or shipped
    named = own if own.joinpath("checklist.toml").is_file() else shipped
    found = tomllib.loads(named.joinpath("checklist.toml").read_text(encoding="utf-8"))["item"]
    terms = tuple(_terms(own)) or tuple(_terms(shipped))
    return Rules(tuple(_item(entry) for entry in found), terms)


def _item(entry: dict[str, str | bool | list[str]]) -> Item:
    words, how = ((str(pair[0]), str(pair[1])) for pair in (entry["words"], entry["how"]) if isinstance(pair, list))
    return Item(str(entry["id"]), ShownBy(str(entry["shown_by"])), bool(entry["required"]), words, how)


def _terms(folder: Traversable) -> Iterator[Terms]:
    texts = {file.name: file.read_text(encoding="utf-8") for file in folder.iterdir() if file.name.startswith("terms-")}
    for version in sorted({name.removeprefix("terms-").split(".")[0] for name in texts}):
        pair = [texts.get(f"terms-{version}.{language}.md") for language in ("en", "ja")]
        if pair[0] is None or pair[1] is None:
            raise ValueError(f"the terms of {version} are not there in both languages")
        yield Terms(version, pair[0], pair[1])
