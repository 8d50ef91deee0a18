"""Following the outbox into the log, and signing where it stands; a company's own facts, and their erasure."""

import base64
from datetime import datetime, timedelta
from uuid import UUID

from ashiato.domain.audit import merkle, store
from ashiato.domain.audit.model import Checkpoint, Leaf, LoggedFact, checkpoint_text
from ashiato.kernel.errors import conflict
from ashiato.kernel.facts import Fact
from ashiato.plumbing.db import Viewpoint
from ashiato.plumbing.keys import LogKey, note_verifies
from ashiato.plumbing.unit_of_work import Work

_BATCH = 1000


async def follow(work: Work, key: LogKey) -> int:
    """Appends the facts that wait, each exactly once, and signs a checkpoint; how many were appended.

    Leaves and root are derived again from what was stored before anything is signed. Of two followers at once, one does nothing.
    Refuses (`conflict`) a log that does not follow from its facts or does not continue its last checkpoint: nothing is signed then.
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
        leaf = Leaf(index, fact.company_id, fact.fact_id, _leaf(fact))
        leaves.append(leaf)
        for level, position, node in merkle.append(index, known, leaf.leaf_hash):
            known[level, position] = node
            complete.append((level, position, node))
    await store.add(work, leaves, complete)
    await _sign(work, size, size + len(leaves), key)
    return len(leaves)


def _leaf(fact: LoggedFact | None) -> bytes:
    leaf = fact.leaf if fact is not None else None
    if leaf is None:
        raise _inconsistent("a fact is missing")
    return leaf


async def _sign(work: Work, before: int, size: int, key: LogKey) -> None:
    """Signs the tree as it is stored, if it follows from the last signed one and the facts that were added.

    Where the clock stands before the last checkpoint, that one's time is signed again: whoever has seen it would take an earlier one for a
    lie, for good. `ahead` tells of it.
    """
    known = await _peaks_of_last(work, before, key)
    for leaf, fact in await store.logged(work, before, size - before):
        if leaf.leaf_hash != _leaf(fact):
            raise _inconsistent(f"leaf {leaf.log_index} is not that of its fact")
        known |= {(level, position): node for level, position, node in merkle.append(leaf.log_index, known, leaf.leaf_hash)}
    places = merkle.peaks(size)
    stored = await store.nodes(work, places)
    derived = merkle.root([known[place] for place in places])
    if len(stored) != len(places) or merkle.root([stored[place] for place in places]) != derived:
        raise _inconsistent("the stored subtrees do not lead to the derived root")
    at, last = work.now, await store.latest_checkpoint(work)
    if last is not None:
        at = max(at, last.signed_at)
    await store.add_checkpoint(work, Checkpoint(size, derived, key.sign_note(checkpoint_text(key.name, size, derived, at)), at))


async def _peaks_of_last(work: Work, size: int, key: LogKey) -> dict[merkle.Place, bytes]:
    """The subtrees of the last signed tree, if they lead to the root that was signed."""
    if size == 0:
        return {}
    last, places = await store.checkpoint_of(work, size), merkle.peaks(size)
    found = await store.nodes(work, places)
    if last is None or len(found) != len(places) or merkle.root([found[place] for place in places]) != last.root_hash:
        raise _inconsistent(f"the first {size} leaves are not those of a signed checkpoint")
    if last.note.split("\n")[1:3] != [str(size), base64.b64encode(last.root_hash).decode()] or not note_verifies(last.note, key.verifier_key):
        raise _inconsistent(f"the checkpoint of {size} leaves was not signed by this log's key")
    return found


def _inconsistent(what: str) -> Exception:
    return conflict("log.inconsistent", f"The log does not hold together: {what}.", "Run `ashiato fsck`. Nothing is signed until it is settled.")


async def checkpoint(work: Work) -> Checkpoint | None:
    """The newest signed state of the log, for anybody."""
    return await store.latest_checkpoint(work)


async def ahead(work: Work) -> timedelta:
    """By how much the newest checkpoint's time is still to come: nothing, unless the clock was or is wrong."""
    last = await store.latest_checkpoint(work)
    return max(timedelta(), last.signed_at - work.now) if last else timedelta()


async def own_facts(work: Work, after: tuple[datetime, UUID] | None, limit: int) -> list[LoggedFact]:
    """What has happened in the actor's company's affairs, and what others did that concerns it, oldest first."""
    return await store.facts_of(work, after, limit)


async def erase(work: Work, account_id: UUID) -> int:
    """Erases, from the pinned company's facts that are in the log, all that names an account; how many facts.

    Their hashes stay, so every proof holds. What is not in the log yet is left: repeat it once the worker has followed.
    """
    erased = await store.erase(work, account_id)
    for fact_id in erased:
        work.record(Fact("fact.erased", {"fact_id": str(fact_id)}))
    return len(erased)
