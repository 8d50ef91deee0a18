"""A unit of work: as if alone, tried again when it collides, its facts with it or not at all."""

import asyncio
import json
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import replace
from uuid import RFC_4122, UUID, uuid4

import psycopg
import pytest

from ashiato.gateways.rest import Tools
from ashiato.kernel.errors import Kind, Refusal
from ashiato.kernel.facts import Fact
from ashiato.plumbing import unit_of_work
from ashiato.plumbing.clock import RandomIds, SeededIds
from ashiato.plumbing.db import Question, Viewpoint, app_url, pool, text_array
from ashiato.plumbing.unit_of_work import Recorded, Work, Works

ROUNDS = 12


@pytest.fixture(scope="module")
async def counter(owner_url: str) -> AsyncIterator[None]:
    """A table of one number in a schema of this test's own, in which an update can get lost."""
    async with await psycopg.AsyncConnection.connect(owner_url, autocommit=True) as connection:
        await connection.execute("CREATE SCHEMA scratch_counter")
        await connection.execute("CREATE TABLE scratch_counter.counter (name text PRIMARY KEY, value integer NOT NULL)")
        await connection.execute("CREATE TABLE scratch_counter.duty (name text PRIMARY KEY, on_call boolean NOT NULL)")
        await connection.execute("GRANT USAGE ON SCHEMA scratch_counter TO ashiato_app")
        await connection.execute("GRANT ALL ON ALL TABLES IN SCHEMA scratch_counter TO ashiato_app")
    yield
    async with await psycopg.AsyncConnection.connect(owner_url, autocommit=True) as connection:
        await connection.execute("DROP SCHEMA scratch_counter CASCADE")


async def scalar(work: Work, query: str, *params: object) -> object:
    row = await (await work.connection.execute(query, params)).fetchone()
    return row[0] if row else None


async def increment(work: Work) -> None:
    """Reads, thinks, and writes what it read plus one."""
    value = await scalar(work, "SELECT value FROM scratch_counter.counter WHERE name = 'c'")
    await asyncio.sleep(0.002)
    await work.connection.execute("UPDATE scratch_counter.counter SET value = %s WHERE name = 'c'", [int(str(value)) + 1])


async def reset(works: Works) -> None:
    async def verb(work: Work) -> None:
        await work.connection.execute("INSERT INTO scratch_counter.counter VALUES ('c', 0) ON CONFLICT (name) DO UPDATE SET value = 0")
        await work.connection.execute(
            "INSERT INTO scratch_counter.duty VALUES ('a', true), ('b', true) ON CONFLICT (name) DO UPDATE SET on_call = true"
        )

    await works.run(verb)


async def counted(works: Works) -> object:
    return await works.run(lambda work: scalar(work, "SELECT value FROM scratch_counter.counter WHERE name = 'c'"), read_only=True)


async def all_done(works: Works, verb: Callable[[Work], Awaitable[None]], times: int) -> int:
    """Runs a verb so many times at once; how many were acknowledged."""
    answers = await asyncio.gather(*(works.run(verb) for _ in range(times)), return_exceptions=True)
    refused = [answer for answer in answers if answer is not None]
    assert all(isinstance(answer, Refusal) and answer.kind is Kind.UNAVAILABLE for answer in refused), refused
    return times - len(refused)


async def test_no_update_is_lost(tools: Tools, counter: None) -> None:
    await reset(tools.works)
    done = await all_done(tools.works, increment, ROUNDS)
    assert done >= ROUNDS / 2
    assert await counted(tools.works) == done


async def test_the_search_for_lost_updates_would_find_one(tools: Tools, owner_url: str, counter: None, monkeypatch: pytest.MonkeyPatch) -> None:
    """The canary: the same without serializability loses updates."""
    monkeypatch.setattr(unit_of_work, "_BEGIN", "BEGIN ISOLATION LEVEL READ COMMITTED READ WRITE")
    connections = pool(app_url(tools.settings, owner_url), 6)
    await connections.open()
    works = replace(tools.works, pool=connections)
    await reset(works)
    done = await all_done(works, increment, ROUNDS)
    assert int(str(await counted(works))) < done
    await connections.close()


