"""The published tutorial, call by call, with the answers that it documents; then a third tier on top of it.

Both parties act through the interface alone. Every answer is held against the published description, where that is at hand.
"""

from typing import Any
from uuid import UUID, uuid4

import httpx
import pytest
from tests import ouranos_world
from tests.ouranos.conftest import Found
from tests.ouranos.standard import FILE, conforms
from tests.ouranos_world import Company, figures, good, settle
from tests.world import PASSWORD, World


class Tutorial:
    """What the steps before have brought about."""

    buyer: Company
    supplier: Company
    ids: dict[str, str]


@pytest.fixture(scope="module")
async def tutorial(world: World, key: str) -> Tutorial:
    """The buyer has logged in; nothing else has happened."""
    begun = Tutorial()
    begun.buyer = Company(await world.company("A株式会社"), world.client, key)
    begun.supplier = Company(await world.company("B株式会社"), world.client, key)
    for company in (begun.buyer, begun.supplier):
        await company.log_in()
    begun.ids = {}
    return begun


def told(response: httpx.Response, method: str, about: str, status: int) -> Any:
    answer = good(response, status)
    assert len(response.headers["x-track"]) == 32
    conforms(method, about, status, answer)
    return answer


async def test_01_log_in(tutorial: Tutorial, world: World) -> None:
    body = {"operatorAccountId": tutorial.buyer.member.email, "accountPassword": PASSWORD}
    answer = await world.client.post("/auth/login", json=body, headers={"apiKey": tutorial.buyer.key, "Authorization": ""})
    tokens = told(answer, "POST", "/auth/login", 201)
    assert set(tokens) == {"accessToken", "refreshToken"}
    again = await world.client.post("/auth/refresh", json={"refreshToken": tokens["refreshToken"]}, headers={"apiKey": tutorial.buyer.key})
    assert set(told(again, "POST", "/auth/refresh", 201)) == {"accessToken"}


async def test_02_own_company(tutorial: Tutorial) -> None:
    answer = told(await tutorial.buyer.call("GET", ouranos_world.INFO, "operator"), "GET", "operator", 200)
    assert (answer["operatorId"], answer["openOperatorId"]) == (tutorial.buyer.id, tutorial.buyer.member.number)
    stated = answer | {"operatorAddress": "xx県xx市xxxx町1-1", "operatorAttribute": {"globalOperatorId": f"g-{uuid4()}"}}
    changed = told(await tutorial.buyer.call("PUT", ouranos_world.INFO, "operator", json=stated), "PUT", "operator", 201)
    assert changed == stated


async def test_03_plant(tutorial: Tutorial) -> None:
    for company in (tutorial.buyer, tutorial.supplier):
        body = {"openPlantId": "9876543210987123456", "operatorId": company.id, "plantAddress": "xx県xx市xxxx町1-1-1234", "plantId": None,
                "plantName": "A工場", "plantAttribute": {}}  # fmt: skip
        made = told(await company.call("PUT", ouranos_world.INFO, "plant", json=body), "PUT", "plant", 201)
        assert made == body | {"plantId": made["plantId"], "plantAttribute": {"globalPlantId": None}}
        company.plant_id = made["plantId"]
        assert told(await company.call("GET", ouranos_world.INFO, "plant"), "GET", "plant", 200) == [made]


async def test_04_part(tutorial: Tutorial) -> None:
    body = tutorial.buyer.part("A12345")
    made = told(await tutorial.buyer.call("PUT", ouranos_world.TRANSPORT, "parts", json=body), "PUT", "parts", 201)
    assert made == body | {"traceId": made["traceId"]}
    UUID(made["traceId"])
    tutorial.ids["parent"] = made["traceId"]


async def test_05_structure(tutorial: Tutorial) -> None:
    parent = tutorial.buyer.part("A12345", trace=tutorial.ids["parent"])
    body = {"parentPartsModel": parent, "childrenPartsModel": [tutorial.buyer.part("B12345", amount=5, supportPartsName="modelB")]}
    made = told(await tutorial.buyer.call("PUT", ouranos_world.TRANSPORT, "partsStructure", json=body), "PUT", "partsStructure", 201)
    (child,) = made["childrenPartsModel"]
    assert made["parentPartsModel"] == parent
    assert child == body["childrenPartsModel"][0] | {"traceId": child["traceId"]}
    tutorial.ids["child"] = child["traceId"]
    params = {"traceId": tutorial.ids["parent"]}
    read = await tutorial.buyer.call("GET", ouranos_world.TRANSPORT, "partsStructure", params=params)
    assert told(read, "GET", "partsStructure", 200) == made


async def test_06_search_the_supplier(tutorial: Tutorial) -> None:
    params = {"openOperatorId": tutorial.supplier.member.number}
    found = told(await tutorial.buyer.call("GET", ouranos_world.INFO, "operator", params=params), "GET", "operator", 200)
    assert (found["operatorId"], found["operatorName"]) == (tutorial.supplier.id, "B株式会社")


