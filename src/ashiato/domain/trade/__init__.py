"""A buyer's request, a supplier's answer, and the link between my part and yours.

- Both parties see who asks whom for what, by when, and how far it has come. The buyer's part and the supplier's part behind a
  request are each seen by their owner alone.
- What a request is answered with is handed over by the slice that owns it; here it is only an identifier.
- States and who may change them: `TRANSITIONS`.
"""

from ashiato.domain.trade import asked, bulk
from ashiato.domain.trade.model import LONGEST_MESSAGE, Inquiry, NewRequest, Party, Request, RequestState, RequestView
from ashiato.domain.trade.service import (
    answers,
    ask,
    ask_for_all,
    cancel,
    hand_over,
    inquiries,
    link,
    linked_part,
    reject,
    request,
    requests,
    requests_named,
)
from ashiato.domain.trade.store import NEWEST_ANSWER

__all__ = [
    "LONGEST_MESSAGE",
    "NEWEST_ANSWER",
    "Inquiry",
    "NewRequest",
    "Party",
    "Request",
    "RequestState",
    "RequestView",
    "answers",
    "ask",
    "ask_for_all",
    "asked",
    "bulk",
    "cancel",
    "hand_over",
    "inquiries",
    "link",
    "linked_part",
    "reject",
    "request",
    "requests",
    "requests_named",
]
