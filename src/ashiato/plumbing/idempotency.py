"""What was answered under an idempotency key, kept in the transaction that had the effect: one effect per key, byte-equal replay."""

from dataclasses import dataclass

from ashiato.kernel.errors import conflict, invalid
from ashiato.plumbing.db import row, run, value
from ashiato.plumbing.unit_of_work import Work

LONGEST_KEY = 255


@dataclass(frozen=True, slots=True)
class Kept:
    """An answer as it was given the first time."""

    request_digest: str
    status: int
    body: str


async def recall(work: Work, key: str, request_digest: str) -> Kept | None:
    """The answer kept under this company's key, or None when the deed is still to be done, which is then ours alone to do.

    Refuses a key that is too long, that was used for another request, or whose first request is still under way.
    """
    if not 0 < len(key) <= LONGEST_KEY:
        raise invalid("idempotency.form", f"An Idempotency-Key has 1 to {LONGEST_KEY} characters.")
    params = {"company_id": work.tenant, "key": key}
    ours = await value(work.connection, "SELECT pg_try_advisory_xact_lock(hashtextextended(%(company_id)s::text || %(key)s, 0))", params)
    if not ours:
        raise conflict("idempotency.in_flight", "The first request with this Idempotency-Key is still under way.", "Wait a second and repeat it.")
    kept = await row(
        work.connection,
        Kept,
        "SELECT request_digest, status, body FROM idempotency WHERE company_id = %(company_id)s AND key = %(key)s",
        params,
    )
    if kept is not None and kept.request_digest != request_digest:
        raise invalid("idempotency.reused", "This Idempotency-Key was used for another request.", "Draw a new key for each deed.")
    return kept


async def keep(work: Work, key: str, kept: Kept) -> None:
    """Keeps the answer, for as long as the business data it speaks of."""
    await run(
        work.connection,
        """
        INSERT INTO idempotency (company_id, key, request_digest, status, body, kept_at)
        VALUES (%(company_id)s, %(key)s, %(request_digest)s, %(status)s, %(body)s, %(now)s)
        """,
        {"company_id": work.tenant, "key": key, "request_digest": kept.request_digest, "status": kept.status, "body": kept.body, "now": work.now},
    )
