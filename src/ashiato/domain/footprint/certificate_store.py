"""The SQL of certificates."""

from dataclasses import dataclass
from uuid import UUID

from ashiato.domain.sharing import Reach
from ashiato.plumbing.db import rows, run, value
from ashiato.plumbing.unit_of_work import Work


@dataclass(frozen=True, slots=True)
class Attached:
    """One file of a certificate (None and None where it has none yet), and whose it is."""

    company_id: UUID
    certificate_id: UUID
    part_id: UUID
    description: str | None
    file_id: UUID | None
    name: str | None


async def attached(work: Work, reach: Reach) -> list[Attached]:
    """The certificate that a reach leads to, a row for each of its files."""
    return await rows(
        work.connection,
        Attached,
        """
        SELECT company_id, certificate_id, certificate.part_id, description, file_id, name
        FROM certificate LEFT JOIN certificate_file USING (company_id, certificate_id)
        WHERE company_id = %(owner_id)s AND certificate.part_id = %(part_id)s ORDER BY name, file_id LIMIT 100
        """,
        {"owner_id": reach.owner_id, "part_id": reach.subject.subject_id},
    )


async def put(work: Work, certificate_id: UUID, part_id: UUID, description: str | None) -> None:
    """Gives a part of the pinned company's its certificate, or describes it anew."""
    await run(
        work.connection,
        """
        INSERT INTO certificate (company_id, certificate_id, part_id, description)
        VALUES (%(me)s, %(certificate_id)s, %(part_id)s, %(description)s)
        ON CONFLICT (company_id, part_id) DO UPDATE SET description = excluded.description
        """,
        {"me": work.tenant, "certificate_id": certificate_id, "part_id": part_id, "description": description},
    )


async def attach(work: Work, certificate_id: UUID, part_id: UUID, files: list[tuple[UUID, str]]) -> None:
    """Attaches files to a certificate; one that is attached keeps its place and takes the name."""
    await run(
        work.connection,
        """
        INSERT INTO certificate_file (company_id, certificate_id, file_id, part_id, name)
        SELECT %(me)s, %(certificate_id)s, file_id, %(part_id)s, name
        FROM unnest(%(ids)s::uuid[], %(names)s::text[]) AS stated (file_id, name)
        ON CONFLICT (company_id, certificate_id, file_id) DO NOTHING
        """,
        {
            "me": work.tenant, "certificate_id": certificate_id, "part_id": part_id, "ids": [file_id for file_id, _ in files],
            "names": [name for _, name in files],
        },
    )  # fmt: skip


async def detach(work: Work, part_id: UUID, file_id: UUID | None) -> int:
    """Takes one file, or all, off a part's certificate; the last one takes the certificate with it. How many rows that were."""
    params = {"me": work.tenant, "part_id": part_id, "file_id": file_id}
    taken = await run(
        work.connection,
        """
        DELETE FROM certificate_file
        WHERE company_id = %(me)s AND part_id = %(part_id)s AND (%(file_id)s::uuid IS NULL OR file_id = %(file_id)s)
        """,
        params,
    )
    return taken + await run(
        work.connection,
        """
        DELETE FROM certificate
        WHERE company_id = %(me)s AND part_id = %(part_id)s AND NOT EXISTS (
            SELECT FROM certificate_file
            WHERE certificate_file.company_id = certificate.company_id AND certificate_file.certificate_id = certificate.certificate_id)
        """,
        params,
    )


async def part_of(work: Work, certificate_id: UUID) -> UUID | None:
    """The part of the pinned company's that one of its certificates is about."""
    part_id: UUID | None = await value(
        work.connection,
        "SELECT part_id FROM certificate WHERE company_id = %(me)s AND certificate_id = %(certificate_id)s",
        {"me": work.tenant, "certificate_id": certificate_id},
    )
    return part_id
