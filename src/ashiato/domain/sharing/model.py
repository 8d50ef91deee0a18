"""Grants: the nouns."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import LiteralString
from uuid import UUID

from ashiato.kernel.ids import CompanyId, GrantId


class SubjectKind(StrEnum):
    """What can be granted."""

    FOOTPRINT_RELEASE = "footprint_release"
    RELEASE_QUALITY = "release_quality"  # the quality of a stated footprint's release, by process
    CERTIFICATE = "certificate"  # the certificate of a part, named by the part


class Purpose(StrEnum):
    """What the recipient may use it for."""

    PRODUCT_FOOTPRINT = "product_footprint"  # computing, declaring and having verified the footprint of its own products


@dataclass(frozen=True, slots=True)
class Subject:
    """One thing that can be granted."""

    kind: SubjectKind
    subject_id: UUID


@dataclass(frozen=True, slots=True)
class Selection:
    """Some subjects of one kind: those whose identifiers a query of the asking slice yields."""

    kind: SubjectKind
    query: LiteralString
    params: dict[str, object]

    @staticmethod
    def of(kind: SubjectKind, subject_ids: list[UUID]) -> "Selection":
        """Exactly these subjects."""
        return Selection(kind, "SELECT unnest(%(subject_ids)s::uuid[])", {"subject_ids": subject_ids})


@dataclass(frozen=True, slots=True)
class Grant:
    """Who may see what of whose, for which purpose, until when."""

    grant_id: GrantId
    company_id: CompanyId
    grantee_id: CompanyId
    subject_kind: str
    subject_id: UUID
    purpose: str
    granted_at: datetime
    valid_until: datetime | None
    revoked_at: datetime | None


@dataclass(frozen=True, slots=True)
class Reach:
    """The proof, made by `sharing.reach` alone, that the actor may read one subject of one owner in this transaction."""

    owner_id: CompanyId
    subject: Subject
    own: bool
