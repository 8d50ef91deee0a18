"""The i-th call of the database or the file system fails, for every i of every use case: nothing remains of it, and the repetition is clean.

After SQLite's tests of allocation and input/output: fail the first call, then the second, until the use case gets through. A company's rows
are compared as a whole before and after; what a failure left behind in any table would be seen.
"""

import asyncio
import itertools
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import Any
from uuid import uuid4

import psycopg
import pytest
from tests import assurance
from tests.faults.planted import planted
from tests.faults.rows import between, stored
from tests.plumbing.hostile_evidence import pdf
from tests.world import FACTOR_HEADER, INVENTORY_HEADER, METHOD, PART_HEADER, STRUCTURE_HEADER, Member, World, factor, workbook

from ashiato import worker
from ashiato.gateways.rest import Tools
from ashiato.kernel.errors import Refusal
from ashiato.plumbing.unit_of_work import Work

QUICK = ("set structure", "answer")
FAILED = (500, 503)


@dataclass
class Scene:
    """A buyer that asks and a supplier that answers, and the owner's eyes on all that is stored about them."""

    tools: Tools
    owner_url: str
    buyer: Member
    supplier: Member
    numbers: Any = field(default_factory=lambda: itertools.count(1))

    async def stored(self) -> dict[str, tuple[int, str]]:
        """By table, what is stored about both."""
        return await stored(self.owner_url, self.buyer.company_id, self.supplier.company_id)


Call = Callable[[], Awaitable[bool]]


async def scene(world: World, tools: Tools, owner_url: str) -> Scene:
    buyer, supplier = await world.company("Every Buyer"), await world.company("Every Supplier")
    await supplier.import_tables(
        factors=[FACTOR_HEADER, factor("POWER", "0.5", "kg CO2e/kWh", basis="consumption_mix")],
        parts=[PART_HEADER, ["S-CELL", "Cell", "kg", "", "", "", ""]],
        inventory=[INVENTORY_HEADER, ["S-CELL", "production", "power", "3", "kWh", "POWER", "own", "energy"]],
    )
    await buyer.import_tables(
        factors=[FACTOR_HEADER, factor("MEAN", "20")],
        parts=[PART_HEADER, ["PACK", "Pack", "piece", "", "", "", ""], ["CELL", "Cell", "kg", "", supplier.number, "S-CELL", "MEAN"]],
        structure=[STRUCTURE_HEADER, ["PACK", "CELL", "2", "kg"]],
    )
    return Scene(tools, owner_url, buyer, supplier)


async def sent(member: Member, method: str, path: str, **options: Any) -> Call:
    """A request that can be sent again under its key; whether it was acknowledged."""
    key = str(uuid4())

    async def call() -> bool:
        try:
            response = await member.call(method, path, headers={"Idempotency-Key": key}, **options)
        except OSError:  # the server would answer 500
            return False
        assert response.is_success or response.status_code in FAILED, response.text
        return response.is_success

    return call


async def set_structure(on: Scene) -> Call:
    component = {"part_number": "CELL", "amount": str(next(on.numbers)), "unit": "kg"}
    return await sent(on.buyer, "PUT", f"/parts/{await on.buyer.part_id('PACK')}/structure", json={"components": [component]})


async def import_catalogue(on: Scene) -> Call:
    number = next(on.numbers)
    book = workbook(
        parts=[PART_HEADER, [f"NEW-{number}", "Part", "kg", "", "", "", ""]], structure=[STRUCTURE_HEADER, [f"NEW-{number}", "CELL", "1", "kg"]]
    )
    return await sent(on.buyer, "POST", "/imports", files={"file": ("book.xlsx", book)})


async def ask(on: Scene) -> Call:
    part_number = f"ASKED-{next(on.numbers)}"  # a part that nothing has been asked about yet
    await on.buyer.import_tables(parts=[PART_HEADER, [part_number, "Cell", "kg", "", on.supplier.number, "S-CELL", "MEAN"]])
    body = {"part_id": await on.buyer.part_id(part_number), "method": METHOD, "due_at": "2099-01-01T00:00:00Z"}
    return await sent(on.buyer, "POST", "/requests", json=body)


async def compute(on: Scene) -> Call:
    period = {"method": METHOD, "period_start": "2025-04-01", "period_end": "2026-03-31"}
    return await sent(on.supplier, "POST", f"/parts/{await on.supplier.part_id('S-CELL')}/footprints", json=period)


async def answer(on: Scene) -> Call:
    asked = await on.buyer.ask("CELL")
    await on.supplier.put(f"/requests/{asked['request_id']}/link", {"part_id": await on.supplier.part_id("S-CELL")})
    footprint = await on.supplier.compute("S-CELL")
    return await sent(on.supplier, "POST", "/answers", json={"footprint_id": footprint["footprint_id"], "requests": [asked["request_id"]]})


async def revoke(on: Scene) -> Call:
    assert await (await answer(on))()
    grants = await on.supplier.every("/grants")
    live = next(grant for grant in grants if grant["revoked_at"] is None)
    return await sent(on.supplier, "DELETE", f"/grants/{live['grant_id']}")


