"""The SQL of the installation's health."""

from dataclasses import dataclass
from datetime import datetime

from ashiato.plumbing.db import row
from ashiato.plumbing.unit_of_work import Work


@dataclass(frozen=True, slots=True)
class Health:
    """What waits: facts for the log (since when), notices, events, deliveries, messages to webhooks and people, bundles; what was given up of
    them; the log's newest checkpoint; when a restore was compared last, and how many differences there were.
    """

    facts_waiting: int
    oldest_fact: datetime | None
    notices_waiting: int
    events_waiting: int
    deliveries_waiting: int
    deliveries_given_up: int
    messages_waiting: int
    messages_given_up: int
    bundles_waiting: int
    tree_size: int | None
    signed_at: datetime | None
    drilled_at: datetime | None
    drill_differences: int | None


async def health(work: Work) -> Health:
    """Counts over the queues."""
    found = await row(
        work.connection,
        Health,
        """
        SELECT (SELECT count(*) FROM outbox WHERE logged_at IS NULL) AS facts_waiting,
               (SELECT min(recorded_at) FROM outbox WHERE logged_at IS NULL) AS oldest_fact,
               (SELECT count(*) FROM notice WHERE passed_on_at IS NULL) AS notices_waiting,
               (SELECT count(*) FROM exchange_event WHERE handled_at IS NULL) AS events_waiting,
               (SELECT count(*) FROM exchange_delivery WHERE state = 'waiting') AS deliveries_waiting,
               (SELECT count(*) FROM exchange_delivery WHERE state = 'failed') AS deliveries_given_up,
               (SELECT count(*) FROM notification_delivery WHERE state = 'waiting') AS messages_waiting,
               (SELECT count(*) FROM notification_delivery WHERE state = 'failed') AS messages_given_up,
               (SELECT count(*) FROM bundle WHERE state = 'waiting') AS bundles_waiting,
               newest.tree_size, newest.signed_at, drill.drilled_at, drill.differences AS drill_differences
        FROM (SELECT 1) one
            LEFT JOIN LATERAL (SELECT tree_size, signed_at FROM log_checkpoint ORDER BY tree_size DESC LIMIT 1) newest ON true
            LEFT JOIN LATERAL (SELECT drilled_at, differences FROM restore_drill ORDER BY drilled_at DESC LIMIT 1) drill ON true
        """,
        {},
    )
    assert found is not None
    return found
