"""What a company has registered comes out as a file that says the same when it is imported: here, and in another company."""

import pytest
from tests.domain.examples import each
from tests.domain.test_imports import Books, books
from tests.world import FACTOR_HEADER, PART_HEADER, Member, World, factor

from ashiato.plumbing.spreadsheet import read, write


@pytest.fixture(scope="module")
async def owner(world: World) -> Member:
    return await world.company("Exporting Works")


@pytest.fixture(scope="module")
async def other(world: World) -> Member:
    return await world.company("Receiving Works")


async def exported(member: Member) -> bytes:
    response = await member.call("GET", "/catalogue.xlsx")
    assert response.status_code == 200, response.text
    return response.content


async def come_and_go(owner: Member, other: Member, made: Books) -> None:
    assert (await owner.send_file(write(made.sheets())))["saved"]
    told = await exported(owner)
    again = await owner.send_file(told)
    assert (again["errors"], again["saved"], again["changed"]) == ([], True, False)
    there = await other.send_file(told)
    assert there["saved"], there["errors"][:3]
    assert read(await exported(other)) == read(told)


async def test_what_is_exported_says_the_same_when_it_is_imported(owner: Member, other: Member) -> None:
    await each(lambda made: come_and_go(owner, other, made), 3, books())


@pytest.mark.long
@pytest.mark.timeout(1200)
async def test_what_is_exported_says_the_same_for_long(owner: Member, other: Member) -> None:
    await each(lambda made: come_and_go(owner, other, made), 100, books())


async def test_a_changed_cell_would_be_noticed(owner: Member) -> None:
    """The canary: the file with one other name is a change."""
    await owner.import_tables(parts=[PART_HEADER, ["CANARY", "canary", "kg", "", "", "", ""]])
    sheets = read(await exported(owner))
    parts = next(sheet for sheet in sheets if sheet.name == "parts")
    next(row for row in parts.rows if row[0] == "CANARY")[1] = "another"
    assert (await owner.send_file(write(sheets)))["changes"]["parts"]["changed"] == 1


async def test_columns_of_the_companys_own_and_figures_at_the_edge_come_out_too(owner: Member, other: Member) -> None:
    edge = [factor("EDGE-1", "1e-29", "mg CO2e/kg"), factor("EDGE-2", "1e30", "t CO2e/kg"), factor("EDGE-3", "0.123456789012345678901234567891")]
    parts = [[*PART_HEADER, "担当", "=cmd"], ["=1+1", "@formula", "kg", "", "", "", "", "髙橋", "+1"]]
    await owner.import_tables(factors=[FACTOR_HEADER, *edge], parts=parts)
    told = await exported(owner)
    again = await owner.send_file(told)
    assert (again["errors"], again["changed"]) == ([], False), again["changes"]
    there = await other.send_file(told)
    assert there["saved"], there["errors"][:3]
    assert read(await exported(other)) == read(told)
    header, *rows = next(sheet for sheet in read(told) if sheet.name == "parts").rows
    row = dict(zip(header, next(row for row in rows if row[0] == "=1+1"), strict=True))
    assert (row["担当"], row["=cmd"], row["Part name"]) == ("髙橋", "+1", "@formula")


async def test_only_some_tables(owner: Member) -> None:
    response = await owner.call("GET", "/catalogue.xlsx", params={"table": ["parts", "sites"]})
    assert [sheet.name for sheet in read(response.content)] == ["parts", "sites"]
    assert (await owner.call("GET", "/catalogue.xlsx", params={"table": "people"})).status_code == 422


async def test_nothing_of_anothers_is_exported(world: World) -> None:
    stranger = await world.company("Empty Works")
    assert all(len(sheet.rows) == 1 for sheet in read(await exported(stranger)))
    assert (await stranger.send_file(await exported(stranger)))["rows"] == 0
