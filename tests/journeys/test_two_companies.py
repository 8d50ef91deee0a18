"""A buyer and a supplier: ask, link, compute, review, answer, roll up."""

from decimal import Decimal

from tests.world import FACTOR_HEADER, INVENTORY_HEADER, PART_HEADER, STRUCTURE_HEADER, World, factor


async def test_a_suppliers_answer_feeds_the_buyers_product(world: World) -> None:
    cells = await world.company("Kamo Cells")
    packs = await world.company("Hikari Packs")
    await cells.import_tables(
        factors=[FACTOR_HEADER, factor("ELEC", "0.5", "kg CO2e/kWh", basis="consumption_mix"), factor("NI", "10")],
        parts=[PART_HEADER, ["CELL-1", "Cell", "kg", "", "", "", ""]],
        inventory=[
            INVENTORY_HEADER,
            ["CELL-1", "raw_materials", "nickel", "1", "kg", "NI", "own", "input"],
            ["CELL-1", "production", "electricity", "4", "kWh", "ELEC", "own", "energy"],
        ],
    )
    await packs.import_tables(
        factors=[FACTOR_HEADER, factor("ELEC", "0.1", "kg CO2e/kWh", basis="consumption_mix"), factor("CELL-AVG", "20")],
        parts=[PART_HEADER, ["PACK-1", "Pack", "piece", "2", "", "", ""], ["CELL-B", "Cell, bought", "kg", "", cells.number, "CELL-1", "CELL-AVG"]],
        structure=[STRUCTURE_HEADER, ["PACK-1", "CELL-B", "2", "kg"]],
        inventory=[INVENTORY_HEADER, ["PACK-1", "production", "electricity", "10", "kWh", "ELEC", "own", "energy"]],
    )
    before = await packs.compute("PACK-1")
    assert Decimal(before["result"]["total"]) == 2 * 20 + 1
    assert before["result"]["gaps"][0]["part_number"] == "CELL-B"

    request = await packs.ask("CELL-B")
    await cells.answer(request["request_id"], "CELL-1")
    after = await packs.compute("PACK-1")
    assert Decimal(after["result"]["total"]) == 2 * (10 + 2) + 1
    assert after["result"]["stages"]["raw_materials"] == {"own": "0", "component": "20", "total": "20"}
    assert after["result"]["stages"]["production"] == {"own": "1", "component": "4", "total": "5"}
    assert Decimal(after["result"]["primary_data_share"]) == Decimal(5) / 25
    assert after["result"]["coverage"] == [{"tier": 1, "asked": 1, "answered": 1}]
    assert not after["draft"]
