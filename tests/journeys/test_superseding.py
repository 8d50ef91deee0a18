"""What was handed over never changes; what is newer supersedes it, and says so; what is withdrawn is gone at the next request."""

from decimal import Decimal

from tests.world import FACTOR_HEADER, INVENTORY_HEADER, PART_HEADER, STRUCTURE_HEADER, Member, World, factor

BATTERY_HEADER = ["Part number", "Vehicle category", "Chemistry", "Usable energy (kWh)", "Warranty (years)", "Delivered energy (kWh)"]


async def chain(world: World) -> tuple[Member, Member, Member]:
    """A pack maker, its cell maker, and the cell maker's foil maker."""
    foil, cells, packs = (await world.company("Dozan Foil"), await world.company("Kamo Cells"), await world.company("Hikari Packs"))
    await foil.import_tables(
        factors=[FACTOR_HEADER, factor("CU", "4")],
        parts=[PART_HEADER, ["FOIL", "Foil", "kg", "", "", "", ""]],
        inventory=[INVENTORY_HEADER, ["FOIL", "production", "copper", "1", "kg", "CU", "own", "input"]],
    )
    await cells.import_tables(
        factors=[FACTOR_HEADER, factor("ELEC", "0.5", "kg CO2e/kWh", basis="consumption_mix")],
        parts=[PART_HEADER, ["CELL", "Cell", "kg", "", "", "", ""], ["FOIL-B", "Foil, bought", "kg", "", foil.number, "FOIL", ""]],
        structure=[STRUCTURE_HEADER, ["CELL", "FOIL-B", "1", "kg"]],
        inventory=[INVENTORY_HEADER, ["CELL", "production", "electricity", "2", "kWh", "ELEC", "own", "energy"]],
    )
    await packs.import_tables(
        parts=[PART_HEADER, ["PACK", "Pack", "kg", "", "", "", ""], ["CELL-B", "Cell, bought", "kg", "", cells.number, "CELL", ""]],
        structure=[STRUCTURE_HEADER, ["PACK", "CELL-B", "1", "kg"]],
        batteries=[BATTERY_HEADER, ["PACK", "M1", "NMC", "0.15", "8", "145"]],
    )
    return foil, cells, packs


async def change_copper(foil: Member, value: str) -> None:
    await foil.import_tables(factors=[FACTOR_HEADER, factor("CU", value)])


async def test_a_newer_answer_travels_only_when_each_tier_releases_it(world: World) -> None:
    foil, cells, packs = await chain(world)
    to_foil = (await cells.ask("FOIL-B"))["request_id"]
    to_cells = (await packs.ask("CELL-B"))["request_id"]
    await foil.answer(to_foil, "FOIL")
    await cells.answer(to_cells, "CELL")
    first = await packs.compute("PACK")
    assert Decimal(first["result"]["total"]) == 5

    await change_copper(foil, "6")
    await foil.compute("FOIL")  # recomputing alone changes nothing for anybody
    assert (await packs.get(f"/footprints/{first['footprint_id']}"))["stale"] == []
    await foil.answer(to_foil, "FOIL")
    cell = (await cells.get(f"/parts/{await cells.part_id('CELL')}/footprints"))["items"][0]
    assert (await cells.get(f"/footprints/{cell['footprint_id']}"))["stale"] == ["FOIL-B"]
    assert (await packs.get(f"/footprints/{first['footprint_id']}"))["stale"] == []
    assert (await packs.compute("PACK"))["footprint_id"] == first["footprint_id"]

    await cells.answer(to_cells, "CELL")
    assert (await packs.get(f"/footprints/{first['footprint_id']}"))["stale"] == ["CELL-B"]
    refused = await packs.call("POST", "/declarations", json={"footprint_id": first["footprint_id"]})
    assert (refused.status_code, refused.json()["code"]) == (409, "declaration.stale")
    second = await packs.compute("PACK")
    assert Decimal(second["result"]["total"]) == 7
    answer = await packs.get(f"/requests/{to_cells}/answer")
    assert (answer["release"]["version"], answer["superseded"]) == (2, 1)
    await packs.post("/declarations", {"footprint_id": second["footprint_id"]})


async def test_a_withdrawn_answer_is_gone_at_the_next_request(world: World) -> None:
    foil, cells, _ = await chain(world)
    request_id = (await cells.ask("FOIL-B"))["request_id"]
    await foil.answer(request_id, "FOIL")
    computed = await cells.compute("CELL")
    before = await cells.call("GET", f"/requests/{request_id}/answer")
    assert before.status_code == 200
    grant = (await foil.get("/grants"))["items"][0]
    assert [access["reader"] for access in (await foil.get("/accesses"))["items"]] == ["Kamo Cells"]

    await foil.delete(f"/grants/{grant['grant_id']}")
    after = await cells.call("GET", f"/requests/{request_id}/answer")
    assert after.status_code == 404
    assert (await cells.get(f"/footprints/{computed['footprint_id']}"))["stale"] == ["FOIL-B"]
    refused = await cells.call("POST", f"/parts/{await cells.part_id('CELL')}/footprints", json={
        "method": "JRC-CFB-EV-2023-06", "period_start": "2025-04-01", "period_end": "2026-03-31",
    })  # fmt: skip
    assert (refused.status_code, refused.json()["code"]) == (409, "footprint.incomplete")
    assert [flaw["field"] for flaw in refused.json()["flaws"]] == ["FOIL-B"]


async def test_figures_of_two_methods_are_never_added(world: World) -> None:
    foil, cells, _ = await chain(world)
    request_id = (await cells.ask("FOIL-B", method="DA-EV-draft-2024-04"))["request_id"]
    await foil.answer(request_id, "FOIL")
    period = {"period_start": "2025-04-01", "period_end": "2026-03-31"}
    part_id = await cells.part_id("CELL")
    refused = await cells.call("POST", f"/parts/{part_id}/footprints", json={"method": "JRC-CFB-EV-2023-06"} | period)
    assert (refused.status_code, refused.json()["flaws"][0]["code"]) == (409, "footprint.method")
    computed = await cells.post(f"/parts/{part_id}/footprints", {"method": "DA-EV-draft-2024-04"} | period)
    assert Decimal(computed["result"]["total"]) == 5


async def test_the_draft_act_takes_usable_energy_cycles_and_the_shorter_warranty(world: World) -> None:
    packs = await world.company("Hikari Packs")
    await packs.import_tables(
        factors=[FACTOR_HEADER, factor("CELL-AVG", "75")],
        parts=[PART_HEADER, ["PACK", "Pack", "piece", "400", "", "", ""], ["CELL-B", "Cell", "kWh", "", "", "", ""]],
        inventory=[INVENTORY_HEADER, ["PACK", "raw_materials", "cells", "60", "kg", "CELL-AVG", "own", "input"]],
        batteries=[BATTERY_HEADER, ["PACK", "M1", "NMC", "60", "8", ""]],
    )
    computed = await packs.compute("PACK", "DA-EV-draft-2024-04")
    assert computed["result"]["per_kwh"]["total_energy_kwh"] == "28800"
    assert computed["result"]["per_kwh"]["kg_co2e_per_kwh"] == "0.15625"  # the published vector: 4,500 kg over 28,800 kWh
