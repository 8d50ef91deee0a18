"""The SQL of what parts hold and where it comes from."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from uuid import UUID

from ashiato.domain.diligence.model import Content, Custody, Material, Origin
from ashiato.plumbing.db import rows, run
from ashiato.plumbing.unit_of_work import Work


@dataclass(frozen=True, slots=True)
class _Content:
    part_id: UUID
    material: str
    mass_kg: Decimal
    loss_share: Decimal


@dataclass(frozen=True, slots=True)
class _Origin:
    part_id: UUID
    material: str
    mass_kg: Decimal
    form: str
    country: str
    region: str
    mine: str
    refiner: str
    refiner_cid: str
    custody: str
    recycled: bool
    audit_scheme: str
    audit_until: date | None
    refiner_country: str

    def origin(self) -> Origin:
        return Origin(
            Material(self.material), self.mass_kg, self.form, self.country, self.region, self.mine, self.refiner, self.refiner_cid,
            Custody(self.custody), self.recycled, self.audit_scheme, self.audit_until, self.refiner_country,
        )  # fmt: skip


async def contents(work: Work, part_ids: list[UUID]) -> dict[UUID, list[Content]]:
    """What the pinned company says that these parts hold, by part."""
    query = """
        SELECT part_id, material, mass_kg, loss_share FROM material_content
        WHERE company_id = %(me)s AND part_id = ANY(%(part_ids)s) ORDER BY part_id, material
    """
    found: dict[UUID, list[Content]] = {}
    for each in await rows(work.connection, _Content, query, {"me": work.tenant, "part_ids": part_ids}):
        found.setdefault(each.part_id, []).append(Content(Material(each.material), each.mass_kg, each.loss_share))
    return found


async def origins(work: Work, part_ids: list[UUID]) -> dict[UUID, list[Origin]]:
    """Where the pinned company says that the materials of these parts come from, by part, in the order of its lines."""
    query = """
        SELECT part_id, material, mass_kg, form, country, region, mine, refiner, refiner_cid, custody, recycled, audit_scheme, audit_until,
               refiner_country
        FROM material_origin WHERE company_id = %(me)s AND part_id = ANY(%(part_ids)s) ORDER BY part_id, line
    """
    found: dict[UUID, list[Origin]] = {}
    for each in await rows(work.connection, _Origin, query, {"me": work.tenant, "part_ids": part_ids}):
        found.setdefault(each.part_id, []).append(each.origin())
    return found


async def replace(work: Work, part_id: UUID, contents: list[Content], origins: list[Origin]) -> None:
    """Puts exactly these in place of what was stated of a part before."""
    params = {"me": work.tenant, "part_id": part_id}
    for table in ("DELETE FROM material_content", "DELETE FROM material_origin"):
        await run(work.connection, f"{table} WHERE company_id = %(me)s AND part_id = %(part_id)s", params)
    await run(
        work.connection,
        """
        INSERT INTO material_content (company_id, part_id, material, mass_kg, loss_share)
        SELECT %(me)s, %(part_id)s, material, mass_kg, loss_share
        FROM unnest(%(materials)s::text[], %(masses)s::numeric[], %(losses)s::numeric[]) AS stated (material, mass_kg, loss_share)
        """,
        params | {
            "materials": [each.material for each in contents], "masses": [each.mass_kg for each in contents],
            "losses": [each.loss_share for each in contents],
        },
    )  # fmt: skip
    await run(
        work.connection,
        """
        INSERT INTO material_origin (company_id, part_id, line, material, mass_kg, form, country, region, mine, refiner, refiner_cid, custody,
                                     recycled, audit_scheme, audit_until, refiner_country)
        SELECT %(me)s, %(part_id)s, row_number() OVER (), stated.*
        FROM unnest(%(materials)s::text[], %(masses)s::numeric[], %(forms)s::text[], %(countries)s::text[], %(regions)s::text[], %(mines)s::text[],
                    %(refiners)s::text[], %(cids)s::text[], %(custodies)s::text[], %(recycled)s::boolean[], %(schemes)s::text[], %(until)s::date[],
                    %(standing)s::text[]) AS stated
        """,
        params | {
            "materials": [each.material for each in origins], "masses": [each.mass_kg for each in origins],
            "forms": [each.form for each in origins], "countries": [each.country for each in origins],
            "regions": [each.region for each in origins], "mines": [each.mine for each in origins],
            "refiners": [each.refiner for each in origins], "cids": [each.refiner_cid for each in origins],
            "custodies": [each.custody for each in origins], "recycled": [each.recycled for each in origins],
            "schemes": [each.audit_scheme for each in origins], "until": [each.audit_until for each in origins],
            "standing": [each.refiner_country for each in origins],
        },
    )  # fmt: skip


@dataclass(frozen=True, slots=True)
class Spot:
    """From one country (empty: not known), one material: how many of the pinned company's parts name it, through how many refiners."""

    country: str
    material: str
    parts: int
    refiners: int


async def spots(work: Work) -> list[Spot]:
    """Where the materials of all the pinned company's parts come from."""
    return await rows(
        work.connection,
        Spot,
        """
        SELECT country, material, count(DISTINCT part_id) AS parts, count(DISTINCT nullif(refiner_cid || refiner, '')) AS refiners
        FROM material_origin WHERE company_id = %(me)s AND NOT recycled GROUP BY country, material ORDER BY country, material
        """,
        {"me": work.tenant},
    )
