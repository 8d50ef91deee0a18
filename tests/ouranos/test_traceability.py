"""The traceability side: disclosure, certificates, notifications, replies; and what existing clients rely on of both sides."""

import asyncio
import base64
import json
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

import pytest
from tests import ouranos_world
from tests.ouranos.test_failures import closing
from tests.ouranos_world import INFO, TRANSPORT, Company
from tests.world import World

from ashiato.domain.participants.applications import ApplicationKind
from ashiato.plumbing.clock import FrozenClock
from ashiato.plumbing.unit_of_work import Works


@pytest.fixture(scope="module")
async def buyer(world: World, key: str) -> Company:
    return await ouranos_world.company(world, key, "Buyer")


@pytest.fixture(scope="module")
async def supplier(world: World, key: str) -> Company:
    return await ouranos_world.company(world, key, "Supplier")


@pytest.fixture(scope="module")
async def stranger(world: World, key: str) -> Company:
    return await ouranos_world.company(world, key, "Stranger")


async def test_disclosure_is_told_by_recipient(buyer: Company, supplier: Company, stranger: Company) -> None:
    made, _ = await supplier.make(f"M{uuid4().hex[:8]}", terminal=True)
    assert await supplier.ask_trace("GET", "/cfpAcl", operatorId=supplier.id, traceId=made) == []
    assert await supplier.disclose(buyer, made, figures=True, quality=False) == {"traceId": made}
    await supplier.disclose(stranger, made, figures=False, quality=False)
    told = await supplier.ask_trace("GET", "/cfpAcl", operatorId=supplier.id, traceId=made)
    assert [one["releasedToOperatorId"] for one in told] == sorted([buyer.id, stranger.id])
    ours = next(one for one in told if one["releasedToOperatorId"] == buyer.id)
    assert ours == {
        "releasedFromOperatorId": supplier.id, "releasedToOperatorId": buyer.id, "traceId": made,
        "acl": [{"aclItemGroup": "TOTALCFP", "releasedFlag": True}, {"aclItemGroup": "TOTALDQR", "releasedFlag": False}],
    }  # fmt: skip
    assert await supplier.ask_trace("GET", "/cfpCertificationAcl", operatorId=supplier.id, traceId=made) == []
    acl = {"operatorId": stranger.id, "releasedToOperatorId": buyer.id, "traceId": made, "acl": ours["acl"]}
    assert (await stranger.call("POST", "/cfpAcl", json=acl)).status_code == 404


async def test_where_the_installation_has_it_so_linking_is_disclosing(world: World, buyer: Company, supplier: Company) -> None:
    tools = world.client._transport.app.state.tools
    names = [f"C{uuid4().hex[:8]}" for _ in range(2)]
    _, (bought, other) = await buyer.make(f"P{uuid4().hex[:8]}", *[buyer.part(name, amount=1) for name in names])
    made, _ = await supplier.make(f"M{uuid4().hex[:8]}", terminal=True)
    kept, _ = await supplier.make(f"K{uuid4().hex[:8]}", terminal=True)
    await supplier.disclose(buyer, kept, figures=False, quality=False)
    trade, second = [await buyer.ask(supplier, each) for each in (bought, other)]
    open_handed = type(tools)(
        **{name: getattr(tools, name) for name in tools.__slots__} | {"settings": tools.settings.model_copy(update={"ouranos_disclosure": "linked"})}
    )
    world.client._transport.app.state.tools = open_handed
    try:
        await supplier.put("tradeResponse", tradeId=trade, traceId=made)
        await supplier.put("tradeResponse", tradeId=second, traceId=kept)
    finally:
        world.client._transport.app.state.tools = tools
    assert await buyer.cfp(bought, other) == {}, "linked and disclosed, but not complete"
    for trace in (made, kept):
        await supplier.state(trace, 1, 2)
    assert {row["ghgEmission"] for row in (await buyer.cfp(bought)).values()} == {1, 2}
    assert {row["ghgEmission"] for row in (await buyer.cfp(other)).values()} == {None}, "what was said about a buyer before stands"


