"""What the readings of parts ask, so that it can be sent in one piece with the question who asks. The verbs decide; this only foresees."""

from typing import Any

from ashiato.domain.products import store
from ashiato.domain.products.model import PartsWanted
from ashiato.kernel.ids import PartId
from ashiato.plumbing.db import Question


def part(part_id: PartId) -> list[Question[Any]]:
    """What `products.part` asks."""
    return [store.part(part_id)]


def parts(sourcing: str | None, part_number: str | None, after: str | None, limit: int) -> list[Question[Any]]:
    """What `products.parts` asks."""
    return [store.parts(sourcing, part_number, after, limit)]


def listed(wanted: PartsWanted, after: str | None, limit: int) -> list[Question[Any]]:
    """What `products.listed` asks."""
    return [store.listed(wanted, after, limit)]


def structure(part_id: PartId) -> list[Question[Any]]:
    """What `products.structure` asks."""
    return [store.parts_below(part_id), store.structure_below(part_id)]
