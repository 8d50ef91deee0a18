"""What the recipients of releases could infer about the recipe behind them: intervals, by linear programs (pure).

The recipient is taken for the strongest there is short of the figures: it knows each line of the recipe, each public factor, the cut-off
that the masses balance within, and every release so far, of every version. Unknown to it are the amounts, and the factors that are not
public (known to within a factor of `SPREAD`). Amounts that did not change between versions are one unknown, so that a new grid factor
tells the electricity (differencing). What is released is exact, so each total, share and rating is one equation.

Two questions are asked of one system. `inferences`: how narrow is each amount, given the figures as they are: for the supplier's eyes.
`assured`: how narrow can it be at worst, for whatever amounts have the same binary order of magnitude: what a policy decides
on, so that a refusal tells nothing that the amounts would decide (simulatable auditing; Kenthapadi, Mishra, Nissim 2005).
"""

import math
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from ashiato.domain.footprint.calculation import Carried, alone, carried, declared_units
from ashiato.domain.footprint.methods import Method, method
from ashiato.domain.footprint.model import GWP_PREFIX, CircularTerms, FactorStanding, Flow, Quality, Stage
from ashiato.domain.footprint.package import CircularMaterial, Line, Package, PartInput, Release
from ashiato.kernel.quantity import KILOGRAM, UNITS, Dimension, Quantity

SPREAD = 2.0  # a factor that is not public is guessed to within this factor, either way
MOST_AUDITED = 60  # amounts, the greatest carriers first: beyond, each is a hair of the total
WIDEST_MARGIN = 0.25  # what can be assured of amounts that are known to within a factor of two
_BOUNDLESS = 1e6  # times an amount: nothing bounds it
_ALL_TELL = 1e-6  # what the solver may be wrong by, as a share of the amount
_SHORTEST_STEP, _LONGEST_STEP = -0.125, 0.25  # keeps an amount and its unknown factor within SPREAD of one another
Bounds = tuple[float, float]


@dataclass(frozen=True, slots=True)
class Disclosed:
    """A release, and the package that it follows from."""

    package: Package
    release: Release


@dataclass(frozen=True, slots=True)
class Amount:
    """A protected amount: of what, in which part, in one declared unit of the product. `stage`: of a share of the footprint."""

    part_number: str
    name: str = field(compare=False)
    amount: float
    unit: str
    line: int | None = None
    stage: Stage | None = None


@dataclass(frozen=True, slots=True)
class Inference:
    """What can be told of an amount: that it lies between `low` and `high`, in its own unit; `high` is infinite where nothing bounds it."""

    of: Amount
    low: float
    high: float

    @property
    def half_width(self) -> float:
        """To within which share of the amount it can be told: 0.03 is ±3 %."""
        return (self.high - self.low) / 2 / self.of.amount

    def in_words(self) -> str:
        """What can be told, as a person reads it."""
        what = f"{self.of.name} ({self.of.part_number}{f', {self.of.stage}' if self.of.stage else ''})"
        if not math.isfinite(self.high):
            return f"{what}: nothing narrower than more than {self.low:.4g} {self.of.unit}"
        return f"{what} to ±{self.half_width * 100:.2g} %: between {self.low:.4g} and {self.high:.4g} {self.of.unit}"


@dataclass(frozen=True, slots=True)
class _Piece:
    """What one unknown brings to one stage, with what the recipient knows of its being primary and of its ratings."""

    unknown: int
    stage: Stage
    carries: float
    primary: Bounds
    quality: tuple[Bounds, Bounds, Bounds] | None


@dataclass(slots=True)
class _Told:
    """One release as equations: its pieces, and the kilograms that unknowns bring in and take out."""

    release: Release
    pieces: list[_Piece] = field(default_factory=list)
    brought: dict[int, float] = field(default_factory=dict)
    taken: dict[int, float] = field(default_factory=dict)
    balance: Bounds | None = None  # between which shares of all that leaves the inputs lie


@dataclass(slots=True)
class _Unknowns:
    """The unknowns of all releases together."""

    amounts: list[Amount] = field(default_factory=list)
    carries: list[float] = field(default_factory=list)  # the most that each carries in a stage
    private: list[bool] = field(default_factory=list)
    links: list[tuple[int, int]] = field(default_factory=list)  # a share, and the amount that it is an unknown factor of
    places: dict[Amount, int] = field(default_factory=dict)

    def place(self, of: Amount, carries: float, *, private: bool) -> int:
        """Where an unknown stands; the same amount of the same thing is the same unknown in every version."""
        if of not in self.places:
            self.places[of] = len(self.amounts)
            self.amounts.append(of)
            self.carries.append(0.0)
            self.private.append(private)
        place = self.places[of]
        self.carries[place] = max(self.carries[place], abs(carries))
        return place

    def audited(self) -> list[int]:
        """The unknowns that are protected, by binary order of what they carry, so that the choice tells no more than that."""
        return sorted(range(len(self.amounts)), key=lambda place: (-_foot(self.carries[place]), place))[:MOST_AUDITED]


