"""The policy on what releases may tell: warned, held, coarsened; alone and in coalition; with all that was released before."""

from typing import Any

import pytest
from tests.world import FACTOR_HEADER, INVENTORY_HEADER, PART_HEADER, Member, World, factor

LEAKY = [
    ["CELL-1", "production", "power", "10", "kWh", "POWER", "own", "energy"],
    ["CELL-1", "raw_materials", "nickel", "2", "kg", "NICKEL", "own", "input"],
]
QUIET = [
    ["CELL-1", "production", f"step {number}", str(number), "kWh", code, "own", "energy"]
    for number, code in ((3, "POWER"), (4, "POWER"), (5, "POWER"), (6, "POWER"))
]
RATED = [["CELL-1", "production", "power", "3", "kWh", "POWER", "own", "energy"], ["CELL-1", "production", "heat", "4", "kWh", "HEAT", "average", "energy"],
         ["CELL-1", "production", "steam", "4", "kWh", "HEAT", "average", "energy"], ["CELL-1", "production", "cooling", "3", "kWh", "POWER", "average", "energy"]]  # fmt: skip


async def supplier(world: World, lines: list[list[str]], name: str = "Kamo Cells") -> Member:
    cells = await world.company(name)
    factors = [factor("POWER", "0.5", "kg CO2e/kWh"), factor("HEAT", "0.2", "kg CO2e/kWh", ratings=(4, 4, 4)), factor("NICKEL", "12")]
    await cells.import_tables(
        factors=[FACTOR_HEADER, *factors], parts=[PART_HEADER, ["CELL-1", "Cell", "piece", "", "", "", ""]], inventory=[INVENTORY_HEADER, *lines]
    )
    return cells


async def asking(world: World, cells: Member, name: str) -> tuple[Member, str]:
    packs = await world.company(name)
    await packs.import_tables(parts=[PART_HEADER, ["CELL", "Cell", "piece", "", cells.number, "CELL-1", ""]])
    request = await packs.ask("CELL")
    await cells.put(f"/requests/{request['request_id']}/link", {"part_id": await cells.part_id("CELL-1")})
    return packs, request["request_id"]


async def set_policy(cells: Member, action: str, *coalitions: list[Member]) -> Any:
    return await cells.put(
        "/release-policy", {"margin": "0.1", "action": action, "coalitions": [[member.number for member in each] for each in coalitions]}
    )


async def foreseen(cells: Member, footprint: Any, *requests: str) -> Any:
    return await cells.get(f"/footprints/{footprint['footprint_id']}/release-preview", params={"request": list(requests)})


async def test_by_default_the_supplier_is_warned_and_decides_itself(world: World) -> None:
    cells = await supplier(world, LEAKY)
    _, request = await asking(world, cells, "Hikari Packs")
    assert await cells.get("/release-policy") == {"margin": "0.1", "action": "warn", "coalitions": [], "second_person": False}
    footprint = await cells.compute("CELL-1")
    preview = await foreseen(cells, footprint, request)
    assert preview["outcome"] == "warned"
    (exposure,) = preview["exposures"]
    assert exposure["audience"] == ["Hikari Packs"]
    assert {told["name"]: round(told["half_width"], 4) for told in exposure["told"]} == {"power": 0, "nickel": 0}
    assert exposure["told"][0]["words"].startswith(("power (CELL-1) to ±", "nickel (CELL-1) to ±"))
    released = await cells.post("/answers", {"footprint_id": footprint["footprint_id"], "requests": [request]})
    assert "withheld" not in released["release"]


async def test_what_is_held_is_not_released_and_nobody_else_learns_of_it(world: World) -> None:
    cells = await supplier(world, LEAKY)
    packs, request = await asking(world, cells, "Hikari Packs")
    await set_policy(cells, "hold")
    footprint = await cells.compute("CELL-1")
    before = [(await packs.call("GET", path)).content for path in (f"/requests/{request}", f"/requests/{request}/answer", "/facts")]
    assert (await foreseen(cells, footprint, request))["outcome"] == "held"
    refused = await cells.call("POST", "/answers", json={"footprint_id": footprint["footprint_id"], "requests": [request]})
    assert (refused.status_code, refused.json()["code"]) == (409, "release.held")
    assert any("nickel" in flaw["message"] for flaw in refused.json()["flaws"])
    assert before == [(await packs.call("GET", path)).content for path in (f"/requests/{request}", f"/requests/{request}/answer", "/facts")]
    await set_policy(cells, "warn")
    await cells.post("/answers", {"footprint_id": footprint["footprint_id"], "requests": [request]})


async def test_what_leaves_the_recipe_open_is_released_whatever_the_policy(world: World) -> None:
    cells = await supplier(world, QUIET)
    _, request = await asking(world, cells, "Hikari Packs")
    await set_policy(cells, "hold")
    footprint = await cells.compute("CELL-1")
    assert (await foreseen(cells, footprint, request))["outcome"] == "released"
    released = await cells.post("/answers", {"footprint_id": footprint["footprint_id"], "requests": [request]})
    assert released["release"]["quality"]


