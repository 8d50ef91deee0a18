"""What was answered under an idempotency key, kept in the transaction that had the effect: one effect per key, byte-equal replay."""

from dataclasses import dataclass

from ashiato.kernel.errors import invalid
from ashiato.plumbing.db import Question
from ashiato.plumbing.unit_of_work import Work, in_flight

LONGEST_KEY = 255


@dataclass(frozen=True, slots=True)
class Kept:
    """An answer as it was given the first time."""

    request_digest: str
    status: int
    body: str
    receipt: str = ""


async def recall(work: Work, key: str, request_digest: str, *, look_up: bool = True) -> Kept | None:
    """The answer kept under this company's key, or None when the deed is still to be done, which is then ours alone to do.

    Refuses a key that is too long, that was used for another request, or whose first request is still under way. Without `look_up`
    only whether it is under way is found out: for who has looked before the transaction, since looking within collides with every
    other deed of the company. What was overlooked, `keep` collides with.
    """
    if not 0 < len(key) <= LONGEST_KEY:
        raise invalid("idempotency.form", f"An Idempotency-Key has 1 to {LONGEST_KEY} characters.")
    found = await work.one(asked(key, look_up))
    if found is None or not found.ours:
        raise in_flight()
    if found.kept is not None and found.kept.request_digest != request_digest:
        raise invalid("idempotency.reused", "This Idempotency-Key was used for another request.", "Draw a new key for each deed.")
    return found.kept


@dataclass(frozen=True, slots=True)
class _Turn:
    """Whether nobody else is at the deed, and what was answered before."""

    ours: bool
    kept: Kept | None


def asked(key: str, look_up: bool = True) -> Question[_Turn]:
    """What `recall` asks; until the transaction ends nobody else's turn comes."""
    ours = "SELECT pg_try_advisory_xact_lock(hashtextextended((SELECT tenant())::text || %(key)s, 0)) AS ours"
    if not look_up:
        return Question(_turn, f"{ours}, NULL, NULL, NULL, NULL", {"key": key})
    kept = "LEFT JOIN idempotency ON company_id = (SELECT tenant()) AND key = %(key)s"
    return Question(_turn, f"SELECT ours, request_digest, status, body, receipt FROM ({ours}) AS turn {kept}", {"key": key})


def _turn(ours: bool, digest: str | None, status: int | None, body: str | None, receipt: str | None) -> _Turn:
    return _Turn(ours, Kept(digest, status, body, receipt or "") if digest is not None and status is not None and body is not None else None)


def keep(work: Work, key: str, kept: Kept) -> None:
    """Keeps the answer, for as long as the business data it speaks of."""
    work.finally_write(
        """
        INSERT INTO idempotency (company_id, key, request_digest, status, body, receipt, kept_at)
        VALUES (%(company_id)s, %(key)s, %(request_digest)s, %(status)s, %(body)s, %(receipt)s, %(now)s)
        """,
        {"company_id": work.tenant, "key": key, "request_digest": kept.request_digest, "status": kept.status, "body": kept.body,
         "receipt": kept.receipt, "now": work.now},
    )  # fmt: skip
