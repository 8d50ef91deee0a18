"""What can have happened to webhooks."""

from uuid import UUID

from ashiato.kernel.facts import Fact


def webhook_changed(kind: str, webhook_id: UUID) -> Fact:
    """A company said where its system listens, or no longer does: kind `webhook.registered` or `webhook.removed`."""
    return Fact(kind, {"webhook_id": str(webhook_id)})
