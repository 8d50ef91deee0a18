"""Lies about a log: every kind of mutation of an honest bundle, and of a lying server, with the reason that it must be rejected for."""

import base64
import json
import random
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from tests.audit.logs import OTHER_LOG, OURS, RETIRED, START, STRANGER, Log, copied, cosignature, witness_keys

from ashiato.domain.audit import merkle
from ashiato.verifier import Trust

Bundle = dict[str, Any]
RETIRED_AT = 3


@dataclass(frozen=True)
class Case:
    """An honest log of some size, and what its verifier remembers."""

    chance: random.Random
    log: Log
    size: int
    since: int
    bundle: Bundle
    trust: Trust

    def entry(self, bundle: Bundle) -> dict[str, Any]:
        return self.chance.choice(bundle["entries"])


def case(chance: random.Random) -> Case:
    size = chance.randint(6, 40)
    since = chance.randint(RETIRED_AT + 1, size - 1)
    log = Log.grown(chance, size)
    bundle = log.bundle(size, since, chance.sample(range(size), 3), leaves=chance.random() < 0.5)
    trust = Trust((OURS.line,), {RETIRED.line: RETIRED_AT}, log.note(since), witness_keys(), 2)
    return Case(chance, log, size, since, bundle, trust)


def flipped(hexadecimal: str, chance: random.Random) -> str:
    bit = chance.randrange(len(hexadecimal) * 4)
    return f"{int(hexadecimal, 16) ^ (1 << bit):0{len(hexadecimal)}x}"


def rewritten(content: str, chance: random.Random) -> str:
    """Another fact in canonical form."""
    fact = json.loads(content)
    member = chance.choice(["company_id", "kind", "recorded_at", "salt"])
    fact[member] += "0"
    return json.dumps(fact, separators=(",", ":"), sort_keys=True, ensure_ascii=False)


def respelled(content: str, chance: random.Random) -> str:
    """The same fact in another spelling, or no fact."""
    fact = json.loads(content)
    ways = [content + " ", content.replace(":", ": ", 1), json.dumps(dict(reversed(fact.items())), separators=(",", ":")), content[:-1],
            content.replace('{"company_id"', '{"company_id":"x","company_id"', 1), content[:-1] + ',"z":"1"}', "[]", "1", content.replace('"kind":"', '"kind":7,"kin":"', 1)]  # fmt: skip
    return chance.choice(ways)


def _with_text(note: str, change: Callable[[list[str]], None]) -> str:
    text, below = note.split("\n\n")
    lines = text.split("\n")
    change(lines)
    return "\n".join(lines) + "\n\n" + below


def _entry(member: str, change: Callable[[Case, Any], Any]) -> Callable[[Case], Bundle]:
    def lie(told: Case) -> Bundle:
        bundle = copied(told.bundle)
        entry = told.entry(bundle)
        entry[member] = change(told, entry[member])
        return bundle

    return lie


def _member(name: str, change: Callable[[Case, Any], Any]) -> Callable[[Case], Bundle]:
    def lie(told: Case) -> Bundle:
        bundle = copied(told.bundle)
        bundle[name] = change(told, bundle[name])
        return bundle

    return lie


def _all_leaves(change: Callable[[Case, list[str]], list[str]]) -> Callable[[Case], Bundle]:
    return lambda told: told.bundle | {"leaves": change(told, [leaf.hex() for leaf in told.log.leaves])}


def _note(change: Callable[[Case, str], str]) -> Callable[[Case], Bundle]:
    """Another head, to which the witnesses put their names if it can be read."""
    return lambda told: told.bundle | {"checkpoint": change(told, told.bundle["checkpoint"])}


def _line(place: int, value: Callable[[Case, str], str]) -> Callable[[Case], Bundle]:
    def change(told: Case, note: str) -> str:
        def swap(lines: list[str]) -> None:
            lines[place] = value(told, lines[place])

        return _with_text(note, swap)

    return _note(change)


def _signature(change: Callable[[bytes, random.Random], bytes]) -> Callable[[Case], Bundle]:
    def swap(told: Case, note: str) -> str:
        head, _, encoded = note.rstrip("\n").rpartition(" ")
        return f"{head} {base64.b64encode(change(base64.b64decode(encoded), told.chance)).decode()}\n"

    return _note(swap)


def _flip_byte(content: bytes, begin: int, end: int, chance: random.Random) -> bytes:
    place = chance.randrange(begin, min(end, len(content)))
    return content[:place] + bytes([content[place] ^ (1 << chance.randrange(8))]) + content[place + 1 :]


def _forged_leaf(told: Case) -> Bundle:
    bundle = copied(told.bundle)
    entry = told.entry(bundle)
    entry["content"] = rewritten(entry["content"], told.chance)
    entry["leaf_hash"] = merkle.leaf_hash(entry["content"].encode()).hex()
    return bundle


