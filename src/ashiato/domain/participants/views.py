"""Saved views: a list as a person has narrowed it, under a name. They are that person's alone, and nobody else's view of anything."""

import re
from uuid import UUID

from ashiato.domain.participants import view_store
from ashiato.domain.participants.model import Actor, text_flaw
from ashiato.domain.participants.policy import Deed, require
from ashiato.domain.participants.view_store import SavedView
from ashiato.kernel.errors import Flaw, absent, conflict, invalid
from ashiato.plumbing.unit_of_work import Work

__all__ = ["LISTS", "LONGEST_FILTERS", "MOST", "SavedView", "forget", "keep", "listed"]

LISTS = ("parts", "requests", "declarations")
MOST = 50  # of one person
LONGEST_FILTERS = 60_000  # an address with 500 pasted identifiers
_LONGEST_NAME = 80
_SPELLED = re.compile(r"[!-~]+")  # an address spells everything else by percent signs


async def listed(work: Work, actor: Actor) -> list[SavedView]:
    """The acting person's views, by list and name; none of a program's."""
    require(actor, Deed.READ)
    return await view_store.views(work, actor.person_id) if actor.person_id is not None else []


async def keep(work: Work, actor: Actor, which: str, name: str, filters: str) -> SavedView:
    """Keeps a list's filters (as its address spells them) under a name; one of the same name on the same list gives way.

    Refuses (`invalid`) programs, unknown lists, names and filters that are empty or too long; (`conflict`) the fifty-first view.
    """
    require(actor, Deed.READ)
    if actor.person_id is None:
        raise invalid("view.person", "Views are kept by people.", "Log in as a person.")
    name = name.strip()
    flaws = [flaw for flaw in (text_flaw("name", name, _LONGEST_NAME), *_flaws(which, filters)) if flaw]
    if flaws:
        raise invalid("view", "The view cannot be kept.", "Correct the fields named here.", *flaws)
    if await view_store.count(work, actor.person_id) >= MOST:
        raise conflict("view.many", f"You keep {MOST} views already.", "Forget one of them first.")
    return await view_store.put_view(work, actor.person_id, SavedView(work.new_id(), which, name, filters, work.now))


def _flaws(which: str, filters: str) -> list[Flaw]:
    flaws = [Flaw("list", "view.list", f"Name one of {', '.join(LISTS)}.")] if which not in LISTS else []
    if not filters:
        flaws.append(Flaw("filters", "view.filters", "Nothing is narrowed here: choose filters first."))
    elif len(filters) > LONGEST_FILTERS:
        flaws.append(Flaw("filters", "text.long", f"At most {LONGEST_FILTERS} characters fit here."))
    elif not _SPELLED.fullmatch(filters):
        flaws.append(Flaw("filters", "view.spelled", "Write the filters as the list's address spells them, behind its question mark."))
    return flaws


async def forget(work: Work, actor: Actor, view_id: UUID) -> None:
    """Forgets one of the acting person's views. Another's is as absent as none."""
    require(actor, Deed.READ)
    if actor.person_id is None or not await view_store.remove_view(work, actor.person_id, view_id):
        raise absent("view")
