"""Each failure that the interface describes, provoked, with its words."""

import re
from typing import Any
from uuid import uuid4

import httpx
import pytest
import structlog
from psycopg_pool import AsyncConnectionPool
from tests import ouranos_world
from tests.ouranos.conftest import Found
from tests.ouranos_world import INFO, TRANSPORT, Company, figures
from tests.world import PASSWORD, World

from ashiato.domain.participants.applications import ApplicationKind
from ashiato.plumbing.unit_of_work import Works

LINE = re.compile(r"id: [0-9a-f-]{0,36}, timeStamp: \d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z(, dataTarget: \S*)?, method: (GET|PUT|POST|DELETE)")


@pytest.fixture(scope="module")
async def us(world: World, key: str) -> Company:
    return await ouranos_world.company(world, key, "Ours")


@pytest.fixture(scope="module")
async def them(world: World, key: str) -> Company:
    return await ouranos_world.company(world, key, "Theirs")


def failed(response: httpx.Response, status: int, code: str, message: str, detail: str | None = None) -> None:
    assert response.status_code == status, response.text
    body = response.json()
    assert set(body) == {"code", "message", "detail"}
    assert (body["code"], body["message"]) == (code, message)
    assert body["detail"] == detail if detail else LINE.fullmatch(body["detail"]), body["detail"]
    assert len(response.headers["x-track"]) == 32


async def put(company: Company, target: str, body: Any, **params: Any) -> httpx.Response:
    path = INFO if target in ("operator", "plant") else TRANSPORT
    options = {"content": body, "headers": {"Content-Type": "application/json"}} if isinstance(body, str) else {"json": body}
    return await company.call("PUT", path, target, params=params, **options)


@pytest.mark.parametrize(("path", "target", "part"), [(INFO, "plant", "auth"), (TRANSPORT, "parts", "auth"), (TRANSPORT, "cfp", "auth")])
async def test_who_asks_is_found_out_first(us: Company, world: World, path: str, target: str, part: str) -> None:
    params = {"dataTarget": target, "traceIds": str(uuid4())}

    async def ask(headers: dict[str, str]) -> httpx.Response:
        return await world.client.get(path, params=params, headers=headers)

    key = {"apiKey": us.key}
    failed(await ask({}), 403, f"[{part}] AccessDenied", "You do not have the necessary privileges")
    failed(await ask({"apiKey": "wrong"}), 403, f"[{part}] AccessDenied", "Invalid key")
    elsewhere = await ouranos_world.issue_key(world, networks=("203.0.113.0/24",))
    failed(await ask({"apiKey": elsewhere}), 403, f"[{part}] AccessDenied", "IP address not authorized for this API key")
    system = await ouranos_world.issue_key(world, ApplicationKind.SYSTEM)
    failed(await ask({"apiKey": system}), 403, f"[{part}] AccessDenied", "You do not have the necessary privileges")
    failed(await ask(key), 401, f"[{part}] Unauthorized", "Authentication required")
    for token in ("x", "a.b.c", us.refresh, us.access[:-2]):
        failed(await ask(key | {"Authorization": f"Bearer {token}"}), 401, f"[{part}] Unauthorized", "Invalid or expired token")


async def test_a_wrong_form_tells_a_stranger_nothing(us: Company, world: World) -> None:
    answer = await world.client.put(TRANSPORT, params={"dataTarget": "parts"}, content="{", headers={"apiKey": us.key})
    failed(answer, 401, "[auth] Unauthorized", "Authentication required")


async def test_a_wrong_content_tells_a_stranger_nothing(us: Company, world: World) -> None:
    for target, body in (("cfp", []), ("tradeRequest", us.question(us, str(uuid4())) | {"statusModel": {"requestType": "CFP", "requestStatus": {}}})):
        answer = await world.client.put(TRANSPORT, params={"dataTarget": target}, json=body, headers={"apiKey": us.key})
        failed(answer, 401, "[auth] Unauthorized", "Authentication required")
    failed(await world.client.get(TRANSPORT, params={"dataTarget": "hoge"}), 403, "[auth] AccessDenied", "You do not have the necessary privileges")


@pytest.mark.parametrize("method", ["GET", "PUT"])
@pytest.mark.parametrize(("path", "part"), [(INFO, "auth"), (TRANSPORT, "dataspace")])
async def test_an_unknown_target(us: Company, method: str, path: str, part: str) -> None:
    answer = await us.call(method, path, "hoge", **({"json": {}} if method == "PUT" else {}))
    failed(answer, 400, f"[{part}] BadRequest", "Invalid request parameters, dataTarget: Unexpected query parameter")
    assert "dataTarget: hoge" in answer.json()["detail"]


