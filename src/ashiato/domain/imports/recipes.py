"""Checks of what parts are made of and with: structures, inventories, materials under the circular footprint formula (pure)."""

import itertools
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from decimal import Decimal

import numpy as np
from numpy.typing import NDArray

from ashiato.domain import footprint, products
from ashiato.domain.imports.cells import Cells, alike, counted, repeated, same
from ashiato.domain.imports.checks import Examination, Kept, KnownPart, hold_back
from ashiato.domain.imports.fields import Reader
from ashiato.domain.imports.masters import STAGES
from ashiato.domain.imports.tables import Table
from ashiato.domain.products import NewComponent, component_flaw
from ashiato.kernel.errors import Flaw
from ashiato.kernel.quantity import KILOGRAM, Dimension, Quantity, Unit, bridge

words = footprint.model

FLOWS = {
    "投入": words.Flow.INPUT, "材料": words.Flow.INPUT, "エネルギー": words.Flow.ENERGY, "輸送": words.Flow.ENERGY, "transport": words.Flow.ENERGY,
    "排出": words.Flow.EMISSION, "廃棄物": words.Flow.WASTE, "控除": words.Flow.CREDIT, "クレジット": words.Flow.CREDIT,
}  # fmt: skip
SOURCES = {"自社": words.DataSource.OWN, "実測": words.DataSource.OWN, "primary": words.DataSource.OWN, "平均": words.DataSource.AVERAGE,
           "secondary": words.DataSource.AVERAGE}  # fmt: skip
_GASES = ("gwp:CO2", "gwp:CH4", "gwp:CH4_biogenic", "gwp:N2O")
_SHARES = ("a", "b", "r1", "r2", "r3", "qsin_qp", "qsout_qp", "xer_heat", "xer_elec")
_EMISSIONS = ("ev", "erec", "erec_eol", "ev_star", "ed", "eer", "ese_heat", "ese_elec")
_ENERGY_EMISSIONS = ("ese_heat", "ese_elec")
_FLOW_NUMBERS: dict[footprint.model.Flow | None, int] = {flow: number for number, flow in enumerate((*words.Flow, None))}
_LONGEST_LOOP = 12  # parts of a cycle that are told


def check_structure(table: Table, exam: Examination) -> None:
    """Structures: known parts, a parent that is made, an amount that leads to the child's declared unit, each child once a parent."""
    read = Reader(table, exam.errors)
    parents, above = exam.known_parts(read, "parent")
    children, below = exam.known_parts(read, "child")
    amounts, units = read.number("amount"), read.unit("unit")
    for place in exam.bought(above):
        read.flaw(place, "parent", "structure.bought_parent", "What goes into a bought part is its supplier's to say.")
    for place in same(parents, children).tolist():
        if above[place] is not None:
            read.flaw(place, "child", "structure.self", "A part does not go into itself.")
    ways: dict[object, int] = {}

    def way(part: KnownPart | None) -> int:
        return ways.setdefault(part and (part.declared_unit.symbol, part.mass_kg is None), len(ways))

    for places in alike(below.array(way), units.numbers, amounts.array(_sign)):
        first = places[0]
        amount, unit, child = amounts[first], units[first], below[first]
        if child is None or amount is None or unit is None:
            continue
        flaw = component_flaw(Quantity(amount, unit), child.declared_unit, bridge(child.declared_unit, child.mass_kg))
        if flaw is not None:
            for place in places.tolist():
                exam.errors.add(table, place, flaw)
    different = None not in (*parents.values, *children.values) and not repeated(parents.numbers, children.numbers)
    exam.once(read, "child", _Both(parents, children), "This component is listed already; state its whole amount in one row.", different=different)
    exam.good.components.append(exam.keep(read, NewComponent, parents, children, amounts, units, read.extra()))


def _sign(amount: Decimal | None) -> int:
    """One number for each sign, and one for none."""
    return 2 if amount is None else 1 - 2 * amount.is_signed() if amount else 0