@dataclass(slots=True)
class _Rows:
    """Linear conditions on unknowns."""

    size: int
    equal: list[tuple[NDArray[np.float64], float]] = field(default_factory=list)
    at_most: list[tuple[NDArray[np.float64], float]] = field(default_factory=list)

    def add(self, terms: Iterator[tuple[int, float]], least: float | None, most: float | None) -> None:
        row = np.zeros(self.size)
        for place, coefficient in terms:
            row[place] += coefficient
        scale = float(np.abs(row).max(initial=0.0))
        if not scale:
            return
        row /= scale
        if least is not None and least == most:
            self.equal.append((row, least / scale))
            return
        if most is not None:
            self.at_most.append((row, most / scale))
        if least is not None:
            self.at_most.append((-row, -least / scale))

    def furthest(self, place: int, sign: float, bounds: list[Bounds], known: float) -> float:
        """The least (sign 1) or greatest (sign -1) value of an unknown. Where the solver gives up, `known`: taken for told exactly."""
        from scipy.optimize import linprog  # noqa: PLC0415 — a quarter of a second, which no start of a server waits for

        aim = np.zeros(self.size)
        aim[place] = sign
        equal, at_most = _stacked(self.equal), _stacked(self.at_most)
        found = linprog(aim, A_ub=at_most[0], b_ub=at_most[1], A_eq=equal[0], b_eq=equal[1], bounds=bounds, method="highs")
        return known if found.fun is None or found.status else sign * float(found.fun)


def _stacked(rows: list[tuple[NDArray[np.float64], float]]) -> tuple[NDArray[np.float64] | None, NDArray[np.float64] | None]:
    return (np.array([row for row, _ in rows]), np.array([side for _, side in rows])) if rows else (None, None)


def inferences(disclosed: Sequence[Disclosed]) -> list[Inference]:
    """The interval of each protected amount that all these releases together leave open, narrowest first. The truth is in each."""
    unknowns, told = _system(disclosed)
    rows = _Rows(len(unknowns.amounts))
    for one in told:
        _tell(rows, one)
    for share, amount in unknowns.links:  # each unknown is counted in multiples of its true value
        rows.add(iter([(share, 1.0), (amount, -SPREAD)]), None, 0.0)
        rows.add(iter([(amount, 1.0), (share, -SPREAD)]), None, 0.0)
    bounds = [(0.0, _BOUNDLESS)] * rows.size
    found = []
    for place in unknowns.audited():
        of = unknowns.amounts[place]
        low, high = (rows.furthest(place, sign, bounds, 1.0) + slack for sign, slack in ((1.0, -_ALL_TELL), (-1.0, _ALL_TELL)))
        found.append(Inference(of, max(0.0, low) * of.amount, high * of.amount if high < _BOUNDLESS / 2 else math.inf))
    return sorted(found, key=lambda inference: inference.half_width)


def assured(disclosed: Sequence[Disclosed]) -> dict[Amount, float]:
    """The half-width that is left of each protected amount at worst, among all recipes with these lines, public factors and orders of magnitude.

    At most 1. A margin up to `WIDEST_MARGIN` can be assured. The figures themselves have no say in it.
    """
    unknowns, told = _system(disclosed)
    rows = _Rows(len(unknowns.amounts))
    feet = [_foot(of.amount) / of.amount for of in unknowns.amounts]
    for one in told:
        _keep(rows, one, feet)
    steps = [(_SHORTEST_STEP, _LONGEST_STEP) if private else (-0.5, _BOUNDLESS) for private in unknowns.private]
    left: dict[Amount, float] = {}
    # whatever an amount is above the foot of its order, half the foot can be taken away for an amount below the head of its own
    for place in unknowns.audited():
        own = (2 * _SHORTEST_STEP, 2 * _LONGEST_STEP) if unknowns.private[place] else (-1.0, 1.0)
        bounds = [*steps[:place], own, *steps[place + 1 :]]
        down, up = (rows.furthest(place, sign, bounds, 0.0) for sign in (1.0, -1.0))
        left[unknowns.amounts[place]] = (up - down) / 2
    return left


def _foot(amount: float) -> float:
    """The power of two below a positive amount."""
    return 2.0 ** math.floor(math.log2(amount)) if amount > 0 else 0.0


