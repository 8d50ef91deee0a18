"""What the log proves: that a fact stands in it, that it only grew, and what each write was promised."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from ashiato.domain.audit import merkle, store
from ashiato.domain.audit.model import Checkpoint, Cosignature, Inclusion, LoggedFact
from ashiato.kernel.errors import absent, invalid
from ashiato.plumbing.unit_of_work import Work

RECEIPT = "Ashiato-Receipt"  # the header in which every door tells the facts that a write recorded (see `promised`)
MOST_RECEIPTS = 20  # that fit into one header
MOST_LEAVES = 10_000


@dataclass(frozen=True, slots=True)
class Receipt:
    """A fact as its company can prove it; `checkpoint` and `inclusion` are None until the log holds it."""

    fact: LoggedFact
    leaf_hash: bytes | None
    checkpoint: Checkpoint | None
    inclusion: Inclusion | None


def promised(work: Work) -> str:
    """The facts that a transaction has recorded so far, as a header tells them: `FACT;leaf=HASH, …`, at most twenty."""
    told = []
    for noted in work.facts[:MOST_RECEIPTS]:
        leaf = LoggedFact(noted.company_id, noted.fact_id, noted.fact.kind, noted.fact.subject, work.now, noted.salt).leaf
        if leaf is not None:
            told.append(f"{noted.fact_id};leaf={leaf.hex()}")
    return ", ".join(told)


async def receipt(work: Work, fact_id: UUID) -> Receipt:
    """What proves a fact of the pinned company's affairs, or one that concerns it. Refuses (`absent`) every other."""
    fact = await store.fact(work, fact_id)
    if fact is None:
        raise absent("fact")
    newest = await store.latest_checkpoint(work)
    return (await _receipts(work, [fact], newest, newest.tree_size if newest else 0))[0]


async def receipt_of(work: Work, kind: str, recorded_at: datetime, named: UUID) -> Receipt | None:
    """What proves that the pinned company's affairs had this fact at this instant; None where there is no such fact, or it was erased."""
    fact = await store.fact_of(work, kind, recorded_at, named)
    return await receipt(work, fact.fact_id) if fact is not None else None


async def receipts(work: Work, size: int | None, after: tuple[datetime, UUID] | None, limit: int) -> list[Receipt]:
    """What proves each of the pinned company's facts in the tree of a size, oldest first. Refuses (`absent`) more than was signed."""
    signed = await _signed(work, size)
    return await _receipts(work, await store.facts_of(work, after, limit), signed, size or signed.tree_size)


async def _signed(work: Work, size: int | None) -> Checkpoint:
    newest = await store.latest_checkpoint(work)
    if newest is None or (size or 0) > newest.tree_size:
        raise absent("checkpoint")
    return newest


async def _receipts(work: Work, facts: list[LoggedFact], signed: Checkpoint | None, size: int) -> list[Receipt]:
    places = await store.indexes_of(work, [leaf for fact in facts if (leaf := fact.leaf) is not None])
    indexes = {leaf: index for leaf, index in places.items() if index < size}
    paths = dict(zip(indexes, await _paths(work, [merkle.inclusion(index, size) for index in indexes.values()]), strict=True))
    proven = {leaf: Inclusion(index, size, paths[leaf]) for leaf, index in indexes.items()}
    return [Receipt(fact, leaf, signed if leaf in proven else None, proven.get(leaf or b"")) for fact in facts for leaf in [fact.leaf]]


async def inclusion(work: Work, leaf_hash: bytes, size: int | None) -> Inclusion:
    """The audit path of a leaf in the tree of a size, the newest signed one if none is named; for anybody.

    Refuses (`absent`) more than was signed and a leaf that this tree does not hold.
    """
    newest = await _signed(work, size)
    index, size = (await store.indexes_of(work, [leaf_hash])).get(leaf_hash), size or newest.tree_size
    if index is None or index >= size:
        raise absent("leaf")
    (path,) = await _paths(work, [merkle.inclusion(index, size)])
    return Inclusion(index, size, path)


async def consistency(work: Work, first: int, second: int | None) -> tuple[int, list[bytes]]:
    """The proof that the tree of `first` leaves is a beginning of that of `second`, the newest if none is named, whose size is told; for anybody.

    Refuses (`absent`) more than was signed, (`invalid`) sizes that are not 0 < first ≤ second.
    """
    newest = await _signed(work, second)
    size = newest.tree_size if second is None else second
    if not 0 < first <= size:
        raise invalid("log.sizes", "The first size is at least 1 and at most the second.", "Take the sizes of two checkpoints.")
    (path,) = await _paths(work, [merkle.consistency(first, size)])
    return size, path


async def leaves(work: Work, begin: int, limit: int) -> list[bytes]:
    """The hashes of the leaves from an index on, at most ten thousand; for anybody."""
    return await store.leaf_hashes(work, begin, min(limit, MOST_LEAVES))


async def cosignatures(work: Work, size: int) -> list[Cosignature]:
    """What members have said of a checkpoint."""
    return await store.cosignatures(work, size)


async def _paths(work: Work, paths: list[list[merkle.Span]]) -> list[list[bytes]]:
    """The hashes of spans, path by path, from one look at the stored subtrees."""
    known = await store.nodes(work, list({place for path in paths for span in path for place in merkle.places(span)}))
    return [[merkle.root([known[place] for place in merkle.places(span)]) for span in path] for path in paths]