async def test_two_who_each_rely_on_the_other_cannot_both_leave(tools: Tools, counter: None) -> None:
    """Write skew: each transaction alone keeps somebody on call; so must both together."""

    def leave(name: str) -> Callable[[Work], Awaitable[None]]:
        async def verb(work: Work) -> None:
            others = await scalar(work, "SELECT count(*) FROM scratch_counter.duty WHERE on_call AND name <> %s", name)
            await asyncio.sleep(0.01)
            if others:
                await work.connection.execute("UPDATE scratch_counter.duty SET on_call = false WHERE name = %s", [name])

        return verb

    for _ in range(5):
        await reset(tools.works)
        await asyncio.gather(tools.works.run(leave("a")), tools.works.run(leave("b")))
        assert await tools.works.run(lambda work: scalar(work, "SELECT count(*) FROM scratch_counter.duty WHERE on_call")) == 1


async def test_a_collision_is_retried_from_a_clean_slate(tools: Tools, counter: None) -> None:
    await reset(tools.works)
    attempts: list[Work] = []

    async def verb(work: Work) -> None:
        attempts.append(work)
        assert work.facts == []
        await work.pin(Viewpoint.MEMBER, UUID(int=1))
        work.record(Fact("test.attempted"))
        if len(attempts) < 3:
            raise psycopg.errors.SerializationFailure("could not serialize access")
        work.facts.clear()

    await tools.works.run(verb)
    assert len(attempts) == 3


@pytest.mark.parametrize(
    ("failure", "kind", "tried_once"),
    [
        (psycopg.errors.SerializationFailure(), Kind.UNAVAILABLE, False),
        (psycopg.errors.DeadlockDetected(), Kind.UNAVAILABLE, False),
        (psycopg.OperationalError("the server went away"), Kind.UNAVAILABLE, True),
        (psycopg.errors.NumericValueOutOfRange(), Kind.INVALID, True),
    ],
)
async def test_what_does_not_end_is_told(tools: Tools, failure: Exception, kind: Kind, tried_once: bool) -> None:
    attempts = 0

    async def verb(work: Work) -> None:
        nonlocal attempts
        attempts += 1
        raise failure

    with pytest.raises(Refusal) as caught:
        await tools.works.run(verb)
    assert caught.value.kind is kind
    assert (attempts == 1) == tried_once


async def test_no_connection_free_is_told_and_passes(tools: Tools, owner_url: str) -> None:
    narrow = pool(app_url(tools.settings, owner_url), 1)
    narrow.timeout = 0.2
    await narrow.open()
    works = replace(tools.works, pool=narrow)
    entered, leave = asyncio.Event(), asyncio.Event()

    async def hold(work: Work) -> None:
        entered.set()
        await leave.wait()

    holding = asyncio.create_task(works.run(hold))
    await entered.wait()
    with pytest.raises(Refusal) as caught:
        await works.run(lambda work: scalar(work, "SELECT 1"))
    assert caught.value.kind is Kind.UNAVAILABLE
    leave.set()
    await holding
    assert await works.run(lambda work: scalar(work, "SELECT 1")) == 1
    await narrow.close()


async def facts_of(tools: Tools, company_id: UUID) -> list[str]:
    async def verb(work: Work) -> list[str]:
        await work.pin(Viewpoint.MEMBER, company_id)
        cursor = await work.connection.execute("SELECT kind FROM outbox WHERE company_id = %s ORDER BY recorded_at, kind", [company_id])
        return [kind for (kind,) in await cursor.fetchall()]

    return await tools.works.run(verb)


async def test_facts_go_with_the_transaction_or_not_at_all(tools: Tools) -> None:
    company_id = uuid4()

    async def verb(work: Work, *, fails: bool) -> None:
        await work.pin(Viewpoint.MEMBER, company_id)
        work.record(Fact("test.one", {"id": "1"}))
        work.record(Fact("test.two"))
        if fails:
            raise RuntimeError("after recording")

    with pytest.raises(RuntimeError, match="after recording"):
        await tools.works.run(lambda work: verb(work, fails=True))
    assert await facts_of(tools, company_id) == []
    await tools.works.run(lambda work: verb(work, fails=False))
    assert await facts_of(tools, company_id) == ["test.one", "test.two"]


