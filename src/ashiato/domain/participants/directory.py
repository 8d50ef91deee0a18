"""What companies show of themselves: profiles, found by public number or identifier, and the plants of one's own."""

from uuid import UUID

import psycopg

from ashiato.domain.participants import directory_store as store
from ashiato.domain.participants import facts
from ashiato.domain.participants.directory_store import Listed, Plant, Profile
from ashiato.domain.participants.model import Actor, absent_company
from ashiato.domain.participants.policy import Deed, require
from ashiato.kernel.errors import Refusal, absent, conflict
from ashiato.plumbing.unit_of_work import Work

__all__ = ["Listed", "Plant", "Profile", "by_number", "by_numbers", "members", "own", "plants", "present", "profiles", "register_plant", "verifiers"]


async def own(work: Work, actor: Actor) -> Profile:
    """The actor's company as others see it."""
    require(actor, Deed.READ)
    found = await store.profiles(work, [actor.company_id])
    if not found:
        raise absent_company()
    return found[0]


async def by_number(work: Work, actor: Actor, number: str) -> Profile:
    """The member with this public number. Refuses (`absent`) alike what is unknown and what is not admitted."""
    require(actor, Deed.READ)
    found = await store.profile_by_number(work, number)
    if found is None:
        raise absent_company()
    return found


async def by_numbers(work: Work, actor: Actor, numbers: list[str]) -> dict[str, Profile]:
    """The members among those with these public numbers, by number; the others are as if there were none."""
    require(actor, Deed.READ)
    found = await store.profiles_by_numbers(work, numbers)
    return {profile.corporate_number: profile for profile in found if profile.corporate_number}


async def profiles(work: Work, actor: Actor, company_ids: list[UUID]) -> list[Profile]:
    """The members among these companies, by identifier."""
    require(actor, Deed.READ)
    return await store.profiles(work, company_ids)


async def members(work: Work, company_ids: list[UUID]) -> list[Profile]:
    """The members among these companies with their states, for the platform's own decisions."""
    return await store.profiles(work, company_ids)


async def verifiers(work: Work, actor: Actor, limit: int) -> list[Listed]:
    """The verifiers that are admitted now, by name: who they are and where, and nothing of what they do."""
    require(actor, Deed.READ)
    return await store.verifiers(work, limit)


async def present(work: Work, actor: Actor, name: str, address: str, global_id: str | None) -> Profile:
    """Changes what the own company shows of itself; its corporate number stays. Refuses (`conflict`) another company's global number."""
    require(actor, Deed.ADMINISTER)
    try:
        shown = await store.present(work, name, address, global_id)
    except psycopg.errors.UniqueViolation as taken:
        raise _taken("globalOperatorId", global_id) from taken
    if shown is None:
        raise absent_company()
    work.record(facts.account_changed("company.presented", actor.company_id))
    return shown


async def plants(work: Work, actor: Actor) -> list[Plant]:
    """The own company's sites, by code."""
    require(actor, Deed.READ)
    return await store.plants(work)


async def register_plant(work: Work, actor: Actor, plant: Plant) -> Plant:
    """Registers a site, or changes the one named by its identifier.

    Refuses (`absent`) a site that is not the company's, (`conflict`) a code or a global number that another of its sites has.
    """
    require(actor, Deed.ENTER_DATA)
    try:
        kept = await store.put_plant(work, plant)
    except psycopg.errors.UniqueViolation as taken:
        if taken.diag.constraint_name == "site_global_id":
            raise _taken("globalPlantId", plant.global_id) from taken
        raise _taken("openPlantId", plant.code) from taken
    if kept is None:
        raise absent("plant")
    return kept


def _taken(field: str, value: str | None) -> Refusal:
    return conflict("number.taken", f"{field}: {value} is already exists.", "Write a number that nothing else has.")
