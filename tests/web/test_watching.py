"""What those who run the platform see of it: counters and log lines by route. No value and no name of a company is in any of them."""

import json
from dataclasses import replace

import httpx
import pytest
import structlog
from tests.world import FACTOR_HEADER, INVENTORY_HEADER, PART_HEADER, World, factor

from ashiato import app as composition
from ashiato.gateways.rest import Tools

CANARY = "CANARY7319"


def client_from(tools: Tools, address: str = "127.0.0.1", **settings: object) -> httpx.AsyncClient:
    chosen = replace(tools, settings=tools.settings.model_copy(update=settings))
    return httpx.AsyncClient(transport=httpx.ASGITransport(composition.build(chosen), client=(address, 1)), base_url="http://testserver")


async def test_metrics_are_for_this_machine_or_for_who_has_the_token(tools: Tools) -> None:
    async with client_from(tools) as near, client_from(tools, "192.0.2.1") as far:
        assert (await near.get("/metrics")).status_code == 200
        assert (await near.get("/metrics", headers={"X-Forwarded-For": "127.0.0.1"})).status_code == 404, "past a proxy it is not this machine"
        refused = await far.get("/metrics")
        nothing = await far.get("/nothing")
        assert (refused.status_code, nothing.status_code) == (404, 404)
    secret = type("S", (), {"get_secret_value": lambda _: "the-token"})()
    async with client_from(tools, "192.0.2.1", metrics_token=secret) as far:
        assert (await far.get("/metrics")).status_code == 404
        assert (await far.get("/metrics", headers={"Authorization": "Bearer wrong"})).status_code == 404
        told = await far.get("/metrics", headers={"Authorization": "Bearer the-token"})
        assert told.headers["content-type"].startswith("text/plain; version=0.0.4")
        assert "ashiato_requests_total" in told.text


async def test_neither_counters_nor_log_lines_hold_a_value_or_a_name(world: World, tools: Tools) -> None:
    with structlog.testing.capture_logs(processors=[structlog.contextvars.merge_contextvars]) as lines:
        member = await world.company(f"{CANARY} Cells")
        await member.import_tables(
            factors=[FACTOR_HEADER, factor(CANARY, "7.319", "kg CO2e/kWh", basis="consumption_mix")],
            parts=[PART_HEADER, [f"{CANARY}-1", f"{CANARY} part", "kg", "", "", "", ""]],
            inventory=[INVENTORY_HEADER, [f"{CANARY}-1", "production", f"{CANARY} power", "7319", "kWh", CANARY, "own", "energy"]],
        )
        await member.compute(f"{CANARY}-1")
        await member.call("GET", "/parts", params={"part_number": f"{CANARY}-1"})
        await member.call("GET", f"/parts/{CANARY}")
        await member.client.get(f"/{CANARY}/nothing/here")
        await member.call("POST", "/people", json={"email": f"{CANARY}@x.test", "display_name": CANARY, "password": f"{CANARY} horse battery"})
    requests = [line for line in lines if line["event"] == "request"]
    assert len(requests) > 8
    told = json.dumps(lines, default=str)
    async with client_from(tools) as near:
        counters = (await near.get("/metrics")).text
    for forbidden in (CANARY, CANARY.casefold(), "7.319", member.number, member.email, member.token):
        assert forbidden not in told
        assert forbidden not in counters
    assert member.company_id not in counters, "counters tell of no company at all"
    assert {line["tenant"] for line in requests if line["route"] == "/api/v1/parts"} == {member.company_id}
    assert all(line["request_id"] for line in requests)
    assert 'route="/api/v1/parts/{part_id}/footprints"' in counters
    assert 'route="(none)"' in counters


async def test_a_canary_in_a_log_line_would_be_found(world: World) -> None:
    """The canary of the canaries: what is logged is seen by the test."""
    with structlog.testing.capture_logs(processors=[structlog.contextvars.merge_contextvars]) as lines:
        structlog.get_logger().info("something", what=CANARY)
    assert CANARY in json.dumps(lines)


@pytest.mark.parametrize(
    ("given", "echoed"), [("abcDEF-123_4.5", True), ("short", False), ("x" * 65, False), ("with space here", False), ("a\tb12345678", False)]
)
async def test_a_callers_own_request_id_is_taken_and_sent_back(client: httpx.AsyncClient, given: str, echoed: bool) -> None:
    with structlog.testing.capture_logs(processors=[structlog.contextvars.merge_contextvars]) as lines:
        answer = await client.get("/api/v1/methods", headers={"X-Request-Id": given})
    assert answer.headers.get("x-request-id") == (given if echoed else None)
    (line,) = [each for each in lines if each["event"] == "request"]
    assert (line["request_id"] == given) == echoed


async def test_whom_to_tell_of_a_hole(tools: Tools) -> None:
    async with client_from(tools) as silent, client_from(tools, security_contact="mailto:security@centre.example") as told:
        assert (await silent.get("/.well-known/security.txt")).status_code == 404
        lines = dict(line.split(": ", 1) for line in (await told.get("/.well-known/security.txt")).text.splitlines())
        assert lines["Contact"] == "mailto:security@centre.example"
        assert {"Expires", "Canonical", "Preferred-Languages"} <= lines.keys()