async def test_log_in(us: Company, world: World) -> None:
    async def ask(path: str, body: Any) -> httpx.Response:
        options = {"content": body} if isinstance(body, str) else {"json": body}
        return await world.client.post(path, headers={"apiKey": us.key, "Content-Type": "application/json"}, **options)

    bad = "[auth] BadRequest"
    good = {"operatorAccountId": us.member.email, "accountPassword": PASSWORD}
    failed(await ask("/auth/login", good | {"accountPassword": "wrong"}), 401, "[auth] Unauthorized", "Invalid credentials")
    failed(await ask("/auth/login", {**good, "operatorAccountId": ""}), 400, bad, "Validation failed, operatorAccountId: cannot be blank.")
    failed(await ask("/auth/login", {"accountPassword": "x"}), 400, bad, "Validation failed, operatorAccountId: cannot be blank.")
    told = "Validation failed, operatorAccountId: Unmarshal type error: expected=string, got=number."
    failed(await ask("/auth/login", {**good, "operatorAccountId": 1}), 400, bad, told)
    failed(await ask("/auth/login", ","), 400, bad, "Validation failed, invalid character ',' looking for beginning of value")
    failed(await ask("/auth/refresh", {}), 400, bad, "Validation failed, refreshToken: cannot be blank.")
    failed(await ask("/auth/refresh", {"refreshToken": "x"}), 401, "[auth] Unauthorized", "Invalid or expired token")


async def test_change_of_password(found: Found, world: World) -> None:
    company = await found("Forgetful")

    async def change(password: Any) -> httpx.Response:
        return await company.call("POST", "/auth/change", json={"newPassword": password})

    bad = "[auth] BadRequest"
    failed(await change("Ab1!"), 400, bad, "Validation failed, newPassword: the length must be between 8 and 20.")
    failed(await change("x" * 21), 400, bad, "Validation failed, newPassword: the length must be between 8 and 20.")
    failed(await change(""), 400, bad, "Validation failed, newPassword: cannot be blank.")
    failed(await change(1), 400, bad, "Validation failed, newPassword: Unmarshal type error: expected=string, got=number.")
    assert (await change("abcdefgh1!")).status_code == 400, "an upper-case letter is missing"
    other = Company(company.member, company.client, company.key)
    await other.log_in()
    assert (await change("xx@&1234Pass")).json() == {}
    assert (await other.call("GET", INFO, "plant")).status_code == 401, "other sessions end"
    await company.get("plant")
    again = await world.client.post(
        "/auth/login", json={"operatorAccountId": company.member.email, "accountPassword": "xx@&1234Pass"}, headers={"apiKey": company.key}
    )
    assert again.status_code == 201


async def test_operators(us: Company, them: Company) -> None:
    bad, own = "[auth] BadRequest", await us.get("operator")
    failed(await put(us, "operator", own | {"operatorId": them.id}), 403, "[auth] AccessDenied", "You do not have the necessary privileges")
    failed(await put(us, "operator", own | {"openOperatorId": "1"}), 400, bad, "openOperatorId: field is immutable.")
    failed(await put(us, "operator", own | {"operatorName": ""}), 400, bad, "Validation failed, operatorName: cannot be blank.")
    told = "Validation failed, operatorName: the length must be between 1 and 256."
    failed(await put(us, "operator", own | {"operatorName": "x" * 257}), 400, bad, told)
    told = "Validation failed, operatorName: Unmarshal type error: expected=string, got=number."
    failed(await put(us, "operator", own | {"operatorName": 1}), 400, bad, told)
    number = f"id_{uuid4()}"
    await them.put("operator", await them.get("operator") | {"operatorAttribute": {"globalOperatorId": number}})
    taken = await put(us, "operator", own | {"operatorAttribute": {"globalOperatorId": number}})
    failed(taken, 400, bad, f"globalOperatorId: {number} is already exists.")
    both = await us.call("GET", INFO, "operator", params={"openOperatorId": "1", "operatorIds": us.id})
    failed(both, 400, bad, "Invalid request parameters, only one of operatorIds and openOperatorId can be set.")
    for text in ("hoge", ",".join([us.id] * 101)):
        many = await us.call("GET", INFO, "operator", params={"operatorIds": text})
        failed(many, 400, bad, "Invalid request parameters, operatorIds: Unexpected query parameter")
    absent = await us.call("GET", INFO, "operator", params={"openOperatorId": "9999999999999"})
    assert (absent.status_code, absent.json()["code"]) == (404, "[auth] NotFound")


