"""What follows over several tiers: figures only where they are disclosed, counts without names, changes carried on."""

from tests.ouranos.conftest import Found
from tests.ouranos.test_failures import closing
from tests.ouranos_world import TRANSPORT, Company, figures, settle
from tests.world import World


async def three_tiers(found: Found) -> tuple[Company, Company, Company, dict[str, str]]:
    """A pack maker asks a cell maker, who asks a cathode maker; every part is registered, nothing is answered."""
    pack, cell, cathode = [await found(name) for name in ("Pack", "Cell", "Cathode")]
    traces = {}
    traces["pack"], (traces["pack/cell"], traces["pack/case"]) = await pack.make(
        "PACK", pack.part("CELL", amount=5), pack.part("CASE", amount=2, terminal=True)
    )
    traces["trade1"] = await pack.ask(cell, traces["pack/cell"])
    traces["cell"], (traces["cell/cathode"],) = await cell.make("C-1", cell.part("CATH", amount=0.5))
    await cell.put("tradeResponse", tradeId=traces["trade1"], traceId=traces["cell"])
    traces["trade2"] = await cell.ask(cathode, traces["cell/cathode"])
    traces["cathode"], _ = await cathode.make("NMC", terminal=True)
    await cathode.put("tradeResponse", tradeId=traces["trade2"], traceId=traces["cathode"])
    return pack, cell, cathode, traces


async def test_figures_reach_the_buyer_only_when_linked_complete_and_disclosed(world: World, found: Found) -> None:
    pack, cell, cathode, t = await three_tiers(found)
    assert await pack.cfp(t["pack/cell"]) == {}
    await cathode.state(t["cathode"], 1.5, 10)
    assert (await cell.cfp(t["cell/cathode"]))[t["cell/cathode"], "preProductionResponse"]["ghgEmission"] is None
    await cathode.disclose(cell, t["cathode"])
    answered = await cell.cfp(t["cell/cathode"])
    assert {kind: row["ghgEmission"] for (_, kind), row in answered.items()} == {"preProductionResponse": 1.5, "mainProductionResponse": 10}
    assert answered[t["cell/cathode"], "mainProductionResponse"]["dqrValue"] == {"TeR": 3.1, "GeR": 3.1, "TiR": 3.1}
    assert answered[t["cell/cathode"], "mainProductionResponse"]["cfpId"] is None
    await cathode.disclose(cell, t["cathode"], figures=True, quality=False)
    hidden = (await cell.cfp(t["cell/cathode"]))[t["cell/cathode"], "mainProductionResponse"]
    assert (hidden["ghgEmission"], hidden["dqrValue"]) == (10, {"TeR": None, "GeR": None, "TiR": None})
    await cathode.disclose(cell, t["cathode"], figures=False, quality=True)
    hidden = (await cell.cfp(t["cell/cathode"]))[t["cell/cathode"], "mainProductionResponse"]
    assert (hidden["ghgEmission"], hidden["dqrValue"]["TeR"]) == (None, 3.1)
    assert await pack.cfp(t["cathode"], t["cell"], t["cell/cathode"]) == {}, "another company's parts look as if they did not exist"


async def test_totals_are_amount_times_emission_over_all_tiers(world: World, found: Found) -> None:
    pack, cell, cathode, t = await three_tiers(found)
    await cell.state(t["cell"], 0.25, 2)
    await cell.disclose(pack, t["cell"])
    await pack.state(t["pack"], 3, 20)
    await pack.state(t["pack/case"], component=(1, 2))
    seen = await pack.cfp(t["pack"], t["pack/cell"])
    assert seen[t["pack/cell"], "mainProductionResponse"]["ghgEmission"] == 2
    assert seen[t["pack"], "mainComponentTotal"]["ghgEmission"] == 5 * 2 + 2 * 2
    await cathode.state(t["cathode"], 1.5, 10)
    await cathode.disclose(cell, t["cathode"])
    await cell.state(t["cell"], 0.25, 2)
    await settle(world)
    seen = await pack.cfp(t["pack"], t["pack/cell"])
    assert seen[t["pack/cell"], "preProductionResponse"]["ghgEmission"] == 1
    assert seen[t["pack/cell"], "mainProductionResponse"]["ghgEmission"] == 7
    totals = {kind: row["ghgEmission"] for (trace, kind), row in seen.items() if trace == t["pack"] and kind.endswith("Total")}
    assert totals == {"preProductionTotal": 3, "mainProductionTotal": 20, "preComponentTotal": 5 * 1 + 2 * 1, "mainComponentTotal": 5 * 7 + 2 * 2}
    assert sum(totals.values()) == 69


