"""From tables of text to what the slices below register, checked against the file itself and against what is registered (pure)."""

import itertools
from collections.abc import Callable, Hashable, Iterable, Iterator
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Generic, TypeVar

import numpy as np
from numpy.typing import NDArray

from ashiato.domain import footprint, participants
from ashiato.domain.imports.cells import Cells
from ashiato.domain.imports.fields import Reader
from ashiato.domain.imports.likeness import Likeness
from ashiato.domain.imports.report import Errors
from ashiato.domain.imports.tables import Table, TableKind
from ashiato.domain.products import BatteryModel, NewComponent, NewPart, Sourcing
from ashiato.kernel.errors import Flaw
from ashiato.kernel.quantity import Unit
from ashiato.plumbing.staging import Column

T = TypeVar("T")


@dataclass(frozen=True, slots=True, eq=False)  # one object a part
class KnownPart:
    """What other rows need to know of a part."""

    declared_unit: Unit
    mass_kg: Decimal | None
    sourcing: Sourcing


@dataclass(frozen=True, slots=True)
class KnownFactor:
    """What other rows need to know of a factor."""

    per: Unit
    rated: bool


@dataclass(slots=True)
class Known:
    """What is registered already, and what the file adds to it as its rows prove good."""

    parts: dict[str, KnownPart] = field(default_factory=dict)
    factors: dict[str, KnownFactor] = field(default_factory=dict)
    sites: set[str] = field(default_factory=set)
    likeness: Likeness = field(default_factory=Likeness)


@dataclass(slots=True)
class Kept(Generic[T]):
    """The rows of one table that can be registered. What each of them is gets made when it is asked for: there may be very many."""

    table: Table
    good: bytearray  # one mark a row
    make: Callable[..., T]
    columns: tuple[Iterable[object], ...]

    def __iter__(self) -> Iterator[T]:
        return itertools.starmap(self.make, itertools.compress(zip(*self.columns, strict=True), self.good))

    def by_columns(self) -> list[Column]:
        """The same rows as columns of what their fields hold."""
        return [_column(each, self.marks) for each in self.columns]

    @property
    def marks(self) -> NDArray[np.bool_]:
        """Which rows can be registered."""
        return np.frombuffer(self.good, np.bool_)

    @property
    def places(self) -> Iterator[int]:
        """The places of the rows, in the order of what they are."""
        return itertools.compress(range(len(self.table)), self.good)

    def without(self, places: Iterable[int]) -> None:
        """Takes rows out."""
        for place in places:
            self.good[place] = 0