def _tell(rows: _Rows, told: _Told) -> None:
    """What a release says, as conditions on unknowns counted in multiples of their true values."""
    release, pieces = told.release, told.pieces
    for stage, total in release.stages.items():
        rows.add(((piece.unknown, piece.carries) for piece in pieces if piece.stage is stage), float(total), float(total))
    for known, bounds in _means(told):
        rows.add(((piece.unknown, abs(piece.carries) * (bounds(piece)[1] - known)) for piece in pieces), 0.0, _zero_if_exact(pieces, bounds))
        rows.add(((piece.unknown, abs(piece.carries) * (bounds(piece)[0] - known)) for piece in pieces), None, 0.0)
    if told.balance is not None and release.mass_kg is not None:
        for share, above in zip(told.balance, (True, False), strict=True):
            side = share * float(release.mass_kg)
            rows.add(_balance(told, share, [1.0] * rows.size), side if above else None, None if above else side)


def _keep(rows: _Rows, told: _Told, feet: list[float]) -> None:
    """What a release fixes whatever it says: the ways in which unknowns may change together, from the feet of their orders."""
    pieces = told.pieces
    for stage in Stage:
        rows.add(((piece.unknown, piece.carries * feet[piece.unknown]) for piece in pieces if piece.stage is stage), 0.0, 0.0)
    means = list(_means(told))
    if means:
        rows.add(((piece.unknown, abs(piece.carries) * feet[piece.unknown]) for piece in pieces), 0.0, 0.0)
    for _, bounds in means:
        weighed = [(piece.unknown, abs(piece.carries) * feet[piece.unknown], bounds(piece)) for piece in pieces]
        rows.add(((place, weight * bound[1]) for place, weight, bound in weighed), 0.0, _zero_if_exact(pieces, bounds))
        rows.add(((place, weight * bound[0]) for place, weight, bound in weighed), None, 0.0)
    if told.balance is not None:
        rows.add(_balance(told, told.balance[0], feet), 0.0, None)
        rows.add(_balance(told, told.balance[1], feet), None, 0.0)


def _zero_if_exact(pieces: list[_Piece], bounds: Callable[[_Piece], Bounds]) -> float | None:
    return 0.0 if all(bounds(piece)[0] == bounds(piece)[1] for piece in pieces) else None


def _means(told: _Told) -> Iterator[tuple[float, Callable[[_Piece], Bounds]]]:
    """The means over emissions that a release states: the primary share, and three ratings where every piece has them."""
    release = told.release
    if "primary_data_share" not in (release.withheld or ()):
        yield float(release.primary_data_share), lambda piece: piece.primary
    if release.quality is not None and all(piece.quality is not None for piece in told.pieces):
        for place, rating in enumerate((release.quality.ter, release.quality.ger, release.quality.tir)):
            yield float(rating), lambda piece, place=place: (piece.quality or ())[place]  # type: ignore[misc]


def _balance(told: _Told, share: float, scale: list[float]) -> Iterator[tuple[int, float]]:
    yield from ((place, kilograms * scale[place]) for place, kilograms in told.brought.items())
    yield from ((place, -share * kilograms * scale[place]) for place, kilograms in told.taken.items())


def _system(disclosed: Sequence[Disclosed]) -> tuple[_Unknowns, list[_Told]]:
    unknowns = _Unknowns()
    return unknowns, [_told(one, unknowns) for one in disclosed]


def _told(disclosed: Disclosed, unknowns: _Unknowns) -> _Told:
    package, rules = disclosed.package, method(disclosed.package.method)
    told = _Told(disclosed.release)
    counts = _counts(package)
    for part in package.parts:
        count = counts.get(part.part_number, 0.0)
        if not count:
            continue
        bought = Amount(part.part_number, part.name, count, part.declared_unit)
        for given in carried(part):
            of = bought if not isinstance(given.of, Line | CircularMaterial) else _amount(part, given.of, count)
            _add(told, unknowns, of, {given.stage: float(given.amount) * count}, _of_line(given))
        if part.answer is not None:
            stages = {stage: float(amount) * count for stage, amount in alone(part, rules).component.items()}
            _add(told, unknowns, bought, stages, ((0.0, 1.0), _ANY_QUALITY if part.answer.release.quality is not None else None, False))
        _weigh(told, unknowns, part, bought, count)
    told.balance = _balanced(package, rules, disclosed.release)
    return told


_ANY_QUALITY = ((1.0, 5.0), (1.0, 5.0), (1.0, 5.0))
_Known = tuple[Bounds, tuple[Bounds, Bounds, Bounds] | None, bool]


def _add(told: _Told, unknowns: _Unknowns, of: Amount, stages: dict[Stage, float], known: _Known) -> None:
    """Enters what an amount carries; where its factor is not public, the amount and what it carries are two unknowns."""
    if not of.amount:
        return
    primary, quality, public = known
    for stage, carries in stages.items():
        if not carries:
            continue
        if public:
            place = unknowns.place(of, carries, private=False)
        else:
            share = Amount(of.part_number, of.name, abs(carries), "kg CO2e", of.line, stage)
            place = unknowns.place(share, carries, private=True)
            link = (place, unknowns.place(of, 0.0, private=True))
            if link not in unknowns.links:
                unknowns.links.append(link)
        told.pieces.append(_Piece(place, stage, carries, primary, quality))


