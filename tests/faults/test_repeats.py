"""Requests are dropped, doubled and repeated while the server is killed: each key has one effect, and every answer to it is the same bytes."""

import asyncio
import os
import random
import threading
from collections import defaultdict
from dataclasses import dataclass, field
from pathlib import Path
from uuid import uuid4

import httpx
import pytest
from tests import assurance
from tests.faults.served import Served, furnished, installed
from tests.faults.test_kills import logged

CLIENTS, TWINS, PATIENCE_SECONDS = 4, 3, 60
FORGETFUL = "import ashiato.plumbing.idempotency as idempotency\nidempotency.keep = lambda work, key, kept: None\n"


@dataclass
class Told:
    """By key, the different answers that its senders were given: status, receipt and bytes."""

    answers: defaultdict[str, set[tuple[int, str, bytes]]] = field(default_factory=lambda: defaultdict(set))
    dropped: int = 0
    sent: int = 0


async def deed(http: httpx.AsyncClient, path: str, key: str, body: dict[str, object], told: Told, chance: random.Random) -> None:
    """Sends one deed again and again, some sendings at once and some of them given up on, until each of its last senders was answered."""

    async def send(patience: float) -> bool:
        told.sent += 1
        try:
            async with asyncio.timeout(patience):
                response = await http.put(path, json=body, headers={"Idempotency-Key": key})
        except (TimeoutError, httpx.HTTPError):
            told.dropped += 1
            return False
        if response.status_code in (409, 500, 502, 503):
            return False
        told.answers[key].add((response.status_code, response.headers.get("ashiato-receipt", ""), response.content))
        return True

    for _ in range(chance.randrange(3)):
        await send(chance.choice([0.001, 0.005, 0.02, 0.05]))
    left = 1 + chance.randrange(TWINS)
    async with asyncio.timeout(PATIENCE_SECONDS):
        while left:
            left -= sum(await asyncio.gather(*(send(5) for _ in range(left))))
            await asyncio.sleep(0 if not left else 0.02)


async def load(served: Served, deeds: int, kills: int, chance: random.Random) -> tuple[str, Told]:
    """The company, and what its clients were told about so many deeds, the server killed so often meanwhile."""
    url = f"http://127.0.0.1:{served.chosen.port}"
    company_id, token, parts = await asyncio.to_thread(furnished, url, CLIENTS)
    told, done = Told(), threading.Event()

    async def client(place: int, number: int) -> None:
        options = {"base_url": f"{url}/api/v1", "headers": {"Authorization": f"Bearer {token}"}, "trust_env": False}
        async with httpx.AsyncClient(timeout=10, **options) as http:
            for amount in range(1, number + 1):
                body = {"components": [{"part_number": "CELL", "amount": str(amount), "unit": "kg"}]}
                await deed(http, f"/parts/{parts[place]}/structure", str(uuid4()), body, told, chance)

    def killing() -> None:
        for _ in range(kills):
            if done.wait(chance.uniform(0.5, 2.5)):
                return
            served.kill("server")
            served.recovered()

    killer = asyncio.to_thread(killing)
    task = asyncio.create_task(killer)
    await asyncio.gather(*(client(place, deeds // CLIENTS) for place in range(CLIENTS)))
    done.set()
    await task
    return company_id, told


def campaign(home: Path, deeds: int, kills: int, seed: int, canary: str = "") -> tuple[Told, int, int]:
    """What was told; keys with more than one answer; effects beyond one a key."""
    with installed(home, {"PYTHONPATH": canary} if canary else {}) as served:
        company_id, told = asyncio.run(load(served, deeds, kills, random.Random(seed)))
        served.stop()
        held, state = asyncio.run(logged(served.chosen, company_id))
        served.start()
    assert state.findings == []
    differing = sum(len(answers) != 1 for answers in told.answers.values())
    assert len(told.answers) == deeds // CLIENTS * CLIENTS
    return told, differing, len(held) - len(told.answers)


def test_a_key_has_one_effect_and_one_answer(tmp_path: Path) -> None:
    seed = assurance.seed()
    told, differing, surplus = campaign(tmp_path, 24, 1, seed)
    assert (differing, surplus) == (0, 0), seed
    assert told.sent > len(told.answers)
    result = f"one effect and one answer for each of {len(told.answers)} keys; {told.dropped} sendings without an answer"
    assurance.report(assurance.Outcome("idempotency", f"{told.sent:,} requests", seed, result, "in full size only"))


@pytest.mark.long
@pytest.mark.timeout(20_000)
def test_a_hundred_thousand_requests(tmp_path: Path) -> None:
    seed, size = assurance.seed(), int(os.environ.get("REQUESTS", "100000"))
    (tmp_path / "forgetful").mkdir()
    (tmp_path / "forgetful" / "sitecustomize.py").write_text(FORGETFUL)
    _, differing, surplus = campaign(tmp_path / "canary", 48, 0, seed, str(tmp_path / "forgetful"))
    assert differing + surplus > 0
    kills = max(1, size // 2_000)
    told, differing, surplus = campaign(tmp_path / "kept", size // 3, kills, seed)  # a deed is sent three times on average
    assert (differing, surplus) == (0, 0), seed
    result = "one effect and one answer for each of {keys:,} keys; {dropped:,} sendings without an answer, the server killed up to {kills} times"
    sums = {"requests": told.sent, "keys": len(told.answers), "dropped": told.dropped, "kills": kills}
    caught = "answers that are not kept: several effects or answers for a key"
    assurance.report(assurance.Outcome("idempotency", "{requests:,} requests", seed, result, caught, sums), full=True)
