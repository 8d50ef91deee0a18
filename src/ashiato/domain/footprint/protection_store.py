"""The SQL of what protects a recipe when values are released: the policy, and what was released before."""

from dataclasses import dataclass
from decimal import Decimal
from uuid import UUID

from psycopg.types.json import Jsonb

from ashiato.domain.sharing import Selection, SubjectKind
from ashiato.plumbing.db import Question, rows, run
from ashiato.plumbing.unit_of_work import Work


@dataclass(frozen=True, slots=True)
class StoredPolicy:
    """A company's policy as it is kept."""

    margin: Decimal
    action: str
    coalitions: list[list[str]]
    second_person: bool


def policy() -> Question[StoredPolicy]:
    """The pinned company's policy."""
    return Question(StoredPolicy, "SELECT margin, action, coalitions, second_person FROM release_policy WHERE company_id = (SELECT tenant())", {})


async def set_policy(work: Work, margin: Decimal, action: str, coalitions: list[list[str]], second_person: bool) -> None:
    """Keeps the pinned company's policy in place of the one before."""
    await run(
        work.connection,
        """
        INSERT INTO release_policy (company_id, margin, action, coalitions, second_person, set_at)
        VALUES (%(company_id)s, %(margin)s, %(action)s, %(coalitions)s, %(second_person)s, %(now)s)
        ON CONFLICT (company_id) DO UPDATE
        SET margin = %(margin)s, action = %(action)s, coalitions = %(coalitions)s, second_person = %(second_person)s, set_at = %(now)s
        """,
        {
            "company_id": work.tenant, "margin": margin, "action": action, "coalitions": Jsonb(coalitions), "second_person": second_person,
            "now": work.now,
        },
    )  # fmt: skip


def releases_of(part_id: UUID) -> Selection:
    """All releases of a part of the pinned company."""
    query = "SELECT release_id FROM release WHERE company_id = (SELECT tenant()) AND part_id = %(part_id)s"
    return Selection(SubjectKind.FOOTPRINT_RELEASE, query, {"part_id": part_id})


@dataclass(frozen=True, slots=True)
class OwnDisclosure:
    """A release of the pinned company, with the package that it follows from."""

    release_id: UUID
    package: str
    snapshot: str


async def disclosures(work: Work, release_ids: list[UUID]) -> list[OwnDisclosure]:
    """These releases of the pinned company, oldest first, as far as they follow from a package: stated figures follow from none."""
    return await rows(
        work.connection,
        OwnDisclosure,
        """
        SELECT release_id, package, snapshot FROM release
        JOIN footprint USING (company_id, footprint_id) JOIN release_snapshot USING (company_id, release_id)
        WHERE company_id = %(company_id)s AND release_id = ANY(%(release_ids)s) ORDER BY version
        """,
        {"company_id": work.tenant, "release_ids": release_ids},
    )
