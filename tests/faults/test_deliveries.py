"""The i-th call fails while a company's own system is told and a partner's is asked: all the same it is told and asked, and to one effect.

The calls are those of the database and those to the outside, and each fails in both ways: it does not arrive, or its answer does not. What
is told again because its answer was lost comes under the same identifier, so that whoever gets it can tell. Those to the outside break on a
real wire too, in every way that a network has; so does each step of the conversation in which a letter is handed to a mail server.
"""

import itertools
from abc import ABC, abstractmethod
from collections import Counter
from collections.abc import AsyncIterator, Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from email import message_from_bytes
from typing import Any
from uuid import UUID

import psycopg
import pytest
import structlog
from pydantic import SecretStr
from tests import assurance
from tests.domain.test_notifications import Receiver
from tests.elsewhere import Authority, System
from tests.faults.planted import planted
from tests.faults.wire import Way, Wire, over_http, over_smtp
from tests.pact.test_exchange import Bought, cell, connect, furnish
from tests.plumbing.test_letters import mail_server
from tests.world import Member, World

from ashiato.domain import notifications
from ashiato.domain.notifications import deliveries
from ashiato.gateways.pact.carrier import Carrier
from ashiato.gateways.rest import Tools
from ashiato.gateways.webhooks import Messenger
from ashiato.kernel.errors import Refusal
from ashiato.plumbing import letters
from ashiato.plumbing.db import Viewpoint
from ashiato.plumbing.keys import Seal
from ashiato.plumbing.outbound import Outbound, networks
from ashiato.plumbing.settings import Settings
from ashiato.plumbing.unit_of_work import Work, Works

PAUSE = timedelta(minutes=10)  # longer than a worker that died keeps a delivery from the next one
TRIES = 4
SHORT = 5.0  # seconds in place of twenty, for what is silent


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


@dataclass
class Writing(Errand):
    """Somebody is sent a letter about what is to be done."""

    member: Member
    person_id: UUID
    messenger: Messenger
    taken: list[bytes]
    before: int = 0

    async def note(self) -> None:
        async def verb(work: Work) -> None:
            await work.pin(Viewpoint.MEMBER, UUID(self.member.company_id))
            body = {"lines": [["answer", "Cell", "Packs", "", False]]}
            await notifications.store.add_delivery(work, work.new_id(), "reminder", body, person_id=self.person_id)

        self.before = len(self.taken)
        await self.messenger.works.run(verb)

    async def run(self) -> None:
        await self.messenger.send_once()

    async def state(self) -> str:
        async def verb(work: Work) -> str:
            await work.pin(Viewpoint.MEMBER, UUID(self.member.company_id))
            query = "SELECT state FROM notification_delivery WHERE company_id = %s AND person_id = %s ORDER BY noted_at DESC LIMIT 1"
            found = await (await work.connection.execute(query, [self.member.company_id, self.person_id])).fetchone()
            assert found is not None
            return str(found[0])

        return await self.messenger.works.run(verb, read_only=True)

    async def effects(self) -> int:
        return len({message_from_bytes(letter)["Message-ID"] for letter in self.taken[self.before :]})


CASES = {
    "a company's own system is told",
    "a partner's system is asked",
    "the same over a wire",
    "a letter is handed over",
    "canary",
    "canary of letters",
}


@pytest.fixture(scope="module")
def failures() -> Iterator[Counter[str]]:
    """How many failures each errand has met, in every way; told once the canaries were caught too."""
    met: Counter[str] = Counter()
    yield met
    if met.keys() >= CASES:
        size = ", ".join(f"{name} {count}" for name, count in met.items() if "canary" not in name)
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


@pytest.fixture
def wire(authority: Authority) -> Iterator[Wire]:
    with over_http(certificate=authority.issue(), trust=authority.file) as found:
        yield found


