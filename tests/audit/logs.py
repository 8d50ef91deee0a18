"""Logs in memory, made by the writer's own arithmetic and signed with real keys: honest ones, and any lie about them."""

import base64
import copy
import random
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from ashiato import verifier
from ashiato.domain.audit import merkle
from ashiato.domain.audit.model import LoggedFact, checkpoint_text
from ashiato.plumbing.keys import note_hint

START = datetime(2026, 4, 1, tzinfo=UTC)
NAME = "centre.example/log"
WITNESSES = ("witness.cells.example", "witness.packs.example")


@dataclass(frozen=True)
class Signer:
    """A log's key by its seed."""

    seed: int
    name: str = NAME

    @property
    def private(self) -> Ed25519PrivateKey:
        return Ed25519PrivateKey.from_private_bytes(self.seed.to_bytes(32))

    @property
    def line(self) -> str:
        key = b"\x01" + self.private.public_key().public_bytes_raw()
        return f"{self.name}+{note_hint(self.name, key).hex()}+{base64.b64encode(key).decode()}"

    def note(self, text: str) -> str:
        key = b"\x01" + self.private.public_key().public_bytes_raw()
        signature = note_hint(self.name, key) + self.private.sign(text.encode())
        return f"{text}\n— {self.name} {base64.b64encode(signature).decode()}\n"


OURS, RETIRED, STRANGER, OTHER_LOG = Signer(1), Signer(2), Signer(3), Signer(4, "other.example/log")


@dataclass
class Log:
    """A log with its contents; every proof is derived from them."""

    contents: list[bytes]
    signer: Signer = OURS
    nodes: dict[merkle.Place, bytes] = field(default_factory=dict)

    @staticmethod
    def grown(chance: random.Random, size: int) -> "Log":
        def identifier() -> UUID:
            return UUID(int=chance.getrandbits(128), version=4)

        facts = [
            LoggedFact(
                identifier(),
                identifier(),
                chance.choice(["request.asked", "footprint.released", "grant.given"]),
                {"request_id": str(identifier())},
                START + timedelta(seconds=place),
                chance.randbytes(16),
            )
            for place in range(size)
        ]
        return Log([fact.content or b"" for fact in facts])

    def __post_init__(self) -> None:
        self.leaves = [merkle.leaf_hash(content) for content in self.contents]
        self.nodes = {}
        for index, leaf in enumerate(self.leaves):
            self.nodes |= {(level, position): node for level, position, node in merkle.append(index, self.nodes, leaf)}

    def spans(self, spans: list[merkle.Span]) -> list[str]:
        return [merkle.root([self.nodes[place] for place in merkle.places(span)]).hex() for span in spans]

    def note(self, size: int, at: datetime | None = None) -> str:
        root = merkle.root([self.nodes[place] for place in merkle.peaks(size)])
        return self.signer.note(checkpoint_text(self.signer.name, size, root, at or START + timedelta(hours=size)))

    def entry(self, index: int, size: int) -> dict[str, Any]:
        return {"content": self.contents[index].decode(), "leaf_hash": self.leaves[index].hex(), "log_index": index,
                "path": self.spans(merkle.inclusion(index, size))}  # fmt: skip

    def bundle(self, size: int, since: int | None, indexes: list[int], *, leaves: bool = True, at: datetime | None = None) -> dict[str, Any]:
        note = self.note(size, at)
        earlier = {"checkpoint": self.note(since), "path": self.spans(merkle.consistency(since, size))} if since is not None else None
        return {"schema": "ashiato/log-bundle/1", "verifier_key": self.signer.line, "checkpoint": note, "earlier": earlier,
                "cosignatures": [cosignature(note, place) for place in range(2)],
                "entries": [self.entry(index, size) for index in indexes],
                "leaves": [leaf.hex() for leaf in self.leaves[:size]] if leaves else None}  # fmt: skip

    def but(self, index: int, content: bytes) -> "Log":
        """The same log with one leaf rewritten: consistent in itself, and properly signed."""
        return replace(self, contents=[*self.contents[:index], content, *self.contents[index + 1 :]])


def witness_seed(place: int) -> bytes:
    return bytes([place + 10]) * 32


def witness_keys() -> tuple[str, ...]:
    return tuple(verifier.witness_key(name, witness_seed(place)) for place, name in enumerate(WITNESSES))


def cosignature(note: str, place: int, seconds: int | None = None) -> dict[str, str]:
    read = verifier.read_note(note)
    instant = seconds if seconds is not None else int((read.time or START).timestamp()) + 60
    return {"verifier_key": witness_keys()[place], "line": verifier.cosign(read, WITNESSES[place], witness_seed(place), instant)}


def copied(bundle: dict[str, Any]) -> dict[str, Any]:
    return copy.deepcopy(bundle)
