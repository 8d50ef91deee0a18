"""A buyer with so many of everything, all of it through the real doors, and what its pages and routes are called with."""

from uuid import uuid4

from tests.attacks.rich import CIRCULARITY_HEADER
from tests.world import FACTOR_HEADER, INVENTORY_HEADER, METHOD, PART_HEADER, STRUCTURE_HEADER, Member, World, factor

_COMPUTED = 6  # footprints of one part, at most: each holds all of its components


async def supplier(world: World) -> Member:
    """A maker of cells."""
    made = await world.company("Cells")
    await made.import_tables(
        factors=[FACTOR_HEADER, factor("POWER", "0.5", "kg CO2e/kWh", basis="consumption_mix")],
        parts=[PART_HEADER, ["S-CELL", "Cell", "kg", "", "", "", ""]],
        inventory=[INVENTORY_HEADER, ["S-CELL", "production", "power", "3", "kWh", "POWER", "own", "energy"]],
    )
    return made


async def buyer(world: World, cells: Member, many: int) -> tuple[Member, dict[str, str]]:
    """A maker of one pack out of so many bought cells, all answered; and the identifiers of one of each thing."""
    member = await world.company("Packs")
    numbers = [f"CELL-{place:03}" for place in range(many)]
    await member.import_tables(
        sites=[["Site code", "Site name", "Country"], *([f"SITE-{number}", "Works", "JP"] for number in numbers)],
        factors=[FACTOR_HEADER, factor("POWER", "0.5", "kg CO2e/kWh", basis="consumption_mix"), *(factor(f"F-{number}", "2") for number in numbers)],
        parts=[[*PART_HEADER, "Site"], ["PACK", "Pack", "piece", "", "", "", "", f"SITE-{numbers[0]}"],
               *([number, "Cell", "kg", "", cells.number, "S-CELL", f"F-{number}", ""] for number in numbers)],
        structure=[STRUCTURE_HEADER, *(["PACK", number, "2", "kg"] for number in numbers)],
        batteries=[["Part number", "Vehicle category", "Chemistry", "Delivered energy (kWh)"], ["PACK", "M1", "NMC", "28800"]],
        inventory=[INVENTORY_HEADER, *(["PACK", "production", f"power {number}", "10", "kWh", "POWER", "own", "energy"] for number in numbers)],
        circularity=[CIRCULARITY_HEADER, *(["PACK", f"Al {number}", "1", "0.2", "0", "0.9", f"F-{number}", f"F-{number}"] for number in numbers)],
    )  # fmt: skip
    ids = {"part_id": await member.part_id("PACK"), "company_id": member.company_id}
    due = {"method": METHOD, "due_at": "2027-01-01T00:00:00Z"}
    asked = [request["request_id"] for request in (await member.post(f"/parts/{ids['part_id']}/requests", due))["items"]]
    await _answered(cells, asked)
    for request_id in asked:
        await member.get(f"/requests/{request_id}/answer")
    ids["request_id"] = asked[0]
    for place in range(min(many, _COMPUTED)):
        period = {"method": METHOD, "period_start": "2025-04-01", "period_end": f"2026-03-{10 + place}"}
        ids["footprint_id"] = (await member.post(f"/parts/{ids['part_id']}/footprints", period))["footprint_id"]
        ids["declaration_id"] = (await member.post("/declarations", {"footprint_id": ids["footprint_id"]}))["declaration_id"]
    for place in range(min(many, _COMPUTED)):
        tag = f"{uuid4().hex}@many.test"
        await member.post("/people", {"email": tag, "display_name": "P", "password": "correct horse battery", "roles": ["clerk"]})
        await member.post("/clients", {"name": f"Program {place}", "roles": ["clerk"]})
    return member, ids


async def _answered(cells: Member, asked: list[str]) -> None:
    part_id = await cells.part_id("S-CELL")
    for request_id in asked:
        await cells.put(f"/requests/{request_id}/link", {"part_id": part_id})
    footprint = await cells.compute("S-CELL")
    await cells.post("/answers", {"footprint_id": footprint["footprint_id"], "requests": asked})
