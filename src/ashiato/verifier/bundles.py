"""Bundles (what a log says of some facts) and forks (that a log says two things), held against what the verifier trusts."""

import json
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import partial
from typing import Any

from ashiato.verifier import trees
from ashiato.verifier.notes import Flaw, Key, Note, cosigned_at, read_key, read_note, signed_by

BUNDLE, FORK = "ashiato/log-bundle/1", "ashiato/log-fork/1"
_MEMBERS = {"company_id", "fact_id", "kind", "recorded_at", "salt", "subject"}
_HEX = re.compile(r"[0-9a-f]{64}")


@dataclass(frozen=True)
class Finding:
    """Something that does not hold: its reason, and where."""

    code: str
    where: str
    message: str


@dataclass(frozen=True)
class Trust:
    """What a verifier holds a log to. Without keys the log's own statement is taken for its key.

    `retired`: keys that signed no tree larger than this. `remembered`: a checkpoint seen before. `quorum`: of these witnesses so many.
    """

    keys: tuple[str, ...] = ()
    retired: Mapping[str, int] = field(default_factory=dict)
    remembered: str | None = None
    witnesses: tuple[str, ...] = ()
    quorum: int = 0


def verify_bundle(bundle: Any, trust: Trust) -> list[Finding]:
    """Everything that does not hold of a bundle; nothing else is asked for, and no server."""
    found: list[Finding] = []

    def hold(where: str, check: Callable[[], Any]) -> Any:
        try:
            return check()
        except Flaw as flaw:
            found.append(Finding(flaw.code, where, str(flaw)))
        except (KeyError, TypeError, ValueError, AttributeError, RecursionError):
            found.append(Finding("bundle.form", where, "This is not as a bundle is."))
        return None

    head: Note | None = hold("checkpoint", lambda: _checkpoint(bundle, "checkpoint", bundle["checkpoint"], trust))
    if head is None:
        return found
    earlier = hold("earlier", lambda: _earlier(bundle, head, trust)) if bundle.get("earlier") is not None else None
    leaves = hold("leaves", lambda: _leaves(bundle["leaves"], head)) if bundle.get("leaves") is not None else None
    if trust.remembered is not None:
        hold("remembered", lambda: _continues(head, read_note(trust.remembered or ""), earlier, leaves))
    seen: set[str] = set()
    for place, entry in enumerate(hold("entries", lambda: _list(bundle["entries"])) or []):
        hold(f"entry {place}", partial(_entry, entry, head, leaves, seen))
    hold("cosignatures", lambda: _witnessed(bundle, head, trust))
    return found


def _checkpoint(bundle: Any, where: str, told: Any, trust: Trust) -> Note:
    if bundle["schema"] not in (BUNDLE, FORK) or not isinstance(told, str):
        raise Flaw("bundle.form", "This is no bundle.")
    note = read_note(told)
    stated = [*trust.keys, *trust.retired] or [bundle["verifier_key"]]
    keys = [read_key(line) for line in stated]
    failures: list[Flaw] = []
    for key in keys:
        try:
            signed_by(note, key)
        except Flaw as flaw:
            failures.append(flaw)
            continue
        if key.line in trust.retired and note.size > trust.retired[key.line]:
            raise Flaw("note.retired_key", "The checkpoint is signed by a key that was retired at a smaller size.")
        return note
    raise max(failures, key=lambda flaw: ("note.origin", "note.key", "note.signature").index(flaw.code))  # the nearest miss


def _earlier(bundle: Any, head: Note, trust: Trust) -> Note:
    """The checkpoint that the bundle starts from, if the newest one continues it."""
    before = _checkpoint(bundle, "earlier", bundle["earlier"]["checkpoint"], trust)
    _in_order(before, head)
    path = _hashes(bundle["earlier"]["path"])
    if before.size in (0, head.size):
        if path:
            raise Flaw("consistency.length", "A proof between equal trees has no nodes.")
        return before
    try:
        first, second = trees.consistent_roots(before.size, head.size, before.root, path)
    except trees.Uneven as error:
        raise Flaw("consistency.length", f"The consistency proof has {error}.") from error
    if second != head.root:
        raise Flaw("consistency.second_root", "The consistency proof does not lead to the newest root.")
    if first != before.root:
        raise Flaw("consistency.first_root", "The consistency proof does not lead to the earlier root: what was logged before was changed.")
    return before


def _in_order(before: Note, head: Note) -> None:
    if head.size < before.size:
        raise Flaw("checkpoint.stale", "The log shows an older state than the one known before.")
    if head.size == before.size and head.root != before.root:
        raise Flaw("checkpoint.fork", "The log signed two roots for one size.")
    if before.time and head.time and head.time < before.time:
        raise Flaw("note.time", "The newer checkpoint says that it is older.")


def _continues(head: Note, remembered: Note, earlier: Note | None, leaves: list[bytes] | None) -> None:
    if head.origin != remembered.origin:
        raise Flaw("note.origin", "The remembered checkpoint is that of another log.")
    _in_order(remembered, head)
    if remembered.size in {head.size, 0}:
        return
    if leaves is not None:
        if trees.tree_hash(leaves[: remembered.size]) != remembered.root:
            raise Flaw("consistency.first_root", "The log no longer begins with what was remembered.")
    elif earlier is None or earlier.size != remembered.size:
        raise Flaw("consistency.missing", "Nothing shows that the log continues the remembered checkpoint.")
    elif earlier.root != remembered.root:
        raise Flaw("checkpoint.fork", "The log signed another root for the size that was remembered.")


