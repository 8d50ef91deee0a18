"""Footprints that companies hand to one another through the real doors, against a direct solve of a matrix that nobody here wrote.

One company an activity: each imports its own workbook, asks its suppliers, answers its buyers; nobody sees the matrix. What comes
out at every company must be what the matrix says. `ORACLE_ACTIVITY="name|location"` names one more activity from outside,
`ORACLE_DEPTH=2` how many tiers of it become companies (all of them if empty). `pytest -s` prints the figures.
"""

import os
import sys
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

import pytest

from ashiato.domain.footprint import methods
from tests.oracle.chain import (
    COMPONENT_AMOUNT,
    FACTOR_VALUE,
    GASES,
    LINE_AMOUNT,
    Company,
    Tables,
    bought,
    companies,
    product,
    tables,
    within,
    written,
)
from tests.oracle.matrix import INSTALL, PACKAGE, Label, Matrix, folder, installed
from tests.world import Member, World

pytestmark = pytest.mark.oracle

TOLERANCE = 1e-9
NUDGE = Decimal("1.000001")
NMC622 = (
    "market for battery, Li-ion, NMC622|GLO",
    "battery production, Li-ion, NMC622|GLO",
    "battery cell production, Li-ion, NMC622|GLO",
    "cathode, NMC622, for Li-ion battery|GLO",
    "NMC622 oxide|GLO",
    "NMC622 hydroxide|GLO",
    "electrolyte, for Li-ion battery|GLO",
    "copper collector foil, for Li-ion battery|GLO",
    "aluminium collector foil, for Li-ion battery|GLO",
    "battery separator|GLO",
)


@dataclass(frozen=True)
class Case:
    """A product of the matrix, and which activities behind it are companies: those named, or those so many tiers away (None: all)."""

    top: str
    named: tuple[str, ...] = ()
    depth: int | None = None

    def plan(self, matrix: Matrix) -> list[Company]:
        top = matrix.find(self.top)
        chosen = {matrix.find(name) for name in self.named} if self.named else within(matrix, top, self.depth)
        return companies(matrix, [top], chosen)


CASES = {
    "NMC622, the battery's makers": Case(NMC622[0], NMC622),
    "NMC622, down to the brine": Case(NMC622[0]),
    "NMC523, four tiers": Case("market for battery, Li-ion, NMC523|GLO", depth=4),
    "sodium-ion, batches of 21 kg": Case("market for battery, Sodium-ion, SiB|GLO"),
    "vanadium redox flow, per kWh, with its end": Case("market for battery capacity, redox-flow, Vanadium, stationary|GLO", depth=2),
    "vanadium pentoxide, in batches of 0.12 to 1.5 kg": Case("vanadium pentoxide production|ZA"),
    "lithium iron phosphate, per kWh": Case("market for battery capacity, Li-ion, LFP, stationary|GLO"),
    "lead acid": Case("lead acid battery, for lorry|RER"),
}
LONG = {"NMC622, down to the brine"}
if named := os.environ.get("ORACLE_ACTIVITY"):
    CASES[f"from outside: {named}"] = Case(named, depth=int(depth) if (depth := os.environ.get("ORACLE_DEPTH")) else None)


@pytest.fixture(scope="session")
def matrix() -> Matrix:
    found = installed()
    if found is None:
        pytest.skip(f"{PACKAGE} is not installed, so nothing is compared with it. To compare: {INSTALL}")
    return found


@dataclass
class Nudge:
    """One cell of one company's workbook, wrong by a millionth."""

    activity: int
    table: str
    row: int
    column: int

    def apply(self, activity: int, workbook: Tables) -> None:
        if activity == self.activity:
            cells = workbook[self.table][self.row]
            cells[self.column] = written(Decimal(cells[self.column]) * NUDGE)


async def hand_through(world: World, matrix: Matrix, plan: list[Company], nudge: Nudge | None = None) -> dict[int, Any]:
    """The result of every company, computed bottom-up from what its suppliers handed over, by activity."""
    members: dict[int, Member] = {}
    asked: dict[int, list[str]] = {company.activity: [] for company in plan}
    for company in plan:
        members[company.activity] = member = await world.company(str(matrix.labels[company.activity]))
        workbook = tables(matrix, company, {activity: supplier.number for activity, supplier in members.items()})
        if nudge is not None:
            nudge.apply(company.activity, workbook)
        await member.import_tables(**workbook)
        for purchase in company.purchases:
            request = await member.ask(bought(purchase.activity))
            asked[purchase.activity].append(request["request_id"])
    results = {}
    for company in plan:
        member, own = members[company.activity], product(company.activity)
        part_id = await member.part_id(own)
        for request_id in asked[company.activity]:
            await member.put(f"/requests/{request_id}/link", {"part_id": part_id})
        footprint = await member.compute(own)
        results[company.activity] = footprint["result"]
        if asked[company.activity]:
            await member.post("/answers", {"footprint_id": footprint["footprint_id"], "requests": asked[company.activity]})
    return results