def _of_line(given: Carried) -> _Known:
    """What the recipient knows of a line, circular material or stand-in: its factor's standing and ratings, unless the company states its own."""
    primary = (float(given.primary), float(given.primary))
    if isinstance(given.of, CircularMaterial):
        public = all(factor.standing is FactorStanding.PUBLISHED for factor in given.of.factors.values())
        return primary, _exactly(given.quality), public
    factor, own = given.of.factor, given.of.quality if isinstance(given.of, Line) else None
    public = factor is not None and factor.standing is FactorStanding.PUBLISHED
    return primary, _ANY_QUALITY if own is not None else _exactly(given.quality), public


def _exactly(quality: Quality) -> tuple[Bounds, Bounds, Bounds]:
    ter, ger, tir = float(quality.ter), float(quality.ger), float(quality.tir)
    return (ter, ter), (ger, ger), (tir, tir)


def _amount(part: PartInput, of: Line | CircularMaterial, count: float) -> Amount:
    if isinstance(of, Line):
        return Amount(part.part_number, of.activity, abs(float(of.amount)) * count, of.unit, of.line)
    return Amount(part.part_number, of.material, float(of.mass_kg) * count, "kg", of.line)


def _counts(package: Package) -> dict[str, float]:
    """How many declared units of each part go into one of the product."""
    by_number = {part.part_number: part for part in package.parts}
    counts = {package.product: 1.0}
    for part in reversed(package.parts):  # parents first
        for component in part.components:
            child = by_number[component.part_number]
            times = float(declared_units(component, child)) * counts.get(part.part_number, 0.0)
            counts[child.part_number] = counts.get(child.part_number, 0.0) + times
    return counts


def _weigh(told: _Told, unknowns: _Unknowns, part: PartInput, bought: Amount, count: float) -> None:
    """Enters the kilograms that a part's lines, or the bought part itself, bring in and take out."""
    if part.sourcing != "made":
        unit = UNITS[part.declared_unit]
        kilograms = float(unit.in_base) if unit.dimension is Dimension.MASS else float(part.mass_kg or 0)
        _enter(told.brought, unknowns, bought, kilograms * count)
        return
    for item in part.circular:
        if item.terms is not CircularTerms.END_OF_LIFE:
            _enter(told.brought, unknowns, _amount(part, item, count), float(item.mass_kg) * count)
    for line in part.lines:
        side = {Flow.INPUT: told.brought, Flow.EMISSION: told.taken, Flow.WASTE: told.taken}.get(line.flow)
        direct = line.factor is not None and line.factor.code.startswith(GWP_PREFIX)
        if side is not None and not direct and line.stage in (Stage.RAW_MATERIALS, Stage.PRODUCTION) and UNITS[line.unit].dimension is Dimension.MASS:
            kilograms = float(Quantity(line.amount, UNITS[line.unit]).in_unit(KILOGRAM))
            _enter(side, unknowns, _amount(part, line, count), kilograms * count)


def _enter(side: dict[int, float], unknowns: _Unknowns, of: Amount, kilograms: float) -> None:
    if kilograms and of.amount:
        place = unknowns.place(of, 0.0, private=False)
        side[place] = side.get(place, 0.0) + kilograms


def _balanced(package: Package, rules: Method, release: Release) -> Bounds | None:
    """Between which shares of the product and what leaves its inputs lie, where every part that is made is known to balance.

    What may be missing adds up over the levels of parts that are made: (1 + cut-off) to the power of their number, less one.
    """
    made = [part for part in package.parts if part.sourcing == "made"]
    weighed = all(part.mass_kg is not None and _has_inputs(part, package) for part in made)
    if not weighed or release.mass_kg is None or "cut_off" in release.obstacles:
        return None
    levels: dict[str, int] = {}
    for part in package.parts:  # children first
        below = max((levels.get(component.part_number, 0) for component in part.components), default=0)
        levels[part.part_number] = below + (part.sourcing == "made")
    off = (1 + float(rules.cut_off)) ** levels[package.product] - 1
    return 1 - off, 1 + off


def _has_inputs(part: PartInput, package: Package) -> bool:
    by_number = {each.part_number: each for each in package.parts}
    if any(item.terms is not CircularTerms.END_OF_LIFE for item in part.circular):
        return True
    if any(UNITS[item.unit].dimension is Dimension.MASS or by_number[item.part_number].mass_kg is not None for item in part.components):
        return True
    staged = (Stage.RAW_MATERIALS, Stage.PRODUCTION)
    return any(line.flow is Flow.INPUT and line.stage in staged and UNITS[line.unit].dimension is Dimension.MASS for line in part.lines)
