"""The SQL of files."""

from uuid import UUID

from ashiato.domain.evidence.model import File
from ashiato.plumbing.db import rows, run
from ashiato.plumbing.unit_of_work import Work


async def add(work: Work, files: list[File]) -> None:
    """Keeps the names of files that will be sent."""
    await run(
        work.connection,
        """
        INSERT INTO evidence_file (company_id, file_id, name, announced_at)
        SELECT %(me)s, file_id, name, %(now)s FROM unnest(%(ids)s::uuid[], %(names)s::text[]) AS announced (file_id, name)
        """,
        {"me": work.tenant, "now": work.now, "ids": [file.file_id for file in files], "names": [file.name for file in files]},
    )


async def files(work: Work, file_ids: list[UUID]) -> list[File]:
    """The pinned company's files among these."""
    return await rows(
        work.connection,
        File,
        "SELECT file_id, name, digest, size FROM evidence_file WHERE company_id = %(me)s AND file_id = ANY(%(file_ids)s) ORDER BY name, file_id",
        {"me": work.tenant, "file_ids": file_ids},
    )


async def files_kept(work: Work) -> list[tuple[UUID, UUID, str]]:
    """(company, file, digest of what lies there) of every file whose bytes were kept and not removed."""
    cursor = await work.connection.execute(
        """
        SELECT company_id, file_id, digest FROM evidence_file WHERE digest IS NOT NULL
        UNION ALL SELECT company_id, evidence_id, stored FROM evidence_item WHERE removed_at IS NULL ORDER BY 1, 2
        """
    )
    return [(company_id, file_id, digest) for company_id, file_id, digest in await cursor.fetchall()]


async def keep(work: Work, file_id: UUID, digest: str, size: int) -> None:
    """Notes what was sent."""
    await run(
        work.connection,
        """
        UPDATE evidence_file SET digest = %(digest)s, size = %(size)s, kept_at = %(now)s
        WHERE company_id = %(me)s AND file_id = %(file_id)s AND digest IS NULL
        """,
        {"me": work.tenant, "now": work.now, "file_id": file_id, "digest": digest, "size": size},
    )