async def test_a_coarse_release_leaves_out_what_tells_amounts_apart(world: World) -> None:
    cells = await supplier(world, RATED)
    packs, request = await asking(world, cells, "Hikari Packs")
    await set_policy(cells, "coarsen")
    footprint = await cells.compute("CELL-1")
    preview = await foreseen(cells, footprint, request)
    assert preview["outcome"] == "coarsened"
    released = (await cells.post("/answers", {"footprint_id": footprint["footprint_id"], "requests": [request]}))["release"]
    assert released["withheld"] == ["primary_data_share", "quality"]
    assert released["total"] == preview["release"]["total"] == footprint["result"]["total"]
    assert "quality" not in released
    assert (await packs.get(f"/requests/{request}/answer"))["release"] == released


async def test_a_grid_factor_of_another_year_tells_the_electricity_of_both(world: World) -> None:
    """Differencing: each release alone leaves the recipe open, both together do not; who received only the second is not concerned."""
    cells = await supplier(
        world,
        [
            ["CELL-1", "production", "power", "10", "kWh", "POWER", "own", "energy"],
            ["CELL-1", "production", "heat", "9", "kWh", "HEAT", "own", "energy"],
        ],
    )
    await cells.import_tables(factors=[FACTOR_HEADER, factor("HEAT", "0.2", "kg CO2e/kWh")])  # rated like the power: ratings tell nothing
    packs, request = await asking(world, cells, "Hikari Packs")
    _, other = await asking(world, cells, "Tsubasa Packs")
    await set_policy(cells, "hold")
    await cells.answer(request, "CELL-1")
    await cells.import_tables(factors=[FACTOR_HEADER, factor("POWER", "0.6", "kg CO2e/kWh")])
    footprint = await cells.compute("CELL-1")
    assert (await foreseen(cells, footprint, other))["outcome"] == "released"
    preview = await foreseen(cells, footprint, request)
    assert preview["outcome"] == "held"
    assert preview["exposures"][0]["told"][0]["half_width"] < 1e-4
    grant = next(item for item in (await cells.get("/grants"))["items"] if item["grantee"] == packs.name)
    await cells.delete(f"/grants/{grant['grant_id']}")
    assert (await foreseen(cells, footprint, request))["outcome"] == "held", "what was withdrawn has been seen"


async def test_companies_that_compare_notes_are_one_recipient(world: World) -> None:
    cells = await supplier(
        world,
        [
            ["CELL-1", "production", "power", "10", "kWh", "POWER", "own", "energy"],
            ["CELL-1", "production", "heat", "9", "kWh", "HEAT", "own", "energy"],
        ],
    )
    await cells.import_tables(factors=[FACTOR_HEADER, factor("HEAT", "0.2", "kg CO2e/kWh")])
    one, first = await asking(world, cells, "Hikari Packs")
    two, second = await asking(world, cells, "Tsubasa Packs")
    policy = await set_policy(cells, "hold", [one, two])
    assert policy["coalitions"] == [["Hikari Packs", "Tsubasa Packs"]]
    await cells.answer(first, "CELL-1")
    await cells.import_tables(factors=[FACTOR_HEADER, factor("POWER", "0.6", "kg CO2e/kWh")])
    preview = await foreseen(cells, await cells.compute("CELL-1"), second)
    assert preview["outcome"] == "held"
    alone, together = preview["exposures"]
    assert alone["assured"] >= 0.1 > together["assured"]
    assert together["audience"] == ["Hikari Packs", "Tsubasa Packs"]
    refused = await cells.call("POST", "/answers", json={"footprint_id": (await cells.compute("CELL-1"))["footprint_id"], "requests": [second]})
    assert refused.json()["code"] == "release.held"


@pytest.mark.parametrize(
    "policy", [{"margin": "0.3", "action": "hold"}, {"margin": "0", "action": "hold"}, {"margin": "0.1", "action": "hide"}, {"margin": "0.1", "action": "hold", "coalitions": [["7000012050002"]]}]
)  # fmt: skip
async def test_a_policy_that_cannot_be_kept_is_refused(world: World, policy: dict[str, Any]) -> None:
    cells = await world.company("Kamo Cells")
    assert (await cells.call("PUT", "/release-policy", json=policy)).status_code == 422
    assert (await cells.get("/release-policy"))["action"] == "warn"


async def test_only_an_administrator_sets_the_policy(world: World) -> None:
    cells = await supplier(world, LEAKY)
    await cells.post("/people", {"email": f"a@{cells.number}.test", "display_name": "A", "password": "correct horse battery", "roles": ["approver"]})
    token = (await cells.client.post("/api/v1/sessions", json={"email": f"a@{cells.number}.test", "password": "correct horse battery"})).json()[
        "token"
    ]
    cells.client.cookies.clear()
    body = {"margin": "0.1", "action": "warn"}
    refused = await cells.client.put("/api/v1/release-policy", json=body, headers={"Authorization": f"Bearer {token}"})
    assert (refused.status_code, refused.json()["code"]) == (403, "role")
