"""The SQL of computed footprints, releases and declarations."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Final
from uuid import UUID

from psycopg.types.json import Jsonb

from ashiato.domain.sharing import Selection, SubjectKind
from ashiato.kernel.ids import PartId
from ashiato.kernel.wording import folded
from ashiato.plumbing.db import Question, row, rows, run, run_each
from ashiato.plumbing.keys import Signature
from ashiato.plumbing.unit_of_work import Work


@dataclass(frozen=True, slots=True)
class StoredFootprint:
    """A computed footprint: the canonical JSON of its package and of its result; what pages tell of it, where it is about to be kept."""

    footprint_id: UUID
    part_id: UUID
    method: str
    package: str
    package_digest: str
    result: str
    computed_at: datetime
    breakdown: str | None = None


_FOOTPRINT = "SELECT footprint_id, part_id, method, package, package_digest, result, computed_at FROM footprint"


async def add_footprints(work: Work, computed: Sequence[StoredFootprint]) -> None:
    """Keeps computed footprints."""
    await run_each(
        work.connection,
        """
        INSERT INTO footprint (company_id, footprint_id, part_id, method, package, package_digest, result, computed_at, breakdown)
        VALUES (%(company_id)s, %(footprint_id)s, %(part_id)s, %(method)s, %(package)s, %(package_digest)s, %(result)s, %(computed_at)s,
                %(breakdown)s)
        """,
        [
            {
                "company_id": work.tenant, "footprint_id": footprint.footprint_id, "part_id": footprint.part_id, "method": footprint.method,
                "package": footprint.package, "package_digest": footprint.package_digest, "result": footprint.result,
                "computed_at": footprint.computed_at, "breakdown": footprint.breakdown,
            }
            for footprint in computed
        ],
    )  # fmt: skip


def footprint(footprint_id: UUID) -> Question[StoredFootprint]:
    """A footprint of the pinned company."""
    query = f"{_FOOTPRINT} WHERE company_id = (SELECT tenant()) AND footprint_id = %(footprint_id)s"
    return Question(StoredFootprint, query, {"footprint_id": footprint_id})


@dataclass(frozen=True, slots=True)
class FootprintHead:
    """A computed footprint as a list tells it: without what it was computed from."""

    footprint_id: UUID
    method: str
    computed_at: datetime
    total: Decimal
    declared_unit: str
    draft: bool
    period_start: date
    period_end: date


def footprint_heads(part_id: UUID, limit: int) -> Question[FootprintHead]:
    """The newest footprints of a part of the pinned company, newest first; what they follow from stays where it is."""
    return Question(
        FootprintHead,
        """
        SELECT footprint_id, method, computed_at, (result::json ->> 'total')::numeric AS total, result::json ->> 'declared_unit' AS declared_unit,
               json_array_length(result::json -> 'obstacles') > 0 AS draft,
               coalesce(breakdown::json #>> '{period,start}', package::json #>> '{period,start}')::date AS period_start,
               coalesce(breakdown::json #>> '{period,end}', package::json #>> '{period,end}')::date AS period_end
        FROM footprint WHERE company_id = (SELECT tenant()) AND part_id = %(part_id)s
        ORDER BY computed_at DESC, footprint_id DESC LIMIT %(limit)s
        """,
        {"part_id": part_id, "limit": limit},
    )


async def latest_footprint(work: Work, part_id: UUID, method: str | None) -> StoredFootprint | None:
    """The newest footprint of a part of the pinned company."""
    return await row(
        work.connection,
        StoredFootprint,
        f"""
        {_FOOTPRINT}
        WHERE company_id = %(company_id)s AND part_id = %(part_id)s AND (%(method)s::text IS NULL OR method = %(method)s)
        ORDER BY computed_at DESC, footprint_id DESC LIMIT 1
        """,
        {"company_id": work.tenant, "part_id": part_id, "method": method},
    )


def footprints(part_id: UUID, after: tuple[datetime, UUID] | None, limit: int) -> Question[StoredFootprint]:
    """The footprints of a part of the pinned company, newest first, from after the given one."""
    computed_at, footprint_id = after or (None, None)
    return Question(
        StoredFootprint,
        f"""
        {_FOOTPRINT}
        WHERE company_id = (SELECT tenant()) AND part_id = %(part_id)s
          {"AND (computed_at, footprint_id) < (%(computed_at)s, %(footprint_id)s)" if after else ""}
        ORDER BY computed_at DESC, footprint_id DESC LIMIT %(limit)s
        """,
        {"part_id": part_id, "computed_at": computed_at, "footprint_id": footprint_id, "limit": limit},
    )


def latest_footprints(part_ids: list[PartId], method: str) -> Question[StoredFootprint]:
    """The newest footprint under a method of each of these parts of the pinned company."""
    return Question(
        StoredFootprint,
        f"""
        SELECT newest.* FROM unnest(%(part_ids)s::uuid[]) AS wanted CROSS JOIN LATERAL (
            {_FOOTPRINT} WHERE company_id = (SELECT tenant()) AND part_id = wanted AND method = %(method)s
            ORDER BY computed_at DESC, footprint_id DESC LIMIT 1
        ) AS newest
        """,
        {"part_ids": part_ids, "method": method},
    )


@dataclass(frozen=True, slots=True)
class NewestResult:
    """What the newest footprint of a part came to, without what it was computed from."""

    part_id: UUID
    footprint_id: UUID
    result: str
    computed_at: datetime


def newest_results(part_ids: list[PartId], method: str) -> Question[NewestResult]:
    """What the newest footprint under a method of each of these parts of the pinned company came to."""
    return Question(
        NewestResult,
        """
        SELECT newest.* FROM unnest(%(part_ids)s::uuid[]) AS wanted CROSS JOIN LATERAL (
            SELECT part_id, footprint_id, result, computed_at FROM footprint
            WHERE company_id = (SELECT tenant()) AND part_id = wanted AND method = %(method)s
            ORDER BY computed_at DESC, footprint_id DESC LIMIT 1
        ) AS newest
        """,
        {"part_ids": part_ids, "method": method},
    )


@dataclass(frozen=True, slots=True)
class OwnRelease:
    """A release, seen by its owner. `footprint_id` is None for one of stated figures."""

    release_id: UUID
    part_id: UUID
    footprint_id: UUID | None
    version: int
    released_at: datetime


def latest_release(footprint_id: UUID) -> Question[OwnRelease]:
    """The newest release of the part that a footprint of the pinned company is about."""
    return Question(
        OwnRelease,
        """
        SELECT release_id, part_id, footprint_id, version, released_at FROM release
        WHERE company_id = (SELECT tenant()) AND part_id = (
            SELECT part_id FROM footprint WHERE company_id = (SELECT tenant()) AND footprint_id = %(footprint_id)s
        )
        ORDER BY version DESC LIMIT 1
        """,
        {"footprint_id": footprint_id},
    )


def latest_release_of(part_id: UUID) -> Question[OwnRelease]:
    """The newest release of a part of the pinned company."""
    return Question(
        OwnRelease,
        """
        SELECT release_id, part_id, footprint_id, version, released_at FROM release
        WHERE company_id = (SELECT tenant()) AND part_id = %(part_id)s ORDER BY version DESC LIMIT 1
        """,
        {"part_id": part_id},
    )


@dataclass(frozen=True, slots=True)
class ReleasedPart:
    """Which part a release of the pinned company is about."""

    release_id: UUID
    part_number: str
    name: str
    version: int


async def released_parts(work: Work, release_ids: list[UUID]) -> list[ReleasedPart]:
    """What these releases of the pinned company are about."""
    return await rows(
        work.connection,
        ReleasedPart,
        """
        SELECT release_id, part_number, name, version FROM release JOIN part USING (company_id, part_id)
        WHERE company_id = %(me)s AND release_id = ANY(%(release_ids)s)
        """,
        {"me": work.tenant, "release_ids": release_ids},
    )


@dataclass(frozen=True, slots=True)
class Snapshot:
    """What a recipient sees of a release."""

    company_id: UUID
    release_id: UUID
    snapshot: str
    digest: str
    signature: dict[str, object]


def snapshots(selection: Selection) -> Question[Snapshot]:
    """The released values of the selected releases, as far as row-level security admits them. Which may be used, reaches decide."""
    return Question(
        Snapshot,
        f"SELECT company_id, release_id, snapshot, digest, signature FROM release_snapshot WHERE release_id = ANY(ARRAY({selection.query}))",
        selection.params,
    )


def released_by(company_id: UUID) -> Selection:
    """Everything that one company has released, as far as row-level security shows it."""
    query: Final = "SELECT release_id FROM release_snapshot WHERE company_id = %(owner_id)s"
    return Selection(SubjectKind.FOOTPRINT_RELEASE, query, {"owner_id": company_id})


@dataclass(frozen=True, slots=True)
class OwnDeclaration:
    """A declaration, seen by the declaring company."""

    declaration_id: UUID
    part_id: UUID
    footprint_id: UUID
    declared_at: datetime


@dataclass(frozen=True, slots=True)
class Published:
    """A declaration as the public sees it."""

    company_id: UUID
    declaration_id: UUID
    document: str
    signature: dict[str, object]


async def add_declaration(work: Work, declaration: OwnDeclaration, document: str, signature: Signature) -> None:
    """Keeps a declaration and publishes its document."""
    params = {
        "company_id": work.tenant, "declaration_id": declaration.declaration_id, "part_id": declaration.part_id,
        "footprint_id": declaration.footprint_id, "declared_at": declaration.declared_at, "document": document,
        "signature": Jsonb({"jws": signature.jws, "key": signature.key}),
    }  # fmt: skip
    await run(
        work.connection,
        """
        INSERT INTO declaration (company_id, declaration_id, part_id, footprint_id, declared_at)
        VALUES (%(company_id)s, %(declaration_id)s, %(part_id)s, %(footprint_id)s, %(declared_at)s)
        """,
        params,
    )
    await run(
        work.connection,
        """
        INSERT INTO published_declaration (company_id, declaration_id, document, signature)
        VALUES (%(company_id)s, %(declaration_id)s, %(document)s, %(signature)s)
        """,
        params,
    )


async def declaration(work: Work, declaration_id: UUID) -> OwnDeclaration | None:
    """A declaration of the pinned company."""
    return await row(
        work.connection,
        OwnDeclaration,
        """
        SELECT declaration_id, part_id, footprint_id, declared_at FROM declaration
        WHERE company_id = %(company_id)s AND declaration_id = %(declaration_id)s
        """,
        {"company_id": work.tenant, "declaration_id": declaration_id},
    )


async def declarations(work: Work, after: tuple[datetime, UUID] | None, limit: int) -> list[OwnDeclaration]:
    """The pinned company's declarations, oldest first, from after the given one."""
    declared_at, declaration_id = after or (None, None)
    return await rows(
        work.connection,
        OwnDeclaration,
        f"""
        SELECT declaration_id, part_id, footprint_id, declared_at FROM declaration
        WHERE company_id = %(company_id)s {"AND (declared_at, declaration_id) > (%(declared_at)s, %(declaration_id)s)" if after else ""}
        ORDER BY declared_at, declaration_id LIMIT %(limit)s
        """,
        {"company_id": work.tenant, "declared_at": declared_at, "declaration_id": declaration_id, "limit": limit},
    )


async def newest_declarations(work: Work, limit: int) -> list[OwnDeclaration]:
    """The pinned company's newest declarations, newest first."""
    return await rows(
        work.connection,
        OwnDeclaration,
        """
        SELECT declaration_id, part_id, footprint_id, declared_at FROM declaration
        WHERE company_id = %(company_id)s ORDER BY declared_at DESC, declaration_id DESC LIMIT %(limit)s
        """,
        {"company_id": work.tenant, "limit": limit},
    )


async def declarations_of(work: Work, part_id: UUID, limit: int) -> list[OwnDeclaration]:
    """The pinned company's declarations of one part, newest first."""
    return await rows(
        work.connection,
        OwnDeclaration,
        """
        SELECT declaration_id, part_id, footprint_id, declared_at FROM declaration
        WHERE company_id = %(company_id)s AND part_id = %(part_id)s ORDER BY declared_at DESC, declaration_id DESC LIMIT %(limit)s
        """,
        {"company_id": work.tenant, "part_id": part_id, "limit": limit},
    )


@dataclass(frozen=True, slots=True)
class DeclaredOf:
    """A declaration of the pinned company's, and the part that it is about."""

    declaration_id: UUID
    part_id: UUID
    name: str
    part_number: str
    declared_at: datetime


def declared_of(text: str, before: tuple[datetime, UUID] | None, limit: int, parts: Sequence[UUID] | None = None) -> Question[DeclaredOf]:
    """The pinned company's declarations, newest first, from before the given one; with a text, those about parts whose name or number holds it.

    `parts`: those about these parts only.
    """
    declared_at, declaration_id = before or (None, None)
    return Question(
        DeclaredOf,
        f"""
        SELECT declaration_id, part_id, part.name, part.part_number, declared_at
        FROM declaration JOIN part USING (company_id, part_id)
        WHERE company_id = (SELECT tenant()) {"AND (declared_at, declaration_id) < (%(declared_at)s, %(declaration_id)s)" if before else ""}
          {"AND strpos(part.sought, %(text)s) > 0" if text else ""}
          {"AND declaration.part_id = ANY(%(parts)s::uuid[])" if parts is not None else ""}
        ORDER BY declared_at DESC, declaration_id DESC LIMIT %(limit)s
        """,
        {"text": folded(text), "declared_at": declared_at, "declaration_id": declaration_id, "parts": parts and list(parts), "limit": limit},
    )


def declared_up_to(most: int) -> Question[int]:
    """How many declarations the pinned company has, counted no further than to `most`."""
    query: Final = "SELECT count(*) FROM (SELECT FROM declaration WHERE company_id = (SELECT tenant()) LIMIT %(most)s) AS counted"
    return Question(int, query, {"most": most})


async def published(work: Work, declaration_id: UUID) -> Published | None:
    """A published declaration, for anybody."""
    return await row(
        work.connection,
        Published,
        "SELECT company_id, declaration_id, document, signature FROM published_declaration WHERE declaration_id = %(declaration_id)s",
        {"declaration_id": declaration_id},
    )
