"""Writes of one sender go one after the other, others beside them, and nobody waits for what takes long."""

import asyncio
import gc

from ashiato.plumbing.queues import Queues


async def test_one_senders_turns_do_not_overlap_and_keep_their_order() -> None:
    queues, inside, order = Queues(), 0, list[int]()

    async def write(number: int) -> None:
        nonlocal inside
        async with queues.turn("a"):
            inside += 1
            assert inside == 1
            await asyncio.sleep(0)
            order.append(number)
            inside -= 1

    await asyncio.gather(*(write(number) for number in range(20)))
    assert order == list(range(20))


async def test_another_sender_does_not_wait() -> None:
    queues = Queues()
    async with queues.turn("a"), asyncio.timeout(1), queues.turn("b"):
        pass


async def test_what_takes_long_keeps_nobody_waiting_and_ends_its_turn_once() -> None:
    queues, held = Queues(patience=0.01), asyncio.Event()

    async def long() -> None:
        async with queues.turn("a"):
            held.set()
            await asyncio.sleep(0.1)

    task = asyncio.create_task(long())
    await held.wait()
    queues.patience = 60
    async with asyncio.timeout(1), queues.turn("a"):
        assert not task.done()
        await task  # whose end does not end our turn
        waiting = asyncio.create_task(long())
        held.clear()
        await asyncio.sleep(0)
        assert not held.is_set()
    await waiting


async def test_a_failure_and_a_cancellation_end_a_turn() -> None:
    queues = Queues()

    async def fail() -> None:
        async with queues.turn("a"):
            raise ValueError

    async def wait() -> None:
        async with queues.turn("a"):
            await asyncio.sleep(10)

    first = asyncio.create_task(wait())
    await asyncio.sleep(0)
    second = asyncio.create_task(wait())
    await asyncio.sleep(0)
    second.cancel()
    first.cancel()
    await asyncio.gather(first, second, return_exceptions=True)
    assert isinstance((await asyncio.gather(fail(), return_exceptions=True))[0], ValueError)
    async with asyncio.timeout(1), queues.turn("a"):
        pass


async def test_nothing_is_kept_of_who_has_gone() -> None:
    queues = Queues(patience=0)
    for sender in range(100):
        async with queues.turn(sender):
            pass
    await asyncio.sleep(0.01)
    gc.collect()
    assert len(queues._locks) <= 1
