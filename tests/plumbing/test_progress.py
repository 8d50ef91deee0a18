"""How far work has come, told while it goes on."""

import asyncio
import json
from typing import Any

import pytest

from ashiato.plumbing.progress import Progress, Stage, lines_of


async def test_what_is_told_rises_to_the_answer_in_the_last_line() -> None:
    progress = Progress()

    async def work() -> dict[str, Any]:
        for stage in (Stage.READING, Stage.REGISTERING):
            progress.begin(stage, 6)
            for rows in ([1, 2, 3], [4, 5, 6]):
                assert list(progress.over(rows)) == rows
                await asyncio.sleep(0.3)
        return {"status": 200}

    *told, last = [json.loads(line) async for line in lines_of(progress, work())]
    assert last == {"status": 200}
    counted = [(one["stage"], one["done"], one["whole"]) for one in told]
    assert counted == [("reading", 3, 6), ("reading", 6, 6), ("registering", 3, 6), ("registering", 6, 6)]


async def test_who_stops_listening_does_not_stop_the_work() -> None:
    over = asyncio.Event()

    async def work() -> dict[str, Any]:
        await asyncio.sleep(0.3)
        over.set()
        return {"status": 200}

    lines = lines_of(Progress(), work())
    assert json.loads(await anext(lines))["done"] == 0
    await lines.aclose()
    await asyncio.wait_for(over.wait(), 5)


async def test_work_that_breaks_has_no_last_line() -> None:
    async def work() -> dict[str, Any]:
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        _ = [line async for line in lines_of(Progress(), work())]
