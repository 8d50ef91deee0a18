"""A buyer analyses its pack: it sees what carries the figure, tries changes that are not made, and of its supplier sees one figure."""

from collections import Counter
from typing import Any

import psycopg
import pytest
from psycopg import sql
from tests.world import FACTOR_HEADER, INVENTORY_HEADER, PART_HEADER, STRUCTURE_HEADER, Member, World, factor, workbook

from ashiato.plumbing.db import SCHEMA

SECRETS = ("nickel", "NICKEL", "furnace", "KAMO-GRID", "CELL-1")


@pytest.fixture
async def cells(world: World) -> Member:
    member = await world.company("Kamo Cells")
    await member.import_tables(
        factors=[FACTOR_HEADER, factor("KAMO-GRID", "0.5", "kg CO2e/kWh", basis="consumption_mix"), factor("NICKEL", "10")],
        parts=[PART_HEADER, ["CELL-1", "Cell", "kg", "", "", "", ""], ["CELL-2", "Better cell", "kg", "", "", "", ""]],
        inventory=[
            INVENTORY_HEADER,
            ["CELL-1", "raw_materials", "nickel", "1", "kg", "NICKEL", "own", "input"],
            ["CELL-1", "production", "furnace", "4", "kWh", "KAMO-GRID", "own", "energy"],
            ["CELL-2", "production", "furnace", "4", "kWh", "KAMO-GRID", "own", "energy"],
        ],
    )
    return member


@pytest.fixture
async def packs(world: World, cells: Member) -> Member:
    member = await world.company("Hikari Packs")
    await member.import_tables(**book(cells))
    return member


def book(cells: Member, *, amount: str = "2", power: str = "10", grid: str = "GRID", value: str = "0.1") -> dict[str, list[list[Any]]]:
    """The pack's tables; what a scenario changes, spelled otherwise and imported, is the real change."""
    return {
        "factors": [
            FACTOR_HEADER,
            factor("GRID", value, "kg CO2e/kWh", basis="consumption_mix", ratings=(3, 1, 2)),
            factor("WIND", "0.01", "kg CO2e/kWh", basis="direct_line"),
            factor("CELL-AVG", "20", ratings=(4, 4, 4)),
        ],
        "parts": [
            PART_HEADER,
            ["PACK-1", "Pack", "piece", "2", "", "", ""],
            ["CELL-B", "Cell, bought", "kg", "", cells.number, "CELL-1", "CELL-AVG"],
            ["CELL-C", "Another cell, bought", "kg", "", cells.number, "CELL-2", "CELL-AVG"],
        ],
        "structure": [STRUCTURE_HEADER, ["PACK-1", "CELL-B", amount, "kg"]],
        "inventory": [INVENTORY_HEADER, ["PACK-1", "production", "electricity", power, "kWh", grid, "own", "energy"]],
    }


@pytest.fixture
async def pack(packs: Member, cells: Member) -> str:
    """The pack's identifier, once its cell is answered."""
    await cells.answer((await packs.ask("CELL-B"))["request_id"], "CELL-1")
    return await packs.part_id("PACK-1")


async def draft(member: Member, part_number: str) -> Any:
    return next(item for item in (await member.get("/drafts"))["items"] if item["part_number"] == part_number)


async def test_the_buyer_sees_its_supplier_as_one_figure(packs: Member, pack: str) -> None:
    response = await packs.call("GET", f"/parts/{pack}/contribution", params={"cut": "0.001"})
    found = response.json()
    assert (found["total"], found["tiers"], found["complete"]) == (25, {"0": 1, "1+": 24}, True)
    cell, power = found["activities"]["carriers"]
    assert (cell["part_number"], cell["kind"], cell["activity"], cell["line"], cell["tier"]) == ("CELL-B", "answer", "Kamo Cells", None, "1+")
    assert cell["stages"] == {"raw_materials": 20, "production": 4, "distribution": 0, "end_of_life": 0}
    assert (power["activity"], power["line"], power["total"], power["share"]) == ("electricity", 1, 1, 0.04)
    assert [(part["part_number"], part["used"], part["total"]) for part in found["parts"]["carriers"]] == [("CELL-B", 2, 24), ("PACK-1", 1, 1)]
    assert [secret for secret in SECRETS if secret in response.text] == []