async def test_a_fact_that_cannot_be_kept_takes_its_deed_with_it(tools: Tools, counter: None) -> None:
    await reset(tools.works)

    async def verb(work: Work) -> None:
        await increment(work)
        await work.pin(Viewpoint.MEMBER, uuid4())
        work.record(Fact("test.unstorable", {"text": "\x00"}))

    with pytest.raises(Refusal, match="cannot be stored"):
        await tools.works.run(verb)
    assert await counted(tools.works) == 0


@pytest.mark.parametrize("fails", [False, True])
async def test_what_travels_with_the_end_is_there_with_it_or_not_at_all(tools: Tools, *, fails: bool) -> None:
    """A row that is asked for on the way is told; the connection is as good afterwards as before."""
    company_id = uuid4()
    before = await counted(tools.works)

    async def verb(work: Work) -> None:
        await work.pin(Viewpoint.MEMBER, company_id)
        work.record(Fact("test.one"))
        await work.together_to_the_end()
        cursor = await work.connection.execute("SELECT 1 + 1")
        assert await cursor.fetchone() == (2,)
        if fails:
            await work.connection.execute("SELECT 1 / 0")

    if fails:
        with pytest.raises(Refusal, match="cannot be stored"):
            await tools.works.run(verb)
    else:
        await tools.works.run(verb)
    assert await facts_of(tools, company_id) == ([] if fails else ["test.one"])
    assert await counted(tools.works) == before


async def test_a_fact_needs_an_owner(tools: Tools) -> None:
    async def verb(work: Work) -> None:
        work.record(Fact("test.ownerless"))

    with pytest.raises(RuntimeError, match="pin the work first"):
        await tools.works.run(verb)


async def test_a_fact_cannot_be_slipped_to_another_company(tools: Tools) -> None:
    async def verb(work: Work) -> None:
        await work.pin(Viewpoint.MEMBER, uuid4())
        work.facts.append(Recorded(uuid4(), uuid4(), Fact("test.slipped"), bytes(16)))

    with pytest.raises(psycopg.errors.InsufficientPrivilege):
        await tools.works.run(verb)


async def test_the_eyes_of_a_transaction_end_with_it(tools: Tools, owner_url: str) -> None:
    single = pool(app_url(tools.settings, owner_url), 1)
    await single.open()
    works = replace(tools.works, pool=single)

    async def eyes(work: Work) -> object:
        return await scalar(work, "SELECT json_build_array(current_user, coalesce(current_setting('ashiato.tenant', true), ''))")

    async def pinned(work: Work) -> object:
        await work.pin(Viewpoint.MEMBER, UUID(int=5))
        return await eyes(work)

    async def broken(work: Work) -> None:
        await work.pin(Viewpoint.OPERATOR, UUID(int=6))
        raise RuntimeError("midway")

    assert await works.run(pinned) == ["ashiato_member", str(UUID(int=5))]
    assert await works.run(eyes) == ["ashiato_app", ""]
    with pytest.raises(RuntimeError, match="midway"):
        await works.run(broken)
    assert await works.run(eyes) == ["ashiato_app", ""]
    await single.close()


async def test_reading_work_writes_nothing(tools: Tools, counter: None) -> None:
    with pytest.raises(psycopg.errors.ReadOnlySqlTransaction):
        await tools.works.run(increment, read_only=True)


async def test_a_cancelled_deed_leaves_nothing(tools: Tools, counter: None) -> None:
    await reset(tools.works)
    entered = asyncio.Event()

    async def verb(work: Work) -> None:
        await increment(work)
        entered.set()
        await asyncio.sleep(60)

    task = asyncio.create_task(tools.works.run(verb))
    await entered.wait()
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert await counted(tools.works) == 0


async def test_subjects_are_stored_as_they_are(tools: Tools) -> None:
    company_id = uuid4()

    async def verb(work: Work) -> object:
        await work.pin(Viewpoint.MEMBER, company_id)
        work.record(Fact("test.subject", {"b": "2", "a": "“一”"}))
        return company_id

    async def stored(work: Work) -> object:
        await work.pin(Viewpoint.MEMBER, company_id)
        return await scalar(work, "SELECT subject FROM outbox WHERE company_id = %s", company_id)

    await tools.works.run(verb)
    assert json.dumps(await tools.works.run(stored), ensure_ascii=False) == '{"a": "“一”", "b": "2"}'


