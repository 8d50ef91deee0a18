"""What can have happened in rooms."""

from uuid import UUID

from ashiato.kernel.facts import Fact


def room_moved(kind: str, room_id: UUID, verifier_id: UUID) -> Fact:
    """A room was opened for a verifier or closed: kind `assurance.room_opened` or `assurance.room_closed`."""
    return Fact(kind, {"room_id": str(room_id), "verifier_id": str(verifier_id)})


def noted(kind: str, room_id: UUID, note_id: UUID) -> Fact:
    """Somebody noted something on a line."""
    return Fact("assurance.noted", {"room_id": str(room_id), "note_id": str(note_id), "kind": kind})


def opined(opinion_id: UUID, digest: str, package_digest: str) -> Fact:
    """A verifier signed an opinion."""
    return Fact("assurance.opinion_signed", {"opinion_id": str(opinion_id), "digest": digest, "package_digest": package_digest})
