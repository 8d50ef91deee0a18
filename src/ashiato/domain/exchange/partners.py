"""Partners: where a company's own system stands, and with which account another company calls it."""

from dataclasses import dataclass
from uuid import UUID

from ashiato.domain import participants
from ashiato.domain.exchange import facts, store
from ashiato.domain.exchange.store import Endpoint, Partner
from ashiato.domain.participants import Actor, CompanyState, Deed, require
from ashiato.kernel.errors import absent, conflict, invalid
from ashiato.plumbing.keys import Seal
from ashiato.plumbing.unit_of_work import Work

__all__ = ["Connection", "Endpoint", "Partner", "connection", "forget", "listed", "own_endpoint", "state", "state_endpoint"]


@dataclass(frozen=True, slots=True)
class Connection:
    """All that a call of a partner's system needs."""

    endpoint: Endpoint
    account: str
    secret: str


async def state_endpoint(work: Work, actor: Actor, address: str, token_address: str, version: int) -> Endpoint:
    """States where the company's own system stands. The gateway has judged the addresses' form."""
    require(actor, Deed.ADMINISTER)
    await store.put_endpoint(work, address.rstrip("/"), token_address.rstrip("/"), version)
    work.record(facts.partner_changed("exchange.endpoint_stated", actor.company_id))
    return await own_endpoint(work, actor)


async def own_endpoint(work: Work, actor: Actor) -> Endpoint:
    """Where the company's own system stands. Refuses (`absent`) where it has stated none."""
    require(actor, Deed.ADMINISTER)
    found = await store.endpoint(work, actor.company_id)
    if found is None:
        raise absent("endpoint")
    return found


async def state(work: Work, actor: Actor, partner_id: UUID, account: str, secret: str, seal: Seal) -> None:
    """States with which account the company calls a partner's system; the secret is kept sealed.

    Refuses (`absent`) what is no member, (`invalid`) the company itself.
    """
    require(actor, Deed.ADMINISTER)
    if partner_id == actor.company_id:
        raise invalid("exchange.self", "A company is not its own partner.", "Name another company.")
    if not await participants.directory.members(work, [partner_id]):
        raise absent("company")
    await store.put_partner(work, partner_id, account, seal.seal(secret.encode(), _purpose(actor.company_id, partner_id)))
    work.record(facts.partner_changed("exchange.partner_stated", partner_id))


def _purpose(company_id: UUID, partner_id: UUID) -> str:
    return f"exchange/{company_id}/{partner_id}"


async def forget(work: Work, actor: Actor, partner_id: UUID) -> None:
    """Forgets a partner's credentials: nothing is sent or fetched from now on. Refuses (`absent`) who is no partner."""
    require(actor, Deed.ADMINISTER)
    if not await store.drop_partner(work, partner_id):
        raise absent("partner")
    work.record(facts.partner_changed("exchange.partner_forgotten", partner_id))


async def listed(work: Work, actor: Actor) -> list[Partner]:
    """The company's partners, by name, without their secrets."""
    if not participants.may(actor, Deed.ADMINISTER):
        require(actor, Deed.READ)
    return await store.partners(work)


async def connection(work: Work, company_id: UUID, partner_id: UUID, seal: Seal) -> Connection:
    """How the pinned company calls a partner's system now.

    Refuses (`conflict`) where one of them is not admitted at this moment, or address or account are not stated.
    """
    states = {one.company_id: one.state for one in await participants.directory.members(work, [company_id, partner_id])}
    if any(states.get(one) != CompanyState.ADMITTED for one in (company_id, partner_id)):
        raise conflict("exchange.suspended", "The partner or the own company is suspended.", "Nothing is sent until both are admitted.")
    known = await store.credentials(work, partner_id)
    found = await store.endpoint(work, partner_id)
    if known is None or found is None:
        what = "No account at the partner's system is stated." if known is None else "The partner has not stated where its system stands."
        raise conflict("exchange.unconnected", what, "State it; what waits is delivered then.")
    return Connection(found, known.account, seal.open(known.sealed, _purpose(company_id, partner_id)).decode())
