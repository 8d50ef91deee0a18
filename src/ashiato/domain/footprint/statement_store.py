"""The SQL of stated footprints, their releases and their disclosure."""

from dataclasses import dataclass
from decimal import Decimal
from uuid import UUID

from psycopg.types.json import Jsonb

from ashiato.domain.footprint.statement import Process, Ratings, Statement
from ashiato.domain.footprint.store import Snapshot
from ashiato.domain.sharing import Reach
from ashiato.plumbing.db import row, rows, run, values
from ashiato.plumbing.keys import Signature
from ashiato.plumbing.unit_of_work import Work


@dataclass(frozen=True, slots=True)
class _Row:
    part_id: UUID
    statement_id: UUID
    unit: str
    pre_production: Decimal | None
    main_production: Decimal | None
    pre_component: Decimal | None
    main_component: Decimal | None
    pre_quality: list[Decimal | None]
    main_quality: list[Decimal | None]

    def statement(self) -> Statement:
        pre = Process(self.pre_production, self.pre_component, Ratings(*self.pre_quality))
        main = Process(self.main_production, self.main_component, Ratings(*self.main_quality))
        return Statement(self.part_id, self.statement_id, self.unit, pre, main)


async def statements(work: Work, part_ids: list[UUID]) -> list[Statement]:
    """What the pinned company states of these parts."""
    found = await rows(
        work.connection,
        _Row,
        """
        SELECT part_id, statement_id, unit, pre_production, main_production, pre_component, main_component, pre_quality, main_quality
        FROM stated_footprint WHERE company_id = %(me)s AND part_id = ANY(%(part_ids)s)
        """,
        {"me": work.tenant, "part_ids": part_ids},
    )
    return [each.statement() for each in found]


async def put(work: Work, statement: Statement) -> None:
    """Keeps what the pinned company states of a part, in place of what it stated before."""
    await run(
        work.connection,
        """
        INSERT INTO stated_footprint (company_id, part_id, statement_id, unit, pre_production, main_production, pre_component, main_component,
                                      pre_quality, main_quality, stated_at)
        VALUES (%(me)s, %(part_id)s, %(statement_id)s, %(unit)s, %(pre_production)s, %(main_production)s, %(pre_component)s, %(main_component)s,
                %(pre_quality)s::numeric[], %(main_quality)s::numeric[], %(now)s)
        ON CONFLICT (company_id, part_id) DO UPDATE
        SET unit = excluded.unit, pre_production = excluded.pre_production, main_production = excluded.main_production,
            pre_component = excluded.pre_component, main_component = excluded.main_component, pre_quality = excluded.pre_quality,
            main_quality = excluded.main_quality, stated_at = excluded.stated_at
        """,
        {
            "me": work.tenant, "now": work.now, "part_id": statement.part_id, "statement_id": statement.statement_id, "unit": statement.unit,
            "pre_production": statement.pre.production, "main_production": statement.main.production,
            "pre_component": statement.pre.component, "main_component": statement.main.component,
            "pre_quality": _list(statement.pre.quality), "main_quality": _list(statement.main.quality),
        },
    )  # fmt: skip


def _list(ratings: Ratings) -> list[Decimal | None]:
    return [ratings.ter, ratings.ger, ratings.tir]


async def forget(work: Work, part_id: UUID) -> None:
    """Takes back what the pinned company states of a part; what was released of it stays released."""
    await run(
        work.connection, "DELETE FROM stated_footprint WHERE company_id = %(me)s AND part_id = %(part_id)s", {"me": work.tenant, "part_id": part_id}
    )


@dataclass(frozen=True, slots=True)
class Latest:
    """The newest release of a part, whatever stands behind it, with its snapshot."""

    release_id: UUID
    version: int
    snapshot: str
    footprint_id: UUID | None
    pre_quality: list[Decimal | None] | None
    main_quality: list[Decimal | None] | None


async def latest(work: Work, part_id: UUID) -> Latest | None:
    """The newest release of a part of the pinned company's."""
    return await row(
        work.connection,
        Latest,
        """
        SELECT release_id, version, snapshot, footprint_id, pre_quality, main_quality
        FROM release JOIN release_snapshot USING (company_id, release_id) LEFT JOIN release_quality USING (company_id, release_id)
        WHERE company_id = %(me)s AND part_id = %(part_id)s ORDER BY version DESC LIMIT 1
        """,
        {"me": work.tenant, "part_id": part_id},
    )


@dataclass(frozen=True, slots=True)
class Drawn:
    """A release of a stated footprint, ready to be kept."""

    release_id: UUID
    part_id: UUID
    version: int
    snapshot: str
    digest: str
    signature: Signature
    pre_quality: Ratings
    main_quality: Ratings


