"""What the readings of requests ask, so that it can be sent in one piece with the question who asks. The verbs decide; this only foresees."""

from datetime import datetime
from typing import Any
from uuid import UUID

from ashiato.domain.trade import list_store, store
from ashiato.domain.trade.model import RequestState, RequestsWanted, state_words
from ashiato.kernel.ids import RequestId
from ashiato.plumbing.db import Question

NEWEST_ANSWER = store.NEWEST_ANSWER  # a selection of what was handed over last in answer to a request


def request(request_id: RequestId) -> list[Question[Any]]:
    """What `trade.request` asks."""
    return requests_named([request_id])


def requests_named(request_ids: list[RequestId]) -> list[Question[Any]]:
    """What `trade.requests_named` asks."""
    return [store.views(list(request_ids))]


def requests(*, sent: bool, states: list[RequestState] | None, after: tuple[datetime, UUID] | None, limit: int) -> list[Question[Any]]:
    """What `trade.requests` asks."""
    return [store.requests(sent=sent, states=state_words(states), after=after, limit=limit)]


def answers(request_id: RequestId) -> list[Question[Any]]:
    """What `trade.answers` asks."""
    return [store.answers(request_id)]


def listed(wanted: RequestsWanted, now: datetime, after: tuple[datetime, UUID] | None, limit: int) -> list[Question[Any]]:
    """What `trade.listed` asks."""
    return [list_store.listed(wanted, now, after, limit)]


def partners(text: str, limit: int) -> list[Question[Any]]:
    """What `trade.partners` asks."""
    return [list_store.partners(text, limit)]
