"""How often one asker may ask: a bucket for each person or program, one for each company, and one for each address that strangers send from.

Nobody's bucket is another company's. A stranger is whoever is about to say who they are (log-in, tokens, codes, applications) or never will
(grievances): counted before any costly look at what they sent, so that guessing is slow and a flood keeps nobody else waiting.

Buckets are kept by each server process for itself: they guard it against being kept busy by one, and count nothing for anybody else.
"""

import asyncio
import ipaddress
import time
from collections.abc import AsyncIterator, Callable, Hashable, MutableMapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from ashiato.kernel.errors import Kind, Refusal

_COMPANYS = 5  # a company may ask as often as so many of its people
_MOST_KEPT = 10_000  # buckets; full ones are forgotten then
_AT_ONCE, _MOST_WAITING = 2, 100  # of what strangers send
_COUNTED = "ashiato.counted"


@dataclass(slots=True)
class _Bucket:
    left: float
    at: float


@dataclass(slots=True)
class Limits:
    """Buckets that hold a minute's requests and fill again steadily. 0 per minute: no limit. `hops`: see `address_of`."""

    per_minute: int
    now: Callable[[], float] = time.monotonic
    strangers_per_minute: int = 0
    hops: int = 0
    _buckets: dict[Hashable, _Bucket] = field(default_factory=dict)
    _strangers: asyncio.Semaphore = field(default_factory=lambda: asyncio.Semaphore(_AT_ONCE))
    _waiting: int = 0

    def count(self, scope: MutableMapping[str, Any], company_id: UUID, account_id: UUID | None) -> None:
        """Counts a request, once however often its sender is looked up. Refuses (`limited`) one for which a bucket is empty."""
        if not self.per_minute or scope.get(_COUNTED):
            return
        self._take([(company_id, self.per_minute * _COMPANYS)] + ([(account_id, self.per_minute)] if account_id else []))
        scope[_COUNTED] = True

    @asynccontextmanager
    async def stranger(self, scope: MutableMapping[str, Any]) -> AsyncIterator[None]:
        """Counts what somebody sends who is not known yet, by address, and lets it in when its turn comes: two at once in a server process.

        So a flood from many addresses holds two connections to the database and no more. Refuses (`limited`) what comes from an address whose
        bucket is empty, (`unavailable`) what comes while a hundred wait.
        """
        if self.strangers_per_minute:
            self._take([(neighbourhood(address_of(scope, self.hops)), self.strangers_per_minute)])
        if self._waiting >= _MOST_WAITING:
            raise Refusal(Kind.UNAVAILABLE, "busy", "The platform is busy.", "Repeat it in a minute.")
        self._waiting += 1
        try:
            async with self._strangers:
                yield
        finally:
            self._waiting -= 1

    def _take(self, buckets: Sequence[tuple[Hashable, int]]) -> None:
        seconds = max(self._missing(key, size) for key, size in buckets)
        if seconds > 0:
            raise Refusal(Kind.LIMITED, "limited", "You ask too often.", "Wait, then repeat it.", facts={"seconds": str(int(seconds) + 1)})
        for key, _ in buckets:
            self._buckets[key].left -= 1

    def _missing(self, key: Hashable, size: int) -> float:
        """Seconds until the bucket holds a request again; none where it does."""
        now = self.now()
        bucket = self._buckets.get(key)
        if bucket is None:
            if len(self._buckets) >= _MOST_KEPT:
                self._forget(now)
            bucket = self._buckets[key] = _Bucket(size, now)
        bucket.left = min(size, bucket.left + (now - bucket.at) * size / 60)
        bucket.at = now
        return max(0.0, (1 - bucket.left) * 60 / size)

    def _forget(self, now: float) -> None:
        """Buckets that nobody has touched for a minute are full again: as good as none."""
        self._buckets = {key: bucket for key, bucket in self._buckets.items() if now - bucket.at < 60}  # noqa: PLR2004


def address_of(scope: MutableMapping[str, Any], hops: int) -> str:
    """Where a call comes from, as far as the installation's own proxies (`hops` of them) tell; empty where they do not."""
    if hops:
        told = [part.strip() for name, value in scope["headers"] if name == b"x-forwarded-for" for part in value.decode("latin-1").split(",")]
        return told[-hops] if len(told) >= hops else ""
    return scope["client"][0] if scope.get("client") else ""


def neighbourhood(address: str) -> str:
    """The network that stands for an address: itself, or the /64 of version 6, of which one sender has every address (RFC 6177)."""
    try:
        found = ipaddress.ip_address(address)
    except ValueError:
        return ""
    if isinstance(found, ipaddress.IPv6Address):
        return str(found.ipv4_mapped or ipaddress.IPv6Network((found, 64), strict=False))
    return str(found)
