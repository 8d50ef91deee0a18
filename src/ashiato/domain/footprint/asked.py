"""What answering and reading an answer ask, so that it can be sent in one piece with the question who asks. The verbs decide; this foresees."""

from datetime import datetime
from typing import Any
from uuid import UUID

from ashiato.domain import participants, sharing, trade
from ashiato.domain.footprint import protection, store
from ashiato.domain.footprint.gathering import newest_answer
from ashiato.kernel.ids import FootprintId, RequestId
from ashiato.plumbing.db import Question


def answer(footprint_id: FootprintId, request_ids: list[RequestId]) -> list[Question[Any]]:
    """What `answering.answer` asks before it writes."""
    asked = [store.footprint(footprint_id), *trade.asked.requests_named(request_ids), store.latest_release(footprint_id), protection.asked()]
    return [*asked, *participants.signing.asked()]


def answered(request_id: RequestId, now: datetime) -> list[Question[Any]]:
    """What `answering.answered` asks of a buyer who has read the answer before; the first reading also writes."""
    newest = newest_answer(request_id)
    return [*trade.asked.request(request_id), *trade.asked.answers(request_id), *sharing.asked.reach(newest, now), store.snapshots(newest)]


def declared_of(text: str, before: tuple[datetime, UUID] | None, limit: int) -> list[Question[Any]]:
    """What `footprint.declared_of` asks."""
    return [store.declared_of(text, before, limit)]