def differences(matrix: Matrix, results: dict[int, Any]) -> dict[int, float]:
    """How far each company's total is from the matrix, relative to the matrix; what the matrix says is nothing must be nothing."""
    found = {}
    for activity, result in results.items():
        ours, theirs = Decimal(result["total"]), Decimal(matrix.score(activity))
        found[activity] = float(abs(ours - theirs) / abs(theirs)) if theirs else float(abs(ours))
    return found


def show(matrix: Matrix, results: dict[int, Any], differing: dict[int, float]) -> None:
    width = min(72, max(len(str(matrix.labels[activity])) for activity in results))
    lines = [f"\n{'company':{width}}  per            kg CO2e, ours   kg CO2e, matrix  difference"]
    for activity, result in results.items():
        label = matrix.labels[activity]
        lines.append(
            f"{str(label)[:width]:{width}}  {label.unit:13}  {float(result['total']):14.9g}  {matrix.score(activity):16.9g}  {differing[activity]:.1e}"
        )
    sys.stdout.write("\n".join(lines) + "\n")


def check_tiers(plan: list[Company], results: dict[int, Any]) -> None:
    """Nothing stood in for an answer: at every tier as many answered as were asked, and the first tier is what is bought."""
    for company in plan:
        tiers = {tier["tier"]: (tier["asked"], tier["answered"]) for tier in results[company.activity]["coverage"]}
        assert tiers.get(1, (0, 0)) == (len(company.purchases), len(company.purchases))
        assert all(asked == answered for asked, answered in tiers.values())
        assert not results[company.activity]["gaps"]


@pytest.mark.parametrize("case", [pytest.param(case, id=name, marks=[pytest.mark.long] if name in LONG else []) for name, case in CASES.items()])
async def test_every_company_hands_over_what_the_matrix_says(world: World, matrix: Matrix, case: Case) -> None:
    plan = case.plan(matrix)
    results = await hand_through(world, matrix, plan)
    differing = differences(matrix, results)
    show(matrix, results, differing)
    check_tiers(plan, results)
    assert plan[-1].activity == matrix.find(case.top)
    assert {matrix.find(name) for name in case.named} <= set(results)
    assert max(differing.values()) < TOLERANCE, {str(matrix.labels[activity]): far for activity, far in differing.items() if far >= TOLERANCE}


@pytest.mark.long
@pytest.mark.timeout(1800)
async def test_every_activity_of_the_matrix_as_a_company(world: World, matrix: Matrix) -> None:
    """All that the matrix says how to make, at once: vehicles' parts, fuels, power plants and their ends besides batteries."""
    everyone = [activity for activity in range(len(matrix.labels)) if matrix.foreground(activity)]
    plan = companies(matrix, everyone, everyone)
    results = await hand_through(world, matrix, plan)
    differing = differences(matrix, results)
    show(matrix, results, differing)
    check_tiers(plan, results)
    assert set(results) == set(everyone)
    assert max(differing.values()) < TOLERANCE, {str(matrix.labels[activity]): far for activity, far in differing.items() if far >= TOLERANCE}


WRONG_CELLS = {
    "a factor": ("factors", FACTOR_VALUE),
    "an amount of the inventory": ("inventory", LINE_AMOUNT),
    "an amount of the structure": ("structure", COMPONENT_AMOUNT),
}


@pytest.mark.parametrize("cell", WRONG_CELLS.values(), ids=WRONG_CELLS.keys())
async def test_a_millionth_in_one_workbook_is_noticed_there_and_above(world: World, matrix: Matrix, cell: tuple[str, int]) -> None:
    """The comparison is a comparison: it fails where one cell is wrong, at that company and at those who buy from it, nowhere else."""
    plan = Case(NMC622[2], NMC622[2:6]).plan(matrix)
    hydroxide, oxide, cathode, cell_maker = (company.activity for company in plan)
    wrong = oxide
    table, column = cell
    rows = tables(matrix, plan[1], {hydroxide: ""})[table]
    heaviest = max(range(1, len(rows)), key=lambda row: _weight(matrix, plan[1], table, rows[row]))
    results = await hand_through(world, matrix, plan, Nudge(wrong, table, heaviest, column))
    differing = differences(matrix, results)
    assert differing[hydroxide] < TOLERANCE
    assert all(differing[activity] > TOLERANCE for activity in (oxide, cathode, cell_maker))


