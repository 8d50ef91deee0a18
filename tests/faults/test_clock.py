"""The clock jumps by a day, forward and back again: nothing is done twice or lost, and the log's checkpoints stay in order.

An installation of its own, for what is signed with tomorrow's time stays so.
"""

import itertools
from collections.abc import AsyncIterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

import httpx
import psycopg
import pytest
import structlog
from psycopg.conninfo import make_conninfo
from tests.world import World, log_in

from ashiato import app as composition
from ashiato import verifier, worker
from ashiato.domain import audit
from ashiato.gateways.rest import Tools
from ashiato.plumbing import migrations
from ashiato.plumbing.clock import FrozenClock
from ashiato.plumbing.settings import Settings
from ashiato.verifier import Trust

DAY = timedelta(days=1)
JUMPS = [
    timedelta(),
    DAY,
    timedelta(minutes=1),
    timedelta(minutes=2),
    -DAY,
    timedelta(minutes=3),
    2 * DAY,
]  # from the right time, one after the other


@dataclass
class Apart:
    """An installation whose clock a test sets."""

    world: World
    tools: Tools
    clock: FrozenClock
    right: datetime

    def jump(self, by: timedelta) -> None:
        self.clock.instant = self.right + by

    async def followed(self) -> int:
        return await worker.follow_once(self.tools.works, self.tools.log_key)


@pytest.fixture
async def apart(chosen: Settings, owner_url: str) -> AsyncIterator[Apart]:
    with psycopg.connect(owner_url, autocommit=True) as connection:
        connection.execute("DROP DATABASE IF EXISTS ashiato_clock")
        connection.execute("CREATE DATABASE ashiato_clock")
    url = make_conninfo(owner_url, dbname="ashiato_clock")
    migrations.migrate(chosen, url)
    right = datetime.now(UTC)
    async with composition.tools(chosen.model_copy(update={"pool_size": 2}), url) as opened:
        clock = FrozenClock(right)
        tools = replace(opened, works=replace(opened.works, clock=clock))
        async with httpx.AsyncClient(transport=httpx.ASGITransport(composition.build(tools)), base_url="http://testserver") as client:
            yield Apart(await World.begin(tools, client), tools, clock, right)


async def test_checkpoints_stay_in_order_and_a_clock_that_was_set_back_is_told(apart: Apart) -> None:
    notes, key = [], apart.tools.log_key.verifier_key
    for jump in JUMPS:
        apart.jump(jump)
        await apart.world.apply(f"Jumping Works {uuid4().hex[:6]}")
        with structlog.testing.capture_logs() as told:
            assert await apart.followed() > 0
        notes.append((await apart.world.client.get("/api/v1/log/checkpoint")).json()["note"])
        tellings = [line for line in told if "clock stands before" in line["event"]]
        state = await apart.tools.works.run(lambda work: audit.inspection.inspect(work, apart.tools.log_key), read_only=True)
        codes = {finding.code for finding in state.findings} - {"outbox.late"}
        back = apart.clock.instant < (verifier.read_note(notes[-1]).time or apart.right)
        assert (len(tellings), codes) == ((1, {"log.clock"}) if back else (0, set())), jump
    times = [verifier.read_note(note).time or apart.right for note in notes]
    assert [time - apart.right for time in times] == [timedelta(), *[DAY] * 5, 2 * DAY]
    for earlier, later in itertools.pairwise(notes):
        bundle = await bundled(apart, verifier.read_note(earlier).size, later, earlier)
        assert verifier.verify_bundle(bundle, Trust((key,), remembered=earlier)) == []


async def bundled(apart: Apart, since: int, newest: str, earlier: str) -> dict[str, Any]:
    size = verifier.read_note(newest).size
    found = (await apart.world.client.get("/api/v1/log/consistency", params={"first": since, "second": size})).json()
    return {"schema": "ashiato/log-bundle/1", "verifier_key": apart.tools.log_key.verifier_key, "checkpoint": newest, "entries": [],
            "earlier": {"checkpoint": earlier, "path": found["path"]}}  # fmt: skip


async def test_what_was_sent_under_a_key_has_one_effect_on_whatever_day_it_is(apart: Apart) -> None:
    member = await apart.world.company("Repeating Works")
    body, key = {"kind": "domain", "subject": f"{uuid4().hex[:8]}.test"}, {"Idempotency-Key": str(uuid4())}
    first = await member.call("POST", "/control-proofs", json=body, headers=key)
    assert first.status_code == 201, first.text
    for jump in JUMPS:
        apart.jump(jump)
        await log_in(member)
        again = await member.call("POST", "/control-proofs", json=body, headers=key)
        assert (again.status_code, again.content) == (201, first.content), jump
    assert len((await member.get("/control-proofs"))["items"]) == 1


async def test_a_session_ends_with_its_time_for_good_and_another_can_be_opened_at_any(apart: Apart) -> None:
    member = await apart.world.company("Session Works")
    begun, ended = {timedelta(): member.token}, set[timedelta]()
    for jump in JUMPS[1:]:
        apart.jump(jump)
        for began, token in begun.items():
            answer = await replace(member, token=token).call("GET", "/me")
            if jump >= began + timedelta(hours=apart.tools.settings.session_hours):
                ended.add(began)
            assert answer.status_code == (401 if began in ended else 200), f"from {began}, at {jump}"
        await log_in(member)
        assert (await member.call("GET", "/me")).status_code == 200
        begun[jump] = member.token
