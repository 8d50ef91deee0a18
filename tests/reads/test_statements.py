"""No reading asks more of the database because there is more to tell: every route and page at two sizes."""

from collections.abc import AsyncIterator
from dataclasses import dataclass

import httpx
import pytest
from fastapi import FastAPI
from tests.attacks.test_routes import DESCRIBED, OPERATIONS, address
from tests.reads import trading
from tests.reads.recorder import Noted, recording
from tests.world import Member, World

from ashiato.domain import products
from ashiato.domain.participants import Actor
from ashiato.gateways.rest import PREFIX, Tools
from ashiato.gateways.rest.desk import AtDesk
from ashiato.gateways.rest.wire.parts import PartOut
from ashiato.gateways.rest.wire.words import Page
from ashiato.plumbing.unit_of_work import Work

FEW, MANY = 3, 60
READINGS = [operation for operation in OPERATIONS if operation.startswith("GET ")]
PAGES = ["GET /", "GET /?all=true", "GET /parts/{part_id}", "GET /parts/{part_id}/structure?find=C", "GET /requests/{request_id}",
         "GET /chains", "GET /reports", "GET /questionnaires", "GET /risks", "GET /grievances"]  # fmt: skip
ONE_TRIP = {  # who asks and all that is told, in one piece
    "GET /parts", "GET /parts/{part_id}", "GET /parts/{part_id}/structure", "GET /requests", "GET /requests/{request_id}",
    "GET /requests/{request_id}/answer",
}  # fmt: skip
ASKED_OF = {"GET /requests": {"direction": "sent"}, "GET /companies": {"state": "admitted"},
            "GET /log/consistency": {"first": "1", "second": "1"}, "GET /log/receipts": {"size": "1"},
            "GET /rooms/{room_id}/footprints/{footprint_id}/sample": {"seed": "1"}, "GET /pact/files/{request_id}": {"form": "pact-3"}}  # fmt: skip


@dataclass
class Sizes:
    """Two buyers that differ in how much they have, and a client whose every statement is noted."""

    client: httpx.AsyncClient
    noted: Noted
    few: tuple[Member, dict[str, str]]
    many: tuple[Member, dict[str, str]]

    async def cost(self, size: tuple[Member, dict[str, str]], method: str, path: str, params: dict[str, str]) -> tuple[int, int]:
        """Statements and round trips of a reading that is repeated: what is done once only, such as preparing, is done."""
        member, _ = size
        headers = {"Authorization": f"Bearer {member.token}", "Cookie": f"ashiato_session={member.token}"}
        for _ in range(5):
            self.noted.clear()
            response = await self.client.request(method, path, params=params, headers=headers)
        assert response.status_code in (200, 403, 404), f"{path}: {response.status_code} {response.text}"
        return len(self.noted.statements), self.noted.trips


@pytest.fixture(scope="session")
async def sizes(world: World, tools: Tools, owner_url: str, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Sizes]:
    cells = await trading.supplier(world)
    few, many = await trading.buyer(world, cells, FEW), await trading.buyer(world, cells, MANY)
    noted = Noted(tmp_path_factory.mktemp("trace") / "messages")
    async with recording(tools, owner_url, noted) as client:
        _growing_reader(client)
        yield Sizes(client, noted, few, many)


def _growing_reader(client: httpx.AsyncClient) -> None:
    """A route such as nobody should write, on the recorded application only."""
    app = client._transport.app  # type: ignore[attr-defined]
    assert isinstance(app, FastAPI)

    @app.get(f"{PREFIX}/one-by-one")
    async def one_by_one(desk: AtDesk) -> object:
        async def verb(work: Work, actor: Actor) -> Page[PartOut]:
            found = await products.parts(work, actor, None, None, None, 200)
            return Page(items=[PartOut.model_validate(await products.part(work, actor, part.part_id)) for part in found])

        return await desk.read(verb)


@pytest.mark.parametrize("operation", READINGS)
async def test_a_route_costs_the_same_at_any_size(sizes: Sizes, operation: str) -> None:
    described = {each["name"] for each in DESCRIBED["paths"][PREFIX + operation[4:]]["get"].get("parameters", [])} if _own(operation) else set()
    params = ASKED_OF.get(operation, {}) | ({"limit": "100"} if "limit" in described else {})
    costs = {size: await sizes.cost(size_of, *address(operation, size_of[1]), params) for size, size_of in _both(sizes)}
    assert costs["few"][0] == costs["many"][0]
    if operation in ONE_TRIP:
        assert costs["many"][1] == 1


def _own(operation: str) -> bool:
    return PREFIX + operation[4:] in DESCRIBED["paths"]


def _both(sizes: Sizes) -> list[tuple[str, tuple[Member, dict[str, str]]]]:
    return [("few", sizes.few), ("many", sizes.many)]


@pytest.mark.parametrize("page", PAGES)
async def test_a_page_costs_the_same_at_any_size(sizes: Sizes, page: str) -> None:
    costs = {size: await sizes.cost(size_of, "GET", page[4:].format_map(size_of[1]), {}) for size, size_of in _both(sizes)}
    assert costs["few"][0] == costs["many"][0] > 1


async def test_a_reader_that_asks_row_by_row_would_be_caught(sizes: Sizes) -> None:
    """The canary."""
    few, many = [await sizes.cost(size, "GET", f"{PREFIX}/one-by-one", {}) for _, size in _both(sizes)]
    assert many[0] - few[0] == MANY - FEW
    assert many[1] > few[1]


async def test_the_first_reading_of_an_answer_is_durable_before_it_is_told(world: World, tools: Tools, owner_url: str) -> None:
    cells = await trading.supplier(world)
    reader, ids = await trading.buyer(world, cells, 1)
    facts = [fact for fact in (await reader.get("/facts", params={"limit": 200}))["items"] if fact["kind"] == "grant.first_read"]
    assert len(facts) == 1
    await reader.get(f"/requests/{ids['request_id']}/answer")
    again = [fact for fact in (await reader.get("/facts", params={"limit": 200}))["items"] if fact["kind"] == "grant.first_read"]
    assert again == facts
    assert len((await cells.get("/accesses"))["items"]) == 1
