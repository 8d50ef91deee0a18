"""The SQL of packages that are read in a verifier's room."""

from dataclasses import dataclass
from uuid import UUID

from ashiato.domain.sharing import Selection
from ashiato.plumbing.db import Question


@dataclass(frozen=True, slots=True)
class StoredPackage:
    """A computed footprint of whichever company's, with whose it is."""

    company_id: UUID
    footprint_id: UUID
    package: str
    package_digest: str
    result: str


def packages(selection: Selection) -> Question[StoredPackage]:
    """The selected footprints, as far as row-level security admits them. Which may be used, reaches decide."""
    return Question(
        StoredPackage,
        f"SELECT company_id, footprint_id, package, package_digest, result FROM footprint WHERE footprint_id = ANY(ARRAY({selection.query}))",
        selection.params,
    )
