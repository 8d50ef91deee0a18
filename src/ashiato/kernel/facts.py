"""Facts: what has happened. A slice records them; the outbox carries them to the transparency log in the same transaction.

A fact holds identifiers, kinds and digests, never a figure, an amount or a name of the recipe: the log may be read by those
whom the platform's operator admits as witnesses.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Fact:
    """Something that happened in one company's affairs, e.g. kind `trade.asked` with the identifiers it is about."""

    kind: str
    subject: Mapping[str, str] = field(default_factory=dict)
