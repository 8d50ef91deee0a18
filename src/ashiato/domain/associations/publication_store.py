"""The SQL of what associations offer and members adopt."""

from datetime import datetime
from uuid import UUID

from ashiato.domain.associations.model import Publication
from ashiato.plumbing.db import row, rows, run
from ashiato.plumbing.unit_of_work import Work

_COLUMNS = "company_id, publication_id, kind, code, version, title, content, digest, published_at"


async def add(work: Work, kind: str, code: str, title: str, content: str, digest: str) -> Publication:
    """Keeps the next version of what the pinned association offers under a code."""
    kept = await row(
        work.connection,
        Publication,
        f"""
        INSERT INTO publication ({_COLUMNS})
        SELECT %(me)s, %(publication_id)s, %(kind)s, %(code)s, coalesce(max(version), 0) + 1, %(title)s, %(content)s, %(digest)s, %(now)s
        FROM publication WHERE company_id = %(me)s AND kind = %(kind)s AND code = %(code)s
        RETURNING {_COLUMNS}
        """,
        {
            "me": work.tenant, "publication_id": work.new_id(), "kind": kind, "code": code, "title": title, "content": content, "digest": digest,
            "now": work.now,
        },
    )  # fmt: skip
    if kept is None:
        raise LookupError("a publication that was just written")
    return kept


async def publications(work: Work, after: tuple[datetime, UUID] | None, limit: int) -> list[Publication]:
    """What the pinned company sees of what associations offer, oldest first, from after the given one."""
    instant, publication_id = after or (None, None)
    return await rows(
        work.connection,
        Publication,
        f"""
        SELECT {_COLUMNS} FROM publication {"WHERE (published_at, publication_id) > (%(instant)s, %(publication_id)s)" if after else ""}
        ORDER BY published_at, publication_id LIMIT %(limit)s
        """,
        {"instant": instant, "publication_id": publication_id, "limit": limit},
    )


async def publication(work: Work, publication_id: UUID) -> Publication | None:
    """One that the pinned company sees."""
    query = f"SELECT {_COLUMNS} FROM publication WHERE publication_id = %(publication_id)s"
    return await row(work.connection, Publication, query, {"publication_id": publication_id})


async def adopted(work: Work, publication_ids: list[UUID]) -> dict[UUID, datetime]:
    """Which of these the pinned company has adopted, and when."""
    cursor = await work.connection.execute(
        "SELECT publication_id, adopted_at FROM adoption WHERE company_id = %(me)s AND publication_id = ANY(%(publication_ids)s)",
        {"me": work.tenant, "publication_ids": publication_ids},
    )
    return dict(await cursor.fetchall())


async def adopt(work: Work, publication: Publication) -> None:
    """Keeps that the pinned company adopts a publication; a second time changes nothing."""
    await run(
        work.connection,
        """
        INSERT INTO adoption (company_id, association_id, publication_id, adopted_at)
        VALUES (%(me)s, %(association_id)s, %(publication_id)s, %(now)s) ON CONFLICT (company_id, association_id, publication_id) DO NOTHING
        """,
        {"me": work.tenant, "association_id": publication.company_id, "publication_id": publication.publication_id, "now": work.now},
    )
