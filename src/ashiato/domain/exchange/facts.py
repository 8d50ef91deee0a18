"""What can have happened between a company and systems elsewhere."""

from uuid import UUID

from ashiato.kernel.facts import Fact


def partner_changed(kind: str, partner_id: UUID) -> Fact:
    """Credentials of a partner's system, or the own system's address, were stated or forgotten: kind `exchange.…`."""
    return Fact(kind, {"partner_id": str(partner_id)})


def delivered(kind: str, partner_id: UUID, delivery_id: UUID) -> Fact:
    """Something was delivered to a partner's system, or given up: kind `exchange.delivered` or `exchange.given_up`."""
    return Fact(kind, {"partner_id": str(partner_id), "delivery_id": str(delivery_id)})


def received(state: str, partner_id: UUID, received_id: UUID, digest: str) -> Fact:
    """A footprint came from a partner's system, or something became of it."""
    return Fact(f"exchange.footprint_{state}", {"partner_id": str(partner_id), "received_id": str(received_id), "digest": digest})
