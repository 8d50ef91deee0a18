"""Freezing releases: what recipients will see is signed by the company and kept."""

from collections.abc import Sequence
from uuid import UUID

from ashiato.domain import participants
from ashiato.domain.footprint import facts, release, release_store, store
from ashiato.domain.footprint.package import Release
from ashiato.domain.footprint.release_store import Frozen
from ashiato.domain.participants import Actor
from ashiato.kernel.digest import digest_of_bytes
from ashiato.plumbing.keys import Seal
from ashiato.plumbing.unit_of_work import Work


async def freeze(work: Work, actor: Actor, releases: Sequence[tuple[UUID, UUID | None, Release]], seal: Seal) -> None:
    """Keeps and signs releases, with one opening of the company's key: each of a part, and of a footprint where it was computed here."""
    await release_store.add_releases(work, await signed(work, actor, releases, seal))


async def signed(work: Work, actor: Actor, releases: Sequence[tuple[UUID, UUID | None, Release]], seal: Seal) -> list[Frozen]:
    """The releases as `freeze` keeps them: signed, their facts recorded, and yet to be written (`release_store.add_releases`)."""
    if not releases:
        return []
    sign = await participants.signing.signer(work, actor, seal)
    frozen = []
    for part_id, footprint_id, drawn in releases:
        content = release.payload(drawn)
        own = store.OwnRelease(UUID(drawn.release_id), part_id, footprint_id, drawn.version, work.now)
        frozen.append(Frozen(own, content.decode(), digest_of_bytes(content), sign(content)))
        work.record(facts.released(own.release_id, frozen[-1].digest, drawn.supersedes))
    return frozen
