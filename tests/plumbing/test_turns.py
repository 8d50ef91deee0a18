"""Costly work waits for its turn, gives way, and tells its own request's logs."""

import asyncio
import contextvars
import os
import subprocess
import sys
import threading
import time

import pytest

from ashiato.plumbing.turns import Turns

WHO = contextvars.ContextVar[str]("WHO")


async def test_no_more_are_at_work_than_may_be_and_each_gets_its_own_answer() -> None:
    turns, at_work, most = Turns(2), [0], [0]

    def work(number: int) -> int:
        at_work[0] += 1
        most[0] = max(most[0], at_work[0])
        time.sleep(0.01)
        at_work[0] -= 1
        return number

    assert await asyncio.gather(*(turns.take(work, number) for number in range(12))) == list(range(12))
    assert most == [2]


async def test_a_failure_is_told_to_whom_it_concerns_and_the_next_goes_on() -> None:
    turns = Turns(1)
    with pytest.raises(ZeroDivisionError):
        await turns.take(lambda: 1 // 0)
    assert await turns.take(int, "7") == 7


async def test_the_context_goes_along() -> None:
    WHO.set("a request")
    assert await Turns(1).take(WHO.get) == "a request"


def priority() -> int:
    return os.getpriority(os.PRIO_PROCESS, threading.get_native_id())


@pytest.mark.skipif(sys.platform != "linux", reason="elsewhere a priority is that of the whole process")
async def test_it_gives_way_and_what_it_starts_does_too() -> None:
    here = priority()
    there, child = await Turns(1).take(lambda: (priority(), subprocess.check_output(["nice"])))
    assert there == max(here, 10)
    assert int(child) == there
    assert priority() == here
