"""Whether an aggregate over companies may be published: what its readers, the contributors among them, could find out (pure).

Three rules, each for the figure alone and together with every figure that was published before of the same measure:
1. Minimum number, differencing included: no linear combination of published figures rests on fewer than `smallest` contributors.
   It looks at whose figures are counted, never at the figures, so that a refusal by it tells nothing of them (simulatable auditing).
2. Dominance: no contributor holds more than `largest_share` of a published sum.
3. The p % rule, with insiders: `coalition` contributors who compare their own figures with everything published cannot bound anybody
   else's figure to within `margin` of itself, from above or from below (linear programs).
Limits after the former safety zone of US agencies (five contributors, a quarter each) and the Handbook on Statistical Disclosure Control,
2nd edition, chapters 4 and 5. Figures are not negative. A reader is taken to know whose figures were counted; an order of the contributors
that it may know from elsewhere is not taken into account. Rules 2 and 3 look at the figures: where they refuse nothing is published, so that
what is left to tell is that one of the three refused.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from itertools import combinations

import numpy as np

Cell = Mapping[str, Decimal]  # one published mean: the figure of each contributor by its column, a company or a company's part
_MOST_SMALL_ATOMS = 16  # groups that are few and told apart by what was published: more of them are not examined but refused
_SOLVERS_ERROR = 1e-6


@dataclass(frozen=True, slots=True)
class Rules:
    """The limits. `middle_from`: from how many contributors on the mean of the middle ones is published beside the mean."""

    smallest: int = 5
    largest_share: Decimal = Decimal("0.25")
    margin: Decimal = Decimal("0.15")
    coalition: int = 2
    middle_from: int = 10


RULES = Rules()


def permitted(earlier: Sequence[Cell], wanted: Sequence[Cell], rules: Rules = RULES) -> bool:
    """Whether these figures may be published, after those of earlier."""
    cells = [*earlier, *wanted]
    return (
        rests_on_many([frozenset(cell) for cell in cells], rules)
        and nobody_dominates([*wanted, *_differences(earlier, wanted)], rules)
        and leaves_open(cells, rules)
    )


def middle(cell: Cell, rules: Rules = RULES) -> Cell | None:
    """The middle figures: as many as there are at either end together, at least `smallest`; None where there are too few for that."""
    if len(cell) < rules.middle_from:
        return None
    ordered = sorted(cell, key=lambda column: (cell[column], column))
    kept = max(rules.smallest, len(ordered) // 2)
    begin = (len(ordered) - kept) // 2
    return {column: cell[column] for column in ordered[begin : begin + kept]}


def rests_on_many(sets: Sequence[frozenset[str]], rules: Rules = RULES) -> bool:
    """Rule 1: whether every linear combination of sums over these sets rests on at least `smallest` columns."""
    atoms = _atoms(sets)
    small = [place for place, atom in enumerate(atoms) if len(atom.columns) < rules.smallest]
    if len(small) > _MOST_SMALL_ATOMS:
        return False
    rank = _rank([[Fraction(atom.within[row]) for atom in atoms] for row in range(len(sets))])
    for left_out in _subsets(small, [len(atom.columns) for atom in atoms], rules.smallest):
        rest = [place for place in range(len(atoms)) if place not in left_out]
        if _rank([[Fraction(atoms[place].within[row]) for place in rest] for row in range(len(sets))]) < rank:
            return False  # some combination vanishes everywhere but on these few
    return True


def nobody_dominates(cells: Sequence[Cell], rules: Rules = RULES) -> bool:
    """Rule 2: whether nobody holds more than `largest_share` of any of these sums."""
    return all(max(cell.values()) <= rules.largest_share * sum(cell.values()) for cell in cells if cell and sum(cell.values()) > 0)


def leaves_open(cells: Sequence[Cell], rules: Rules = RULES) -> bool:
    """Rule 3: whether no coalition can tell anybody's figure to within `margin` of itself, given all these sums, exactly."""
    figures: dict[str, Decimal] = {}
    for cell in cells:
        figures |= cell  # the newest figure of a column stands for it in every sum: the reader takes figures to stay as they are
    atoms = _atoms([frozenset(cell) for cell in cells])
    sums = [float(sum(figures[column] for column in cell)) for cell in cells]
    within = np.array([[float(atom.within[row]) for atom in atoms] for row in range(len(cells))])
    system = _System(atoms, within, np.array(sums), {column: float(amount) for column, amount in figures.items()})
    return all(system.open(victim, coalition, float(rules.margin)) for victim, coalition in system.attacks(rules.coalition))


