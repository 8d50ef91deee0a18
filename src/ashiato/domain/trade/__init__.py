"""A buyer's request, a supplier's answer, and the link between my part and yours.

- Both parties see who asks whom for what, by when, and how far it has come. The buyer's part and the supplier's part behind a
  request are each seen by their owner alone.
- What a request is answered with is handed over by the slice that owns it; here it is only an identifier.
- States and who may change them: `TRANSITIONS`.
- `dealings` are requests in the words of the Japanese interface, where each side shows the identifier of its part; `progress` counts
  over tiers without saying whose they are; `notices` tell one party of the other's deeds; `messages` are what a buyer signed;
  `approvals` are what waits for a second person before it is handed over.
"""

from ashiato.domain.trade import approvals, asked, bulk, dealings, lists, lookup, messages, notices, progress
from ashiato.domain.trade.model import Inquiry, NewRequest, Party, Request, RequestState, RequestView, SubjectKind
from ashiato.domain.trade.service import (
    answers,
    ask,
    ask_for_all,
    cancel,
    hand_over,
    inquiries,
    link,
    reject,
    request,
    requests,
)

__all__ = [
    "Inquiry",
    "NewRequest",
    "Party",
    "Request",
    "RequestState",
    "RequestView",
    "SubjectKind",
    "answers",
    "approvals",
    "ask",
    "ask_for_all",
    "asked",
    "bulk",
    "cancel",
    "dealings",
    "hand_over",
    "inquiries",
    "link",
    "lists",
    "lookup",
    "messages",
    "notices",
    "progress",
    "reject",
    "request",
    "requests",
]
