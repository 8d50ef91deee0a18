"""Leaving, with everything that is one's own; arriving elsewhere with it; and what stays behind because others rely on it.

- A bundle holds every record that a company may read: its own, and what others handed to it (`contents` names each table, or says why not).
  The installation signs it with its log's key; `ashiato.verifier` verifies it without any server.
- Elsewhere a company is recognised by its corporate number: company identifiers are mapped by it, all others are kept, for what was signed
  names them. What has no place there is carried along, readable, with the reason. Taking a bundle up twice changes nothing.
- A departure has a time of grace. Then the worker takes away what is the company's alone; keys of files are dropped; what others hold under
  a live grant, what was published, and the log's facts stay, so that every proof holds.
"""

from ashiato.domain.leaving import contents
from ashiato.domain.leaving.arriving import carried, receive, take_up
from ashiato.domain.leaving.departing import announce, cancel, carry_out, discard, due, present
from ashiato.domain.leaving.model import SCHEMA, Bundle, BundleState, CarriedRecord, Departure, Direction, Job, Reason
from ashiato.domain.leaving.packing import Storage, bundle, bundles, end_next, order, pack, remove, waiting

__all__ = [
    "SCHEMA",
    "Bundle",
    "BundleState",
    "CarriedRecord",
    "Departure",
    "Direction",
    "Job",
    "Reason",
    "Storage",
    "announce",
    "bundle",
    "bundles",
    "cancel",
    "carried",
    "carry_out",
    "contents",
    "discard",
    "due",
    "end_next",
    "order",
    "pack",
    "present",
    "receive",
    "remove",
    "take_up",
    "waiting",
]
