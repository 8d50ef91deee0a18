"""What the open reference gets wrong, each with what is right."""

import asyncio
import re
from typing import Any
from uuid import uuid4

import pytest
from tests import ouranos_world
from tests.ouranos.conftest import Found
from tests.ouranos.test_failures import closing
from tests.ouranos_world import INFO, TRANSPORT, Company, figures, settle
from tests.world import World


@pytest.fixture(scope="module")
async def buyer(world: World, key: str) -> Company:
    return await ouranos_world.company(world, key, "Buyer")


@pytest.fixture(scope="module")
async def supplier(world: World, key: str) -> Company:
    return await ouranos_world.company(world, key, "Supplier")


@pytest.fixture(scope="module")
async def stranger(world: World, key: str) -> Company:
    return await ouranos_world.company(world, key, "Stranger")


async def status_of(company: Company, method: str, target: str, **options: Any) -> int:
    return (await company.call(method, TRANSPORT, target, **options)).status_code


# --- authorization ---


async def test_nobody_states_figures_of_anothers_part(buyer: Company, supplier: Company, stranger: Company) -> None:
    bought, made, _ = await ouranos_world.answered(buyer, supplier)
    before = await supplier.get("cfp", traceIds=made)
    for trace in (made, bought, str(uuid4())):
        answer = await stranger.call("PUT", TRANSPORT, "cfp", json=figures(trace, 9, 9, cfp_id=before[0]["cfpId"]))
        assert (answer.status_code, answer.json()["message"]) == (404, "There is no such part.")
    assert await supplier.get("cfp", traceIds=made) == before


async def test_nobody_reads_figures_of_anothers_parts(buyer: Company, supplier: Company, stranger: Company) -> None:
    bought, made, _ = await ouranos_world.answered(buyer, supplier)
    for company, traces in ((stranger, f"{bought},{made}"), (buyer, made), (supplier, bought)):
        assert await company.get("cfp", traceIds=traces) == []


async def test_nobody_answers_in_anothers_name(buyer: Company, supplier: Company, stranger: Company) -> None:
    _, (bought,) = await buyer.make(f"P{uuid4().hex[:8]}", buyer.part(f"C{uuid4().hex[:8]}", amount=1))
    trade = await buyer.ask(supplier, bought)
    theirs, _ = await stranger.make(f"X{uuid4().hex[:8]}", terminal=True)
    ours, _ = await supplier.make(f"Y{uuid4().hex[:8]}", terminal=True)
    assert await status_of(stranger, "PUT", "tradeResponse", params={"tradeId": trade, "traceId": theirs}) == 404
    assert await status_of(supplier, "PUT", "tradeResponse", params={"tradeId": trade, "traceId": theirs}) == 404
    assert await status_of(buyer, "PUT", "tradeResponse", params={"tradeId": trade, "traceId": bought}) == 403
    assert (await buyer.get("tradeRequest", traceIds=bought))[0]["upstreamTraceId"] is None
    await supplier.put("tradeResponse", tradeId=trade, traceId=ours)


async def test_a_request_cannot_be_rewritten(buyer: Company, supplier: Company, stranger: Company) -> None:
    bought, made, trade = await ouranos_world.answered(buyer, supplier)
    body = buyer.question(stranger, bought)
    body["tradeModel"]["tradeId"] = body["statusModel"]["tradeId"] = body["statusModel"]["statusId"] = trade
    assert await status_of(buyer, "PUT", "tradeRequest", json=body) == 400
    own = stranger.question(supplier, (await stranger.make(f"Z{uuid4().hex[:8]}", stranger.part("Z1", amount=1)))[1][0])
    own["tradeModel"]["tradeId"] = own["statusModel"]["tradeId"] = own["statusModel"]["statusId"] = trade
    assert await status_of(stranger, "PUT", "tradeRequest", json=own) == 404
    (stands,) = await buyer.get("tradeRequest", traceIds=bought)
    assert (stands["upstreamOperatorId"], stands["upstreamTraceId"]) == (supplier.id, made)
    same = buyer.question(supplier, bought)
    same["tradeModel"]["tradeId"] = same["statusModel"]["tradeId"] = same["statusModel"]["statusId"] = trade
    assert (await buyer.put("tradeRequest", same))["tradeModel"] == stands, "stating it as it is changes nothing"