def _twice(told: Case) -> Bundle:
    bundle = copied(told.bundle)
    bundle["entries"].append(copied(told.entry(bundle)))
    return bundle


def _reordered(told: Case) -> Bundle:
    """Two facts in each other's places."""
    bundle = copied(told.bundle)
    one, other = told.chance.sample(bundle["entries"], 2)
    for member in ("content", "leaf_hash"):
        one[member], other[member] = other[member], one[member]
    return bundle


def _other_signer(log: Log, signer: Any) -> Log:
    return Log(log.contents, signer)


def _fork(told: Case, *, at_since: bool) -> Log:
    """The same log with a fact rewritten among those that the verifier has seen (or, else, after them)."""
    place = told.chance.randrange(told.since) if at_since else told.size - 1
    return told.log.but(place, rewritten(told.log.contents[place].decode(), told.chance).encode())


def _rewritten_history(told: Case) -> Bundle:
    """All leaves, properly signed, but not those from before."""
    return _fork(told, at_since=True).bundle(told.size, None, [], leaves=True)


def _forked_earlier(told: Case) -> Bundle:
    return _fork(told, at_since=True).bundle(told.size, told.since, [0], leaves=False)


def _rewritten_with_proof(told: Case) -> Bundle:
    """The remembered checkpoint as it was, and a proof from the rewritten tree."""
    bundle = _fork(told, at_since=True).bundle(told.size, told.since, [0], leaves=False)
    bundle["earlier"]["checkpoint"] = told.log.note(told.since)
    return bundle


def _two_heads(told: Case) -> Bundle:
    return _fork(told, at_since=True).bundle(told.since, None, [0], leaves=False)


def _path(change: Callable[[Case, list[str]], list[str]]) -> Callable[[Case], Bundle]:
    def lie(told: Case) -> Bundle:
        bundle = copied(told.bundle)
        bundle["earlier"]["path"] = change(told, bundle["earlier"]["path"])
        return bundle

    return lie


def _any_flipped(told: Case, path: list[str]) -> list[str]:
    place = told.chance.randrange(len(path))
    return [*path[:place], flipped(path[place], told.chance), *path[place + 1 :]]


def _one_more(told: Case, path: list[str]) -> list[str]:
    place = told.chance.randrange(len(path) + 1)
    return [*path[:place], told.chance.choice([*path, "00" * 32]), *path[place:]]


def _one_less(told: Case, path: list[str]) -> list[str]:
    place = told.chance.randrange(len(path))
    return path[:place] + path[place + 1 :]


def _swapped(told: Case, leaves: list[str]) -> list[str]:
    one, other = told.chance.sample(range(len(leaves)), 2)
    leaves[one], leaves[other] = leaves[other], leaves[one]
    return leaves


def _cosignature(change: Callable[[Case], dict[str, str]]) -> Callable[[Case], Bundle]:
    return lambda told: told.bundle | {"cosignatures": [told.bundle["cosignatures"][0], change(told)]}


def _line_of(told: Case, begin: int, end: int) -> dict[str, str]:
    made = told.bundle["cosignatures"][1]
    head, _, encoded = made["line"].rpartition(" ")
    return made | {"line": f"{head} {base64.b64encode(_flip_byte(base64.b64decode(encoded), begin, end, told.chance)).decode()}"}


def _spelled(told: Case, value: str) -> str:
    return told.chance.choice([value + "=", value[:-1], value.upper() + "!", " " + value, "0" + value])


