"""Applications that are admitted to the Japanese interface: a key each, good from certain networks only, issued by the operator."""

import ipaddress
from dataclasses import dataclass
from enum import StrEnum
from uuid import UUID

from ashiato.domain.participants import application_store as store
from ashiato.domain.participants import facts
from ashiato.domain.participants.application_store import Caller, RegisteredApplication
from ashiato.domain.participants.model import Actor, text_flaw
from ashiato.domain.participants.policy import Deed, require
from ashiato.kernel.errors import Flaw, absent, invalid
from ashiato.plumbing import keys
from ashiato.plumbing.unit_of_work import Work

__all__ = ["ApplicationKind", "Caller", "IssuedKey", "RegisteredApplication", "caller", "close", "listed", "register"]


class ApplicationKind(StrEnum):
    """What a key is for."""

    APPLICATION = "application"  # people work with it
    SYSTEM = "system"  # another data system, which asks whether keys and tokens are good


@dataclass(frozen=True, slots=True)
class IssuedKey:
    """A fresh application's identifier and key: the key is told once."""

    application_id: UUID
    key: str


async def register(work: Work, actor: Actor, name: str, kind: ApplicationKind, networks: list[str]) -> IssuedKey:
    """Operator: admits an application from these networks (CIDR). Refuses (`invalid`) what is no network, and none at all."""
    require(actor, Deed.SUPERVISE)
    flaws = [flaw for flaw in (text_flaw("name", name),) if flaw]
    wrong = [network for network in networks if not _is_network(network)]
    flaws += [Flaw("networks", "network.form", f"“{network}” is not a network.", "203.0.113.0/24") for network in wrong]
    if flaws or not networks:
        raise invalid("application", "The application cannot be admitted yet.", "Name it, and the networks that it calls from.", *flaws)
    issued = IssuedKey(work.new_id(), keys.new_secret())
    await store.add_application(work, issued.application_id, name, kind, keys.secret_hash(issued.key), networks)
    work.record(facts.account_changed("application.registered", issued.application_id))
    return issued


def _is_network(text: str) -> bool:
    try:
        ipaddress.ip_network(text)
    except ValueError:
        return False
    return True


async def close(work: Work, actor: Actor, application_id: UUID) -> None:
    """Operator: ends an application's access, from the next request on. Refuses (`absent`) what has none."""
    require(actor, Deed.SUPERVISE)
    if not await store.close_application(work, application_id):
        raise absent("application")
    work.record(facts.account_changed("application.closed", application_id))


async def listed(work: Work, actor: Actor) -> list[RegisteredApplication]:
    """Operator: the applications, oldest first."""
    require(actor, Deed.SUPERVISE)
    return await store.applications(work)


async def caller(work: Work, key: str, address: str) -> Caller | None:
    """The application that a key opens, for a request from this address; None for every other text."""
    try:
        ipaddress.ip_address(address)
    except ValueError:
        address = "::"
    return await store.caller(work, keys.secret_hash(key), address) if key else None