async def test_07_request(tutorial: Tutorial) -> None:
    body = tutorial.buyer.question(tutorial.supplier, tutorial.ids["child"])
    answer = await tutorial.buyer.call("PUT", ouranos_world.TRANSPORT, "tradeRequest", json=body)
    asked = told(answer, "PUT", "tradeRequest", 201)
    assert ";leaf=" in answer.headers["Ashiato-Receipt"], "what was written has a receipt here too"
    assert asked["tradeModel"] == body["tradeModel"] | {"tradeId": asked["tradeModel"]["tradeId"]}
    status = asked["statusModel"]
    assert (status["tradeId"], status["message"], status["responseDueDate"]) == (
        asked["tradeModel"]["tradeId"],
        "来月中にご回答をお願いします。",
        "2027-12-31",
    )
    tutorial.ids |= {"trade": status["tradeId"], "status": status["statusId"]}
    listed = told(await tutorial.buyer.call("GET", ouranos_world.TRANSPORT, "tradeRequest"), "GET", "tradeRequest", 200)
    assert listed == [asked["tradeModel"]]


async def test_08_received(tutorial: Tutorial) -> None:
    (one,) = told(await tutorial.supplier.call("GET", ouranos_world.TRANSPORT, "tradeResponse"), "GET", "tradeResponse", 200)
    assert one["partsModel"] == tutorial.buyer.part("B12345", trace=tutorial.ids["child"], supportPartsName="modelB"), "and no amount"
    assert one["statusModel"]["statusId"] == tutorial.ids["status"]
    assert one["tradeModel"]["upstreamTraceId"] is None


async def test_09_response(tutorial: Tutorial) -> None:
    made = await tutorial.supplier.put("parts", tutorial.supplier.part("B01", terminal=True))
    params = {"tradeId": tutorial.ids["trade"], "traceId": made["traceId"]}
    linked = told(await tutorial.supplier.call("PUT", ouranos_world.TRANSPORT, "tradeResponse", params=params), "PUT", "tradeResponse", 201)
    assert linked["upstreamTraceId"] == made["traceId"]
    assert (linked["downstreamOperatorId"], linked["upstreamOperatorId"]) == (tutorial.buyer.id, tutorial.supplier.id)
    tutorial.ids["upstream"] = made["traceId"]
    await tutorial.supplier.disclose(tutorial.buyer, made["traceId"])


async def test_10_cfp(tutorial: Tutorial) -> None:
    body = figures(
        tutorial.ids["upstream"], 2.5, 1.5, pre_quality={"TeR": 2.1, "GeR": 2.2, "TiR": 2.3}, main_quality={"TeR": 3.1, "GeR": 3.2, "TiR": 3.3}
    )
    stated = told(await tutorial.supplier.call("PUT", ouranos_world.TRANSPORT, "cfp", json=body), "PUT", "cfp", 201)
    assert [row | {"cfpId": None} for row in stated] == body
    assert len({row["cfpId"] for row in stated}) == 1


async def test_11_status(tutorial: Tutorial) -> None:
    answer = await tutorial.buyer.call("GET", ouranos_world.TRANSPORT, "status", params={"statusTarget": "REQUEST", "traceId": tutorial.ids["child"]})
    (one,) = told(answer, "GET", "status", 200)
    status = one["requestStatus"]
    assert (status["cfpResponseStatus"], status["tradeTreeStatus"]) == ("COMPLETED", "TERMINATED")
    assert (status["completedCount"], status["tradesCount"]) == (1, 1)


async def test_12_cfp_of_the_buyer(tutorial: Tutorial) -> None:
    """The answer `request` of the description, figure for figure."""
    answer = await tutorial.buyer.call("GET", ouranos_world.TRANSPORT, "cfp", params={"traceIds": tutorial.ids["child"]})
    common = {"cfpId": None, "traceId": tutorial.ids["child"], "ghgDeclaredUnit": "kgCO2e/kilogram"}
    assert told(answer, "GET", "cfp", 200) == [
        common | {"ghgEmission": 2.5, "cfpType": "preProductionResponse", "dqrType": "preProcessingResponse",
                  "dqrValue": {"TeR": 2.1, "GeR": 2.2, "TiR": 2.3}},
        common | {"ghgEmission": 1.5, "cfpType": "mainProductionResponse", "dqrType": "mainProcessingResponse",
                  "dqrValue": {"TeR": 3.1, "GeR": 3.2, "TiR": 3.3}},
    ]  # fmt: skip


async def test_13_a_third_tier(tutorial: Tutorial, world: World, found: Found) -> None:
    third = await found("C株式会社")
    upstream, (below,) = await tutorial.supplier.make("B01", tutorial.supplier.part("C12345", amount=0.5))
    assert upstream == tutorial.ids["upstream"], "the same item at the same plant is the same part"
    trade = await tutorial.supplier.ask(third, below)
    made, _ = await third.make("C01", terminal=True)
    await third.put("tradeResponse", tradeId=trade, traceId=made)
    await third.disclose(tutorial.supplier, made)
    await third.state(made, 4, 8)
    await settle(world)
    seen = await tutorial.buyer.cfp(tutorial.ids["child"])
    assert {kind: row["ghgEmission"] for (_, kind), row in seen.items()} == {"preProductionResponse": 4.5, "mainProductionResponse": 5.5}
    status = await tutorial.buyer.status(tutorial.ids["child"])
    assert (status["completedCount"], status["tradesCount"], status["tradeTreeStatus"]) == (2, 2, "TERMINATED")
    everything = str([await tutorial.buyer.get(target) for target in ("parts", "tradeRequest", "status")])
    assert third.id not in everything
    assert made not in everything


def test_an_answer_of_another_form_would_be_noticed() -> None:
    """The canary of the comparison with the description."""
    if not FILE.exists():
        pytest.skip(f"{FILE} is not here")
    with pytest.raises(Exception, match=r"amountRequiredUnit|required"):
        conforms("GET", "parts", 200, [{"traceId": None}])