async def test_a_certificate_goes_from_one_company_to_the_other(buyer: Company, supplier: Company, stranger: Company) -> None:
    content = b"%PDF-1.7 " + bytes(range(256)) * 100
    bought, made, file_id = await ouranos_world.certified(buyer, supplier, content)
    (own,) = await supplier.get("cfpCertification", traceId=made)
    (theirs,) = await buyer.get("cfpCertification", traceId=bought)
    assert own["cfpCertificationDescription"] == "説明"
    assert theirs == own | {"traceId": bought, "cfpCertificationDescription": None}
    assert theirs["cfpCertificationFileInfo"] == [{"operatorId": supplier.id, "fileId": file_id, "fileName": "証明書.pdf"}]
    trade = (await buyer.get("tradeRequest", traceIds=bought))[0]["tradeId"]
    of_trade = {"fileOperatorId": supplier.id, "fileId": file_id, "downloadType": "OTHER", "cfpCertificationId": trade}
    url = await buyer.ask_trace("GET", "/fileDownloadUrl", operatorId=buyer.id, **of_trade)
    fetched = await buyer.client.get(url["URL"])
    assert fetched.content == content
    assert "UTF-8''%E8%A8%BC%E6%98%8E%E6%9B%B8.pdf" in fetched.headers["content-disposition"]
    of_own = {"fileOperatorId": supplier.id, "fileId": file_id, "downloadType": "OWN", "cfpCertificationId": own["cfpCertificationId"]}
    assert (
        await supplier.client.get((await supplier.ask_trace("GET", "/fileDownloadUrl", operatorId=supplier.id, **of_own))["URL"])
    ).content == content
    for params in (of_trade, of_own):
        assert (await stranger.call("GET", "/fileDownloadUrl", params={"operatorId": stranger.id} | params)).status_code == 404
    assert (await buyer.call("GET", "/fileDownloadUrl", params={"operatorId": buyer.id} | of_own)).status_code == 404
    acl = {"operatorId": supplier.id, "releasedToOperatorId": buyer.id, "traceId": made, "releasedFlag": False}
    await supplier.ask_trace("POST", "/cfpCertificationAcl", acl)
    assert await buyer.get("cfpCertification", traceId=bought) == []
    assert (await buyer.call("GET", "/fileDownloadUrl", params={"operatorId": buyer.id} | of_trade)).status_code == 404
    told = await supplier.ask_trace("DELETE", "/cfpCertifications", operatorId=supplier.id, traceId=made, fileId=file_id)
    assert told == {"traceId": made, "fileId": file_id}
    assert await supplier.get("cfpCertification", traceId=made) == [], "the last file takes the certificate with it"


async def test_an_address_opens_one_file_for_one_deed_for_a_few_minutes(world: World, supplier: Company) -> None:
    body = {"operatorId": supplier.id, "fileInfo": [{"fileName": f"{name}.pdf", "extension": "PDF"} for name in "ab"]}
    first, second = await supplier.ask_trace("POST", "/fileUploadUrl", body)
    assert (await supplier.client.get(first["URL"])).status_code == 403, "it is for sending"
    assert (await supplier.client.put(first["URL"][:-3] + "xxx", content=b"x")).status_code == 403
    assert (await supplier.client.put(first["URL"], content=b"one")).status_code == 200
    assert (await supplier.client.put(first["URL"], content=b"one")).status_code == 200, "the same again"
    assert (await supplier.client.put(first["URL"], content=b"two")).status_code == 400, "what was sent is never changed"
    made, _ = await supplier.make(f"M{uuid4().hex[:8]}", terminal=True)
    info = {"operatorId": supplier.id, "traceId": made, "cfpCertificationFileInfo": [{"fileId": second["fileId"], "fileName": "b.pdf"}]}
    assert (await supplier.call("POST", "/cfpCertificationInfo", json=info)).status_code == 400, "nothing was sent under it"
    app = world.client._transport.app
    tools = app.state.tools
    later = FrozenClock(datetime.now(UTC) + timedelta(minutes=6))
    app.state.tools = type(tools)(
        **{name: getattr(tools, name) for name in tools.__slots__} | {"works": Works(tools.works.pool, later, tools.works.ids)}
    )
    try:
        assert (await supplier.client.put(second["URL"], content=b"late")).status_code == 403
    finally:
        app.state.tools = tools


