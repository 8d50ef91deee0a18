"""Parts that are made today and bought tomorrow: what was stated of the one life is not counted in the other."""

from decimal import Decimal

import pytest
from tests.world import FACTOR_HEADER, INVENTORY_HEADER, PART_HEADER, STRUCTURE_HEADER, Member, World, factor


@pytest.fixture(scope="module")
async def maker(world: World) -> Member:
    member = await world.company("Changing Works")
    await member.import_tables(factors=[FACTOR_HEADER, factor("POWER", "1", "kg CO2e/kWh"), factor("MEAN", "20")])
    return member


def part(number: str, sourcing: str, secondary: str = "") -> list[str]:
    return [number, number, "kg", "", "", "", secondary, sourcing]


HEADER = [*PART_HEADER, "Sourcing"]


async def total(member: Member, number: str) -> Decimal:
    return Decimal((await member.compute(number))["result"]["total"])


async def test_a_stand_in_does_not_count_once_a_part_is_made(maker: Member) -> None:
    await maker.import_tables(parts=[HEADER, part("CASE", "bought", "MEAN")])
    assert await total(maker, "CASE") == 20
    await maker.import_tables(
        parts=[HEADER, part("CASE", "made")],
        inventory=[INVENTORY_HEADER, ["CASE", "production", "pressing", "3", "kWh", "POWER", "own", "energy"]],
    )
    assert await total(maker, "CASE") == 3


async def test_an_inventory_does_not_count_once_a_part_is_bought(maker: Member) -> None:
    await maker.import_tables(
        parts=[HEADER, part("COVER", "made")],
        inventory=[INVENTORY_HEADER, ["COVER", "production", "pressing", "3", "kWh", "POWER", "own", "energy"]],
    )
    assert await total(maker, "COVER") == 3
    await maker.import_tables(parts=[HEADER, part("COVER", "bought", "MEAN")])
    assert await total(maker, "COVER") == 20


async def test_a_structure_does_not_count_once_its_part_is_bought(maker: Member) -> None:
    await maker.import_tables(
        parts=[HEADER, part("SHEET", "bought", "MEAN"), part("FRAME", "made"), part("BOX", "made")],
        structure=[STRUCTURE_HEADER, ["FRAME", "SHEET", "2", "kg"], ["BOX", "FRAME", "1", "kg"]],
    )
    assert await total(maker, "BOX") == 40
    await maker.import_tables(parts=[HEADER, part("FRAME", "bought", "MEAN")])
    computed = await maker.compute("BOX")
    assert Decimal(computed["result"]["total"]) == 20
    assert [gap["part_number"] for gap in computed["result"]["gaps"]] == ["FRAME"], "what went into it is its supplier's now"


async def test_a_stand_in_that_is_no_longer_named_is_gone(maker: Member) -> None:
    """A row of parts states the whole part: an empty cell in the column of stand-ins takes the old one away."""
    await maker.import_tables(parts=[HEADER, part("BOLT", "bought", "MEAN")])
    assert (await maker.get(f"/parts/{await maker.part_id('BOLT')}/inventory"))["secondary_factor"] == "MEAN"
    report = await maker.import_tables(parts=[HEADER, part("BOLT", "bought")])
    assert (await maker.get(f"/parts/{await maker.part_id('BOLT')}/inventory"))["secondary_factor"] is None
    assert report["changes"]["secondary_factors"]["removed"] == 1
    without_column = [["Part number", "Part name", "Declared unit", "Sourcing"], ["BOLT", "bolt", "kg", "bought"]]
    await maker.import_tables(parts=[HEADER, part("BOLT", "bought", "MEAN")])
    await maker.import_tables(parts=without_column)
    kept = (await maker.get(f"/parts/{await maker.part_id('BOLT')}/inventory"))["secondary_factor"]
    assert kept == "MEAN", "a table without the column says nothing of it"
