"""The i-th call fails while a company's own system is told and a partner's is asked: all the same it is told and asked, and to one effect.

The calls are those of the database and those to the outside, and each fails in both ways: it does not arrive, or its answer does not. What
is told again because its answer was lost comes under the same identifier, so that whoever gets it can tell.
"""

import itertools
from abc import ABC, abstractmethod
from collections import Counter
from collections.abc import AsyncIterator, Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

import psycopg
import pytest
from tests import assurance
from tests.domain.test_notifications import Receiver
from tests.elsewhere import Authority, System
from tests.faults.planted import planted
from tests.pact.test_exchange import Bought, cell, furnish
from tests.world import Member, World

from ashiato.domain.notifications import deliveries
from ashiato.gateways.pact.carrier import Carrier
from ashiato.gateways.rest import Tools
from ashiato.gateways.webhooks import Messenger
from ashiato.kernel.errors import Refusal
from ashiato.plumbing.keys import Seal
from ashiato.plumbing.outbound import Outbound, networks
from ashiato.plumbing.settings import Settings
from ashiato.plumbing.unit_of_work import Works

PAUSE = timedelta(minutes=10)  # longer than a worker that died keeps a delivery from the next one
TRIES = 4


@dataclass
class Later:
    """The machine's clock, put forward."""

    ahead: timedelta = timedelta()

    def now(self) -> datetime:
        return datetime.now(UTC) + self.ahead


@dataclass
class Errand(ABC):
    """Something that the worker does outside, again and again, each time with something new."""

    clock: Later

    @abstractmethod
    async def note(self) -> None:
        """Has one more thing to do outside."""

    @abstractmethod
    async def run(self) -> None:
        """The worker's round."""

    @abstractmethod
    async def state(self) -> str:
        """How far the newest has come, as its company is told."""

    @abstractmethod
    async def effects(self) -> int:
        """How many effects the newest has had, not counting what can be told to be the same again."""


@dataclass
class Telling(Errand):
    """A company's own system is told of an event."""

    member: Member
    messenger: Messenger
    receiver: Receiver
    webhook_id: str
    delivery_id: str = ""

    async def note(self) -> None:
        self.delivery_id = (await self.member.post(f"/webhooks/{self.webhook_id}/test"))["delivery_id"]

    async def run(self) -> None:
        await self.messenger.send_once()

    async def state(self) -> str:
        found = {one["delivery_id"]: one["state"] for one in (await self.member.get("/webhook-deliveries"))["items"]}
        return str(found[self.delivery_id])

    async def effects(self) -> int:
        return len({call.body for call in self.receiver.calls if call.headers["webhook-id"] == self.delivery_id})


@dataclass
class Fetching(Errand):
    """A partner's system is asked for its footprints: for a token, then for a page."""

    bought: Bought
    carrier: Carrier
    offered: Any = field(default_factory=dict)

    async def note(self) -> None:
        self.offered = cell()
        self.bought.system.footprints = [self.offered]
        await self.bought.maker.post(f"/pact/partners/{self.bought.supplier.company_id}/fetches", {})

    async def run(self) -> None:
        await self.carrier.carry_once()

    async def state(self) -> str:
        return str((await self.bought.delivery())["state"])

    async def effects(self) -> int:
        return sum(one["footprint_id"] == self.offered["id"] for one in await self.bought.received())


@pytest.fixture(scope="module")
def failures() -> Iterator[Counter[str]]:
    """How many failures each errand has met, in both ways; told once the canary was caught too."""
    met: Counter[str] = Counter()
    yield met
    if len(met) == 3:
        size = ", ".join(f"{name} {count}" for name, count in met.items() if name != "canary")
        line = assurance.Outcome("i-th failure outside", size, None, "every errand done, to one effect", "success that is noted first")
        assurance.report(line, full=True)


@pytest.fixture(scope="module")
def authority(tmp_path_factory: pytest.TempPathFactory) -> Authority:
    return Authority(tmp_path_factory.mktemp("authority"))


@pytest.fixture(scope="module")
def receiver(authority: Authority) -> Iterator[Receiver]:
    with Receiver(authority.issue()) as running:
        yield running


@pytest.fixture(scope="module")
def system(authority: Authority) -> Iterator[System]:
    with System(authority.issue()) as running:
        yield running


@pytest.fixture
async def telling(world: World, tools: Tools, authority: Authority, receiver: Receiver) -> AsyncIterator[Telling]:
    clock, member = Later(), await world.company("Told Cells")
    added = await member.post("/webhooks", {"address": f"{receiver.address}/hooks", "events": ["webhook.test"]})
    yield Telling(clock, member, Messenger(*_outside(tools, clock, authority)), receiver, added["webhook_id"])
    await member.delete(f"/webhooks/{added['webhook_id']}")


@pytest.fixture
async def fetching(world: World, tools: Tools, authority: Authority, system: System) -> Fetching:
    clock = Later()
    return Fetching(clock, await furnish(world, "Asked", system), Carrier(*_outside(tools, clock, authority)))


def _outside(tools: Tools, clock: Later, authority: Authority) -> tuple[Works, Seal, Outbound, Settings]:
    reach = Outbound(networks("127.0.0.0/8"), authority.file, tools.settings.public_url)
    return Works(tools.works.pool, clock, tools.works.ids), tools.seal, reach, tools.settings


async def every_failure(errand: Errand, monkeypatch: pytest.MonkeyPatch, *, lost: bool) -> int:
    """Fails each call of the worker's round once; how many failures it met."""
    for at in itertools.count(1):
        errand.clock.ahead = timedelta()
        await errand.note()
        with planted(monkeypatch, at, lost=lost) as fault, suppress(Refusal, psycopg.Error):
            await errand.run()
        for _ in range(TRIES):
            if await errand.state() == "waiting":
                errand.clock.ahead += PAUSE
                await errand.run()
        assert (await errand.state(), await errand.effects()) == ("done", 1), f"after failure {at}"
        if not fault.fired:
            return at - 1
    raise AssertionError


WAYS = pytest.mark.parametrize("lost", [False, True], ids=["it does not arrive", "its answer does not"])


@WAYS
async def test_a_companys_own_system_is_told_whatever_fails(
    telling: Telling, monkeypatch: pytest.MonkeyPatch, failures: Counter[str], lost: bool
) -> None:
    failures["a company's own system is told"] += await every_failure(telling, monkeypatch, lost=lost)


@WAYS
async def test_a_partners_system_is_asked_whatever_fails(
    fetching: Fetching, monkeypatch: pytest.MonkeyPatch, failures: Counter[str], lost: bool
) -> None:
    failures["a partner's system is asked"] += await every_failure(fetching, monkeypatch, lost=lost)


async def test_what_is_settled_before_it_is_done_would_be_noticed(telling: Telling, monkeypatch: pytest.MonkeyPatch, failures: Counter[str]) -> None:
    """The canary: a worker that notes its success first."""
    deliver = Messenger._deliver

    async def hasty(self: Messenger, one: deliveries.Due, found: deliveries.Delivery) -> None:
        await self.works.run(lambda work: deliveries.succeeded(work, one))
        with suppress(Exception):
            await deliver(self, one, found)

    monkeypatch.setattr(Messenger, "_deliver", hasty)
    with pytest.raises(AssertionError, match="after failure"):
        await every_failure(telling, monkeypatch, lost=False)
    failures["canary"] += 1
