"""The SQL of the transparency log."""

from datetime import datetime
from uuid import UUID

from ashiato.domain.audit.merkle import Place
from ashiato.domain.audit.model import Checkpoint, Cosignature, Leaf, LoggedFact
from ashiato.plumbing.db import row, rows, run, value, values
from ashiato.plumbing.unit_of_work import Work

_FOLLOWER_LOCK = 0x6C_6F_67  # "log": one follower at a time
_FACT = "company_id, fact_id, kind, subject, recorded_at, salt, counterpart_id"
_CHECKPOINT = "SELECT tree_size, root_hash, note, signed_at FROM log_checkpoint"


async def follow_alone(work: Work) -> bool:
    """Whether this transaction is the only follower until it ends."""
    return bool(await value(work.connection, "SELECT pg_try_advisory_xact_lock(%(lock)s)", {"lock": _FOLLOWER_LOCK}))


async def waiting(work: Work, limit: int) -> list[LoggedFact]:
    """The oldest facts that the log does not hold yet."""
    return await rows(
        work.connection,
        LoggedFact,
        f"SELECT {_FACT} FROM outbox WHERE logged_at IS NULL ORDER BY position LIMIT %(limit)s",
        {"limit": limit},
    )


async def tree_size(work: Work) -> int:
    """How many leaves the log holds."""
    return int(await value(work.connection, "SELECT coalesce(max(log_index) + 1, 0) FROM log_leaf", {}))


