"""How far long work has come, told while it goes on: one line of JSON after the other, the last of them its answer."""

import asyncio
import json
from collections.abc import AsyncIterator, Callable, Coroutine, Iterable, Iterator
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, TypeVar

NDJSON = "application/x-ndjson"
_SECONDS = 0.2  # between two looks; a line is sent only where something has changed
T = TypeVar("T")


class Stage(StrEnum):
    """What is being done with the rows of a file."""

    READING = "reading"
    CHECKING = "checking"
    REGISTERING = "registering"


@dataclass(slots=True)
class Progress:
    """So many of `whole` rows have come through this stage; 0 of `whole` where nobody can know it yet. Written by the work alone."""

    stage: Stage = Stage.READING
    done: int = 0
    whole: int = 0

    def begin(self, stage: Stage, whole: int = 0) -> None:
        """A stage begins, perhaps once more."""
        self.stage, self.done, self.whole = stage, 0, whole

    def over(self, rows: Iterable[T]) -> Iterator[T]:
        """The rows, each counted as it goes by."""
        for self.done, row in enumerate(rows, self.done + 1):  # noqa: B020 — counted on from where another table ended
            yield row


_going_on: set["asyncio.Task[Any]"] = set()  # what nobody may listen to any more still ends as it would have


async def told(
    accept: str,
    progress: Progress,
    work: Coroutine[Any, Any, T],
    last: Callable[[Coroutine[Any, Any, T]], Coroutine[Any, Any, dict[str, Any]]],
    stream: Callable[..., T],
) -> T:
    """What the work returns; for who accepts lines, a stream of how far it has come, ended by what `last` makes of the work."""
    return stream(lines_of(progress, last(work)), media_type=NDJSON) if NDJSON in accept else await work


async def lines_of(progress: Progress, work: Coroutine[Any, Any, dict[str, Any]]) -> AsyncIterator[bytes]:
    """Lines of how far the work has come, and last what it returns, which stands for a whole answer. Who stops listening does not stop it."""
    task = asyncio.create_task(work)
    _going_on.add(task)
    task.add_done_callback(_going_on.discard)
    before = None
    while not task.done():
        await asyncio.wait({task}, timeout=_SECONDS)
        now = (progress.stage, progress.done, progress.whole)
        if now != before and not task.done():
            before = now
            yield _line({"stage": progress.stage.value, "done": progress.done, "whole": progress.whole})
    yield _line(task.result())


def _line(what: dict[str, Any]) -> bytes:
    return json.dumps(what, ensure_ascii=False).encode() + b"\n"
