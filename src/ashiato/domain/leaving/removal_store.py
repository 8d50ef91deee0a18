"""The SQL by which a company's leaving takes away what is its alone, and strips what others rely on of what nobody else may know."""

from typing import LiteralString
from uuid import UUID

from ashiato.plumbing.db import values
from ashiato.plumbing.unit_of_work import Work

_COUNTS = """
    held.company_id = %(me)s AND held.revoked_at IS NULL AND (held.valid_until IS NULL OR held.valid_until > %(now)s)
"""

# A release or statement is held where a grant still counts.
_LET_GO: tuple[LiteralString, ...] = (
    f"""
    DELETE FROM release_quality AS mine WHERE company_id = %(me)s AND NOT EXISTS (
        SELECT FROM data_grant AS held WHERE {_COUNTS} AND held.subject_kind = 'release_quality' AND held.subject_id = mine.release_id
    )
    """,
    f"""
    DELETE FROM release_snapshot AS mine WHERE company_id = %(me)s AND NOT EXISTS (
        SELECT FROM data_grant AS held WHERE {_COUNTS} AND held.subject_kind = 'footprint_release' AND held.subject_id = mine.release_id
    )
    """,
    f"""
    DELETE FROM diligence_snapshot AS mine WHERE company_id = %(me)s AND NOT EXISTS (
        SELECT FROM data_grant AS held WHERE {_COUNTS} AND held.subject_kind = 'diligence_statement' AND held.subject_id = mine.statement_id
    )
    """,
)

WITH_OWN_EYES = frozenset({"part_structure"})

# What the company may do itself: changes of parts and structures are numbered for it alone.
_FORGET: tuple[LiteralString, ...] = (
    """
    UPDATE part SET part_number = part_id::text, name = '', mass_kg = NULL, site_id = NULL, supplier_number = NULL, supplier_part_number = NULL,
                    extra = '{}', designation = NULL, supplement = NULL, label = NULL, notes = '{NULL,NULL,NULL}'
    WHERE company_id = %(me)s
    """,
    "DELETE FROM part_structure WHERE company_id = %(me)s",
)

# What hangs on nothing that is held goes; of the rest, identifiers, digests and what was signed stay.
_STRIP: tuple[LiteralString, ...] = (
    """
    DELETE FROM release AS mine WHERE company_id = %(me)s
        AND NOT EXISTS (SELECT FROM release_snapshot AS kept WHERE kept.company_id = %(me)s AND kept.release_id = mine.release_id)
        AND NOT EXISTS (SELECT FROM release_quality AS kept WHERE kept.company_id = %(me)s AND kept.release_id = mine.release_id)
    """,
    """
    DELETE FROM diligence_statement AS mine WHERE company_id = %(me)s
        AND NOT EXISTS (SELECT FROM diligence_snapshot AS kept WHERE kept.company_id = %(me)s AND kept.statement_id = mine.statement_id)
    """,
    "UPDATE diligence_statement SET basis = '' WHERE company_id = %(me)s",
    "UPDATE diligence_report SET basis = '' WHERE company_id = %(me)s",
    """
    DELETE FROM footprint AS mine WHERE company_id = %(me)s
        AND NOT EXISTS (SELECT FROM release AS kept WHERE kept.company_id = %(me)s AND kept.footprint_id = mine.footprint_id)
        AND NOT EXISTS (SELECT FROM declaration AS kept WHERE kept.company_id = %(me)s AND kept.footprint_id = mine.footprint_id)
    """,
    "UPDATE footprint SET package = '', result = '', breakdown = NULL WHERE company_id = %(me)s",  # the package's digest stays
    """
    DELETE FROM part AS mine WHERE company_id = %(me)s
        AND NOT EXISTS (SELECT FROM footprint AS kept WHERE kept.company_id = %(me)s AND kept.part_id = mine.part_id)
        AND NOT EXISTS (SELECT FROM declaration AS kept WHERE kept.company_id = %(me)s AND kept.part_id = mine.part_id)
        AND NOT EXISTS (SELECT FROM release AS kept WHERE kept.company_id = %(me)s AND kept.part_id = mine.part_id)
        AND NOT EXISTS (SELECT FROM diligence_statement AS kept WHERE kept.company_id = %(me)s AND kept.part_id = mine.part_id)
    """,
    "UPDATE evidence_item SET name = '', sealed_key = NULL, removed_at = coalesce(removed_at, %(now)s) WHERE company_id = %(me)s",
    "UPDATE company SET state = 'left', contact_email = '', address = '' WHERE company_id = %(me)s",
)


async def forget_parts(work: Work) -> None:
    """Takes away structures, and what parts are called and made of; with the company's own eyes."""
    for statement in _FORGET:
        await work.connection.execute(statement, {"me": work.tenant})


async def let_go(work: Work) -> None:
    """Takes away what was released to nobody, or to nobody any more."""
    for statement in _LET_GO:
        await work.connection.execute(statement, {"me": work.tenant, "now": work.now})


async def strip(work: Work) -> None:
    """Takes away what hangs on nothing that others hold; of the rest, all but identifiers, digests and what was signed. The company has left."""
    for statement in _STRIP:
        await work.connection.execute(statement, {"me": work.tenant, "now": work.now})


async def people(work: Work) -> list[UUID]:
    """The accounts of the pinned company, people's and programs'."""
    query = "SELECT person_id FROM person WHERE company_id = %(me)s UNION ALL SELECT client_id FROM client WHERE company_id = %(me)s"
    return await values(work.connection, query, {"me": work.tenant})


async def files(work: Work) -> list[str]:
    """Where the pinned company's sealed evidence lies. Files of the Japanese interface may be another company's too: they stay."""
    return await values(work.connection, "SELECT stored FROM evidence_item WHERE company_id = %(me)s AND removed_at IS NULL", {"me": work.tenant})