async def test_the_supplier_sees_its_own_inside(cells: Member, pack: str) -> None:
    """The canary: what the buyer does not see is there."""
    response = await cells.call("GET", f"/parts/{await cells.part_id('CELL-1')}/contribution")
    assert {"nickel", "furnace", "CELL-1"} <= {secret for secret in SECRETS if secret in response.text}


async def test_what_is_below_the_cut_is_one(packs: Member, pack: str) -> None:
    found = await packs.get(f"/parts/{pack}/contribution", params={"cut": "0.1"})
    assert [carrier["part_number"] for carrier in found["activities"]["carriers"]] == ["CELL-B"]
    assert found["activities"]["rest"] == {"count": 1, "total": 1, "share": 0.04, "stages": dict.fromkeys(found["stages"], 0) | {"production": 1}}


async def test_a_withdrawn_answer_is_no_longer_seen(packs: Member, cells: Member, pack: str) -> None:
    await cells.delete(f"/grants/{(await cells.get('/grants'))['items'][0]['grant_id']}")
    found = await packs.get(f"/parts/{pack}/contribution")
    assert (found["activities"]["carriers"][0]["kind"], found["total"]) == ("secondary", 41)


def counted(owner_url: str) -> Counter[str]:
    """How many rows every table has, whoever's they are: the owner lifts row-level security in a transaction that it takes back."""
    rows: Counter[str] = Counter()
    with psycopg.connect(owner_url) as connection:
        for (table,) in connection.execute("SELECT tablename FROM pg_tables WHERE schemaname = %s", [SCHEMA]).fetchall():
            name = sql.Identifier(SCHEMA, table)
            connection.execute(sql.SQL("ALTER TABLE {} NO FORCE ROW LEVEL SECURITY").format(name))
            (rows[table],) = connection.execute(sql.SQL("SELECT count(*) FROM {}").format(name)).fetchone() or (0,)
        connection.rollback()
    assert rows["part"]
    assert rows["outbox"]
    return rows


async def test_analyses_write_nothing(packs: Member, pack: str, owner_url: str) -> None:
    await packs.get("/drafts")  # the first reading of the answer is noted
    before, figure = counted(owner_url), await draft(packs, "PACK-1")
    changes = [{"kind": "electricity", "factor": "WIND"}, {"kind": "secondary", "part_number": "CELL-B", "factor": "CELL-AVG"}]
    found = await packs.post(f"/parts/{pack}/scenario", {"changes": changes})
    await packs.post(f"/parts/{pack}/uncertainty", {"draws": 100})
    await packs.get(f"/parts/{pack}/contribution")
    assert found["after"]["total"] == pytest.approx(40.1)
    assert counted(owner_url) == before
    assert await draft(packs, "PACK-1") == found["before"] == figure
    await packs.compute("PACK-1")
    assert counted(owner_url) != before, "the canary: what writes is seen"


REALLY: dict[str, tuple[dict[str, Any], dict[str, str]]] = {
    "an amount": ({"kind": "amount", "part_number": "PACK-1", "line": 1, "amount": "7.5"}, {"power": "7.5"}),
    "a component": ({"kind": "component", "part_number": "PACK-1", "component": "CELL-B", "amount": "1.75", "unit": "kg"}, {"amount": "1.75"}),
    "electricity": ({"kind": "electricity", "factor": "WIND", "part_numbers": ["PACK-1"]}, {"grid": "WIND"}),
    "a factor": ({"kind": "factor", "factor": "GRID", "by": "WIND"}, {"grid": "WIND"}),
    "a factor's value": ({"kind": "factor", "factor": "GRID", "kg_co2e": "0.3"}, {"value": "0.3"}),
}


@pytest.mark.parametrize("name", REALLY)
async def test_a_scenario_is_what_the_change_would_make(packs: Member, cells: Member, pack: str, name: str) -> None:
    change, spelled = REALLY[name]
    found = await packs.post(f"/parts/{pack}/scenario", {"changes": [change]})
    assert found["after"] != found["before"]
    await packs.import_tables(**book(cells, **spelled))
    assert await draft(packs, "PACK-1") == found["after"]