@dataclass(frozen=True, slots=True)
class _Both:
    """What names a row together, or None where one of the two is missing."""

    some: Iterable[object]
    others: Iterable[object]

    def __iter__(self) -> Iterator[tuple[object, object] | None]:
        return (pair if None not in pair else None for pair in zip(self.some, self.others, strict=True))


def refuse_cycles(exam: Examination, structure: list[tuple[str, str]]) -> None:
    """Takes out the rows along every cycle that the file would close, with all rows of the parents concerned.

    `structure` holds the registered links, by part number, of all parents that the file does not restate.
    """
    if products.registration.surely_acyclic(*_numbered(exam.good.components, structure)):
        return
    edges: dict[str, list[str]] = {}
    for parent, child in structure:
        edges.setdefault(parent, []).append(child)
    for kept in exam.good.components:
        for parent, child in _links(kept):
            edges.setdefault(parent, []).append(child)
    knots = products.registration.knots(edges)
    knot_of = {number: knot for knot, numbers in enumerate(knots) for number in numbers}
    told: dict[int, str] = {}
    for kept in exam.good.components if knots else ():
        for place, (parent, child) in zip(list(kept.places), _links(kept), strict=True):
            knot = knot_of.get(parent, -1)
            if knot >= 0 and knot == knot_of.get(child):
                if knot not in told:
                    told[knot] = _loop(parent, child, edges, knots[knot])
                exam.errors.add(kept.table, place, Flaw("child", "structure.cycle", f"A part cannot go into itself: {told[knot]}."))
    for kept in exam.good.components if knots else ():
        kept.without(exam.errors.of(kept.table))
    hold_back(exam.good.components, [kept.table for kept in exam.good.components], "parent", exam.errors)


def restated(exam: Examination) -> set[str]:
    """The parents whose structure the file states anew."""
    found: set[str] = set()
    for kept in exam.good.components:
        parents = kept.table.columns["parent"]
        found.update(map(parents.values.__getitem__, np.unique(parents.numbers[kept.marks]).tolist()))
    return found


def _links(kept: Kept[NewComponent]) -> Iterator[tuple[str, str]]:
    return itertools.compress(zip(kept.table.columns["parent"], kept.table.columns["child"], strict=True), kept.good)


def _numbered(components: list[Kept[NewComponent]], structure: list[tuple[str, str]]) -> tuple[NDArray[np.int64], NDArray[np.int64], int]:
    """The parents and the children of all links by numbers, and how many parts there are."""
    numbers: dict[str, int] = defaultdict(itertools.count().__next__)  # a part that is new gets the next number
    number = numbers.__getitem__
    registered = np.array([(number(parent), number(child)) for parent, child in structure], np.int64).reshape(-1, 2)
    stated = [tuple(kept.table.columns[column].array(number)[kept.marks] for column in ("parent", "child")) for kept in components]
    parents, children = (np.concatenate([registered[:, side], *(links[side] for links in stated)]) for side in (0, 1))
    return parents, children, len(numbers)


def _loop(parent: str, child: str, edges: dict[str, list[str]], knot: set[str]) -> str:
    """A shortest way from a link back to its parent, in words."""
    came: dict[str, str] = {child: parent}
    waiting = [child]
    for number in waiting:
        for below in edges.get(number, ()):
            if below in knot and below not in came:
                came[below] = number
                waiting.append(below)
    way = [parent]
    while len(way) == 1 or way[-1] != parent:
        way.append(came[way[-1]])
    way.reverse()
    if len(way) > _LONGEST_LOOP:
        way[_LONGEST_LOOP - 2 : -1] = ["…"]
    return " → ".join(way)


