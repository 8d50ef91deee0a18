"""What the time of an answer tells: who has an account, and whether something exists that belongs to somebody else.

Both kinds of requests are sent in an order that is drawn, so that whatever else the machine does meets both alike. Answers that took longer than
the middle one of all are left out, of both kinds by the same measure, and the means are compared by Welch's t (as dudect does: Reparaz, Balasch,
Verbauwhede 2017).
"""

import math
import random
import statistics
import time
from collections.abc import Awaitable, Callable, Iterator
from uuid import uuid4

import httpx
import pytest
import scipy.stats
from tests import assurance
from tests.attacks.rich import Rich
from tests.world import PASSWORD, World

from ashiato.domain.participants import access
from ashiato.gateways.rest import PREFIX
from ashiato.plumbing import keys

SEEN = 4.5  # |t| from which on a difference is no chance
SAMPLES = 1_000  # of each kind
DIFFERENCE = 0.001  # seconds that the canary adds
Send = Callable[[], Awaitable[httpx.Response]]


def welch(one: list[float], other: list[float]) -> float:
    """How far two means stand apart, in units of what chance would make of it."""
    spread = statistics.variance(one) / len(one) + statistics.variance(other) / len(other)
    return (statistics.fmean(one) - statistics.fmean(other)) / math.sqrt(spread) if spread else 0.0


async def apart(one: Send, other: Send, samples: int, seed: int) -> float:
    """Welch's t of the times that two kinds of requests take, which are answered alike."""
    order = [0, 1] * samples
    random.Random(seed).shuffle(order)
    sends, times = (one, other), ([], [])  # type: tuple[Send, Send], tuple[list[float], list[float]]
    looks: set[tuple[int, bytes]] = set()
    for kind in [0, 1, 0, 1, *order]:  # the first of each is slow
        began = time.perf_counter()
        answer = await sends[kind]()
        times[kind].append(time.perf_counter() - began)
        looks.add((answer.status_code, answer.content))
    assert len(looks) == 1, looks
    one_times, other_times = (told[2:] for told in times)
    middle = statistics.median([*one_times, *other_times])
    return welch(*([taken for taken in told if taken <= middle] for told in (one_times, other_times)))


@pytest.fixture(autouse=True)
def one_cost(monkeypatch: pytest.MonkeyPatch) -> None:
    """The tests hash at less than a program does; what stands for nobody's password was drawn before."""
    monkeypatch.setattr(access, "_NOBODYS_HASH", keys.unmatched_hash())


@pytest.fixture(scope="module")
def told() -> Iterator[dict[str, float]]:
    """By pair, how far apart they are; told once all are, with the canary."""
    found: dict[str, float] = {}
    yield found
    if found.keys() >= {*PAIRS, CANARY}:
        most = max((abs(found[name]), name) for name in PAIRS)
        result = f"0 of {len(PAIRS)} pairs told apart; the furthest, {most[1]}: |t| = {most[0]:.1f} (seen from {SEEN})"
        size = f"{len(PAIRS)} pairs of {SAMPLES:,} requests each"
        assurance.report(assurance.Outcome("timing", size, SEED, result, f"{CANARY} (|t| = {abs(found[CANARY]):.0f})"), full=True)


SEED = assurance.seed()
CANARY = f"{DIFFERENCE * 1000:g} ms more for one kind"
Pair = Callable[[Rich, World], Awaitable[tuple[Send, Send]]]


def log_in(client: httpx.AsyncClient, emails: Iterator[str]) -> Send:
    return lambda: client.post(f"{PREFIX}/sessions", json={"email": next(emails), "password": "a wrong password"})


def nobody() -> Iterator[str]:
    while True:
        yield f"{uuid4().hex}@nowhere.test"


def account(password: str | None) -> Pair:
    """One of many accounts, so that none is locked, which is another kind; invited if there is no password yet."""

    async def pair(found: Rich, world: World) -> tuple[Send, Send]:
        company, people = await world.company("Timed Works"), []
        for _ in range(SAMPLES // 9 + 1):
            people.append(f"{uuid4().hex}@timed.test")
            body = {"email": people[-1], "display_name": "T", "roles": ["clerk"]}
            await company.post("/people", body | ({"password": password} if password else {}))
        return log_in(world.client, iter(people * 9)), log_in(world.client, nobody())

    return pair


async def locked_account(found: Rich, world: World) -> tuple[Send, Send]:
    locked = await world.company("Locked Works")
    for _ in range(10):
        await log_in(world.client, iter([locked.email]))()

    def always() -> Iterator[str]:
        while True:
            yield locked.email

    return log_in(world.client, always()), log_in(world.client, nobody())


async def program(found: Rich, world: World) -> tuple[Send, Send]:
    known = (await found.supplier.member.post("/clients", {"name": "Timed", "roles": ["clerk"]}))["client_id"]

    def ask(client_id: Callable[[], str]) -> Send:
        form = {"grant_type": "client_credentials"}
        return lambda: world.client.post("/oauth/token", data=form, auth=(client_id(), "a wrong secret"))

    return ask(lambda: known), ask(lambda: str(uuid4()))


def thing(path: str, name: str) -> Pair:
    """Something of the supplier's, and nothing, as the rival asks for them."""

    async def pair(found: Rich, world: World) -> tuple[Send, Send]:
        theirs, rival = (found.buyer.owns | found.supplier.owns)[name], found.rival.member
        return lambda: rival.call("GET", path.format(theirs)), lambda: rival.call("GET", path.format(uuid4()))

    return pair


PAIRS: dict[str, Pair] = {
    "log-in: an account and none": account(PASSWORD),
    "log-in: somebody invited and nobody": account(None),
    "log-in: a locked account and none": locked_account,
    "token: a program and none": program,
    "another's part and none": thing("/parts/{}", "part_id"),
    "another's request and none": thing("/requests/{}", "request_id"),
    "another's evidence and none": thing("/evidence/{}", "evidence_id"),
}


def test_the_arithmetic_is_welchs() -> None:
    chance = random.Random(1)
    one, other = [chance.gauss(1, 0.1) for _ in range(500)], [chance.gauss(1.02, 0.3) for _ in range(300)]
    assert welch(one, other) == pytest.approx(scipy.stats.ttest_ind(one, other, equal_var=False).statistic)
    assert welch([1.0, 1.0], [1.0, 1.0]) == 0


@pytest.mark.long
@pytest.mark.timeout(3_600)
async def test_a_difference_would_be_seen(two_companies: Rich, world: World, told: dict[str, float]) -> None:
    """The canary: a millisecond more for one kind."""
    one, other = await PAIRS["another's part and none"](two_companies, world)

    async def slower() -> httpx.Response:
        until = time.perf_counter() + DIFFERENCE
        while time.perf_counter() < until:
            pass
        return await one()

    told[CANARY] = await apart(slower, other, SAMPLES, SEED)
    assert abs(told[CANARY]) > SEEN, f"seed {SEED}: {told}"


@pytest.mark.long
@pytest.mark.timeout(3_600)
@pytest.mark.parametrize("name", PAIRS)
async def test_no_time_tells(two_companies: Rich, world: World, told: dict[str, float], name: str) -> None:
    told[name] = await apart(*await PAIRS[name](two_companies, world), SAMPLES, SEED)
    assert abs(told[name]) < SEEN, f"seed {SEED}: {name}: t = {told[name]:.1f}"