def _leaves(told: Any, head: Note) -> list[bytes]:
    leaves = _hashes(told)
    if len(leaves) != head.size:
        raise Flaw("leaves.size", f"{len(leaves)} leaves are told, {head.size} were signed.")
    if trees.tree_hash(leaves) != head.root:
        raise Flaw("leaves.root", "The leaves do not lead to the root that was signed.")
    return leaves


def _entry(entry: Any, head: Note, leaves: list[bytes] | None, seen: set[str]) -> None:
    index, leaf, path, content = entry["log_index"], _hash(entry["leaf_hash"]), _hashes(entry["path"]), entry["content"]
    if type(index) is not int or not 0 <= index < head.size:
        raise Flaw("entry.index", "The index lies outside the tree.")
    if content is not None:
        fact_id = _fact_id(content)
        if trees.leaf_hash(content.encode()) != leaf:
            raise Flaw("entry.content", "The fact reads differently from what was logged.")
        if fact_id in seen:
            raise Flaw("entry.twice", "The same fact is told twice.")
        seen.add(fact_id)
    try:
        root = trees.included_root(index, head.size, leaf, path)
    except trees.Uneven as error:
        raise Flaw("entry.length", f"The audit path has {error}.") from error
    if root != head.root:
        raise Flaw("entry.path", "The audit path does not lead from this leaf at this index to the root.")
    if leaves is not None and leaves[index] != leaf:
        raise Flaw("entry.leaf", "Another leaf stands at this index.")


def _fact_id(content: str) -> str:
    """The identifier of a fact that is spelled the one way (RFC 8785)."""
    try:
        fact = json.loads(content, object_pairs_hook=_unique)
        again = json.dumps(fact, ensure_ascii=False, separators=(",", ":"), sort_keys=True)
    except (ValueError, TypeError, RecursionError) as error:
        raise Flaw("entry.form", "The fact cannot be read.") from error
    if again != content or not isinstance(fact, dict) or set(fact) != _MEMBERS or not _texts(fact | {"subject": ""}) or not _texts(fact["subject"]):
        raise Flaw("entry.form", "The fact is not in its canonical form.")
    return str(fact["fact_id"])


def _texts(members: Any) -> bool:
    """Whether these are members whose values are all texts: then there is one way to spell them."""
    return isinstance(members, dict) and all(isinstance(value, str) for value in members.values())


def _unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    if len(dict(pairs)) != len(pairs):
        raise ValueError("a member is named twice")
    return dict(pairs)


def _witnessed(bundle: Any, head: Note, trust: Trust) -> None:
    lines: dict[str, str] = {}
    for cosignature in bundle.get("cosignatures", []):
        key: Key = read_key(cosignature["verifier_key"])
        seconds = cosigned_at(head, key, cosignature["line"])
        if head.time is not None and seconds < int(head.time.timestamp()):
            raise Flaw("witness.time", f"{key.name} says that it saw the checkpoint before it was signed.")
        lines[key.line] = key.name
    known = sum(line in lines for line in dict.fromkeys(trust.witnesses))
    if known < trust.quorum:
        raise Flaw("witness.missing", f"{known} of the trusted witnesses have co-signed, {trust.quorum} are asked for.")


def verify_fork(fork: Any, trust: Trust) -> list[Finding]:
    """Why a file does not prove that a log said two things; an empty list if it does.

    Two roots for one size prove it, or nodes under the second checkpoint that lead to another first root than was signed.
    """
    try:
        if fork["schema"] != FORK:
            raise Flaw("fork.form", "This is no proof of a fork.")
        first, second = (_checkpoint(fork, name, fork[name], trust) for name in ("first", "second"))
        if first.size > second.size or first.size == 0:
            raise Flaw("fork.order", "The smaller tree comes first.")
        if first.size == second.size:
            if first.root == second.root:
                raise Flaw("fork.none", "Both checkpoints say the same.")
            return []
        opened, root = trees.opened_roots(first.size, second.size, _hashes(fork["path"]))
        if root != second.root:
            raise Flaw("fork.path", "The nodes do not belong to the second tree.")
        if opened == first.root:
            raise Flaw("fork.none", "The second tree continues the first.")
    except trees.Uneven as error:
        return [Finding("fork.path", "path", f"The proof has {error}.")]
    except Flaw as flaw:
        return [Finding(flaw.code, "fork", str(flaw))]
    except (KeyError, TypeError, ValueError, AttributeError):
        return [Finding("fork.form", "fork", "This is no proof of a fork.")]
    return []


def _hashes(told: Any) -> list[bytes]:
    return [_hash(item) for item in _list(told)]


def _list(told: Any) -> list[Any]:
    if not isinstance(told, list):
        raise Flaw("bundle.form", "A list is expected.")
    return told


def _hash(told: Any) -> bytes:
    if not isinstance(told, str) or _HEX.fullmatch(told) is None:
        raise Flaw("hash.form", "A hash has 64 hexadecimal digits in lower case.")
    return bytes.fromhex(told)