def _weight(matrix: Matrix, company: Company, table: str, row: list[Any]) -> float:
    """What a row contributes to its company's footprint."""
    burdens = {line.code: abs(line.amount * line.value) for line in company.lines}
    match table:
        case "factors":
            return burdens[row[0]]
        case "inventory":
            return burdens[row[5]]
        case _:
            return max(purchase.amount * matrix.score(purchase.activity) for purchase in company.purchases)


def test_the_solve_is_finer_than_what_is_compared_with_it(matrix: Matrix) -> None:
    """Forward and transposed solve agree far below the tolerance; what takes nothing has its own impact, to the bit."""
    for activity in range(len(matrix.labels)):
        if matrix.foreground(activity):
            assert matrix.score(activity) == pytest.approx(matrix.factors[activity], rel=1e-13, abs=0)
        else:
            assert matrix.factors[activity] == matrix.impact[activity]


def test_the_houses_warming_potentials_are_those_of_the_matrix(matrix: Matrix) -> None:
    """The direct emissions of this oracle are valued by the house, under the codes of its methods."""
    for name, code in GASES.items():
        stated = {float(matrix.impact[place]) for place, label in enumerate(matrix.labels) if label.elementary and label.name == name}
        assert stated == {float(method.gwp[code.removeprefix("gwp:")]) for method in methods.all_methods().values()}


def by_hand() -> Matrix:
    """What the published matrix does not hold all at once: a cycle, a batch, own use, waste in both signs, a by-product, an uptake, own impact."""
    units = {"pack": "unit", "cell": "kilogram", "paste": "kilogram", "solvent": "kilogram", "smelter": "kilogram", "dump": "kilogram"}
    labels = [Label(name, "GLO", unit, name) for name, unit in units.items()]
    labels += [Label("power", "GLO", "kilowatt hour", "power"), Label("sewage", "GLO", "cubic meter", "sewage")]
    labels += [Label("steam", "GLO", "megajoule", "steam"), Label("hall", "GLO", "square meter-year", "hall")]
    labels += [Label("Methane, fossil", "('air',)", "kilogram"), Label("Sulfur hexafluoride", "('air',)", "kilogram")]
    labels += [Label("Ammonia", "('air',)", "kilogram"), Label("Radon-222", "('air',)", "kilo Becquerel")]
    taken = {
        ("cell", "pack"): -310.7, ("power", "pack"): -41.3, ("dump", "pack"): 3.1, ("hall", "pack"): -1 / 3,
        ("cell", "cell"): 0.97, ("paste", "cell"): -0.61, ("smelter", "cell"): -0.13, ("dump", "cell"): 0.02, ("steam", "cell"): 0.7,
        ("paste", "paste"): 21.5, ("solvent", "paste"): -9.1, ("power", "paste"): -88.0, ("sewage", "paste"): 1.25, ("Methane, fossil", "paste"): -0.4,
        ("cell", "solvent"): -0.003, ("smelter", "solvent"): 0.01, ("power", "solvent"): -2.2, ("Sulfur hexafluoride", "solvent"): -1e-6,
        ("smelter", "smelter"): 1.3, ("dump", "smelter"): 1.9, ("power", "smelter"): -11.0, ("Ammonia", "smelter"): -0.01,
        ("dump", "dump"): -1.0, ("power", "dump"): -0.4, ("Methane, fossil", "dump"): 0.002, ("Radon-222", "dump"): -7.0,
    }  # fmt: skip
    impact = {"power": 0.47, "sewage": -0.28, "steam": 0.07, "hall": 12.5, "Methane, fossil": 29.8, "Sulfur hexafluoride": 24300.0, "smelter": 0.85}
    return Matrix.of(labels, taken, impact)


async def test_cycles_batches_and_waste_go_through_too(world: World) -> None:
    """Without the package as well: a matrix of ten lines, solved by the same solver, in which everything odd happens."""
    matrix = by_hand()
    plan = Case("pack|GLO").plan(matrix)
    results = await hand_through(world, matrix, plan)
    differing = differences(matrix, results)
    show(matrix, results, differing)
    check_tiers(plan, results)
    names = {matrix.labels[company.activity].name: company for company in plan}
    assert set(names) == {"pack", "cell", "paste", "solvent", "smelter", "dump"}
    assert [line.flow for line in names["solvent"].lines if matrix.labels[line.source].name in ("cell", "smelter")] == ["input", "credit"]
    assert [line.flow for line in names["paste"].lines if matrix.labels[line.source].name == "sewage"] == ["waste"]
    assert max(differing.values()) < TOLERANCE


def test_the_oracle_is_read_and_never_imported() -> None:
    """Its own dependencies would not fit beside the house's; only data files are opened."""
    assert folder() is None or PACKAGE not in sys.modules