@dataclass(slots=True)
class Good:
    """What can be registered, table by table."""

    sites: list[Kept[participants.model.NewSite]] = field(default_factory=list)
    factors: list[Kept[footprint.model.NewFactor]] = field(default_factory=list)
    parts: list[Kept[NewPart]] = field(default_factory=list)
    secondary: list[footprint.model.NewSecondaryFactor] = field(default_factory=list)
    no_secondary: list[str] = field(default_factory=list)  # parts whose row leaves the column of stand-ins empty
    components: list[Kept[NewComponent]] = field(default_factory=list)
    batteries: list[Kept[BatteryModel]] = field(default_factory=list)
    lines: list[Kept[footprint.model.NewLine]] = field(default_factory=list)
    circular: list[Kept[footprint.model.NewCircularMaterial]] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Examination:
    """What the checks of one file share."""

    known: Known
    errors: Errors
    good: Good
    named: dict[str, set[Hashable]] = field(default_factory=dict)  # what the file has named already
    unseen: dict[str, list[Iterable[Hashable]]] = field(default_factory=dict)  # what the file has named besides, each thing once

    def once(
        self, read: Reader, column: str, keys: Iterable[Hashable], message: str = "This stands in the file already.", *, different: bool = False
    ) -> None:
        """Notes the rows whose key the file has named before; a key that is None names nothing.

        The keys are looked at later, and if ever, where they are known to be `different` from one another and another table follows.
        """
        named = self.named.setdefault(read.table.kind, set())
        unseen = self.unseen.setdefault(read.table.kind, [])
        if different and not named and not unseen:
            unseen.append(keys)
            return
        while unseen:
            named.update(key for key in unseen.pop() if key is not None)
        keys = list(keys)
        fresh = set(keys)
        if len(fresh) == len(keys) and named.isdisjoint(fresh):
            fresh.discard(None)
            self.named[read.table.kind] = fresh | named if named else fresh
            return
        for place, key in enumerate(keys):
            if key in named:
                read.flaw(place, column, "row.repeated", message)
            elif key is not None:
                named.add(key)

    def keep(self, read: Reader, make: Callable[..., T], *columns: Iterable[object]) -> Kept[T]:
        """What `make` makes of the cells of each row that nothing is wrong with."""
        kept = Kept(read.table, bytearray(b"\x01") * len(read.table), make, columns)
        kept.without(self.errors.of(read.table))
        return kept

    def known_parts(self, read: Reader, column: str) -> tuple[Cells[str | None], Cells[KnownPart | None]]:
        """The part numbers of a column, and what is known of the parts; an unknown one is noted."""
        numbers = read.text(column)
        known = self.known.parts
        parts = numbers.each(lambda number: known.get(number or ""))
        for place in parts.where(lambda part: part is None).tolist() if None in parts.values else ():
            number = numbers[place]
            if number and not self.waits(read, place, column, TableKind.PARTS, number):
                near = self.known.likeness.nearest(number, self.known.parts)
                read.flaw(place, column, "part.unknown", f"There is no part {number}.", near)
        return numbers, parts

    def bought(self, parts: Cells[KnownPart | None]) -> Iterator[int]:
        """The places of the rows that name a part which is bought."""
        yield from parts.where(lambda part: part is not None and part.sourcing is Sourcing.BOUGHT).tolist()

    def unknown_factor(self, read: Reader, place: int, column: str, code: str) -> None:
        """Notes that a row names a factor that is not known."""
        if not self.waits(read, place, column, TableKind.FACTORS, code):
            near = self.known.likeness.nearest(code, self.known.factors)
            read.flaw(place, column, "factor.unknown", f"There is no factor {code}.", near)

    def waits(self, read: Reader, place: int, column: str, kind: TableKind, name: str) -> bool:
        """Whether what a row names stands in the file itself, in a row that is wrong: then this one waits for it, and nothing else is meant."""
        if name not in self.named.get(kind, ()):
            return False
        read.flaw(place, column, "row.held_back", f"The row of {name} in this file is wrong, so this row waits for it.")
        return True


def hold_back(kept: list[Kept[T]], tables: list[Table], key: str, errors: Errors) -> None:
    """Takes out the good rows of a part of which another row is bad: half an inventory would be a wrong one."""
    spoilers = {table.columns[key][place]: table.numbers[place] for table in tables for place in errors.of(table)}
    if not spoilers:
        return
    for each in kept:
        numbers = each.table.columns[key]
        waiting = [place for place in each.places if numbers[place] in spoilers]
        for place in waiting:
            spoiler = spoilers[numbers[place]]
            errors.add(each.table, place, Flaw(key, "row.held_back", f"Row {spoiler} of the same part is wrong, so this row waits for it."))
        each.without(waiting)


def _column(cells: Iterable[object], marks: NDArray[np.bool_]) -> Column:
    if isinstance(cells, Cells):
        return Column(cells.values, cells.numbers[marks])
    held = list(itertools.compress(cells, marks))
    return Column(held, np.arange(len(held)))


def by_columns(kept: list[Kept[T]]) -> Iterator[list[Column]]:
    """What all tables of a kind hold, one after the other, column by column."""
    return (each.by_columns() for each in kept if each.marks.any())


def registered(kept: list[Kept[T]]) -> Iterator[T]:
    """What all tables of a kind hold, one after the other."""
    return itertools.chain.from_iterable(kept)
