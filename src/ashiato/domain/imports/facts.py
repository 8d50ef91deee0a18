"""What can have happened to imports."""

from uuid import UUID

from ashiato.kernel.facts import Fact


def imported(import_id: UUID, file_digest: str) -> Fact:
    """A file's rows were registered and changed something."""
    return Fact("import.registered", {"import_id": str(import_id), "file_digest": file_digest})