async def test_plants(us: Company, them: Company) -> None:
    bad = "[auth] BadRequest"
    plant = {
        "openPlantId": f"{uuid4().hex[:8]}000001",
        "operatorId": us.id,
        "plantAddress": "x",
        "plantId": None,
        "plantName": "A工場",
        "plantAttribute": {},
    }
    failed(await put(us, "plant", plant | {"operatorId": them.id}), 403, "[auth] AccessDenied", "You do not have the necessary privileges")
    failed(
        await put(us, "plant", plant | {"openPlantId": "12345x"}),
        400,
        bad,
        "Validation failed, openPlantId: the last 6 digits must always be numeric ",
    )
    failed(await put(us, "plant", plant | {"plantName": ""}), 400, bad, "Validation failed, plantName: cannot be blank.")
    failed(await put(us, "plant", plant | {"plantName": "x" * 257}), 400, bad, "Validation failed, plantName: the length must be between 1 and 256.")
    await us.put("plant", plant)
    failed(await put(us, "plant", plant), 400, bad, f"openPlantId: {plant['openPlantId']} is already exists.")
    foreign = await put(us, "plant", plant | {"plantId": them.plant_id})
    unknown = await put(us, "plant", plant | {"plantId": str(uuid4())})
    assert (foreign.status_code, foreign.json()["message"]) == (unknown.status_code, unknown.json()["message"]) == (404, "There is no such plant.")


async def test_parts(us: Company, them: Company) -> None:
    bad, part = "[dataspace] BadRequest", us.part("A")
    failed(await put(us, "parts", part | {"amountRequired": 1}), 400, bad, "Validation failed, amountRequired: must be blank.")
    failed(await put(us, "parts", part | {"partsName": ""}), 400, bad, "Validation failed, partsName: cannot be blank.")
    failed(await put(us, "parts", part | {"partsName": None}), 400, bad, "Validation failed, partsName: cannot be blank.")
    told = "Validation failed, partsName: Unmarshal type error: expected=string, got=number."
    failed(await put(us, "parts", part | {"partsName": 1}), 400, bad, told)
    failed(
        await put(us, "parts", part | {"amountRequiredUnit": "キログラム"}),
        400,
        bad,
        "Validation failed, amountRequiredUnit: cannot be allowed 'キログラム'.",
    )
    failed(await put(us, "parts", part | {"operatorId": them.id}), 403, "[dataspace] AccessDenied", "You do not have the necessary privileges")
    failed(await put(us, "parts", '{"partsName":,}'), 400, bad, "Validation failed, invalid character ',' looking for beginning of value")
    for name in ("limit", "after", "traceId", "plantId"):
        answer = await us.call("GET", TRANSPORT, "parts", params={name: "hoge"})
        failed(answer, 400, bad, f"Invalid request parameters, {name}: Unexpected query parameter")
    for limit in (0, 101):
        answer = await us.call("GET", TRANSPORT, "parts", params={"limit": limit})
        failed(answer, 400, bad, "Invalid request parameters, limit: Unexpected query parameter")


async def test_structures(us: Company) -> None:
    bad, child = "[dataspace] BadRequest", us.part("B", amount=1)

    async def structure(parent: dict[str, Any], *children: dict[str, Any]) -> httpx.Response:
        return await put(us, "partsStructure", {"parentPartsModel": parent, "childrenPartsModel": list(children)})

    failed(await structure(us.part("A", amount=1)), 400, bad, "Validation failed, parentPartsModel: (amountRequired: must be blank.).")
    failed(await structure(us.part("A") | {"partsName": ""}), 400, bad, "Validation failed, parentPartsModel: (partsName: cannot be blank.).")
    told = "Validation failed, parentPartsModel: (partsName: the length must be between 1 and 50.)."
    failed(await structure(us.part("A") | {"partsName": "x" * 51}), 400, bad, told)
    told = "Validation failed, parentPartsModel.partsName: Unmarshal type error: expected=string, got=number."
    failed(await structure(us.part("A") | {"partsName": 1}), 400, bad, told)
    failed(
        await structure(us.part("A"), child | {"amountRequired": None}),
        400,
        bad,
        "Validation failed, childrenPartsModel[0]: (amountRequired: cannot be blank.).",
    )
    told = "Validation failed, childrenPartsModel[0]: (amountRequired: must be a value up to the 5th decimal place.)."
    failed(await structure(us.part("A"), child | {"amountRequired": 0.000001}), 400, bad, told)
    assert (await structure(us.part("A"), *[us.part(f"B{each}", amount=1) for each in range(51)])).status_code == 400
    assert (await structure(us.part("A"), child, child)).status_code == 400, "the same part twice"
    assert (await structure(us.part("A"), us.part("A", amount=1))).status_code == 400, "a part in itself"


