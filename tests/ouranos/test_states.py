"""Two companies act on one request in any order, now and then both at once: the states hold, both say the same, nobody else learns anything."""

import asyncio
from collections.abc import Iterator
from typing import Any

import httpx
import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule, run_state_machine_as_test
from tests import ouranos_world
from tests.attacks.test_fuzz import serving
from tests.ouranos.test_failures import closing
from tests.ouranos_world import TRANSPORT, Company
from tests.world import World

from ashiato.gateways.rest import Tools

AFTER = {  # state → deed → state, for deeds that are carried out; every other is refused
    "NOT_COMPLETED": {"link": "NOT_COMPLETED", "state": "NOT_COMPLETED", "reject": "REJECT", "cancel": None},
    "COMPLETED": {"state": "COMPLETED", "link": "COMPLETED", "cancel": None},
    "REJECT": {"reject": "REJECT", "state": "REJECT", "cancel": None},
    None: {"cancel": None, "state": None},
}


class Sync:
    """A company whose calls are made one after the other, over a real socket, or several at once."""

    def __init__(self, company: Company, address: str) -> None:
        self.company = company
        self.http = httpx.Client(base_url=address, timeout=60)

    def call(self, method: str, path: str, target: str | None = None, body: Any = None, **params: Any) -> httpx.Response:
        query = ({"dataTarget": target} if target else {}) | params
        return self.http.request(method, path, params=query, headers=self.company.headers, **({"json": body} if body is not None else {}))


@pytest.fixture(scope="module")
def address(tools: Tools, owner_url: str) -> Iterator[str]:
    environment = {
        "DATABASE_URL": owner_url, "ASHIATO_HOME": str(tools.settings.home), "ASHIATO_PUBLIC_URL": tools.settings.public_url,
        "ASHIATO_POOL_SIZE": "6", "ASHIATO_LOG_LEVEL": "critical",
    }  # fmt: skip
    with serving("ashiato.server:create", environment, "/api/v1/openapi.json") as found:
        yield found


@pytest.fixture(scope="module")
async def three(world: World, key: str) -> tuple[Company, Company, Company]:
    buyer, supplier, stranger = [await ouranos_world.company(world, key, name) for name in ("Buyer", "Supplier", "Stranger")]
    return buyer, supplier, stranger


def test_the_states_hold_in_any_order(three: tuple[Company, Company, Company], address: str) -> None:
    buyer, supplier, stranger = [Sync(company, address) for company in three]

    class Request(RuleBasedStateMachine):
        """One request and what the rules say of it."""

        @initialize()
        def ask(self) -> None:
            name = ouranos_world.uuid4().hex[:12]
            structure = {"parentPartsModel": three[0].part(f"P{name}"), "childrenPartsModel": [three[0].part(f"C{name}", amount=1)]}
            self.bought = buyer.call("PUT", TRANSPORT, "partsStructure", structure).json()["childrenPartsModel"][0]["traceId"]
            self.made = supplier.call("PUT", TRANSPORT, "parts", three[1].part(f"M{name}", terminal=True)).json()["traceId"]
            self.trade = buyer.call("PUT", TRANSPORT, "tradeRequest", three[0].question(three[1], self.bought)).json()["tradeModel"]["tradeId"]
            self.state: str | None = "NOT_COMPLETED"
            self.linked = self.stated = False

        def deed(self, name: str, figure: int = 1) -> httpx.Response:
            match name:
                case "link":
                    return supplier.call("PUT", TRANSPORT, "tradeResponse", tradeId=self.trade, traceId=self.made)
                case "state":
                    return supplier.call("PUT", TRANSPORT, "cfp", ouranos_world.figures(self.made, figure, figure))
                case "reject":
                    return supplier.call("PUT", TRANSPORT, "status", closing(self.trade, "REJECT", "いいえ"))
                case _:
                    return buyer.call("PUT", TRANSPORT, "status", closing(self.trade, "CANCEL"))

        def carried_out(self, name: str) -> None:
            self.state = AFTER[self.state][name]
            self.linked = (self.linked or name == "link") and self.state not in ("REJECT", None)
            self.stated = self.stated or name == "state"
            if self.state == "NOT_COMPLETED" and self.linked and self.stated:
                self.state = "COMPLETED"

        @rule(name=st.sampled_from(["link", "state", "reject", "cancel"]), figure=st.integers(1, 3))
        def one(self, name: str, figure: int) -> None:
            answer = self.deed(name, figure)
            assert (answer.status_code == 201) == (name in AFTER[self.state]), (name, self.state, answer.text)
            if answer.status_code == 201:
                self.carried_out(name)

        @rule(pair=st.sampled_from([("cancel", "reject"), ("cancel", "state"), ("reject", "state"), ("link", "cancel"), ("link", "reject")]))
        def two_at_once(self, pair: tuple[str, str]) -> None:
            async def both() -> list[httpx.Response]:
                return list(await asyncio.gather(*(asyncio.to_thread(self.deed, name) for name in pair)))

            answers = asyncio.run(both())
            done = [name for name, answer in zip(pair, answers, strict=True) if answer.status_code == 201]
            orders = [order for order in (done, done[::-1]) if self.possible(order)]
            assert orders, f"{done} in no order leads from {self.state}"
            seen = self.seen(buyer)
            fitting = [order for order in orders if self.after(order) == seen]
            assert fitting, f"{done} from {self.state} cannot lead to {seen}"
            for name in fitting[0]:
                self.carried_out(name)

        def possible(self, order: list[str]) -> bool:
            return self.after(order) != "impossible"

        def after(self, order: list[str]) -> str | None:
            before = (self.state, self.linked, self.stated)
            try:
                for name in order:
                    if name not in AFTER[self.state]:
                        return "impossible"
                    self.carried_out(name)
                return self.state
            finally:
                self.state, self.linked, self.stated = before

        def seen(self, company: Sync) -> str | None:
            rows = company.call("GET", TRANSPORT, "status", limit=100).json()
            return next((row["requestStatus"]["cfpResponseStatus"] for row in rows if row["statusId"] == self.trade), None)

        @invariant()
        def both_say_the_same_and_nobody_else_anything(self) -> None:
            if not hasattr(self, "trade"):
                return
            assert self.seen(buyer) == self.seen(supplier) == self.state
            every = [stranger.call("GET", TRANSPORT, target, **params).text for target, params in (
                ("status", {}), ("tradeRequest", {}), ("tradeResponse", {}), ("parts", {}), ("cfp", {"traceIds": f"{self.bought},{self.made}"}))]  # fmt: skip
            assert every == ["[]"] * 5

    few = settings(max_examples=8, stateful_step_count=8, deadline=None, database=None, suppress_health_check=list(HealthCheck))
    run_state_machine_as_test(Request, settings=few)