def check_inventory(table: Table, exam: Examination, counts: Counter[str]) -> None:
    """Inventories: a known part that is made, a stage, an amount that converts into its factor's unit, its sign as its flow has it."""
    read = Reader(table, exam.errors)
    numbers = _made_parts(read, exam)
    stages, activities = read.choice("stage", words.Stage, STAGES), read.text("activity")
    amounts, units = read.number("amount"), read.unit("unit")
    codes = read.text("factor", required=False)
    said = read.choice("flow", words.Flow, FLOWS, required=False)
    sources = read.choice("data_source", words.DataSource, SOURCES, required=False).each(lambda source: source or words.DataSource.OWN)
    evidence = read.text("evidence", required=False, longest=400).each(lambda text: text or "")
    ratings = (read.rating("ter"), read.rating("ger"), read.rating("tir"))
    rated = np.logical_and.reduce([column.array(lambda rating: rating is not None) for column in ratings])
    flows = Cells([*words.Flow, None], said.array(_FLOW_NUMBERS.__getitem__).astype(np.int32))
    for places in alike(read.raw("flow").numbers, codes.numbers, units.numbers, amounts.array(_sign), rated):
        first = places[0]
        amount, unit, code = amounts[first], units[first], codes[first]
        if not read.raw("flow")[first]:
            flows.numbers[places] = _FLOW_NUMBERS[_guessed_flow(code, amount, unit)]
        if not _goes_together(read, exam, first, amount, unit, code, flows[first], bool(rated[first])):
            for place in places[1:].tolist():
                _goes_together(read, exam, place, amounts[place], unit, code, flows[place], bool(rated[place]))
    lines, different = _line_numbers(read, numbers, counts)
    exam.once(read, "line", _Both(numbers, lines), "This line number stands in the file already.", different=different)
    columns = (numbers, lines, stages, activities, amounts, units, codes, flows, sources, evidence, *ratings, read.extra())
    exam.good.lines.append(exam.keep(read, words.NewLine, *columns))


def _made_parts(read: Reader, exam: Examination) -> Cells[str | None]:
    numbers, parts = exam.known_parts(read, "part_number")
    for place in exam.bought(parts):
        read.flaw(place, "part_number", "part.bought_with_inventory", "How a bought part is made is its supplier's to say.")
    return numbers


def _guessed_flow(code: str | None, amount: Decimal | None, unit: Unit | None) -> footprint.model.Flow:
    if amount is not None and unit is not None and amount < 0:
        return words.Flow.CREDIT
    if code is not None and code.startswith(words.GWP_PREFIX):
        return words.Flow.EMISSION
    if amount is not None and unit is not None and unit.dimension in (Dimension.ENERGY, Dimension.TRANSPORT):
        return words.Flow.ENERGY
    return words.Flow.INPUT


def _goes_together(
    read: Reader,
    exam: Examination,
    place: int,
    amount: Decimal | None,
    unit: Unit | None,
    code: str | None,
    flow: footprint.model.Flow | None,
    rated: bool,
) -> bool:
    """Whether flow, sign, unit and factor of a row go together; notes why not."""
    before = len(exam.errors.found)
    per = _factor_unit(read, exam, place, code, flow, rated)
    if amount is not None and unit is not None and flow is not None and (flaw := words.line_flaw(Quantity(amount, unit), flow, per)):
        exam.errors.add(read.table, place, flaw)
    return len(exam.errors.found) == before


def _factor_unit(read: Reader, exam: Examination, place: int, code: str | None, flow: footprint.model.Flow | None, rated: bool) -> Unit | None:
    if code is None:
        if flow not in (words.Flow.WASTE, words.Flow.EMISSION):
            read.flaw(place, "factor", "inventory.factor_needed", "Only an outflow without burden needs no factor.")
        return None
    if code.startswith(words.GWP_PREFIX):
        if code not in _GASES:
            near = exam.known.likeness.nearest(code, _GASES)
            read.flaw(place, "factor", "gas.unknown", f"Direct emissions are: {', '.join(_GASES)}.", near)
        return KILOGRAM
    factor = exam.known.factors.get(code)
    if factor is None:
        exam.unknown_factor(read, place, "factor", code)
        return None
    if not rated and not factor.rated:
        read.flaw(place, "ter", "factor.unrated", "Neither the row nor its factor is rated for data quality (TeR, GeR, TiR).")
    return factor.per


