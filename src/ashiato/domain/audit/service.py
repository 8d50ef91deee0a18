"""Following the outbox into the log, and signing where it stands."""

import base64
import secrets
from datetime import datetime
from typing import cast
from uuid import UUID

from ashiato.domain.audit import merkle, store
from ashiato.domain.audit.store import Checkpoint, Leaf, Waiting
from ashiato.kernel.digest import Json, canonical
from ashiato.plumbing.db import Viewpoint
from ashiato.plumbing.keys import LogKey
from ashiato.plumbing.unit_of_work import Work

_BATCH = 1000
_SALT = 16


def leaf_content(fact: Waiting, salt: bytes) -> bytes:
    """The canonical bytes that a leaf commits to. Whoever lacks the salt cannot guess a fact from its hash."""
    content = {
        "company_id": str(fact.company_id),
        "fact_id": str(fact.fact_id),
        "kind": fact.kind,
        "recorded_at": fact.recorded_at.isoformat(),
        "salt": salt.hex(),
        "subject": cast(Json, fact.subject),
    }
    return canonical(cast(Json, content))


async def follow(work: Work, key: LogKey) -> int:
    """Appends the facts that wait, each exactly once, and signs a checkpoint; how many were appended.

    The root is derived again from the stored subtrees before it is signed. Of two followers at once, one does nothing.
    """
    await work.pin(Viewpoint.FOLLOWER, None)
    if not await store.follow_alone(work):
        return 0
    facts = await store.waiting(work, _BATCH)
    if not facts:
        return 0
    size = await store.tree_size(work)
    known = await store.nodes(work, merkle.peaks(size))
    leaves, complete = [], []
    for index, fact in enumerate(facts, size):
        salt = secrets.token_bytes(_SALT)
        leaf = merkle.leaf_hash(leaf_content(fact, salt))
        leaves.append(Leaf(index, fact.company_id, fact.fact_id, salt, leaf))
        for level, position, node in merkle.append(index, known, leaf):
            known[level, position] = node
            complete.append((level, position, node))
    await store.add(work, leaves, complete)
    await _sign(work, size + len(leaves), key)
    return len(leaves)


async def _sign(work: Work, size: int, key: LogKey) -> None:
    places = merkle.peaks(size)
    stored = await store.nodes(work, places)
    root = merkle.root([stored[place] for place in places])
    note = key.sign_note(f"{key.name}\n{size}\n{base64.b64encode(root).decode()}\n")
    await store.add_checkpoint(work, Checkpoint(size, root, note, work.now))


async def checkpoint(work: Work) -> Checkpoint | None:
    """The newest signed state of the log, for anybody."""
    return await store.latest_checkpoint(work)


async def own_facts(work: Work, after: tuple[datetime, UUID] | None, limit: int) -> list[Waiting]:
    """What has happened in the actor's company's affairs, oldest first."""
    return await store.facts_of(work, after, limit)