@pytest.fixture
async def writing(world: World, tools: Tools, authority: Authority, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[tuple[Writing, Wire]]:
    """A letter over a wire to a mail server that asks who sends it. What others left to be sent is sent before."""
    monkeypatch.setattr(letters, "_SECONDS", SHORT)
    clock, member = Later(), await world.company("Written Cells")
    person = (await member.get("/people"))["items"][0]
    async with mail_server(b"250 taken") as (port, taken):
        with over_smtp(port) as wire:
            works, seal, reach, settings = _outside(tools, clock, authority)
            server = {"smtp_host": "127.0.0.1", "smtp_port": wire.port, "smtp_tls": False, "smtp_user": "us", "smtp_password": SecretStr("x")}
            messenger = Messenger(works, seal, reach, settings.model_copy(update=server))
            while await messenger.send_once():
                pass
            yield Writing(clock, member, UUID(person["person_id"]), messenger, taken), wire


def _outside(tools: Tools, clock: Later, authority: Authority) -> tuple[Works, Seal, Outbound, Settings]:
    reach = Outbound(networks("127.0.0.0/8"), authority.file, tools.settings.public_url, seconds=SHORT)
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


async def every_break(errand: Errand, wire: Wire, ways: list[Way]) -> int:
    """Breaks each call that the worker's round makes over the wire, in each way; how often that was."""
    errand.clock.ahead = timedelta()
    await errand.note()
    wire.calls = 0
    await errand.run()
    calls = wire.calls
    assert (await errand.state(), await errand.effects()) == ("done", 1)
    for way, at in itertools.product(ways, range(1, calls + 1)):
        errand.clock.ahead = timedelta()
        await errand.note()
        with wire.broken(at, way):
            await errand.run()
        for _ in range(TRIES):
            if await errand.state() == "waiting":
                errand.clock.ahead += PAUSE
                await errand.run()
        assert (await errand.state(), await errand.effects()) == ("done", 1), f"after failure of call {at}: {way}"
    assert calls
    return calls * len(ways)


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


async def test_a_letter_comes_once_whatever_breaks(writing: tuple[Writing, Wire]) -> None:
    """Greeting, hello, who we are, from, to, the letter and its end, goodbye: the answer to each is cut off in the middle."""
    with structlog.testing.capture_logs() as told:
        assert await every_break(*writing, [Way.CUT]) == 8
    assert {line["event"] for line in told} == {"letter not sent"}, "the operator is told, whose mail server it is"


@pytest.mark.long
@pytest.mark.timeout(1_200)
async def test_a_letter_comes_once_however_it_breaks(writing: tuple[Writing, Wire], failures: Counter[str]) -> None:
    failures["a letter is handed over"] = await every_break(*writing, list(Way))


@pytest.mark.long
@pytest.mark.timeout(1_200)
async def test_a_companys_own_system_is_told_however_it_breaks(telling: Telling, wire: Wire, failures: Counter[str]) -> None:
    wire.behind = telling.receiver.server.server_address[1]
    added = await telling.member.post("/webhooks", {"address": f"https://127.0.0.1:{wire.port}/hooks", "events": ["webhook.test"]})
    telling.webhook_id = added["webhook_id"]
    failures["the same over a wire"] += await every_break(telling, wire, list(Way))


@pytest.mark.long
@pytest.mark.timeout(1_200)
async def test_a_partners_system_is_asked_however_it_breaks(fetching: Fetching, wire: Wire, failures: Counter[str]) -> None:
    wire.behind, fetching.bought.system.front = fetching.bought.system.server.server_address[1], wire.port
    await connect(fetching.bought.maker, fetching.bought.supplier, fetching.bought.system)
    failures["the same over a wire"] += await every_break(fetching, wire, list(Way))


async def test_a_letter_that_is_settled_before_it_is_sent_would_be_noticed(
    writing: tuple[Writing, Wire], monkeypatch: pytest.MonkeyPatch, failures: Counter[str]
) -> None:
    """The canary of letters: what the mail server does not take is taken for sent."""

    def hopeful(*given: Any) -> None:
        with suppress(letters.NotSentError):
            send(*given)

    send = letters.send
    monkeypatch.setattr(letters, "send", hopeful)
    with pytest.raises(AssertionError, match="after failure of call 1"):
        await every_break(*writing, [Way.REFUSED])
    failures["canary of letters"] += 1
