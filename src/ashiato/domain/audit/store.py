"""The SQL of the transparency log."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from ashiato.plumbing.db import row, rows, run, value
from ashiato.plumbing.unit_of_work import Work

_FOLLOWER_LOCK = 0x6C_6F_67  # "log": one follower at a time


@dataclass(frozen=True, slots=True)
class Waiting:
    """A fact that is durable and not yet in the log."""

    company_id: UUID
    fact_id: UUID
    kind: str
    subject: dict[str, Any]
    recorded_at: datetime


@dataclass(frozen=True, slots=True)
class Leaf:
    """A fact's place in the log."""

    log_index: int
    company_id: UUID
    fact_id: UUID
    salt: bytes
    leaf_hash: bytes


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """The log's state, signed (C2SP tlog-checkpoint)."""

    tree_size: int
    root_hash: bytes
    note: str
    signed_at: datetime


async def follow_alone(work: Work) -> bool:
    """Whether this transaction is the only follower until it ends."""
    return bool(await value(work.connection, "SELECT pg_try_advisory_xact_lock(%(lock)s)", {"lock": _FOLLOWER_LOCK}))


async def waiting(work: Work, limit: int) -> list[Waiting]:
    """The oldest facts that the log does not hold yet."""
    return await rows(
        work.connection,
        Waiting,
        """
        SELECT company_id, fact_id, kind, subject, recorded_at FROM outbox
        WHERE logged_at IS NULL ORDER BY position LIMIT %(limit)s
        """,
        {"limit": limit},
    )


async def tree_size(work: Work) -> int:
    """How many leaves the log holds."""
    return int(await value(work.connection, "SELECT coalesce(max(log_index) + 1, 0) FROM log_leaf", {}))


async def nodes(work: Work, places: list[tuple[int, int]]) -> dict[tuple[int, int], bytes]:
    """The hashes of complete subtrees."""
    cursor = await work.connection.execute(
        """
        SELECT level, position, hash FROM log_node
        JOIN unnest(%(levels)s::int[], %(positions)s::bigint[]) AS wanted (level, position) USING (level, position)
        """,
        {"levels": [level for level, _ in places], "positions": [position for _, position in places]},
    )
    return {(level, position): bytes(hash_) for level, position, hash_ in await cursor.fetchall()}


async def add(work: Work, leaves: list[Leaf], complete: list[tuple[int, int, bytes]]) -> None:
    """Appends leaves with the subtrees they complete, and takes their facts off the waiting list."""
    params = {
        "now": work.now,
        "indexes": [leaf.log_index for leaf in leaves],
        "companies": [leaf.company_id for leaf in leaves],
        "facts": [leaf.fact_id for leaf in leaves],
        "salts": [leaf.salt for leaf in leaves],
        "hashes": [leaf.leaf_hash for leaf in leaves],
        "levels": [level for level, _, _ in complete],
        "positions": [position for _, position, _ in complete],
        "node_hashes": [hash_ for _, _, hash_ in complete],
    }
    await run(
        work.connection,
        """
        INSERT INTO log_leaf (log_index, company_id, fact_id, salt, leaf_hash)
        SELECT * FROM unnest(%(indexes)s::bigint[], %(companies)s::uuid[], %(facts)s::uuid[], %(salts)s::bytea[], %(hashes)s::bytea[])
        """,
        params,
    )
    await run(
        work.connection,
        "INSERT INTO log_node (level, position, hash) SELECT * FROM unnest(%(levels)s::int[], %(positions)s::bigint[], %(node_hashes)s::bytea[])",
        params,
    )
    await run(
        work.connection,
        """
        UPDATE outbox SET logged_at = %(now)s
        FROM unnest(%(companies)s::uuid[], %(facts)s::uuid[]) AS logged (company_id, fact_id)
        WHERE outbox.company_id = logged.company_id AND outbox.fact_id = logged.fact_id
        """,
        params,
    )


async def add_checkpoint(work: Work, checkpoint: Checkpoint) -> None:
    """Keeps a signed checkpoint."""
    await run(
        work.connection,
        """
        INSERT INTO log_checkpoint (tree_size, root_hash, note, signed_at)
        VALUES (%(tree_size)s, %(root_hash)s, %(note)s, %(signed_at)s)
        """,
        {"tree_size": checkpoint.tree_size, "root_hash": checkpoint.root_hash, "note": checkpoint.note, "signed_at": checkpoint.signed_at},
    )


async def latest_checkpoint(work: Work) -> Checkpoint | None:
    """The newest signed checkpoint."""
    return await row(
        work.connection,
        Checkpoint,
        "SELECT tree_size, root_hash, note, signed_at FROM log_checkpoint ORDER BY tree_size DESC LIMIT 1",
        {},
    )


async def facts_of(work: Work, after: tuple[datetime, UUID] | None, limit: int) -> list[Waiting]:
    """The pinned company's own facts, oldest first, from after the given one."""
    instant, fact_id = after or (None, None)
    return await rows(
        work.connection,
        Waiting,
        f"""
        SELECT company_id, fact_id, kind, subject, recorded_at FROM outbox
        WHERE company_id = %(company_id)s {"AND (recorded_at, fact_id) > (%(instant)s, %(fact_id)s)" if after else ""}
        ORDER BY recorded_at, fact_id LIMIT %(limit)s
        """,
        {"company_id": work.tenant, "instant": instant, "fact_id": fact_id, "limit": limit},
    )
