"""Time and chance as dependencies, so that a test can freeze the one and seed the other."""

import hashlib
import hmac
from collections import Counter
from datetime import UTC, datetime
from typing import Protocol
from uuid import UUID, uuid4


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


class RandomIds:
    """Random identifiers (UUID version 4)."""

    def new(self, tenant: UUID | None) -> UUID:
        return uuid4()


class SeededIds:
    """The same identifiers in every run, each tenant's sequence independent of the others' (for paired-world tests)."""

    def __init__(self, seed: str) -> None:
        self._seed = seed.encode()
        self._drawn: Counter[UUID | None] = Counter()

    def new(self, tenant: UUID | None) -> UUID:
        self._drawn[tenant] += 1
        name = f"{tenant}/{self._drawn[tenant]}".encode()
        return UUID(bytes=hmac.digest(self._seed, name, hashlib.sha256)[:16], version=4)
