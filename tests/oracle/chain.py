"""From the matrix to companies: one for each chosen activity, with the workbook that it would send. Everything else is a factor.

- A positive amount of another company's product is bought: a component with a supplier, no factor in sight.
- Everything else is an inventory line: its factor is the score of the activity behind it, or the impact of the elementary flow.
- An exchange that would close a cycle among the companies is a line as well, valued with the supplier's score.
- What an activity emits by itself is a line with a measured factor; gases that the house knows are valued by the house.
- Figures are spelled as the shortest decimals that name these doubles (up to 17 digits) in text cells, so nothing is lost but what
  lies behind the thirtieth decimal, which the importer does not take. Companies count in different units (kg, g, t; kWh, MJ …).
"""

from collections.abc import Collection
from dataclasses import dataclass
from decimal import Context, Decimal
from typing import Any

from tests.oracle.matrix import Matrix
from tests.world import FACTOR_HEADER, INVENTORY_HEADER, PART_HEADER, STRUCTURE_HEADER, factor

Tables = dict[str, list[list[Any]]]
FACTOR_VALUE, LINE_AMOUNT, COMPONENT_AMOUNT = 2, 3, 2  # columns of the figures in their tables

_ENERGY = ("kilowatt hour", "megajoule", "ton kilometer")
GASES = {  # valued with the house's own potentials, which are thereby compared as well
    "Carbon dioxide, fossil": "gwp:CO2",
    "Methane, fossil": "gwp:CH4",
    "Methane, non-fossil": "gwp:CH4_biogenic",
    "Dinitrogen monoxide": "gwp:N2O",
}
_COUNTED_IN = {  # how many of another unit one of the matrix's is
    "kilogram": (("kg", "1"), ("g", "1000"), ("t", "0.001")),
    "kilowatt hour": (("kWh", "1"), ("MJ", "3.6"), ("Wh", "1000")),
    "megajoule": (("MJ", "1"), ("kJ", "1000"), ("GJ", "0.001")),
    "cubic meter": (("m3", "1"), ("l", "1000")),
    "ton kilometer": (("tkm", "1"), ("kgkm", "1000")),
    "kilometer": (("km", "1"), ("m", "1000")),
}
_LAST_DECIMAL = Decimal("1e-30")
_WIDE = Context(prec=60)
_OUTWARD = ("('air'", "('water'", "('soil'")


@dataclass(frozen=True)
class Purchase:
    """So much of a supplier's product in one unit of one's own."""

    activity: int
    amount: float


@dataclass(frozen=True)
class Line:
    """An inventory line; `code` is empty for an outflow without burden."""

    source: int
    amount: float
    flow: str
    code: str
    value: float = 0.0
    standing: str = "published"


@dataclass(frozen=True)
class Company:
    """The maker of one activity's product."""

    activity: int
    purchases: tuple[Purchase, ...]
    lines: tuple[Line, ...]


def within(matrix: Matrix, top: int, depth: int | None) -> set[int]:
    """The activities at most so many purchases away from the top (all of them for None), as far as the matrix says how they are made."""
    reached, frontier = {top}, {top}
    while frontier and (depth is None or depth > 0):
        frontier = {row for activity in frontier for row, _ in matrix.exchanges(activity) if matrix.foreground(row)} - reached
        reached |= frontier
        depth = None if depth is None else depth - 1
    return reached


def companies(matrix: Matrix, tops: Collection[int], chosen: Collection[int]) -> list[Company]:
    """The companies behind these products, suppliers before their buyers; chosen activities out of their reach are left out."""
    order: list[Company] = []
    finished: set[int] = set()

    def visit(activity: int, path: frozenset[int]) -> None:
        above = path | {activity}
        purchases, lines = [], []
        for row, value in sorted(matrix.exchanges(activity)):
            amount = _amount(matrix, activity, row, value)
            if row in chosen and row not in above and amount > 0:
                purchases.append(Purchase(row, amount))
                if row not in finished:
                    visit(row, above)
            else:
                lines += _lines(matrix, row, amount)
        if own := float(matrix.impact[activity]):
            lines.append(Line(activity, 1 / abs(float(matrix.makes[activity])), "emission", f"D{activity}", own, "measured"))
        finished.add(activity)
        order.append(Company(activity, tuple(purchases), tuple(lines)))

    for top in tops:
        if top not in finished:
            visit(top, frozenset())
    return order


