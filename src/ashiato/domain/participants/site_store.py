"""The SQL of sites."""

import json
from uuid import UUID

from ashiato.domain.participants.model import NewSite, Site
from ashiato.plumbing.db import row, rows, run
from ashiato.plumbing.unit_of_work import Work


async def add_sites(work: Work, sites: list[NewSite]) -> None:
    """Keeps the sites of a company that applies."""
    await run(
        work.connection,
        """
        INSERT INTO site (company_id, site_id, code, name, country, address)
        SELECT %(company_id)s, site_id, code, name, country, address
        FROM unnest(%(ids)s::uuid[], %(codes)s::text[], %(names)s::text[], %(countries)s::text[], %(addresses)s::text[])
             AS stated (site_id, code, name, country, address)
        """,
        {
            "company_id": work.tenant, "ids": [work.new_id() for _ in sites], "codes": [site.code for site in sites],
            "names": [site.name for site in sites], "countries": [site.country for site in sites], "addresses": [site.address for site in sites],
        },
    )  # fmt: skip


async def put_sites(work: Work, sites: list[NewSite]) -> int:
    """Registers sites or changes those with the same code; how many differ from what stood."""
    return await run(
        work.connection,
        """
        INSERT INTO site (company_id, site_id, code, name, country, address, extra)
        SELECT %(company_id)s, site_id, code, name, country, address, extra
        FROM unnest(%(ids)s::uuid[], %(codes)s::text[], %(names)s::text[], %(countries)s::text[], %(addresses)s::text[], %(extras)s::jsonb[])
             AS stated (site_id, code, name, country, address, extra)
        ON CONFLICT (company_id, code) DO UPDATE
        SET name = excluded.name, country = excluded.country, address = excluded.address, extra = excluded.extra
        WHERE (site.name, site.country, site.address, site.extra)
              IS DISTINCT FROM (excluded.name, excluded.country, excluded.address, excluded.extra)
        """,
        {
            "company_id": work.tenant, "ids": [work.new_id() for _ in sites], "codes": [site.code for site in sites],
            "names": [site.name for site in sites], "countries": [site.country for site in sites],
            "addresses": [site.address for site in sites], "extras": [json.dumps(site.extra or {}) for site in sites],
        },
    )  # fmt: skip


_SITE = "SELECT site_id, code, name, country, address FROM site"


async def sites(work: Work, after: str | None, limit: int) -> list[Site]:
    """The sites of the pinned company by code, from after the given one."""
    return await rows(
        work.connection,
        Site,
        f"{_SITE} WHERE company_id = %(company_id)s AND code > %(after)s ORDER BY code LIMIT %(limit)s",
        {"company_id": work.tenant, "after": after or "", "limit": limit},
    )


async def site(work: Work, site_id: UUID) -> Site | None:
    """A site of the pinned company."""
    query = f"{_SITE} WHERE company_id = %(company_id)s AND site_id = %(site_id)s"
    return await row(work.connection, Site, query, {"company_id": work.tenant, "site_id": site_id})
