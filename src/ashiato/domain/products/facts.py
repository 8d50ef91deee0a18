"""What can have happened to parts."""

from uuid import UUID

from ashiato.kernel.facts import Fact


def structure_changed(part_id: UUID) -> Fact:
    """A part's components were stated anew."""
    return Fact("structure.changed", {"part_id": str(part_id)})


def part_withdrawn(part_id: UUID) -> Fact:
    """A part was taken out of every list."""
    return Fact("part.withdrawn", {"part_id": str(part_id)})