async def test_nobody_takes_over_anothers_part(buyer: Company, stranger: Company) -> None:
    trace, _ = await buyer.make(f"P{uuid4().hex[:8]}")
    (before,) = await buyer.get("parts", traceId=trace)
    assert await status_of(stranger, "PUT", "parts", json=stranger.part(before["partsName"], trace=trace)) == 404
    body = {"parentPartsModel": stranger.part("S"), "childrenPartsModel": [stranger.part(before["partsName"], trace=trace, amount=1)]}
    assert await status_of(stranger, "PUT", "partsStructure", json=body) == 404
    assert await status_of(stranger, "PUT", "parts", json=stranger.part("S") | {"plantId": buyer.plant_id}) == 400
    assert await buyer.get("parts", traceId=trace) == [before]
    assert await stranger.get("parts", traceId=trace) == []


async def test_nobody_erases_anything_by_a_call_that_is_not_described(buyer: Company) -> None:
    assert (await buyer.call("PUT", "/dataReset")).status_code in (404, 405)


async def test_a_closed_key_opens_nothing(world: World, found: Found) -> None:
    company = await found("Closed")
    company.key = await ouranos_world.issue_key(world)
    await company.get("plant")
    for item in (await world.operator.get("/applications"))["items"]:
        if item["active"] and item["networks"] == ["127.0.0.0/8"] and item["name"] == "Client":
            last = item
    await world.operator.delete(f"/applications/{last['application_id']}")
    assert (await company.call("GET", INFO, "plant")).json()["message"] == "Invalid key"


async def test_foreign_and_absent_look_alike(buyer: Company, supplier: Company, stranger: Company) -> None:
    _, made, trade = await ouranos_world.answered(buyer, supplier)
    nothing = str(uuid4())
    for method, target, foreign, absent in (
        ("GET", "partsStructure", {"traceId": made}, {"traceId": nothing}),
        ("GET", "parts", {"traceId": made}, {"traceId": nothing}),
        ("GET", "cfp", {"traceIds": made}, {"traceIds": nothing}),
        ("GET", "cfpCertification", {"traceId": made}, {"traceId": nothing}),
        ("GET", "tradeRequest", {"traceIds": made}, {"traceIds": nothing}),
        ("GET", "status", {"statusTarget": "RESPONSE", "statusId": trade}, {"statusTarget": "RESPONSE", "statusId": nothing}),
        ("PUT", "tradeResponse", {"tradeId": trade, "traceId": nothing}, {"tradeId": nothing, "traceId": nothing}),
        ("DELETE", "parts", {"traceId": made}, {"traceId": nothing}),
    ):
        answers = [await stranger.call(method, TRANSPORT, target, params=params) for params in (foreign, absent)]
        told = [(answer.status_code, re.sub("timeStamp: [^,]+", "", answer.text)) for answer in answers]
        assert told[0] == told[1], (method, target)


# --- input that the description allows ---


@pytest.mark.parametrize("quality", [{"TeR": None, "GeR": 2, "TiR": None}, {"TeR": None, "GeR": None, "TiR": None}, {"TeR": 0, "GeR": 0, "TiR": 0}])
async def test_partly_null_quality_is_kept_as_it_is(supplier: Company, quality: Any) -> None:
    trace, _ = await supplier.make(f"N{uuid4().hex[:8]}", terminal=True)
    body = figures(trace, 1, 1, pre_quality=quality, main_quality=quality)
    assert [row["dqrValue"] for row in await supplier.put("cfp", body)] == [quality] * 4
    seen = await supplier.cfp(trace)
    assert seen[trace, "preProduction"]["dqrValue"] == quality


async def test_null_figures_are_kept_and_count_as_none(supplier: Company) -> None:
    trace, _ = await supplier.make(f"N{uuid4().hex[:8]}", terminal=True)
    await supplier.put("cfp", figures(trace, None, 1.5, component=(None, None)))
    seen = {kind: row["ghgEmission"] for (_, kind), row in (await supplier.cfp(trace)).items()}
    assert (seen["preProduction"], seen["mainProduction"], seen["preProductionTotal"], seen["mainProductionTotal"]) == (None, 1.5, 0, 1.5)