async def test_another_suppliers_answer_can_be_tried(packs: Member, cells: Member, pack: str) -> None:
    request = await packs.ask("CELL-C")
    change = {"kind": "answer", "part_number": "CELL-B", "request_id": request["request_id"]}
    refused = await packs.call("POST", f"/parts/{pack}/scenario", json={"changes": [change]})
    assert (refused.status_code, [flaw["field"] for flaw in refused.json()["flaws"]]) == (422, ["changes.0.request_id"])
    await cells.answer(request["request_id"], "CELL-2")
    found = await packs.post(f"/parts/{pack}/scenario", {"changes": [change]})
    assert (found["before"]["total"], found["after"]["total"]) == (25, pytest.approx(2 * 2 + 1))
    assert (found["before"]["primary_data_share"], found["after"]["primary_data_share"]) == (pytest.approx(0.2), 1)


async def test_anothers_answer_is_as_unknown_as_none(world: World, packs: Member, cells: Member, pack: str) -> None:
    rival = await world.company("Rival Packs")
    await rival.import_tables(**book(cells))
    request = (await rival.ask("CELL-B"))["request_id"]
    await cells.answer(request, "CELL-1")
    part = await packs.part_id("PACK-1")
    bodies = [{"changes": [{"kind": "answer", "part_number": "CELL-B", "request_id": named}]} for named in (request, no_id())]
    told = [await packs.call("POST", f"/parts/{part}/scenario", json=body) for body in bodies]
    assert [response.status_code for response in told] == [422, 422]
    assert told[0].content == told[1].content


def no_id() -> str:
    return "00000000-0000-4000-8000-000000000000"


async def test_a_stranger_finds_no_such_part(world: World, packs: Member, pack: str) -> None:
    stranger = await world.company("Stranger Works")
    for method, path, body in (("GET", "contribution", None), ("POST", "scenario", {"changes": []}), ("POST", "uncertainty", {})):
        told = [await stranger.call(method, f"/parts/{part}/{path}", json=body) for part in (pack, no_id())]
        assert [response.status_code for response in told] == [404, 404]
        assert told[0].content == told[1].content


async def test_an_answer_under_another_method_is_not_added(packs: Member, pack: str) -> None:
    told = await packs.call("GET", f"/parts/{pack}/contribution", params={"method": "DA-EV-draft-2024-04"})
    assert (told.status_code, told.json()["code"], [flaw["field"] for flaw in told.json()["flaws"]]) == (409, "footprint.method", ["CELL-B"])


async def test_the_interval_holds_the_figure_and_is_drawn_again_alike(packs: Member, pack: str) -> None:
    found = await packs.post(f"/parts/{pack}/uncertainty", {})
    assert (found["draws"], found["total"]["figure"], found["complete"]) == (1000, 25, True)
    assert found["total"]["low"] < 25 < found["total"]["high"]
    assert found["total"]["low"] < found["total"]["median"] < found["total"]["high"]
    assert found["citation"].startswith("https://doi.org/")
    assert "mapping" in found["unverified"]
    assert await packs.post(f"/parts/{pack}/uncertainty", {"seed": found["seed"]}) == found
    sure = [{"part_number": "CELL-B", "gsd": "1"}, {"factor": "GRID", "gsd": "1"}, {"part_number": "PACK-1", "line": 1, "gsd": "1"}]
    certain = await packs.post(f"/parts/{pack}/uncertainty", {"spreads": sure})
    assert certain["total"]["low"] == certain["total"]["high"] == pytest.approx(25)


async def test_what_does_not_fit_is_refused_by_its_field(packs: Member, pack: str) -> None:
    for path, body, field in (
        ("uncertainty", {"draws": 10_001}, "draws"),
        ("uncertainty", {"spreads": [{"factor": "NONE", "gsd": "2"}]}, "spreads.0"),
        ("scenario", {"changes": [{"kind": "amount", "part_number": "PACK-1", "line": 9, "amount": "1"}]}, "changes.0.line"),
        ("scenario", {"changes": [{"kind": "secondary", "part_number": "CELL-B", "factor": "NONE"}]}, "changes.0.factor"),
    ):
        told = await packs.call("POST", f"/parts/{pack}/{path}", json=body)
        assert told.status_code == 422
        assert any(flaw["field"].endswith(field) for flaw in told.json()["flaws"]), told.text


async def test_a_part_that_nobody_values_makes_the_figure_incomplete(packs: Member, cells: Member) -> None:
    tables = book(cells)
    for row in tables["parts"][2:]:
        row[-1] = ""
    await packs.send_file(workbook(**tables))
    found = await packs.get(f"/parts/{await packs.part_id('PACK-1')}/contribution")
    assert (found["complete"], found["total"]) == (False, 1)