NUMBER = Question(int, "SELECT value FROM scratch_counter.counter WHERE name = 'c'", {})


async def test_what_is_foreseen_is_answered_without_a_transaction(tools: Tools, counter: None) -> None:
    await reset(tools.works)
    seen = []

    async def verb(work: Work) -> list[int]:
        seen.append(work.foreseen is not None)
        return await work.all(NUMBER)

    assert await tools.works.look(verb, lambda _: [NUMBER]) == [0]
    assert seen == [True]


async def test_a_verb_that_asks_or_writes_what_was_not_foreseen_gets_a_transaction(tools: Tools, counter: None) -> None:
    await reset(tools.works)

    async def verb(work: Work) -> int | None:
        await work.all(NUMBER)
        await increment(work)
        return await work.one(NUMBER)

    assert await tools.works.look(verb, lambda _: [NUMBER], read_only=False) == 1
    assert await counted(tools.works) == 1


async def test_foresight_ends_with_the_first_write(tools: Tools, counter: None) -> None:
    await reset(tools.works)

    async def verb(work: Work) -> tuple[int | None, int | None]:
        before = await work.one(NUMBER)
        await increment(work)
        return before, await work.one(NUMBER)

    assert await tools.works.run(verb, foresee=lambda _: [NUMBER]) == (0, 1)


async def test_a_pipeline_that_nobody_began_cannot_write(tools: Tools, counter: None) -> None:
    await reset(tools.works)
    write = Question(int, "UPDATE scratch_counter.counter SET value = 7 RETURNING value", {})
    with pytest.raises(psycopg.errors.ReadOnlySqlTransaction):
        await tools.works.look(lambda work: work.all(write), lambda _: [write])
    assert await counted(tools.works) == 0


async def test_what_followed_a_failure_in_one_piece_is_not_taken_for_prepared(tools: Tools, owner_url: str) -> None:
    """The server never saw it: whoever asks it again, over the same connection, is answered."""
    refused = Question(tuple, "SELECT * FROM part", {})
    async with pool(app_url(tools.settings, owner_url), 1) as alone:
        works = replace(tools.works, pool=alone)
        for times, asked in enumerate((Question(int, "SELECT 0", {}), Question(int, "SELECT 1", {}), Question(int, "SELECT 2", {}))):

            async def verb(work: Work, asked: Question[int] = asked) -> int | None:
                return await work.one(asked)

            for _ in range(times):  # a statement is prepared when it has come so often
                assert await works.run(verb) == times
            with pytest.raises(psycopg.errors.InsufficientPrivilege):
                await works.look(lambda work: work.all(refused), lambda _, asked=asked: [refused, asked])
            assert await works.run(verb) == times


@pytest.mark.parametrize("texts", [[], [""], ["NULL", "null", '"', "\\", "a,b", "{}", " a ", "\n", "部品", "\\N"], ["", ""]])
async def test_very_many_texts_arrive_as_they_are(tools: Tools, texts: list[str]) -> None:
    assert await tools.works.run(lambda work: scalar(work, "SELECT %s::text[]", text_array(texts)), read_only=True) == texts


@pytest.mark.parametrize("texts", [["\0"], ["a", "b\0", "c"]])
async def test_a_text_that_cannot_be_kept_is_refused_among_very_many(tools: Tools, texts: list[str]) -> None:
    async def verb(work: Work) -> object:
        return await scalar(work, "SELECT %s::text[]", text_array(texts))

    with pytest.raises(Refusal) as refusal:
        await tools.works.run(verb)
    assert (refusal.value.kind, refusal.value.code) == (Kind.INVALID, "value")


def test_many_identifiers_are_what_one_by_one_are() -> None:
    tenant = uuid4()
    one_by_one = SeededIds("many")
    assert SeededIds("many").many(tenant, 3) == [one_by_one.new(tenant).hex for _ in range(3)]
    drawn = RandomIds().many(tenant, 1_000)
    assert len(set(drawn)) == 1_000
    assert {(UUID(each).version, UUID(each).variant) for each in drawn} == {(4, RFC_4122)}