async def test_removal(us: Company, them: Company) -> None:
    async def remove(trace: str) -> httpx.Response:
        return await us.call("DELETE", TRANSPORT, "parts", params={"traceId": trace})

    bad = "[traceability] BadRequest"
    parent, (child,) = await us.make(f"R{uuid4().hex[:8]}", us.part("R-C", amount=1))
    theirs, _ = await them.make("T")
    for trace in (str(uuid4()), theirs):
        failed(await remove(trace), 400, bad, "指定された部品は存在しません。", "MSGAECP0013")
    for trace in (parent, child):
        failed(await remove(trace), 400, bad, "指定された部品は部品構成が存在するため削除できません。", "MSGAECP0014")
    trade = await us.ask(them, child)
    await us.put("partsStructure", {"parentPartsModel": us.part("R2"), "childrenPartsModel": []})
    await us.put("parts", (await us.get("parts", traceId=parent))[0])
    failed(await remove(child), 400, bad, "指定された部品は依頼済みのため削除できません。", "MSGAECP0015")
    mine = (await us.make("R-answer", terminal=True))[0]
    _, (wanted,) = await them.make(f"W{uuid4().hex[:8]}", them.part("W-C", amount=1))
    asked = await them.ask(us, wanted)
    await us.put("tradeResponse", tradeId=asked, traceId=mine)
    failed(await remove(mine), 400, bad, "指定された部品は受領済みの依頼に紐づいているため削除できません。", "MSGAECP0016")
    await us.put("status", closing(trade, "CANCEL"))
    gone = await remove(child)
    assert (gone.status_code, gone.content) == (204, b"")
    assert await us.get("parts", traceId=child) == []
    assert (await us.put("parts", us.part("R-C")))["traceId"] != child, "the same name is another part now"


def closing(trade: str, state: str, message: str | None = None) -> dict[str, Any]:
    return {
        "message": "", "replyMessage": message, "requestType": "CFP", "statusId": trade, "tradeId": trade, "responseDueDate": "",
        "requestStatus": {"cfpResponseStatus": state, "tradeTreeStatus": "UNTERMINATED", "completedCount": None, "completedCountModifiedAt": None,
                          "tradesCount": None, "tradesCountModifiedAt": None},
    }  # fmt: skip


async def test_requests(us: Company, them: Company) -> None:
    bad = "[dataspace] BadRequest"
    _, (child,) = await us.make(f"Q{uuid4().hex[:8]}", us.part(f"Q-{uuid4().hex[:6]}", amount=1))
    good = us.question(them, child)

    def but(model: str, **changed: Any) -> dict[str, Any]:
        return good | {model: good[model] | changed}

    denied = ("[dataspace] AccessDenied", "You do not have the necessary privileges")
    failed(await put(us, "tradeRequest", but("tradeModel", downstreamOperatorId=them.id)), 403, *denied)
    unknown = await put(us, "tradeRequest", but("tradeModel", upstreamOperatorId=str(uuid4())))
    assert (unknown.status_code, unknown.json()["code"]) == (404, "[dataspace] NotFound")
    failed(await put(us, "tradeRequest", but("tradeModel", downstreamTraceId="")), 400, bad, "Validation failed, downstreamTraceId: cannot be blank.")
    failed(
        await put(us, "tradeRequest", but("statusModel", requestType="hoge")), 400, bad, "Validation failed, requestType: cannot be allowed 'hoge'."
    )
    told = "Validation failed, message: the length must be no more than 1000."
    failed(await put(us, "tradeRequest", but("statusModel", message="x" * 1001)), 400, bad, told)
    told = "Validation failed, message: Unmarshal type error: expected=string, got=number."
    failed(await put(us, "tradeRequest", but("statusModel", message=1)), 400, bad, told)
    for day in ("2024-13-01", "hoge", "20241231"):
        told = "Validation failed, responseDueDate: must be a valid date."
        failed(await put(us, "tradeRequest", but("statusModel", responseDueDate=day)), 400, bad, told)
    failed(await put(us, "tradeRequest", but("statusModel", responseDueDate=None)), 400, bad, "Validation failed, responseDueDate: cannot be blank.")