async def nodes(work: Work, places: list[Place]) -> dict[Place, bytes]:
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
        "hashes": [leaf.leaf_hash for leaf in leaves],
        "levels": [level for level, _, _ in complete],
        "positions": [position for _, position, _ in complete],
        "node_hashes": [hash_ for _, _, hash_ in complete],
    }
    await run(
        work.connection,
        """
        INSERT INTO log_leaf (log_index, company_id, fact_id, leaf_hash)
        SELECT * FROM unnest(%(indexes)s::bigint[], %(companies)s::uuid[], %(facts)s::uuid[], %(hashes)s::bytea[])
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


async def logged(work: Work, begin: int, limit: int) -> list[tuple[Leaf, LoggedFact | None]]:
    """The leaves from an index on, each with its fact as it is stored; None where the fact is missing."""
    cursor = await work.connection.execute(
        """
        SELECT log_index, leaf.company_id, leaf.fact_id, leaf_hash, kind, subject, recorded_at, salt
        FROM log_leaf AS leaf LEFT JOIN outbox USING (company_id, fact_id)
        WHERE log_index >= %(begin)s ORDER BY log_index LIMIT %(limit)s
        """,
        {"begin": begin, "limit": limit},
    )
    found: list[tuple[Leaf, LoggedFact | None]] = []
    for log_index, company_id, fact_id, hash_, kind, subject, recorded_at, salt in await cursor.fetchall():
        fact = LoggedFact(company_id, fact_id, kind, subject, recorded_at, salt) if kind is not None else None
        found.append((Leaf(log_index, company_id, fact_id, bytes(hash_)), fact))
    return found


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
    return await row(work.connection, Checkpoint, f"{_CHECKPOINT} ORDER BY tree_size DESC LIMIT 1", {})


async def checkpoint_of(work: Work, size: int) -> Checkpoint | None:
    """The checkpoint that was signed at this size."""
    return await row(work.connection, Checkpoint, f"{_CHECKPOINT} WHERE tree_size = %(size)s", {"size": size})


async def checkpoints(work: Work, after: int, limit: int) -> list[Checkpoint]:
    """The checkpoints of trees larger than `after`, by size."""
    return await rows(
        work.connection, Checkpoint, f"{_CHECKPOINT} WHERE tree_size > %(after)s ORDER BY tree_size LIMIT %(limit)s", {"after": after, "limit": limit}
    )


async def facts_of(work: Work, after: tuple[datetime, UUID] | None, limit: int) -> list[LoggedFact]:
    """The facts of the pinned company's own affairs and those of others' that concern it, oldest first, from after the given one."""
    instant, fact_id = after or (None, None)
    later = "AND (recorded_at, fact_id) > (%(instant)s, %(fact_id)s)" if after else ""
    return await rows(
        work.connection,
        LoggedFact,
        f"""
        SELECT {_FACT} FROM (
            (SELECT {_FACT} FROM outbox WHERE company_id = %(me)s {later} ORDER BY recorded_at, fact_id LIMIT %(limit)s)
            UNION ALL
            (SELECT {_FACT} FROM outbox WHERE counterpart_id = %(me)s {later} ORDER BY recorded_at, fact_id LIMIT %(limit)s)
        ) AS page ORDER BY recorded_at, fact_id LIMIT %(limit)s
        """,
        {"me": work.tenant, "instant": instant, "fact_id": fact_id, "limit": limit},
    )


async def fact(work: Work, fact_id: UUID) -> LoggedFact | None:
    """A fact of the pinned company's affairs, or one of another's that concerns it."""
    return await row(
        work.connection,
        LoggedFact,
        f"""
        SELECT {_FACT} FROM outbox WHERE company_id = %(me)s AND fact_id = %(fact_id)s
        UNION ALL
        SELECT {_FACT} FROM outbox WHERE counterpart_id = %(me)s AND fact_id = %(fact_id)s
        """,
        {"me": work.tenant, "fact_id": fact_id},
    )


async def fact_of(work: Work, kind: str, recorded_at: datetime, named: UUID) -> LoggedFact | None:
    """The pinned company's fact of a kind and an instant whose subject names something."""
    return await row(
        work.connection,
        LoggedFact,
        f"""
        SELECT {_FACT} FROM outbox
        WHERE company_id = %(me)s AND recorded_at = %(recorded_at)s AND kind = %(kind)s
          AND jsonb_path_exists(subject, '$.* ? (@ == $named)', jsonb_build_object('named', %(named)s::text))
        """,
        {"me": work.tenant, "recorded_at": recorded_at, "kind": kind, "named": str(named)},
    )


async def indexes_of(work: Work, leaf_hashes: list[bytes]) -> dict[bytes, int]:
    """Where leaves with these hashes stand, as far as there are any."""
    cursor = await work.connection.execute(
        "SELECT leaf_hash, min(log_index) FROM log_leaf WHERE leaf_hash = ANY(%(leaf_hashes)s) GROUP BY leaf_hash", {"leaf_hashes": leaf_hashes}
    )
    return {bytes(leaf): index for leaf, index in await cursor.fetchall()}


async def leaf_hashes(work: Work, begin: int, limit: int) -> list[bytes]:
    """The hashes of the leaves from an index on."""
    found = await values(
        work.connection,
        "SELECT leaf_hash FROM log_leaf WHERE log_index >= %(begin)s ORDER BY log_index LIMIT %(limit)s",
        {"begin": begin, "limit": limit},
    )
    return [bytes(leaf) for leaf in found]


async def erase(work: Work, account_id: UUID) -> list[UUID]:
    """Empties the pinned company's logged facts that name an account, all but their hashes; their identifiers."""
    return await values(
        work.connection,
        """
        UPDATE outbox SET subject = '{}', salt = NULL, erased_at = %(now)s
        WHERE company_id = %(me)s AND subject ->> 'account_id' = %(account_id)s RETURNING fact_id
        """,
        {"me": work.tenant, "now": work.now, "account_id": str(account_id)},
    )


async def add_cosignature(work: Work, cosignature: Cosignature) -> None:
    """Keeps the pinned company's word on a checkpoint. A second one on the same changes nothing."""
    await run(
        work.connection,
        """
        INSERT INTO log_cosignature (company_id, tree_size, verifier_key, line, cosigned_at)
        VALUES (%(me)s, %(tree_size)s, %(verifier_key)s, %(line)s, %(cosigned_at)s) ON CONFLICT (company_id, tree_size) DO NOTHING
        """,
        {"me": work.tenant, "tree_size": cosignature.tree_size, "verifier_key": cosignature.verifier_key, "line": cosignature.line,
         "cosigned_at": cosignature.cosigned_at},
    )  # fmt: skip


async def cosignatures(work: Work, size: int) -> list[Cosignature]:
    """What members have said of a checkpoint, by key."""
    return await rows(
        work.connection,
        Cosignature,
        "SELECT tree_size, verifier_key, line, cosigned_at FROM log_cosignature WHERE tree_size = %(size)s ORDER BY verifier_key",
        {"size": size},
    )


async def unlogged(work: Work) -> tuple[int, datetime | None]:
    """How many facts wait for the log, and since when the oldest does."""
    cursor = await work.connection.execute("SELECT count(*), min(recorded_at) FROM outbox WHERE logged_at IS NULL")
    count, since = await cursor.fetchone() or (0, None)
    return count, since


async def astray(work: Work) -> list[tuple[UUID, UUID]]:
    """(company, fact) of facts that are marked as logged and have no leaf, or have a leaf and are not marked; at most a hundred."""
    cursor = await work.connection.execute(
        """
        SELECT outbox.company_id, outbox.fact_id FROM outbox LEFT JOIN log_leaf USING (company_id, fact_id)
        WHERE (outbox.logged_at IS NULL) <> (log_leaf.log_index IS NULL) ORDER BY outbox.position LIMIT 100
        """
    )
    return [(company_id, fact_id) for company_id, fact_id in await cursor.fetchall()]


async def all_nodes(work: Work, begin: int, end: int) -> dict[Place, bytes]:
    """The stored subtrees whose last leaf lies in this range."""
    cursor = await work.connection.execute(
        """
        SELECT level, position, hash FROM log_node
        WHERE ((position + 1) << level) - 1 >= %(begin)s AND ((position + 1) << level) - 1 < %(end)s
        """,
        {"begin": begin, "end": end},
    )
    return {(level, position): bytes(hash_) for level, position, hash_ in await cursor.fetchall()}
