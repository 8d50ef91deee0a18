"""Companies with data for the pages' tests: a maker of packs that buys cells, a maker of cells."""

from datetime import UTC, datetime, timedelta
from typing import Any

from tests.world import FACTOR_HEADER, INVENTORY_HEADER, PART_HEADER, STRUCTURE_HEADER, Member, World, factor

BATTERY_HEADER = ["Part number", "Vehicle category", "Chemistry", "Usable energy (kWh)", "Delivered energy (kWh)"]


async def cell_maker(world: World, name: str = "Kamo Cells", *, standing: str = "published") -> Member:
    """One cell of 14 kg CO2e/kg, 4 of them from electricity that was metered."""
    cells = await world.company(name)
    await cells.import_tables(
        factors=[FACTOR_HEADER, factor("ELEC", "0.5", "kg CO2e/kWh", basis="consumption_mix"), factor("NI", "10", standing=standing)],
        parts=[PART_HEADER, ["CELL-1", "Prismatic cell", "kg", "", "", "", ""], ["CELL-2", "Other cell", "kg", "", "", "", ""]],
        inventory=[
            INVENTORY_HEADER,
            ["CELL-1", "raw_materials", "secret nickel", "1", "kg", "NI", "own", "input"],
            ["CELL-1", "production", "electricity", "8", "kWh", "ELEC", "own", "energy"],
        ],
    )
    return cells


async def pack_maker(world: World, supplier: Member | None = None, name: str = "Hikari Packs") -> Member:
    """A battery of 0.8 kg cells, 0.2 kg housing and 3 kWh of electricity; 150 kWh over its life."""
    packs = await world.company(name)
    await packs.import_tables(
        factors=[FACTOR_HEADER, factor("ELEC", "0.1", "kg CO2e/kWh", basis="consumption_mix"), factor("AL", "10"), factor("CELL-AVG", "20")],
        parts=[
            PART_HEADER,
            ["PACK-1", "Traction battery", "kg", "1", "", "", ""],
            ["CELL-B", "Cell, bought", "kg", "", supplier.number if supplier else "", "CELL-1" if supplier else "", "CELL-AVG"],
        ],
        structure=[STRUCTURE_HEADER, ["PACK-1", "CELL-B", "0.8", "kg"]],
        inventory=[
            INVENTORY_HEADER,
            ["PACK-1", "production", "electricity", "3", "kWh", "ELEC", "own", "energy"],
            ["PACK-1", "production", "housing", "0.2", "kg", "AL", "own", "input"],
        ],
        batteries=[BATTERY_HEADER, ["PACK-1", "M1", "NMC111", "", "150"]],
    )
    return packs


async def declared(packs: Member, **more: Any) -> str:
    """Computes and declares the battery; the declaration's identifier."""
    computed = await packs.compute("PACK-1")
    declaration = await packs.post("/declarations", {"footprint_id": computed["footprint_id"]} | more)
    return str(declaration["declaration_id"])


def due(days: int) -> dict[str, str]:
    """A due date so many days from now."""
    return {"due_at": (datetime.now(UTC) + timedelta(days=days)).isoformat()}
