"""What can have happened to footprints, releases and declarations."""

from uuid import UUID

from ashiato.kernel.facts import Fact


def computed(footprint_id: UUID, part_id: UUID, package_digest: str) -> Fact:
    """A footprint was computed from a frozen package."""
    return Fact("footprint.computed", {"footprint_id": str(footprint_id), "part_id": str(part_id), "package_digest": package_digest})


def released(release_id: UUID, digest: str, supersedes: str | None) -> Fact:
    """Values were frozen and signed for buyers."""
    return Fact("footprint.released", {"release_id": str(release_id), "digest": digest} | ({"supersedes": supersedes} if supersedes else {}))


def policy_set(action: str) -> Fact:
    """A company said how far its releases must leave its recipe open, and what happens where one does not."""
    return Fact("release.policy_set", {"action": action})


def described(part_id: UUID) -> Fact:
    """A company stated a product's particulars: other names, the place it is made at, carbon by origin."""
    return Fact("footprint.described", {"part_id": str(part_id)})


def declared(declaration_id: UUID, digest: str) -> Fact:
    """A declaration was frozen, signed and published."""
    return Fact("footprint.declared", {"declaration_id": str(declaration_id), "digest": digest})


def stated(statement_id: UUID, part_id: UUID) -> Fact:
    """A company stated a part's footprint in four figures."""
    return Fact("footprint.stated", {"statement_id": str(statement_id), "part_id": str(part_id)})
