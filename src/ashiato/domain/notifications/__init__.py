"""What somebody has to do now, and telling people and systems of it: to-do list, reminders by mail, signed webhooks.

- A duty is asked for, never stored: it follows from what is registered now, one question a kind.
- Each rule reminds of each thing once; a person's mail is one letter for all that is new, in the person's language, or none.
- Webhooks are signed after Standard Webhooks 1.0 (id, timestamp, HMAC-SHA256), hold identifiers and no figure, and go where an
  administrator of the company said. What fails is tried again (`plumbing.attempts`), and can be replayed.
"""

from ashiato.domain.notifications import deliveries, duties, preferences, reminders, webhooks
from ashiato.domain.notifications.duties import Duty, DutyKind
from ashiato.domain.notifications.events import EventKind

__all__ = ["Duty", "DutyKind", "EventKind", "deliveries", "duties", "preferences", "reminders", "webhooks"]
