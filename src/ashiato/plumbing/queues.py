"""Writes of one sender go one after the other, since at once they would collide, be rolled back and done again.

Nothing rests on this: the transactions decide what is right, and others of the company collide as before. It is courtesy, of a server process
to itself, and ends with patience: what takes long, such as an import, does not keep its sender's other writes waiting.
"""

import asyncio
from collections.abc import AsyncIterator, Hashable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from weakref import WeakValueDictionary

PATIENCE_SECONDS = 1.0


@dataclass(slots=True)
class Queues:
    """One queue a sender, in the order of arrival, for as long as anybody is in it."""

    patience: float = PATIENCE_SECONDS
    _locks: WeakValueDictionary[Hashable, asyncio.Lock] = field(default_factory=WeakValueDictionary)

    @asynccontextmanager
    async def turn(self, sender: Hashable) -> AsyncIterator[None]:
        """A block that begins when the one before it has ended, or has had its turn for as long as there is patience."""
        lock = self._locks.setdefault(sender, asyncio.Lock())
        await lock.acquire()
        over = asyncio.Event()

        def end() -> None:
            if not over.is_set():
                over.set()
                lock.release()

        impatient = asyncio.get_running_loop().call_later(self.patience, end)
        try:
            yield
        finally:
            impatient.cancel()
            end()
