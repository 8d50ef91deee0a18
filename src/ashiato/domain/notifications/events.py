"""The kinds of events that a company's systems can be told of (pure)."""

from enum import StrEnum


class EventKind(StrEnum):
    """What happened, or is due."""

    REQUEST_ASKED = "request.asked"  # a buyer asks the company
    REQUEST_CANCELLED = "request.cancelled"  # the buyer took the request back
    REQUEST_ANSWERED = "request.answered"  # a supplier answered the company
    REQUEST_UPDATED = "request.updated"  # a newer answer supersedes the one before
    REQUEST_REJECTED = "request.rejected"  # a supplier declined
    DUE_SOON = "reminder.due_soon"  # something has to be done within days
    OVERDUE = "reminder.overdue"  # the day has passed
    TEST = "webhook.test"  # somebody tries whether the system listens


OF_NOTICES = {
    "asked": EventKind.REQUEST_ASKED, "cancelled": EventKind.REQUEST_CANCELLED, "answered": EventKind.REQUEST_ANSWERED,
    "updated": EventKind.REQUEST_UPDATED, "rejected": EventKind.REQUEST_REJECTED,
}  # fmt: skip