def _line_numbers(read: Reader, numbers: Cells[str | None], counts: Counter[str]) -> tuple[Cells[int | None], bool]:
    """The lines' numbers as stated, else counted per part; and whether no two rows of a part have the same."""
    stated = read.whole("line", range(1, 1_000_001), "number.line", "A line number is a whole number from 1.")
    parts = [number or "" for number in numbers.values]
    places = counted(numbers.numbers, np.array([counts.get(part, 0) for part in parts], np.int64))
    counts.update(dict(zip(parts, np.bincount(numbers.numbers, minlength=len(parts)).tolist(), strict=True)))
    lines: Cells[int | None] = Cells([*range(1, int(places.max(initial=0)) + 1)], (places - 1).astype(np.int32))
    written = read.raw("line").where(bool).tolist()
    for place in written:
        lines[place] = stated[place]
    return lines, not written and None not in numbers.values


def check_circularity(table: Table, exam: Examination, counts: Counter[str]) -> None:
    """Materials under the circular footprint formula: a known part that is made, shares from 0 to 1, factors per mass or energy."""
    read = Reader(table, exam.errors)
    numbers, materials = _made_parts(read, exam), read.text("material")
    masses = read.positive("mass", required=True)
    terms = read.choice("terms", words.CircularTerms, {}, required=False).each(lambda term: term or words.CircularTerms.BOTH)
    sources = read.choice("data_source", words.DataSource, SOURCES, required=False).each(lambda source: source or words.DataSource.OWN)
    given = {symbol: read.share(symbol, required=symbol in ("a", "r1", "r2")) for symbol in _SHARES} | {"lhv": read.positive("lhv")}
    named = {symbol: read.text(symbol, required=symbol in ("ev", "erec")) for symbol in _EMISSIONS}
    shares = [{symbol: share for symbol, column in given.items() if (share := column[place]) is not None} for place in range(len(table))]
    codes = [{symbol: code for symbol, column in named.items() if (code := column[place]) is not None} for place in range(len(table))]
    for place, (stated, factors) in enumerate(zip(shares, codes, strict=True)):
        factors.setdefault("erec_eol", factors.get("erec", ""))
        factors.setdefault("ev_star", factors.get("ev", ""))
        for symbol, code in factors.items():
            _check_circular_factor(read, exam, place, symbol, code)
        if stated.get("r2", Decimal(0)) + stated.get("r3", Decimal(0)) > 1:
            read.flaw(place, "r3", "circular.sum", "R2 + R3 is more than 1.")
    evidence = read.text("evidence", required=False, longest=400).each(lambda text: text or "")
    lines = []
    for number in numbers:
        counts[number or ""] += 1
        lines.append(counts[number or ""])
    make = words.NewCircularMaterial
    exam.good.circular.append(exam.keep(read, make, numbers, lines, materials, masses, terms, sources, shares, codes, evidence, read.extra()))


def _check_circular_factor(read: Reader, exam: Examination, place: int, symbol: str, code: str) -> None:
    factor = exam.known.factors.get(code)
    if factor is None:
        if read.raw(symbol)[place]:
            exam.unknown_factor(read, place, symbol, code)
    elif symbol in _ENERGY_EMISSIONS and factor.per.dimension is not Dimension.ENERGY:
        read.flaw(place, symbol, "factor.per_energy", "This factor is not per unit of energy.")
    elif symbol not in _ENERGY_EMISSIONS and factor.per.dimension is not Dimension.MASS:
        read.flaw(place, symbol, "factor.per_mass", "This factor is not per unit of mass.")