# (kind, lie, reasons of which one must be given)
LIES: list[tuple[str, Callable[[Case], Bundle], set[str]]] = [
    ("a fact edited", _entry("content", lambda told, was: rewritten(was, told.chance)), {"entry.content"}),
    ("a fact respelled", _entry("content", lambda told, was: respelled(was, told.chance)), {"entry.form"}),
    ("a bit of a leaf", _entry("leaf_hash", lambda told, was: flipped(was, told.chance)), {"entry.content"}),
    ("a leaf forged", _forged_leaf, {"entry.path"}),
    ("facts reordered", _reordered, {"entry.path"}),
    ("a fact told twice", _twice, {"entry.twice"}),
    ("a bit of an audit path", _entry("path", _any_flipped), {"entry.path"}),
    ("an audit path with more nodes", _entry("path", _one_more), {"entry.length"}),
    ("an audit path with fewer nodes", _entry("path", _one_less), {"entry.length"}),
    ("a sibling doubled", _entry("path", lambda told, was: [*was, was[-1]]), {"entry.length"}),
    ("another index", _entry("log_index", lambda told, was: told.chance.choice([n for n in range(told.size) if n != was])), {"entry.path", "entry.length"}),
    ("an index beyond the tree", _entry("log_index", lambda told, was: told.size + told.chance.randrange(9)), {"entry.index"}),
    ("an index below nothing", _entry("log_index", lambda told, was: -1 - was), {"entry.index"}),
    ("an index that is none", _entry("log_index", lambda told, was: told.chance.choice([None, "1", 0.5, []])), {"entry.index"}),
    ("a hash in another spelling", _entry("leaf_hash", lambda told, was: told.chance.choice([was.upper() + "A", was[:-1], was + "0", 7, None])), {"hash.form"}),
    ("a leaf deleted", _all_leaves(_one_less), {"leaves.size"}),
    ("a leaf inserted", _all_leaves(_one_more), {"leaves.size"}),
    ("leaves reordered", _all_leaves(_swapped), {"leaves.root"}),
    ("a bit of any leaf", _all_leaves(_any_flipped), {"leaves.root"}),
    ("the log truncated", _all_leaves(lambda told, was: was[: told.chance.randrange(told.size)]), {"leaves.size"}),
    ("another size", _line(1, lambda told, was: str(int(was) + told.chance.choice([-1, 1]))), {"note.signature"}),
    ("another root", _line(2, lambda told, was: base64.b64encode(told.chance.randbytes(32)).decode()), {"note.signature"}),
    ("another time", _line(3, lambda told, was: was.replace("2026", "2027")), {"note.signature"}),
    ("another origin", _line(0, lambda told, was: was + "x"), {"note.origin"}),
    ("a size spelled otherwise", _line(1, lambda told, was: told.chance.choice(["0" + was, "+" + was, was + " ", "", "-1", "1e2"])), {"note.form"}),
    ("a root spelled otherwise", _line(2, _spelled), {"note.form"}),
    ("a bit of the signature", _signature(lambda was, chance: _flip_byte(was, 4, 68, chance)), {"note.signature"}),
    ("a signature cut short", _signature(lambda was, chance: was[: 4 + chance.randrange(64)]), {"note.signature"}),
    ("a bit of the key's hint", _signature(lambda was, chance: _flip_byte(was, 0, 4, chance)), {"note.key"}),
    ("no signature", _note(lambda told, was: was.partition("\n\n")[0] + "\n\n"), {"note.form"}),
    ("signed by a stranger under our name", lambda told: _other_signer(told.log, STRANGER).bundle(told.size, None, []), {"note.key"}),
    ("signed by a retired key", lambda told: _other_signer(told.log, RETIRED).bundle(told.size, None, []), {"note.retired_key"}),
    ("another log, properly signed", lambda told: _other_signer(told.log, OTHER_LOG).bundle(told.size, None, [0]), {"note.origin"}),
    ("an older head", lambda told: told.log.bundle(told.chance.randrange(1, told.since), None, [0], leaves=False), {"checkpoint.stale"}),
    ("an empty log", lambda told: told.log.bundle(0, None, [], leaves=False), {"checkpoint.stale"}),
    ("an earlier tree that is larger", lambda told: told.log.bundle(told.since, None, []) | {"earlier": {"checkpoint": told.log.note(told.size), "path": []}}, {"checkpoint.stale"}),
    ("two heads of one size", _two_heads, {"checkpoint.fork"}),
    ("history rewritten, all leaves told", _rewritten_history, {"consistency.first_root"}),
    ("history rewritten, with its own past", _forked_earlier, {"checkpoint.fork"}),
    ("history rewritten, with its own proof", _rewritten_with_proof, {"consistency.first_root", "consistency.second_root"}),
    ("no proof of growth", lambda told: told.log.bundle(told.size, None, [0], leaves=False), {"consistency.missing"}),
    ("a bit of the proof of growth", _path(_any_flipped), {"consistency.first_root", "consistency.second_root"}),
    ("a proof of growth with more nodes", _path(_one_more), {"consistency.length"}),
    ("a proof of growth with fewer nodes", _path(_one_less), {"consistency.length"}),
    ("time runs back", lambda told: told.log.bundle(told.size, told.since, [], at=START), {"note.time"}),
    ("a bit of a witness's signature", _cosignature(lambda told: _line_of(told, 12, 76)), {"witness.signature"}),
    ("a bit of a witness's instant", _cosignature(lambda told: _line_of(told, 4, 12)), {"witness.signature"}),
    ("a witness of another head", _cosignature(lambda told: cosignature(told.log.note(told.since), 1)), {"witness.signature"}),
    ("a witness before the event", _cosignature(lambda told: cosignature(told.bundle["checkpoint"], 1, int((START - timedelta(days=1)).timestamp()))), {"witness.time"}),
    ("one witness too few", _member("cosignatures", lambda told, was: was[:1]), {"witness.missing"}),
    ("one witness twice", _member("cosignatures", lambda told, was: [was[0], was[0]]), {"witness.missing"}),
    ("no checkpoint", _member("checkpoint", lambda told, was: told.chance.choice([None, 7, []])), {"bundle.form"}),
    ("entries that are none", _member("entries", lambda told, was: told.chance.choice([None, {}, "x", 1])), {"bundle.form"}),
    ("another schema", _member("schema", lambda told, was: was + "x"), {"bundle.form"}),
]  # fmt: skip