async def test_empty_arrays_are_answered(supplier: Company) -> None:
    assert await status_of(supplier, "PUT", "cfp", json=[]) == 400
    kept = await supplier.put("partsStructure", {"parentPartsModel": supplier.part(f"E{uuid4().hex[:8]}"), "childrenPartsModel": []})
    assert kept["childrenPartsModel"] == []


async def test_optional_texts_may_be_missing(supplier: Company) -> None:
    body = supplier.part(f"O{uuid4().hex[:8]}")
    for name in (
        "supportPartsName",
        "partsLabelName",
        "partsAddInfo1",
        "partsAddInfo2",
        "partsAddInfo3",
        "amountRequired",
        "amountRequiredUnit",
        "traceId",
    ):
        del body[name]
    made = await supplier.put("parts", body)
    assert {name for name, value in made.items() if value is None} == {
        "supportPartsName", "partsLabelName", "partsAddInfo1", "partsAddInfo2", "partsAddInfo3", "amountRequired", "amountRequiredUnit"}  # fmt: skip


async def test_a_component_may_amount_to_nothing(supplier: Company) -> None:
    trace, (child,) = await supplier.make(f"Z{uuid4().hex[:8]}", supplier.part("ZERO", amount=0, terminal=True))
    await supplier.state(child, component=(1, 1))
    await supplier.state(trace, 1, 1)
    assert (await supplier.cfp(trace))[trace, "preComponentTotal"]["ghgEmission"] == 0


async def test_a_child_without_a_request_has_no_figures(buyer: Company) -> None:
    _, (child,) = await buyer.make(f"L{uuid4().hex[:8]}", buyer.part("LONELY", amount=1))
    assert await buyer.get("cfp", traceIds=child) == []


async def test_a_closing_without_a_state_is_refused_in_words(buyer: Company) -> None:
    body = closing(str(uuid4()), "CANCEL")
    body["requestStatus"] = {}
    answer = await buyer.call("PUT", TRANSPORT, "status", json=body)
    assert (answer.status_code, answer.json()["code"]) == (400, "[dataspace] BadRequest")


async def test_figures_are_exact_to_the_last_place(supplier: Company) -> None:
    trace, (child,) = await supplier.make(f"D{uuid4().hex[:8]}", supplier.part("EXACT", amount=0.1, terminal=True))
    await supplier.state(child, component=(0.00003, 99999.99999))
    await supplier.state(trace, 0.1, 0.2)
    seen = await supplier.cfp(trace, child)
    assert seen[child, "mainComponent"]["ghgEmission"] == 99999.99999
    assert seen[trace, "preComponentTotal"]["ghgEmission"] == 0.00001, "0.000003, rounded up at the fifth decimal"
    assert seen[trace, "mainComponentTotal"]["ghgEmission"] == 10000, "9999.999999, rounded up"


# --- states and counts ---


async def test_a_link_to_a_terminal_part_ends_the_tree_and_to_another_does_not(buyer: Company, supplier: Company) -> None:
    for terminal, tree in ((True, "TERMINATED"), (False, "UNTERMINATED")):
        _, (bought,) = await buyer.make(f"P{uuid4().hex[:8]}", buyer.part(f"C{uuid4().hex[:8]}", amount=1))
        trade = await buyer.ask(supplier, bought)
        made, _ = await supplier.make(f"M{uuid4().hex[:8]}", terminal=terminal)
        await supplier.put("tradeResponse", tradeId=trade, traceId=made)
        assert (await buyer.status(bought))["tradeTreeStatus"] == tree


async def test_the_buyers_own_figures_complete_nothing(buyer: Company, supplier: Company) -> None:
    _, (bought,) = await buyer.make(f"P{uuid4().hex[:8]}", buyer.part(f"C{uuid4().hex[:8]}", amount=1))
    await buyer.state(bought, 1, 1)
    trade = await buyer.ask(supplier, bought)
    made, _ = await supplier.make(f"M{uuid4().hex[:8]}", terminal=True)
    await supplier.put("tradeResponse", tradeId=trade, traceId=made)
    assert (await buyer.status(bought))["cfpResponseStatus"] == "NOT_COMPLETED"
    await supplier.state(made, 1, 1)
    assert (await buyer.status(bought))["cfpResponseStatus"] == "COMPLETED"


