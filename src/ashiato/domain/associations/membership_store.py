"""The SQL of memberships."""

from uuid import UUID

from ashiato.domain.associations.model import Membership
from ashiato.plumbing.db import row, rows, run
from ashiato.plumbing.unit_of_work import Work

_COLUMNS = "company_id, member_id, state, asked_at, confirmed_at, ended_at"


async def one(work: Work, association_id: UUID, member_id: UUID) -> Membership | None:
    """A membership of the pinned company's, as association or as member."""
    return await row(
        work.connection,
        Membership,
        f"SELECT {_COLUMNS} FROM membership WHERE company_id = %(association_id)s AND member_id = %(member_id)s",
        {"association_id": association_id, "member_id": member_id},
    )


async def listed(work: Work, after: UUID | None, limit: int) -> list[Membership]:
    """The pinned company's memberships on either side, by the other's identifier, from after the given one."""
    return await rows(
        work.connection,
        Membership,
        f"""
        SELECT {_COLUMNS} FROM (
            (SELECT {_COLUMNS}, member_id AS party_id FROM membership
             WHERE company_id = %(me)s AND member_id > %(after)s ORDER BY member_id LIMIT %(limit)s)
            UNION ALL
            (SELECT {_COLUMNS}, company_id FROM membership
             WHERE member_id = %(me)s AND company_id > %(after)s ORDER BY company_id LIMIT %(limit)s)
        ) AS page ORDER BY party_id LIMIT %(limit)s
        """,
        {"me": work.tenant, "after": after or UUID(int=0), "limit": limit},
    )


async def ask(work: Work, member_id: UUID) -> Membership:
    """Keeps that the pinned association asks a company, again if it had ended."""
    kept = await row(
        work.connection,
        Membership,
        f"""
        INSERT INTO membership (company_id, member_id, state, asked_at) VALUES (%(me)s, %(member_id)s, 'asked', %(now)s)
        ON CONFLICT (company_id, member_id) DO UPDATE SET state = 'asked', asked_at = %(now)s, confirmed_at = NULL, ended_at = NULL
        RETURNING {_COLUMNS}
        """,
        {"me": work.tenant, "member_id": member_id, "now": work.now},
    )
    return _kept(kept)


async def confirm(work: Work, association_id: UUID) -> Membership:
    """Keeps that the pinned company confirms."""
    kept = await row(
        work.connection,
        Membership,
        f"""
        UPDATE membership SET state = 'confirmed', confirmed_at = %(now)s
        WHERE company_id = %(association_id)s AND member_id = %(me)s RETURNING {_COLUMNS}
        """,
        {"me": work.tenant, "association_id": association_id, "now": work.now},
    )
    return _kept(kept)


async def end(work: Work, membership: Membership) -> None:
    """Keeps that a membership has ended."""
    await run(
        work.connection,
        "UPDATE membership SET state = 'ended', ended_at = %(now)s WHERE company_id = %(association_id)s AND member_id = %(member_id)s",
        {"association_id": membership.company_id, "member_id": membership.member_id, "now": work.now},
    )


def _kept(found: Membership | None) -> Membership:
    if found is None:
        raise LookupError("a membership that was just written")
    return found
