"""What an association offers to its members, by version: sets of emission factors and questionnaires; each member chooses to adopt one."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from ashiato.domain import footprint
from ashiato.domain.associations import facts, membership
from ashiato.domain.associations import publication_store as store
from ashiato.domain.associations.model import Publication, PublicationKind
from ashiato.domain.participants import Actor, Deed, require, text_flaw
from ashiato.kernel.digest import Json, canonical, digest_of_bytes, parse
from ashiato.kernel.errors import Flaw, absent, invalid
from ashiato.kernel.frozen import decode, encode
from ashiato.kernel.quantity import KILOGRAM, UNITS
from ashiato.plumbing.unit_of_work import Work

__all__ = ["Offered", "Question", "adopt", "listed", "offer_factors", "offer_questionnaire", "one"]

_MOST = 1000


@dataclass(frozen=True, slots=True)
class Question:
    """One question of an association's questionnaire, in two languages. `type`: boolean, integer, share, date or text."""

    id: str
    type: str
    en: str
    ja: str


@dataclass(frozen=True, slots=True)
class Offered:
    """A publication, and when the actor's company adopted it, if it did."""

    publication: Publication
    adopted_at: datetime | None


async def offer_factors(work: Work, actor: Actor, code: str, title: str, factors: Sequence[footprint.model.NewFactor]) -> Publication:
    """Offers a set of emission factors, as the next version of those with the same code.

    Refuses (`denied`) who is no association, (`invalid`) an empty set and a factor that stands twice.
    """
    require(actor, Deed.CONVENE)
    flaws = _named_twice("factors", [factor.code for factor in factors])
    return await _offer(work, PublicationKind.FACTORS, code, title, [_spelled(factor) for factor in factors], flaws)


async def offer_questionnaire(work: Work, actor: Actor, code: str, title: str, questions: Sequence[Question]) -> Publication:
    """Offers a questionnaire, as the next version of those with the same code. Refuses what `offer_factors` does."""
    require(actor, Deed.CONVENE)
    flaws = _named_twice("questions", [question.id for question in questions])
    return await _offer(work, PublicationKind.QUESTIONNAIRE, code, title, [encode(question) for question in questions], flaws)


async def _offer(work: Work, kind: PublicationKind, code: str, title: str, items: list[Json], flaws: list[Flaw]) -> Publication:
    flaws = flaws + [flaw for flaw in (text_flaw("code", code), text_flaw("title", title)) if flaw]
    if not 0 < len(items) <= _MOST:
        flaws.append(Flaw("items", "publication.size", f"From 1 to {_MOST} entries fit here."))
    if flaws:
        raise invalid("publication", "This cannot be offered yet.", "Correct the fields named here.", *flaws)
    content = canonical({"kind": kind.value, "code": code, "title": title, "items": items})
    kept = await store.add(work, kind, code, title, content.decode(), digest_of_bytes(content))
    work.record(facts.published(kept.publication_id, kept.digest))
    return kept


def _spelled(factor: footprint.model.NewFactor) -> Json:
    encoded = encode(factor)
    return encoded | {"per": str(factor.per)} if isinstance(encoded, dict) else encoded


def _factor(item: Json) -> footprint.model.NewFactor:
    unit = UNITS[str(item["per"])] if isinstance(item, dict) else KILOGRAM
    return decode(footprint.model.NewFactor, item | {"per": encode(unit)} if isinstance(item, dict) else item)


def _named_twice(field: str, names: Sequence[str]) -> list[Flaw]:
    twice = sorted({name for name in names if names.count(name) > 1})
    return [Flaw(field, "publication.twice", f"{name} stands here twice.") for name in twice]


async def listed(work: Work, actor: Actor, after: tuple[datetime, UUID] | None, limit: int) -> list[Offered]:
    """What the actor's association offers, or the associations that its company is a member of, oldest first."""
    require(actor, Deed.READ)
    return await _offered(work, await store.publications(work, after, limit))


async def one(work: Work, actor: Actor, publication_id: UUID) -> Offered:
    """One of these. Refuses (`absent`) every other."""
    require(actor, Deed.READ)
    return (await _offered(work, [await _publication(work, publication_id)]))[0]


async def adopt(work: Work, actor: Actor, publication_id: UUID) -> Offered:
    """Takes a version over: of a set of factors, each becomes a factor of the company's own, in the place of one with the same code.

    Refuses (`absent`) what no association of the company's offers. Adopting again takes the factors over again.
    """
    require(actor, Deed.ENTER_DATA)
    found = await _publication(work, publication_id)
    await membership.confirmed_in(work, actor, found.company_id)
    content = parse(found.content)
    if found.kind == PublicationKind.FACTORS and isinstance(content, dict) and isinstance(content["items"], list):
        await footprint.inventory.register_factors(work, actor, [_factor(item) for item in content["items"]])
    await store.adopt(work, found)
    work.record(facts.adopted(found.company_id, publication_id, found.digest))
    return (await _offered(work, [found]))[0]


async def _publication(work: Work, publication_id: UUID) -> Publication:
    found = await store.publication(work, publication_id)
    if found is None:
        raise absent("publication")
    return found


async def _offered(work: Work, publications: list[Publication]) -> list[Offered]:
    adopted = await store.adopted(work, [publication.publication_id for publication in publications])
    return [Offered(publication, adopted.get(publication.publication_id)) for publication in publications]