async def test_figures_that_are_there_already_complete_at_once(buyer: Company, supplier: Company) -> None:
    _, (bought,) = await buyer.make(f"P{uuid4().hex[:8]}", buyer.part(f"C{uuid4().hex[:8]}", amount=1))
    made, _ = await supplier.make(f"M{uuid4().hex[:8]}", terminal=True)
    await supplier.state(made, 1, 1)
    await supplier.put("tradeResponse", tradeId=await buyer.ask(supplier, bought), traceId=made)
    assert (await buyer.status(bought))["cfpResponseStatus"] == "COMPLETED"


async def test_a_rejection_says_why_and_clears_the_link(buyer: Company, supplier: Company) -> None:
    _, (bought,) = await buyer.make(f"P{uuid4().hex[:8]}", buyer.part(f"C{uuid4().hex[:8]}", amount=1))
    trade = await buyer.ask(supplier, bought)
    made, _ = await supplier.make(f"M{uuid4().hex[:8]}", terminal=True)
    await supplier.put("tradeResponse", tradeId=trade, traceId=made)
    assert await supplier.put("status", closing(trade, "REJECT", "該当する製品が\nありません。")) == {}
    (told,) = await buyer.get("status", statusTarget="REQUEST", traceId=bought)
    assert told["replyMessage"] == "該当する製品が\nありません。"
    assert told["requestStatus"]["cfpResponseStatus"] == "REJECT"
    assert told["requestStatus"]["tradeTreeStatus"] == "UNTERMINATED"
    assert (await buyer.get("tradeRequest", traceIds=bought))[0]["upstreamTraceId"] is None
    assert await status_of(supplier, "PUT", "tradeResponse", params={"tradeId": trade, "traceId": made}) == 400, "what was rejected is over"


async def test_what_is_complete_is_not_rejected(buyer: Company, supplier: Company) -> None:
    bought, _, trade = await ouranos_world.answered(buyer, supplier)
    assert await status_of(supplier, "PUT", "status", json=closing(trade, "REJECT", "too late")) == 400
    assert (await buyer.status(bought))["cfpResponseStatus"] == "COMPLETED"


async def test_what_is_complete_can_be_cancelled_and_releases_the_part(buyer: Company, supplier: Company) -> None:
    """A part that answers cannot be deleted; the description says that its buyer withdraws the request first."""
    bought, made, trade = await ouranos_world.answered(buyer, supplier)
    assert await status_of(supplier, "DELETE", "parts", params={"traceId": made}) == 400
    await buyer.put("status", closing(trade, "CANCEL"))
    for company in (buyer, supplier):
        assert trade not in str([await company.get(target) for target in ("status", "tradeRequest", "tradeResponse")])
    assert await buyer.get("cfp", traceIds=bought) == [], "the answer went with the request"
    told = await supplier.ask_trace("GET", "/notifications", operatorId=supplier.id)
    assert told["notifications"][0]["notificationType"] == "REQUEST_CANCELED"
    assert await status_of(supplier, "DELETE", "parts", params={"traceId": made}) == 204
    again = await buyer.ask(supplier, bought)
    assert again != trade
    await supplier.put("status", closing(again, "REJECT", "not any more"))
    await buyer.put("status", closing(again, "CANCEL"))
    assert await buyer.get("status", statusTarget="REQUEST", traceId=bought) == [], "what was rejected can be taken back too"


async def test_what_is_cancelled_is_gone(buyer: Company, supplier: Company) -> None:
    _, (bought,) = await buyer.make(f"P{uuid4().hex[:8]}", buyer.part(f"C{uuid4().hex[:8]}", amount=1))
    trade = await buyer.ask(supplier, bought)
    made, _ = await supplier.make(f"M{uuid4().hex[:8]}", terminal=True)
    await buyer.put("status", closing(trade, "CANCEL"))
    await buyer.put("status", closing(trade, "CANCEL"))
    for company in (buyer, supplier):
        assert trade not in str([await company.get(target) for target in ("status", "tradeRequest", "tradeResponse")])
    assert await status_of(supplier, "PUT", "tradeResponse", params={"tradeId": trade, "traceId": made}) == 404


# --- pages ---


