"""The SQL of what companies show of themselves: profiles and plants."""

from dataclasses import dataclass
from uuid import UUID

from ashiato.plumbing.db import row, rows
from ashiato.plumbing.unit_of_work import Work


@dataclass(frozen=True, slots=True)
class Profile:
    """A company as the members' directory shows it."""

    company_id: UUID
    name: str
    address: str
    corporate_number: str | None
    global_id: str | None
    state: str


@dataclass(frozen=True, slots=True)
class Listed:
    """A company as a list of those of its kind shows it: by the number that it is asked for by."""

    name: str
    country: str
    number: str


@dataclass(frozen=True, slots=True)
class Plant:
    """A site with the numbers that it has at home and in the world. `site_id` is None for one that is still to be registered."""

    site_id: UUID | None
    code: str
    name: str
    address: str
    global_id: str | None


_PROFILE = "SELECT company_id, name, coalesce(nullif(address, ''), country) AS address, corporate_number, global_id, state FROM company"
_PLANT = "SELECT site_id, code, name, coalesce(nullif(address, ''), country) AS address, global_id FROM site"


async def profiles(work: Work, company_ids: list[UUID]) -> list[Profile]:
    """The members among these companies, by identifier."""
    return await rows(
        work.connection,
        Profile,
        f"{_PROFILE} WHERE company_id = ANY(%(company_ids)s) AND kind = 'member' ORDER BY company_id",
        {"company_ids": company_ids},
    )


async def profile_by_number(work: Work, number: str) -> Profile | None:
    """The member with this public number."""
    return await row(work.connection, Profile, f"{_PROFILE} WHERE corporate_number = %(number)s AND kind = 'member'", {"number": number})


async def profiles_by_numbers(work: Work, numbers: list[str]) -> list[Profile]:
    """The members with these public numbers."""
    query = f"{_PROFILE} WHERE corporate_number = ANY(%(numbers)s) AND kind = 'member' ORDER BY company_id"
    return await rows(work.connection, Profile, query, {"numbers": numbers})


async def verifiers(work: Work, limit: int) -> list[Listed]:
    """The verifiers that are admitted now, by name."""
    return await rows(
        work.connection,
        Listed,
        """
        SELECT name, country, coalesce(corporate_number, lei, duns, bpn) AS number FROM company
        WHERE kind = 'verifier' AND state = 'admitted' ORDER BY name, company_id LIMIT %(limit)s
        """,
        {"limit": limit},
    )


async def present(work: Work, name: str, address: str, global_id: str | None) -> Profile | None:
    """Changes what the pinned company shows of itself."""
    return await row(
        work.connection,
        Profile,
        """
        UPDATE company SET name = %(name)s, address = %(address)s, global_id = %(global_id)s WHERE company_id = %(me)s
        RETURNING company_id, name, address, corporate_number, global_id, state
        """,
        {"me": work.tenant, "name": name, "address": address, "global_id": global_id},
    )


async def plants(work: Work) -> list[Plant]:
    """The pinned company's sites, by code."""
    return await rows(work.connection, Plant, f"{_PLANT} WHERE company_id = %(me)s ORDER BY code", {"me": work.tenant})


async def put_plant(work: Work, plant: Plant) -> Plant | None:
    """Registers a site in the company's country, or changes the one with this identifier; None if there is none."""
    params = {
        "me": work.tenant, "fresh": work.new_id(), "site_id": plant.site_id, "code": plant.code, "name": plant.name,
        "address": plant.address, "global_id": plant.global_id,
    }  # fmt: skip
    if plant.site_id is None:
        return await row(
            work.connection,
            Plant,
            """
            INSERT INTO site (company_id, site_id, code, name, country, address, global_id)
            SELECT company_id, %(fresh)s, %(code)s, %(name)s, country, %(address)s, %(global_id)s FROM company WHERE company_id = %(me)s
            RETURNING site_id, code, name, address, global_id
            """,
            params,
        )
    return await row(
        work.connection,
        Plant,
        """
        UPDATE site SET code = %(code)s, name = %(name)s, address = %(address)s, global_id = %(global_id)s
        WHERE company_id = %(me)s AND site_id = %(site_id)s
        RETURNING site_id, code, name, address, global_id
        """,
        params,
    )
