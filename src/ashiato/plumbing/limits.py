"""How often one asker may ask: a bucket for each person or program, and one for each company. Nobody's bucket is another company's.

Buckets are kept by each server process for itself: they guard it against being kept busy by one, and count nothing for anybody else.
"""

import time
from collections.abc import Callable, MutableMapping
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from ashiato.kernel.errors import Kind, Refusal

_COMPANYS = 5  # a company may ask as often as so many of its people
_MOST_KEPT = 10_000  # buckets; full ones are forgotten then
_COUNTED = "ashiato.counted"


@dataclass(slots=True)
class _Bucket:
    left: float
    at: float


@dataclass(slots=True)
class Limits:
    """Buckets that hold a minute's requests and fill again steadily. `per_minute` 0: no limit."""

    per_minute: int
    now: Callable[[], float] = time.monotonic
    _buckets: dict[UUID, _Bucket] = field(default_factory=dict)

    def count(self, scope: MutableMapping[str, Any], company_id: UUID, account_id: UUID | None) -> None:
        """Counts a request, once however often its sender is looked up. Refuses (`limited`) one for which a bucket is empty."""
        if not self.per_minute or scope.get(_COUNTED):
            return
        buckets = [(company_id, self.per_minute * _COMPANYS)] + ([(account_id, self.per_minute)] if account_id else [])
        seconds = max(self._missing(key, size) for key, size in buckets)
        if seconds > 0:
            raise Refusal(Kind.LIMITED, "limited", "You ask too often.", "Wait, then repeat it.", facts={"seconds": str(int(seconds) + 1)})
        for key, _ in buckets:
            self._buckets[key].left -= 1
        scope[_COUNTED] = True

    def _missing(self, key: UUID, size: int) -> float:
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
