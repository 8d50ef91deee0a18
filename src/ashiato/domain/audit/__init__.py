"""The transparency log: append, read, prove. It follows the outbox, so that no slice has to remember to call it.

- Every fact becomes one leaf, SHA-256 over canonical JSON (RFC 8785) with a salt of its own; erasing the fact leaves the leaf.
- The tree is append-only (RFC 9162); checkpoints are signed notes (C2SP tlog-checkpoint, signed-note), and members co-sign them.
- A company sees its own facts and those of others that concern it; the public sees checkpoints, leaves' hashes and proofs.

The verbs stand here (following, reading, erasing), in `proofs`, `witnesses` and `inspection` (what `ashiato fsck` finds).
"""

from ashiato.domain.audit import inspection, proofs, witnesses, wordings
from ashiato.domain.audit.model import Checkpoint, Inclusion, LoggedFact
from ashiato.domain.audit.service import ahead, checkpoint, erase, follow, own_facts

__all__ = [
    "Checkpoint",
    "Inclusion",
    "LoggedFact",
    "ahead",
    "checkpoint",
    "erase",
    "follow",
    "inspection",
    "own_facts",
    "proofs",
    "witnesses",
    "wordings",
]