async def test_a_change_is_carried_on_over_all_tiers(world: World, found: Found) -> None:
    pack, cell, cathode, t = await three_tiers(found)
    await cell.state(t["cell"], 0, 2)
    await cell.disclose(pack, t["cell"])
    await cathode.disclose(cell, t["cathode"])
    await cathode.state(t["cathode"], 0, 10)
    await settle(world)
    assert (await pack.cfp(t["pack/cell"]))[t["pack/cell"], "mainProductionResponse"]["ghgEmission"] == 7, "without the cell maker's doing"
    await cathode.state(t["cathode"], 0, 20)
    await settle(world)
    assert (await pack.cfp(t["pack/cell"]))[t["pack/cell"], "mainProductionResponse"]["ghgEmission"] == 12
    told = await pack.ask_trace("GET", "/notifications", operatorId=pack.id)
    assert [each["notificationType"] for each in told["notifications"]] == ["CFP_UPDATED"] * 3 + ["CFP_RESPONSED"], (
        "answered, disclosed, and two changes"
    )


async def test_a_changed_structure_is_carried_on_over_all_tiers(world: World, found: Found) -> None:
    pack, cell, cathode, t = await three_tiers(found)
    for company, trace, to in ((cathode, t["cathode"], cell), (cell, t["cell"], pack)):
        await company.state(trace, 0, 10)
        await company.disclose(to, trace)
    await settle(world)

    async def seen() -> float:
        return (await pack.cfp(t["pack/cell"]))[t["pack/cell"], "mainProductionResponse"]["ghgEmission"]

    assert await seen() == 10 + 0.5 * 10
    await cell.make("C-1", cell.part("CATH", trace=t["cell/cathode"], amount=2))
    assert await seen() == 10 + 2 * 10
    await cell.put("status", closing(t["trade2"], "CANCEL"))
    assert await seen() == 10, "the answer that was taken back counts no more"
    told = await pack.ask_trace("GET", "/notifications", operatorId=pack.id)
    assert [each["notificationType"] for each in told["notifications"]][:2] == ["CFP_UPDATED"] * 2


async def test_nothing_is_carried_on_for_a_suspended_company(world: World, found: Found) -> None:
    pack, cell, cathode, t = await three_tiers(found)
    for company, trace, to in ((cathode, t["cathode"], cell), (cell, t["cell"], pack)):
        await company.state(trace, 0, 10)
        await company.disclose(to, trace)
    await settle(world)
    await world.move(cell.member, "suspended")
    changed = await cathode.call("PUT", TRANSPORT, "cfp", json=figures(t["cathode"], 0, 20))
    await settle(world)

    async def seen() -> tuple[float, str]:
        (track,) = await cathode.ask_trace("GET", "/requestStatus", operatorId=cathode.id, trackId=changed.headers["x-track"])
        answer = (await pack.cfp(t["pack/cell"]))[t["pack/cell"], "mainProductionResponse"]["ghgEmission"]
        return answer, track["summaryRequestStatus"]

    assert await seen() == (15, "PROCESSING"), "its standing disclosure rests"
    await world.move(cell.member, "admitted")
    await settle(world)
    assert await seen() == (20, "SUCCESS"), "and is taken up again with its admission"


async def test_counts_grow_until_the_tree_ends(world: World, found: Found) -> None:
    pack, cell, cathode = [await found(name) for name in ("Pack", "Cell", "Cathode")]
    _, (bought,) = await pack.make("PACK", pack.part("CELL", amount=5))
    assert await pack.get("status", statusTarget="REQUEST", traceId=bought) == []
    first = await pack.ask(cell, bought)

    async def seen() -> tuple[str, str, int, int]:
        status = await pack.status(bought)
        return status["cfpResponseStatus"], status["tradeTreeStatus"], status["completedCount"], status["tradesCount"]

    assert await seen() == ("NOT_COMPLETED", "UNTERMINATED", 0, 1)
    made, (below,) = await cell.make("C-1", cell.part("CATH", amount=1))
    await cell.put("tradeResponse", tradeId=first, traceId=made)
    assert await seen() == ("NOT_COMPLETED", "UNTERMINATED", 0, 1)
    second = await cell.ask(cathode, below)
    assert await seen() == ("NOT_COMPLETED", "UNTERMINATED", 0, 2)
    end, _ = await cathode.make("NMC", terminal=True)
    await cathode.put("tradeResponse", tradeId=second, traceId=end)
    await settle(world)
    assert await seen() == ("NOT_COMPLETED", "TERMINATED", 0, 2)
    await cathode.state(end, 0, 10)
    await settle(world)
    assert await seen() == ("NOT_COMPLETED", "TERMINATED", 1, 2)
    await cell.state(made, 0, 1)
    await settle(world)
    assert await seen() == ("COMPLETED", "TERMINATED", 2, 2)
    listed = await pack.get("status")
    assert cathode.id not in str(listed)
    assert end not in str(listed)