async def test_states(us: Company, them: Company) -> None:
    bad = "[dataspace] BadRequest"
    _, (child,) = await us.make(f"S{uuid4().hex[:8]}", us.part(f"S-{uuid4().hex[:6]}", amount=1))
    trade = await us.ask(them, child)
    failed(await put(us, "status", closing(trade, "CANCEL") | {"statusId": None}), 400, bad, "Validation failed, statusId: cannot be blank.")
    told = "Validation failed, replyMessage: the length must be no more than 1000."
    failed(await put(us, "status", closing(trade, "REJECT", "x" * 1001)), 400, bad, told)
    told = "Validation failed, replyMessage: Unmarshal type error: expected=string, got=number."
    failed(await put(us, "status", closing(trade, "REJECT") | {"replyMessage": 1}), 400, bad, told)
    assert (await put(us, "status", closing(trade, "COMPLETED"))).status_code == 400
    assert (await put(us, "status", closing(trade, "CANCEL") | {"requestStatus": {}})).status_code == 400
    denied = ("[dataspace] AccessDenied", "You do not have the necessary privileges")
    failed(await put(us, "status", closing(trade, "REJECT", "no")), 403, *denied)
    failed(await put(them, "status", closing(trade, "CANCEL")), 403, *denied)
    both = await us.call("GET", TRANSPORT, "status", params={"statusTarget": "REQUEST", "statusId": trade})
    failed(both, 400, bad, "Invalid request parameters, statusId: Unexpected query parameter")
    wrong = await us.call("GET", TRANSPORT, "status", params={"statusTarget": "hoge"})
    failed(wrong, 400, bad, "Invalid request parameters, statusTarget: Unexpected query parameter")


async def test_figures(us: Company) -> None:
    bad, trace = "[dataspace] BadRequest", (await us.make(f"F{uuid4().hex[:8]}", terminal=True))[0]

    def but(place: int, **changed: Any) -> list[dict[str, Any]]:
        return [row | changed if at == place else row for at, row in enumerate(figures(trace, 1.5, 0.5))]

    async def fails(body: Any, words: str) -> None:
        failed(await put(us, "cfp", body), 400, bad, f"Validation failed, {words}")

    await fails([], "cfp models must be 4 elements")
    await fails(figures(trace, 1, 1)[:3], "cfp models must be 4 elements")
    await fails(but(1, cfpType="preProduction", dqrType="preProcessing"), "cfpType mainProduction is insufficient")
    await fails(but(0, cfpType="hoge"), "cfpModel[0]: (cfpType: cannot be allowed 'hoge'.).")
    await fails(but(0, cfpType="preProductionTotal"), "cfpModel[0]: (cfpType: cannot be allowed 'preProductionTotal'.).")
    await fails(but(0, cfpType=1), "cfpType: Unmarshal type error: expected=string, got=number.")
    await fails(but(0, traceId=""), "cfpModel[0]: (traceId: cannot be blank.).")
    await fails(but(0, cfpId=str(uuid4())), "ensure all objects have the same cfpId")
    await fails(but(0, ghgEmission=1.123456), "cfpModel[0]: (ghgEmission: must be a value up to the 5th decimal place.).")
    await fails(but(0, ghgEmission=100000), "cfpModel[0]: (ghgEmission: must be between 0 and 99999.99999.).")
    await fails(but(0, dqrType="mainProcessing"), "cfpModel[0]: (ensure the combination of cfpType and dqrType is correct.).")
    await fails(but(0, dqrValue={"TeR": 1, "GeR": 1, "TiR": 1}), "different dqrValues are set for the same dqrType.")
    rated = figures(trace, 0, 1, pre_quality={"TeR": 2.1, "GeR": 2.2, "TiR": 2.3})
    await fails(rated, "set ghgEmission to a value greater than 0 for cfpType of preProduction or preComponent.")
    for text in ("hoge", ",".join([trace] * 51), ""):
        answer = await us.call("GET", TRANSPORT, "cfp", params={"traceIds": text})
        failed(answer, 400, bad, "Invalid request parameters, traceIds: Unexpected query parameter")


