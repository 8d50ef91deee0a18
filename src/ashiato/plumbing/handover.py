"""Something large that one request has made and the next is about to ask for: one thing at most, for a moment, given away once.

It spares making it twice where the next request comes at once and to the same process. Where it does not, the thing is made again.
"""

import asyncio
from collections.abc import Hashable
from typing import Generic, TypeVar

T = TypeVar("T")


class Handover(Generic[T]):
    """Where one thing waits to be fetched, no longer than so many seconds."""

    def __init__(self, seconds: float) -> None:
        self._seconds = seconds
        self._waiting: tuple[Hashable, T] | None = None
        self._forgetting: asyncio.TimerHandle | None = None

    def leave(self, key: Hashable, thing: T) -> None:
        """Leaves a thing here, in the place of what nobody has fetched."""
        self._forget()
        self._waiting = key, thing
        self._forgetting = asyncio.get_running_loop().call_later(self._seconds, self._forget)

    def fetch(self, key: Hashable) -> T | None:
        """The thing that was left under this key, for the first who fetches it; else None."""
        if self._waiting is None or self._waiting[0] != key:
            return None
        _, thing = self._waiting
        self._forget()
        return thing

    def _forget(self) -> None:
        self._waiting = None
        if self._forgetting is not None:
            self._forgetting.cancel()
            self._forgetting = None
