"""The transparency log: append, read, prove. It follows the outbox, so that no slice has to remember to call it.

- Every fact becomes one leaf, SHA-256 over canonical JSON (RFC 8785) with a salt of its own.
- The tree is append-only (RFC 9162); checkpoints are signed notes (C2SP tlog-checkpoint, signed-note).
- A company sees its own facts; the public sees the checkpoints.
"""

from ashiato.domain.audit.service import checkpoint, follow, own_facts
from ashiato.domain.audit.store import Checkpoint

__all__ = ["Checkpoint", "checkpoint", "follow", "own_facts"]