@dataclass(frozen=True, slots=True)
class _Atom:
    """Columns that no published figure tells apart: `within` says for each figure whether they are counted in it."""

    within: tuple[bool, ...]
    columns: frozenset[str]


def _atoms(sets: Sequence[frozenset[str]]) -> list[_Atom]:
    found: dict[tuple[bool, ...], set[str]] = {}
    for column in sorted(frozenset().union(*sets)):
        found.setdefault(tuple(column in each for each in sets), set()).add(column)
    return [_Atom(within, frozenset(columns)) for within, columns in sorted(found.items())]


def _differences(earlier: Sequence[Cell], wanted: Sequence[Cell]) -> Iterator[Cell]:
    """What is in one of two sums and not in the other, both ways."""
    for old in earlier:
        for new in wanted:
            yield {column: amount for column, amount in new.items() if column not in old}
            yield {column: amount for column, amount in old.items() if column not in new}


def _subsets(small: Sequence[int], sizes: Sequence[int], limit: int) -> Iterator[frozenset[int]]:
    """Every group of atoms that holds fewer than `limit` columns together."""
    for count in range(1, limit):
        for group in combinations(small, count):
            if sum(sizes[place] for place in group) < limit:
                yield frozenset(group)


def _rank(rows: list[list[Fraction]]) -> int:
    """The rank of a matrix, exactly."""
    rank, rows = 0, [row[:] for row in rows]
    for column in range(len(rows[0]) if rows else 0):
        pivot = next((place for place in range(rank, len(rows)) if rows[place][column]), None)
        if pivot is None:
            continue
        rows[rank], rows[pivot] = rows[pivot], rows[rank]
        for place in range(rank + 1, len(rows)):
            factor = rows[place][column] / rows[rank][column]
            if factor:
                rows[place] = [mine - factor * above for mine, above in zip(rows[place], rows[rank], strict=True)]
        rank += 1
    return rank


@dataclass(frozen=True)
class _System:
    """What is published, as equations over the sums of atoms, and the figures behind it."""

    atoms: list[_Atom]
    within: np.ndarray[tuple[int, int], np.dtype[np.float64]]
    sums: np.ndarray[tuple[int], np.dtype[np.float64]]
    figures: dict[str, float]

    def attacks(self, coalition: int) -> Iterator[tuple[str, tuple[str, ...]]]:
        """(victim, coalition) pairs that are the hardest to withstand: a greater figure that is known leaves less for what is not."""
        ordered = [sorted(atom.columns, key=lambda column: -self.figures[column]) for atom in self.atoms]
        for columns in ordered:
            for victim in columns[: coalition + 1] if len(columns) <= coalition + 1 else columns[:1]:
                insiders = [column for each in ordered for column in [one for one in each if one != victim][:coalition]]
                yield from ((victim, group) for group in combinations(insiders, min(coalition, len(insiders))))

    def open(self, victim: str, coalition: tuple[str, ...], margin: float) -> bool:
        """Whether the coalition's bounds of the victim's figure lie at least a margin of it away, on either side."""
        known = [sum(self.figures[column] for column in atom.columns if column in coalition) for atom in self.atoms]
        at = next(place for place, atom in enumerate(self.atoms) if victim in atom.columns)
        others = self.atoms[at].columns - {victim, *coalition}
        truth = self.figures[victim]
        wanted = np.zeros(len(self.atoms))
        wanted[at] = 1.0
        highest = self._bound(-wanted, known)
        if highest is None or -highest - known[at] < truth * (1 + margin) - _SOLVERS_ERROR:
            return False
        if others:
            return True  # nothing keeps it from being nought
        lowest = self._bound(wanted, known)
        return lowest is not None and lowest - known[at] <= truth * (1 - margin) + _SOLVERS_ERROR

    def _bound(self, wanted: np.ndarray[tuple[int], np.dtype[np.float64]], known: list[float]) -> float | None:
        from scipy.optimize import linprog  # noqa: PLC0415 — a quarter of a second, which no start of a server waits for

        solved = linprog(wanted, A_eq=self.within, b_eq=self.sums, bounds=[(least, None) for least in known], method="highs")
        return float(solved.fun) if solved.status == 0 and solved.fun is not None else None