async def pages(company: Company, target: str, limit: int, **params: Any) -> list[Any]:
    """All rows, following the way to the next page as the client does: by the cursor in the header."""
    rows, after, seen = [], None, set()
    while True:
        answer = await company.call("GET", TRANSPORT, target, params={"limit": limit} | params | ({"after": after} if after else {}))
        rows += ouranos_world.good(answer)
        link = re.search(r"after=([a-z0-9-]{36})", answer.headers.get("link", ""))
        if link is None:
            return rows
        assert f"dataTarget={target}" in answer.headers["link"]
        assert f"limit={limit}" in answer.headers["link"]
        after = link[1]
        assert after not in seen, "a page that repeats"
        seen.add(after)


async def test_pages_end_and_hold_every_row_once(found: Found) -> None:
    company, other = await found("Paging"), await found("Asked")
    for each in range(7):
        await company.make(f"P{each}", company.part(f"C{each}", amount=1))
    parts = await company.get("parts")
    assert [part["partsName"] for part in parts] == sorted(part["partsName"] for part in parts)
    assert len(parts) == 14
    for limit in (1, 5, 14, 100):
        assert await pages(company, "parts", limit) == parts
    parents = await pages(company, "parts", 3, parentFlag="true")
    assert [part["partsName"] for part in parents] == [f"P{each}" for each in range(7)]
    assert await company.get("parts", partsName="C3", plantId=company.plant_id) == [part for part in parts if part["partsName"] == "C3"]
    for part in parts[:7]:
        await company.ask(other, part["traceId"])
    sent = await company.get("tradeRequest")
    assert [trade["downstreamTraceId"] for trade in sent] == [part["traceId"] for part in reversed(parts[:7])], "newest first"
    assert await pages(company, "tradeRequest", 2) == sent
    received = await other.get("tradeResponse")
    assert await pages(other, "tradeResponse", 3) == received
    assert await pages(other, "status", 3, statusTarget="RESPONSE") == [one["statusModel"] for one in received]
    for one in received:
        (first,) = await other.get("tradeResponse", limit=1, after=one["statusModel"]["statusId"])
        assert first == one, "the cursor is the first row of its page"
    raw = ",".join(part["traceId"] for part in parts[:3])
    assert await company.get("tradeRequest", traceIds=raw, limit=1) == sent[-3:], "asked by parts, there are no pages"
    encoded = await company.client.get(f"{TRANSPORT}?dataTarget=tradeRequest&traceIds={raw.replace(',', '%2C')}", headers=company.headers)
    assert encoded.json() == sent[-3:]


# --- retries and lost updates ---


async def test_a_retried_creation_makes_nothing_twice(buyer: Company, supplier: Company) -> None:
    part = buyer.part(f"P{uuid4().hex[:8]}")
    assert await buyer.put("parts", part) == await buyer.put("parts", part)
    structure = {"parentPartsModel": part, "childrenPartsModel": [buyer.part(f"C{uuid4().hex[:8]}", amount=1)]}
    first, second = await buyer.put("partsStructure", structure), await buyer.put("partsStructure", structure)
    assert first == second
    question = buyer.question(supplier, first["childrenPartsModel"][0]["traceId"])
    asked = await buyer.put("tradeRequest", question)
    assert await buyer.put("tradeRequest", question) == asked
    assert await status_of(buyer, "PUT", "tradeRequest", json=buyer.question(supplier, first["childrenPartsModel"][0]["traceId"], "else")) == 400
    made, _ = await supplier.make(f"M{uuid4().hex[:8]}", terminal=True)
    stated = await supplier.put("cfp", figures(made, 1, 2))
    assert await supplier.put("cfp", figures(made, 1, 2)) == stated
    assert await status_of(supplier, "PUT", "cfp", json=figures(made, 1, 2, cfp_id=str(uuid4()))) == 400, "an unknown cfpId"


async def test_concurrent_retries_make_nothing_twice(buyer: Company, supplier: Company) -> None:
    _, (bought,) = await buyer.make(f"P{uuid4().hex[:8]}", buyer.part(f"C{uuid4().hex[:8]}", amount=1))
    question = buyer.question(supplier, bought)
    asked = await asyncio.gather(*(buyer.put("tradeRequest", question) for _ in range(6)))
    assert len({one["tradeModel"]["tradeId"] for one in asked}) == 1
    assert len(await buyer.get("tradeRequest", traceIds=bought)) == 1


