"""Where a company's own systems listen, and to what; the signature that they verify (Standard Webhooks 1.0)."""

import base64
import hashlib
import hmac
import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from ashiato.domain.notifications import facts, store
from ashiato.domain.notifications.events import EventKind
from ashiato.domain.notifications.store import Webhook
from ashiato.domain.participants import Actor, Deed, require
from ashiato.kernel.errors import Flaw, absent, conflict, invalid
from ashiato.plumbing.keys import Seal
from ashiato.plumbing.outbound import Outbound, OutboundError
from ashiato.plumbing.unit_of_work import Work

__all__ = ["MOST", "Webhook", "add", "headers", "listed", "remove", "secret_of"]

MOST = 10
_PREFIX = "whsec_"
_SECRET_BYTES = 32  # Standard Webhooks: 24 to 64


@dataclass(frozen=True, slots=True)
class Added:
    """A fresh webhook and the secret that signs what it gets: told now and never again."""

    webhook_id: UUID
    secret: str


async def add(work: Work, actor: Actor, address: str, events: Sequence[str], seal: Seal, outbound: Outbound) -> Added:
    """Registers where a system of the company listens, and the kinds of events that it wants (all, if none is named).

    Refuses (`invalid`) what is no plain https address and unknown kinds, (`conflict`) an eleventh one. Whether the address may be called is
    looked at again before every call.
    """
    require(actor, Deed.ADMINISTER)
    kinds = list(dict.fromkeys(events)) or [kind.value for kind in EventKind]
    unknown = [kind for kind in kinds if kind not in set(EventKind)]
    flaws = [Flaw("events", "webhook.event", f"There is no event {kind}.") for kind in unknown]
    try:
        outbound.check(address)
    except OutboundError as failure:
        flaws.append(Flaw("address", failure.code, str(failure)))
    if flaws:
        raise invalid("webhook", "The webhook cannot be registered.", "Correct the fields named here.", *flaws)
    if len(await work.all(store.webhooks())) >= MOST:
        raise conflict("webhook.many", f"A company has at most {MOST} webhooks.", "Remove one first.")
    webhook_id, secret = work.new_id(), _PREFIX + base64.b64encode(secrets.token_bytes(_SECRET_BYTES)).decode()
    await store.add_webhook(work, webhook_id, address, kinds, seal.seal(secret.encode(), f"webhook {webhook_id}"))
    work.record(facts.webhook_changed("webhook.registered", webhook_id))
    return Added(webhook_id, secret)


async def listed(work: Work, actor: Actor) -> list[Webhook]:
    """The company's webhooks; their secrets are told to nobody."""
    require(actor, Deed.ADMINISTER)
    return await work.all(store.webhooks())


async def remove(work: Work, actor: Actor, webhook_id: UUID) -> None:
    """Forgets a webhook; what waits for it is given up. Refuses (`absent`) another company's and none."""
    require(actor, Deed.ADMINISTER)
    if not await store.drop_webhook(work, webhook_id):
        raise absent("webhook")
    work.record(facts.webhook_changed("webhook.removed", webhook_id))


def secret_of(seal: Seal, webhook_id: UUID, sealed: bytes) -> str:
    """The secret as it was told."""
    return seal.open(sealed, f"webhook {webhook_id}").decode()


def headers(secret: str, delivery_id: UUID, at: datetime, body: bytes) -> dict[str, str]:
    """What a delivery carries so that its receiver can verify it: the same id at every repetition, the time of this attempt, `v1`."""
    stamp = str(int(at.timestamp()))
    signed = f"{delivery_id}.{stamp}.".encode() + body
    digest = hmac.new(base64.b64decode(secret.removeprefix(_PREFIX)), signed, hashlib.sha256).digest()
    return {
        "webhook-id": str(delivery_id), "webhook-timestamp": stamp, "webhook-signature": f"v1,{base64.b64encode(digest).decode()}",
        "Content-Type": "application/json",
    }  # fmt: skip
