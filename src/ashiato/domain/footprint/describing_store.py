"""The SQL of products' particulars."""

from dataclasses import dataclass
from uuid import UUID

from ashiato.kernel.ids import PartId
from ashiato.plumbing.db import Question, run
from ashiato.plumbing.unit_of_work import Work


@dataclass(frozen=True, slots=True)
class Stored:
    """Particulars in canonical JSON."""

    content: str


async def put(work: Work, part_id: UUID, content: str) -> None:
    """Keeps the particulars of a part of the pinned company's in place of those before."""
    await run(
        work.connection,
        """
        INSERT INTO product_particulars (company_id, part_id, content, stated_at)
        VALUES (%(me)s, %(part_id)s, %(content)s, %(now)s)
        ON CONFLICT (company_id, part_id) DO UPDATE SET content = excluded.content, stated_at = excluded.stated_at
        """,
        {"me": work.tenant, "part_id": part_id, "content": content, "now": work.now},
    )


@dataclass(frozen=True, slots=True)
class StatedOf:
    """Particulars in canonical JSON, and which part they are of."""

    part_id: UUID
    content: str


def stated_of_each(part_ids: list[PartId]) -> Question[StatedOf]:
    """The particulars of these parts of the pinned company's, of those that have any."""
    query = "SELECT part_id, content FROM product_particulars WHERE company_id = (SELECT tenant()) AND part_id = ANY(%(part_ids)s)"
    return Question(StatedOf, query, {"part_ids": part_ids})


def stated(part_id: UUID) -> Question[Stored]:
    """The particulars of a part of the pinned company's."""
    query = "SELECT content FROM product_particulars WHERE company_id = (SELECT tenant()) AND part_id = %(part_id)s"
    return Question(Stored, query, {"part_id": part_id})
