"""Verifies the transparency log from public data alone. Stands apart: it imports nothing of Ashiato, and needs `cryptography` only.

- What a verifier was told before, it holds the log to: keys, a checkpoint that it remembers, witnesses that it trusts.
- Every way in which something can fail to hold has a reason of its own; a list without reasons is the proof.
- Formats: C2SP signed-note, tlog-checkpoint, tlog-cosignature; RFC 9162 section 2.1 for leaves, roots and proofs; RFC 8785 for facts.
"""

from ashiato.verifier.bundles import Finding, Trust, verify_bundle, verify_fork
from ashiato.verifier.companies import Budget, CompanyBundle, verify_company_bundle
from ashiato.verifier.notes import Flaw, Key, Note, cosign, read_key, read_note, signed_by, witness_key
from ashiato.verifier.trees import leaf_hash, opening, tree_hash

__all__ = [
    "Budget",
    "CompanyBundle",
    "Finding",
    "Flaw",
    "Key",
    "Note",
    "Trust",
    "cosign",
    "leaf_hash",
    "opening",
    "read_key",
    "read_note",
    "signed_by",
    "tree_hash",
    "verify_bundle",
    "verify_company_bundle",
    "verify_fork",
    "witness_key",
]