async def add_release(work: Work, drawn: Drawn) -> None:
    """Keeps a release, what those see to whom its figures are granted, and what those see to whom its quality is."""
    params = {
        "me": work.tenant, "now": work.now, "release_id": drawn.release_id, "part_id": drawn.part_id, "version": drawn.version,
        "snapshot": drawn.snapshot, "digest": drawn.digest, "signature": Jsonb({"jws": drawn.signature.jws, "key": drawn.signature.key}),
        "pre_quality": _list(drawn.pre_quality), "main_quality": _list(drawn.main_quality),
    }  # fmt: skip
    await run(
        work.connection,
        """
        INSERT INTO release (company_id, release_id, part_id, version, released_at)
        VALUES (%(me)s, %(release_id)s, %(part_id)s, %(version)s, %(now)s)
        """,
        params,
    )
    await run(
        work.connection,
        """
        WITH figures AS (
            INSERT INTO release_snapshot (company_id, release_id, snapshot, digest, signature)
            VALUES (%(me)s, %(release_id)s, %(snapshot)s, %(digest)s, %(signature)s)
        )
        INSERT INTO release_quality (company_id, release_id, pre_quality, main_quality)
        VALUES (%(me)s, %(release_id)s, %(pre_quality)s::numeric[], %(main_quality)s::numeric[])
        """,
        params,
    )


async def snapshots(work: Work, reaches: list[Reach]) -> list[Snapshot]:
    """The released values that these reaches lead to."""
    return await rows(
        work.connection,
        Snapshot,
        """
        SELECT company_id, release_id, snapshot, digest, signature FROM release_snapshot
        JOIN unnest(%(owners)s::uuid[], %(ids)s::uuid[]) AS reached (owner_id, id) ON company_id = owner_id AND release_id = id
        """,
        {"owners": [reach.owner_id for reach in reaches], "ids": [reach.subject.subject_id for reach in reaches]},
    )


@dataclass(frozen=True, slots=True)
class Quality:
    """The quality of a release by process."""

    release_id: UUID
    pre_quality: list[Decimal | None]
    main_quality: list[Decimal | None]


async def qualities(work: Work, reaches: list[Reach]) -> list[Quality]:
    """The released qualities that these reaches lead to."""
    return await rows(
        work.connection,
        Quality,
        """
        SELECT release_id, pre_quality, main_quality FROM release_quality
        JOIN unnest(%(owners)s::uuid[], %(ids)s::uuid[]) AS reached (owner_id, id) ON company_id = owner_id AND release_id = id
        """,
        {"owners": [reach.owner_id for reach in reaches], "ids": [reach.subject.subject_id for reach in reaches]},
    )


@dataclass(frozen=True, slots=True)
class Disclosure:
    """What a company wishes one buyer to see of one of its parts; None where it has not said."""

    part_id: UUID
    recipient_id: UUID
    figures: bool | None = None
    quality: bool | None = None
    certificates: bool | None = None


async def disclosures(work: Work, part_id: UUID) -> list[Disclosure]:
    """The pinned company's wishes for a part, by recipient."""
    return await rows(
        work.connection,
        Disclosure,
        """
        SELECT part_id, recipient_id, figures, quality, certificates FROM disclosure
        WHERE company_id = %(me)s AND part_id = %(part_id)s ORDER BY recipient_id
        """,
        {"me": work.tenant, "part_id": part_id},
    )


async def put_disclosure(work: Work, wish: Disclosure) -> None:
    """Keeps a wish; what it does not say stays as it was."""
    await run(
        work.connection,
        """
        INSERT INTO disclosure (company_id, part_id, recipient_id, figures, quality, certificates)
        VALUES (%(me)s, %(part_id)s, %(recipient_id)s, %(figures)s, %(quality)s, %(certificates)s)
        ON CONFLICT (company_id, part_id, recipient_id) DO UPDATE
        SET figures = coalesce(excluded.figures, disclosure.figures), quality = coalesce(excluded.quality, disclosure.quality),
            certificates = coalesce(excluded.certificates, disclosure.certificates)
        """,
        {
            "me": work.tenant, "part_id": wish.part_id, "recipient_id": wish.recipient_id, "figures": wish.figures, "quality": wish.quality,
            "certificates": wish.certificates,
        },
    )  # fmt: skip


async def releases_of(work: Work, part_id: UUID) -> list[UUID]:
    """Every release of a part of the pinned company's, newest first."""
    return await values(
        work.connection,
        "SELECT release_id FROM release WHERE company_id = %(me)s AND part_id = %(part_id)s ORDER BY version DESC",
        {"me": work.tenant, "part_id": part_id},
    )


async def newest_answers(work: Work, part_id: UUID) -> dict[tuple[UUID, UUID], UUID]:
    """What each request (buyer, request) about a part of the pinned company's was answered with last."""
    cursor = await work.connection.execute(
        """
        SELECT DISTINCT ON (answer.buyer_id, answer.request_id) answer.buyer_id, answer.request_id, answer.subject_id
        FROM request_link JOIN answer USING (company_id, buyer_id, request_id)
        WHERE company_id = %(me)s AND request_link.part_id = %(part_id)s
        ORDER BY answer.buyer_id, answer.request_id, answer.ordinal DESC
        """,
        {"me": work.tenant, "part_id": part_id},
    )
    return {(buyer, request): subject for buyer, request, subject in await cursor.fetchall()}