async def test_each_side_is_told_of_the_others_deeds(buyer: Company, supplier: Company, found: Any) -> None:
    one, other = await found("Asking"), await found("Answering")
    bought, made, trade = await ouranos_world.answered(one, other)
    await other.state(made, 9, 9)
    await other.ask_trace("POST", "/replyMessages", {"operatorId": other.id, "requestId": trade, "replyMessage": "ご確認ください"})
    assert (await one.get("status", statusTarget="REQUEST", traceId=bought))[0]["replyMessage"] == "ご確認ください"
    await other.ask_trace("POST", "/replyMessages", {"operatorId": other.id, "requestId": trade, "replyMessage": ""})
    assert (await one.get("status", statusTarget="REQUEST", traceId=bought))[0]["replyMessage"] is None
    _, (second,) = await one.make(f"P{uuid4().hex[:8]}", one.part(f"C{uuid4().hex[:8]}", amount=1))
    await other.put("status", closing(await one.ask(other, second), "REJECT", "違います"))
    _, (third,) = await one.make(f"P{uuid4().hex[:8]}", one.part(f"C{uuid4().hex[:8]}", amount=1))
    await one.put("status", closing(await one.ask(other, third), "CANCEL"))

    async def told(company: Company, **within: str) -> list[dict[str, Any]]:
        return (await company.ask_trace("GET", "/notifications", operatorId=company.id, **within))["notifications"]

    seen = await told(one)
    assert [each["notificationType"] for each in seen] == [
        "REQUEST_REJECTED", "REPLY_MESSAGE_REGISTERED", "REPLY_MESSAGE_REGISTERED", "CFP_UPDATED", "CFP_RESPONSED"]  # fmt: skip
    assert seen[-1]["tradeRelation"] == {
        "tradeId": trade, "requestId": trade, "downstreamOperatorId": one.id, "upstreamOperatorId": other.id, "downstreamTraceId": bought,
        "upstreamTraceId": made,
    }  # fmt: skip
    assert [each["notificationType"] for each in await told(other)] == ["REQUEST_CANCELED", "REQUEST_NEW", "REQUEST_NEW", "REQUEST_NEW"]
    today = datetime.now(UTC).date()
    assert len(await told(one, notifiedAtFrom=today.isoformat(), notifiedAtTo=today.isoformat())) == 5
    assert await told(one, notifiedAtTo=(today - timedelta(days=1)).isoformat()) == []
    assert await told(one, notifiedAtFrom=(today + timedelta(days=1)).isoformat()) == []
    assert await told(one, after=seen[2]["notificationId"]) == seen[2:]
    assert (await one.call("POST", "/replyMessages", json={"operatorId": one.id, "requestId": trade, "replyMessage": "x"})).status_code == 404


async def test_notifications_are_a_page_too(buyer: Company) -> None:
    page = await buyer.call("GET", "/notifications", params={"operatorId": buyer.id}, headers={"X-Requested-With": "", "Accept": "text/html"})
    assert (page.status_code, page.headers["location"]) == (303, "/"), "the first page says what waits"
    told = await buyer.call("GET", "/notifications", params={"operatorId": buyer.id})
    assert told.headers["content-type"] == "application/json"


async def test_a_client_reads_who_it_is_from_its_token(buyer: Company) -> None:
    payload = buyer.access.split(".")[1]
    claims = json.loads(base64.urlsafe_b64decode(payload + "=" * (-len(payload) % 4)))
    assert claims["operator_id"] == buyer.id
    assert 3500 < claims["exp"] - datetime.now(UTC).timestamp() <= 3600


async def test_a_token_is_good_no_longer_than_its_session_and_company(world: World, found: Any) -> None:
    company = await found("Suspended")
    assert (await world.client.get("/api/v1/me", headers={"Authorization": f"Bearer {company.access}"})).status_code == 401, "nor elsewhere"
    await world.move(company.member, "suspended")
    answer = await company.call("GET", INFO, "plant")
    assert (answer.status_code, answer.json()["message"]) == (401, "Invalid or expired token")
    answer = await world.client.post("/auth/refresh", json={"refreshToken": company.refresh}, headers={"apiKey": company.key})
    assert answer.status_code == 401


async def test_other_systems_ask_whether_keys_and_tokens_are_good(world: World, buyer: Company) -> None:
    system = {"apiKey": await ouranos_world.issue_key(world, ApplicationKind.SYSTEM)}

    async def ask(what: str, body: Any, headers: dict[str, str] = system) -> Any:
        answer = await world.client.post(f"/api/v1/systemAuth/{what}", json=body, headers=headers)
        return answer.json() if answer.status_code == 200 else answer.status_code

    assert await ask("token", {"idToken": buyer.access}) == {"operatorId": buyer.id}
    assert await ask("token", {"idToken": "x"}) == {"operatorId": None}
    assert await ask("token", {"idToken": buyer.access}, {"apiKey": buyer.key}) == 403
    assert await ask("apiKey", {"apiKey": buyer.key, "ipAddress": "127.0.0.9"}) == {"isApiKeyValid": True, "isIpAddressValid": True}
    assert await ask("apiKey", {"apiKey": buyer.key, "ipAddress": "203.0.113.9"}) == {"isApiKeyValid": True, "isIpAddressValid": False}
    assert await ask("apiKey", {"apiKey": "x", "ipAddress": "hoge"}) == {"isApiKeyValid": False, "isIpAddressValid": False}
    for path in ("/api/v1/authInfo/health", "/api/v1/datatransport/health"):
        assert (await world.client.get(path)).json() == {"isSystemHealthy": True}


