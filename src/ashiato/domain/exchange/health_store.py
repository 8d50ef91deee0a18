"""The SQL of the installation's health."""

from dataclasses import dataclass
from datetime import datetime

from ashiato.plumbing.db import row
from ashiato.plumbing.unit_of_work import Work


@dataclass(frozen=True, slots=True)
class Health:
    """What waits: facts for the log (since when), notices, events and deliveries; deliveries that were given up; the log's newest checkpoint."""

    facts_waiting: int
    oldest_fact: datetime | None
    notices_waiting: int
    events_waiting: int
    deliveries_waiting: int
    deliveries_given_up: int
    tree_size: int | None
    signed_at: datetime | None


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
               newest.tree_size, newest.signed_at
        FROM (SELECT 1) one LEFT JOIN LATERAL (SELECT tree_size, signed_at FROM log_checkpoint ORDER BY tree_size DESC LIMIT 1) newest ON true
        """,
        {},
    )
    assert found is not None
    return found
