"""The log's nouns, and the bytes that are hashed and signed (pure)."""

import base64
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from ashiato.domain.audit.merkle import leaf_hash
from ashiato.kernel.digest import canonical


@dataclass(frozen=True, slots=True)
class LoggedFact:
    """A durable fact. `salt` is None, and `subject` empty, once it was erased: then nothing but the leaf's hash is left of it."""

    company_id: UUID
    fact_id: UUID
    kind: str
    subject: Mapping[str, Any]
    recorded_at: datetime
    salt: bytes | None
    counterpart_id: UUID | None = None  # the other company that it concerns; it follows from the subject

    @property
    def content(self) -> bytes | None:
        """The canonical bytes that the leaf commits to. Whoever lacks the salt cannot guess a fact from its hash."""
        if self.salt is None:
            return None
        return canonical(
            {
                "company_id": str(self.company_id),
                "fact_id": str(self.fact_id),
                "kind": self.kind,
                "recorded_at": self.recorded_at.astimezone(UTC).isoformat(),
                "salt": self.salt.hex(),
                "subject": dict(self.subject),
            }
        )

    @property
    def leaf(self) -> bytes | None:
        """The hash that stands in the log; None for a fact that was erased."""
        content = self.content
        return leaf_hash(content) if content is not None else None


@dataclass(frozen=True, slots=True)
class Leaf:
    """A fact's place in the log."""

    log_index: int
    company_id: UUID
    fact_id: UUID
    leaf_hash: bytes


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """The log's state, signed (C2SP tlog-checkpoint)."""

    tree_size: int
    root_hash: bytes
    note: str
    signed_at: datetime


@dataclass(frozen=True, slots=True)
class Cosignature:
    """A member's line below a checkpoint, and the key that verifies it (C2SP tlog-cosignature)."""

    tree_size: int
    verifier_key: str
    line: str
    cosigned_at: datetime


@dataclass(frozen=True, slots=True)
class Inclusion:
    """Where a leaf stands in a tree of `tree_size` leaves, and the audit path to its root (RFC 9162 section 2.1.3)."""

    log_index: int
    tree_size: int
    path: list[bytes]


def checkpoint_text(name: str, size: int, root: bytes, now: datetime) -> str:
    """What the log signs: its name, size and root, and as an extension line the platform's time."""
    return f"{name}\n{size}\n{base64.b64encode(root).decode()}\ntime {now.astimezone(UTC).isoformat()}\n"