async def read_answer(on: Scene) -> Call:
    """The first reading is a fact: the figure is another each time, for the same would be handed over again, and has been read."""
    power = ["S-CELL", "production", "power", str(next(on.numbers)), "kWh", "POWER", "own", "energy"]
    await on.supplier.import_tables(inventory=[INVENTORY_HEADER, power])
    asked = await on.buyer.ask("CELL")
    await on.supplier.answer(asked["request_id"], "S-CELL")
    return await sent(on.buyer, "GET", f"/requests/{asked['request_id']}/answer")


async def add_evidence(on: Scene) -> Call:
    return await sent(on.supplier, "POST", "/evidence", files={"file": ("meter.pdf", pdf(f"/Number {next(on.numbers)} ".encode()))})


async def invite(on: Scene) -> Call:
    person = {"email": f"p{next(on.numbers)}@{on.buyer.number}.test", "display_name": "P", "password": "correct horse battery", "roles": ["clerk"]}
    return await sent(on.buyer, "POST", "/people", json=person)


async def follow(on: Scene) -> Call:
    """The worker puts a fact into the log."""
    assert await (await set_structure(on))()

    async def call() -> bool:
        try:
            await worker.follow_once(on.tools.works, on.tools.log_key)
        except (psycopg.Error, Refusal):  # the worker logs it and tries again
            return False
        return True

    return call


CASES: dict[str, Callable[[Scene], Awaitable[Call]]] = {
    "set structure": set_structure, "import": import_catalogue, "ask": ask, "compute": compute, "answer": answer, "revoke": revoke,
    "read an answer": read_answer, "add evidence": add_evidence, "invite a person": invite, "follow the outbox": follow,
}  # fmt: skip


async def every_failure(on: Scene, case: Callable[[Scene], Awaitable[Call]], monkeypatch: pytest.MonkeyPatch) -> int:
    """Fails each call once, and once the answer to each commit; how many failures the use case met."""
    for at in itertools.count(1):
        call = await case(on)
        before = await on.stored()
        with planted(monkeypatch, at) as fault:
            acknowledged = await call()
        if not fault.fired:
            assert acknowledged
            break
        if not acknowledged:
            assert between(before, await on.stored()) == {}, f"something remains of failure {at}"
            assert await call(), f"the repetition after failure {at} is refused"
        assert await on.stored() != before
    return at + await every_lost_answer(on, case, monkeypatch)


async def every_lost_answer(on: Scene, case: Callable[[Scene], Awaitable[Call]], monkeypatch: pytest.MonkeyPatch) -> int:
    """Loses the answer to each commit once, of transactions that only read too; how many were lost."""
    had_effect = 0
    for at in itertools.count(1):
        call = await case(on)
        before = await on.stored()
        with planted(monkeypatch, at, lost=True) as fault:
            acknowledged = await call()
        if not fault.fired:
            assert acknowledged
            break
        after = await on.stored()
        assert acknowledged or await call(), f"the repetition after lost answer {at} is refused"
        if before != after:
            had_effect += 1
            assert between(after, await on.stored()) == {}, "the repetition of what was committed had an effect of its own"
        else:
            assert await on.stored() != before
    assert had_effect, "the answer to the commit that has the effect must have been lost"
    return at


@pytest.mark.parametrize("name", QUICK)
async def test_nothing_remains_of_any_failure(world: World, tools: Tools, owner_url: str, monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    met = await every_failure(await scene(world, tools, owner_url), CASES[name], monkeypatch)
    assert met > 3
    assurance.report(
        assurance.Outcome(
            "i-th failure", f"{met} failures of: {name}", None, "no partial effect, clean repetition", "test_a_verb_that_commits_halfway_is_caught"
        )
    )


async def test_a_verb_that_commits_halfway_is_caught(world: World, tools: Tools, owner_url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """The canary: facts that become durable before the rest."""
    on = await scene(world, tools, owner_url)
    noted = Work._note_facts

    async def halfway(self: Work) -> None:
        await noted(self)
        await self.connection.execute("COMMIT")
        await self.connection.execute("BEGIN ISOLATION LEVEL SERIALIZABLE READ WRITE")

    monkeypatch.setattr(Work, "_note_facts", halfway)
    with pytest.raises(AssertionError, match=r"remains|refused|effect"):
        await every_failure(on, set_structure, monkeypatch)


@pytest.mark.long
@pytest.mark.timeout(3_000)
async def test_every_failure_of_every_use_case(world: World, tools: Tools, owner_url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    on = await scene(world, tools, owner_url)
    met = {name: await every_failure(on, case, monkeypatch) for name, case in CASES.items()}
    await asyncio.sleep(0)
    result = "no partial effect, clean repetition"
    size = f"{sum(met.values())} failures: {', '.join(f'{name} {count}' for name, count in met.items())}"
    assurance.report(assurance.Outcome("i-th failure", size, None, result, "facts that become durable before the rest"), full=True)