async def test_concurrent_statements_leave_one_of_them_whole(buyer: Company, supplier: Company) -> None:
    bought, made, _ = await ouranos_world.answered(buyer, supplier)
    await asyncio.gather(*(supplier.state(made, each, each) for each in range(1, 7)))
    seen = {kind: row["ghgEmission"] for (_, kind), row in (await supplier.cfp(made)).items()}
    assert seen["preProduction"] == seen["mainProduction"] in range(1, 7)
    answer = {kind: row["ghgEmission"] for (_, kind), row in (await buyer.cfp(bought)).items()}
    assert set(answer.values()) == {seen["preProduction"]}


async def test_a_structure_is_replaced_as_a_whole(buyer: Company) -> None:
    name, children = f"P{uuid4().hex[:8]}", [buyer.part(f"C{each}{uuid4().hex[:6]}", amount=each + 1) for each in range(3)]
    trace, _ = await buyer.make(name, *children)
    await buyer.make(name, *children[1:])
    kept = await buyer.get("partsStructure", traceId=trace)
    assert [child["partsName"] for child in kept["childrenPartsModel"]] == [child["partsName"] for child in children[1:]]
    await buyer.put("parts", buyer.part(name, trace=trace))
    assert (await buyer.get("partsStructure", traceId=trace))["childrenPartsModel"] == [], "as the description warns"


async def test_a_write_can_be_tracked(buyer: Company, stranger: Company) -> None:
    good = await buyer.call("PUT", TRANSPORT, "parts", json=buyer.part(f"T{uuid4().hex[:8]}"))
    bad = await buyer.call("PUT", TRANSPORT, "parts", json=buyer.part("T") | {"plantId": str(uuid4())})
    tracks = [answer.headers["x-track"] for answer in (good, bad)]
    told = await buyer.ask_trace("GET", "/requestStatus", operatorId=buyer.id, trackId=",".join([*tracks, "0" * 32]))
    assert {one["trackId"]: one["summaryRequestStatus"] for one in told} == {tracks[0]: "SUCCESS", tracks[1]: "ERROR"}
    assert {one["acceptedRequestStatus"] for one in told} == {"SUCCESS"}
    assert [one["trackId"] for one in told] == sorted(tracks)
    assert await stranger.ask_trace("GET", "/requestStatus", operatorId=stranger.id, trackId=tracks[0]) == []


async def test_a_write_is_under_way_until_the_other_side_has_followed_it(world: World, buyer: Company, supplier: Company) -> None:
    _, made, _ = await ouranos_world.answered(buyer, supplier)
    await settle(world)
    answer = await supplier.call("PUT", TRANSPORT, "cfp", json=figures(made, 7, 7))
    silent = await supplier.call("PUT", TRANSPORT, "parts", json=supplier.part(f"T{uuid4().hex[:8]}"))

    async def told(answer: Any) -> tuple[str, str]:
        (one,) = await supplier.ask_trace("GET", "/requestStatus", operatorId=supplier.id, trackId=answer.headers["x-track"])
        return one["acceptedRequestStatus"], one["summaryRequestStatus"]

    assert await told(answer) == ("SUCCESS", "PROCESSING")
    assert await told(silent) == ("SUCCESS", "SUCCESS"), "nobody else is concerned"
    await settle(world)
    assert await told(answer) == ("SUCCESS", "SUCCESS")


async def test_a_ring_of_companies_comes_to_rest(world: World, buyer: Company, supplier: Company) -> None:
    """Two companies that buy from one another count up to a depth and no further."""
    a, (a_buys,) = await buyer.make(f"A{uuid4().hex[:8]}", buyer.part(f"AB{uuid4().hex[:8]}", amount=1))
    b, (b_buys,) = await supplier.make(f"B{uuid4().hex[:8]}", supplier.part(f"BA{uuid4().hex[:8]}", amount=1))
    first, second = await buyer.ask(supplier, a_buys), await supplier.ask(buyer, b_buys)
    await supplier.put("tradeResponse", tradeId=first, traceId=b)
    await buyer.put("tradeResponse", tradeId=second, traceId=a)
    await settle(world)
    assert (await buyer.status(a_buys))["tradesCount"] <= 21
