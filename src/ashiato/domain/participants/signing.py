"""A company's signature under what it releases and declares."""

from collections.abc import Callable
from typing import Any

from ashiato.domain.participants import facts
from ashiato.domain.participants import signing_store as store
from ashiato.domain.participants.model import Actor
from ashiato.domain.participants.policy import Deed, require
from ashiato.kernel.ids import CompanyId
from ashiato.plumbing import keys
from ashiato.plumbing.db import Question
from ashiato.plumbing.unit_of_work import Work


def asked() -> list[Question[Any]]:
    """What `sign` asks of a company that has signed before."""
    return [store.signing_key()]


async def sign(work: Work, actor: Actor, payload: bytes, seal: keys.Seal) -> keys.Signature:
    """The company's signature over frozen bytes. Its key is drawn at its first signature."""
    return (await signer(work, actor, seal))(payload)


async def signer(work: Work, actor: Actor, seal: keys.Seal) -> Callable[[bytes], keys.Signature]:
    """What signs frozen bytes as the company, for many at once. Its key is drawn at its first signature."""
    stored = await work.one(store.signing_key()) or await _drawn(work, actor, seal)
    private = stored.public_jwk | {"d": seal.open(stored.sealed, f"signing/{actor.company_id}").decode()}
    return keys.signer(private, stored.key_id)


async def _drawn(work: Work, actor: Actor, seal: keys.Seal) -> store.StoredKey:
    private = keys.new_signing_key()
    fresh = store.StoredKey(keys.key_id(private), keys.public_part(private), seal.seal(private["d"].encode(), f"signing/{actor.company_id}"))
    await store.add_signing_key(work, fresh)
    work.record(facts.key_created(fresh.key_id))
    return fresh


async def rotate(work: Work, actor: Actor, seal: keys.Seal) -> str:
    """Retires the company's key and draws another, whose identifier is told. What the old one signed stays verifiable: it stays public."""
    require(actor, Deed.ADMINISTER)
    for key_id in await store.retire_keys(work):
        work.record(facts.key_retired(key_id))
    return (await _drawn(work, actor, seal)).key_id


async def public_keys(work: Work, company_id: CompanyId) -> list[dict[str, str]]:
    """The public keys of a company, newest first; an empty list for a company that has none or does not exist."""
    return await store.public_keys(work, company_id)
