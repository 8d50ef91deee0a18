"""What a person wants to be told by mail, and in which language."""

from ashiato.domain.notifications import store
from ashiato.domain.notifications.store import Preference
from ashiato.domain.participants import Actor, Deed, require
from ashiato.kernel.errors import invalid
from ashiato.plumbing.unit_of_work import Work

__all__ = ["LANGUAGES", "Preference", "prefer", "preference"]

LANGUAGES = ("en", "ja")


async def preference(work: Work, actor: Actor) -> Preference | None:
    """What the acting person has chosen, if anything yet: mail comes, in Japanese to companies in Japan, until somebody says otherwise."""
    require(actor, Deed.READ)
    return await store.preference(work, actor.person_id) if actor.person_id is not None else None


async def prefer(work: Work, actor: Actor, *, mail: bool, language: str) -> Preference:
    """Keeps what the acting person has chosen. Refuses (`invalid`) programs and other languages."""
    require(actor, Deed.READ)
    if actor.person_id is None or language not in LANGUAGES:
        raise invalid("preference", "A person chooses mail in English (en) or Japanese (ja).")
    await store.put_preference(work, actor.person_id, mail, language)
    return Preference(mail, language)