@pytest.mark.parametrize("path", [TRANSPORT, INFO, "/auth/login", "/cfpAcl", "/notifications", "/certificate-files/x"])
async def test_pages_of_other_sites_may_call(world: World, path: str) -> None:
    asked = {"Origin": "https://client.example", "Access-Control-Request-Method": "PUT", "Access-Control-Request-Headers": "apikey"}
    answer = await world.client.request("OPTIONS", path, headers=asked)
    assert answer.status_code == 204
    assert answer.headers["access-control-allow-origin"] == "*"
    allowed = answer.headers["access-control-allow-headers"].casefold().split(", ")
    assert {"authorization", "apikey", "x-api-key", "x-requested-with", "content-type", "x-amz-server-side-encryption",
            "x-amz-server-side-encryption-aws-kms-key-id"} <= set(allowed)  # fmt: skip
    assert {"GET", "PUT", "POST", "DELETE"} <= set(answer.headers["access-control-allow-methods"].split(", "))


async def test_the_way_to_the_next_page_can_be_read_from_other_sites(buyer: Company) -> None:
    answer = await buyer.call("GET", TRANSPORT, "parts", params={"limit": 1}, headers={"Origin": "https://client.example"})
    assert {"Link", "X-Track", "Ashiato-Receipt"} <= set(answer.headers["access-control-expose-headers"].split(", "))
    assert "access-control-allow-credentials" not in answer.headers


async def test_every_success_has_a_body(buyer: Company, supplier: Company) -> None:
    _, (bought,) = await buyer.make(f"P{uuid4().hex[:8]}", buyer.part(f"C{uuid4().hex[:8]}", amount=1))
    trade = await buyer.ask(supplier, bought)
    for answer in (
        await buyer.call("PUT", TRANSPORT, "status", json=closing(trade, "CANCEL")),
        await buyer.call("GET", TRANSPORT, "cfpCertification", params={"traceId": str(uuid4())}),
        await buyer.call("GET", "/keyId"),
    ):
        assert answer.status_code in (200, 201)
        assert answer.content


async def test_rest_and_the_interface_speak_of_the_same_requests(world: World, buyer: Company, supplier: Company) -> None:
    """A request over one interface is answered over the other."""
    bought, _, trade = await ouranos_world.answered(buyer, supplier)
    rest = await buyer.member.get(f"/requests/{trade}")
    assert (rest["state"], rest["own_part_id"]) == ("answered", bought)
    answer = await buyer.member.get(f"/requests/{trade}/answer")
    assert answer["release"]["stages"] == {"production": "2.5", "raw_materials": "1.5"}
    assert answer["release"]["obstacles"] == ["stated"]


async def test_two_companies_at_once_keep_the_states(buyer: Company, supplier: Company) -> None:
    """Cancelling, rejecting and answering at the same time: one of them counts, and all say the same afterwards."""
    for _ in range(4):
        _, (bought,) = await buyer.make(f"P{uuid4().hex[:8]}", buyer.part(f"C{uuid4().hex[:8]}", amount=1))
        trade = await buyer.ask(supplier, bought)
        made, _ = await supplier.make(f"M{uuid4().hex[:8]}", terminal=True)
        await supplier.put("tradeResponse", tradeId=trade, traceId=made)
        answers = await asyncio.gather(
            buyer.call("PUT", TRANSPORT, "status", json=closing(trade, "CANCEL")),
            supplier.call("PUT", TRANSPORT, "status", json=closing(trade, "REJECT", "no")),
            supplier.call("PUT", TRANSPORT, "cfp", json=ouranos_world.figures(made, 1, 1)),
        )
        assert all(answer.status_code in (201, 400, 404) for answer in answers)
        sides = [await company.get("status") for company in (buyer, supplier)]
        seen = [[one["requestStatus"]["cfpResponseStatus"] for one in side if one["statusId"] == trade] for side in sides]
        assert seen[0] == seen[1]
        assert (answers[0].status_code == 201) == (seen[0] == []), "a cancelled request is gone"
        assert (answers[1].status_code == 201) <= (seen[0] in ([], ["REJECT"]))
