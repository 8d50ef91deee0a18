"""Exchange with systems elsewhere: a company's partners, what they send, what is delivered to them and fetched from them.

- A partner is a company like any other: admitted, with programs, granted what it may see. Its program holds the role `partner` alone.
- Where a company's system stands, only that company says; with which account it is called, who calls it says, and keeps it sealed.
- An event is kept once, under its sender's number, and handled with its recipient's eyes (PACT 3.0.3, events; CloudEvents 1.0).
- A delivery is a row, tried with growing pauses for 72 hours (PACT 3.0.3); no call is made while a transaction is open.
- What a partner sends is judged, quarantined where it is implausible, and answers a request only once a person accepted it or what
  precedes it. What rests on it is a draft, unless it was computed in Ashiato.

It knows no standard: what a message means, its gateway says.
"""

from ashiato.domain.exchange import deliveries, events, files, health, losses, partners, received
from ashiato.domain.exchange.model import Foreign, Loss, ReceivedState, Standing

__all__ = ["Foreign", "Loss", "ReceivedState", "Standing", "deliveries", "events", "files", "health", "losses", "partners", "received"]