async def test_the_traceability_side_says_what_went_wrong(us: Company, them: Company) -> None:
    async def ask(method: str, path: str, headers: dict[str, str] | None = None, **options: Any) -> tuple[int, Any]:
        answer = await us.call(method, path, headers=headers or {}, **options)
        (told,) = answer.json()["errors"]
        assert told["errorCode"]
        assert told["errorDescription"]
        return answer.status_code, told["errorDescription"]

    assert await ask("GET", "/requestStatus", params={"operatorId": them.id, "trackId": "0" * 32}) == (
        403,
        "You do not have the necessary privileges",
    )
    assert await ask("GET", "/requestStatus", {"x-api-key": "wrong"}, params={"operatorId": us.id, "trackId": "0" * 32}) == (403, "Invalid key")
    assert (await ask("GET", "/requestStatus", params={"operatorId": us.id, "trackId": "x"}))[0] == 400
    assert await ask("GET", "/cfpAcl", params={"operatorId": us.id}) == (400, "traceIdは必須項目です。")
    assert await ask("POST", "/cfpAcl", json={"operatorId": us.id, "acl": []}) == (400, "releasedToOperatorId、traceIdは必須項目です。")
    missing = await us.call("GET", "/notifications")
    assert missing.json()["errors"][0]["errorCode"] == "MSGAECO0001"
    assert (await ask("GET", "/cfpAcl", params={"operatorId": us.id, "traceId": str(uuid4())}))[0] == 404
    assert (await ask("GET", "/notifications", params={"operatorId": us.id, "notifiedAtFrom": "hoge"}))[0] == 400
    assert (await ask("POST", "/replyMessages", json={"operatorId": us.id, "requestId": str(uuid4())}))[0] == 404
    files = {"operatorId": us.id, "fileInfo": [{"fileName": "virus.exe", "extension": "exe"}]}
    assert (await ask("POST", "/fileUploadUrl", json=files))[0] == 400


@pytest.mark.parametrize(
    ("method", "path", "part"),
    [
        ("GET", "/auth/hoge", "auth"),
        ("POST", INFO, "dataspace"),
        ("GET", f"{INFO}/hoge", "dataspace"),
        ("PUT", f"{TRANSPORT}/hoge", "dataspace"),
        ("POST", TRANSPORT, "dataspace"),
    ],
)
async def test_an_endpoint_that_is_none(us: Company, method: str, path: str, part: str) -> None:
    failed(await us.call(method, path), 404, f"[{part}] NotFound", "Endpoint Not Found")


async def test_a_database_that_is_away_is_told_as_such(us: Company, world: World) -> None:
    tools = world.client._transport.app.state.tools
    away = AsyncConnectionPool("dbname=nowhere", open=False)
    changed = {name: getattr(tools, name) for name in tools.__slots__} | {"works": Works(away, tools.works.clock, tools.works.ids)}
    world.client._transport.app.state.tools = type(tools)(**changed)
    try:
        parts, plants = await us.call("GET", TRANSPORT, "parts"), await us.call("GET", INFO, "plant")
        health = await us.call("GET", f"{INFO}/health")
        notices = await us.call("GET", "/notifications", params={"operatorId": us.id})
    finally:
        world.client._transport.app.state.tools = tools
    failed(parts, 503, "[auth] ServiceUnavailable", "Unexpected error occurred in outer service")
    failed(plants, 503, "[auth] ServiceUnavailable", "Unexpected error occurred in outer service")
    assert health.status_code == 503, "health is asked of the database too"
    (told,) = notices.json()["errors"]
    assert (notices.status_code, told["errorDescription"]) == (503, "Unexpected error occurred in outer service")


async def test_what_nobody_foresaw_tells_nothing_of_ours(us: Company, world: World) -> None:
    tools = world.client._transport.app.state.tools
    changed = {name: getattr(tools, name) for name in tools.__slots__} | {"settings": None}
    world.client._transport.app.state.tools = type(tools)(**changed)
    try:
        with structlog.testing.capture_logs() as logs:
            answer = await us.call("POST", "/auth/login", json={"operatorAccountId": "x", "accountPassword": "y"})
    finally:
        world.client._transport.app.state.tools = tools
    assert (answer.status_code, answer.json()["code"], answer.json()["message"]) == (500, "[auth] InternalServerError", "Unexpected error occurred")
    assert [entry["event"] for entry in logs] == ["unforeseen failure", "request"]
