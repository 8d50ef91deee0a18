"""What can have happened to grants."""

from uuid import UUID

from ashiato.domain.sharing.model import Subject
from ashiato.kernel.facts import Fact


def grant_moved(kind: str, grant_id: UUID, grantee_id: UUID, subject: Subject) -> Fact:
    """Something was granted or withdrawn: kind `grant.given` or `grant.revoked`."""
    about = {"grant_id": str(grant_id), "grantee_id": str(grantee_id), "subject_kind": subject.kind.value, "subject_id": str(subject.subject_id)}
    return Fact(kind, about)


def first_read(owner_id: UUID, subject: Subject) -> Fact:
    """A recipient read what was granted to it, for the first time."""
    return Fact("grant.first_read", {"owner_id": str(owner_id), "subject_kind": subject.kind.value, "subject_id": str(subject.subject_id)})
