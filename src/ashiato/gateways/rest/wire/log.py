"""Messages about facts and the transparency log. Hashes are hexadecimal digits."""

from datetime import datetime
from typing import Annotated, Any
from uuid import UUID

from pydantic import AfterValidator, Field, StringConstraints

from ashiato.gateways.rest.wire.words import In, Out, _storable

Hash = Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{64}$")]
Line = Annotated[str, StringConstraints(min_length=1, max_length=500), AfterValidator(_storable)]


class FactOut(Out):
    """What has happened in the own company's affairs, or in another's and concerns it; `said` puts it in words."""

    fact_id: UUID
    kind: str
    by: str
    other: str
    said: str
    subject: dict[str, Any]
    recorded_at: datetime


class WitnessOut(Out):
    """A member's co-signature under a checkpoint (C2SP tlog-cosignature), and the line that verifies it."""

    verifier_key: str
    line: str
    cosigned_at: datetime


class CheckpointOut(Out):
    """The transparency log's signed state (C2SP tlog-checkpoint), the line that verifies it, and who has co-signed it."""

    tree_size: int
    root_hash: str
    note: str
    verifier_key: str
    signed_at: datetime
    witnesses: list[WitnessOut]


class InclusionOut(Out):
    """Where a leaf stands in a signed tree, and the audit path to its root (RFC 9162)."""

    log_index: int
    tree_size: int
    path: list[str]


class ConsistencyOut(Out):
    """The proof that one signed tree is a beginning of another (RFC 9162)."""

    first: int
    second: int
    path: list[str]


class LeavesOut(Out):
    """The hashes of leaves from an index on."""

    begin: int
    leaves: list[str]


class ReceiptOut(Out):
    """What proves a fact: `content`, whose hash is the leaf, and its place in the log, both null until the worker has followed.

    `content` is null for a fact that was erased.
    """

    fact_id: UUID
    kind: str
    content: str | None
    leaf_hash: str | None
    inclusion: InclusionOut | None
    note: str | None
    verifier_key: str


class CosignatureIn(In):
    """A co-signature of the checkpoint of this size, and the line that verifies it."""

    tree_size: int = Field(ge=1, le=2**53)
    verifier_key: Line
    line: Line


class ErasedOut(Out):
    """How many facts were emptied, all but their hashes."""

    facts: int
