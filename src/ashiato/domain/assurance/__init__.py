"""Assurance: bounded rooms in which a verifier examines what a member shows it, notes on single lines, and signed opinions.

- A room names a verifier, what is shown in it, and when it ends; the member that opened it may close it at any time.
- What may be read in a room grants decide (`sharing`), never the room itself; the slice knows nothing of what is verified.
- Notes are never changed: a question, a finding, its answer and its settling are notes of their own (ISO 14064-3, clause 6).
- An opinion is a signed document about one digest; it says which standard, how thorough (limited, reasonable) and what was concluded.
"""

from ashiato.domain.assurance import document, model, opinions, rooms, sampling
from ashiato.domain.assurance.model import Conclusion, Item, Level, Note, NoteKind, Opinion, Proof, Room, open_places

__all__ = [
    "Conclusion",
    "Item",
    "Level",
    "Note",
    "NoteKind",
    "Opinion",
    "Proof",
    "Room",
    "document",
    "model",
    "open_places",
    "opinions",
    "rooms",
    "sampling",
]
