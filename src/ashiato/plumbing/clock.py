"""Time and chance as dependencies, so that a test can freeze the one and seed the other."""

import hashlib
import hmac
import os
from collections import Counter
from datetime import UTC, datetime
from typing import Protocol
from uuid import UUID, uuid4

import numpy as np


class Clock(Protocol):
    """Tells the present instant in UTC."""

    def now(self) -> datetime: ...


class SystemClock:
    """The machine's clock."""

    def now(self) -> datetime:
        return datetime.now(UTC)


class FrozenClock:
    """Shows one instant until it is moved."""

    def __init__(self, instant: datetime) -> None:
        self.instant = instant

    def now(self) -> datetime:
        return self.instant


class IdSource(Protocol):
    """Draws identifiers. What one tenant draws says nothing about what another has drawn."""

    def new(self, tenant: UUID | None) -> UUID: ...

    def many(self, tenant: UUID | None, count: int) -> list[str]:
        """As many as `new` would draw, each as its 32 digits."""
        ...


class RandomIds:
    """Random identifiers (UUID version 4)."""

    def new(self, tenant: UUID | None) -> UUID:
        return uuid4()

    def many(self, tenant: UUID | None, count: int) -> list[str]:
        """All of them from one draw."""
        drawn = np.frombuffer(os.urandom(16 * count), np.uint8).reshape(count, 16).copy()
        drawn[:, 6] = drawn[:, 6] & 0x0F | 0x40  # the version
        drawn[:, 8] = drawn[:, 8] & 0x3F | 0x80  # and the variant, as RFC 9562 places them
        digits = drawn.tobytes().hex()
        return [digits[start : start + 32] for start in range(0, len(digits), 32)]


class SeededIds:
    """The same identifiers in every run, each tenant's sequence independent of the others' (for paired-world tests)."""

    def __init__(self, seed: str) -> None:
        self._seed = seed.encode()
        self._drawn: Counter[UUID | None] = Counter()

    def new(self, tenant: UUID | None) -> UUID:
        self._drawn[tenant] += 1
        name = f"{tenant}/{self._drawn[tenant]}".encode()
        return UUID(bytes=hmac.digest(self._seed, name, hashlib.sha256)[:16], version=4)

    def many(self, tenant: UUID | None, count: int) -> list[str]:
        """The next ones of the sequence."""
        return [self.new(tenant).hex for _ in range(count)]
