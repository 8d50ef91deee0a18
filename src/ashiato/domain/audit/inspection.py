"""What holds of the whole log, derived again from its facts: the part of `ashiato fsck` that concerns the database."""

from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import timedelta

from ashiato.domain.audit import merkle, store
from ashiato.domain.audit.model import Checkpoint, Leaf, LoggedFact
from ashiato.plumbing.db import Viewpoint
from ashiato.plumbing.keys import LogKey, note_verifies
from ashiato.plumbing.unit_of_work import Work

_PAGE = 5000
_LATE = timedelta(minutes=5)
_RESTORE = "Restore the last good backup beside this database, and compare: `ashiato restore --verify`."


@dataclass(frozen=True, slots=True)
class Finding:
    """Something that does not hold, where, and what to do about it."""

    code: str
    where: str
    message: str
    remedy: str


@dataclass(frozen=True, slots=True)
class State:
    """How far the log has come, with its root in hexadecimal digits, and what does not hold."""

    tree_size: int
    root: str
    waiting: int
    checkpoints: int
    findings: list[Finding]


async def inspect(work: Work, key: LogKey) -> State:
    """Derives every leaf, subtree and root again, and compares them with what is stored and with what was signed."""
    await work.pin(Viewpoint.FOLLOWER, None)
    findings: list[Finding] = []
    known: dict[merkle.Place, bytes] = {}
    roots: dict[int, bytes] = {}
    signed = {checkpoint.tree_size: checkpoint async for page in _checkpoints(work) for checkpoint in page}
    size = 0
    while page := await store.logged(work, size, _PAGE):
        begin = size
        for leaf, fact in page:
            findings += _leaf_flaws(size, leaf, fact)
            known |= {(level, position): node for level, position, node in merkle.append(size, known, leaf.leaf_hash)}
            size += 1
            if size in signed:
                roots[size] = merkle.root([known[place] for place in merkle.peaks(size)])
        findings += await _node_flaws(work, known, begin, size)
        known = {place: known[place] for place in merkle.peaks(size)}
    for tree_size, checkpoint in signed.items():
        findings += _checkpoint_flaws(tree_size, checkpoint, roots.get(tree_size), key)
    if size and size not in signed:
        findings.append(Finding("log.unsigned", f"size {size}", "The newest leaves were never signed.", _RESTORE))
    newest = signed[max(signed)] if signed else None
    if newest is not None and newest.signed_at > work.now:
        remedy = "Set the machine's clock. Checkpoints repeat that time until it has come."
        findings.append(
            Finding("log.clock", f"checkpoint {newest.tree_size}", f"It says {newest.signed_at.isoformat()}, which is still to come.", remedy)
        )
    waiting = await _waiting_flaws(work, findings)
    return State(size, merkle.root([known[place] for place in merkle.peaks(size)]).hex(), waiting, len(signed), findings)


async def _checkpoints(work: Work) -> AsyncIterator[list[Checkpoint]]:
    after = 0
    while page := await store.checkpoints(work, after, _PAGE):
        yield page
        after = page[-1].tree_size


def _leaf_flaws(index: int, leaf: Leaf, fact: LoggedFact | None) -> list[Finding]:
    where = f"leaf {leaf.log_index}, fact {leaf.fact_id} of company {leaf.company_id}"
    if leaf.log_index != index:
        return [Finding("log.gap", where, f"Leaf {index} is missing.", _RESTORE)]
    if fact is None:
        return [Finding("log.fact_missing", where, "The leaf's fact is gone.", _RESTORE)]
    if fact.leaf is not None and fact.leaf != leaf.leaf_hash:
        return [Finding("log.fact_altered", where, "The fact reads differently from what was logged.", _RESTORE)]
    return []


async def _node_flaws(work: Work, derived: dict[merkle.Place, bytes], begin: int, end: int) -> list[Finding]:
    stored = await store.all_nodes(work, begin, end)
    expected = {place: node for place, node in derived.items() if begin <= ((place[1] + 1) << place[0]) - 1 < end}
    return [
        Finding("log.subtree", f"level {level}, position {position}", "A stored subtree is not that of its leaves.", _RESTORE)
        for level, position in sorted(stored.keys() | expected.keys())
        if stored.get((level, position)) != expected.get((level, position))
    ]


def _checkpoint_flaws(size: int, checkpoint: Checkpoint, derived: bytes | None, key: LogKey) -> list[Finding]:
    where = f"checkpoint {size}"
    if derived is None:
        return [Finding("log.checkpoint_ahead", where, "It was signed over more leaves than there are.", _RESTORE)]
    if derived != checkpoint.root_hash or not checkpoint.note.startswith(f"{key.name}\n{size}\n"):
        return [Finding("log.checkpoint_root", where, "The leaves do not lead to the root that was signed.", _RESTORE)]
    if not note_verifies(checkpoint.note, key.verifier_key):
        return [Finding("log.checkpoint_key", where, "It was not signed by this installation's key.", "Put the right secrets folder in place.")]
    return []


async def _waiting_flaws(work: Work, findings: list[Finding]) -> int:
    for company_id, fact_id in await store.astray(work):
        where = f"fact {fact_id} of company {company_id}"
        findings.append(Finding("outbox.astray", where, "Its mark does not say whether it is in the log.", _RESTORE))
    waiting, since = await store.unlogged(work)
    if since is not None and work.now - since > _LATE:
        remedy = "See that the worker runs: `ashiato serve` starts it, and its log says what fails."
        findings.append(Finding("outbox.late", f"{waiting} facts", f"The oldest has waited since {since.isoformat()}.", remedy))
    return waiting
