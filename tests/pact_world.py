"""Companies that exchange footprints over PACT, everything through the real door."""

import base64
from dataclasses import dataclass
from functools import cache
from typing import Any
from uuid import uuid4

import httpx
import jsonschema_rs
import pytest
import yaml

from tests.conftest import SHARED
from tests.world import FACTOR_HEADER, INVENTORY_HEADER, PART_HEADER, Member, World, factor

FILES = {3: SHARED / "standards" / "pact" / "v3-openapi.yaml", 2: SHARED / "standards" / "pact" / "v2-openapi.yaml"}
at_hand = pytest.mark.skipif(
    not FILES[3].exists(), reason=f"{FILES[3]} is not here: the published description of the interface is not part of the project"
)
CLOUD_EVENT = "application/cloudevents+json; charset=UTF-8"
CREATED, FULFILLED, REJECTED, PUBLISHED = "created", "fulfilled", "rejected", "published"
TYPES = {
    3: {CREATED: "org.wbcsd.pact.ProductFootprint.RequestCreatedEvent.3", FULFILLED: "org.wbcsd.pact.ProductFootprint.RequestFulfilledEvent.3",
        REJECTED: "org.wbcsd.pact.ProductFootprint.RequestRejectedEvent.3", PUBLISHED: "org.wbcsd.pact.ProductFootprint.PublishedEvent.3"},
    2: {CREATED: "org.wbcsd.pathfinder.ProductFootprintRequest.Created.v1", FULFILLED: "org.wbcsd.pathfinder.ProductFootprintRequest.Fulfilled.v1",
        REJECTED: "org.wbcsd.pathfinder.ProductFootprintRequest.Rejected.v1", PUBLISHED: "org.wbcsd.pathfinder.ProductFootprint.Published.v1"},
}  # fmt: skip


@cache
def _schema(version: int, name: str) -> Any:
    components = yaml.safe_load(FILES[version].read_text(encoding="utf-8"))["components"]
    for component in components["schemas"].values():
        component.get("properties", {}).pop("$ref", None)  # a reference to members, which JSON Schema does not know
    return jsonschema_rs.Draft202012Validator({"components": components, "$ref": f"#/components/schemas/{name}"}, validate_formats=False)


def conforms(version: int, name: str, message: Any) -> None:
    """Fails where a message is not what the standard's schema says. Nothing is compared where the schema is not at hand."""
    if FILES[version].exists():
        _schema(version, name).validate(message)


def event(version: int, kind: str, data: Any, number: str | None = None, source: str = "//partner.example/3/events") -> dict[str, Any]:
    """An event as a partner's system sends it."""
    spelled = "2026-03-05T17:31:00Z"
    return {"type": TYPES[version][kind], "specversion": "1.0", "id": number or str(uuid4()), "source": source, "time": spelled, "data": data}


@dataclass
class Caller:
    """A partner's program at a company's door. `base` is the company's address for partners."""

    client: httpx.AsyncClient
    base: str
    client_id: str
    secret: str
    token: str = ""

    async def discover(self) -> str:
        """Where tokens are issued, as the company itself says."""
        return (await self.client.get(f"{self.base}/.well-known/openid-configuration")).json()["token_endpoint"]

    async def fetch_token(self, *, address: str = "", secret: str = "") -> httpx.Response:
        basic = base64.b64encode(f"{self.client_id}:{secret or self.secret}".encode()).decode()
        return await self.client.post(
            address or f"{self.base}/auth/token", content="grant_type=client_credentials",
            headers={"Authorization": f"Basic {basic}", "Content-Type": "application/x-www-form-urlencoded"},
        )  # fmt: skip

    async def log_in(self) -> "Caller":
        answer = await self.fetch_token()
        assert answer.status_code == 200, answer.text
        self.token = answer.json()["access_token"]
        return self

    async def call(self, method: str, path: str, *, token: str | None = None, **options: Any) -> httpx.Response:
        headers = {"Authorization": f"Bearer {self.token if token is None else token}"} | options.pop("headers", {})
        address = path if path.startswith("http") else f"{self.base}{path}"
        return await self.client.request(method, address, headers=headers, **options)

    async def footprints(self, version: int = 3, **params: Any) -> list[Any]:
        """The footprints that fit; each is held against the schema."""
        answer = await self.call("GET", f"/{version}/footprints", params=params)
        assert answer.status_code == 200, answer.text
        for one in answer.json()["data"]:
            conforms(version, "ProductFootprint", one)
        return answer.json()["data"]

    async def send(self, told: Any, version: int = 3, **options: Any) -> httpx.Response:
        return await self.call("POST", f"/{version}/events", json=told, headers={"Content-Type": CLOUD_EVENT}, **options)


async def program(member: Member) -> tuple[str, str]:
    """Client id and secret of a fresh program of a company's that exchanges footprints."""
    issued = await member.post("/clients", {"name": "Exchange", "roles": ["partner"]})
    return issued["client_id"], issued["secret"]


async def caller(world: World, partner: Member, owner: Member, client: httpx.AsyncClient | None = None, base: str = "") -> Caller:
    """A partner's program at an owner's door, with a token."""
    client_id, secret = await program(partner)
    secure = client or httpx.AsyncClient(transport=world.client._transport, base_url="https://testserver")
    return await Caller(secure, base or f"https://testserver/pact/{owner.company_id}", client_id, secret).log_in()


async def makes(member: Member, *items: str, amount: str = "3") -> None:
    """Has a company make products, so that their footprints can be computed."""
    await member.import_tables(
        factors=[FACTOR_HEADER, factor("POWER", "0.5", "kg CO2e/kWh", basis="consumption_mix"), factor("MEAN", "20")],
        parts=[PART_HEADER, *[[item, f"Product {item}", "kg", "", "", "", ""] for item in items]],
        inventory=[INVENTORY_HEADER, *[[item, "production", "power", amount, "kWh", "POWER", "own", "energy"] for item in items]],
    )


async def buys(member: Member, supplier: Member, *items: str) -> None:
    """Has a company list products that it buys from another."""
    await member.import_tables(
        factors=[FACTOR_HEADER, factor("MEAN", "20")],
        parts=[PART_HEADER, *[[item, f"Product {item}", "kg", "", supplier.number, f"S-{item}", "MEAN"] for item in items]],
    )


async def traded(world: World, name: str, *items: str) -> tuple[Member, Member]:
    """A supplier and a buyer that has its footprints of these products."""
    supplier, buyer = await world.company(f"{name} Works"), await world.company(f"{name} Motors")
    await makes(supplier, *[f"S-{item}" for item in items])
    await buys(buyer, supplier, *items)
    for item in items:
        await supplier.answer((await buyer.ask(item))["request_id"], f"S-{item}")
    return supplier, buyer