def _amount(matrix: Matrix, activity: int, row: int, value: float) -> float:
    """How much of a row one unit of the activity's reference product needs: scaled by what the activity makes, waste counted as treated."""
    treated = -1.0 if matrix.makes[row] < 0 else 1.0
    return -value * treated / abs(float(matrix.makes[activity]))


def _lines(matrix: Matrix, row: int, amount: float) -> list[Line]:
    """How a workbook states an exchange with no company behind it; nothing for what no unit of the house counts and nothing burdens."""
    label, value = matrix.labels[row], float(matrix.factors[row])
    if label.elementary:
        if value:
            code = GASES.get(label.name, f"E{row}")
            return [Line(row, amount, "emission" if amount > 0 else "credit", code, value, "measured")]
        return [Line(row, amount, "emission", "")] if amount > 0 and label.unit == "kilogram" and label.location.startswith(_OUTWARD) else []
    if amount < 0 and value < 0:  # waste that is given away, its treatment counted in the opposite direction
        return [Line(row, -amount, "waste", f"F{row}", -value)]
    if amount < 0:
        return [Line(row, amount, "credit", f"F{row}", value)]
    flow = "waste" if matrix.makes[row] < 0 else "energy" if label.unit in _ENERGY else "input"
    return [Line(row, amount, flow, f"F{row}", value)]


def product(activity: int) -> str:
    """The part number of what a company makes."""
    return f"P{activity}"


def bought(activity: int) -> str:
    """The part number under which buyers keep a supplier's product."""
    return f"B{activity}"


def counted(figure: float, unit: str, turn: int) -> tuple[str, str]:
    """An amount and its unit as a company writes them: in the matrix's unit or in another, by turns."""
    units = _COUNTED_IN.get(unit, ((unit, "1"),))
    other, many = units[turn % len(units)]
    return written(_WIDE.multiply(Decimal(repr(figure)), Decimal(many))), other


def written(figure: Decimal) -> str:
    """A figure as it stands in a cell."""
    return str(figure if figure == 0 else figure.quantize(_LAST_DECIMAL, context=_WIDE).normalize(_WIDE))


def tables(matrix: Matrix, company: Company, suppliers: dict[int, str]) -> Tables:
    """A company's workbook; `suppliers` are corporate numbers by activity."""
    own = product(company.activity)
    stated = {line.code: line for line in company.lines if line.code.startswith(("D", "E", "F"))}
    sheets: Tables = {
        "factors": [
            FACTOR_HEADER,
            *(
                factor(code, written(Decimal(repr(line.value))), f"kg CO2e/{matrix.labels[line.source].unit}", line.standing)
                for code, line in stated.items()
            ),
        ],
        "parts": [PART_HEADER, [own, matrix.labels[company.activity].name, matrix.labels[company.activity].unit, "", "", "", ""]],
        "structure": [STRUCTURE_HEADER],
        "inventory": [INVENTORY_HEADER],
    }
    for purchase in company.purchases:
        label, number = matrix.labels[purchase.activity], bought(purchase.activity)
        amount, unit = counted(purchase.amount, label.unit, company.activity)
        _, declared = counted(1, label.unit, company.activity + purchase.activity)
        sheets["parts"].append([number, label.name, declared, "", suppliers[purchase.activity], product(purchase.activity), ""])
        sheets["structure"].append([own, number, amount, unit])
    for line in company.lines:
        label = matrix.labels[line.source]
        amount, unit = counted(line.amount, label.unit, company.activity + line.source)
        stage = "raw_materials" if line.flow == "input" else "production"
        sheets["inventory"].append([own, stage, label.name, amount, unit, line.code, "own", line.flow])
    return {name: rows for name, rows in sheets.items() if len(rows) > 1}
